package e5model

import (
	"bytes"
	"log/slog"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/akshara-go/akshara/observe/fault"
)

// cacheFolder gives the test a cache folder of its own, and the path of its model.
func cacheFolder(t *testing.T) string {
	t.Setenv("XDG_CACHE_HOME", t.TempDir())
	path, err := Path()
	require.NoError(t, err)
	require.NoError(t, os.Mkdir(filepath.Dir(path), 0o700))
	return path
}

func TestWhatNamesNoModelOpensNone(t *testing.T) {
	path := cacheFolder(t)
	require.NoError(t, os.WriteFile(path, []byte("damaged"), 0o600))
	for _, setting := range []string{Off, "multilingual-e5-small", "e5"} {
		e, err := Open(setting, slog.New(slog.DiscardHandler))
		require.NoError(t, err)
		require.Nil(t, e, setting)
	}
}

func TestAModelThatIsNamedHasToBeThere(t *testing.T) {
	damaged := filepath.Join(t.TempDir(), "damaged")
	require.NoError(t, os.WriteFile(damaged, []byte("damaged"), 0o600))
	for path, code := range map[string]fault.Code{damaged: fault.Internal, damaged + "-not": fault.NotFound, "": fault.NotFound} {
		_, err := Open(Prefix+path, slog.New(slog.DiscardHandler))
		require.Equal(t, code, fault.CodeOf(err), "%v", err)
		require.ErrorContains(t, err, path)
		require.ErrorContains(t, err, "RAG_EMBEDDING_MODEL")
	}
}

func TestAModelInTheCacheFolderThatIsNoGoodIsDoneWithout(t *testing.T) {
	path := cacheFolder(t)
	var said bytes.Buffer
	log := slog.New(slog.NewTextHandler(&said, nil))
	e, err := Open("", log)
	require.NoError(t, err)
	require.Nil(t, e)
	require.Empty(t, said.String(), "there is none, and nobody has asked for one")

	require.NoError(t, os.WriteFile(path, []byte("damaged"), 0o600))
	e, err = Open("", log)
	require.NoError(t, err)
	require.Nil(t, e)
	require.Contains(t, said.String(), path)
	require.Contains(t, said.String(), "make model")

	t.Setenv("XDG_CACHE_HOME", "")
	t.Setenv("HOME", "")
	e, err = Open("", log)
	require.NoError(t, err)
	require.Nil(t, e, "without a cache folder there is none")
}

// What the model does not know is written in letters that it does; all else stays.
func TestPrepare(t *testing.T) {
	for text, want := range map[string]string{
		"":                      "",
		"The Taj Mahal, ताजमहल": "The Taj Mahal, ताजमहल",
		"ꯃꯅꯤꯄꯨꯔ 1891, Imphal":   "মনিপুর 1891, Imphal",
		"ᱥᱟᱱᱛᱟᱲᱤ: sat":          "सान्ताड़ि: sat",
		"\xff ꯃ ᱥ \x00":         "\xff ম स् \x00",
		"ꯃꯥ and ᱥᱟ and \u200dসা सा": "মা and सा and \u200dসা सा",
	} {
		require.Equal(t, want, Prepare(text))
	}
}
