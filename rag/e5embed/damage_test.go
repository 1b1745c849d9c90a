package e5embed

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/akshara-go/akshara/rag/e5embed/internal/container"
)

// A model's file that is cut anywhere, or has bits flipped anywhere, is refused when
// it is opened; the directory's bytes are tried one by one. Package container tries
// each bit of a small file.
func TestDamagedFilesAreRefused(t *testing.T) {
	good, err := os.ReadFile(randomModel(t))
	require.NoError(t, err)
	path := filepath.Join(t.TempDir(), "model")
	refused := func(b []byte, what string, at int) {
		require.NoError(t, os.WriteFile(path, b, 0o600))
		_, err := Open(path, nil)
		var model *ModelError
		require.True(t, errors.As(err, &model), "%s at %d: %v", what, at, err)
	}
	step := 1999
	if raceEnabled {
		step *= 5
	}
	for n := 0; n < len(good); n += step {
		refused(good[:n], "cut", n)
	}
	for at := 0; at < len(good); at += step {
		bad := bytes.Clone(good)
		bad[at] ^= 1 << (at % 8)
		refused(bad, "flipped", at)
	}
	for at := range 512 { // in memory: that is where most can go wrong
		bad := bytes.Clone(good)
		bad[at] ^= 1 << (at % 8)
		_, err := container.Parse(bad)
		require.Error(t, err, "flipped at %d", at)
	}
}

// Models that cannot be computed are refused although every checksum is right: of
// another architecture, dimension or version.
func TestModelsOfAnotherKindAreRefused(t *testing.T) {
	good, err := os.ReadFile(randomModel(t))
	require.NoError(t, err)
	sections, err := container.Parse(good)
	require.NoError(t, err)
	for name, change := range map[string][2]string{
		"another dimension":         {`"hidden":64`, `"hidden":96`},
		"more layers":               {`"layers":2`, `"layers":3`},
		"fewer heads than there is": {`"heads":2`, `"heads":3`},
		"another way to pool":       {`"mean"`, `"last"`},
		"something nobody knows":    {`"layers"`, `"experts":8,"layers"`},
		"more pieces":               {`"pieces":1`, `"pieces":2`},
	} {
		t.Run(name, func(t *testing.T) {
			var list []container.Section
			for section, data := range sections {
				if section == "config" {
					require.Contains(t, string(data), change[0])
					data = bytes.Replace(data, []byte(change[0]), []byte(change[1]), 1)
				}
				list = append(list, container.Section{Name: section, Data: data})
			}
			path := filepath.Join(t.TempDir(), "model")
			require.NoError(t, write(path, list))
			_, err := Open(path, nil)
			var model *ModelError
			require.True(t, errors.As(err, &model), err)
		})
	}
	bad := bytes.Clone(good)
	bad[7]++ // the version of the form
	path := filepath.Join(t.TempDir(), "model")
	require.NoError(t, os.WriteFile(path, bad, 0o600))
	_, err = Open(path, nil)
	var format *container.FormatError
	require.True(t, errors.As(err, &format))
	require.Contains(t, format.Reason, "version")
}
