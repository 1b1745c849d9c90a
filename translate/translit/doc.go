// Package translit writes texts of the 23 languages in other scripts: the
// sounds stay, the letters change. What is typed in Latin letters becomes native spelling,
// what is in one script becomes readable in another, and text in fonts from before
// Unicode becomes Unicode. It needs no network and no service.
//
//	t := translit.New(nil)
//	latin, err := t.Transliterate(ctx, "भारत की राजधानी", lang.Devanagari, lang.Latin) // bharat ki rajdhani
//	spellings, err := t.Candidates(ctx, "rajdhani", lang.Hindi, lang.Devanagari, 5)  // राजधानी first
//	text := translit.DecodeLegacy("Hkkjr dh jkt/kkuh", translit.KrutiDev)            // भारत की राजधानी
//
// # Between Brahmic scripts
//
// Devanagari, Bengali, Gurmukhi, Gujarati, Odia, Tamil, Telugu, Kannada and
// Malayalam have most letters in common, and text comes back from any of them as
// it was. Seen from Devanagari, these merge, independent and as signs:
//
//	Bengali          ऎ into ए, ऒ ऑ into ओ, ऍ ॲ into अ्या, ल़ into ळ
//	Gurmukhi         ऎ into ए, ऒ into ओ, ऍ ॲ into ऐ, ऑ into औ, ऋ into रि, ॠ into री,
//	                 ऌ into लु, ॡ into लू, ष into श, ल़ into ळ, स़ into श
//	Gujarati         ऎ into ए, ऒ into ओ, ॲ into ऍ
//	Odia             ऎ ऍ ॲ into ए, ऒ ऑ into ओ
//	Tamil            ऍ ॲ into ए, ऑ into ओ, ऋ into रु, ॠ into रू, ऌ into लु, ॡ into लू,
//	                 ँ into ं, letters with nukta into those without, but for ऩ ऱ ऴ फ़ ज़
//	Telugu, Kannada  ऍ ॲ into अ्या, ऑ into आ
//	Malayalam        ऍ ॲ into ऎ, ऑ into आ
//
// What a script has nothing at all for (ऄ, ॐ in some, nukta in Malayalam, Vedic
// accents) stays in Devanagari, and comes back.
//
// Tamil has one letter for the four stops of a row; what it cannot say is said
// with the superscripts that scholars use, க² ख, க³ ग, க⁴ घ, unless [Options].Familiar
// leaves them out. Canonically equivalent spellings, old encodings of the Malayalam chillus and
// of Bengali ৎ, tippi and bindi, ra of Assamese (without its language in
// [Options]) and of Bengali, and a double consonant with and without addak come
// back as one of the two.
//
// # Other scripts
//
// Perso-Arabic writing leaves short vowels out: into it they are lost, out of it
// they are not guessed, but for the commonest words; its stops become those of others. Ol Chiki has no long i and u and one s,
// and Meetei Mayek no nukta: those merge. ISO 15919 and IAST ([Scheme]) say
// every letter and are read back; Casual Latin, what people type, is made by
// rules and read by models that were learnt from words with their spellings.
//
// # Legacy fonts
//
// [IsLegacy] finds text that was typed for Kruti Dev 010 (and DevLys 010) or Chanakya,
// [DecodeLegacy] makes Unicode of it, [EncodeLegacy] the other way. Kruti Dev has
// one key for the colon, the percent sign and the visarga: behind a number it is read as %, and behind
// words as a colon but for those that end in a visarga.
package translit
