package translit_test

import (
	"context"
	"fmt"

	"github.com/akshara-go/akshara/translate/lang"
	"github.com/akshara-go/akshara/translate/translit"
)

func ExampleTransliterator_Transliterate() {
	t := translit.New(nil)
	latin, err := t.Transliterate(context.Background(), "भारत की राजधानी", lang.Devanagari, lang.Latin)
	fmt.Println(latin, err)
	// Output: bharat ki rajdhani <nil>
}

func ExampleTransliterator_Candidates() {
	t := translit.New(nil)
	spellings, err := t.Candidates(context.Background(), "rajdhani", lang.Hindi, lang.Devanagari, 5)
	fmt.Println(spellings[0].Text, err)
	// Output: राजधानी <nil>
}

func ExampleDecodeLegacy() {
	text := "Hkkjr dh jkt/kkuh ubZ fnYyh gSA"
	font, _ := translit.IsLegacy(text)
	fmt.Println(font, translit.DecodeLegacy(text, font))
	// Output: Kruti Dev 010 भारत की राजधानी नई दिल्ली है।
}
