package localstore

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io/fs"
	"os"
	"path/filepath"
)

const (
	manifestName  = "MANIFEST"
	manifestMagic = "aklmani\x01"
	maxManifest   = 1 << 30
)

// manifest says what a store is made of: segments, which of their records are
// dead, and the log to go on with.
type manifest struct {
	firstLog uint64
	seq      uint64 // of the first change in it
	segments []manifestSegment
}

type manifestSegment struct {
	gen  uint64
	dead map[string][]uint64 // by tenant: a bit for each slot
}

// manifestOf describes segments as they are. Deaths that the logs hold too do no harm.
func manifestOf(firstLog, seq uint64, segments []*segment) *manifest {
	m := &manifest{firstLog: firstLog, seq: seq}
	for _, s := range segments {
		dead := map[string][]uint64{}
		for name, p := range s.parts {
			died := p.died.Load()
			if died == nil {
				continue
			}
			bits := make([]uint64, (len(*died)+63)/64)
			for slot := range *died {
				if (*died)[slot].Load() != 0 {
					bits[slot/64] |= 1 << (slot % 64)
				}
			}
			dead[name] = bits
		}
		m.segments = append(m.segments, manifestSegment{s.file.gen, dead})
	}
	return m
}

func (m *manifest) encode() []byte {
	b := []byte(manifestMagic)
	b = binary.AppendUvarint(b, m.firstLog)
	b = binary.AppendUvarint(b, m.seq)
	b = binary.AppendUvarint(b, uint64(len(m.segments)))
	for _, s := range m.segments {
		b = binary.AppendUvarint(b, s.gen)
		b = binary.AppendUvarint(b, uint64(len(s.dead)))
		for name, bits := range s.dead {
			b = appendString(b, name)
			b = binary.AppendUvarint(b, uint64(len(bits)))
			for _, w := range bits {
				b = binary.LittleEndian.AppendUint64(b, w)
			}
		}
	}
	return binary.LittleEndian.AppendUint32(b, crc32.Checksum(b, castagnoli))
}

// decodeManifest reads what encode wrote.
func decodeManifest(b []byte) (*manifest, error) {
	n := len(b) - 4
	if n < len(manifestMagic) || string(b[:len(manifestMagic)]) != manifestMagic {
		return nil, errors.New("it does not begin as a manifest of this version")
	}
	if crc32.Checksum(b[:n], castagnoli) != binary.LittleEndian.Uint32(b[n:]) {
		return nil, errors.New("its checksum is wrong")
	}
	d := &decoder{b: b[len(manifestMagic):n]}
	m := &manifest{firstLog: d.uvarint(), seq: d.uvarint()}
	for range d.count(2) {
		s := manifestSegment{gen: d.uvarint(), dead: map[string][]uint64{}}
		for range d.count(2) {
			name := d.string()
			bits := make([]uint64, d.count(8))
			for i := range bits {
				if v := d.take(8); v != nil {
					bits[i] = binary.LittleEndian.Uint64(v)
				}
			}
			s.dead[name] = bits
		}
		m.segments = append(m.segments, s)
	}
	if d.err == nil && (len(d.b) > 0 || m.firstLog == 0 || m.seq == 0) {
		d.err = errValue
	}
	return m, d.err
}

// readManifest gives the manifest of a directory, or nil without one.
func readManifest(dir string) (*manifest, error) {
	path := filepath.Join(dir, manifestName)
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, nil
	case err != nil:
		return nil, fmt.Errorf("localstore: %w", err)
	case info.Size() > maxManifest:
		return nil, &CorruptError{File: path, Reason: "it is too long"}
	}
	b, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("localstore: %w", err)
	}
	m, err := decodeManifest(b)
	if err != nil {
		return nil, &CorruptError{File: path, Reason: err.Error()}
	}
	return m, nil
}

// write makes m the manifest of a directory, at once.
func (m *manifest) write(dir string, syncDir func(dir string) error) error {
	path := filepath.Join(dir, manifestName)
	f, err := os.OpenFile(path+".tmp", os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return &WriteError{File: path, Err: err}
	}
	_, err = f.Write(m.encode())
	if err = errors.Join(err, f.Sync(), f.Close()); err == nil {
		err = os.Rename(path+".tmp", path)
	}
	if err != nil {
		_ = os.Remove(path + ".tmp")
		return &WriteError{File: path, Err: err}
	}
	if err := syncDir(dir); err != nil {
		return &WriteError{File: path, Err: err, Reopen: true}
	}
	return nil
}

// bury makes the records of a segment dead that the manifest says are.
func (m *manifestSegment) bury(s *segment) error {
	for name, bits := range m.dead {
		p := s.parts[name]
		if p == nil || len(bits) != (p.len()+63)/64 {
			return s.file.corrupt(0, "it has other records than the manifest says")
		}
		for slot := range uint32(p.len()) {
			if bits[slot/64]>>(slot%64)&1 == 1 {
				p.kill(slot, 1)
			}
		}
	}
	return nil
}
