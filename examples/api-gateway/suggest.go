package main

import (
	"context"

	"github.com/akshara-go/akshara/rag"
	"github.com/akshara-go/akshara/translate/lang"
)

type suggestInput struct {
	Q        string `query:"q" doc:"What is typed so far, in Latin letters or any script; at most 8 KiB. Empty: no suggestions" example:"taj"`
	Language string `query:"language" default:"auto" doc:"The language whose suggestions go first, or auto for all alike"`
	Limit    int    `query:"limit" default:"8" minimum:"1" maximum:"20" doc:"How many suggestions"`
}

// suggestResponse is the body that /search/suggest answers with.
type suggestResponse struct {
	Suggestions []rag.Suggestion `json:"suggestions"`
}

type suggestOutput struct{ Body suggestResponse }

// suggest completes what somebody types.
func (g *gateway) suggest(ctx context.Context, in *suggestInput) (*suggestOutput, error) {
	list, err := g.index.Suggest(ctx, &rag.SuggestQuery{Text: in.Q, Language: lang.Code(in.Language), Limit: in.Limit})
	if err != nil {
		return nil, renamed(err, "text", "q")
	}
	return &suggestOutput{suggestResponse{list}}, nil
}
