// Package unigram cuts texts into the pieces of a SentencePiece unigram model
// (Kudo, "Subword Regularization", 2018; Kudo and Richardson, "SentencePiece",
// 2018), as XLM-R and multilingual-e5 use: a map that normalises characters, a
// mark before each word, and of all ways to cut a word into known pieces the one
// with the highest sum of scores.
//
// Both tables are double-array tries in the layout of darts-clone, which is what
// SentencePiece keeps its map in: it is used as it stands in the model. Nothing in
// them is trusted: a damaged table gives other pieces, never a fault.
package unigram
