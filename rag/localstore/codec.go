package localstore

import (
	"encoding/binary"
	"errors"
	"hash/crc32"
	"math"
	"slices"
	"time"

	"github.com/akshara-go/akshara/rag"
	"github.com/akshara-go/akshara/rag/corpus"
	"github.com/akshara-go/akshara/translate/lang"
)

// The kinds of payloads; see the package comment.
const (
	kindDefine    byte = 1
	kindOldUpsert byte = 2 // of versions 1 and 2
	kindDelete    byte = 3
	kindEnd       byte = 4
	kindUpsert    byte = 5
)

// recordAlign is what the places of records in a file are multiples of, and of
// vectors in a record: that of a float32, so that vectors can be read where they
// are mapped.
const recordAlign = 4

// padding gives how many bytes lead from a place to the next multiple of n.
func padding(at, n uint64) uint64 { return -at % n }

var (
	castagnoli   = crc32.MakeTable(crc32.Castagnoli)
	errTruncated = errors.New("it ends in the middle of a value")
	errValue     = errors.New("it holds a value out of range")
	errSum       = errors.New("the checksum of a record is wrong")
)

func appendString(b []byte, s string) []byte {
	return append(binary.AppendUvarint(b, uint64(len(s))), s...)
}

func appendStrings(b []byte, list []string) []byte {
	b = binary.AppendUvarint(b, uint64(len(list)))
	for _, s := range list {
		b = appendString(b, s)
	}
	return b
}

func appendTime(b []byte, t time.Time) []byte {
	if t.IsZero() {
		return append(b, 0)
	}
	b = binary.AppendVarint(append(b, 1), t.Unix())
	return binary.AppendUvarint(b, uint64(t.Nanosecond()))
}

// appendCount writes a term's count: one or two bytes for a small whole number.
func appendCount(b []byte, n float32) []byte {
	if n >= 0 && n < 1<<24 && n == float32(uint32(n)) {
		return binary.AppendUvarint(b, 2*uint64(n))
	}
	return binary.LittleEndian.AppendUint32(append(b, 1), math.Float32bits(n))
}

// encodeMeta writes what a search has to know of a record before it reads its text.
func encodeMeta(b []byte, r *rag.Record) []byte {
	b = appendString(b, r.Chunk.ID)
	b = appendString(b, r.Chunk.DocumentID)
	b = appendStrings(b, r.Readers)
	return encodeSource(b, &r.Source)
}

// encodeSource writes what filters ask for.
func encodeSource(b []byte, s *corpus.Source) []byte {
	for _, v := range []string{s.Title, s.URL, s.SourceSite, string(s.Language), s.ContentType, s.Author, s.ThumbnailURL} {
		b = appendString(b, v)
	}
	b = appendTime(b, s.PublishedAt)
	return appendStrings(b, s.Tags)
}

// encodeText writes the rest of a record's chunk.
func encodeText(b []byte, c *corpus.Chunk) []byte {
	for _, v := range []int{c.Ordinal, c.Start, c.End} {
		b = binary.AppendVarint(b, int64(v))
	}
	b = appendString(b, c.Text)
	b = binary.AppendUvarint(b, uint64(len(c.Sentences)))
	at := c.Start
	for _, s := range c.Sentences {
		b = binary.AppendVarint(b, int64(s.Start-at))
		b = binary.AppendVarint(b, int64(s.End-s.Start))
		at = s.End
	}
	b = appendStrings(b, c.Headings)
	b = binary.AppendVarint(b, int64(c.Page))
	return binary.AppendVarint(b, int64(c.Tokens))
}

// encodeVector writes a vector, scaled, behind the rest of a record that begins at
// from.
func encodeVector(b []byte, from int, v rag.Vector, scale float64) []byte {
	b = binary.AppendUvarint(b, uint64(len(v)))
	if len(v) == 0 {
		return b
	}
	b = append(b, make([]byte, padding(uint64(len(b)-from), recordAlign))...)
	at := len(b)
	b = slices.Grow(b, 4*len(v))[:at+4*len(v)]
	for i, x := range v {
		binary.LittleEndian.PutUint32(b[at+4*i:], math.Float32bits(float32(float64(x)*scale)))
	}
	return b
}

// legTerms are the terms of a record on one leg: ids ascending, each once.
type legTerms struct {
	leg   rag.Leg
	terms []idCount
}

type idCount struct {
	id    uint32
	count float32
}

func encodeTerms(b []byte, legs []legTerms) []byte {
	b = binary.AppendUvarint(b, uint64(len(legs)))
	for _, l := range legs {
		b = appendString(b, string(l.leg))
		b = binary.AppendUvarint(b, uint64(len(l.terms)))
		last := uint32(0)
		for _, t := range l.terms {
			b = binary.AppendUvarint(b, uint64(t.id-last))
			b = appendCount(b, t.count)
			last = t.id
		}
	}
	return b
}

// encodeRecord writes a record, its vector scaled to length 1, behind its checksum.
func encodeRecord(b []byte, r *rag.Record, legs []legTerms) []byte {
	at := len(b)
	b = append(b, 0, 0, 0, 0)
	b = encodeMeta(b, r)
	b = encodeText(b, &r.Chunk)
	b = encodeTerms(b, legs)
	return sealRecord(encodeVector(b, at, r.Vector, unit(r.Vector)), at)
}

// sealRecord fills in the checksum of a record that begins at from.
func sealRecord(b []byte, from int) []byte {
	binary.LittleEndian.PutUint32(b[from:], crc32.Checksum(b[from+4:], castagnoli))
	return b
}

func encodeDelete(b []byte, sel *rag.Selector) []byte {
	b = appendString(append(b, kindDelete), sel.Tenant)
	if sel.All {
		b = append(b, 1)
	} else {
		b = append(b, 0)
	}
	for _, list := range [][]string{sel.Chunks, sel.Documents, sel.Except} {
		b = appendStrings(b, list)
	}
	return b
}

// decoder reads values off the front of b. After the first failure err is set
// and everything reads as zero. No count that the bytes left could not hold is
// believed, so that damage cannot make it allocate.
type decoder struct {
	b   []byte
	err error
}

func (d *decoder) fail(err error) {
	if d.err == nil {
		d.err = err
	}
	d.b = nil
}

func (d *decoder) take(n uint64) []byte {
	if n > uint64(len(d.b)) {
		d.fail(errTruncated)
		return nil
	}
	v := d.b[:n:n]
	d.b = d.b[n:]
	return v
}

func (d *decoder) byte() byte {
	if v := d.take(1); v != nil {
		return v[0]
	}
	return 0
}

func (d *decoder) uint32() uint32 {
	if v := d.take(4); v != nil {
		return binary.LittleEndian.Uint32(v)
	}
	return 0
}

func (d *decoder) uvarint() uint64 {
	if len(d.b) > 0 && d.b[0] < 0x80 {
		v := d.b[0]
		d.b = d.b[1:]
		return uint64(v)
	}
	v, n := binary.Uvarint(d.b)
	if n <= 0 {
		d.fail(errTruncated)
		return 0
	}
	d.b = d.b[n:]
	return v
}

func (d *decoder) int() int {
	v, n := binary.Varint(d.b)
	switch {
	case n <= 0:
		d.fail(errTruncated)
		return 0
	case v != int64(int(v)): // written where an int has more bits
		d.fail(errValue)
		return 0
	}
	d.b = d.b[n:]
	return int(v)
}

// count reads how many values of at least size bytes follow.
func (d *decoder) count(size int) int {
	n := d.uvarint()
	if n > uint64(len(d.b)/size) {
		d.fail(errTruncated)
		return 0
	}
	return int(n)
}

func (d *decoder) bytes() []byte  { return d.take(d.uvarint()) }
func (d *decoder) string() string { return string(d.bytes()) }

func (d *decoder) strings() []string {
	n := d.count(1)
	if n == 0 {
		return nil
	}
	list := make([]string, n)
	for i := range list {
		list[i] = d.string()
	}
	return list
}

// stringsOf reads n strings that are kept together, in one piece of memory.
func (d *decoder) stringsOf(n int) []string {
	size, end := len(d.b), *d
	for range n {
		end.bytes()
	}
	if end.err != nil {
		d.fail(end.err)
		return nil
	}
	piece := string(d.b[:size-len(end.b)])
	list := make([]string, n)
	for i := range list {
		length := len(d.bytes())
		at := size - len(d.b)
		list[i] = piece[at-length : at]
	}
	return list
}

func (d *decoder) time() time.Time {
	if d.byte() == 0 {
		return time.Time{}
	}
	sec, n := binary.Varint(d.b)
	if n <= 0 {
		d.fail(errTruncated)
		return time.Time{}
	}
	d.b = d.b[n:]
	nsec := d.uvarint()
	if nsec >= 1e9 {
		d.fail(errValue)
		return time.Time{}
	}
	return time.Unix(sec, int64(nsec)).UTC()
}

func (d *decoder) termCount() float32 {
	v := d.uvarint()
	if v == 1 {
		return math.Float32frombits(d.uint32())
	}
	return float32(v / 2)
}

// meta reads what encodeMeta wrote.
func (d *decoder) meta(r *rag.Record) {
	r.Chunk.ID = d.string()
	r.Chunk.DocumentID = d.string()
	r.Readers = d.strings()
	d.source(&r.Source)
}

// source reads what encodeSource wrote.
func (d *decoder) source(s *corpus.Source) {
	s.Title, s.URL, s.SourceSite = d.string(), d.string(), d.string()
	s.Language = lang.Code(d.string())
	s.ContentType, s.Author, s.ThumbnailURL = d.string(), d.string(), d.string()
	s.PublishedAt = d.time()
	s.Tags = d.strings()
}

// skipMeta passes over what encodeMeta wrote.
func (d *decoder) skipMeta() {
	d.bytes()
	d.bytes()
	d.skipStrings()
	for range 7 {
		d.bytes()
	}
	d.time()
	d.skipStrings()
}

func (d *decoder) skipStrings() {
	for range d.count(1) {
		d.bytes()
	}
}

// text reads what encodeText wrote.
func (d *decoder) text(c *corpus.Chunk) {
	c.Ordinal, c.Start, c.End = d.int(), d.int(), d.int()
	c.Text = d.string()
	if n := d.count(2); n > 0 {
		c.Sentences = make([]corpus.Span, n)
		at := c.Start
		for i := range c.Sentences {
			start := at + d.int()
			at = start + d.int()
			c.Sentences[i] = corpus.Span{Start: start, End: at}
		}
	}
	c.Headings = d.strings()
	c.Page, c.Tokens = d.int(), d.int()
}

// skipText passes over what encodeText wrote.
func (d *decoder) skipText() {
	for range 3 {
		d.int()
	}
	d.bytes()
	for range 2 * d.count(2) {
		d.int()
	}
	d.skipStrings()
	d.int()
	d.int()
}

// terms reads what encodeTerms wrote and hands each term to yield, leg by leg.
// begin is told how many terms of a leg follow and gives how many there are; an id
// beyond, or twice, is damage.
func (d *decoder) terms(begin func(leg rag.Leg, n int) (limit int), yield func(id uint32, count float32)) {
	for range d.count(2) {
		name := rag.Leg(d.string())
		n := d.count(2)
		limit := begin(name, n)
		if n == 0 {
			d.fail(errValue)
		}
		id := uint64(0)
		for i := range n {
			step := d.uvarint()
			id += step
			count := d.termCount()
			if id >= uint64(limit) || i > 0 && step == 0 || !(count > 0 && count <= math.MaxFloat32) {
				d.fail(errValue)
			}
			if d.err != nil {
				return
			}
			yield(uint32(id), count)
		}
	}
}

// vector reads what encodeVector wrote, the last of a record of so many bytes: four
// for each dimension.
func (d *decoder) vector(record uint64) []byte {
	n := d.count(4)
	if n > 0 {
		d.take(padding(record-uint64(len(d.b)), recordAlign))
	}
	v := d.take(4 * uint64(n))
	if len(d.b) > 0 {
		d.fail(errValue)
	}
	return v
}

// oldVector reads the vector of a record of version 1 or 2: it is not scaled.
func (d *decoder) oldVector() []byte { return d.take(4 * uint64(d.count(4))) }

// selector reads what encodeDelete wrote, its kind excepted.
func (d *decoder) selector() *rag.Selector {
	sel := &rag.Selector{Tenant: d.string(), All: d.byte() == 1}
	sel.Chunks, sel.Documents, sel.Except = d.strings(), d.strings(), d.strings()
	return sel
}
