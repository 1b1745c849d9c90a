package huggingface

import (
	"bytes"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/akshara-go/akshara/rag/e5embed/internal/encoder"
)

// Whatever a configuration says, places are rows that there are.
func FuzzConfig(f *testing.F) {
	for _, name := range golden {
		f.Add(files(f, name)[configName].Data)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		c, err := parseConfig(b)
		if err != nil {
			require.NotEmpty(t, err.Error())
			return
		}
		m := c.encoder(Options{Name: "bge-m3", Bits: encoder.Eight})
		m.Pieces = 10
		if m.Check() == nil {
			require.LessOrEqual(t, c.first()+m.Tokens, c.Positions)
		}
	})
}

// Whatever tensors a directory tells of, no more is read than there is, and with
// any shape that the directory has.
func FuzzSafetensors(f *testing.F) {
	f.Add([]byte(`{"__metadata__":{"format":"pt"},"a":{"dtype":"F32","shape":[2,1],"data_offsets":[0,8]},"b":{"dtype":"F16","shape":[4],"data_offsets":[8,16]}}`))
	f.Add([]byte(`{"a":{"dtype":"BF16","shape":[2,4],"data_offsets":[0,16]}}`))
	f.Fuzz(func(t *testing.T, head []byte) {
		const size = 16
		b := withDirectory(string(head), size)
		m, err := openTensors(bytes.NewReader(b), int64(len(b)))
		if err != nil {
			return
		}
		read := 0
		for name, e := range m.entries {
			shape := make([]int, len(e.Shape))
			for i, n := range e.Shape {
				shape[i] = int(max(0, min(n, maxRows)))
			}
			if len(shape) == 0 {
				continue
			}
			m.err = nil
			m.read(name, shape, 0, shape[0], func(numbers []float32) { read += len(numbers) })
		}
		require.LessOrEqual(t, read, size/2)
	})
}

// cut makes a tokeniser of a vocabulary that was read, and cuts a text.
func cut(t *testing.T, v *vocabulary) {
	var m encoder.Tensors
	v.give(&m)
	tok, err := m.Tokenizer()
	if err != nil {
		return
	}
	for _, id := range tok.AppendIDs([]int32{int32(m.Config.Begin), int32(m.Config.End)}, "the पुल \xff a", 100) {
		require.Less(t, int(id), len(v.pieces))
	}
}

func FuzzTokenizer(f *testing.F) {
	f.Add([]byte(`{"added_tokens":[{"content":"<s>","special":true}],"normalizer":{"type":"Sequence","normalizers":[{"type":"Precompiled",` +
		`"precompiled_charsmap":"AAAAAA=="},{"type":"Replace","pattern":{"Regex":" {2,}"},"content":" "}]},"pre_tokenizer":{"type":"Metaspace",` +
		`"replacement":"▁","prepend_scheme":"always"},"model":{"type":"Unigram","unk_id":2,"vocab":[["<s>",0],["</s>",0],["<unk>",0],["▁a",-1.5]]}}`))
	f.Add(files(f, "bert")[tokenizerName].Data)
	f.Fuzz(func(t *testing.T, b []byte) {
		if v, err := parseTokenizer(b); err == nil {
			cut(t, v)
		}
	})
}

func FuzzSentencePiece(f *testing.F) {
	b := files(f, "xlm-roberta")[sentencePieceName].Data
	f.Add(b)
	f.Add(b[:120])
	f.Fuzz(func(t *testing.T, b []byte) {
		if v, err := parseSentencePiece(b); err == nil {
			cut(t, v)
		}
	})
}
