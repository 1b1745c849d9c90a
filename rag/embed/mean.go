package embed

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"math"

	"github.com/akshara-go/akshara/rag"
)

// Mean is the mean of the vectors of passages, each of length 1.
type Mean struct {
	Model  rag.EmbedModel `json:"model"`  // what made the vectors
	Texts  int            `json:"texts"`  // how many passages it is the mean of
	Values rag.Vector     `json:"values"` // Model.Dimensions of them
}

// MeanKeeper keeps the mean of an index beside it: a file, a row of a table.
// Its methods may be called concurrently, by several processes too.
//
// Load gives what is kept, or nil. Keep keeps data durably, unless something is
// kept already, in one step that no other can come between, and gives what is
// kept then.
type MeanKeeper interface {
	Load(ctx context.Context) ([]byte, error)
	Keep(ctx context.Context, data []byte) ([]byte, error)
}

// CorruptMeanError says that what is kept is no mean, or a damaged one.
type CorruptMeanError struct {
	Reason string
}

func (e *CorruptMeanError) Error() string { return "embed: the mean is damaged: " + e.Reason }

// maxMeanBytes bounds what is read; the vectors of the largest models have some 10,000 dimensions.
const maxMeanBytes = 1 << 20

// keptMean is a mean as it is kept.
type keptMean struct {
	Mean
	Digest string `json:"digest"`
}

func (m *Mean) encode() []byte {
	b, _ := json.Marshal(keptMean{*m, m.digest()}) // finite numbers and strings: it cannot fail
	return append(b, '\n')
}

// decodeMean reads what encode wrote.
func decodeMean(b []byte) (*Mean, error) {
	if len(b) > maxMeanBytes {
		return nil, corrupt("it is too long")
	}
	var kept keptMean
	if err := json.Unmarshal(b, &kept); err != nil {
		return nil, corrupt("it is not what was written")
	}
	m := &kept.Mean
	switch {
	case m.Model.Name == "" || m.Model.Dimensions < 1 || len(m.Values) != m.Model.Dimensions:
		return nil, corrupt("it has another number of values than its model has dimensions")
	case kept.Digest != m.digest():
		return nil, corrupt("its digest is wrong")
	case !(length(m.Values) <= 1+1e-3): // a mean of vectors of length 1
		return nil, corrupt("its values are out of range")
	}
	return m, nil
}

// digest names the mean: 48 bits of the SHA-256 of its values.
func (m *Mean) digest() string {
	h := sha256.New()
	var b [4]byte
	for _, x := range m.Values {
		binary.LittleEndian.PutUint32(b[:], math.Float32bits(x))
		_, _ = h.Write(b[:]) // never fails
	}
	return hex.EncodeToString(h.Sum(nil)[:6])
}

// takeOff turns v, which is not zero, into what is particular to it, of length 1.
// A vector that is the mean itself has nothing particular and only gets its length.
func (m *Mean) takeOff(v rag.Vector) {
	n := length(v)
	var sum float64
	for i, x := range v {
		d := float64(x)/n - float64(m.Values[i])
		sum += d * d
	}
	left, rest := math.Sqrt(sum), 1.0
	if left < 1e-6 {
		left, rest = 1, 0
	}
	for i, x := range v {
		v[i] = float32((float64(x)/n - rest*float64(m.Values[i])) / left)
	}
}
