package main

import (
	"archive/zip"
	"bufio"
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// wheel is the package that wordfreq's lists are in.
const wheel = "wordfreq-3.1.1-py3-none-any.whl"

// lists are the public lists of words, and how often each is used, that are read
// from the folder of -words; of a language that none has, the words of texts are all there are.
// weights/README.md tells how to get them.
var lists = []struct {
	languages []string
	read      func(t tally, dir, code string) error
}{
	{[]string{"bn", "gu", "hi", "kn", "ml", "pa", "ta", "te", "ur"}, readUnilex},
	{[]string{"bn", "hi", "ta", "ur"}, readWordfreq},
	{[]string{"hi", "ml", "te", "ur"}, readSubtitles},
	{[]string{"ml"}, readCorpus},
}

// readLists gives the words of a language's lists.
func readLists(dir, code string) (tally, error) {
	t := tally{}
	for _, l := range lists {
		if !slices.Contains(l.languages, code) {
			continue
		}
		if err := l.read(t, dir, code); err != nil {
			return nil, fmt.Errorf("translittrain: the lists of words, see -words and weights/README.md: %w", err)
		}
	}
	return t, nil
}

// lines calls each with every line of a file.
func lines(path string, each func(line string)) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	s := bufio.NewScanner(f)
	s.Buffer(nil, 1<<20)
	for s.Scan() {
		each(s.Text())
	}
	if err := s.Err(); err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	return nil
}

// readUnilex reads Unilex: a head that tells how many words the texts had, then
// word TAB how many of a thousand million words are it.
func readUnilex(t tally, dir, code string) error {
	size := 0.
	return lines(filepath.Join(dir, "unilex", "data", "frequency", code+".txt"), func(line string) {
		if head, ok := strings.CutPrefix(line, "# Corpus-Size:"); ok {
			size, _ = strconv.ParseFloat(strings.TrimSpace(head), 64)
		}
		word, share, _ := strings.Cut(line, "\t")
		if n, err := strconv.ParseFloat(share, 64); err == nil {
			t.add(word, code, n*size/1e9)
		}
	})
}

// readSubtitles reads FrequencyWords, words of subtitles: word SPACE times. Of
// Malayalam, the first fifty thousand.
func readSubtitles(t tally, dir, code string) error {
	name := code + "_full.txt"
	if code == "ml" {
		name = "ml_50k.txt"
	}
	return lines(filepath.Join(dir, "FrequencyWords", "content", "2018", code, name), func(line string) {
		word, times, _ := strings.Cut(line, " ")
		if n, err := strconv.ParseFloat(times, 64); err == nil {
			t.add(word, code, n)
		}
	})
}

// readCorpus reads the Malayalam Wikipedia of SMC's corpus. Words that stand there
// less than three times are mostly mistyped.
func readCorpus(t tally, dir, code string) error {
	words := tally{}
	root := filepath.Join(dir, "corpus", "text", "ml-wiki")
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil || !strings.HasPrefix(d.Name(), "wiki_") {
			return err
		}
		return lines(path, func(line string) { words.add(line, code, 1) })
	})
	for w, n := range words {
		if n >= 3 {
			t[w] += n
		}
	}
	return err
}

// readWordfreq reads a list of wordfreq, as of ten million words.
func readWordfreq(t tally, dir, code string) error {
	name := "small_"
	if code == "bn" {
		name = "large_"
	}
	raw, err := unzipped(filepath.Join(dir, wheel), "wordfreq/data/"+name+code+".msgpack.gz")
	if err != nil {
		return err
	}
	bins, err := wordfreqBins(raw)
	if err != nil {
		return fmt.Errorf("%s of %s: %w", name+code, wheel, err)
	}
	for i, words := range bins {
		for _, w := range words {
			t.add(w, code, 1e7*math.Pow(10, -float64(i)/100))
		}
	}
	return nil
}

// unzipped gives a gzipped file of a zip archive.
func unzipped(archive, name string) ([]byte, error) {
	z, err := zip.OpenReader(archive)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", archive, err)
	}
	defer z.Close()
	f, err := z.Open(name)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", archive, err)
	}
	defer f.Close()
	u, err := gzip.NewReader(f)
	if err != nil {
		return nil, fmt.Errorf("%s: %s: %w", archive, name, err)
	}
	return io.ReadAll(u)
}

var errMsgpack = errors.New("no list of words in MessagePack")

// wordfreqBins reads what wordfreq packs with MessagePack: an array whose first
// element names the format, and whose others are arrays of words, the i-th of
// words of which one in 10^(i/100) is.
func wordfreqBins(raw []byte) ([][]string, error) {
	m := msgpack{rest: raw}
	n := m.length(0x90, 15, 0xdc) - 1
	head := []byte("\x82\xa6format\xa2cB\xa7version\x01")
	rest, ok := bytes.CutPrefix(m.rest, head)
	if !ok || n < 0 || n > len(rest) {
		return nil, errMsgpack
	}
	m.rest = rest
	bins := make([][]string, n)
	for i := range bins {
		for range m.length(0x90, 15, 0xdc) {
			if m.failed {
				return nil, errMsgpack
			}
			bins[i] = append(bins[i], m.text())
		}
	}
	if m.failed || len(m.rest) > 0 {
		return nil, errMsgpack
	}
	return bins, nil
}

// msgpack takes arrays and texts from the front of its bytes.
type msgpack struct {
	rest   []byte
	failed bool
}

// take gives the next n bytes, zeros where there are fewer.
func (m *msgpack) take(n int) []byte {
	if n > len(m.rest) {
		m.rest, m.failed = nil, true
		return make([]byte, min(n, 4))
	}
	b := m.rest[:n]
	m.rest = m.rest[n:]
	return b
}

// length reads how long an array or a text is: in its first byte from short on,
// at most most, or in two or four bytes after the byte long and the one that follows it.
func (m *msgpack) length(short, most, long byte) int {
	switch b := m.take(1)[0]; {
	case b >= short && b <= short+most:
		return int(b - short)
	case b == long:
		n := m.take(2)
		return int(n[0])<<8 | int(n[1])
	case b == long+1:
		n := m.take(4)
		return int(n[0])<<24 | int(n[1])<<16 | int(n[2])<<8 | int(n[3])
	}
	m.failed = true
	return 0
}

func (m *msgpack) text() string {
	if len(m.rest) > 0 && m.rest[0] == 0xd9 { // a length of one byte
		return string(m.take(int(m.take(2)[1])))
	}
	return string(m.take(m.length(0xa0, 31, 0xda)))
}
