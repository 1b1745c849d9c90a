package health

import (
	"encoding/json"
	"net/http"

	"github.com/akshara-go/akshara/observe/fault"
)

// Probe is the question that /health?probe= asks.
type Probe string

// The probes. Full, the default, is Ready by another name.
const (
	Full    Probe = ""
	Live    Probe = "live"
	Ready   Probe = "ready"
	Startup Probe = "startup"
)

// Valid tells whether p is one of the probes.
func (p Probe) Valid() bool { return p == Full || p == Live || p == Ready || p == Startup }

// ServeHTTP answers GET and HEAD with the contract's body: 200 when healthy,
// 503 when not, 400 with the contract's error body for a probe it does not know.
func (m *Monitor) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	var rep *Report
	switch p := Probe(r.URL.Query().Get("probe")); p {
	case Live:
		m.mu.Lock()
		rep = m.bare(Healthy)
		m.mu.Unlock()
	case Full, Ready:
		rep = m.Report(r.Context())
	case Startup:
		rep = m.startup(r)
	default:
		write(w, http.StatusBadRequest, fault.New(fault.InvalidRequest,
			"the probe has to be live, ready or startup", fault.Details{"field": "probe"}))
		return
	}
	status := http.StatusOK
	if rep.Status != Healthy {
		status = http.StatusServiceUnavailable
	}
	write(w, status, rep)
}

// startup passes for good once every necessary check has passed.
func (m *Monitor) startup(r *http.Request) *Report {
	m.mu.Lock()
	started := m.started
	m.mu.Unlock()
	if !started {
		rep := m.Report(r.Context())
		m.mu.Lock()
		started = m.started
		m.mu.Unlock()
		if !started {
			rep.Status = Unhealthy
			return rep
		}
	}
	rep := m.report()
	rep.Status = Healthy
	return rep
}

func write(w http.ResponseWriter, status int, body any) {
	b, err := json.Marshal(body)
	if err != nil { // cannot happen: reports and faults are plain data
		w.WriteHeader(http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_, _ = w.Write(append(b, '\n')) // the prober may have gone: nothing to do about it
}
