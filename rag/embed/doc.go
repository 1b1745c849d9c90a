// Package embed makes embeddings rank: decorators that take a [rag.Embedder] and
// give one.
//
// [Centre] takes the mean of a collection's passages off passages and questions:
// models such as E5 put all texts into one narrow cone, and what is common to all
// of them hides what they differ in. [Window] embeds what is longer than the
// model reads in pieces. [Cache] keeps vectors by the hash of their text. They
// stand in one order:
//
//	e, err := openaillm.NewEmbedder(server, "multilingual-e5-small", nil)
//	windows := embed.Window(embed.Cache(e, memory, nil), 512)
//	centred, err := embed.Centre(ctx, windows, embed.NewMeanFile("data/embedding-mean"), sample)
//	index := rag.NewIndex(store, &rag.IndexOptions{Embedder: centred})
//
// [Opener] puts them together by a model's name, and keeps means in the store of
// the index (see [MeanNote]), where every process that shares it finds them.
//
// With the cache innermost, texts that were embedded once cost nothing when the
// index is built anew with another mean.
//
// Every decorator passes ragtest.TestEmbedder, and hands on the errors of what it
// decorates; what that gives is held against [rag.CheckVectors].
package embed
