package encoder_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/akshara-go/akshara/rag/e5embed/internal/modeltest"
	"github.com/akshara-go/akshara/rag/e5embed/internal/unigram"
)

func TestTheTokenizerIsTheOpenModels(t *testing.T) {
	tensors := modeltest.New(1)
	e := open(t, tensors)
	tok, err := tensors.Tokenizer()
	require.NoError(t, err)
	const text = "a river \U0001f600 नदी"
	require.Equal(t, e.Tokenizer.AppendIDs(nil, text, 100), tok.AppendIDs(nil, text, 100))

	tensors.Found = append(tensors.Found, unigram.Piece{Text: "a" + unigram.Mark + "b"})
	_, err = tensors.Tokenizer()
	require.ErrorContains(t, err, "spans words")
}
