//go:build !race

package unigram

// raceEnabled tells that the race detector slows the tests down.
const raceEnabled = false
