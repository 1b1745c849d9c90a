package localstore

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"os"
	"path/filepath"

	"github.com/akshara-go/akshara/observe/fault"
	"github.com/akshara-go/akshara/rag"
)

const (
	compactAt     = 64 << 20 // bytes on disk below which the dead ones may stay
	snapshotFrame = 4 << 20  // bytes at which a snapshot begins a new frame
)

// liveBytes gives the size of all live records on disk. The caller holds s.writer.
func (s *Store) liveBytes() int64 {
	var n int64
	for _, t := range s.tenants {
		n += t.size
	}
	return n
}

// Compact copies the live records into a new snapshot and removes the files
// before it. It happens by itself when half of the bytes on disk are dead and
// there are more than 64 MB of them. Searches go on meanwhile; changes wait.
func (s *Store) Compact(ctx context.Context) error {
	s.writer.Lock()
	defer s.writer.Unlock()
	if s.broken != nil {
		return s.broken
	}
	return s.compact(ctx)
}

// compact begins a new log, so that a snapshot can be written of what is in the
// others. Stopped at any point, it leaves files that Open understands.
func (s *Store) compact(ctx context.Context) error {
	if s.seq == 1 {
		return nil
	}
	gen := s.active.gen + 1
	if err := s.rotate(gen); err != nil {
		return err
	}
	snap, moved, err := s.writeSnapshot(ctx, s.path(gen, snapshotSuffix), gen, s.seq-1)
	if err != nil {
		return err
	}
	s.mu.Lock()
	old := s.files[:len(s.files)-1]
	s.files = []*dataFile{snap, s.active}
	s.disk = snap.size + s.active.size
	for name, where := range moved {
		s.tenants[name].where = where
	}
	s.mu.Unlock()
	s.compactAt = compactAt
	s.log.Info("the index was compacted", "file", snap.path, "bytes", snap.size)
	var errs []error
	for _, f := range old {
		f.retired.Store(true)
		errs = append(errs, f.release())
	}
	if err := errors.Join(errs...); err != nil {
		s.log.Warn("old files were left behind until the next start", "error", err)
	}
	return nil
}

// rotate ends the active log and begins that of gen.
func (s *Store) rotate(gen uint64) error {
	next, err := createFile(s.path(gen, logSuffix), gen)
	if err == nil {
		err = next.publish()
	}
	if e, ok := errors.AsType[*WriteError](err); ok {
		if e.Reopen {
			return s.refuse(writeFault(e))
		}
		return writeFault(e)
	}
	s.mu.Lock()
	s.files = append(s.files, next)
	s.disk += next.size
	s.mu.Unlock()
	s.active = next
	return nil
}

// Snapshot writes a copy of the store as it is now into another directory, which
// must be empty or missing, and from which [Open] opens it. Searches go on
// meanwhile; changes wait.
func (s *Store) Snapshot(ctx context.Context, dir string) error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return writeFault(&WriteError{File: dir, Err: err})
	}
	if entries, err := os.ReadDir(dir); err != nil || len(entries) > 0 {
		return fault.Wrap(err, fault.InvalidRequest, "the directory for the copy is not empty", nil)
	}
	s.writer.Lock()
	defer s.writer.Unlock()
	if s.closed {
		return closedFault()
	}
	const gen = 1
	name := filepath.Join(dir, filepath.Base(s.path(gen, "")))
	snap, _, err := s.writeSnapshot(ctx, name+snapshotSuffix, gen, max(1, s.seq-1))
	if err != nil {
		return err
	}
	log, err := createFile(name+logSuffix, gen)
	if err == nil {
		err = log.publish()
	}
	if e, ok := errors.AsType[*WriteError](err); ok {
		_ = snap.release()
		return writeFault(e)
	}
	if err := errors.Join(snap.release(), log.release()); err != nil {
		return writeFault(&WriteError{File: snap.path, Err: err})
	}
	return nil
}

// writeSnapshot writes and publishes a snapshot of all tenants, the last change
// in which is last. It gives where the records stand in it. The caller holds
// s.writer, so that nothing changes.
func (s *Store) writeSnapshot(ctx context.Context, path string, gen, last uint64) (*dataFile, map[string][]location, error) {
	f, err := createFile(path, gen)
	if err != nil {
		return nil, nil, openFault(err)
	}
	w := &snapshotWriter{f: f, seq: 1}
	moved := make(map[string][]location, len(s.tenants))
	for name, t := range s.tenants {
		if moved[name], err = w.tenant(ctx, t); err != nil {
			break
		}
	}
	if err == nil {
		err = w.flush()
	}
	if err == nil {
		w.frame = binary.AppendUvarint(append(w.frame, kindEnd), last)
		err = w.flush()
	}
	if err != nil {
		f.discard()
		if ctx.Err() != nil {
			return nil, nil, ctx.Err()
		}
		return nil, nil, openFault(err)
	}
	if err := f.publish(); err != nil {
		return nil, nil, openFault(err)
	}
	return f, moved, nil
}

// snapshotWriter gathers frames.
type snapshotWriter struct {
	f     *dataFile
	seq   uint64
	frame []byte // room for the header, then the payload
	recs  []byte // encoded records that wait for their number
	buf   []byte
}

func (w *snapshotWriter) flush() error {
	if len(w.frame) > frameHeader {
		w.f.seal(w.frame, w.seq)
		if err := w.f.append(w.frame); err != nil {
			return err
		}
		w.seq++
	}
	w.frame = append(w.frame[:0], make([]byte, frameHeader)...)
	return nil
}

// tenant writes a tenant's terms and then its records.
func (w *snapshotWriter) tenant(ctx context.Context, t *tenant) ([]location, error) {
	if w.frame == nil {
		w.frame = make([]byte, frameHeader)
	}
	for name, l := range t.legs {
		if err := w.terms(t.name, name, l.texts); err != nil {
			return nil, err
		}
	}
	where := make([]location, len(t.where))
	for from := 0; from < len(t.where); {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		next, err := w.records(t, from, where)
		if err != nil {
			return nil, err
		}
		from = next
	}
	return where, nil
}

func (w *snapshotWriter) terms(tenantName string, name rag.Leg, texts []string) error {
	for from := 0; from < len(texts); {
		to, size := from, 0
		for to < len(texts) && size < snapshotFrame {
			size += len(texts[to])
			to++
		}
		w.frame = appendString(append(w.frame, kindDefine), tenantName)
		w.frame = appendString(w.frame, string(name))
		w.frame = binary.AppendUvarint(w.frame, uint64(from))
		w.frame = appendStrings(w.frame, texts[from:to])
		from = to
		if len(w.frame) > snapshotFrame {
			if err := w.flush(); err != nil {
				return err
			}
		}
	}
	return nil
}

// records writes the live records from a slot on until the frame is full, and
// gives the slot to go on with.
func (w *snapshotWriter) records(t *tenant, from int, where []location) (int, error) {
	w.recs = w.recs[:0]
	count, slot := 0, from
	for ; slot < len(t.where) && len(w.frame)+len(w.recs) < snapshotFrame; slot++ {
		if t.facts[slot] == 0 {
			continue
		}
		record, err := w.copy(t.where[slot])
		if err != nil {
			return 0, err
		}
		w.recs = binary.AppendUvarint(w.recs, uint64(len(record)))
		where[slot] = location{file: w.f, at: int64(len(w.recs)), size: uint32(len(record))}
		w.recs = append(w.recs, record...)
		count++
	}
	if count > 0 {
		w.frame = appendString(append(w.frame, kindUpsert), t.name)
		w.frame = appendString(w.frame, t.model.Name)
		w.frame = binary.AppendUvarint(w.frame, uint64(t.model.Dimensions))
		w.frame = binary.AppendUvarint(w.frame, uint64(count))
		base := w.f.size + int64(len(w.frame))
		for i := from; i < slot; i++ {
			if where[i].file != nil {
				where[i].at += base
			}
		}
		w.frame = append(w.frame, w.recs...)
	}
	if len(w.frame) >= snapshotFrame {
		return slot, w.flush()
	}
	return slot, nil
}

// copy reads a record and checks that it is what was written.
func (w *snapshotWriter) copy(from location) ([]byte, error) {
	if cap(w.buf) < int(from.size) {
		w.buf = make([]byte, max(int(from.size), 16<<10))
	}
	b := w.buf[:from.size]
	if _, err := from.file.f.ReadAt(b, from.at); err != nil {
		return nil, fmt.Errorf("localstore: read %s: %w", from.file.path, err)
	}
	d := &decoder{b: b}
	if sum := d.uint32(); d.err != nil || sum != crc32.Checksum(d.b, castagnoli) {
		return nil, from.file.corrupt(from.at, errSum.Error())
	}
	return b, nil
}
