package pgstore

import (
	"encoding/binary"
	"errors"
	"math"

	"github.com/akshara-go/akshara/observe/fault"
	"github.com/akshara-go/akshara/observe/pgkit"
)

// Postings are kept in blocks: the records that one change wrote, at most
// blockSize of them, share a block, and each term of them has one row with all of
// its postings there. A row for each posting would be three times as many
// for batches of a thousand passages (8.0 million to 2.7, 874 MB to 313) and twice
// the time to search. The database stores the lists and this package reads them.
//
// A posting is 10 bytes, little-endian: the chunk's place in the block (its number
// less the block's, which is that of its first chunk), the term's count, and the
// length of the record on the term's leg.
const (
	blockSize    = 4096
	postingBytes = 2 + 4 + 4
)

// posting is one of a term's records.
type posting struct {
	place         uint16
	count, length float32
}

func appendPosting(b []byte, p posting) []byte {
	b = binary.LittleEndian.AppendUint16(b, p.place)
	b = binary.LittleEndian.AppendUint32(b, math.Float32bits(p.count))
	return binary.LittleEndian.AppendUint32(b, math.Float32bits(p.length))
}

// postingAt reads a posting from the front of b, which has to be long enough.
func postingAt(b []byte) posting {
	return posting{
		place: binary.LittleEndian.Uint16(b),
		count: math.Float32frombits(binary.LittleEndian.Uint32(b[2:])), length: math.Float32frombits(binary.LittleEndian.Uint32(b[6:])),
	}
}

// without gives a list without the postings at some places.
func without(list []byte, gone map[uint16]bool) []byte {
	kept := make([]byte, 0, len(list))
	for ; len(list) >= postingBytes; list = list[postingBytes:] {
		if !gone[postingAt(list).place] {
			kept = append(kept, list[:postingBytes]...)
		}
	}
	return kept
}

// entry is a term of a chunk.
type entry struct {
	term  int64
	count float32
}

// legEntries are a chunk's terms on a leg.
type legEntries struct {
	leg    pgkit.Key
	length float64
	terms  []entry
}

// encodeEntries writes what a chunk has been indexed by, so that it can be taken
// out of the postings again and scored by terms that are too frequent to read. The
// number of a term is ids[term].
func encodeEntries(legs []legEntries, ids []int64) []byte {
	b := []byte{}
	for _, l := range legs {
		b = append(b, l.leg[:]...)
		b = binary.LittleEndian.AppendUint64(b, math.Float64bits(l.length))
		b = binary.AppendUvarint(b, uint64(len(l.terms)))
		for _, t := range l.terms {
			b = binary.AppendUvarint(b, uint64(ids[t.term]))
			b = binary.LittleEndian.AppendUint32(b, math.Float32bits(t.count))
		}
	}
	return b
}

var errEntries = fault.Wrap(errors.New("pgstore: the terms of a chunk cannot be read"), fault.Internal, "the index is damaged", nil)

// decodeEntries reads what encodeEntries wrote.
func decodeEntries(b []byte) ([]legEntries, error) {
	var legs []legEntries
	for len(b) > 0 {
		if len(b) < 16+8 {
			return nil, errEntries
		}
		l := legEntries{leg: pgkit.Key(b[:16]), length: math.Float64frombits(binary.LittleEndian.Uint64(b[16:]))}
		n, size := binary.Uvarint(b[24:])
		if size <= 0 || n > uint64(len(b)) {
			return nil, errEntries
		}
		b = b[24+size:]
		l.terms = make([]entry, n)
		for i := range l.terms {
			term, size := binary.Uvarint(b)
			if size <= 0 || len(b) < size+4 {
				return nil, errEntries
			}
			l.terms[i] = entry{int64(term), math.Float32frombits(binary.LittleEndian.Uint32(b[size:]))}
			b = b[size+4:]
		}
		legs = append(legs, l)
	}
	return legs, nil
}
