package main

import (
	"bytes"
	"compress/flate"
	"encoding/binary"
	"fmt"
	"maps"
	"math"
	"slices"

	"github.com/akshara-go/akshara/translate/translit/spellmodel"
)

// choiceLeastSteps is how many steps a weight of the choice model has that is written.
const choiceLeastSteps = 5

// pack writes the weights of a language as spellmodel.Parse reads them.
func pack(l *language) ([]byte, error) {
	var raw []byte
	for _, v := range []float32{l.mix.Spelling, l.mix.Typing, l.mix.Choice, l.mix.Unit, l.mix.Word, l.mix.Common} {
		raw = binary.LittleEndian.AppendUint32(raw, math.Float32bits(v))
	}
	raw = binary.AppendUvarint(raw, uint64(len(l.units)))
	for _, u := range l.units {
		raw = appendString(raw, u)
	}
	raw = binary.AppendUvarint(raw, uint64(len(l.emissions)))
	for i, e := range l.emissions {
		raw = binary.AppendUvarint(raw, uint64(l.unitToken[i]))
		raw = appendString(raw, e.letters)
	}
	raw = appendModel(raw, l.spelling)
	raw = appendModel(raw, l.typing)
	raw = appendChoice(raw, l.choice)
	raw = appendWords(raw, l.words)

	var out bytes.Buffer
	out.WriteString(spellmodel.Format)
	out.Write(binary.LittleEndian.AppendUint32(nil, uint32(len(raw))))
	z, err := flate.NewWriter(&out, flate.BestCompression)
	if err != nil {
		return nil, fmt.Errorf("translittrain: %w", err)
	}
	if _, err := z.Write(raw); err != nil {
		return nil, fmt.Errorf("translittrain: %w", err)
	}
	if err := z.Close(); err != nil {
		return nil, fmt.Errorf("translittrain: %w", err)
	}
	return out.Bytes(), nil
}

func appendString(b []byte, s string) []byte {
	return append(binary.AppendUvarint(b, uint64(len(s))), s...)
}

// appendModel writes the model's sequences as a tree, level by level: how many
// children each node of a level has, their tokens as differences, and their
// weights in steps of 1/16, each kind together so that it compresses.
func appendModel(b []byte, m *ngrams) []byte {
	b = append(b, byte(len(m.grams)))
	parents := []string{""}
	for _, level := range m.grams {
		children := sorted(level)
		number := map[string]int{}
		for _, c := range children {
			number[c[:len(c)-2]]++
		}
		for _, p := range parents {
			b = binary.AppendUvarint(b, uint64(number[p]))
		}
		last, parent := 0, ""
		for _, c := range children {
			if p := c[:len(c)-2]; p != parent {
				last, parent = 0, p
			}
			s := int(binary.BigEndian.Uint16([]byte(c[len(c)-2:])))
			b = binary.AppendUvarint(b, uint64(s-last))
			last = s
		}
		for _, c := range children {
			b = append(b, weightByte(level[c]))
		}
		for _, c := range children {
			b = append(b, byte(int8(max(-127, min(127, math.Round(-16*level[c].backoff))))))
		}
		parents = children
	}
	return b
}

// weightByte is 255 for a sequence that is only there because others need it.
func weightByte(g *gram) byte {
	if g.count == 0 {
		return 255
	}
	return byte(max(0, min(254, math.Round(-16*g.logp))))
}

// appendChoice writes the weights that matter: how many there are, the number of
// zeros before each, and each in steps.
func appendChoice(b []byte, weights []float32) []byte {
	var gaps, values []byte
	count, last := 0, -1
	for i, w := range weights {
		v := math.Round(float64(w) * spellmodel.ChoiceSteps)
		if math.Abs(v) < choiceLeastSteps {
			continue
		}
		gaps = binary.AppendUvarint(gaps, uint64(i-last-1))
		values = append(values, byte(int8(max(-127, min(127, v)))))
		count, last = count+1, i
	}
	b = binary.AppendUvarint(b, uint64(count))
	return append(append(b, gaps...), values...)
}

// appendWords writes the classes of words by their hashes: how many there are, the
// bits of a hash, the low bytes of what lies between one hash and the next, the rest of it, and
// the classes, each kind together. Of words of one hash, the most frequent counts.
func appendWords(b []byte, words map[string]int) []byte {
	bits := spellmodel.HashBits(len(words))
	classes := map[uint32]int{}
	for w, class := range words {
		h := spellmodel.HashWord(w, bits)
		classes[h] = max(class, classes[h])
	}
	var low, high, class []byte
	next := uint32(0)
	for _, h := range slices.Sorted(maps.Keys(classes)) {
		low = append(low, byte(h-next))
		high = binary.AppendUvarint(high, uint64(h-next)>>8)
		class = append(class, byte(classes[h]))
		next = h + 1
	}
	b = append(binary.AppendUvarint(b, uint64(len(classes))), byte(bits))
	return append(append(append(b, low...), high...), class...)
}
