// Package huggingface reads models of Hugging Face's files: encoders of the BERT
// family with SentencePiece's unigram tokeniser, as multilingual-e5, bge-m3 and
// paraphrase-multilingual-MiniLM. A folder holds
//
//	config.json                the architecture, "bert" or "xlm-roberta"
//	model.safetensors          the weights, of 16 or 32 bits; see safetensors.go
//	tokenizer.json             the tokeniser, or where it is missing
//	sentencepiece.bpe.model    the same as SentencePiece trained it
//	1_Pooling/config.json      how states become a vector; known models need none
//	modules.json               what else follows; it need not be there
//
// Nothing in them is trusted: whatever is not as it should be is an [*Error].
package huggingface

import (
	"errors"
	"fmt"
	"io"
	"io/fs"

	"github.com/akshara-go/akshara/rag/e5embed/internal/encoder"
)

// Names of files.
const (
	configName        = "config.json"
	weightsName       = "model.safetensors"
	tokenizerName     = "tokenizer.json"
	sentencePieceName = "sentencepiece.bpe.model"
	poolingName       = "1_Pooling/config.json"
	modulesName       = "modules.json"
)

const (
	maxConfig    = 1 << 20 // bytes
	maxTokenizer = 1 << 26 // that of XLM-R has 17 MB
)

// Options say what is not in the files.
type Options struct {
	Name           string // the model's
	Bits           int    // of a weight: 4, 8 or 32
	Query, Passage string // what goes before texts; empty: what is known of the model
}

// Error says what is wrong with a file.
type Error struct {
	File string
	Err  error
}

func (e *Error) Error() string { return fmt.Sprintf("%s: %v", e.File, e.Err) }

// Unwrap gives what is wrong.
func (e *Error) Unwrap() error { return e.Err }

// in makes an error one of a file's, if it is none already.
func in(file string, err error) error {
	if _, ok := errors.AsType[*Error](err); ok || err == nil {
		return err
	}
	return &Error{file, err}
}

// Read gives the model of a folder, quantised. Files are to be [io.ReaderAt], as
// those of [os.DirFS] are. Weights are read a few rows at a time, so that no more
// memory is taken than the model has when it is quantised.
func Read(folder fs.FS, opts Options) (*encoder.Tensors, error) {
	c, err := readConfig(folder)
	if err != nil {
		return nil, err
	}
	t := &encoder.Tensors{Config: c.encoder(opts)}
	if err := pooling(folder, t); err != nil {
		return nil, err
	}
	v, err := readVocabulary(folder)
	if err != nil {
		return nil, err
	}
	v.give(t)
	if t.Config.Pieces > c.Vocabulary {
		return nil, in(configName, fmt.Errorf("%d embeddings for the tokeniser's %d pieces", c.Vocabulary, t.Config.Pieces))
	}
	if err := t.Config.Check(); err != nil {
		return nil, in(configName, err)
	}
	return t, in(weightsName, readWeights(folder, c, t))
}

// readVocabulary reads the tokeniser from the file that there is.
func readVocabulary(folder fs.FS) (*vocabulary, error) {
	b, err := whole(folder, tokenizerName, maxTokenizer)
	if err == nil {
		v, err := parseTokenizer(b)
		return v, in(tokenizerName, err)
	}
	if !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	if b, err = whole(folder, sentencePieceName, maxTokenizer); err != nil {
		return nil, err
	}
	v, err := parseSentencePiece(b)
	return v, in(sentencePieceName, err)
}

// whole gives what a file of at most so many bytes holds.
func whole(folder fs.FS, name string, most int64) ([]byte, error) {
	f, err := folder.Open(name)
	if err != nil {
		return nil, in(name, err)
	}
	defer f.Close() // it was only read
	b, err := io.ReadAll(io.LimitReader(f, most+1))
	if err == nil && int64(len(b)) > most {
		err = fmt.Errorf("it has more than %d bytes", most)
	}
	return b, in(name, err)
}
