// Package weaviatestore keeps an index in a Weaviate cluster, for the loss of a
// machine without the loss of an answer or, with one replica, for more tenants
// than one machine should hold. It is the store to move to from rag/localstore or rag/pgstore: only
// the constructor changes.
//
//	store, err := weaviatestore.Open(ctx, []string{"http://10.0.0.1:8080", "http://10.0.0.2:8080", "http://10.0.0.3:8080"}, nil)
//	if err != nil {
//		return err
//	}
//	defer store.Close()
//	index := rag.NewIndex(store, nil)
//
// It speaks Weaviate's REST and GraphQL itself and was built against version
// 1.35.2; it needs 1.33 or later, for the filter ContainsNone. The cluster needs no
// modules and embeds nothing.
//
// # What is exact
//
// Readers and filters are conditions of every search: a record that has none of
// the asker's names is not found. Names, ids, tags, sites and terms are stored
// as hashes of 80 or 128 bits, so that any text is compared byte by byte; dates
// are compared to the microsecond.
//
// A sparse leg takes its candidates from Weaviate's BM25 over the terms, which the
// store has analysed, 200 of them or four times K where that is more, and computes
// their scores by the formula of [rag.Store] from stored counts. The leg is exact
// as long as no more records that the asker may see have one of the terms;
// of more, the scores are exact and the choice is Weaviate's, which ranks with
// whole counts and without length. The number of records and their
// lengths are exact at every moment. Document frequencies are counted, and
// counted anew when the tenant changed by more than a thousandth of them.
//
// The dense leg scores by cosine. Of fewer than 40,000 records that the asker may
// see Weaviate compares all, exactly; of more it follows an HNSW index, also for
// a search that asks to be exact.
//
// # How it changes
//
// Weaviate has no transactions. A tenant's state is one object, the head: which
// versions of chunks are alive, the embedding model, the BM25 statistics. A change
// writes its chunks under a new version, which nobody sees, then the head, which
// makes all of it visible at once and what it replaces invisible, and then deletes
// what is dead. A change that fails before the head is taken back; what a writer
// that was killed left behind is removed by the next. When writing the head fails,
// the call fails and all of the change or nothing of it will be there.
//
// A search reads the head at the level of consistency and everything else from
// one replica, whose batches and live chunks are counted against the head. One
// that lags behind, or that changed amid the search, is not believed: the search
// is made again, there or at the next node. Records and documents are read alike.
//
// Limits. Records of several tenants in one Upsert become visible tenant by tenant.
// Writers of one tenant take turns within a Store; two processes may write the same
// tenant one after the other, and must not at the same moment: Weaviate has no way to
// compare and set, so that the later head would not know of the earlier's chunks, and
// the tenant could not be read until [Store.Recount] made its state anew, from what the
// last of the writers left: what the other one was told is written may be lost. A node
// that holds a change for longer than four times Options.Timeout, or than the caller's
// context lasts, and then carries it out, may undo a change made meanwhile, or bring
// back what was replaced, so that the tenant is not read until [Store.Recount]. Weaviate
// 1.35 does hold what comes in the few seconds in which the leader of its cluster is
// lost and no other known, until that leader is back; so a node is asked first for what
// it asks the leader for, and the moment between the two remains. With more than one
// replica every node of the cluster has to have one; [Open] refuses others. The nodes'
// clocks should agree to a few milliseconds. A document has at most 9,999 chunks.
//
// # Notes
//
// A [rag.Noter] has to compare and set, which Weaviate's objects cannot: of eight
// writers who made an object of one id at the same moment, at three replicas and the
// level ALL, three to eight were told that they had made it. Collections can be made
// once: their schema goes through one log, in whose order a second one of a name is
// refused. So each version of a note is a collection, which has no tenant and so no
// data on any node, with the note in its description; the greatest version is the note,
// and those below it are deleted. A note that was set once leaves one such collection,
// whose name begins with the store's own and "_note_".
//
// Setting a note takes about a sixth of a second. Reading one asks for two collections
// by name, or for all of them where the Store has not read the note before. That is for
// what is set now and then, as by [rag.LiveIndex], and for hundreds of tenants, not
// thousands: all notes of a cluster have to fit into one answer, some 45 MB. The
// collections are the cluster's leader's to tell. While none is elected a note cannot be
// read, and for a moment after another node was, Note may give what was noted before;
// SetNote may not.
//
// # Completions
//
// The store is no [rag.Completer]. A completion counts each form by the records that the
// asker may see, and Weaviate counts a property's values by reading every record that
// the filter lets through: too much at each letter that somebody types.
//
// # The loss of a node
//
// With three replicas and [Quorum], reading and writing go on without one node.
// After the loss of the cluster's leader writing waits until another is elected,
// some seconds by Weaviate's defaults. A node that comes back is not believed
// until Weaviate's replication has told it what it missed, which takes up to a minute
// by default (ASYNC_REPLICATION_FREQUENCY, ASYNC_REPLICATION_PROPAGATION_DELAY).
//
// # Tenants
//
// A tenant is one of Weaviate's, made when it is first written, and its data are
// removed with its records, though an empty tenant stays. Each that is loaded takes
// about 1 MB of memory on each of its nodes, measured with 300 of one record: ten
// thousand want 10 GB a node. That is with ASYNC_REPLICATION_HASHTREE_HEIGHT at 8; the
// default of 16 takes 2 MB more.
package weaviatestore
