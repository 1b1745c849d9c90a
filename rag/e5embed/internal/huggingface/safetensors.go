package huggingface

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"

	"github.com/akshara-go/akshara/rag/e5embed/internal/encoder"
)

// A file of safetensors (https://github.com/huggingface/safetensors) is the length
// of a directory (8 bytes, little-endian), the directory, which is JSON, and
// tensors one after the other, without gaps.
const (
	maxDirectory = 1 << 23 // bytes
	maxTensors   = 1 << 14
	maxRank      = 8
)

// entry is a tensor of the directory; its place counts from the directory's end.
type entry struct {
	Type    string  `json:"dtype"`
	Shape   []int64 `json:"shape"`
	Offsets []int64 `json:"data_offsets"`
}

// tensors is an open file, and the first error of reading it.
type tensors struct {
	file    io.ReaderAt
	start   int64 // of the tensors
	entries map[string]entry
	err     error
}

// openTensors reads the directory of a file of size bytes.
func openTensors(file io.ReaderAt, size int64) (*tensors, error) {
	var head [8]byte
	if err := readAt(file, head[:], 0); err != nil {
		return nil, fmt.Errorf("it has no directory: %w", err)
	}
	n := binary.LittleEndian.Uint64(head[:])
	if n > maxDirectory || int64(n) > size-int64(len(head)) {
		return nil, fmt.Errorf("a directory of %d bytes in a file of %d", n, size)
	}
	directory := make([]byte, n)
	if err := readAt(file, directory, int64(len(head))); err != nil {
		return nil, fmt.Errorf("the directory cannot be read: %w", err)
	}
	t := &tensors{file: file, start: int64(len(head)) + int64(n)}
	var err error
	if t.entries, err = parseDirectory(directory); err != nil {
		return nil, err
	}
	return t, t.check(size - t.start)
}

// readAt fills b, or says why not.
func readAt(file io.ReaderAt, b []byte, at int64) error {
	if n, err := file.ReadAt(b, at); n < len(b) {
		return err
	}
	return nil
}

// parseDirectory reads a directory, in which no name may stand twice.
func parseDirectory(b []byte) (map[string]entry, error) {
	d := json.NewDecoder(bytes.NewReader(b))
	if t, err := d.Token(); err != nil || t != json.Delim('{') {
		return nil, errors.New("the directory is no JSON object")
	}
	entries := map[string]entry{}
	for d.More() {
		name, err := d.Token()
		if err != nil {
			return nil, fmt.Errorf("the directory: %w", err)
		}
		key, _ := name.(string) // of an object: it is one
		if key == "__metadata__" {
			var skipped map[string]string
			if err := d.Decode(&skipped); err != nil {
				return nil, fmt.Errorf("the directory's metadata: %w", err)
			}
			continue
		}
		var e entry
		if err := d.Decode(&e); err != nil {
			return nil, fmt.Errorf("the tensor %.100q: %w", key, err)
		}
		if _, ok := entries[key]; ok || len(entries) == maxTensors {
			return nil, fmt.Errorf("the tensor %.100q stands twice, or is one of more than %d", key, maxTensors)
		}
		entries[key] = e
	}
	if _, err := d.Token(); err != nil {
		return nil, fmt.Errorf("the directory: %w", err)
	}
	if _, err := d.Token(); err != io.EOF {
		return nil, errors.New("more than spaces follows the directory")
	}
	return entries, nil
}

// check tells whether the tensors fill so many bytes, without gaps and overlaps.
func (t *tensors) check(size int64) error {
	type place struct {
		name       string
		begin, end int64
	}
	places := make([]place, 0, len(t.entries))
	for name, e := range t.entries {
		if len(e.Offsets) != 2 || len(e.Shape) > maxRank {
			return fmt.Errorf("the tensor %.100q has %d offsets and %d dimensions", name, len(e.Offsets), len(e.Shape))
		}
		places = append(places, place{name, e.Offsets[0], e.Offsets[1]})
	}
	slices.SortFunc(places, func(a, b place) int {
		if c := cmp.Compare(a.begin, b.begin); c != 0 {
			return c
		}
		return cmp.Compare(a.end, b.end)
	})
	at := int64(0)
	for _, p := range places {
		if p.begin != at || p.end < at || p.end > size {
			return fmt.Errorf("the tensor %.100q is at %d to %d, where %d to %d follow", p.name, p.begin, p.end, at, size)
		}
		at = p.end
	}
	if at != size {
		return fmt.Errorf("%d bytes of tensors, where there are %d", at, size)
	}
	return nil
}

// width gives what a number of a type takes, if it is one that can be read.
func width(kind string) int { return map[string]int{"F32": 4, "F16": 2, "BF16": 2}[kind] }

// tensor gives a tensor of a shape, and how many numbers a row of it has.
func (t *tensors) tensor(name string, shape []int) (e entry, columns int) {
	if t.err != nil {
		return e, 0
	}
	e, ok := t.entries[name]
	columns, total := 1, int64(width(e.Type))
	for i, n := range shape {
		total *= int64(n)
		if i > 0 {
			columns *= n
		}
	}
	switch {
	case !ok:
		t.err = fmt.Errorf("the tensor %q is missing", name)
	case width(e.Type) == 0:
		t.err = fmt.Errorf("the tensor %q is of type %.20q, where F32, F16 and BF16 can be read", name, e.Type)
	case !slices.EqualFunc(e.Shape, shape, func(a int64, b int) bool { return a == int64(b) }):
		t.err = fmt.Errorf("the tensor %q has the shape %d, where the configuration asks for %d", name, e.Shape, shape)
	case e.Offsets[1]-e.Offsets[0] != total:
		t.err = fmt.Errorf("the tensor %q has %d bytes, where its shape asks for %d", name, e.Offsets[1]-e.Offsets[0], total)
	}
	return e, columns
}

// read gives numbers of a tensor of a shape, from one row on, to each, some whole
// rows at a time. A number that is none, or above [encoder.Largest], is an error.
func (t *tensors) read(name string, shape []int, from, rows int, each func(numbers []float32)) {
	e, columns := t.tensor(name, shape)
	if t.err != nil {
		return
	}
	const atOnce = 1 << 16 // numbers, if a row has no more
	step, size := max(1, atOnce/columns), width(e.Type)
	b, numbers := make([]byte, min(step, rows)*columns*size), make([]float32, min(step, rows)*columns)
	for end := from + rows; from < end; from += step {
		n := min(step, end-from) * columns
		if err := readAt(t.file, b[:n*size], t.start+e.Offsets[0]+int64(from)*int64(columns*size)); err != nil {
			t.err = fmt.Errorf("the tensor %q cannot be read: %w", name, err)
			return
		}
		if !decode(numbers[:n], b, e.Type) {
			t.err = fmt.Errorf("the tensor %q holds what is no number, or is above %d", name, encoder.Largest)
			return
		}
		each(numbers[:n])
	}
}

// decode reads numbers of a type, and tells whether all can be computed with.
func decode(numbers []float32, b []byte, kind string) bool {
	for i := range numbers {
		switch kind {
		case "F32":
			numbers[i] = math.Float32frombits(binary.LittleEndian.Uint32(b[4*i:]))
		case "BF16":
			numbers[i] = math.Float32frombits(uint32(binary.LittleEndian.Uint16(b[2*i:])) << 16)
		default:
			numbers[i] = encoder.FromHalf(binary.LittleEndian.Uint16(b[2*i:]))
		}
		if !(math.Abs(float64(numbers[i])) <= encoder.Largest) {
			return false
		}
	}
	return true
}
