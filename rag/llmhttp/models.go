package llmhttp

import "context"

// modelList is what /v1/models answers.
type modelList struct {
	Object string      `json:"object" enum:"list"`
	Data   []modelInfo `json:"data" nullable:"false"`
}

// modelInfo describes a model.
type modelInfo struct {
	ID          string `json:"id"`
	Object      string `json:"object" enum:"model"`
	Created     int64  `json:"created" doc:"When the service began to offer it, in Unix seconds"`
	OwnedBy     string `json:"owned_by"`
	Kind        string `json:"kind" enum:"chat,embedding"`
	Loaded      bool   `json:"loaded" doc:"Whether it can be used already"`
	Description string `json:"description,omitempty"`
}

type modelsOutput struct{ Body modelList }
type modelInput struct {
	Model string `path:"model" maxLength:"256"`
}
type modelOutput struct{ Body modelInfo }

func (r *routes) models(context.Context, *struct{}) (*modelsOutput, error) {
	return &modelsOutput{modelList{Object: "list", Data: r.list()}}, nil
}

func (r *routes) model(_ context.Context, in *modelInput) (*modelOutput, error) {
	for _, m := range r.list() {
		if m.ID == in.Model {
			return &modelOutput{m}, nil
		}
	}
	return nil, noModel(in.Model)
}

func (r *routes) list() []modelInfo {
	out := []modelInfo{}
	add := func(id, kind, note string, loaded func() bool) {
		out = append(out, modelInfo{ID: id, Object: "model", Created: r.since, OwnedBy: r.owner, Kind: kind, Loaded: usable(loaded), Description: note})
	}
	for _, m := range r.service.Models {
		add(m.ID, "chat", m.Note, m.Loaded)
	}
	for _, m := range r.service.Embedders {
		add(m.ID, "embedding", "", m.Loaded)
	}
	return out
}
