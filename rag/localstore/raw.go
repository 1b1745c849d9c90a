package localstore

import (
	"encoding/binary"
	"slices"
	"unsafe"
)

// number is what arrays of a segment are made of: words of four or of eight bytes.
type number interface {
	uint32 | int32 | float32 | uint64 | float64 | posting | place
}

// littleEndian tells whether this processor keeps numbers as segments do.
var littleEndian = binary.NativeEndian.Uint16([]byte{1, 0}) == 1

// word gives the size of the words that T is made of.
func word[T number]() int {
	var v T
	if _, ok := any(v).(posting); ok {
		return 4
	}
	return min(8, int(unsafe.Sizeof(v)))
}

// rawBytes gives an array as it stands in a segment.
func rawBytes[T number](v []T) []byte {
	if len(v) == 0 {
		return nil
	}
	b := unsafe.Slice((*byte)(unsafe.Pointer(&v[0])), len(v)*int(unsafe.Sizeof(v[0])))
	if littleEndian {
		return b
	}
	return swapped(b, word[T]())
}

// rawView gives the array that stands in b, without a copy where the processor
// allows it. ok is false when b does not hold whole numbers, or not aligned.
func rawView[T number](b []byte) (v []T, ok bool) {
	var zero T
	size := int(unsafe.Sizeof(zero))
	switch {
	case len(b)%size != 0:
		return nil, false
	case len(b) == 0:
		return nil, true
	}
	if !littleEndian {
		b = swapped(b, word[T]())
	}
	if uintptr(unsafe.Pointer(&b[0]))%uintptr(word[T]()) != 0 {
		return nil, false
	}
	return unsafe.Slice((*T)(unsafe.Pointer(&b[0])), len(b)/size), true
}

// setFloats copies the little-endian numbers that stand in b, which need not be aligned.
func setFloats(v []float32, b []byte) {
	if !littleEndian {
		b = swapped(b, 4)
	}
	copy(unsafe.Slice((*byte)(unsafe.Pointer(unsafe.SliceData(v))), 4*len(v)), b)
}

// swapped gives a copy with the bytes of each word in the other order.
func swapped(b []byte, word int) []byte {
	out := alignedBytes(len(b))
	copy(out, b)
	for at := 0; at+word <= len(out); at += word {
		slices.Reverse(out[at : at+word])
	}
	return out
}

// alignedBytes gives n bytes that begin where a number may.
func alignedBytes(n int) []byte {
	words := make([]uint64, n/8+1)
	return unsafe.Slice((*byte)(unsafe.Pointer(&words[0])), n)
}
