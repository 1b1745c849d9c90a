package pgstore

import (
	"cmp"
	"encoding/binary"
	"math"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"gorm.io/gorm"

	"github.com/akshara-go/akshara/observe/fault"
	"github.com/akshara-go/akshara/rag/internal/quant"
)

// A process keeps codes of the vectors that it searches. Going through those of
// 100,000 takes it half a millisecond; then it asks the database about the few that
// may be nearest, where an HNSW index has PostgreSQL fetch some 3,000 pages.
//
// A tenant's chunks get ascending numbers in the order in which they are committed,
// and the vector of a number never changes. Codes of all vectors below a number
// therefore stay right: what was written since has greater numbers, and what was
// removed is not found when the database is asked for it. Whether the asker may see
// a chunk is always the database's to say.
//
// Nobody waits for codes. A search reads the next codeRows vectors of its tenant,
// if no other does so at the time, and goes by the HNSW index until there are codes
// of nearly all.
const (
	codeRows   = quant.BlockRows // are read by one search
	codeMemory = 256 << 20       // of all codes, by default
	// codeIdle is for how long a tenant was not searched whose codes make room for
	// those of another.
	codeIdle = time.Minute
	// mostWaiting bounds of how many tenants the cache knows that they want room.
	mostWaiting = 1 << 10
)

// codeCache holds codes of tenants' vectors. It is safe for use by many goroutines.
type codeCache struct {
	most    int64     // bytes
	rows    int64     // from so many vectors on a tenant has codes
	dims    int       // from so many dimensions on
	scratch sync.Pool // of *quant.Scratch

	mu      sync.Mutex
	tenants map[string]*tenantCodes
	used    int64
	waiting map[string]time.Time // when tenants were searched that there was no room for
}

func newCodeCache(most int64) *codeCache {
	helpers := quant.NewHelpers()
	c := &codeCache{most: cmp.Or(most, codeMemory), rows: quant.MinRows, dims: quant.MinDims, tenants: map[string]*tenantCodes{}, waiting: map[string]time.Time{}}
	c.scratch.New = func() any { return &quant.Scratch{Helpers: helpers} }
	return c
}

// tenantCodes are the codes of one tenant.
type tenantCodes struct {
	now atomic.Pointer[codeSet] // nil: none yet

	turn  sync.Mutex // of who reads vectors
	draft *codeSet   // that is to take the place of now

	// The cache's mutex guards what follows.
	bytes int64 // that are set aside for it
	asked time.Time
}

// codeSet are codes of all of a tenant's vectors whose chunks have numbers below
// next. It does not change.
type codeSet struct {
	tenant  int32
	dims    int
	codes   quant.Codes
	numbers []int64   // by row
	sum     []float64 // of the vectors
	next    int64
	seen    int64 // the number of the tenant's next chunk in the latest state that was read
}

// codeBytes is what the code of a vector takes.
func codeBytes(dims int) int64 {
	words := quant.Words(dims)
	return int64(8*words + 3*4 + 8*quant.Stride(words) + 8)
}

// tenant gives the codes of a tenant, which may be none yet; nil if none are kept.
func (c *codeCache) tenant(name string) *tenantCodes {
	if c.most < 0 {
		return nil
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	e := c.tenants[name]
	if e == nil {
		return &tenantCodes{} // kept when something is set aside for it
	}
	e.asked = time.Now()
	return e
}

// reserve sets memory aside for a tenant, for which the codes of others go that
// were not asked for lately, if this one was: else tenants that are searched now and
// then would take each other's room before they have their codes. It tells whether
// there was enough.
func (c *codeCache) reserve(name string, e *tenantCodes, bytes int64) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if other := c.tenants[name]; other != nil && other != e || bytes > c.most { // another began at the same time
		return false
	}
	since := time.Now().Add(-codeIdle)
	if c.used-e.bytes+bytes > c.most && e.bytes == 0 {
		before := c.waiting[name]
		if len(c.waiting) >= mostWaiting {
			clear(c.waiting)
		}
		c.waiting[name] = time.Now()
		if before.Before(since) {
			return false
		}
	}
	for c.used-e.bytes+bytes > c.most {
		oldest, since := "", since
		for other, o := range c.tenants {
			if o != e && o.asked.Before(since) {
				oldest, since = other, o.asked
			}
		}
		if oldest == "" {
			return false
		}
		c.used -= c.tenants[oldest].bytes
		c.tenants[oldest].bytes = 0
		delete(c.tenants, oldest)
	}
	if c.tenants[name] == nil {
		c.tenants[name], e.asked = e, time.Now()
	}
	delete(c.waiting, name)
	c.used += bytes - e.bytes
	e.bytes = bytes
	return true
}

// coding gives the codes for a search in this transaction, after a step of reading
// what is missing; nil if there are none yet. had was current before the
// transaction began to see.
func (f *finder) coding(had *codeSet) (*codeSet, error) {
	t, e := f.tenant, f.codes
	if e == nil || t.Vectors < f.cache.rows || t.Dims < f.cache.dims {
		return nil, nil
	}
	old := had != nil && !had.suits(t) // another model's, or of a database that was set back since
	if e.turn.TryLock() {
		defer e.turn.Unlock()
		now := e.now.Load()
		if now != nil && (old && now == had || !now.of(t) && now.seen <= t.Next) {
			now = nil
			e.now.Store(nil)
		}
		if old || e.draft != nil && !e.draft.of(t) {
			e.draft = nil
		}
		if now == nil || now.of(t) {
			if err := f.readCodes(e); err != nil {
				return nil, err
			}
		}
	}
	set := e.now.Load()
	if set != nil && !set.suits(t) { // another search saw a later state
		set = had
	}
	if set == nil || !set.suits(t) || t.Next-set.next > freshRows {
		return nil, nil
	}
	return set, nil
}

func (s *codeSet) of(t *tenantRow) bool { return s.tenant == t.ID && s.dims == t.Dims }

// suits tells whether codes are of the tenant's vectors as a search sees them. Those
// that were read from a later state lack what was replaced in between, of which the
// search sees only what it was.
func (s *codeSet) suits(t *tenantRow) bool { return s.of(t) && s.seen <= t.Next }

// readCodes reads the next vectors that a tenant's codes lack and, if these are to be
// made anew, the next of the codes that take their place. Both go on at once, since
// under a steady writer a tenant's codes always lack something. The caller has the turn.
func (f *finder) readCodes(e *tenantCodes) error {
	t, now := f.tenant, e.now.Load()
	if now != nil && now.next < t.Next && f.reserve(e, now, e.draft) {
		more, err := now.read(f.tx, t)
		if err != nil {
			return err
		}
		now = more
		e.now.Store(now)
	}
	if now != nil && t.Next-now.next > freshRows && !f.reserve(e, now, e.draft) { // they are of no use any more
		now = nil
		e.now.Store(nil)
	}
	draft := e.draft
	if draft == nil {
		if now != nil && !now.stale(t) {
			return nil
		}
		draft = &codeSet{tenant: t.ID, dims: t.Dims, sum: make([]float64, t.Dims)}
		if now != nil {
			draft.codes = quant.Codes{Mean: now.mean(), Words: quant.Words(t.Dims)}
		}
	}
	if !f.reserve(e, now, draft) {
		if !f.reserve(e, nil, draft) {
			e.draft = nil
			f.reserve(e, now, nil)
			return nil
		}
		e.now.Store(nil) // there is no room for both
	}
	e.draft = draft
	more, err := draft.read(f.tx, t)
	if err != nil {
		return err
	}
	if e.draft = more; more.next >= t.Next {
		e.now.Store(more)
		e.draft = nil
		f.reserve(e, more, nil)
	}
	return nil
}

// reserve sets memory aside for a tenant's codes, with what one more step of reading
// adds, and for those that are to take their place, as for all its vectors.
func (f *finder) reserve(e *tenantCodes, now, draft *codeSet) bool {
	t, vectors := f.tenant, int64(0)
	if now != nil {
		vectors += int64(len(now.numbers)) + min(codeRows, t.Vectors, max(0, t.Next-now.next))
	}
	if draft != nil {
		vectors += max(t.Vectors, int64(len(draft.numbers)))
	}
	return f.cache.reserve(f.q.Tenant, e, vectors*codeBytes(t.Dims))
}

// stale tells whether codes are to be made anew: many are of chunks that are gone,
// or they lie around a mean from which the vectors have moved away.
func (s *codeSet) stale(t *tenantRow) bool {
	return int64(len(s.numbers)) > t.Vectors+t.Vectors/4+codeRows || !quant.Near(s.codes.Mean, s.mean())
}

func (s *codeSet) mean() []float32 {
	mean := make([]float32, s.dims)
	for j, x := range s.sum {
		mean[j] = float32(x / float64(max(1, len(s.numbers))))
	}
	return mean
}

// read gives the set with up to codeRows vectors more.
func (s *codeSet) read(tx *gorm.DB, t *tenantRow) (*codeSet, error) {
	rows, err := tx.Table(vectorTable(t.Dims)).Select("n", "halfvec_send(half)").
		Where("tenant = ? AND n >= ?", t.ID, s.next).Order("n").Limit(codeRows).Rows()
	if err != nil {
		return nil, err
	}
	most := min(codeRows, max(0, t.Next-s.next))
	numbers, values := make([]int64, 0, most), make([]float32, 0, most*int64(s.dims))
	for rows.Next() {
		var n int64
		var half []byte
		if err := rows.Scan(&n, &half); err != nil {
			return nil, cmp.Or(rows.Close(), err)
		}
		if len(half) != 4+2*s.dims {
			return nil, cmp.Or(rows.Close(), error(fault.New(fault.Internal, "a vector of the index cannot be read", nil)))
		}
		numbers, values = append(numbers, n), appendHalves(values, half[4:])
	}
	if err := cmp.Or(rows.Err(), rows.Close()); err != nil {
		return nil, err
	}
	return s.with(numbers, values, t.Next), nil
}

// appendHalves appends numbers of half precision, big-endian, of which none is
// infinite.
func appendHalves(values []float32, b []byte) []float32 {
	for ; len(b) >= 2; b = b[2:] {
		h := uint32(binary.BigEndian.Uint16(b))
		x := math.Float32frombits(h&0x7fff<<13) * 0x1p112 // which moves the exponent, and makes small ones normal
		values = append(values, math.Float32frombits(math.Float32bits(x)|h&0x8000<<16))
	}
	return values
}

// with gives the set with more vectors, one after the other in values; the tenant's
// next chunk has the number next. What the set shares with the new one is not
// changed.
func (s *codeSet) with(numbers []int64, values []float32, next int64) *codeSet {
	more := &codeSet{tenant: s.tenant, dims: s.dims, numbers: append(s.numbers, numbers...), sum: slices.Clone(s.sum), next: max(next, s.next), seen: max(next, s.seen)}
	if len(numbers) == codeRows { // there may be others
		more.next = numbers[codeRows-1] + 1
	}
	for i, x := range values {
		more.sum[i%s.dims] += float64(x)
	}
	codes := s.codes
	if codes.Mean == nil {
		codes = quant.Codes{Mean: more.mean(), Words: quant.Words(s.dims)}
	}
	more.codes = *codes.With(values)
	return more
}
