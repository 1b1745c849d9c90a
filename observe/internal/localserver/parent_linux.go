package localserver

import (
	"os/exec"
	"syscall"
)

// EndsWithParent tells whether the system ends a program with the test binary.
const EndsWithParent = true

// endWithParent makes the kernel kill a program when its parent ends.
func endWithParent(cmd *exec.Cmd) {
	if cmd.SysProcAttr == nil {
		cmd.SysProcAttr = &syscall.SysProcAttr{}
	}
	cmd.SysProcAttr.Pdeathsig = syscall.SIGKILL
}
