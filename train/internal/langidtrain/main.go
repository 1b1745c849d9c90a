// Command langidtrain learns the weights of package translate/detect from the
// development data and writes them to a file:
//
//	make train-detect
//
// The data is divided by a hash of each text into a part to learn from, one to
// fit confidences on and one that is held out; BenchmarkLanguage prints what
// the weights do on the last. The same data gives the same bytes on every run.
package main

import (
	"flag"
	"fmt"
	"math"
	"os"

	"github.com/akshara-go/akshara/translate/detect/langmodel"
	"github.com/akshara-go/akshara/translate/lang"
)

func main() {
	data := flag.String("data", "../shared/data", "folder of the development data")
	out := flag.String("out", "translate/detect/weights.bin", "file to write")
	flag.Parse()
	if err := run(*data, *out); err != nil {
		fmt.Fprintln(os.Stderr, "langidtrain:", err)
		os.Exit(1)
	}
}

func run(data, out string) error {
	parts, err := readParts(data)
	if err != nil {
		return err
	}
	learning, fitting := compose(parts[learnt]), compose(parts[calibrated])
	var models []*langmodel.Model
	for _, s := range shared {
		m := learnModel(s, learning, fitting)
		fmt.Println(s.script, len(s.labels), "labels, sharpness", m.Sharpness)
		models = append(models, m)
	}
	return os.WriteFile(out, langmodel.Encode(models), 0o644)
}

// shared lists the scripts that several languages are written in, with those
// languages and the odds that a text is in them before a word is read.
var shared = []settings{
	{
		script: lang.Devanagari, bits: 16, rate: 0.1, decay: 0.1,
		labels: []lang.Code{lang.Hindi, lang.Marathi, lang.Nepali, lang.Sanskrit, lang.Maithili, lang.Konkani, lang.Dogri, lang.Bodo, lang.Kashmiri, lang.Sindhi},
		prior:  map[lang.Code]float64{lang.Hindi: 6, lang.Nepali: 2, lang.Kashmiri: 0.5, lang.Sindhi: 0.5},
	},
	{
		script: lang.Arabic, bits: 14, rate: 0.3, decay: 0.05,
		labels: []lang.Code{lang.Urdu, lang.Sindhi, lang.Kashmiri, langmodel.None},
		prior:  map[lang.Code]float64{lang.Urdu: 4, langmodel.None: 3},
	},
	{
		script: lang.BengaliScript, bits: 14, rate: 0.1, decay: 0.1,
		labels: []lang.Code{lang.Bengali, lang.Assamese, lang.Manipuri},
		prior:  map[lang.Code]float64{lang.Bengali: 1.5, lang.Manipuri: 0.5},
	},
	{
		script: lang.Latin, bits: 16, rate: 0.5, decay: 0.05,
		labels: []lang.Code{
			lang.English, lang.Hindi, lang.Bengali, lang.Telugu, lang.Marathi, lang.Tamil, lang.Urdu, lang.Gujarati,
			lang.Kannada, lang.Malayalam, lang.Punjabi, lang.Sindhi, langmodel.None,
		},
		prior: map[lang.Code]float64{lang.English: 8, lang.Hindi: 5, langmodel.None: 3},
	},
}

// readParts reads all texts and divides them.
func readParts(data string) ([3][]text, error) {
	texts, err := readData(data)
	if err != nil {
		return [3][]text{}, err
	}
	more, err := readOwn()
	if err != nil {
		return [3][]text{}, err
	}
	return divide(append(append(texts, borrow(texts)...), more...)), nil
}

// learnModel learns the model of one script, and fits its confidences.
func learnModel(s settings, learning, fitting []text) *langmodel.Model {
	t := learn(samples(learning, s.script, s.labels, s.bits), s)
	m := &langmodel.Model{Script: s.script, Labels: s.labels, Bits: s.bits, Bias: t.bias, Prior: make([]float32, len(s.labels))}
	m.Weights, m.Step = quantise(t)
	for i, l := range s.labels {
		if odds := s.prior[l]; odds > 0 {
			m.Prior[i] = float32(math.Log(odds))
		}
	}
	calibrate(m, fitting)
	return m
}
