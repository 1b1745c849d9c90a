package embed

import (
	"context"
	"math"
	"strings"

	"github.com/akshara-go/akshara/observe/fault"
	"github.com/akshara-go/akshara/rag"
	"github.com/akshara-go/akshara/translate/lang"
)

// What a mean is estimated from.
const (
	MinSample = 64  // texts of the collection that do without general ones
	MaxSample = 512 // texts that are embedded at the most
)

// Centred is an embedder whose vectors have a mean taken off and are of length 1.
// It may be used concurrently, as its embedder may.
type Centred struct {
	inner rag.Embedder
	mean  *Mean
}

var _ rag.Embedder = (*Centred)(nil)

// Centre gives an embedder that takes the mean of passages off the vectors of e,
// those of questions too. The mean that keep holds is taken, whatever it was
// estimated from: an index keeps its mean for as long as it lives. Where there is
// none yet, it is estimated from the texts that sample gives, and kept before
// Centre returns; of several processes that do so at once, all take the one that
// was kept first. No vector is given before its mean is kept, so that a crash
// loses nothing.
//
// The sample should be spread over the collection: the mean of texts of one kind
// takes off what those have in common. Up to [MaxSample] of them are embedded,
// evenly spread; fewer than [MinSample] are filled up with sentences in 23
// languages, as many as are missing. No sample, and a nil func, give the mean of
// those alone.
//
// The model's name holds a digest of the mean, so that an index refuses vectors
// that were made with another. A mean of another model is a
// *[rag.ModelMismatchError] in INVALID_REQUEST, one that cannot be read a
// *[CorruptMeanError] in INTERNAL_ERROR.
//
// The idea is that of Mu and Viswanath, All-but-the-Top (ICLR 2018), without its
// removal of principal components.
func Centre(ctx context.Context, e rag.Embedder, keep MeanKeeper, sample func(context.Context) ([]string, error)) (*Centred, error) {
	kept, err := keep.Load(ctx)
	if err != nil {
		return nil, err
	}
	if kept == nil {
		mean, err := estimate(ctx, e, sample)
		if err != nil {
			return nil, err
		}
		if kept, err = keep.Keep(ctx, mean.encode()); err != nil {
			return nil, err
		}
	}
	mean, err := decodeMean(kept)
	if err != nil {
		return nil, err
	}
	model := e.Model()
	if model.Dimensions == 0 { // not known before the first texts
		model.Dimensions = mean.Model.Dimensions
	}
	if mean.Model != model {
		return nil, rag.MismatchFault(mean.Model, model)
	}
	return &Centred{inner: e, mean: mean}, nil
}

// centredBy stands between the names of a model and of the mean.
const centredBy = "+centred-"

// Uncentred gives the name of the model itself, of one that a [Centred] may have named.
func Uncentred(name string) string {
	name, _, _ = strings.Cut(name, centredBy)
	return name
}

// Model names the embedder's model and the mean.
func (c *Centred) Model() rag.EmbedModel {
	return rag.EmbedModel{Name: c.mean.Model.Name + centredBy + c.mean.digest(), Dimensions: c.mean.Model.Dimensions}
}

// Embed implements [rag.Embedder].
func (c *Centred) Embed(ctx context.Context, kind rag.EmbedKind, texts []string) ([]rag.Vector, error) {
	vectors, err := c.inner.Embed(ctx, kind, texts)
	if err != nil {
		return nil, err
	}
	if err := rag.CheckVectors(c.mean.Model, len(texts), vectors); err != nil {
		return nil, err
	}
	for _, v := range vectors {
		c.mean.takeOff(v)
	}
	return vectors, nil
}

// estimate gives the mean of a sample.
func estimate(ctx context.Context, e rag.Embedder, sample func(context.Context) ([]string, error)) (*Mean, error) {
	var texts []string
	if sample != nil {
		all, err := sample(ctx)
		if err != nil {
			return nil, err
		}
		texts = spread(all, MaxSample)
	}
	if missing := MinSample - len(texts); missing > 0 {
		texts = append(texts, spread(generalTexts(), missing)...)
	}
	vectors, err := e.Embed(ctx, rag.EmbedPassage, texts)
	if err != nil {
		return nil, err
	}
	model := e.Model()
	if err := rag.CheckVectors(model, len(texts), vectors); err != nil {
		return nil, err
	}
	sum := make([]float64, model.Dimensions)
	for _, v := range vectors {
		n := length(v)
		for i, x := range v {
			sum[i] += float64(x) / n
		}
	}
	mean := &Mean{Model: model, Texts: len(texts), Values: make(rag.Vector, len(sum))}
	for i, s := range sum {
		mean.Values[i] = float32(s / float64(len(texts)))
	}
	return mean, nil
}

// spread gives at most n of texts, evenly spread, the first among them.
func spread(texts []string, n int) []string {
	n = min(n, len(texts))
	out := make([]string, n)
	for i := range out {
		out[i] = texts[i*len(texts)/n]
	}
	return out
}

// generalTexts are sentences in every language: what a program says to its user.
func generalTexts() []string {
	var texts []string
	for m := lang.MsgNoAnswer; m <= lang.MsgInternal; m++ {
		for _, l := range lang.All() {
			texts = append(texts, lang.Text(l.Code, m))
		}
	}
	return texts
}

// length gives the Euclidean length of a vector.
func length(v rag.Vector) float64 {
	var sum float64
	for _, x := range v {
		sum += float64(x) * float64(x)
	}
	return math.Sqrt(sum)
}

func corrupt(reason string) error {
	err := &CorruptMeanError{Reason: reason}
	return fault.Wrap(err, fault.Internal, "the mean of the embeddings cannot be read; without it the index has to be built anew", nil)
}
