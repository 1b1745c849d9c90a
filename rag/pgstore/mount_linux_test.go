package pgstore

import "syscall"

// mountSmall puts a disk of 24 MB in a folder's place.
func mountSmall(dir string) error {
	return syscall.Mount("tmpfs", dir, "tmpfs", 0, "size=24m,mode=0777")
}

// enlarge makes the disk four times as large.
func enlarge(dir string) error {
	return syscall.Mount("tmpfs", dir, "tmpfs", syscall.MS_REMOUNT, "size=96m,mode=0777")
}

func unmount(dir string) error { return syscall.Unmount(dir, syscall.MNT_DETACH) }
