package weaviatestore

import (
	"crypto/sha256"
	"encoding/base32"
	"encoding/binary"
	"fmt"
	"regexp"

	"github.com/akshara-go/akshara/rag"
)

// What Weaviate indexes are codes: hashes in lower-case letters and digits. No
// text can then be split, folded, taken for a stop word, or break out of a query,
// and texts of any length and any bytes are compared as a whole.

var letters = base32.NewEncoding("abcdefghijklmnopqrstuvwxyz234567").WithPadding(base32.NoPadding)

// The kinds of keys. A chunk has one for each value that can be asked for.
const (
	keyKind     = "kind"
	keyChunk    = "chunk"
	keyDocument = "document"
	keyReader   = "reader"
	keySite     = "site"
	keyType     = "type"
	keyLanguage = "language"
	keyTag      = "tag"
)

// What a tenant holds beside its head.
var (
	chunkKey  = key(keyKind, "chunk")
	markerKey = key(keyKind, "marker")
)

// key gives the code of a value: 128 bits.
func key(kind, value string) string {
	sum := digest(kind, value)
	return letters.EncodeToString(sum[:16])
}

func keys(kind string, values []string) []string {
	out := make([]string, len(values))
	for i, v := range values {
		out[i] = key(kind, v)
	}
	return out
}

// termCode gives the code of a term of a leg: 80 bits, since there are many.
func termCode(leg rag.Leg, term string) string {
	sum := digest("term", string(leg), term)
	return letters.EncodeToString(sum[:10])
}

// digest hashes texts so that no two lists of them are hashed alike.
func digest(parts ...string) [sha256.Size]byte {
	h := sha256.New()
	for _, p := range parts {
		_ = binary.Write(h, binary.LittleEndian, uint64(len(p)))
		h.Write([]byte(p))
	}
	return [sha256.Size]byte(h.Sum(nil))
}

// uuidOf gives the id of an object: a UUID of version 8 (RFC 9562) from a hash.
func uuidOf(parts ...string) string {
	sum := digest(parts...)
	sum[6] = sum[6]&0x0f | 0x80
	sum[8] = sum[8]&0x3f | 0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", sum[:4], sum[4:6], sum[6:8], sum[8:10], sum[10:16])
}

var plainName = regexp.MustCompile(`^[a-z0-9-]{1,59}$`)

// tenantName gives Weaviate's name of a tenant, of which it takes letters, digits,
// '-' and '_', 64 at most: the name itself where it can be read so, otherwise its hash.
func tenantName(tenant string) string {
	if plainName.MatchString(tenant) {
		return "name-" + tenant
	}
	sum := digest("tenant", tenant)
	return "hash-" + letters.EncodeToString(sum[:])
}

// vectorName gives the name of the vector index for a number of dimensions.
func vectorName(dimensions int) string { return fmt.Sprint("dense", dimensions) }
