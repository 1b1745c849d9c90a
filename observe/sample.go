package observe

import (
	"log/slog"
	"sync"
	"time"
)

const (
	// errorShare is how much more often errors may be repeated when LogOptions does not say.
	errorShare = 10
	// maxKinds bounds the kinds of line that are counted apart within a second;
	// those beyond are counted together, so that a flood in which every message
	// differs is a flood too.
	maxKinds = 1024
	// otherKinds is the message under which they are reported.
	otherKinds = "lines of many kinds"
)

// kind is what makes two lines repetitions of one another.
type kind struct {
	level   slog.Level
	message string
	logger  string
}

// flood is a kind of line of which some were not written.
type flood struct {
	kind
	suppressed int
}

// sampler lets the first lines of each kind through, second by second, and
// counts the rest. It has no goroutine and no timer: what it counted in a second
// is handed out when the first line after that second comes.
type sampler struct {
	burst, errorBurst int

	mu    sync.Mutex
	since time.Time // when the second began
	seen  map[kind]int
}

// newSampler gives nil when nothing is to be sampled.
func newSampler(burst, errorBurst int) *sampler {
	if burst <= 0 {
		return nil
	}
	if errorBurst <= 0 {
		errorBurst = errorShare * burst
	}
	return &sampler{burst: burst, errorBurst: errorBurst, seen: make(map[kind]int)}
}

// limit gives how many lines of a level's kind may pass in a second.
func (s *sampler) limit(l slog.Level) int {
	if l >= slog.LevelError {
		return s.errorBurst
	}
	return s.burst
}

// admit tells whether a line of kind k that came at now is written, and gives
// the floods of the second before, each once.
func (s *sampler) admit(now time.Time, k kind) (bool, []flood) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var ended []flood
	if age := now.Sub(s.since); age >= time.Second || age <= -time.Second { // the clock may be set back
		ended = s.floods()
		clear(s.seen)
		s.since = now
	}
	n, known := s.seen[k]
	if !known && len(s.seen) >= maxKinds {
		k = kind{level: k.level, message: otherKinds}
		n = s.seen[k]
	}
	s.seen[k] = n + 1
	return n < s.limit(k.level), ended
}

func (s *sampler) floods() []flood {
	var out []flood
	for k, n := range s.seen {
		if over := n - s.limit(k.level); over > 0 {
			out = append(out, flood{k, over})
		}
	}
	return out
}
