//go:build !race

package ragtest

// raceEnabled tells that the race detector slows the tests down.
const raceEnabled = false
