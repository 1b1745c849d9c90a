package cache

import (
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/akshara-go/akshara/observe/fault"
)

// The form of an entry that a Loader keeps: one byte for the form and what it
// holds, eight for the time until which it is fresh (milliseconds since 1970,
// big endian), and the payload: what the codec made of the value, or an error
// as it goes over the wire.
const (
	formValue   = 0xA1
	formFailure = 0xA2
	headSize    = 9
)

var errForm = errors.New("cache: not an entry of a loader")

// entry is what a loader found under a key.
type entry[T any] struct {
	value T
	err   error     // a failure that was kept, in place of a value
	fresh time.Time // until when it need not be made anew
}

func appendHead(form byte, fresh time.Time) []byte {
	return binary.BigEndian.AppendUint64([]byte{form}, uint64(fresh.UnixMilli()))
}

func encodeValue[T any](codec Codec[T], v T, fresh time.Time) ([]byte, error) {
	payload, err := codec.Encode(v)
	if err != nil {
		return nil, fmt.Errorf("cache: encoding a value: %w", err)
	}
	return append(appendHead(formValue, fresh), payload...), nil
}

func encodeFailure(failure error, fresh time.Time) ([]byte, error) {
	payload, err := json.Marshal(fault.From(failure))
	if err != nil {
		return nil, fmt.Errorf("cache: encoding a failure: %w", err)
	}
	return append(appendHead(formFailure, fresh), payload...), nil
}

// decode reads an entry. Whatever the bytes are, it gives an entry or an error.
func decode[T any](codec Codec[T], b []byte) (entry[T], error) {
	if len(b) < headSize {
		return entry[T]{}, errForm
	}
	e := entry[T]{fresh: time.UnixMilli(int64(binary.BigEndian.Uint64(b[1:headSize])))}
	payload := b[headSize:]
	switch b[0] {
	case formValue:
		v, err := codec.Decode(payload)
		if err != nil {
			return entry[T]{}, fmt.Errorf("cache: decoding a value: %w", err)
		}
		e.value = v
	case formFailure:
		failure, err := fault.Decode(payload)
		if err != nil {
			return entry[T]{}, fmt.Errorf("cache: decoding a failure: %w", err)
		}
		e.err = failure
	default:
		return entry[T]{}, errForm
	}
	return e, nil
}
