//go:build !race

package main

// raceEnabled tells that the race detector slows the tests down.
const raceEnabled = false
