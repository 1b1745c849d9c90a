//go:build !unix

package pgtest

import "os/exec"

// runAs has no counterpart here: nobody is root.
func runAs(*exec.Cmd, int, int) {}
