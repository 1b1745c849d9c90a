package analysis

// Santali: number and case, which follow the noun, and the commonest endings of
// verbs. Vowels are letters in Ol Chiki.
var santaliRules = &rules{
	stop: set(`ᱟᱨ ᱥᱮ ᱨᱮ ᱛᱮ ᱫᱚ ᱜᱮ ᱦᱚᱸ ᱠᱷᱚᱱ ᱠᱷᱟᱱ ᱞᱟᱹᱜᱤᱫ ᱨᱮᱭᱟᱜ ᱨᱮᱱ ᱱᱚᱣᱟ ᱱᱚᱶᱟ ᱚᱱᱟ ᱩᱱᱤ ᱱᱩᱭ ᱩᱱᱠᱩ ᱱᱩᱠᱩ ᱤᱧ ᱟᱢ ᱟᱞᱮ ᱟᱵᱚ ᱟᱯᱮ ᱟᱢᱟᱜ ᱤᱧᱟᱜ ᱚᱠᱚᱭ ᱪᱮᱫ ᱪᱮᱫᱟᱜ ᱛᱤᱥ ᱚᱠᱟᱨᱮ ᱪᱮᱠᱟᱛᱮ ᱛᱤᱱᱟᱹᱜ ᱢᱤᱫ ᱢᱮᱱᱟᱜ ᱠᱟᱱᱟ ᱛᱟᱦᱮᱸᱠᱟᱱᱟ ᱵᱟᱝ ᱵᱟᱹᱱᱩᱜ ᱠᱚ ᱡᱩᱫᱤ ᱢᱮᱱᱠᱷᱟᱱ ᱡᱟᱦᱟᱸ ᱥᱟᱱᱟᱢ ᱥᱟᱶ ᱴᱷᱮᱱ ᱮᱢ ᱟᱠᱟᱱᱟ ᱟᱠᱟᱱ`),
	stem: light(
		step(3, `ᱨᱮ ᱛᱮ ᱠᱷᱚᱱ ᱨᱮᱱ ᱨᱮᱭᱟᱜ ᱨᱟᱜ ᱭᱟᱜ ᱟᱜ ᱦᱚᱸ ᱞᱟᱹᱜᱤᱫ ᱛᱟᱢ ᱛᱤᱧ ᱟᱠᱟᱱᱟ ᱟᱠᱟᱫᱟ ᱮᱱᱟ ᱮᱫᱟ ᱠᱮᱫᱟ ᱚᱜᱼᱟ ᱜᱼᱟ`),
		step(3, `ᱠᱚ ᱠᱤᱱ`)),
}
