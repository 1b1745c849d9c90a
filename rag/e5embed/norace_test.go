//go:build !race

package e5embed

// raceEnabled tells that the race detector slows the tests down.
const raceEnabled = false
