package localstore

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/akshara-go/akshara/observe/fault"
	"github.com/akshara-go/akshara/rag"
	"github.com/akshara-go/akshara/rag/internal/durable"
	"github.com/akshara-go/akshara/rag/internal/quant"
)

var (
	_ rag.Store          = (*Store)(nil)
	_ rag.Statistician   = (*Store)(nil)
	_ rag.DocumentLister = (*Store)(nil)
)

// Options configure a Store. The zero value, and nil, are the defaults.
type Options struct {
	Logger *slog.Logger // for what was recovered and rewritten; nil: nothing is logged
}

// Store is an index in one directory. Its methods may be called concurrently.
// Close it when done: the directory stays locked until then.
type Store struct {
	dir     string
	log     *slog.Logger
	lock    *os.File
	syncDir func(dir string) error // tests put a failing one in its place

	queueMu sync.Mutex
	queue   []*change // waiting to be written

	// maintenance is held by whoever rewrites files. It comes before writer.
	maintenance turn
	lastSegment uint64 // generation of the newest

	// writer is held by whoever changes the store, and while it waits for the
	// disk. It comes before mu. Searches take neither.
	writer turn
	active *dataFile // the log; nil when the directory cannot be written
	seq    uint64    // of the next change
	frame  []byte    // of the last change: memory for the next

	logLimit atomic.Int64 // bytes of logs from which on they become a segment
	logBytes atomic.Int64
	stuck    atomic.Bool // the last rewriting failed
	progress signal      // a rewriting has ended

	collections sync.Map // of *collection, by name of the tenant; never removed
	closed      atomic.Bool

	// mu guards what follows for those who do not hold writer.
	mu       sync.Mutex
	logs     []*dataFile // in order; the last is active
	segments []*segment  // changed with maintenance held, too
	torn     int64       // bytes cut off when the store was opened
	broken   error       // why no change is accepted any more

	wake       chan struct{}   // to maintain
	background context.Context // ends with the store
	stop       context.CancelFunc
	maintained chan struct{} // closed when maintain has ended

	notes     notes
	scratches sync.Pool // of *scratch
}

// Open opens the store in dir, and makes both when they do not exist. It reads
// the logs that are no segments yet, some 64 MB as a rule, and maps the rest. What an
// earlier version wrote is read, a directory of version 1 whole, one to two seconds for each 100,000 records,
// and then rewritten.
//
// A directory that another process has open gives an [*InUseError], a damaged
// file a [*CorruptError], one that cannot be made a [*WriteError]. A store whose
// directory cannot be written, but read, is opened for searching alone: changes
// fail with a [*WriteError], and so does [Store.Check].
func Open(dir string, opts *Options) (*Store, error) {
	s := newStore(dir, opts)
	if err := s.open(); err != nil {
		return nil, err
	}
	return s, nil
}

func newStore(dir string, opts *Options) *Store {
	s := &Store{dir: dir, maintenance: make(turn, 1), writer: make(turn, 1), log: slog.New(slog.DiscardHandler), syncDir: durable.SyncDir, seq: 1,
		wake: make(chan struct{}, 1), maintained: make(chan struct{})}
	if opts != nil && opts.Logger != nil {
		s.log = opts.Logger
	}
	s.logLimit.Store(logLimit)
	spare := quant.NewHelpers()
	s.scratches.New = func() any { return &scratch{dense: quant.Scratch{Helpers: spare}} }
	return s
}

func (s *Store) open() error {
	if err := s.makeDir(s.dir); err != nil {
		return err
	}
	var err error
	if s.lock, err = takeLock(s.dir); err != nil {
		return err
	}
	if err := s.load(); err != nil {
		_ = s.closeFiles()
		return openFault(err)
	}
	s.countLogs()
	s.background, s.stop = context.WithCancel(context.Background())
	go s.maintain(s.background)
	s.awaken()
	return nil
}

// makeDir makes a directory and those above it, and has the names of those that were
// not there synced. When it fails, it leaves none.
func (s *Store) makeDir(dir string) error {
	var news []string
	for at := filepath.Clean(dir); ; at = filepath.Dir(at) {
		if _, err := os.Lstat(at); !errors.Is(err, fs.ErrNotExist) || at == filepath.Dir(at) {
			break
		}
		news = append(news, at)
	}
	err := os.MkdirAll(dir, 0o700)
	for _, made := range slices.Backward(news) {
		if err == nil {
			err = s.syncDir(filepath.Dir(made))
		}
	}
	if err == nil {
		return nil
	}
	for _, made := range news {
		_ = os.Remove(made)
	}
	return writeFault(&WriteError{File: dir, Err: err})
}

// lookup gives a tenant's collection, or nil.
func (s *Store) lookup(name string) *collection {
	c, ok := s.collections.Load(name)
	if !ok {
		return nil
	}
	return c.(*collection)
}

// known tells whether a tenant ever had records.
func (s *Store) known(name string) bool { return s.lookup(name) != nil }

// collection gives a tenant's collection, and makes it. The caller holds s.writer.
func (s *Store) collection(name string) *collection {
	c := s.lookup(name)
	if c == nil {
		c = &collection{name: name}
		s.collections.Store(name, c)
	}
	return c
}

// lockName is the file whose lock is the directory's. It is never removed: who waits
// with another in its place would have another lock.
const lockName = "LOCK"

// takeLock locks a directory until the file is closed. One that cannot be written is
// locked through the file that an earlier Open left there.
func takeLock(dir string) (*os.File, error) {
	path := filepath.Join(dir, lockName)
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if isReadOnly(err) {
		f, err = os.Open(path)
	}
	if err != nil {
		return nil, writeFault(&WriteError{File: path, Err: err})
	}
	busy, err := lockFile(f)
	if err == nil {
		return f, nil
	}
	_ = f.Close()
	if busy {
		return nil, fault.Wrap(&InUseError{Dir: dir}, fault.ServiceUnavailable,
			"the index is in use by another process", fault.Details{"directory": filepath.Base(dir)})
	}
	return nil, writeFault(&WriteError{File: path, Err: err})
}

// Close waits for the change that is being written, ends what is rewritten and
// unlocks the directory. What was acknowledged is durable already. Files that a
// search still reads are closed when it is done. A second Close does nothing.
func (s *Store) Close() error {
	s.writer.lock()
	if s.closed.Swap(true) {
		s.writer.give()
		return nil
	}
	_ = s.refuse(closedFault())
	s.active = nil
	s.writer.give()
	s.stop()
	<-s.maintained
	s.maintenance.lock() // of a Compact, which ends likewise
	defer s.maintenance.give()
	return s.closeFiles()
}

func (s *Store) closeFiles() error {
	s.collections.Range(func(_, c any) bool {
		c.(*collection).publish(nil)
		return true
	})
	s.mu.Lock() // of a Stats
	logs, segments := s.logs, s.segments
	s.logs, s.segments = nil, nil
	s.mu.Unlock()
	var errs []error
	for _, f := range logs {
		errs = append(errs, f.release())
	}
	for _, seg := range segments {
		errs = append(errs, seg.file.release())
	}
	errs = append(errs, s.lock.Close())
	if err := errors.Join(errs...); err != nil {
		return fmt.Errorf("localstore: close: %w", err)
	}
	return nil
}

func openFault(err error) error {
	if e, ok := errors.AsType[*CorruptError](err); ok {
		return corruptFault(e)
	}
	if e, ok := errors.AsType[*WriteError](err); ok {
		return writeFault(e)
	}
	return fault.Wrap(err, fault.Internal, "the index cannot be opened", nil)
}

// view runs f with the tenant as it is now, or nil when it has nothing. What it
// is made of stays until f returns.
func (s *Store) view(ctx context.Context, name string, f func(t *tenant) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if s.closed.Load() {
		return closedFault()
	}
	c := s.lookup(name)
	if c == nil {
		return f(nil)
	}
	t := c.view()
	if t == nil && s.closed.Load() {
		return closedFault()
	}
	defer t.release()
	return f(t)
}

// Documents gives the ids of the tenant's documents that have records, sorted.
func (s *Store) Documents(ctx context.Context, tenantName string) ([]string, error) {
	var ids []string
	err := s.view(ctx, tenantName, func(t *tenant) error {
		if t != nil {
			ids = t.documents()
		}
		return nil
	})
	return ids, err
}

// documents gives the ids of the documents that have records, sorted.
func (t *tenant) documents() []string {
	ids := []string{}
	for _, p := range t.parts {
		for doc := range uint32(p.docs.len()) {
			slots := p.docSlots[p.docFroms[doc]:p.docFroms[doc+1]]
			if slices.ContainsFunc(slots, func(slot uint32) bool { return p.alive(slot, t.version) }) {
				ids = append(ids, string(p.docs.at(doc)))
			}
		}
	}
	slices.Sort(ids)
	return slices.Compact(ids)
}

// DocumentFrequency gives the number of the tenant's records that have terms for
// the leg, and for each of terms in how many of those it stands.
func (s *Store) DocumentFrequency(ctx context.Context, tenantName string, name rag.Leg, terms []string) (int, []int, error) {
	freqs := make([]int, len(terms))
	records := 0
	err := s.view(ctx, tenantName, func(t *tenant) error {
		if t == nil {
			return nil
		}
		records = t.stats[name].records
		for _, p := range t.parts {
			l := p.legs[name]
			if l == nil {
				continue
			}
			for i, text := range terms {
				if id, ok := l.find(text); ok {
					freqs[i] += l.freq(id)
				}
			}
		}
		return nil
	})
	if err != nil {
		return 0, nil, err
	}
	return records, freqs, nil
}

// Stats says how large a store is.
type Stats struct {
	Tenants   int // that have records
	Documents int
	Records   int
	Vectors   int
	DiskBytes int64 // of segments and logs
	LiveBytes int64 // of records that are neither replaced nor deleted
	TornBytes int64 // of an unfinished change that Open cut off
}

// Stats gives the size of the store.
func (s *Store) Stats(ctx context.Context) (Stats, error) {
	var st Stats
	err := ctx.Err()
	s.collections.Range(func(name, _ any) bool {
		err = s.view(ctx, name.(string), func(t *tenant) error {
			if t == nil {
				return nil
			}
			before := st.Records
			for _, p := range t.parts {
				st.Records += p.live()
				st.Vectors += p.vectors()
				st.LiveBytes += p.size()
			}
			if st.Records > before {
				st.Tenants++
				st.Documents += len(t.documents())
			}
			return nil
		})
		return err == nil
	})
	if err == nil && s.closed.Load() {
		err = closedFault()
	}
	if err != nil {
		return Stats{}, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	st.TornBytes, st.DiskBytes = s.torn, s.logBytes.Load()
	for _, seg := range s.segments {
		st.DiskBytes += seg.size()
	}
	return st, nil
}

// Check tells whether the store can be searched and changed: nil, or why not.
func (s *Store) Check(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.broken
}
