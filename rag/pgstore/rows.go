package pgstore

import (
	"encoding/json"
	"math"

	"github.com/akshara-go/akshara/observe/fault"
	"github.com/akshara-go/akshara/observe/pgkit"
	"github.com/akshara-go/akshara/rag"
	"github.com/akshara-go/akshara/translate/lang"
)

// tenantRow is a tenant: its embedding model, how many vectors it holds, and the
// number that its next chunk gets. Whoever changes a tenant's records holds the
// lock on its row.
type tenantRow struct {
	ID      int32     `gorm:"primaryKey"`
	Key     pgkit.Key `gorm:"type:uuid;->:false;<-:create"`
	Name    string
	Model   string
	Dims    int
	Vectors int64
	Next    int64

	// What a search asks for with it, of the table for its vectors.
	Indexed bool  `gorm:"->"`
	Rows    int64 `gorm:"->"` // about
}

// TableName implements GORM's Tabler.
func (tenantRow) TableName() string { return "akshara_tenants" }

func (t *tenantRow) model() rag.EmbedModel {
	if t.Vectors == 0 {
		return rag.EmbedModel{}
	}
	return rag.EmbedModel{Name: pgkit.Unescape(t.Model), Dimensions: t.Dims}
}

// legRow holds a tenant's BM25 statistics on a leg.
type legRow struct {
	Tenant  int32     `gorm:"primaryKey"`
	Leg     pgkit.Key `gorm:"primaryKey;type:uuid;->:false;<-:create"`
	Records int64
	Total   float64 // of the lengths
}

// TableName implements GORM's Tabler.
func (legRow) TableName() string { return "akshara_legs" }

// chunkRow is a chunk with what it is found by.
type chunkRow struct {
	Tenant        int32
	N             int64
	Key, Document pgkit.Key `gorm:"type:uuid"`
	DocumentID    string
	Readers, Tags pgkit.Texts `gorm:"type:text[]"`
	SourceSite    string
	ContentType   string
	Language      string
	Published     *int64 // seconds since 1970; nil: not known
	PublishedNano int32
	Block         int64
	Terms         []byte
	Body          string
}

// TableName implements GORM's Tabler.
func (chunkRow) TableName() string { return chunkTable }

// vectorRow is a chunk's vector, in a table for its dimensions.
type vectorRow struct {
	Tenant int32
	N      int64
	Exact  pgkit.Vector `gorm:"type:vector"`
	Linked bool
}

const (
	chunkTable   = "akshara_chunks"
	postingTable = "akshara_postings"
	termTable    = "akshara_terms"
)

// encodeBody writes what a search gives of a record.
func encodeBody(r *rag.Record) ([]byte, error) {
	c := *r
	c.Tenant, c.Terms, c.Vector, c.Model = "", nil, nil, rag.EmbedModel{}
	rewrite(&c, pgkit.Escape)
	body, err := json.Marshal(&c)
	if err != nil { // a date after the year 9999
		return nil, invalid("a record cannot be written: "+err.Error(), fault.Details{"chunk_id": r.Chunk.ID})
	}
	return body, nil
}

// decodeBody reads what encodeBody wrote.
func decodeBody(body []byte, tenant string) (rag.Record, error) {
	var r rag.Record
	if err := json.Unmarshal(body, &r); err != nil {
		return r, fault.Wrap(err, fault.Internal, "a record of the index cannot be read", nil)
	}
	rewrite(&r, pgkit.Unescape)
	r.Tenant = tenant
	return r, nil
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

// unit gives v divided by its length.
func unit(v rag.Vector) []float32 {
	n := length(v)
	out := make([]float32, len(v))
	for i, x := range v {
		out[i] = float32(float64(x) / n)
	}
	return out
}

func length(v rag.Vector) float64 {
	sum := 0.0
	for _, x := range v {
		sum += float64(x) * float64(x)
	}
	return math.Sqrt(sum)
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
