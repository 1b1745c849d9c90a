//go:build !linux

package modelserver

import "syscall"

// endWithParent has no counterpart here: servers end with the tests that started them.
func endWithParent() *syscall.SysProcAttr { return nil }
