package e5model

import (
	"context"
	"errors"
	"io/fs"
	"log/slog"
	"strings"
	"unicode"

	"github.com/akshara-go/akshara/observe/fault"
	"github.com/akshara-go/akshara/rag/e5embed"
	"github.com/akshara-go/akshara/translate/lang"
	"github.com/akshara-go/akshara/translate/translit"
)

// What RAG_EMBEDDING_MODEL may say besides the name of a model at a server.
const (
	Off    = "none" // no embeddings, whatever is in the cache folder
	Prefix = "e5:"  // before the path of a model's file
)

// Open opens the model that a value of RAG_EMBEDDING_MODEL stands for: the file
// behind [Prefix], or, of an empty value, the one in the user's cache folder. It
// is nil where there is none, and for [Off] and the name of a model at a server.
//
// A file that is named has to be there and whole: errors are those of
// [e5embed.Open], with its path. One in the cache folder that is no good is said to
// log, and done without.
func Open(setting string, log *slog.Logger) (*e5embed.Embedder, error) {
	if path, named := strings.CutPrefix(setting, Prefix); named {
		e, err := open(path)
		if err != nil {
			return nil, fault.Wrap(err, fault.CodeOf(err), "RAG_EMBEDDING_MODEL names a model that cannot be opened: "+path, nil)
		}
		return e, nil
	}
	if setting != "" {
		return nil, nil
	}
	path, err := Path()
	if err != nil {
		return nil, nil // without a cache folder nothing is in it
	}
	e, err := open(path)
	if err != nil {
		if !errors.Is(err, fs.ErrNotExist) {
			log.Warn("the embedding model in the cache folder cannot be used: make model makes it anew", "path", path, "error", err)
		}
		return nil, nil
	}
	return e, nil
}

func open(path string) (*e5embed.Embedder, error) {
	return e5embed.Open(path, &e5embed.Options{Prepare: Prepare, Prepared: prepared})
}

// prepared names what Prepare does.
const prepared = "Mtei as Beng, Olck as Deva"

var scripts = translit.New(nil)

// Prepare writes the scripts that multilingual-e5-small does not know in ones that
// it does: Meetei Mayek in Bengali letters, in which Manipuri is written, too, and
// Ol Chiki in Devanagari, of which it knows longer pieces than of Bengali (2.8 of
// them make a word of Santali instead of 3.2). Of Meetei Mayek itself every second
// piece is unknown.
func Prepare(text string) string {
	meetei, santali := false, false
	for _, r := range text {
		meetei = meetei || unicode.In(r, unicode.Meetei_Mayek)
		santali = santali || unicode.In(r, unicode.Ol_Chiki)
	}
	if meetei {
		text = written(text, lang.MeeteiMayek, lang.BengaliScript)
	}
	if santali {
		text = written(text, lang.OlChiki, lang.Devanagari)
	}
	return text
}

func written(text string, from, to lang.Script) string {
	out, err := scripts.Transliterate(context.Background(), text, from, to)
	if err != nil { // of scripts that are not known, or of a context that ended
		return text
	}
	return out
}
