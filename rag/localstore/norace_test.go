//go:build !race

package localstore

// raceEnabled tells that the race detector slows the tests down.
const raceEnabled = false
