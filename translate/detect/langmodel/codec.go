package langmodel

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"

	"github.com/akshara-go/akshara/translate/lang"
)

// magic begins a file of models; its last byte is the version. It changes
// whenever the features do, since weights fit the features they were learnt with.
const magic = "AKLID\x01"

const (
	maxBits   = 24
	maxModels = 64
	maxName   = 15 // bytes of a code
)

// ErrFormat is what Decode's errors wrap.
var ErrFormat = errors.New("no language models")

// Encode gives the models as Decode reads them: after the magic string and their
// number, for each its script, the number of its labels and each of them, Bits,
// Step, Bias, Prior, Sharpness, then the weights. Names have their length in
// front; numbers are little endian.
func Encode(models []*Model) []byte {
	b := append([]byte(magic), byte(len(models)))
	for _, m := range models {
		b = appendName(b, string(m.Script))
		b = append(b, byte(len(m.Labels)))
		for _, l := range m.Labels {
			b = appendName(b, string(l))
		}
		b = append(b, byte(m.Bits))
		b = appendFloats(b, m.Step)
		b = appendFloats(b, m.Bias...)
		b = appendFloats(b, m.Prior...)
		b = appendFloats(b, m.Sharpness[:]...)
		b = append(b, m.Weights...)
	}
	return b
}

func appendName(b []byte, name string) []byte { return append(append(b, byte(len(name))), name...) }

func appendFloats(b []byte, values ...float32) []byte {
	for _, v := range values {
		b = binary.LittleEndian.AppendUint32(b, math.Float32bits(v))
	}
	return b
}

// Decode reads what Encode gave. The models keep parts of b, which must not
// change any more. Data of another form or version, cut off or with more behind
// it gives an error that wraps [ErrFormat].
func Decode(b []byte) ([]*Model, error) {
	d := decoder{rest: b}
	if string(d.take(len(magic))) != magic {
		return nil, fmt.Errorf("langmodel: %w: they begin otherwise", ErrFormat)
	}
	n := int(d.byte())
	if n > maxModels {
		return nil, fmt.Errorf("langmodel: %w: %d of them", ErrFormat, n)
	}
	models := make([]*Model, 0, n)
	for range n {
		models = append(models, d.model())
	}
	if d.err == nil && len(d.rest) > 0 {
		d.fail("%d bytes too many", len(d.rest))
	}
	if d.err != nil {
		return nil, d.err
	}
	return models, nil
}

// decoder takes values from the front of rest. After the first error all are zero.
type decoder struct {
	rest []byte
	err  error
}

func (d *decoder) model() *Model {
	m := &Model{Script: lang.Script(d.name())}
	labels := int(d.byte())
	if labels == 0 || labels > MaxLabels {
		d.fail("a model of %d languages", labels)
		return m
	}
	for range labels {
		m.Labels = append(m.Labels, lang.Code(d.name()))
	}
	m.Bits = int(d.byte())
	if m.Bits < 1 || m.Bits > maxBits {
		d.fail("%d bits", m.Bits)
		return m
	}
	m.Step = d.floats(1)[0]
	m.Bias = d.floats(labels)
	m.Prior = d.floats(labels)
	copy(m.Sharpness[:], d.floats(lengthClasses))
	m.Weights = d.take(labels << m.Bits)
	return m
}

func (d *decoder) fail(format string, args ...any) {
	if d.err == nil {
		d.err = fmt.Errorf("langmodel: %w: "+format, append([]any{ErrFormat}, args...)...)
	}
}

func (d *decoder) take(n int) []byte {
	if d.err != nil || len(d.rest) < n {
		d.fail("they end too early")
		return nil
	}
	taken := d.rest[:n:n]
	d.rest = d.rest[n:]
	return taken
}

func (d *decoder) byte() byte {
	if b := d.take(1); b != nil {
		return b[0]
	}
	return 0
}

func (d *decoder) name() string {
	n := int(d.byte())
	if n > maxName {
		d.fail("a name of %d bytes", n)
	}
	return string(d.take(n))
}

// floats gives n numbers, all finite.
func (d *decoder) floats(n int) []float32 {
	values := make([]float32, n)
	taken := d.take(4 * n)
	if taken == nil {
		return values
	}
	for i := range values {
		values[i] = math.Float32frombits(binary.LittleEndian.Uint32(taken[4*i:]))
		if v := float64(values[i]); math.IsNaN(v) || math.IsInf(v, 0) {
			d.fail("a number that is none")
		}
	}
	return values
}
