//go:build race

package pii_test

// slowdown is by how much less the long tests do where every access to memory is watched.
const slowdown = 10
