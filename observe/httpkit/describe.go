package httpkit

import (
	"reflect"
	"strconv"

	"github.com/danielgtaylor/huma/v2"
)

// Part describes one part of a multipart form to the OpenAPI document.
type Part struct {
	Name     string
	Doc      string
	File     bool // a file; else text
	Required bool
}

// MultipartBody describes a multipart/form-data body with these parts.
func MultipartBody(parts ...Part) *huma.RequestBody {
	s := &huma.Schema{Type: huma.TypeObject, Properties: map[string]*huma.Schema{}}
	for _, p := range parts {
		prop := &huma.Schema{Type: huma.TypeString, Description: p.Doc}
		if p.File {
			prop.Format = "binary"
		}
		s.Properties[p.Name] = prop
		if p.Required {
			s.Required = append(s.Required, p.Name)
		}
	}
	return &huma.RequestBody{Required: true, Content: map[string]*huma.MediaType{"multipart/form-data": {Schema: s}}}
}

// JSONBody describes a JSON body of type T.
func JSONBody[T any](k *Kit) *huma.RequestBody {
	return &huma.RequestBody{Required: true, Content: map[string]*huma.MediaType{
		"application/json": {Schema: schemaOf[T](k)}}}
}

// JSONResponse describes an answer with a JSON body of type T.
func JSONResponse[T any](k *Kit, status int, doc string) map[string]*huma.Response {
	return map[string]*huma.Response{strconv.Itoa(status): {Description: doc,
		Content: map[string]*huma.MediaType{"application/json": {Schema: schemaOf[T](k)}}}}
}

// EventResponse describes an answer of server-sent events; doc names the events
// and their data.
func EventResponse(doc string) map[string]*huma.Response {
	return map[string]*huma.Response{"200": {Description: doc,
		Content: map[string]*huma.MediaType{"text/event-stream": {Schema: &huma.Schema{Type: huma.TypeString}}}}}
}

func schemaOf[T any](k *Kit) *huma.Schema {
	t := reflect.TypeFor[T]()
	registry := k.API.OpenAPI().Components.Schemas
	if t.Name() == "" { // has no place under components
		return huma.SchemaFromType(registry, t)
	}
	return registry.Schema(t, true, t.Name())
}
