//go:build !linux

package pgstore

import "errors"

func mountSmall(string) error { return errors.ErrUnsupported }
func enlarge(string) error    { return errors.ErrUnsupported }
func unmount(string) error    { return nil }
