package e5embed

import (
	"errors"
	"fmt"
	"io/fs"

	"github.com/akshara-go/akshara/observe/fault"
	"github.com/akshara-go/akshara/rag/e5embed/internal/huggingface"
)

// HuggingFaceOptions say what is made of a model's files. The zero value is the default.
type HuggingFaceOptions struct {
	// Bits are those of a weight: 4, 8 or 32. 0 is 4. The model of 32 is float32
	// throughout: it is what the others can be held against.
	Bits int

	// Query and Passage are what the model was trained to find before texts, as
	// "query: ". Empty is what is known of the model, or nothing.
	Query, Passage string

	// Cut leaves out pieces that texts in the 23 languages do not need: see
	// [ImportOptions].
	Cut bool
}

// ImportHuggingFace makes a model's file at path of the files that Hugging Face
// keeps of it: config.json of an encoder, "bert" or "xlm-roberta"; its weights in
// model.safetensors; its SentencePiece unigram tokeniser in tokenizer.json or
// sentencepiece.bpe.model; and 1_Pooling/config.json, which says whether vectors are
// means of states or the first. name is the model's. Of multilingual-e5-small,
// -base and -large, bge-m3 (its dense vector) and
// paraphrase-multilingual-MiniLM-L12-v2, with or without an owner before it, it
// tells the prefixes and the pooling where there is no file.
//
// The folder is as [os.DirFS] gives it: its files can be read at any place. The file
// is there whole, or not at all; one that was there is replaced. What is damaged or
// cannot be computed is a [*ModelError], which names the file.
func ImportHuggingFace(path, name string, folder fs.FS, opts *HuggingFaceOptions) error {
	o := HuggingFaceOptions{}
	if opts != nil {
		o = *opts
	}
	switch o.Bits {
	case 0:
		o.Bits = 4
	case 4, 8, 32:
	default:
		return fault.New(fault.InvalidRequest, fmt.Sprintf("weights have 4, 8 or 32 bits, not %d", o.Bits), nil)
	}
	tensors, err := huggingface.Read(folder, huggingface.Options{Name: name, Bits: o.Bits, Query: o.Query, Passage: o.Passage})
	if err != nil {
		return filesFault(err)
	}
	return save(path, name, tensors, &ImportOptions{Cut: o.Cut})
}

// filesFault is for Hugging Face's files.
func filesFault(err error) error {
	var file *huggingface.Error
	if !errors.As(err, &file) {
		return openFault(err)
	}
	if path, ok := errors.AsType[*fs.PathError](err); ok {
		return openFault(path)
	}
	return modelFault(file.File, file.Err)
}
