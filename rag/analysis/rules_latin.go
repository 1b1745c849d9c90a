package analysis

import "bytes"

// English, and romanised text, whose function words are listed too.
var latinRules = &rules{
	stop: set(`a an the of in on at to for from by with and or but not is are was were be been being am do does did has have had having
		will would shall should can could may might must this that these those it its he she they them his her their there here
		who whom whose what which when where why how as if then than so such into over under about between after before during
		i you we us our your my me him also very many much some any all each no nor only own same too
		ka ke ki ko mein main men se ne par hai hain tha thi aur ya bhi hi jo yah yeh vah woh wo kaun kya kab kahan kahaan kyon kyun kaise kitne kitna kitni kis kisne kisko kise`),
	stem: stemEnglish,
}

// stemEnglish takes the commonest inflections off: plurals as in D. Harman, "How
// effective is suffixing?" (JASIS 1991), then -ed, -ing and -ly as in M. F.
// Porter, "An algorithm for suffix stripping" (Program 1980), step 1.
func stemEnglish(w []byte) []byte {
	w = bytes.TrimSuffix(w, []byte("'s"))
	w = bytes.TrimSuffix(w, []byte("'"))
	if len(w) < 4 {
		return w
	}
	w = plural(w)
	for _, end := range [...]string{"ing", "ed"} {
		if !bytes.HasSuffix(w, []byte(end)) {
			continue
		}
		stem := w[:len(w)-len(end)]
		if len(stem) < 3 || !hasVowel(stem) {
			break
		}
		w = undouble(stem)
		break
	}
	if n := len(w); n > 3 && w[n-1] == 'e' {
		return w[:n-1]
	}
	if n := len(w); n > 3 && w[n-1] == 'y' {
		w[n-1] = 'i'
	}
	return w
}

func plural(w []byte) []byte {
	n := len(w)
	switch {
	case w[n-1] != 's':
		return w
	case bytes.HasSuffix(w, []byte("ies")) && n > 4:
		w[n-3] = 'y'
		return w[:n-2]
	case bytes.HasSuffix(w, []byte("ss")), bytes.HasSuffix(w, []byte("us")), bytes.HasSuffix(w, []byte("is")):
		return w
	case bytes.HasSuffix(w, []byte("sses")), bytes.HasSuffix(w, []byte("ches")), bytes.HasSuffix(w, []byte("shes")), bytes.HasSuffix(w, []byte("xes")):
		return w[:n-2]
	}
	return w[:n-1]
}

func hasVowel(w []byte) bool { return bytes.ContainsAny(w, "aeiouy") }

// undouble makes "stopp" of "stopped" into "stop".
func undouble(w []byte) []byte {
	n := len(w)
	if n > 3 && w[n-1] == w[n-2] && bytes.IndexByte([]byte("bdfgkmnprt"), w[n-1]) >= 0 {
		return w[:n-1]
	}
	return w
}
