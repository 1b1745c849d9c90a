package encoder

import "github.com/akshara-go/akshara/rag/e5embed/internal/unigram"

// Tokenizer gives the tokeniser that the model has once it is a file.
func (t *Tensors) Tokenizer() (*unigram.Tokenizer, error) {
	trie, unknown, err := unigram.BuildPieces(t.Found, t.lowest())
	if err != nil {
		return nil, err
	}
	return unigram.New(unigram.Tables{
		Trie: trie, Scores: t.Scores, Unknown: t.Config.Unknown, UnknownScore: unknown, CharsMap: t.CharsMap,
	})
}
