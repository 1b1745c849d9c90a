package raghttp

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"github.com/akshara-go/akshara/observe/httpkit"
	"github.com/akshara-go/akshara/rag"
	"github.com/akshara-go/akshara/translate/lang"
)

type suggestInput struct {
	Readers     string   `header:"X-Akshara-Readers" doc:"Who asks, where the service lets its callers say so"`
	Q           string   `query:"q" doc:"What is typed so far, in Latin letters or any script; at most 8 KiB. Empty: no suggestions" example:"taj"`
	Language    string   `query:"language" default:"auto" doc:"The language whose suggestions go first, or auto for all alike"`
	Limit       int      `query:"limit" default:"8" minimum:"1" maximum:"20" doc:"How many suggestions"`
	SourceSites []string `query:"source_sites" maxItems:"100" doc:"Any of these sites, with commas between them"`
	ContentType string   `query:"content_type" doc:"A media type"`
	DocLanguage string   `query:"document_language" doc:"The documents' language"`
	DateFrom    string   `query:"date_from" doc:"Published then or later; ISO 8601"`
	DateTo      string   `query:"date_to" doc:"Published then or earlier; ISO 8601"`
	DocumentIDs []string `query:"document_ids" maxItems:"100" doc:"Any of these documents"`
	Tags        []string `query:"tags" maxItems:"100" doc:"Any of these tags"`
}

// suggestResponse is what /suggest answers.
type suggestResponse struct {
	Suggestions []rag.Suggestion `json:"suggestions" nullable:"false"`
}

type suggestOutput struct{ Body suggestResponse }

func (r *routes) registerSuggest(kit *httpkit.Kit, at, tag string) {
	httpkit.Register(kit, huma.Operation{
		Method: http.MethodGet, Path: at, OperationID: "suggest", Summary: "Complete what is being typed", Tags: []string{tag},
		Description: "Titles, headings, phrases and words of the documents that begin, by their letters or by their sound, with what is typed so far, most useful first.",
	}, r.suggest)
}

// suggest completes what somebody types.
func (r *routes) suggest(ctx context.Context, in *suggestInput) (*suggestOutput, error) {
	readers, err := r.readers(in.Readers)
	if err != nil {
		return nil, err
	}
	filter, err := parameters(filters{in.SourceSites, in.ContentType, in.DocLanguage, in.DateFrom, in.DateTo, in.DocumentIDs, in.Tags})
	if err != nil {
		return nil, err
	}
	list, err := r.service.Suggester.Suggest(ctx, &rag.SuggestQuery{Text: in.Q, Language: lang.Code(in.Language), Limit: in.Limit, Filter: filter, Readers: readers})
	if err != nil {
		return nil, renamed(err, "text", "q")
	}
	if list == nil {
		list = []rag.Suggestion{}
	}
	return &suggestOutput{suggestResponse{list}}, nil
}
