//go:build !race

package guard_test

const slowdown = 1
