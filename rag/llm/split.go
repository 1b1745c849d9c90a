package llm

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"math"
	"slices"

	"github.com/akshara-go/akshara/observe/fault"
)

// Variant is a version of a model that some of the askers get.
type Variant struct {
	Version string
	Weight  float64 // share of the askers, against the sum of all weights; 0: none
	Model   Model
}

// Split gives each asker one of several versions of a model, always the same one:
// key names the asker, such as a session's or a user's id. The version is chosen by
// weighted rendezvous hashing (Schindelhauer and Schomaker, "Weighted Distributed Hash
// Tables", SPAA 2005), so that a change of weights moves no asker but those that the change is
// about. Variants without a positive weight, or two of one version, are INVALID_REQUEST.
func Split(variants []Variant, key func(ctx context.Context, req *Request) string) (Streamer, error) {
	seen, total := map[string]bool{}, 0.0
	for _, v := range variants {
		if seen[v.Version] || v.Model == nil || !(v.Weight >= 0) || math.IsInf(v.Weight, 0) {
			return nil, refused("each variant of a model needs a version of its own, a model, and a weight that is no less than 0")
		}
		seen[v.Version] = true
		total += v.Weight
	}
	if total == 0 {
		return nil, fault.New(fault.InvalidRequest, "at least one variant of a model needs a weight above 0", nil)
	}
	variants = slices.Clone(variants)
	choose := func(ctx context.Context, req *Request) Model { return variants[Assign(variants, key(ctx, req))].Model }
	return &wrapped{
		generate: func(ctx context.Context, req *Request) (*Response, error) {
			return choose(ctx, req).Generate(ctx, req)
		},
		stream: func(ctx context.Context, req *Request, yield func(Delta, error) bool) {
			Stream(ctx, choose(ctx, req), req)(yield)
		},
	}, nil
}

// Assign gives the index of the variant that [Split] gives to a key.
func Assign(variants []Variant, key string) int {
	best, at := math.Inf(1), 0
	for i, v := range variants {
		if !(v.Weight > 0) {
			continue
		}
		sum := sha256.Sum256([]byte(v.Version + "\x00" + key))
		u := (float64(binary.BigEndian.Uint64(sum[:])>>11) + .5) / (1 << 53) // between 0 and 1, neither included
		if s := -math.Log(u) / v.Weight; s < best {
			best, at = s, i
		}
	}
	return at
}
