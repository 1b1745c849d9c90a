// Package pgstore keeps an index in PostgreSQL, so that several processes share
// it and it is backed up, replicated and watched as the rest of a database is. It
// is the store to move to from rag/localstore when one process is not enough:
// only the constructor changes.
//
//	db, err := gorm.Open(postgres.Open(dsn), nil)
//	if err != nil {
//		return err
//	}
//	store, err := pgstore.Open(ctx, db, nil)
//	if err != nil {
//		return err
//	}
//	index, err := rag.NewIndex(store, nil)
//
// # What the database has to have
//
// PostgreSQL 13 or later, and pgvector 0.8 or later for the dense leg. Without
// pgvector the store finds by words alone: vectors are left out when records are
// written, the dense leg finds nothing, and [Store.CheckVectors] says so. Vectors
// that were left out do not come back with pgvector: index the documents anew.
//
// [Open] makes the tables, which all begin with "akshara_", in the first schema of
// the search path; [Migrate] does so ahead of time for a role that may not. Such a
// role needs USAGE on the schema, and SELECT, INSERT, UPDATE and DELETE on the
// tables; [Store.Load] and [Store.Index] are quicker, and complete, for the
// tables' owner. The search path is the DSN's.
//
// # How it searches
//
// The dense leg goes through codes of the tenant's vectors that the process keeps
// in memory, two bits a dimension, and asks the database for the few that may be
// nearest: whether the asker may see them, and how near they are in single
// precision. Searches read the codes, 4,096 vectors each until all are there (25
// searches and less than a second for 100,000, after each start of the process), and
// then what was written since. [Options].CodeMemory bounds what they take: 180 bytes
// for each vector of 384 dimensions. Where it is too little the tenant that was
// searched first keeps its codes until it was not searched for a minute.
//
// Until there are codes, for tenants that they have no room for, and for those of
// fewer than 2,048 vectors or 64 dimensions, the dense leg compares vectors in half
// precision and scores what it finds in single precision. A tenant with few vectors,
// or with few of the table's, is searched exactly, as are documents that the
// filter names; other tenants by an HNSW index, which goes on until it has K records
// that the asker may see, or gives up and leaves the search to be exact. There is
// one table for each length of vectors, and none for a tenant, of which there may
// be tens of thousands. A vector that was just written is compared by itself, and
// is linked into the index with others later: by [Store.Index], which a service
// may call when it has little to do, or, while more than 5,000 wait, by whoever
// writes, two for each that it wrote.
//
// The sparse legs are BM25 from the tenant's own statistics. Postings lie in
// blocks, one row for each term of a batch, and are scored in this process, which
// is twice as fast as in SQL and exact. Only where a query's terms have
// more than 40,000 postings are those of its rarest terms read alone; the best 60
// of what they find are then scored by all terms.
//
// Completions look at the forms with the prefix that stand in most records, and
// count those of their records that the asker may see, until no other form can
// have more.
//
// Readers and filters are conditions in SQL on the chunk's row, which every
// candidate has to pass; a record that has none of the asker's names is not found.
//
// # What it keeps
//
// Any text can be stored: PostgreSQL refuses U+0000 and bytes that are not UTF-8,
// so these are written as two characters and come back as they were. Writers of
// one tenant take turns; searches wait for nobody and see one state of the
// database. A change is one transaction, so that a server that is killed keeps all
// of it or nothing.
package pgstore
