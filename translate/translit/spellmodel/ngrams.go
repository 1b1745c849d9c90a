package spellmodel

// ngrams is a back-off n-gram model of tokens as a tree: a node is a sequence,
// its children the longer ones. Node 0 is the root; its child of token s is node s+1.
type ngrams struct {
	token   []uint16
	first   []uint32  // the first child of a node; its children end where the next node's begin
	suffix  []uint32  // the node of the sequence without its first token
	logp    []float32 // of the node's last token after the others
	backoff []float32 // to add when what follows is no child
}

// ngrams reads a model level by level: how many children the nodes of a level
// have, the differences of their tokens, their weights in steps of 1/16.
func (r *reader) ngrams(tokens int) ngrams {
	m := ngrams{token: []uint16{0}, suffix: []uint32{0}, logp: []float32{0}, backoff: []float32{0}}
	levels := int(r.bytes(1)[0])
	from, to := 0, 1 // the nodes of the level above
	for level := range levels {
		total := 0
		for range to - from {
			m.first = append(m.first, uint32(to+total))
			total += r.count()
		}
		if r.failed || level == 0 && total != tokens || total > len(r.rest) {
			r.fail()
			return ngrams{}
		}
		if m.level(r, from, to, total, tokens); r.failed {
			return ngrams{}
		}
		from, to = to, to+total
	}
	for range to - from + 1 {
		m.first = append(m.first, uint32(to))
	}
	return m
}

// level reads total nodes below those from from to to.
func (m *ngrams) level(r *reader, from, to, total, tokens int) {
	parent, last := from, 0
	for n := to; n < to+total; n++ {
		for parent+1 < to && int(m.first[parent+1]) <= n {
			parent++
			last = 0
		}
		last += r.number(tokens)
		if last >= tokens {
			r.fail()
			last = 0
		}
		m.token = append(m.token, uint16(last))
		suffix, ok := uint32(0), true
		if from > 0 {
			suffix, ok = m.child(m.suffix[parent], uint16(last))
		}
		if !ok {
			r.fail()
			return
		}
		m.suffix = append(m.suffix, suffix)
	}
	for _, b := range r.bytes(total) {
		m.logp = append(m.logp, -float32(b)/16)
	}
	for _, b := range r.bytes(total) {
		m.backoff = append(m.backoff, -float32(int8(b))/16)
	}
}

// child finds the node that node n and the token make.
func (m *ngrams) child(n uint32, token uint16) (uint32, bool) {
	if n == 0 {
		return uint32(token) + 1, true
	}
	lo, hi := m.first[n], m.first[n+1]
	for lo < hi {
		mid := (lo + hi) / 2
		if m.token[mid] < token {
			lo = mid + 1
		} else {
			hi = mid
		}
	}
	return lo, lo < m.first[n+1] && m.token[lo] == token
}

// known tells whether a node has a probability, and is not there only because
// others need it.
func (m *ngrams) known(n uint32) bool { return m.logp[n] > unknown }

// next gives the logarithm of the probability of the token after the sequence of node n.
func (m *ngrams) next(n uint32, token uint16) float32 {
	sum := float32(0)
	for {
		if c, ok := m.child(n, token); ok && m.known(c) {
			return sum + m.logp[c]
		}
		if n == 0 {
			return sum + unknown
		}
		sum += m.backoff[n]
		n = m.suffix[n]
	}
}

// follow gives the node of the longest known end of the sequence of node n and the token.
func (m *ngrams) follow(n uint32, token uint16) uint32 {
	for {
		if c, ok := m.child(n, token); ok && m.first[c] < m.first[c+1] {
			return c
		}
		if n == 0 {
			return 0
		}
		n = m.suffix[n]
	}
}
