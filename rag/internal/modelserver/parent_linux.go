package modelserver

import "syscall"

// endWithParent makes the kernel kill a server when the test's process ends,
// so that a test that is stopped leaves none behind.
func endWithParent() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
}
