//go:build !race

package pii_test

const slowdown = 1
