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
	segmentSuffix  = ".segment"
)

func (s *Store) path(gen uint64, suffix string) string {
	return filepath.Join(s.dir, fmt.Sprintf("%08d%s", gen, suffix))
}

// listing is what a directory holds: generations ascending, and paths of what
// was never published.
type listing struct {
	snapshots, logs, segments []uint64
	stale                     []string
}

// list sorts the directory's files.
func (s *Store) list() (*listing, error) {
	entries, err := os.ReadDir(s.dir)
	if err != nil {
		return nil, fmt.Errorf("localstore: %w", err)
	}
	l := &listing{}
	for _, e := range entries {
		suffix := filepath.Ext(e.Name())
		gen, err := strconv.ParseUint(strings.TrimSuffix(e.Name(), suffix), 10, 64)
		switch {
		case suffix == ".tmp":
			l.stale = append(l.stale, filepath.Join(s.dir, e.Name()))
		case err != nil || e.Name() != filepath.Base(s.path(gen, suffix)):
		case suffix == snapshotSuffix:
			l.snapshots = append(l.snapshots, gen)
		case suffix == logSuffix:
			l.logs = append(l.logs, gen)
		case suffix == segmentSuffix:
			l.segments = append(l.segments, gen)
		}
	}
	notes, _ := os.ReadDir(filepath.Join(s.dir, notesFolder)) // most stores have none
	for _, e := range notes {
		if filepath.Ext(e.Name()) == ".tmp" {
			l.stale = append(l.stale, filepath.Join(s.dir, notesFolder, e.Name()))
		}
	}
	slices.Sort(l.snapshots)
	slices.Sort(l.logs)
	slices.Sort(l.segments)
	return l, nil
}

// load opens the segments, replays the logs, and removes what an interrupted
// rewriting left.
func (s *Store) load() error {
	l, err := s.list()
	if err != nil {
		return err
	}
	m, err := readManifest(s.dir)
	if err != nil {
		return err
	}
	if m == nil && len(l.snapshots)+len(l.logs)+len(l.segments) == 0 {
		return s.begin(l)
	}
	if n := len(l.segments); n > 0 {
		s.lastSegment = l.segments[n-1]
	}
	first := uint64(1)
	if m != nil {
		first, s.seq = m.firstLog, m.seq
		err = s.loadSegments(m, l)
	} else if n := len(l.snapshots); n > 0 {
		first = l.snapshots[n-1]
		err = s.loadSnapshot(first)
		l.snapshots = l.snapshots[:n-1]
	}
	if err == nil {
		err = s.loadLogs(first, l)
	}
	if err != nil {
		return err
	}
	for _, gen := range l.snapshots {
		l.stale = append(l.stale, s.path(gen, snapshotSuffix))
	}
	for _, gen := range l.segments {
		l.stale = append(l.stale, s.path(gen, segmentSuffix))
	}
	l.clean()
	return nil
}

// clean removes what was never published, or is no longer needed. What it fails to
// remove the next Open does.
func (l *listing) clean() {
	for _, path := range l.stale {
		_ = os.Remove(path)
	}
}

// begin makes the first log of a new store. A manifest that has no name yet is that of
// a copy: a store has a log before.
func (s *Store) begin(l *listing) error {
	if path := filepath.Join(s.dir, manifestName); slices.Contains(l.stale, path+".tmp") {
		return &CorruptError{File: path, Reason: "the file is missing"}
	}
	l.clean()
	f, err := createFile(s.path(1, logSuffix), 1, logKind)
	if err == nil {
		err = f.publish(s.syncDir)
	}
	if err != nil {
		return err
	}
	f.firstSeq = s.seq
	s.active, s.logs = f, []*dataFile{f}
	return nil
}

// loadSegments opens what a manifest names and takes it off the listing.
func (s *Store) loadSegments(m *manifest, l *listing) error {
	for i := range m.segments {
		want := &m.segments[i]
		at := slices.Index(l.segments, want.gen)
		if at < 0 {
			return &CorruptError{File: s.path(want.gen, segmentSuffix), Reason: "the file is missing"}
		}
		l.segments = slices.Delete(l.segments, at, at+1)
		seg, err := openSegment(s.path(want.gen, segmentSuffix), want.gen, s.openLog)
		if err != nil {
			return pathError(err)
		}
		s.segments = append(s.segments, seg)
		if err := want.bury(seg); err != nil {
			return err
		}
		for name, p := range seg.parts {
			e := s.collection(name).edit(nil)
			e.parts = append(e.parts, p)
			if p.vectors() > 0 {
				e.model = p.model
			}
			if err := e.publish(); err != nil {
				return err
			}
		}
	}
	return nil
}

// loadLogs replays the logs from one on, which must be there. Those before that no
// segment refers to are stale.
func (s *Store) loadLogs(first uint64, l *listing) error {
	for len(l.logs) > 0 && l.logs[0] < first {
		if !s.refersTo(l.logs[0]) {
			l.stale = append(l.stale, s.path(l.logs[0], logSuffix))
		}
		l.logs = l.logs[1:]
	}
	for i, gen := range l.logs {
		if want := first + uint64(i); gen != want {
			return &CorruptError{File: s.path(want, logSuffix), Reason: "the file is missing"}
		}
		if err := s.loadLog(gen, i == len(l.logs)-1); err != nil {
			return err
		}
	}
	if len(l.logs) == 0 {
		return &CorruptError{File: s.path(first, logSuffix), Reason: "the file is missing"}
	}
	return nil
}

// openLog opens and maps a log that a segment refers to.
func (s *Store) openLog(gen uint64) (*dataFile, error) {
	path := s.path(gen, logSuffix)
	f, err := openFile(path, gen, logKind, false)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, &CorruptError{File: path, Reason: "the file is missing"}
	}
	if err != nil {
		return nil, err
	}
	if err := f.mapWhole(); err != nil {
		return nil, errors.Join(err, f.release())
	}
	f.size = int64(len(f.mapped))
	return f, nil
}

// refersTo tells whether a segment has records in a log.
func (s *Store) refersTo(gen uint64) bool {
	return slices.ContainsFunc(s.segments, func(seg *segment) bool {
		return slices.ContainsFunc(seg.file.logs, func(f *dataFile) bool { return f.gen == gen })
	})
}

// loadSnapshot replays a snapshot, as version 1 wrote them.
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
	f, err := openFile(path, gen, logKind, writable)
	if writable && isReadOnly(err) {
		s.log.Warn("the index is read-only", "file", path)
		s.broken = writeFault(&WriteError{File: path, Err: err})
		f, err = openFile(path, gen, logKind, false)
	}
	if err != nil {
		return nil, 0, pathError(err)
	}
	s.logs = append(s.logs, f)
	info, err := os.Stat(path)
	if err != nil {
		return nil, 0, fmt.Errorf("localstore: %w", err)
	}
	return f, info.Size(), nil
}

func pathError(err error) error {
	if _, ok := errors.AsType[*fs.PathError](err); ok {
		return fmt.Errorf("localstore: %w", err)
	}
	return err
}

// loadLog replays a log. The last one may end in an unfinished change, which is
// cut off, and is the one to be continued.
func (s *Store) loadLog(gen uint64, last bool) error {
	f, total, err := s.openForLoad(gen, logSuffix, last)
	if err != nil {
		return err
	}
	f.firstSeq = s.seq
	if f.version > 1 {
		s.forgetTerms()
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

// apply changes memory as a payload says that stands in f at an offset. Writing
// and loading both go through here, so that they cannot differ. It fails, with a
// *CorruptError, only on bytes that the store did not write.
func (s *Store) apply(payload []byte, f *dataFile, at int64) error {
	a := &application{s: s, f: f, end: at + int64(len(payload)), edits: map[string]*edit{}}
	d := &decoder{b: payload}
	for len(d.b) > 0 && d.err == nil {
		switch kind := d.byte(); kind {
		case kindDefine:
			a.define(d)
		case kindUpsert, kindOldUpsert:
			a.upsert(d, kind == kindUpsert)
		case kindDelete:
			if sel := d.selector(); d.err == nil && s.known(sel.Tenant) {
				a.edit(sel.Tenant).delete(sel)
			}
		default:
			d.fail(errValue)
		}
	}
	if d.err != nil {
		return f.corrupt(at, "a change makes no sense: "+d.err.Error())
	}
	for _, e := range a.edits {
		if err := e.publish(); err != nil {
			return err
		}
	}
	return nil
}

// application is a payload that is being applied.
type application struct {
	s     *Store
	f     *dataFile
	end   int64 // of the payload, in f
	edits map[string]*edit
}

func (a *application) edit(tenant string) *edit {
	e := a.edits[tenant]
	if e == nil {
		e = a.s.collection(tenant).edit(a.f)
		a.edits[tenant] = e
	}
	return e
}

func (a *application) define(d *decoder) {
	name, legName := d.string(), rag.Leg(d.string())
	first, n := d.uvarint(), d.count(1)
	if d.err != nil {
		return
	}
	l := a.s.collection(name).leg(legName)
	if first != uint64(len(l.list())) {
		d.fail(errValue)
		return
	}
	news := d.stringsOf(n)
	if d.err == nil && !l.define(news, legName == rag.Forms) {
		d.fail(errValue)
	}
}

// upsert links the records of a payload. aligned is false for those of version 1 or 2.
func (a *application) upsert(d *decoder, aligned bool) {
	name := d.string()
	model := rag.EmbedModel{Name: d.string()}
	dims := d.uvarint()
	n := d.count(2)
	if dims > maxPayload || !aligned && a.f.version == logVersion {
		d.fail(errValue)
	}
	if d.err != nil {
		return
	}
	model.Dimensions = int(dims)
	e := a.edit(name)
	e.builder.grow(min(n, 1<<13))
	for range n {
		size := d.uvarint()
		at := uint64(a.end) - uint64(len(d.b))
		if aligned {
			at += uint64(len(d.take(padding(at, recordAlign))))
		}
		rec := &decoder{b: d.take(size)}
		if d.err == nil {
			e.add(rec, place{at, size}, model, aligned)
			a.f.records++
		}
		if rec.err != nil {
			d.fail(rec.err)
		}
		if d.err != nil {
			return
		}
	}
}
