package localstore

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/akshara-go/akshara/rag"
)

const (
	logSuffix      = ".log"
	snapshotSuffix = ".snapshot"
)

func (s *Store) path(gen uint64, suffix string) string {
	return filepath.Join(s.dir, fmt.Sprintf("%08d%s", gen, suffix))
}

// load reads the newest snapshot and the logs behind it, and removes what an
// interrupted compaction left.
func (s *Store) load() error {
	snapshots, logs, stale, err := s.listing()
	if err != nil {
		return err
	}
	first := uint64(1)
	if n := len(snapshots); n > 0 {
		first = snapshots[n-1]
		if err := s.loadSnapshot(first); err != nil {
			return err
		}
	}
	for _, gen := range snapshots[:max(0, len(snapshots)-1)] {
		stale = append(stale, s.path(gen, snapshotSuffix))
	}
	for len(logs) > 0 && logs[0] < first {
		stale = append(stale, s.path(logs[0], logSuffix))
		logs = logs[1:]
	}
	for i, gen := range logs {
		if want := first + uint64(i); gen != want {
			return &CorruptError{File: s.path(want, logSuffix), Reason: "the file is missing"}
		}
		if err := s.loadLog(gen, i == len(logs)-1); err != nil {
			return err
		}
	}
	if len(logs) == 0 {
		if err := s.firstLog(first); err != nil {
			return err
		}
	}
	for _, path := range stale {
		_ = os.Remove(path) // tried again by the next Open
	}
	s.settle()
	return nil
}

// firstLog makes the log that a new store, or one whose last was not made, begins with.
func (s *Store) firstLog(gen uint64) error {
	if len(s.files) > 0 {
		return &CorruptError{File: s.path(gen, logSuffix), Reason: "the file is missing"}
	}
	f, err := createFile(s.path(gen, logSuffix), gen)
	if err == nil {
		err = f.publish()
	}
	if err != nil {
		return err
	}
	s.active, s.files = f, append(s.files, f)
	return nil
}

// listing sorts the directory's files: generations of snapshots and of logs
// ascending, and paths of what was never published.
func (s *Store) listing() (snapshots, logs []uint64, stale []string, err error) {
	entries, err := os.ReadDir(s.dir)
	if err != nil {
		return nil, nil, nil, fmt.Errorf("localstore: %w", err)
	}
	for _, e := range entries {
		stem, suffix := e.Name(), filepath.Ext(e.Name())
		stem = strings.TrimSuffix(stem, suffix)
		gen, err := strconv.ParseUint(stem, 10, 64)
		switch {
		case suffix == ".tmp":
			stale = append(stale, filepath.Join(s.dir, e.Name()))
		case err != nil || e.Name() != filepath.Base(s.path(gen, suffix)):
		case suffix == snapshotSuffix:
			snapshots = append(snapshots, gen)
		case suffix == logSuffix:
			logs = append(logs, gen)
		}
	}
	slices.Sort(snapshots)
	slices.Sort(logs)
	return snapshots, logs, stale, nil
}

func (s *Store) loadSnapshot(gen uint64) error {
	f, total, err := s.openForLoad(gen, snapshotSuffix, false)
	if err != nil {
		return err
	}
	last := uint64(0)
	_, torn, err := f.frames(total, 1, func(payload []byte, at int64) error {
		if last != 0 {
			return f.corrupt(at, "something follows the end")
		}
		if payload[0] == kindEnd {
			d := &decoder{b: payload[1:]}
			if last = d.uvarint(); d.err != nil || last == 0 || len(d.b) > 0 {
				return f.corrupt(at, "its end makes no sense")
			}
			return nil
		}
		return s.apply(payload, f, at)
	})
	switch {
	case err != nil:
		return err
	case torn > 0:
		return f.corrupt(f.size, "it is cut short")
	case last == 0:
		return f.corrupt(f.size, "its end is missing")
	}
	s.seq = last + 1
	return nil
}

func (s *Store) openForLoad(gen uint64, suffix string, writable bool) (*dataFile, int64, error) {
	path := s.path(gen, suffix)
	f, err := openFile(path, gen, writable)
	if writable && isReadOnly(err) {
		s.log.Warn("the index is read-only", "file", path)
		s.broken = writeFault(&WriteError{File: path, Err: err})
		f, err = openFile(path, gen, false)
	}
	if err != nil {
		if _, ok := errors.AsType[*fs.PathError](err); ok {
			err = fmt.Errorf("localstore: %w", err)
		}
		return nil, 0, err
	}
	s.files = append(s.files, f)
	info, err := os.Stat(path)
	if err != nil {
		return nil, 0, fmt.Errorf("localstore: %w", err)
	}
	return f, info.Size(), nil
}

// loadLog replays a log. The last one may end in an unfinished change, which is
// cut off, and is the one to be continued.
func (s *Store) loadLog(gen uint64, last bool) error {
	f, total, err := s.openForLoad(gen, logSuffix, last)
	if err != nil {
		return err
	}
	next, torn, err := f.frames(total, s.seq, func(payload []byte, at int64) error {
		return s.apply(payload, f, at)
	})
	if err != nil {
		return err
	}
	s.seq = next
	if torn > 0 {
		if !last {
			return f.corrupt(f.size, "it is cut short")
		}
		s.torn = torn
		s.log.Warn("an unfinished change was dropped", "file", f.path, "offset", f.size, "bytes", torn)
	}
	if !last || s.broken != nil {
		return nil
	}
	if torn > 0 {
		if err := errors.Join(f.f.Truncate(f.size), f.f.Sync()); err != nil {
			s.broken = writeFault(&WriteError{File: f.path, Err: err})
			return nil
		}
	}
	s.active = f
	return nil
}

// settle brings every tenant into the shape that searches want.
func (s *Store) settle() {
	for name, t := range s.tenants {
		if t.dead > t.live() {
			t = t.compacted()
			s.tenants[name] = t
		}
		if t.vecs.stale() {
			t.vecs.codes = t.vecs.encode()
		}
	}
	for _, f := range s.files {
		s.disk += f.size
	}
}

// apply changes memory as a payload says that stands in f at an offset. Writing
// and loading both go through here, so that they cannot differ. It fails, with a
// *CorruptError, only on bytes that the store did not write.
func (s *Store) apply(payload []byte, f *dataFile, at int64) error {
	d := &decoder{b: payload}
	for len(d.b) > 0 && d.err == nil {
		switch d.byte() {
		case kindDefine:
			s.applyDefine(d)
		case kindUpsert:
			s.applyUpsert(d, f, at+int64(len(payload)))
		case kindDelete:
			if sel := d.selector(); d.err == nil {
				s.applyDelete(sel)
			}
		default:
			d.fail(errValue)
		}
	}
	if d.err != nil {
		return f.corrupt(at, "a change makes no sense: "+d.err.Error())
	}
	return nil
}

func (s *Store) tenant(name string) *tenant {
	t := s.tenants[name]
	if t == nil {
		t = newTenant(name)
		s.tenants[name] = t
	}
	return t
}

func (s *Store) applyDefine(d *decoder) {
	name, legName := d.string(), d.string()
	first, n := d.uvarint(), d.count(1)
	if d.err != nil {
		return
	}
	l := s.tenant(name).leg(rag.Leg(legName))
	if first != uint64(len(l.texts)) {
		d.fail(errValue)
		return
	}
	news := make(run, n)
	for i := range news {
		news[i] = uint32(len(l.texts))
		l.define(d.string())
	}
	if rag.Leg(legName) == rag.Forms && n > 0 {
		l.sorted = l.sorted.add(l.texts, news)
	}
}

// applyUpsert links the records of a payload that ends at an offset of f.
func (s *Store) applyUpsert(d *decoder, f *dataFile, end int64) {
	name := d.string()
	model := rag.EmbedModel{Name: d.string()}
	dims := d.uvarint()
	n := d.count(2)
	if dims > maxPayload {
		d.fail(errValue)
	}
	if d.err != nil {
		return
	}
	model.Dimensions = int(dims)
	t := s.tenant(name)
	for range n {
		size := d.uvarint()
		at := end - int64(len(d.b))
		rec := &decoder{b: d.take(size)}
		if d.err == nil {
			t.add(rec, location{file: f, at: at, size: uint32(size)}, model)
		}
		if rec.err != nil {
			d.fail(rec.err)
		}
		if d.err != nil {
			return
		}
	}
}

func (s *Store) applyDelete(sel *rag.Selector) {
	t := s.tenants[sel.Tenant]
	if t == nil {
		return
	}
	if sel.All && len(sel.Except) == 0 {
		delete(s.tenants, sel.Tenant)
		return
	}
	t.delete(sel)
}
