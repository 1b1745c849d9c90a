package llm

// Guarded counts what a guard did to a request and its response, by what it found
// and did: "pii.phone" 2, "injection.refused" 1. A kind that ends in refused or stopped let the
// rest not pass, dropped left something out, flagged and restored took nothing away; every other
// hid something. It never holds what was found.
type Guarded map[string]int

// Add adds what was counted elsewhere, making the map where there is none yet.
func (g *Guarded) Add(more Guarded) {
	if *g == nil && len(more) > 0 {
		*g = make(Guarded, len(more))
	}
	for what, n := range more {
		(*g)[what] += n
	}
}
