package cache

import "encoding/json"

// Codec turns values into bytes and back. Its methods may be called by many
// goroutines at once. Decode is given bytes that another version of the
// program may have written: it returns an error for what it does not know, and
// the value is made anew.
type Codec[T any] interface {
	Encode(v T) ([]byte, error)
	Decode(b []byte) (T, error)
}

// JSON is the codec of encoding/json, and the default.
type JSON[T any] struct{}

// Encode gives v as JSON.
func (JSON[T]) Encode(v T) ([]byte, error) { return json.Marshal(v) }

// Decode reads JSON into a new T.
func (JSON[T]) Decode(b []byte) (v T, err error) {
	err = json.Unmarshal(b, &v)
	return v, err
}

// Bytes is the codec of values that are bytes already.
type Bytes struct{}

// Encode gives v itself.
func (Bytes) Encode(v []byte) ([]byte, error) { return v, nil }

// Decode gives b itself.
func (Bytes) Decode(b []byte) ([]byte, error) { return b, nil }
