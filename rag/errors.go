package rag

import (
	"fmt"

	"github.com/akshara-go/akshara/observe/fault"
)

// ModelMismatchError says that vectors of one embedding model met an index of another.
type ModelMismatchError struct {
	Index EmbedModel // what the index holds
	Given EmbedModel // what was offered
}

func (e *ModelMismatchError) Error() string {
	return fmt.Sprintf("rag: the index holds vectors of %v and was given one of %v", e.Index, e.Given)
}

// MismatchFault gives the error that a [Store] returns when vectors of one
// embedding model meet an index of another: INVALID_REQUEST around a
// *[ModelMismatchError].
func MismatchFault(index, given EmbedModel) error {
	err := &ModelMismatchError{Index: index, Given: given}
	return fault.Wrap(err, fault.InvalidRequest,
		fmt.Sprintf("the index holds vectors of %v, not of %v; index the documents anew with the other model", index, given),
		fault.Details{"index_model": index.String(), "given_model": given.String()})
}
