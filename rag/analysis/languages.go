package analysis

var noRules = &rules{stem: func(w []byte) []byte { return w }}

var (
	marathiRules   = noRules
	bengaliRules   = noRules
	punjabiRules   = noRules
	gujaratiRules  = noRules
	urduRules      = noRules
	tamilRules     = noRules
	teluguRules    = noRules
	kannadaRules   = noRules
	malayalamRules = noRules
	oriyaRules     = noRules
)
