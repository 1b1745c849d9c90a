package e5embed

import (
	"context"
	"encoding/hex"
	"fmt"
	"math"
	"os"
	"runtime"
	"sync"

	"github.com/akshara-go/akshara/observe/fault"
	"github.com/akshara-go/akshara/rag"
	"github.com/akshara-go/akshara/rag/e5embed/internal/container"
	"github.com/akshara-go/akshara/rag/e5embed/internal/encoder"
	"github.com/akshara-go/akshara/rag/e5embed/internal/kernel"
	"github.com/akshara-go/akshara/rag/internal/mmap"
)

// maxFile bounds a model's file. That of bge-m3 has 360 MB at four bits, and 2.3 GB at 32.
const maxFile = min(3<<30, math.MaxInt)

// Options say how texts are embedded. The zero value is the default.
type Options struct {
	// Prepare is what becomes of each text before it is cut into pieces, as the
	// transliteration of a script that the model does not know into one that it
	// does. It is called concurrently. Nil leaves texts as they are.
	Prepare func(text string) string

	// Prepared names what Prepare does. It is a part of [Embedder.Version], by which a
	// cache tells vectors apart.
	Prepared string

	// Parallel is how many goroutines compute at once, for all calls together; each
	// takes some 10 MB with multilingual-e5-small. 0 is GOMAXPROCS.
	Parallel int

	// Kernels names the arithmetic: "avx512" or "avx2" on amd64, "dotprod" or "neon"
	// on arm64, "plain" everywhere. They give the same vectors. Empty is the fastest
	// that the processor has; one that it has not is an INVALID_REQUEST.
	Kernels string
}

// Embedder is an open model. It may be used concurrently.
type Embedder struct {
	options Options
	kernels *kernel.Set
	spaces  chan *encoder.Workspace // one for each goroutine that may compute
	encoder *encoder.Encoder
	unmap   func() error // the first call lets the file go
	model   rag.EmbedModel
	version string

	mu     sync.Mutex
	closed bool           // under mu
	calls  sync.WaitGroup // of Embed; none is added once it is closed
}

var _ rag.Embedder = (*Embedder)(nil)

// Open opens a model's file. All of it is read once and held against its checksums,
// and must not be changed while it is open; to replace it, rename another over it.
// A file that is not there is NOT_FOUND, and one that is no good a [*ModelError].
func Open(path string, opts *Options) (*Embedder, error) {
	e := &Embedder{}
	if opts != nil {
		e.options = *opts
	}
	if e.options.Parallel <= 0 {
		e.options.Parallel = runtime.GOMAXPROCS(0)
	}
	e.kernels = kernel.Fastest()
	if name := e.options.Kernels; name != "" {
		var ok bool
		if e.kernels, ok = kernel.Named(name); !ok {
			return nil, fault.New(fault.InvalidRequest, fmt.Sprintf("this processor has no kernels %q", name), nil)
		}
	}
	e.spaces = make(chan *encoder.Workspace, e.options.Parallel)
	for range e.options.Parallel {
		e.spaces <- new(encoder.Workspace)
	}
	if err := e.load(path); err != nil {
		return nil, err
	}
	e.model = rag.EmbedModel{Name: e.encoder.Config.Name, Dimensions: e.encoder.Config.Hidden}
	return e, nil
}

func (e *Embedder) load(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return openFault(err)
	}
	defer f.Close() // it was only read
	info, err := f.Stat()
	if err != nil {
		return openFault(err)
	}
	if size := info.Size(); !info.Mode().IsRegular() || size == 0 || size > maxFile {
		return modelFault(path, fmt.Errorf("it has %d bytes, or is no file", size))
	}
	b, unmap, err := mmap.Map(f, int(info.Size()))
	if err != nil {
		return openFault(err)
	}
	sections, err := container.Parse(b)
	if err == nil {
		e.encoder, err = encoder.Open(sections)
	}
	if err != nil {
		_ = unmap() // nothing can be done about it
		return modelFault(path, err)
	}
	sum := container.Sum(b)
	e.version = hex.EncodeToString(sum[:16]) + " " + e.options.Prepared
	e.unmap = sync.OnceValue(unmap)
	return nil
}

// Close waits for the calls of Embed that have begun, and lets the file go. Calls
// that begin later end with [ErrClosed], and wait for nothing.
func (e *Embedder) Close() error {
	e.mu.Lock()
	e.closed = true
	e.mu.Unlock()
	e.calls.Wait()
	return e.unmap()
}

// begin counts a call, if it is not closed.
func (e *Embedder) begin() error {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.closed {
		return closedFault()
	}
	e.calls.Add(1)
	return nil
}

// Model gives the name that the file gives its model, and the dimensions.
func (e *Embedder) Model() rag.EmbedModel { return e.model }

// Version names what its vectors depend on besides the model's name: the file, by a
// digest of its checksums, and how texts are prepared. See embed.Versioned.
func (e *Embedder) Version() string { return e.version }

// Kernels names the arithmetic in use: see [Options].
func (e *Embedder) Kernels() string { return e.kernels.Name }

// Embed implements [rag.Embedder]: vectors have length 1. It may be cancelled
// between texts that are cut, and between packs of some 256 tokens that are computed.
func (e *Embedder) Embed(ctx context.Context, kind rag.EmbedKind, texts []string) ([]rag.Vector, error) {
	if err := e.begin(); err != nil {
		return nil, err
	}
	defer e.calls.Done()
	vectors := make([]rag.Vector, 0, len(texts))
	for len(vectors) < len(texts) {
		r := e.round(ctx, kind, texts[len(vectors):])
		if err := e.compute(ctx, r); err != nil {
			return nil, err
		}
		vectors = r.vectors(vectors)
	}
	return vectors, rag.CheckVectors(e.model, len(texts), vectors)
}
