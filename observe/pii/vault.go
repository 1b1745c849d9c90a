package pii

import (
	"crypto/rand"
	"maps"
	"strconv"
	"strings"
	"sync"
)

// DefaultVaultValues is how many spellings of values a vault keeps.
const DefaultVaultValues = 10_000

// VaultOptions bounds a vault. The zero value is useful.
type VaultOptions struct {
	MaxValues int    // spellings kept; 0 means DefaultVaultValues
	OneWay    []Kind // masked by their tags for good, and not kept: what nobody may see again
}

// Vault hides identifiers behind tokens and brings them back: what a model
// needs to speak of two people without knowing their numbers. The same value has
// the same token, [phone:kdrw:1], for as long as the vault lives; another
// spelling of the value, in other digits or with other gaps, has a token that
// tells so, [phone:kdrw:1.2], so that every text comes back as it was. The
// letters in the middle are the vault's own, drawn at random: another vault's
// tokens, or made-up ones, are left alone.
//
// A vault may be used by many goroutines at once. It keeps the values in memory
// and nowhere else: make one for a conversation and drop it with that.
type Vault struct {
	d     *Detector
	label string
	max   int
	never uint32 // kept, bits by Kind.number

	mu      sync.Mutex
	tokens  map[string]string // by kind and spelling
	numbers map[string]*known // by kind and value
	hidden  map[Kind]int
	values  map[string]string // by what a token's number and spelling are: "1", "1.2"
}

// known is a value that was seen, in some spellings.
type known struct{ number, spellings int }

// NewVault makes a vault for what d finds. Options may be nil.
func NewVault(d *Detector, opts *VaultOptions) *Vault {
	v := &Vault{d: d, label: randomLabel(), max: DefaultVaultValues,
		tokens: map[string]string{}, numbers: map[string]*known{}, hidden: map[Kind]int{}, values: map[string]string{}}
	if opts == nil {
		return v
	}
	if opts.MaxValues > 0 {
		v.max = opts.MaxValues
	}
	for _, k := range opts.OneWay {
		if n := k.number(); n >= 0 {
			v.never |= 1 << n
		}
	}
	return v
}

// randomLabel draws letters that spell no word.
func randomLabel() string {
	const letters = "bcdfghjklmnpqrstvwxz"
	var b [6]byte
	_, _ = rand.Read(b[:]) // never fails: crypto/rand ends the program first
	for i := range b {
		b[i] = letters[int(b[i])%len(letters)]
	}
	return string(b[:])
}

// Hide replaces each identifier in text by its token. When the vault is full, a
// value it has not seen is masked by its kind's tag and cannot be restored.
func (v *Vault) Hide(text string) string { return v.d.replace(text, v.token) }

// NewStream makes a stream that hides as Hide does.
func (v *Vault) NewStream() *Stream { return &Stream{d: v.d, with: v.token} }

// Len gives how many spellings of values the vault holds.
func (v *Vault) Len() int {
	v.mu.Lock()
	defer v.mu.Unlock()
	return len(v.values)
}

// Hidden gives how often something of each kind was hidden. The map is the caller's own.
func (v *Vault) Hidden() map[Kind]int {
	v.mu.Lock()
	defer v.mu.Unlock()
	return maps.Clone(v.hidden)
}

func (v *Vault) token(f Finding, value string) string {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.hidden[f.Kind]++
	if v.never>>f.Kind.number()&1 == 1 {
		return f.Kind.Tag()
	}
	spelling := string(f.Kind) + ":" + value
	if t, ok := v.tokens[spelling]; ok {
		return t
	}
	if len(v.values) >= v.max {
		return f.Kind.Tag()
	}
	id := string(f.Kind) + ":" + canonical(f.Kind, value)
	k := v.numbers[id]
	if k == nil {
		k = &known{number: len(v.numbers) + 1}
		v.numbers[id] = k
	}
	k.spellings++
	number := strconv.Itoa(k.number)
	if k.spellings > 1 {
		number += "." + strconv.Itoa(k.spellings)
	}
	t := "[" + string(f.Kind) + ":" + v.label + ":" + number + "]"
	v.tokens[spelling], v.values[number] = t, strings.Clone(value)
	return t
}

// canonical gives a value without what its spelling adds: digits are European,
// letters small, gaps and hidden characters left out; of a phone number the last ten digits count.
func canonical(k Kind, value string) string {
	b := make([]byte, 0, len(value))
	for i := 0; i < len(value); {
		u, size := unitAt(value, i, true)
		switch {
		case isAlnum(u):
			b = append(b, u|0x20)
		case u == unitLetter, k == Email, k == UPI:
			b = append(b, value[i:i+size]...)
		}
		i += size
	}
	if k == Phone && len(b) > 10 && strings.TrimLeft(string(b[:len(b)-10]), "019") == "" {
		b = b[len(b)-10:]
	}
	return string(b)
}
