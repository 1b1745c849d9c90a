package localstore

import (
	"context"
	"crypto/rand"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"math"
	"os"
	"path/filepath"
	"sync/atomic"
	"time"

	"github.com/akshara-go/akshara/rag/internal/mmap"
)

const (
	logMagic     = "aklstor" // and the version
	segmentMagic = "aklsegm"
	fileHeader   = len(logMagic) + 1 + 8 + 8
	frameHeader  = 4 + 4 + 8
	maxPayload   = 256 << 20 // bytes of one frame, and so of one Upsert
)

// medium is what the store needs of an open file; tests put failing ones in its place.
type medium interface {
	io.ReaderAt
	io.WriterAt
	io.Closer
	Sync() error
	Truncate(size int64) error
}

// fileKind says what a file holds.
type fileKind byte

const (
	logKind fileKind = iota
	segmentKind
)

// The versions that are written. In version 1 a log numbers terms on from the one
// before it, and a snapshot has its form; up to version 2 its vectors are neither
// scaled nor aligned. A segment of version 1 holds its vectors apart from its records
// and refers to no logs.
const (
	logVersion     = 3
	segmentVersion = 2
)

// magic begins a file, before its version.
func (k fileKind) magic() (magic string, version byte) {
	if k == segmentKind {
		return segmentMagic, segmentVersion
	}
	return logMagic, logVersion
}

// dataFile is a log, a snapshot of version 1 or a segment. Records are read from
// it by many; only the store's writer appends.
type dataFile struct {
	f       medium
	kind    fileKind
	version byte
	path    string
	gen     uint64
	salt    [8]byte
	size    int64 // good bytes: the next frame goes here

	firstSeq uint64 // of a log: the sequence of its first change
	records  int    // of a log: how many it holds, dead ones included

	logs   []*dataFile // of a segment: those that hold records of it, in the order in which places number them, from 1 on
	mapped []byte      // of a segment, and of a log that one refers to: the whole file
	unmap  func() error

	refs    atomic.Int32 // the store's own, one for each segment that refers to it and for each version of a tenant with parts here
	retired atomic.Bool  // remove when the last reader is done
}

// holder gives the file that holds a record of a part of this one.
func (d *dataFile) holder(at place) *dataFile {
	if n := at.file(); n > 0 {
		return d.logs[n-1]
	}
	return d
}

// outdated tells whether a file is of an earlier version.
func (d *dataFile) outdated() bool {
	_, version := d.kind.magic()
	return d.version < version
}

// acquire keeps the file open until release. The caller knows that it is.
func (d *dataFile) acquire() { d.refs.Add(1) }

// awaitReaders waits until nobody holds the file but the caller, or ctx ends.
func (d *dataFile) awaitReaders(ctx context.Context) {
	for d.refs.Load() > 1 {
		select {
		case <-ctx.Done():
			return
		case <-time.After(time.Millisecond):
		}
	}
}

func (d *dataFile) release() error {
	if d.refs.Add(-1) > 0 {
		return nil
	}
	var err error
	if d.unmap != nil {
		err = d.unmap()
	}
	err = errors.Join(err, d.f.Close())
	if d.retired.Load() {
		err = errors.Join(err, os.Remove(d.path))
	}
	for _, f := range d.logs {
		err = errors.Join(err, f.release())
	}
	return err
}

func (d *dataFile) corrupt(offset int64, reason string) *CorruptError {
	return &CorruptError{File: d.path, Offset: offset, Reason: reason}
}

// createFile makes an empty file under a temporary name. publish gives it its own.
func createFile(path string, gen uint64, kind fileKind) (*dataFile, error) {
	f, err := os.OpenFile(path+".tmp", os.O_RDWR|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return nil, &WriteError{File: path, Err: err}
	}
	magic, version := kind.magic()
	d := &dataFile{f: f, kind: kind, version: version, path: path, gen: gen, size: int64(fileHeader)}
	d.refs.Store(1)
	_, _ = rand.Read(d.salt[:]) // never fails
	header := binary.LittleEndian.AppendUint64(append([]byte(magic), version), gen)
	if _, err := f.Write(append(header, d.salt[:]...)); err != nil {
		d.discard()
		return nil, &WriteError{File: path, Err: err}
	}
	return d, nil
}

// publish syncs the file, and then the name under which the next Open finds it. When
// it fails, the file is closed and, as far as anybody can tell, gone.
func (d *dataFile) publish(syncDir func(dir string) error) error {
	err := d.f.Sync()
	if err == nil {
		err = os.Rename(d.path+".tmp", d.path)
	}
	if err != nil {
		d.discard()
		return &WriteError{File: d.path, Err: err}
	}
	if err := syncDir(filepath.Dir(d.path)); err != nil {
		d.retired.Store(true)
		return &WriteError{File: d.path, Err: errors.Join(err, d.release()), Reopen: true}
	}
	return nil
}

// discard closes and removes a file that was not published.
func (d *dataFile) discard() {
	_ = d.f.Close()
	_ = os.Remove(d.path + ".tmp")
}

// openFile opens a published file and checks its header. writable asks for more
// than reading; the error says when the system refuses it.
func openFile(path string, gen uint64, kind fileKind, writable bool) (*dataFile, error) {
	flag := os.O_RDONLY
	if writable {
		flag = os.O_RDWR
	}
	f, err := os.OpenFile(path, flag, 0)
	if err != nil {
		return nil, err
	}
	d := &dataFile{f: f, kind: kind, path: path, gen: gen, size: int64(fileHeader)}
	d.refs.Store(1)
	header := make([]byte, fileHeader)
	_, err = f.ReadAt(header, 0)
	magic, newest := kind.magic()
	d.version = header[len(magic)]
	switch {
	case err != nil && err != io.EOF:
		_ = f.Close()
		return nil, err
	case err == io.EOF || string(header[:len(magic)]) != magic || d.version == 0 || d.version > newest ||
		binary.LittleEndian.Uint64(header[len(magic)+1:]) != gen:
		_ = f.Close()
		return nil, d.corrupt(0, "it does not begin as a file of this store and version")
	}
	copy(d.salt[:], header[fileHeader-len(d.salt):])
	return d, nil
}

// count gives a size of the file as an int, of which the largest is most.
func (d *dataFile) count(size, most int64) (int, error) {
	if size > most {
		return 0, fmt.Errorf("localstore: %s has %d bytes, of which this processor can address %d", d.path, size, most)
	}
	return int(size), nil
}

// mapWhole maps the file, or reads it where that is not to be had.
func (d *dataFile) mapWhole() error {
	f, ok := d.f.(*os.File)
	if !ok {
		return fmt.Errorf("localstore: %s is no file", d.path)
	}
	info, err := f.Stat()
	if err != nil {
		return fmt.Errorf("localstore: %w", err)
	}
	size, err := d.count(info.Size(), math.MaxInt)
	if err != nil {
		return err
	}
	if d.mapped, d.unmap, err = mmap.Map(f, size); err == nil {
		return nil
	}
	d.mapped = alignedBytes(size)
	if _, err := f.ReadAt(d.mapped, 0); err != nil {
		return fmt.Errorf("localstore: read %s: %w", d.path, err)
	}
	return nil
}

// record reads a record and checks that it is what was written.
func (d *dataFile) record(at place, buf *[]byte) ([]byte, error) {
	d = d.holder(at)
	if n := int(at.bytes()); cap(*buf) < n {
		*buf = make([]byte, max(n, 16<<10))
	}
	b := (*buf)[:at.bytes()]
	if _, err := d.f.ReadAt(b, int64(at.at)); err != nil {
		return nil, fmt.Errorf("localstore: read %s: %w", d.path, err)
	}
	if len(b) < 4 || binary.LittleEndian.Uint32(b) != crc32.Checksum(b[4:], castagnoli) {
		return nil, d.corrupt(int64(at.at), errSum.Error())
	}
	return b, nil
}

// sum gives a frame's checksum: header's length and sequence, and payload.
func (d *dataFile) sum(header, payload []byte) uint32 {
	sum := crc32.Update(crc32.Checksum(d.salt[:], castagnoli), castagnoli, header[:4])
	sum = crc32.Update(sum, castagnoli, header[8:frameHeader])
	return crc32.Update(sum, castagnoli, payload)
}

// seal fills in the header of a frame: its first frameHeader bytes.
func (d *dataFile) seal(frame []byte, seq uint64) {
	binary.LittleEndian.PutUint32(frame, uint32(len(frame)-frameHeader))
	binary.LittleEndian.PutUint64(frame[8:], seq)
	binary.LittleEndian.PutUint32(frame[4:], d.sum(frame, frame[frameHeader:]))
}

// append writes a sealed frame behind the last. When it fails, the file is as it was.
func (d *dataFile) append(frame []byte) error {
	if _, err := d.f.WriteAt(frame, d.size); err != nil {
		if undo := d.f.Truncate(d.size); undo != nil {
			return &WriteError{File: d.path, Err: errors.Join(err, undo), Reopen: true}
		}
		return &WriteError{File: d.path, Err: err}
	}
	d.size += int64(len(frame))
	return nil
}

// sync makes the last frame, of n bytes, durable. After a failure nobody can
// tell what is on the disk, so that the file must not be written again.
func (d *dataFile) sync(n int) error {
	if err := d.f.Sync(); err != nil {
		d.size -= int64(n)
		undo := d.f.Truncate(d.size)
		return &WriteError{File: d.path, Err: errors.Join(err, undo), Reopen: true}
	}
	return nil
}

// frames reads the file from its first frame and hands on each payload with its
// offset; seq is the sequence that the first must have. The payload is good
// until the next. It gives the sequence that a further frame would have, how
// many bytes make up an unfinished frame at the end, and a *CorruptError when
// there are whole frames after something that is none.
func (d *dataFile) frames(total int64, seq uint64, yield func(payload []byte, at int64) error) (next uint64, torn int64, err error) {
	var buf []byte
	header := make([]byte, frameHeader)
	for d.size < total {
		payload, reason, err := d.frame(d.size, total, header, &buf)
		if err != nil {
			return seq, 0, err
		}
		if reason != "" {
			after, err := d.frameAfter(d.size, total, seq)
			if err == nil && after > 0 {
				err = d.corrupt(d.size, fmt.Sprintf("%s, and whole changes follow at byte %d", reason, after))
			}
			return seq, total - d.size, err
		}
		if got := binary.LittleEndian.Uint64(header[8:]); got != seq {
			return seq, 0, d.corrupt(d.size, fmt.Sprintf("change %d is where %d was expected", got, seq))
		}
		if err := yield(payload, d.size+frameHeader); err != nil {
			return seq, 0, err
		}
		d.size += int64(frameHeader + len(payload))
		seq++
	}
	return seq, 0, nil
}

// frame reads the frame at an offset into header and *buf. reason says why there is none.
func (d *dataFile) frame(at, total int64, header []byte, buf *[]byte) (payload []byte, reason string, err error) {
	if total-at < frameHeader {
		return nil, "a frame ends in its header", nil
	}
	if _, err := d.f.ReadAt(header, at); err != nil {
		return nil, "", fmt.Errorf("localstore: read %s: %w", d.path, err)
	}
	n := int64(binary.LittleEndian.Uint32(header))
	if n == 0 || n > maxPayload || n > total-at-frameHeader {
		return nil, "a frame is empty or longer than the file", nil
	}
	if int64(cap(*buf)) < n {
		*buf = make([]byte, n)
	}
	payload = (*buf)[:n]
	if _, err := d.f.ReadAt(payload, at+frameHeader); err != nil {
		return nil, "", fmt.Errorf("localstore: read %s: %w", d.path, err)
	}
	if binary.LittleEndian.Uint32(header[4:]) != d.sum(header, payload) {
		return nil, "the checksum of a frame is wrong", nil
	}
	return payload, "", nil
}

// frameAfter looks for a whole frame behind an offset: the sign that what stands
// there was once acknowledged, since a frame is only written when the one
// before it is on disk. It gives its offset, or 0.
func (d *dataFile) frameAfter(at, total int64, seq uint64) (int64, error) {
	const window, ahead = 1 << 20, 1 << 20
	var buf []byte
	chunk := make([]byte, window+frameHeader)
	header := make([]byte, frameHeader)
	for from := at + 1; from+frameHeader <= total; from += window {
		n, err := d.f.ReadAt(chunk[:min(int64(len(chunk)), total-from)], from)
		if err != nil && err != io.EOF {
			return 0, fmt.Errorf("localstore: read %s: %w", d.path, err)
		}
		for i := 0; i+frameHeader <= n && i < window; i++ {
			if s := binary.LittleEndian.Uint64(chunk[i+8:]); s <= seq || s > seq+ahead {
				continue
			}
			_, reason, err := d.frame(from+int64(i), total, header, &buf)
			if err != nil {
				return 0, err
			}
			if reason == "" {
				return from + int64(i), nil
			}
		}
	}
	return 0, nil
}
