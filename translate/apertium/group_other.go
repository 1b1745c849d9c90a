//go:build !unix

package apertium

import "os/exec"

// inOwnGroup leaves cmd as it is: where there are no process groups, its
// children end when their input does.
func inOwnGroup(*exec.Cmd) {}
