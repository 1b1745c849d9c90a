package localstore

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"sync"

	"github.com/akshara-go/akshara/observe/fault"
	"github.com/akshara-go/akshara/rag"
)

var (
	_ rag.Store          = (*Store)(nil)
	_ rag.Statistician   = (*Store)(nil)
	_ rag.DocumentLister = (*Store)(nil)
)

// Options configure a Store. The zero value, and nil, are the defaults.
type Options struct {
	Logger *slog.Logger // for what was recovered and compacted; nil: nothing is logged
}

// Store is an index in one directory. Its methods may be called concurrently.
// Close it when done: the directory stays locked until then.
type Store struct {
	dir  string
	log  *slog.Logger
	lock *os.File

	queueMu sync.Mutex
	queue   []*change // waiting to be written

	// writer is held by whoever changes the store, and while it waits for the
	// disk. It comes before mu.
	writer sync.Mutex
	active *dataFile // the log; nil when the directory cannot be written
	seq    uint64    // of the next change

	compactAt int64 // bytes on disk below which the dead ones may stay

	// mu guards what follows; it is held for writing only while memory is changed.
	mu      sync.RWMutex
	tenants map[string]*tenant
	files   []*dataFile // snapshot and logs, in order
	disk    int64       // bytes of files
	torn    int64       // bytes cut off when the store was opened
	broken  error       // why no change is accepted any more
	closed  bool

	scratches sync.Pool // of *scratch
}

// Open opens the store in dir, and makes both when they do not exist. It takes
// one to two seconds for each 100,000 records.
//
// A directory that another process has open gives an [*InUseError], a damaged
// file a [*CorruptError], one that cannot be made a [*WriteError]. A store whose
// directory cannot be written, but read, is opened for searching alone: changes
// fail with a [*WriteError], and so does [Store.Check].
func Open(dir string, opts *Options) (*Store, error) {
	s := &Store{dir: dir, log: slog.New(slog.DiscardHandler), tenants: map[string]*tenant{}, seq: 1, compactAt: compactAt}
	if opts != nil && opts.Logger != nil {
		s.log = opts.Logger
	}
	spare := newHelpers()
	s.scratches.New = func() any { return &scratch{helpers: spare} }
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, writeFault(&WriteError{File: dir, Err: err})
	}
	if err := s.takeLock(); err != nil {
		return nil, err
	}
	if err := s.load(); err != nil {
		_ = s.closeFiles()
		return nil, openFault(err)
	}
	return s, nil
}

// takeLock locks the directory. One that cannot be written is locked through
// the file that an earlier Open left there.
func (s *Store) takeLock() error {
	path := filepath.Join(s.dir, "LOCK")
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if isReadOnly(err) {
		f, err = os.Open(path)
	}
	if err != nil {
		return writeFault(&WriteError{File: path, Err: err})
	}
	busy, err := lockFile(f)
	if err == nil {
		s.lock = f
		return nil
	}
	_ = f.Close()
	if busy {
		return fault.Wrap(&InUseError{Dir: s.dir}, fault.ServiceUnavailable,
			"the index is in use by another process", fault.Details{"directory": filepath.Base(s.dir)})
	}
	return writeFault(&WriteError{File: path, Err: err})
}

// Close waits for the change that is being written and unlocks the directory.
// What was acknowledged is durable already. A second Close does nothing.
func (s *Store) Close() error {
	s.writer.Lock()
	defer s.writer.Unlock()
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return nil
	}
	s.closed, s.broken, s.active = true, closedFault(), nil
	s.tenants = nil
	return s.closeFiles()
}

func (s *Store) closeFiles() error {
	var errs []error
	for _, f := range s.files {
		errs = append(errs, f.release())
	}
	s.files = nil
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

// view runs f with the tenant's state, or nil when it has none, which cannot
// change until f returns.
func (s *Store) view(ctx context.Context, name string, f func(t *tenant) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	s.mu.RLock()
	defer s.mu.RUnlock()
	if s.closed {
		return closedFault()
	}
	return f(s.tenants[name])
}

// Documents gives the ids of the tenant's documents that have records, sorted.
func (s *Store) Documents(ctx context.Context, tenantName string) ([]string, error) {
	var ids []string
	err := s.view(ctx, tenantName, func(t *tenant) error {
		if t == nil {
			return nil
		}
		ids = make([]string, 0, len(t.docs))
		for id := range t.docs {
			ids = append(ids, id)
		}
		return nil
	})
	slices.Sort(ids)
	return ids, err
}

// DocumentFrequency gives the number of the tenant's records that have terms for
// the leg, and for each of terms in how many of those it stands.
func (s *Store) DocumentFrequency(ctx context.Context, tenantName string, name rag.Leg, terms []string) (int, []int, error) {
	freqs := make([]int, len(terms))
	records := 0
	err := s.view(ctx, tenantName, func(t *tenant) error {
		if t == nil || t.legs[name] == nil {
			return nil
		}
		l := t.legs[name]
		records = l.count
		for i, text := range terms {
			if id, ok := l.ids[text]; ok {
				freqs[i] = int(l.freqs[id])
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
	Tenants   int
	Documents int
	Records   int
	Vectors   int
	DiskBytes int64 // of the snapshot and the logs
	LiveBytes int64 // of DiskBytes: of records that are neither replaced nor deleted
	TornBytes int64 // of an unfinished change that Open cut off
}

// Stats gives the size of the store.
func (s *Store) Stats(ctx context.Context) (Stats, error) {
	var st Stats
	err := s.view(ctx, "", func(*tenant) error {
		st = Stats{Tenants: len(s.tenants), TornBytes: s.torn, DiskBytes: s.disk}
		for _, t := range s.tenants {
			st.Documents += len(t.docs)
			st.Records += t.live()
			st.Vectors += t.vecs.live
			st.LiveBytes += t.size
		}
		return nil
	})
	return st, err
}

// Check tells whether the store can be searched and changed: nil, or why not.
func (s *Store) Check(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.broken
}
