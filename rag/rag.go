// Package rag takes documents in and gives cited answers out.
//
// An [Index] cuts documents into chunks, analyses them for every language and
// script, and finds them again by words, by sound and, with an [Embedder], by
// meaning. An [Engine] asks an Index for passages and a model for an answer,
// and hands on only what the passages support: each sentence with the bytes it
// rests on, or a refusal in the asker's language.
//
//	store, err := localstore.Open("data", nil)
//	index := rag.NewIndex(store, nil)
//	err = index.Add(ctx, docs)
//	engine := rag.NewEngine(index, nil)
//	answer, err := engine.Answer(ctx, &rag.Question{Text: "ताजमहल किसने बनवाया था?"})
//
// A [LiveIndex] is an Index whose embedding model, or the way that documents are
// cut, changes while it answers.
//
// Where the records live is a choice made by the [Store]: one directory,
// PostgreSQL, a cluster. What writes the answer is one made by the model: by
// default it quotes, and never invents.
//
// Errors carry a code of package fault.
package rag
