// Package localstore keeps an index in one directory of the local disk, with no
// service beside it: a [rag.Store] for a laptop, a test, or a product that ships
// as one binary. It holds dense vectors, any number of BM25 legs, tenants,
// readers and filters, and it survives a killed process and a lost power supply.
//
//	store, err := localstore.Open("/var/lib/app/index", nil)
//	if err != nil {
//		return err
//	}
//	defer store.Close()
//	err = store.Upsert(ctx, records)
//	hits, err := store.Search(ctx, &rag.Search{Readers: []string{corpus.Public}, K: 10, Sparse: legs})
//
// # Durability
//
// Every change of records is one frame of a write-ahead log that is synced to disk
// before the change is acknowledged; changes that wait for the disk together share a
// frame. When the log has grown to 64 MB, the next begins and an index of what the
// first holds is written, in the background, into a segment; four segments of like
// size are merged into one. Records, and their vectors with them, stay in the log
// in which they were written until half of it is dead: they are copied then, as are
// those of short logs. Opening maps the segments, and the logs that they refer to,
// and replays those that are no segment yet, as a rule the last. A last frame that a crash left unfinished was never
// acknowledged and is cut off; damage anywhere else is a [*CorruptError] that says
// where: of arrays and terms when the store is opened, of a record when it is read,
// handed out or copied. No file is ever written again once it is mapped.
//
// # Searching
//
// What a tenant holds is a list of parts that never change: some in memory, of the
// log, the others in segments, where they are mapped. A change makes a new part
// and notes in which version of the tenant records of older parts died; then it
// publishes the next version. A search goes on in the version it began with, and
// takes no lock; files are closed and removed when the last version that has
// records in them is let go. Changes wait for the disk, for each other and, those that
// bring records, when the log grows faster than it is made segments. One that waits
// ends with its context, unless it is being written. Texts are read for the hits alone.
//
// A dense search compares the query with a compact code of every vector and the
// best of those with the vectors themselves; see [rag.Search] for asking it to
// compare with every vector. Codes are of what a vector differs in from a mean near
// that of all; scores are always exact cosines of the vectors as they were given. What
// ranks better by being centred is centred before it comes here; see package embed.
//
// The terms of the leg [rag.Forms] are in memory in order too, so that those
// with a prefix are found at once; see [Store.Complete].
//
// A term's BM25 score is w·idf·tf/(tf + K1·(1−B+B·len/avg)) with the inverse
// document frequency ln(1 + (N−df+½)/(df+½)) that Lucene uses. N counts the
// tenant's records that have terms on the leg, df those that have the term, len
// is the sum of a record's counts on the leg and avg its mean over N.
//
// # Files
//
// LOCK is held by the process that has the store open, or writes it as a copy. MANIFEST says of which
// segments, NNNNNNNN.segment, the store is made, which of their records are dead,
// and which log, NNNNNNNN.log, goes on; without it the first log does. Logs before
// that are there for the segments that refer to them. All
// integers are little endian, "uvarint" and "varint" are those of
// encoding/binary, a string is its length in bytes (uvarint) and its bytes.
//
//	log    = "aklstor" version(1 byte: 3) generation(8) salt(8) frame...
//	frame  = length(4) crc(4) sequence(8) payload(length bytes)
//	payload = kind(1) ...; several in a row, applied together
//	  define  = 1 tenant leg first(uvarint) count(uvarint) term(string)...   terms first, first+1, ...; a log begins with 0
//	  upsert  = 5 tenant model(string) dimensions(uvarint) count(uvarint) { length(uvarint) pad record }...
//	  delete  = 3 tenant all(1) chunks documents except                       each a count (uvarint) and strings
//	  end     = 4 sequence(uvarint)                                           last of a snapshot of version 1
//	record = crc(4, of the rest) meta text terms vector                       at a multiple of 4 in the file, by a pad of zeros
//	  meta   = chunk document readers source                                  see encodeMeta
//	  text   = ordinal start end text sentences headings page tokens          see encodeText
//	  terms  = legs(uvarint) { leg count(uvarint) { id−previous(uvarint) tf }... }...
//	  tf     = 2n (uvarint) for a whole n, or 1 and a float32
//	  vector = length(uvarint) pad float32...                                 of length 1, likewise at a multiple of 4
//
//	segment  = "aklsegm" version(1 byte: 2) generation(8) salt(8) array... footer trailer
//	  array    = numbers or bytes, from a multiple of 64 on                   see segmentWriter.part; records have no terms here
//	  footer   = logs(uvarint) { generation(uvarint) records(uvarint) }...      that hold records of it
//	             tenants(uvarint) { tenant model dimensions(uvarint) arrays legs(uvarint) { leg arrays }... }...
//	  arrays   = { at(uvarint) length(uvarint) crc(4) }...
//	  trailer  = footer at(8) length(8) crc(4) "aklsegm" version
//	manifest = "aklmani" version(1 byte: 1) log(uvarint) sequence(uvarint) segments(uvarint)
//	           { generation(uvarint) tenants(uvarint) { tenant words(uvarint) bits(8)... }... }... crc(4)
//
// Logs of version 2 have kind 2 in the place of 5, without pads, with vectors as they
// were given; segments of version 1 refer to no logs and hold vectors in an array.
// Version 1 had a snapshot, in the form of a log, in the place of segments, and
// numbered terms on from one file to the next. Such directories are opened and
// rewritten.
//
// A folder beside them holds notes; see [Store.SetNote].
//
// The crc of a frame is CRC-32C over salt, length, sequence and payload. The salt
// is random, so that no document can be written that looks like a frame.
package localstore
