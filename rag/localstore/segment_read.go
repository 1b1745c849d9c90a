package localstore

import (
	"encoding/binary"
	"errors"
	"hash/crc32"
	"math"
	"runtime"
	"sync"

	"github.com/akshara-go/akshara/rag"
	"github.com/akshara-go/akshara/rag/internal/quant"
)

// openSegment maps a segment, and the logs that it refers to, which find gives it to
// release. It checks everything but records and their vectors, which have checksums
// of their own and cannot lead astray.
func openSegment(path string, gen uint64, find func(gen uint64) (*dataFile, error)) (*segment, error) {
	f, err := openFile(path, gen, segmentKind, false)
	if err != nil {
		return nil, err
	}
	s := &segment{file: f, parts: map[string]*part{}}
	if err := s.read(find); err != nil {
		_ = f.release()
		return nil, err
	}
	return s, nil
}

func (s *segment) read(find func(gen uint64) (*dataFile, error)) error {
	f := s.file
	if err := f.mapWhole(); err != nil {
		return err
	}
	n := uint64(len(f.mapped))
	f.size = int64(n)
	if n < uint64(fileHeader)+segmentTrailer {
		return f.corrupt(0, "it is cut short")
	}
	end := f.mapped[n-segmentTrailer:]
	at, size := binary.LittleEndian.Uint64(end), binary.LittleEndian.Uint64(end[8:])
	if string(end[20:27]) != segmentMagic || end[27] != f.version || at > n-segmentTrailer || size != n-segmentTrailer-at {
		return f.corrupt(int64(n)-segmentTrailer, "it is cut short")
	}
	footer := f.mapped[at : at+size]
	if crc32.Checksum(footer, castagnoli) != binary.LittleEndian.Uint32(end[16:]) {
		return f.corrupt(int64(at), "the checksum of the footer is wrong")
	}
	r := &segmentReader{f: f, d: decoder{b: footer}, end: at}
	if err := r.logs(find); err != nil {
		return err
	}
	for range r.d.count(4) {
		name, p := r.part()
		if r.d.err != nil {
			break
		}
		s.parts[name] = p
	}
	if r.d.err != nil || len(r.d.b) > 0 {
		return f.corrupt(int64(at), "the footer makes no sense: "+errors.Join(r.d.err, errValue).Error())
	}
	s.own = s.ownRecords()
	return r.check()
}

// ownRecords counts the records that stand in the segment.
func (s *segment) ownRecords() (n int) {
	for _, p := range s.parts {
		for _, w := range p.where {
			if w.file() == 0 {
				n++
			}
		}
	}
	return n
}

// segmentReader takes parts off a footer.
type segmentReader struct {
	f      *dataFile
	d      decoder
	end    uint64         // of the sections
	memory [][]float32    // the segment and the logs, as vectors stand in them
	checks []func() error // that take time
}

// logs reads to which logs the segment refers, and maps them.
func (r *segmentReader) logs(find func(gen uint64) (*dataFile, error)) error {
	files := []*dataFile{r.f}
	if r.f.version > 1 {
		for range r.d.count(2) {
			gen, records := r.d.uvarint(), r.d.uvarint()
			if r.d.err != nil || records > math.MaxInt32 {
				return r.f.corrupt(0, "it refers to logs that make no sense")
			}
			f, err := find(gen)
			if err != nil {
				return err
			}
			f.records = int(records)
			r.f.logs = append(r.f.logs, f)
			if f.mapped == nil {
				err = f.mapWhole()
			}
			if err == nil && f.outdated() {
				err = f.corrupt(0, "it is of another version than the segments that refer to it")
			}
			if err != nil {
				return err
			}
			files = append(files, f)
		}
	}
	for _, f := range files {
		floats, _ := rawView[float32](f.mapped[:len(f.mapped)/4*4])
		r.memory = append(r.memory, floats)
	}
	return nil
}

// check does what is left, on all processors.
func (r *segmentReader) check() error {
	errs := make([]error, runtime.GOMAXPROCS(0))
	var wg sync.WaitGroup
	for i := range errs {
		wg.Go(func() {
			for j := i; j < len(r.checks) && errs[i] == nil; j += len(errs) {
				errs[i] = r.checks[j]()
			}
		})
	}
	wg.Wait()
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

// section gives the next section of the footer and its bytes.
func (r *segmentReader) section() (section, []byte) {
	s := section{r.d.uvarint(), r.d.uvarint(), r.d.uint32()}
	if s.at > r.end || s.size > r.end-s.at {
		r.d.fail(errValue)
	}
	if r.d.err != nil {
		return section{}, nil
	}
	return s, r.f.mapped[s.at : s.at+s.size]
}

// compare compares the checksum of a section.
func (r *segmentReader) compare(s section, b []byte) error {
	if crc32.Checksum(b, castagnoli) != s.sum {
		return r.f.corrupt(int64(s.at), "the checksum of an array is wrong")
	}
	return nil
}

// bytes gives a section whose checksum is compared with the others.
func (r *segmentReader) bytes() []byte {
	s, b := r.section()
	if s.size > 0 {
		r.checks = append(r.checks, func() error { return r.compare(s, b) })
	}
	return b
}

func readArray[T number](r *segmentReader) []T {
	v, ok := rawView[T](r.bytes())
	if !ok {
		r.d.fail(errValue)
	}
	return v
}

func (r *segmentReader) table() table {
	return table{starts: readArray[uint64](r), bytes: r.bytes()}
}

// demand notes what has to be true of a part, to be asked with the other checks.
func (r *segmentReader) demand(what string, f func() bool) {
	r.checks = append(r.checks, func() error {
		if !f() {
			return r.f.corrupt(0, what+" make no sense")
		}
		return nil
	})
}

// part reads what segmentWriter.part wrote.
func (r *segmentReader) part() (string, *part) {
	name := r.d.string()
	p := &part{home: r.f, legs: map[rag.Leg]*leg{}}
	p.model = rag.EmbedModel{Name: r.d.string()}
	dim := r.d.uvarint()
	if dim > maxPayload {
		r.d.fail(errValue)
	}
	p.model.Dimensions, p.vecs.dim = int(dim), int(dim)
	r.section() // records have their own checksums
	p.where = readArray[place](r)
	p.ids, p.byID = r.table(), readArray[uint32](r)
	p.docs, p.byDoc = r.table(), readArray[uint32](r)
	p.docFroms, p.docSlots = readArray[uint64](r), readArray[uint32](r)
	p.facts, p.factDocs, p.factLists = readArray[uint32](r), readArray[uint32](r), readArray[uint32](r)
	p.sources = r.table()
	lists := &decoder{b: r.bytes()}
	for range lists.count(1) {
		p.lists = append(p.lists, lists.strings())
	}
	if lists.err != nil {
		r.d.fail(lists.err)
	}
	r.vectors(p)
	for range r.d.count(2) {
		leg, l := rag.Leg(r.d.string()), &leg{}
		l.texts = r.table()
		l.starts, l.posts = readArray[uint64](r), readArray[posting](r)
		l.lens, l.froms, l.terms = readArray[float32](r), readArray[uint64](r), readArray[uint32](r)
		p.legs[leg] = l
		r.demand("terms", func() bool { return l.valid(p.len()) })
		if r.d.err != nil {
			break
		}
	}
	r.demand("records", func() bool { return p.valid(r.end) && (p.vecs.at != nil || p.findVectors(r.memory)) })
	return name, p
}

// vectors reads vectors and codes.
func (r *segmentReader) vectors(p *part) {
	v := &p.vecs
	if r.f.version == 1 {
		r.oldVectors(v)
	}
	p.rows, v.slots, v.sum = readArray[int32](r), readArray[uint32](r), readArray[float64](r)
	c := &quant.Codes{Mean: readArray[float32](r)}
	lanes, means, signs := readArray[uint64](r), readArray[float32](r), readArray[float32](r)
	counts, words := readArray[float32](r), readArray[uint64](r)
	if r.d.err != nil || len(c.Mean) == 0 {
		return
	}
	c.Words = quant.Words(v.dim)
	rows := len(v.slots)
	full := (rows + quant.LaneRows - 1) / quant.LaneRows * quant.LaneRows
	if len(c.Mean) != v.dim || len(lanes) != full*c.Words || len(means) != full || len(signs) != full ||
		len(counts) != full || len(words) != rows*quant.Stride(c.Words) {
		r.d.fail(errValue)
		return
	}
	for from := 0; from < rows; from += quant.BlockRows {
		to, upTo := min(rows, from+quant.BlockRows), min(full, from+quant.BlockRows)
		c.Blocks = append(c.Blocks, quant.Block{
			Rows: to - from, Lanes: lanes[from*c.Words : upTo*c.Words], Means: means[from:upTo], Signs: signs[from:upTo],
			Counts: counts[from:upTo], Words: words[from*quant.Stride(c.Words) : to*quant.Stride(c.Words)],
		})
	}
	v.codes = c
}

// oldVectors reads the array that version 1 has of them. Their checksum is compared
// when the segment is opened, which is rewritten then.
func (r *segmentReader) oldVectors(v *vectors) {
	floats := readArray[float32](r)
	v.memory = [][]float32{floats}
	v.at = make([]uint64, len(floats)/max(1, v.dim))
	for row := range v.at {
		v.at[row] = uint64(row * v.dim)
	}
}

// findVectors says where the vectors of a valid part stand: at the ends of their
// records. It tells whether all are there.
func (p *part) findVectors(memory [][]float32) bool {
	v := &p.vecs
	v.memory, v.at = memory, make([]uint64, len(v.slots))
	for row, slot := range v.slots {
		w := p.where[slot]
		end, size := w.at+w.bytes(), recordAlign*uint64(v.dim)
		if size > w.bytes() || end%recordAlign != 0 || end/recordAlign > uint64(len(memory[w.file()])) {
			return false
		}
		v.at[row] = w.file()<<memoryShift | (end-size)/recordAlign
	}
	return true
}

// valid tells whether no number of a part leads out of it, or out of the sections,
// which end before end, and the logs.
func (p *part) valid(end uint64) bool {
	n, facts := p.len(), len(p.factDocs)
	for _, w := range p.where {
		end := end
		if w.file() > uint64(len(p.home.logs)) {
			return false
		} else if w.file() > 0 {
			end = uint64(len(p.home.holder(w).mapped))
		}
		if w.bytes() > maxPayload || w.at > end || w.bytes() > end-w.at {
			return false
		}
	}
	for _, row := range p.rows {
		if row < -1 || int(row) >= len(p.vecs.slots) {
			return false
		}
	}
	return p.ids.len() == n && p.ids.valid() && p.byID.valid(n) &&
		p.docs.valid() && p.byDoc.valid(p.docs.len()) && len(p.docFroms) == p.docs.len()+1 && p.docFroms[0] == 0 &&
		ascending(p.docFroms, uint64(len(p.docSlots))) && below(p.docSlots, uint32(n)) &&
		len(p.facts) == n && below(p.facts, uint32(facts)) && below(p.factDocs, uint32(p.docs.len())) &&
		len(p.factLists) == facts && below(p.factLists, uint32(len(p.lists))) && p.sources.len() == facts && p.sources.valid() &&
		len(p.rows) == n && below(p.vecs.slots, uint32(n)) && (p.vecs.at == nil || len(p.vecs.at) == len(p.vecs.slots)) &&
		len(p.vecs.sum) == p.vecs.dim
}

// valid tells whether no number of a leg leads out of it, and counts its records.
func (l *leg) valid(n int) bool {
	terms := l.texts.len()
	if len(l.starts) != terms+1 || l.starts[0] != 0 || !ascending(l.starts, uint64(len(l.posts))) || !l.texts.valid() ||
		len(l.lens) != n || len(l.froms) != n+1 || l.froms[0] != 0 || !ascending(l.froms, uint64(len(l.terms))) || !below(l.terms, uint32(terms)) {
		return false
	}
	for _, p := range l.posts {
		if p.slot >= uint32(n) {
			return false
		}
	}
	for _, length := range l.lens {
		if length > 0 {
			l.records++
			l.total += float64(length)
		}
	}
	return true
}
