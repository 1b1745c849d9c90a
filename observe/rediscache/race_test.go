//go:build race

package rediscache_test

// raceEnabled tells that the race detector slows the tests down.
const raceEnabled = true
