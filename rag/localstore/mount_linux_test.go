package localstore

import "golang.org/x/sys/unix"

func mountSmall(dir string) error {
	return unix.Mount("tmpfs", dir, "tmpfs", 0, "size=1m")
}

func remountReadOnly(dir string) error {
	return unix.Mount("tmpfs", dir, "tmpfs", unix.MS_REMOUNT|unix.MS_RDONLY, "size=1m")
}

func unmount(dir string) error { return unix.Unmount(dir, unix.MNT_DETACH) }
