package awssecrets

import (
	"cmp"
	"encoding/json"
	"strings"

	"github.com/akshara-go/akshara/observe/config"
	"github.com/akshara-go/akshara/observe/fault"
)

// currentStage is the version stage that a reference means when it names none.
const currentStage = "AWSCURRENT"

// Limits of AWS: a secret's name has 512 characters and its ARN is no longer
// than 2048; a stage has 256.
const (
	maxName  = 2048
	maxStage = 256
)

// version is one version of a secret.
type version struct{ name, stage string }

func (v version) compare(w version) int {
	return cmp.Or(strings.Compare(v.name, w.name), strings.Compare(v.stage, w.stage))
}

// reference is a reference taken apart. Without a key it means the whole secret.
type reference struct {
	version
	key    string
	hasKey bool
}

// parse reads aws-sm://NAME[?stage=STAGE][#KEY].
func parse(text string) (reference, error) {
	rest, ok := strings.CutPrefix(text, config.Scheme)
	if !ok {
		return reference{}, badReference("it has to begin with " + config.Scheme)
	}
	var ref reference
	rest, ref.key, ref.hasKey = strings.Cut(rest, "#")
	if ref.hasKey && ref.key == "" {
		return reference{}, badReference("there is no key behind #")
	}
	name, query, asks := strings.Cut(rest, "?")
	ref.name, ref.stage = name, currentStage
	if asks {
		if ref.stage, ok = strings.CutPrefix(query, "stage="); !ok || !isWord(ref.stage, maxStage) {
			return reference{}, badReference("behind ? only stage=NAME may stand")
		}
	}
	if !isWord(ref.name, maxName) {
		return reference{}, badReference("the secret's name has to be of letters, digits and /_+=.@!:-")
	}
	return ref, nil
}

func badReference(why string) error {
	return fault.New(fault.InvalidRequest, "this is no reference to a secret: "+why, nil)
}

// isWord tells whether s is of the characters that AWS allows in names and ARNs.
func isWord(s string, limit int) bool {
	for i := range len(s) {
		c := s[i]
		if (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') && (c < '0' || c > '9') && !strings.ContainsRune("/_+=.@!:-", rune(c)) {
			return false
		}
	}
	return s != "" && len(s) <= limit
}

// content is the text of a secret. Nothing prints it.
type content struct{ text config.Secret }

// field gives what ref means of the content.
func (c content) field(ref reference) (string, error) {
	if !ref.hasKey {
		return c.text.Reveal(), nil
	}
	details := fault.Details{"secret": ref.name, "key": ref.key}
	var fields map[string]json.RawMessage
	if json.Unmarshal([]byte(c.text.Reveal()), &fields) != nil || fields == nil { // the error would quote the value
		return "", fault.New(fault.InvalidRequest, "the secret "+ref.name+" has no keys: it is not a JSON object", details)
	}
	raw, ok := fields[ref.key]
	if !ok {
		return "", fault.New(fault.NotFound, "the secret "+ref.name+" has no key "+ref.key, details)
	}
	var text string
	switch raw[0] {
	case '"':
		_ = json.Unmarshal(raw, &text) // it was read as JSON just now
		return text, nil
	case '{', '[', 'n':
		return "", fault.New(fault.InvalidRequest, "the key "+ref.key+" of the secret "+ref.name+" is neither text nor number", details)
	}
	return string(raw), nil // a number or a boolean, as it stands
}
