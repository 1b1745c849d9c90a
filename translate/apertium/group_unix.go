//go:build unix

package apertium

import (
	"os/exec"
	"syscall"
)

// inOwnGroup makes cmd the leader of a process group that ends as a whole when its context does.
func inOwnGroup(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
}
