// Package durable makes what was written to a folder outlive a loss of power.
package durable

import (
	"errors"
	"os"
	"runtime"
)

// SyncDir makes the names in a folder durable. NTFS journals names by itself, and
// Windows cannot flush a folder.
func SyncDir(dir string) error {
	if runtime.GOOS == "windows" {
		return nil
	}
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
