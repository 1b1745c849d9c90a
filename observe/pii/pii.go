package pii

import (
	"fmt"
	"strings"

	"github.com/akshara-go/akshara/observe/fault"
)

// Kind says what an identifier is.
type Kind string

// The kinds that are found.
const (
	Aadhaar        Kind = "aadhaar"
	PAN            Kind = "pan"
	GSTIN          Kind = "gstin"
	Passport       Kind = "passport"
	VoterID        Kind = "voter_id"
	DrivingLicence Kind = "driving_licence"
	Phone          Kind = "phone"
	Email          Kind = "email"
	UPI            Kind = "upi"
	BankAccount    Kind = "bank_account"
	Card           Kind = "card"
	Vehicle        Kind = "vehicle"
	DateOfBirth    Kind = "date_of_birth"
)

// kinds holds every kind; a kind's place is its number inside this package.
var kinds = [...]Kind{Aadhaar, PAN, GSTIN, Passport, VoterID, DrivingLicence, Phone, Email, UPI,
	BankAccount, Card, Vehicle, DateOfBirth}

// Kinds lists every kind. The slice is the caller's own.
func Kinds() []Kind { return append([]Kind(nil), kinds[:]...) }

func (k Kind) number() int {
	for i := range kinds {
		if kinds[i] == k {
			return i
		}
	}
	return -1
}

// Tag is what [Detector.Mask] writes in the place of a value: "[aadhaar]".
func (k Kind) Tag() string { return "[" + string(k) + "]" }

// Span is a half-open range of bytes, on rune boundaries of the text it belongs to.
type Span struct {
	Start int `json:"start"`
	End   int `json:"end"`
}

// In gives the bytes of text that the span names.
func (s Span) In(text string) string { return text[s.Start:s.End] }

// Finding is one identifier in a text.
type Finding struct {
	Kind Kind `json:"kind"`
	Span
	// Confidence, 0 to 1, is how sure the reading is: a check digit and a word
	// such as "Aadhaar" before it give .99, a bare ten-digit number .75. It ranks
	// readings; it is not a calibrated probability.
	Confidence float64 `json:"confidence"`
}

// DefaultMinConfidence is what a reading must reach to be reported.
const DefaultMinConfidence = 0.5

// Options chooses what is found. The zero value finds everything.
type Options struct {
	// Kinds are the kinds to find; empty means all.
	Kinds []Kind
	// MinConfidence, 0 to 1, leaves out weaker readings; 0 means DefaultMinConfidence.
	MinConfidence float64
}

// Detector finds identifiers. It keeps no state of what it has read and may be
// used by many goroutines at once.
type Detector struct {
	min    float64
	wanted uint32 // bits by Kind.number
}

// New makes a detector. Options may be nil; kinds that do not exist are left out.
func New(opts *Options) *Detector {
	d := &Detector{min: DefaultMinConfidence, wanted: 1<<len(kinds) - 1}
	if opts == nil {
		return d
	}
	if opts.MinConfidence > 0 {
		d.min = opts.MinConfidence
	}
	if len(opts.Kinds) > 0 {
		d.wanted = 0
		for _, k := range opts.Kinds {
			if n := k.number(); n >= 0 {
				d.wanted |= 1 << n
			}
		}
	}
	return d
}

// Find gives the identifiers of text in order; no two overlap. Where two
// readings overlap, one finding covers both and has the kind of the stronger:
// what may be half of somebody's number is never left behind. Any string is
// taken, UTF-8 or not. Nothing found is nil, and costs no allocation.
func (d *Detector) Find(text string) []Finding {
	var out []Finding
	s := scan{d: d, text: text, final: true}
	for {
		f, ok := s.next()
		if !ok {
			return out
		}
		out = append(out, f)
	}
}

// Contains tells whether Find would find anything.
func (d *Detector) Contains(text string) bool {
	s := scan{d: d, text: text, final: true}
	_, ok := s.next()
	return ok
}

// Mask gives text with each identifier replaced by its kind's tag, such as
// "[aadhaar]": nothing of the value is kept, not even its last digits. What is
// masked already stays as it is: Mask(Mask(t)) is Mask(t). A text without
// identifiers is returned itself.
func (d *Detector) Mask(text string) string {
	return d.replace(text, func(f Finding, _ string) string { return f.Kind.Tag() })
}

// replace writes what with gives for each finding and its value.
func (d *Detector) replace(text string, with func(f Finding, value string) string) string {
	if nextTrigger(text, 0) == len(text) { // most texts: a scan's place on the stack need not be cleared
		return text
	}
	s := scan{d: d, text: text, final: true}
	f, ok := s.next()
	if !ok {
		return text
	}
	var b strings.Builder
	b.Grow(len(text))
	done := 0
	for ; ok; f, ok = s.next() {
		b.WriteString(text[done:f.Start])
		b.WriteString(with(f, f.In(text)))
		done = f.End
	}
	b.WriteString(text[done:])
	return b.String()
}

// maxNamed bounds the places that Refuse names.
const maxNamed = 20

// Refuse is nil when text holds no identifier, and otherwise a *fault.Error with
// code INVALID_REQUEST. It names the kinds, and in its details "count" and
// "findings": kind, start and end (bytes of text) of the first twenty. The values
// themselves are in no part of it.
func (d *Detector) Refuse(text string) error {
	found := d.Find(text)
	if len(found) == 0 {
		return nil
	}
	var names []string
	var seen uint32
	places := make([]map[string]any, 0, min(len(found), maxNamed))
	for i, f := range found {
		if bit := uint32(1) << f.Kind.number(); seen&bit == 0 {
			seen |= bit
			names = append(names, strings.ReplaceAll(string(f.Kind), "_", " "))
		}
		if i < maxNamed {
			places = append(places, map[string]any{"kind": string(f.Kind), "start": f.Start, "end": f.End})
		}
	}
	return fault.New(fault.InvalidRequest,
		fmt.Sprintf("the text holds personal identifiers (%s): leave them out", strings.Join(names, ", ")),
		fault.Details{"count": len(found), "findings": places})
}
