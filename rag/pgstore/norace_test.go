//go:build !race

package pgstore

// raceEnabled tells that the race detector slows the tests down.
const raceEnabled = false
