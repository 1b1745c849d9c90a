package weaviatestore

import (
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/akshara-go/akshara/observe/fault"
	"github.com/akshara-go/akshara/rag"
	"github.com/akshara-go/akshara/rag/corpus"
	"github.com/akshara-go/akshara/translate/lang"
)

// meta is what a writer has to know of a chunk to take it away again.
type meta struct {
	Chunk  string              `json:"c"` // its key
	Vector bool                `json:"v,omitempty"`
	Sizes  map[rag.Leg]float64 `json:"s,omitempty"` // lengths on the legs
}

// chunk is a record as it is written, but for its version.
type chunk struct {
	id     string // of the record's chunk
	meta   meta
	fields object
	vector rag.Vector
	bytes  int // about, as JSON
}

// prepare makes the object of a record.
func prepare(r *rag.Record) (*chunk, error) {
	body, err := encodeBody(r)
	if err != nil {
		return nil, err
	}
	c := &chunk{
		id:     r.Chunk.ID,
		meta:   meta{Chunk: key(keyChunk, r.Chunk.ID), Vector: len(r.Vector) > 0, Sizes: map[rag.Leg]float64{}},
		vector: unit(r.Vector),
	}
	tokens, counts := encodeTerms(r.Terms)
	for leg, terms := range r.Terms {
		for _, t := range terms {
			c.meta.Sizes[leg] += float64(t.Count)
		}
	}
	m, err := json.Marshal(c.meta)
	if err != nil {
		return nil, invalid("a record cannot be written: "+err.Error(), fault.Details{"chunk_id": r.Chunk.ID})
	}
	c.fields = object{"terms": tokens, "counts": counts, "meta": string(m), "body": body, "keys": recordKeys(r)}
	if !r.Source.PublishedAt.IsZero() {
		c.fields["date"] = microseconds(r.Source.PublishedAt)
	}
	c.bytes = len(body) + len(tokens) + len(counts) + 12*len(r.Vector) + 1000
	return c, nil
}

// recordKeys gives the keys by which a record is found, or kept from being found.
func recordKeys(r *rag.Record) []string {
	list := []string{
		chunkKey, key(keyChunk, r.Chunk.ID), key(keyDocument, r.Chunk.DocumentID), key(keySite, r.Source.SourceSite),
		key(keyType, r.Source.ContentType), key(keyLanguage, string(r.Source.Language)),
	}
	list = append(list, keys(keyReader, r.Readers)...)
	list = append(list, keys(keyTag, r.Source.Tags)...)
	slices.Sort(list)
	return slices.Compact(list)
}

const (
	mostRepeats = 8  // of a term in what Weaviate ranks candidates by
	countBytes  = 10 // of a term with its count: 6 of its code, 4 of a float32
)

// encodeTerms gives the terms of all legs as Weaviate indexes them, each as often
// as it counts about, and with their exact counts as they are kept.
func encodeTerms(legs map[rag.Leg][]rag.Term) (tokens, counts string) {
	var words []string
	var exact []byte
	for leg, terms := range legs {
		for _, t := range terms {
			code := termCode(leg, t.Text)
			for range min(max(1, int(min(t.Count, mostRepeats)+0.5)), mostRepeats) {
				words = append(words, code)
			}
			exact = append(exact, shortCode(code)...)
			exact = binary.LittleEndian.AppendUint32(exact, math.Float32bits(t.Count))
		}
	}
	return strings.Join(words, " "), base64.RawStdEncoding.EncodeToString(exact)
}

// shortCode is what tells a term from the others of one chunk.
func shortCode(code string) string {
	raw, _ := letters.DecodeString(code)
	return string(raw[:countBytes-4])
}

// eachCount goes through what encodeTerms kept.
func eachCount(counts string, yield func(code string, count float64)) error {
	raw, err := base64.RawStdEncoding.DecodeString(counts)
	if err != nil || len(raw)%countBytes != 0 {
		return damaged(err)
	}
	for ; len(raw) > 0; raw = raw[countBytes:] {
		yield(string(raw[:countBytes-4]), float64(math.Float32frombits(binary.LittleEndian.Uint32(raw[countBytes-4:]))))
	}
	return nil
}

// encodeBody writes what a search gives of a record.
func encodeBody(r *rag.Record) (string, error) {
	c := *r
	c.Tenant, c.Terms, c.Vector, c.Model = "", nil, nil, rag.EmbedModel{}
	rewrite(&c, escape)
	body, err := json.Marshal(&c)
	if err != nil { // a date after the year 9999
		return "", invalid("a record cannot be written: "+err.Error(), fault.Details{"chunk_id": r.Chunk.ID})
	}
	return string(body), nil
}

// decodeBody reads what encodeBody wrote.
func decodeBody(body, tenant string) (rag.Record, error) {
	var r rag.Record
	if err := json.Unmarshal([]byte(body), &r); err != nil {
		return r, damaged(err)
	}
	rewrite(&r, unescape)
	r.Tenant = tenant
	return r, nil
}

func decodeMeta(it *found) (*meta, error) {
	var m meta
	if err := json.Unmarshal([]byte(it.Meta), &m); err != nil {
		return nil, damaged(err)
	}
	return &m, nil
}

func damaged(err error) error {
	return fault.Wrap(fmt.Errorf("weaviatestore: %w", err), fault.Internal, "a record of the index cannot be read", nil)
}

// rewrite applies f to every text of a record. Lists are copied first.
func rewrite(r *rag.Record, f func(string) string) {
	s := &r.Source
	for _, p := range []*string{&r.Chunk.ID, &r.Chunk.DocumentID, &r.Chunk.Text, &s.Title, &s.URL, &s.SourceSite, &s.ContentType, &s.Author, &s.ThumbnailURL} {
		*p = f(*p)
	}
	s.Language = lang.Code(f(string(s.Language)))
	r.Readers, s.Tags, r.Chunk.Headings = each(r.Readers, f), each(s.Tags, f), each(r.Chunk.Headings, f)
}

// each applies f to a list, of which it makes a copy; an empty list stays nil or empty.
func each(list []string, f func(string) string) []string {
	if len(list) == 0 {
		return list
	}
	out := make([]string, len(list))
	for i, s := range list {
		out[i] = f(s)
	}
	return out
}

// escaped begins a text that JSON cannot hold as it is, written in hexadecimal.
const escaped = "\x01"

func escape(s string) string {
	if utf8.ValidString(s) && !strings.HasPrefix(s, escaped) {
		return s
	}
	return escaped + hex.EncodeToString([]byte(s))
}

func unescape(s string) string {
	if digits, ok := strings.CutPrefix(s, escaped); ok {
		if raw, err := hex.DecodeString(digits); err == nil {
			return string(raw)
		}
	}
	return s
}

// unit gives v divided by its length, so that no value is too large for what Weaviate computes; nil for none.
func unit(v rag.Vector) rag.Vector {
	if len(v) == 0 {
		return nil
	}
	sum := 0.0
	for _, x := range v {
		sum += float64(x) * float64(x)
	}
	out := make(rag.Vector, len(v))
	for i, x := range v {
		out[i] = float32(float64(x) / math.Sqrt(sum))
	}
	return out
}

// visible is the condition that an asker may see a chunk: without a reader's key that he has it is not met.
func visible(readers []string, f *corpus.Filter) []condition {
	list := []condition{anyOf("keys", append(keys(keyReader, readers), key(keyReader, corpus.Public))...)}
	for _, c := range []struct {
		kind   string
		values []string
	}{
		{keySite, f.SourceSites}, {keyType, some(f.ContentType)}, {keyLanguage, some(string(f.Language))},
		{keyDocument, f.DocumentIDs}, {keyTag, f.Tags},
	} {
		if len(c.values) > 0 {
			list = append(list, anyOf("keys", keys(c.kind, c.values)...))
		}
	}
	if !f.DateFrom.IsZero() {
		list = append(list, compare("date", "GreaterThanEqual", microseconds(f.DateFrom)))
	}
	if !f.DateTo.IsZero() {
		list = append(list, compare("date", "LessThanEqual", microseconds(f.DateTo)))
	}
	return list
}

func some(s string) []string {
	if s == "" {
		return nil
	}
	return []string{s}
}
