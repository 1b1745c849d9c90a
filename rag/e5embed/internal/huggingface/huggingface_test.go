package huggingface

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"errors"
	"io/fs"
	"math"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/require"

	"github.com/akshara-go/akshara/rag/e5embed/internal/encoder"
	"github.com/akshara-go/akshara/rag/e5embed/internal/modeltest"
)

// refused reads a folder that is no good, and gives what is wrong with which file.
func refused(tb testing.TB, folder fs.FS, why string) *Error {
	tb.Helper()
	t, err := Read(folder, Options{Name: "random", Bits: encoder.Eight})
	if err == nil {
		_, err = t.Sections()
		err = in(tokenizerName, err) // what it shows is what the tokeniser holds
	}
	var e *Error
	require.True(tb, errors.As(err, &e), why)
	require.NotEmpty(tb, e.Error())
	return e
}

// replaced changes what a file says.
func replaced(tb testing.TB, folder fstest.MapFS, name, old, new string) fstest.MapFS {
	tb.Helper()
	b := bytes.Replace(folder[name].Data, []byte(old), []byte(new), 1)
	require.NotEqual(tb, folder[name].Data, b, old)
	folder[name] = &fstest.MapFile{Data: b}
	return folder
}

// An error names the file, and what in it cannot be used.
func TestModelsThatCannotBeComputed(t *testing.T) {
	for _, c := range []struct{ file, old, new, says string }{
		{configName, `"bert"`, `"t5"`, "model_type"},
		{configName, `"gelu"`, `"relu"`, "hidden_act"},
		{configName, `"absolute"`, `"relative_key"`, "position_embedding_type"},
		{configName, `"use_cache"`, `"is_decoder"`, "decoder"},
		{configName, `"hidden_size": 64`, `"hidden_size": 96`, "size of a head"},
		{configName, `"hidden_size": 64`, `"hidden_size": 65`, "hidden"},
		{configName, `"hidden_size": 64`, `"hidden_size": 128`, "shape"},
		{configName, `"hidden_size": 64`, `"hidden_size": 1e300`, "hidden_size"},
		{configName, `"num_attention_heads": 4`, `"num_attention_heads": 0`, "heads"},
		{configName, `"intermediate_size": 64`, `"intermediate_size": 96`, "intermediate.dense"},
		{configName, `"num_hidden_layers": 2`, `"num_hidden_layers": 3`, "encoder.layer.2"},
		{configName, `"vocab_size": 297`, `"vocab_size": 200`, "pieces"},
		{configName, `"vocab_size": 297`, `"vocab_size": 1152921504606846976`, "vocab_size"},
		{configName, `"type_vocab_size": 2`, `"type_vocab_size": 0`, "type_vocab_size"},
		{configName, `"max_position_embeddings": 40`, `"max_position_embeddings": 0`, "max_position"},
		{configName, `"max_position_embeddings": 40`, `"max_position_embeddings": 4`, "tokens"},
		{configName, `"layer_norm_eps": 1e-12`, `"layer_norm_eps": 0`, "epsilon"},
		{poolingName, `"pooling_mode_max_tokens": false`, `"pooling_mode_max_tokens": true`, "alone"},
		{poolingName, `true`, `false`, "alone"},
		{poolingName, `{`, `[`, "character"},
		{weightsName, `"F16"`, `"I16"`, "type"},
		{weightsName, `attention.self.query.weight`, `attention.self.quarr.weight`, "missing"},
		{tokenizerName, `"Unigram"`, `"WordPiece"`, "WordPiece"},
		{tokenizerName, `"byte_fallback":false`, `"byte_fallback":true`, "bytes"},
		{tokenizerName, `"unk_id":3`, `"unk_id":3000`, "unknown"},
		{tokenizerName, `"unk_id":3`, `"unk_ix":3`, "unknown"},
		{tokenizerName, `"special":true`, `"special":false`, "special"},
		{tokenizerName, `"Precompiled"`, `"Lowercase"`, "Lowercase"},
		{tokenizerName, `"WhitespaceSplit"`, `"Digits"`, "Digits"},
		{tokenizerName, `"prepend_scheme":"always"`, `"prepend_scheme":"never"`, "Metaspace"},
		{tokenizerName, `{"type":"Metaspace","replacement":"▁","prepend_scheme":"always","split":true}`, `{"type":"WhitespaceSplit"}`, "Metaspace"},
		{tokenizerName, `["<s>",0.0]`, `["<x>",0.0]`, "<s>"},
		{tokenizerName, `["<s>",0.0]`, `["<s>"]`, "pair"},
		{tokenizerName, `["<s>",0.0]`, `["<s>",null]`, "pair"},
		{tokenizerName, `["▁",`, `["▁a▁b",`, "spans words"},
	} {
		e := refused(t, replaced(t, files(t, "bert"), c.file, c.old, c.new), c.new)
		if c.file != configName || e.File != weightsName { // tensors do not fit a configuration
			require.Equal(t, c.file, e.File, c.new)
		}
		require.ErrorContains(t, e, c.says)
	}
}

// A run of spaces is one space, or one mark, and nothing else.
func TestWhatRunsOfSpacesBecome(t *testing.T) {
	for content, good := range map[string]bool{"▁": true, " ": true, "": false, "x": false} {
		folder := files(t, "xlm-roberta")
		replaced(t, folder, tokenizerName, `"content":"▁"}`, `"content": "`+content+`"}`)
		_, err := Read(folder, Options{Name: "random", Bits: encoder.Four})
		if good {
			require.NoError(t, err)
		} else {
			require.ErrorContains(t, err, "Replace", content)
		}
	}
}

func TestFilesThatAreMissingOrTooLong(t *testing.T) {
	for _, name := range []string{configName, weightsName, tokenizerName, poolingName} {
		folder := files(t, "bert")
		delete(folder, name)
		e := refused(t, folder, name)
		if name == tokenizerName {
			name = sentencePieceName // which would do, too
		}
		require.Equal(t, name, e.File)
		if name != poolingName {
			require.ErrorIs(t, e, fs.ErrNotExist)
		}
	}
	folder := files(t, "bert")
	folder[configName].Data = append(folder[configName].Data, bytes.Repeat([]byte(" "), maxConfig)...)
	require.ErrorContains(t, refused(t, folder, "long"), "more than")
	folder = files(t, "bert")
	folder[weightsName] = &fstest.MapFile{Mode: fs.ModeDir}
	require.Equal(t, weightsName, refused(t, folder, "a folder").File)
	folder = files(t, "bert")
	folder[modulesName] = &fstest.MapFile{Data: []byte(`[{"type":"sentence_transformers.models.Pooling"},{"type":"sentence_transformers.models.Dense"}]`)}
	require.ErrorContains(t, refused(t, folder, "dense"), "Dense")
}

// Known models need no file for their pooling, and have their prefixes.
func TestKnownModels(t *testing.T) {
	folder := files(t, "bert")
	delete(folder, poolingName)
	folder[modulesName] = &fstest.MapFile{Data: []byte(`[{"type":"sentence_transformers.models.Transformer"},{"type":"sentence_transformers.models.Normalize"}]`)}
	for name, want := range map[string][3]string{
		"intfloat/multilingual-e5-small":        {encoder.Mean, "query: ", "passage: "},
		"multilingual-e5-large":                 {encoder.Mean, "query: ", "passage: "},
		"BAAI/bge-m3":                           {encoder.First, "", ""},
		"paraphrase-multilingual-MiniLM-L12-v2": {encoder.Mean, "", ""},
	} {
		m, err := Read(folder, Options{Name: name, Bits: encoder.Four})
		require.NoError(t, err)
		require.Equal(t, want, [3]string{m.Config.Pooling, m.Config.Query, m.Config.Passage})
	}
	m, err := Read(files(t, "bert"), Options{Name: "mine", Bits: encoder.Four, Query: "q: ", Passage: "p: "})
	require.NoError(t, err)
	require.Equal(t, [2]string{"q: ", "p: "}, [2]string{m.Config.Query, m.Config.Passage})
}

// withDirectory gives a file of a directory and so many bytes of tensors.
func withDirectory(directory string, size int) []byte {
	b := binary.LittleEndian.AppendUint64(nil, uint64(len(directory)))
	return append(append(b, directory...), make([]byte, size)...)
}

func TestDirectoriesThatMakeNoSense(t *testing.T) {
	for name, b := range map[string][]byte{
		"empty":          nil,
		"seven bytes":    make([]byte, 7),
		"huge":           {0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff},
		"longer":         withDirectory("{}", 0)[:9],
		"no JSON":        withDirectory("x", 0),
		"a list":         withDirectory("[]", 0),
		"cut":            withDirectory(`{"a":`, 0),
		"not closed":     withDirectory(`{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}`, 4),
		"two":            withDirectory(`{} {}`, 0),
		"no tensor":      withDirectory(`{"a":1}`, 0),
		"metadata":       withDirectory(`{"__metadata__":1}`, 0),
		"twice":          withDirectory(`{"a":{"data_offsets":[0,4]},"a":{"data_offsets":[4,8]}}`, 8),
		"one offset":     withDirectory(`{"a":{"data_offsets":[0]}}`, 0),
		"negative":       withDirectory(`{"a":{"data_offsets":[-4,4]}}`, 4),
		"backwards":      withDirectory(`{"a":{"data_offsets":[0,8]},"b":{"data_offsets":[8,4]}}`, 8),
		"overlap":        withDirectory(`{"a":{"data_offsets":[0,8]},"b":{"data_offsets":[4,12]}}`, 12),
		"the same":       withDirectory(`{"a":{"data_offsets":[0,8]},"b":{"data_offsets":[0,8]}}`, 8),
		"a gap":          withDirectory(`{"a":{"data_offsets":[0,4]},"b":{"data_offsets":[8,12]}}`, 12),
		"behind the end": withDirectory(`{"a":{"data_offsets":[0,4611686018427387904]}}`, 4),
		"bytes left":     withDirectory(`{"a":{"data_offsets":[0,4]}}`, 8),
		"dimensions":     withDirectory(`{"a":{"shape":[1,1,1,1,1,1,1,1,1],"data_offsets":[0,4]}}`, 4),
		"fractions":      withDirectory(`{"a":{"data_offsets":[0,4.5]}}`, 4),
	} {
		_, err := openTensors(bytes.NewReader(b), int64(len(b)))
		require.Error(t, err, name)
	}
	folder := files(t, "bert")
	folder[weightsName].Data = withDirectory(`{"a":{"shape":[1],"data_offsets":[0,4]}}`, 4)
	require.ErrorContains(t, refused(t, folder, "another model"), "missing")
}

// rewritten gives a model's tensors as numbers of another type, and their names
// with a prefix.
func rewritten(tb testing.TB, folder fstest.MapFS, kind, prefix string, number func(x float32) []byte) {
	tb.Helper()
	old, entries, data := directory(tb, folder), map[string]any{}, []byte{}
	b := folder[weightsName].Data[old.start:]
	for name, e := range old.entries {
		if e.Type == "I64" {
			continue
		}
		numbers := make([]float32, (e.Offsets[1]-e.Offsets[0])/int64(width(e.Type)))
		require.True(tb, decode(numbers, b[e.Offsets[0]:], e.Type))
		start := len(data)
		for _, x := range numbers {
			data = append(data, number(x)...)
		}
		entries[prefix+name] = map[string]any{"dtype": kind, "shape": e.Shape, "data_offsets": []int{start, len(data)}}
	}
	head, err := json.Marshal(entries)
	require.NoError(tb, err)
	folder[weightsName] = &fstest.MapFile{Data: append(withDirectory(string(head), 0), data...)}
}

// The same weights of another type, in a model whose names have a prefix, are the
// same model.
func TestTypesOfNumbers(t *testing.T) {
	folder := files(t, "bert") // of F16
	want := read(t, folder, encoder.Whole)
	rewritten(t, folder, "F32", "roberta.", func(x float32) []byte { return binary.LittleEndian.AppendUint32(nil, math.Float32bits(x)) })
	require.Equal(t, want, read(t, folder, encoder.Whole))

	short := func(x float32) []byte { return binary.LittleEndian.AppendUint16(nil, uint16(math.Float32bits(x)>>16)) }
	rewritten(t, folder, "BF16", "", short)
	got := read(t, folder, encoder.Whole)
	for i, x := range want.Positions {
		require.InDelta(t, x, got.Positions[i], .03)
	}
	for _, x := range []float32{float32(math.NaN()), float32(math.Inf(1)), 1e30} {
		folder := files(t, "bert")
		rewritten(t, folder, "BF16", "", func(float32) []byte { return short(x) })
		require.ErrorContains(t, refused(t, folder, "no numbers"), "no number")
	}
}

// A file that is cut anywhere is refused, and none that is damaged faults.
func TestDamage(t *testing.T) {
	places := 50
	if testing.Short() {
		places = 5
	}
	for _, name := range golden {
		for file, good := range files(t, name) {
			if strings.HasSuffix(file, ".json") && file != configName && file != tokenizerName && file != poolingName {
				continue
			}
			folder := files(t, name)
			if file == sentencePieceName {
				delete(folder, tokenizerName)
			}
			step := 1 + len(good.Data)/places
			for n := 0; n < len(good.Data); n += step {
				folder[file].Data = good.Data[:n]
				if file != sentencePieceName { // which may end between pieces
					require.Equal(t, file, refused(t, folder, file).File)
				}
			}
			for bit := 0; bit < 8*len(good.Data); bit += 8*step + 3 {
				bad := bytes.Clone(good.Data)
				bad[bit/8] ^= 1 << (bit % 8)
				folder[file].Data = bad
				if m, err := Read(folder, Options{Name: "random", Bits: encoder.Four}); err == nil {
					_, _ = m.Sections() // another model, or an error
				}
			}
		}
	}
}

func TestSentencePieceModelsThatCannotBeComputed(t *testing.T) {
	varint := func(number, value uint64) []byte {
		return binary.AppendUvarint(binary.AppendUvarint(nil, number<<3), value)
	}
	message := func(number uint64, b ...[]byte) []byte {
		inner := bytes.Join(b, nil)
		head := binary.AppendUvarint(binary.AppendUvarint(nil, number<<3|2), uint64(len(inner)))
		return append(head, inner...)
	}
	piece := func(text string, kind uint64) []byte {
		return message(modelPieces, message(pieceText, []byte(text)), varint(pieceKind, kind))
	}
	first := bytes.Join([][]byte{piece(unknown, unknownPiece), piece(begin, controlPiece), piece(end, controlPiece)}, nil)
	v, err := parseSentencePiece(bytes.Join([][]byte{first, piece("a", normalPiece), piece("b", unusedPiece), varint(99, 1)}, nil))
	require.NoError(t, err)
	require.Len(t, v.pieces, 7)
	require.True(t, v.special["b"])
	for name, rest := range map[string][]byte{
		"another type":     message(modelTrainer, varint(trainerModel, 2)),
		"bytes":            message(modelTrainer, varint(trainerFallback, 1)),
		"marks behind":     message(modelTrainer, varint(trainerSuffix, 1)),
		"no marks":         message(modelNormalizer, varint(normalizerPrefix, 0)),
		"a byte":           piece("<0x00>", 6),
		"a group":          {3},
		"cut":              message(modelTrainer, varint(1, 1))[:2],
		"a number cut":     {9, 0, 0},
		"a float cut":      {13, 0},
		"no end of a tag":  {0x80},
		"a huge text":      {0x12, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1},
		"a damaged piece":  message(modelPieces, []byte{3}),
		"<s> a third time": piece(begin, normalPiece),
	} {
		_, err := parseSentencePiece(append(bytes.Clone(first), rest...))
		require.Error(t, err, name)
		require.NotContains(t, err.Error(), "\n", name)
	}
	_, err = parseSentencePiece(append(first, bytes.Repeat([]byte{modelPieces<<3 | 2, 0}, maxPieces)...))
	require.ErrorContains(t, err, "pieces")
	_, err = parseSentencePiece(piece("a", normalPiece))
	require.ErrorContains(t, err, "XLM-R")
	_, err = parseSentencePiece(nil)
	require.NoError(t, err, "a vocabulary of XLM-R's own pieces")
}

// The model of package modeltest is the same behind Hugging Face's files.
func TestFilesOfAModel(t *testing.T) {
	want := modeltest.New(1)
	data, err := modeltest.Files(want)
	require.NoError(t, err)
	folder := fstest.MapFS{}
	for name, b := range data {
		folder[name] = &fstest.MapFile{Data: b}
	}
	got, err := Read(folder, Options{Name: "random", Bits: encoder.Whole, Query: "query: ", Passage: "passage: "})
	require.NoError(t, err)
	require.InDeltaSlice(t, want.Positions, got.Positions, 1e-6)
	require.Equal(t, encoder.AppendWeights(nil, encoder.Whole, modeltest.Floats(want.Layers[1].Down.Rows)), got.Layers[1].Down.Rows)
	require.Equal(t, encoder.AppendWeights(nil, encoder.Whole, modeltest.Floats(want.Words)), got.Words)
	require.Equal(t, want.Scores, got.Scores)
	require.Len(t, got.Found, len(want.Found))
	got.Config.Bits = want.Config.Bits
	require.Equal(t, want.Config, got.Config)
}
