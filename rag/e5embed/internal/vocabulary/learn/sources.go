package main

import (
	"archive/zip"
	"bufio"
	"compress/gzip"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/fnv"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// wheel is the package that wordfreq's lists are in.
const wheel = "wordfreq-3.1.1-py3-none-any.whl"

// text is one of the development texts.
type text struct{ source, text string }

// half gives 0 or 1, the same for the same text.
func (t text) half() uint32 {
	h := fnv.New32a()
	_, _ = io.WriteString(h, t.text) // a hash takes everything
	return h.Sum32() >> 7 & 1
}

// scripts are what the columns of romanised/* and translit/* are in. In langid/*
// column 0 is the language, and column 2 the text.
var scripts = []string{"native", "roman"}

// developmentTexts gives the texts of files.
func developmentTexts(folder string, patterns ...string) (texts []text, err error) {
	for _, pattern := range patterns {
		files, err := filepath.Glob(filepath.Join(folder, filepath.FromSlash(pattern)))
		if err != nil || len(files) == 0 {
			return nil, fmt.Errorf("there is no %s in %s: %w", pattern, folder, errors.Join(err, os.ErrNotExist))
		}
		for _, file := range files {
			set := filepath.Base(filepath.Dir(file))
			language, _, _ := strings.Cut(filepath.Base(file), ".")
			err := lines(file, func(fields []string) {
				if set == "langid" && len(fields) > 2 {
					texts = append(texts, text{set + " " + fields[0], fields[2]})
				}
				for i, script := range scripts {
					if set != "langid" && i < len(fields) {
						texts = append(texts, text{set + " " + language + " " + script, fields[i]})
					}
				}
			})
			if err != nil {
				return nil, err
			}
		}
	}
	return texts, nil
}

// lines gives the fields of each line.
func lines(path string, each func(fields []string)) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	s := bufio.NewScanner(z)
	s.Buffer(nil, 1<<20)
	for s.Scan() {
		each(strings.Split(s.Text(), "\t"))
	}
	if err := s.Err(); err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	return nil
}

// lists are those of wordfreq that are learnt from, and how many of their words.
var lists = []struct {
	name  string
	words int
}{{"small_ur", 1 << 20}, {"large_en", 60_000}}

// heads are the texts that stand before the words of a list.
var heads = []string{"format", "cB", "version"}

// wordfreq gives the words of a list of wordfreq, the most frequent first.
func wordfreq(path, list string) ([]string, error) {
	packed, err := unzipped(path, "wordfreq/data/"+list+".msgpack.gz")
	if err != nil {
		return nil, fmt.Errorf("%s: %s: %w", path, list, err)
	}
	words, err := unpack(packed)
	if err == nil && (len(words) < len(heads) || !slices.Equal(words[:len(heads)], heads)) {
		err = errPacked
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %s is no list of words: %w", path, list, err)
	}
	return words[len(heads):], nil
}

// unzipped gives a gzipped file of a zip archive.
func unzipped(archive, name string) ([]byte, error) {
	z, err := zip.OpenReader(archive)
	if err != nil {
		return nil, err
	}
	defer z.Close()
	f, err := z.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	u, err := gzip.NewReader(f)
	if err != nil {
		return nil, err
	}
	return io.ReadAll(u)
}

var errPacked = errors.New("it is not of wordfreq's arrays of texts in MessagePack")

// unpack gives the texts of arrays of texts and of a small map, as MessagePack
// packs them, in their order.
func unpack(b []byte) (texts []string, err error) {
	for len(b) > 0 {
		head, size, text := 1, 0, false
		switch c := b[0]; {
		case c>>5 == 0b101:
			size, text = int(c&31), true
		case c == 0xd9 && len(b) > 1:
			head, size, text = 2, int(b[1]), true
		case c == 0xda && len(b) > 2:
			head, size, text = 3, int(binary.BigEndian.Uint16(b[1:])), true
		case c == 0xdc && len(b) > 2: // an array; so is 9x
			head = 3
		case c>>4 == 9, c>>4 == 8, c < 0x80: // a map; a number
		default:
			return nil, errPacked
		}
		if head+size > len(b) {
			return nil, errPacked
		}
		if text {
			texts = append(texts, string(b[head:head+size]))
		}
		b = b[head+size:]
	}
	return texts, nil
}
