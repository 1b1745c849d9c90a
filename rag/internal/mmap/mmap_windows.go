package mmap

import (
	"os"
	"unsafe"

	"golang.org/x/sys/windows"
)

// Map maps the first size bytes of a file for reading, until unmap is called. The
// file may be closed before. Reading what another process cut off meanwhile is a fault.
func Map(f *os.File, size int) (b []byte, unmap func() error, err error) {
	h, err := windows.CreateFileMapping(windows.Handle(f.Fd()), nil, windows.PAGE_READONLY, 0, 0, nil)
	if err != nil {
		return nil, nil, err
	}
	defer func() { _ = windows.CloseHandle(h) }() // the view keeps the mapping
	at, err := windows.MapViewOfFile(h, windows.FILE_MAP_READ, 0, 0, uintptr(size))
	if err != nil {
		return nil, nil, err
	}
	// The address is not of Go's memory, which is what vet's rule is about.
	b = unsafe.Slice(*(**byte)(unsafe.Pointer(&at)), size)
	return b, func() error { return windows.UnmapViewOfFile(at) }, nil
}
