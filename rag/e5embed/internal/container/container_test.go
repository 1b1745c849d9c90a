package container

import (
	"bytes"
	"encoding/binary"
	"errors"
	"math"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

var sections = []Section{{"config", []byte("{}")}, {"empty", nil}, {"weights", bytes.Repeat([]byte{1, 2, 3}, 100)}}

func file(tb testing.TB) []byte {
	tb.Helper()
	var b bytes.Buffer
	require.NoError(tb, Write(&b, sections))
	return b.Bytes()
}

func TestSectionsComeBack(t *testing.T) {
	got, err := Parse(file(t))
	require.NoError(t, err)
	require.Len(t, got, len(sections))
	for _, s := range sections {
		require.Equal(t, append([]byte{}, s.Data...), got[s.Name])
	}
	var b bytes.Buffer
	require.NoError(t, Write(&b, nil))
	got, err = Parse(b.Bytes())
	require.NoError(t, err)
	require.Empty(t, got)
}

// A file that is cut at any byte, or has any bit flipped, is refused.
func TestDamageIsFound(t *testing.T) {
	good := file(t)
	refused := func(b []byte) {
		t.Helper()
		_, err := Parse(b)
		var format *FormatError
		require.True(t, errors.As(err, &format))
		require.NotEmpty(t, format.Error())
	}
	for n := range good {
		refused(good[:n])
	}
	refused(append(bytes.Clone(good), 0))
	many := bytes.Clone(good)
	binary.LittleEndian.PutUint32(many[8:], math.MaxUint32) // -1, where an int has 32 bits
	refused(many)
	for bit := range 8 * len(good) {
		bad := bytes.Clone(good)
		bad[bit/8] ^= 1 << (bit % 8)
		refused(bad)
	}
}

func TestSectionsThatCannotBeWritten(t *testing.T) {
	for _, bad := range [][]Section{{{"", nil}}, {{strings.Repeat("x", 33), nil}}, make([]Section, maxSections+1)} {
		require.Error(t, Write(&bytes.Buffer{}, bad))
	}
	require.ErrorIs(t, Write(full{}, sections), errFull)
	var b bytes.Buffer
	require.NoError(t, Write(&b, []Section{{"a", nil}, {"a", nil}}))
	_, err := Parse(b.Bytes())
	require.Error(t, err)
}

var errFull = errors.New("full")

type full struct{}

func (full) Write([]byte) (int, error) { return 0, errFull }

// seal puts the length and the directory's checksum in, which no fuzzing guesses.
func seal(b []byte) []byte {
	b = bytes.Clone(b)
	if len(b) < headerSize {
		return b
	}
	binary.LittleEndian.PutUint64(b[16:], uint64(len(b)))
	if n := int64(binary.LittleEndian.Uint32(b[8:])); n <= int64(len(b)-headerSize)/entrySize {
		binary.LittleEndian.PutUint32(b[12:], directorySum(b[:headerSize+entrySize*n]))
	}
	return b
}

// What is read is no more than there is.
func FuzzParse(f *testing.F) {
	good := file(f)
	f.Add(good)
	f.Add(good[:100])
	f.Fuzz(func(t *testing.T, b []byte) {
		got, err := Parse(seal(b))
		if err == nil {
			total := 0
			for _, data := range got {
				total += len(data)
			}
			require.LessOrEqual(t, total, len(b))
		}
	})
}
