package session

import (
	"container/list"
	"context"
	"slices"
	"sync"
	"time"

	"github.com/akshara-go/akshara/observe/fault"
)

// DefaultMemoryBytes is what a [Memory] holds where its options say nothing.
const DefaultMemoryBytes = 64 << 20

// MemoryOptions sets a [Memory] up. The zero value is useful.
type MemoryOptions struct {
	Bytes int64 // of records, with about 300 for each; 0 is DefaultMemoryBytes
}

// Memory keeps sessions in the memory of this process, as long as it lives. When
// its room is used up, the session that was not used for the longest makes room,
// held ones last. It may be used concurrently.
type Memory struct {
	mu      sync.Mutex
	most    int64
	bytes   int64
	entries map[Key]*list.Element
	used    *list.List // of *kept, the last used in front
}

var _ Store = (*Memory)(nil)

// kept is a session in a Memory.
type kept struct {
	key     Key
	data    []byte
	version int64
	ends    time.Time
	writer  Holder // who stored it
	holder  Holder
	held    time.Time // until then
}

// overhead is about what a session takes besides its record.
const overhead = 300

func (k *kept) size() int64 { return int64(len(k.data)) + overhead }

func (k *kept) heldBy(h Holder, now time.Time) bool { return k.holder == h && k.held.After(now) }

func (k *kept) heldByOther(h Holder, now time.Time) bool { return k.holder != h && k.held.After(now) }

// NewMemory gives an empty Memory. Nil opts mean the defaults.
func NewMemory(opts *MemoryOptions) *Memory {
	m := &Memory{most: DefaultMemoryBytes, entries: map[Key]*list.Element{}, used: list.New()}
	if opts != nil && opts.Bytes > 0 {
		m.most = opts.Bytes
	}
	return m
}

// Load implements [Store].
func (m *Memory) Load(ctx context.Context, key Key) (*Record, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	k := m.find(key, time.Now())
	if k == nil {
		return nil, NotFound()
	}
	return k.record(), nil
}

// Lock implements [Store].
func (m *Memory) Lock(ctx context.Context, key Key, holder Holder, lease time.Duration) (*Record, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	now := time.Now()
	m.mu.Lock()
	defer m.mu.Unlock()
	k := m.find(key, now)
	switch {
	case k == nil:
		return nil, NotFound()
	case k.heldByOther(holder, now):
		return nil, ErrHeld
	}
	k.holder, k.held = holder, now.Add(lease)
	if k.ends.Before(k.held) {
		k.ends = k.held
	}
	m.used.MoveToFront(m.entries[key])
	return k.record(), nil
}

// Release implements [Store].
func (m *Memory) Release(ctx context.Context, key Key, holder Holder, rec *Record) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	now := time.Now()
	m.mu.Lock()
	defer m.mu.Unlock()
	k := m.find(key, now)
	if rec == nil {
		if k != nil && k.heldBy(holder, now) {
			k.held = time.Time{}
		}
		return nil
	}
	if err := rec.Check(); err != nil {
		return err
	}
	var version int64
	if k != nil {
		version = k.version
	}
	switch {
	case version == rec.Version+1 && k.writer == holder:
		return nil
	case version != rec.Version, k != nil && k.heldByOther(holder, now):
		return ErrLost
	}
	return m.put(&kept{key: key, data: slices.Clone(rec.Data), version: version + 1, ends: now.Add(rec.Keep), writer: holder}, now)
}

// Delete implements [Store].
func (m *Memory) Delete(ctx context.Context, key Key) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if e := m.entries[key]; e != nil {
		m.remove(e)
	}
	return nil
}

// find gives a session whose time is not over, or nil.
func (m *Memory) find(key Key, now time.Time) *kept {
	e := m.entries[key]
	if e == nil {
		return nil
	}
	k := e.Value.(*kept)
	if !k.ends.After(now) {
		m.remove(e)
		return nil
	}
	return k
}

func (k *kept) record() *Record { return &Record{Data: slices.Clone(k.data), Version: k.version} }

func (m *Memory) remove(e *list.Element) {
	k := m.used.Remove(e).(*kept)
	m.bytes -= k.size()
	delete(m.entries, k.key)
}

// put stores a session in the place of the one before, and makes room for it: what
// is over goes first, then what was not used for the longest.
func (m *Memory) put(k *kept, now time.Time) error {
	if k.size() > m.most {
		return fault.New(fault.ServiceUnavailable, "there is no room for conversations", nil)
	}
	if e := m.entries[k.key]; e != nil {
		m.remove(e)
	}
	for e := m.used.Back(); e != nil && !e.Value.(*kept).ends.After(now); e = m.used.Back() {
		m.remove(e)
	}
	for m.bytes+k.size() > m.most {
		m.remove(m.spare(now))
	}
	m.entries[k.key] = m.used.PushFront(k)
	m.bytes += k.size()
	return nil
}

// maxSpared bounds how many held sessions are passed over for one that is not.
const maxSpared = 64

// spare gives the session to do without: of those not used for the longest the
// first that nobody holds.
func (m *Memory) spare(now time.Time) *list.Element {
	e := m.used.Back()
	for i := 0; i < maxSpared && e != nil; i, e = i+1, e.Prev() {
		if !e.Value.(*kept).held.After(now) {
			return e
		}
	}
	return m.used.Back()
}
