package localstore

import (
	"bufio"
	"context"
	"encoding/binary"
	"hash/crc32"

	"github.com/akshara-go/akshara/rag/internal/quant"
)

const (
	segmentTrailer = 8 + 8 + 4 + 8 // where the footer begins, its length, its checksum, magic
	segmentAlign   = 64
)

// section says where an array stands in a segment.
type section struct {
	at, size uint64
	sum      uint32
}

// segment is a file that holds parts of tenants. Their records and vectors stand in
// it, or still in the logs that it was made of.
type segment struct {
	file  *dataFile
	parts map[string]*part
	own   int // records that stand in the segment
}

// segmentWriter writes a segment, section by section, and the footer that names them.
type segmentWriter struct {
	f      *dataFile
	number map[*dataFile]uint64 // of the logs that it refers to
	w      *bufio.Writer
	at     uint64
	sum    uint32
	footer []byte
	err    error
}

// newSegmentWriter begins a segment that refers to some logs.
func newSegmentWriter(f *dataFile, logs []*dataFile) *segmentWriter {
	w := &segmentWriter{f: f, number: map[*dataFile]uint64{}, w: bufio.NewWriterSize(fileWriter{f}, 1<<20), at: uint64(f.size)}
	w.footer = binary.AppendUvarint(w.footer, uint64(len(logs)))
	for i, log := range logs {
		w.number[log] = uint64(i + 1)
		w.footer = binary.AppendUvarint(w.footer, log.gen)
		w.footer = binary.AppendUvarint(w.footer, uint64(log.records))
	}
	return w
}

func (w *segmentWriter) Write(b []byte) (int, error) {
	if w.err == nil {
		_, w.err = w.w.Write(b)
	}
	w.at += uint64(len(b))
	w.sum = crc32.Update(w.sum, castagnoli, b)
	return len(b), w.err
}

func (w *segmentWriter) align(n uint64) { _, _ = w.Write(make([]byte, padding(w.at, n))) }

// begin begins a section, end notes it in the footer.
func (w *segmentWriter) begin() (at uint64) {
	w.align(segmentAlign)
	w.sum = 0
	return w.at
}

func (w *segmentWriter) end(at uint64) {
	w.footer = binary.AppendUvarint(w.footer, at)
	w.footer = binary.AppendUvarint(w.footer, w.at-at)
	w.footer = binary.LittleEndian.AppendUint32(w.footer, w.sum)
}

func writeArray[T number](w *segmentWriter, v []T) {
	at := w.begin()
	_, _ = w.Write(rawBytes(v))
	w.end(at)
}

func (w *segmentWriter) bytes(b []byte) {
	at := w.begin()
	_, _ = w.Write(b)
	w.end(at)
}

func (w *segmentWriter) table(t *table) {
	writeArray(w, t.starts)
	w.bytes(t.bytes)
}

// fileWriter writes to a medium, one piece after the other. Its errors are *WriteErrors.
type fileWriter struct{ f *dataFile }

func (w fileWriter) Write(b []byte) (int, error) {
	n, err := w.f.f.WriteAt(b, w.f.size)
	w.f.size += int64(n)
	if err != nil {
		return n, &WriteError{File: w.f.path, Err: err}
	}
	return n, nil
}

// writeSegment makes a segment, to be published, of the drafts that build gives for
// names, which are asked for one at a time. What stands in logs is left there.
func writeSegment(ctx context.Context, path string, gen uint64, logs []*dataFile, names []string, build func(name string) (*draft, error)) (*dataFile, error) {
	f, err := createFile(path, gen, segmentKind)
	if err != nil {
		return nil, err
	}
	w := newSegmentWriter(f, logs)
	w.footer = binary.AppendUvarint(w.footer, uint64(len(names)))
	for _, name := range names {
		var d *draft
		if d, err = build(name); err == nil {
			err = w.part(ctx, name, d)
		}
		if err != nil {
			break
		}
	}
	if err == nil {
		err = w.finish()
	}
	if err != nil {
		f.discard()
		return nil, err
	}
	return f, nil
}

// finish writes the footer.
func (w *segmentWriter) finish() error {
	at := w.begin()
	_, _ = w.Write(w.footer)
	var b []byte
	b = binary.LittleEndian.AppendUint64(b, at)
	b = binary.LittleEndian.AppendUint64(b, uint64(len(w.footer)))
	b = binary.LittleEndian.AppendUint32(b, crc32.Checksum(w.footer, castagnoli))
	_, _ = w.Write(append(append(b, segmentMagic...), segmentVersion))
	if w.err == nil {
		w.err = w.w.Flush()
	}
	return w.err
}

// part writes a draft.
func (w *segmentWriter) part(ctx context.Context, name string, d *draft) error {
	w.footer = appendString(w.footer, name)
	w.footer = appendString(w.footer, d.model.Name)
	w.footer = binary.AppendUvarint(w.footer, uint64(d.vecs.dim))
	if err := w.records(ctx, d); err != nil {
		return err
	}
	w.table(&d.ids)
	writeArray(w, d.byID)
	w.table(&d.docs)
	writeArray(w, d.byDoc)
	writeArray(w, d.docFroms)
	writeArray(w, d.docSlots)
	writeArray(w, d.facts)
	writeArray(w, d.factDocs)
	writeArray(w, d.factLists)
	w.table(&d.sources)
	lists := binary.AppendUvarint(nil, uint64(len(d.lists)))
	for _, list := range d.lists {
		lists = appendStrings(lists, list)
	}
	w.bytes(lists)
	if err := w.vectors(ctx, d); err != nil {
		return err
	}
	w.footer = binary.AppendUvarint(w.footer, uint64(len(d.legs)))
	for name, l := range d.legs {
		w.footer = appendString(w.footer, string(name))
		w.table(&l.texts)
		writeArray(w, l.starts)
		writeArray(w, l.posts)
		writeArray(w, l.lens)
		writeArray(w, l.froms)
		writeArray(w, l.terms)
	}
	return w.err
}

// records copies the records that do not stand in a log that the segment refers to,
// without their terms, and says where all stand.
func (w *segmentWriter) records(ctx context.Context, d *draft) error {
	var buf, out []byte
	at := w.begin()
	for slot, o := range d.recs {
		if slot%workStep == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		from := d.from[o.part]
		place := from.where[o.at]
		if n := w.number[from.home.holder(place)]; n > 0 {
			d.where[slot] = inFile(n, place.at, place.bytes())
			continue
		}
		b, err := from.home.record(place, &buf)
		if err != nil {
			return err
		}
		if out, err = d.copied(out[:0], b, slot); err != nil {
			return from.home.holder(place).corrupt(int64(place.at), err.Error())
		}
		w.align(recordAlign)
		d.where[slot] = inFile(0, w.at, uint64(len(out)))
		if _, err := w.Write(out); err != nil {
			return err
		}
	}
	w.end(at)
	writeArray(w, d.where)
	return nil
}

// copied appends a record as a segment holds it: without terms.
func (d *draft) copied(out, record []byte, slot int) ([]byte, error) {
	rest := &decoder{b: record[4:]}
	rest.skipMeta()
	rest.skipText()
	if rest.err != nil {
		return out, rest.err
	}
	out = append(append(out, 0, 0, 0, 0), record[4:len(record)-len(rest.b)]...)
	out = encodeTerms(out, nil)
	var vector []float32
	if row := d.rows[slot]; row >= 0 {
		vector = d.vecs.row(row)
	}
	return sealRecord(encodeVector(out, 0, vector, 1), 0), nil
}

// vectors makes or copies the codes of vectors, and says to which records they belong.
func (w *segmentWriter) vectors(ctx context.Context, d *draft) error {
	if err := d.code(ctx); err != nil {
		return err
	}
	writeArray(w, d.rows)
	writeArray(w, d.vecs.slots)
	writeArray(w, d.vecs.sum)
	w.codes(d.vecs.codes)
	return w.err
}

// codes writes the arrays of all blocks, one after the other.
func (w *segmentWriter) codes(c *quant.Codes) {
	if c == nil {
		c = &quant.Codes{}
	}
	writeArray(w, c.Mean)
	writeBlocks(w, c, func(b *quant.Block) []uint64 { return b.Lanes })
	writeBlocks(w, c, func(b *quant.Block) []float32 { return b.Means })
	writeBlocks(w, c, func(b *quant.Block) []float32 { return b.Signs })
	writeBlocks(w, c, func(b *quant.Block) []float32 { return b.Counts })
	writeBlocks(w, c, func(b *quant.Block) []uint64 { return b.Words })
}

func writeBlocks[T number](w *segmentWriter, c *quant.Codes, array func(*quant.Block) []T) {
	at := w.begin()
	for i := range c.Blocks {
		_, _ = w.Write(rawBytes(array(&c.Blocks[i])))
	}
	w.end(at)
}
