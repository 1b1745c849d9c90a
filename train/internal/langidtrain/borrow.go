package main

import (
	"strings"

	"github.com/akshara-go/akshara/translate/lang"
)

// borrow gives texts in a script for which there is no data, written over from
// one for which there is: Manipuri in the Bengali script, from Meetei Mayek.
func borrow(texts []text) []text {
	var found []text
	for _, t := range texts {
		if t.language == lang.Manipuri && t.script == lang.MeeteiMayek {
			t.script, t.body = lang.BengaliScript, bengali(t.body)
			found = append(found, t)
		}
	}
	return found
}

// meetei pairs the letters of Meetei Mayek with Bengali ones, after the table of
// the Manipur government's notification of 1980 as the Unicode proposal L2/07-206 gives it.
var meetei = strings.NewReplacer(
	"ꯑꯥ", "আ", "ꯑꯤ", "ই", "ꯑꯨ", "উ", "ꯑꯦ", "এ", "ꯑꯩ", "ঐ", "ꯑꯣ", "ও", "ꯑꯧ", "ঔ",
	"ꯀ", "ক", "ꯁ", "স", "ꯂ", "ল", "ꯃ", "ম", "ꯄ", "প", "ꯅ", "ন", "ꯆ", "চ", "ꯇ", "ত", "ꯈ", "খ", "ꯉ", "ঙ", "ꯊ", "থ", "ꯋ", "ৱ",
	"ꯌ", "য়", "ꯍ", "হ", "ꯎ", "উ", "ꯏ", "ই", "ꯐ", "ফ", "ꯑ", "অ", "ꯒ", "গ", "ꯓ", "ঝ", "ꯔ", "র", "ꯕ", "ব", "ꯖ", "জ", "ꯗ", "দ",
	"ꯘ", "ঘ", "ꯙ", "ধ", "ꯚ", "ভ",
	"ꯛ", "ক্", "ꯜ", "ল্", "ꯝ", "ম্", "ꯞ", "প্", "ꯟ", "ন্", "ꯠ", "ৎ", "ꯡ", "ং", "ꯢ", "ই",
	"ꯣ", "ো", "ꯤ", "ি", "ꯥ", "া", "ꯦ", "ে", "ꯧ", "ৌ", "ꯨ", "ু", "ꯩ", "ৈ", "ꯪ", "ং", "꯭", "্", "꯫", "।",
)

// bengali writes Meetei Mayek in Bengali letters. A vowel that Meetei Mayek
// leaves out at the end of a word is written there.
func bengali(body string) string {
	words := strings.Fields(body)
	for i, w := range words {
		if strings.HasSuffix(w, "ꯕ") || strings.HasSuffix(w, "ꯄ") {
			w += "ꯥ"
		}
		words[i] = strings.TrimSuffix(meetei.Replace(w), "্")
	}
	return strings.Join(words, " ")
}
