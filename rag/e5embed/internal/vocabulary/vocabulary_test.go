package vocabulary

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/akshara-go/akshara/rag/e5embed/internal/modeltest"
)

func TestATableIsReadAsItWasWritten(t *testing.T) {
	found := modeltest.New(1).Found
	needed := map[int]bool{found[0].ID: true, found[9].ID: true, found[len(found)-1].ID: true}
	table := Encode(found, needed)
	got, err := Decode(table, found)
	require.NoError(t, err)
	require.Equal(t, needed, got)

	_, err = Decode(table[:len(table)-1], found)
	require.ErrorIs(t, err, ErrOther)
	_, err = Decode(table, found[1:])
	require.ErrorIs(t, err, ErrOther)
	_, err = Needed(found)
	require.ErrorIs(t, err, ErrOther)
}
