//go:build unix && !aix && !solaris && !illumos

package mmap

import (
	"os"

	"golang.org/x/sys/unix"
)

// Map maps the first size bytes of a file for reading, until unmap is called. The
// file may be closed before. Reading what another process cut off meanwhile is a fault.
func Map(f *os.File, size int) (b []byte, unmap func() error, err error) {
	b, err = unix.Mmap(int(f.Fd()), 0, size, unix.PROT_READ, unix.MAP_SHARED)
	if err != nil {
		return nil, nil, err
	}
	return b, func() error { return unix.Munmap(b) }, nil
}
