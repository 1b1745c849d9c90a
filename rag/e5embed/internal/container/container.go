// Package container is the form of a model's file: named sections, each with a
// checksum, at places that kernels can read from where the file is mapped.
//
// All numbers are little-endian.
//
//	offset  bytes  what
//	0       8      "AKSHENC" and the version of the form, 1
//	8       4      number of sections
//	12      4      CRC-32C of the number of sections and the directory
//	16      8      length of the file
//	24      56·n   the directory: for each section its name (32 bytes, padded with
//	               zeros), offset (8), length (8), CRC-32C (4) and four zero bytes
//
// Sections follow in the directory's order, each at the next multiple of 64; what
// stands between them is zero. Names are unique.
package container

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"io"
)

const (
	magic      = "AKSHENC\x01"
	headerSize = 24
	entrySize  = 56
	nameSize   = 32
	align      = 64

	maxSections = 4096
)

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// Section is a named part of a file.
type Section struct {
	Name string
	Data []byte
}

// ByName gives what sections hold by their names, as [Parse] does of a file of them.
func ByName(sections []Section) map[string][]byte {
	byName := make(map[string][]byte, len(sections))
	for _, s := range sections {
		byName[s.Name] = s.Data
	}
	return byName
}

// FormatError says where a file is not what it should be.
type FormatError struct {
	Offset int64
	Reason string
}

func (e *FormatError) Error() string {
	return fmt.Sprintf("damaged at byte %d: %s", e.Offset, e.Reason)
}

func damaged(offset int, format string, args ...any) error {
	return &FormatError{int64(offset), fmt.Sprintf(format, args...)}
}

func aligned(n int) int { return (n + align - 1) / align * align }

// Write writes sections in their order.
func Write(w io.Writer, sections []Section) error {
	if len(sections) > maxSections {
		return fmt.Errorf("container: %d sections", len(sections))
	}
	at := aligned(headerSize + entrySize*len(sections))
	head := make([]byte, headerSize, at)
	for _, s := range sections {
		if s.Name == "" || len(s.Name) > nameSize {
			return fmt.Errorf("container: a section is named %q", s.Name)
		}
		var entry [entrySize]byte
		copy(entry[:], s.Name)
		binary.LittleEndian.PutUint64(entry[32:], uint64(at))
		binary.LittleEndian.PutUint64(entry[40:], uint64(len(s.Data)))
		binary.LittleEndian.PutUint32(entry[48:], crc32.Checksum(s.Data, castagnoli))
		head = append(head, entry[:]...)
		at = aligned(at + len(s.Data))
	}
	copy(head, magic)
	binary.LittleEndian.PutUint32(head[8:], uint32(len(sections)))
	binary.LittleEndian.PutUint64(head[16:], uint64(at))
	binary.LittleEndian.PutUint32(head[12:], directorySum(head))
	if err := writePadded(w, head); err != nil {
		return err
	}
	for _, s := range sections {
		if err := writePadded(w, s.Data); err != nil {
			return err
		}
	}
	return nil
}

func writePadded(w io.Writer, b []byte) error {
	if _, err := w.Write(b); err != nil {
		return err
	}
	_, err := w.Write(make([]byte, aligned(len(b))-len(b)))
	return err
}

func directorySum(head []byte) uint32 {
	sum := crc32.Checksum(head[8:12], castagnoli)
	return crc32.Update(sum, castagnoli, head[16:])
}

// Parse gives the sections of a file by their names, as parts of b, after it has
// held every byte against the checksums. Whatever is wrong is a [*FormatError].
func Parse(b []byte) (map[string][]byte, error) {
	if len(b) < headerSize {
		return nil, damaged(0, "it has %d bytes", len(b))
	}
	if !bytes.Equal(b[:7], []byte(magic)[:7]) {
		return nil, damaged(0, "it is no model of this form")
	}
	if b[7] != magic[7] {
		return nil, damaged(7, "it has version %d of the form, where %d can be read", b[7], magic[7])
	}
	count := binary.LittleEndian.Uint32(b[8:])
	if count > maxSections || headerSize+entrySize*int(count) > len(b) {
		return nil, damaged(8, "%d sections", count)
	}
	n := int(count)
	if size := binary.LittleEndian.Uint64(b[16:]); size != uint64(len(b)) {
		return nil, damaged(16, "it has %d bytes of %d", len(b), size)
	}
	directory := b[:headerSize+entrySize*n]
	if binary.LittleEndian.Uint32(b[12:]) != directorySum(directory) {
		return nil, damaged(12, "the directory's checksum is wrong")
	}
	sections := make(map[string][]byte, n)
	end := len(directory)
	for i := range n {
		at := headerSize + entrySize*i
		name, data, err := section(b, at, end)
		if err != nil {
			return nil, err
		}
		if _, ok := sections[name]; ok {
			return nil, damaged(at, "the section %q stands twice", name)
		}
		sections[name] = data
		end = aligned(end) + len(data)
	}
	return sections, zeros(b, end, len(b))
}

// Sum gives a digest of a file that [Parse] takes: of its header and directory, which
// hold the checksum of every section.
func Sum(b []byte) [sha256.Size]byte {
	return sha256.Sum256(b[:headerSize+entrySize*int(binary.LittleEndian.Uint32(b[8:]))])
}

// section gives the section whose entry stands at a place; the one before it ends at end.
func section(b []byte, at, end int) (string, []byte, error) {
	entry := b[at : at+entrySize]
	name := string(bytes.TrimRight(entry[:nameSize], "\x00"))
	offset, length := binary.LittleEndian.Uint64(entry[32:]), binary.LittleEndian.Uint64(entry[40:])
	if offset != uint64(aligned(end)) || offset > uint64(len(b)) || length > uint64(len(b))-offset {
		return "", nil, damaged(at+32, "the section %q has %d bytes at %d", name, length, offset)
	}
	if err := zeros(b, end, int(offset)); err != nil {
		return "", nil, err
	}
	data := b[offset:][:length:length]
	if crc32.Checksum(data, castagnoli) != binary.LittleEndian.Uint32(entry[48:]) {
		return "", nil, damaged(int(offset), "the checksum of the section %q is wrong", name)
	}
	return name, data, nil
}

// zeros tells whether what stands between sections is zero.
func zeros(b []byte, from, to int) error {
	if to-from >= align {
		return damaged(from, "%d bytes in no section", to-from)
	}
	for at := from; at < to; at++ {
		if b[at] != 0 {
			return damaged(at, "a byte between sections is not zero")
		}
	}
	return nil
}
