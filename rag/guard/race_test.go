//go:build race

package guard_test

// slowdown: one case in so many is tried under the race detector.
const slowdown = 10
