package analysis

// Manipuri in Meetei Mayek: case, the plural, and the ending of nouns made from verbs.
var meeteiRules = &rules{
	stop: set(`ꯑꯃꯁꯨꯡ ꯑꯃ ꯑꯃꯥ ꯑꯃꯗꯤ ꯑꯗꯨ ꯑꯁꯤ ꯃꯁꯤ ꯃꯗꯨ ꯃꯈꯣꯏ ꯃꯍꯥꯛ ꯑꯩ ꯑꯩꯈꯣꯏ ꯑꯩꯍꯥꯛ ꯅꯍꯥꯛ ꯅꯈꯣꯏ ꯑꯗꯣꯝ ꯀꯔꯤ ꯀꯔꯤꯅꯣ ꯀꯅꯥ ꯀꯅꯥꯅꯣ ꯀꯗꯥꯏꯗ ꯀꯔꯝꯅ ꯀꯔꯤꯒꯤ ꯀꯌꯥ ꯅꯠꯇ꯭ꯔꯒ ꯑꯣꯏ ꯑꯣꯏꯔꯤ ꯂꯩ ꯂꯩꯔꯤ ꯅꯠꯇꯦ ꯇꯧꯔꯤ ꯍꯥꯏꯕ ꯑꯗꯨꯒ ꯃꯇꯥꯡꯗ`),
	stem: light(
		step(2, `ꯒꯤ ꯀꯤ ꯗꯒꯤ ꯇꯒꯤ ꯒꯤꯗꯃꯛ ꯗ ꯗꯥ ꯇ ꯇꯥ ꯅ ꯅꯥ ꯕꯨ ꯄꯨ ꯒ ꯒꯥ ꯁꯨ ꯅꯤ ꯅꯣ`),
		step(2, `ꯁꯤꯡ`),
		step(2, `ꯕ ꯕꯥ ꯄ ꯄꯥ`)),
}
