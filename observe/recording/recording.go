// Package recording sets up what a service records by its settings: spans and metrics
// for a collector and Prometheus, spans for Langfuse, and the recorder of what is done
// with models. It is for services; a program that knows what it wants wires
// observe/telemetry, observe/langfuse and observe/genai itself.
//
//	rec, err := recording.Start(ctx, &recording.Settings{OTel: cfg.OTel, Langfuse: cfg.Langfuse}, &telemetry.Options{
//		Service: "rag-service", Registry: registry, Mask: personal,
//	})
//	defer rec.Shutdown(context.Background())
//	model = ragtrace.Model(model, rec.Calls, &ragtrace.ModelOptions{Provider: "openai", Name: name, Remote: true})
package recording

import (
	"context"
	"errors"
	"slices"

	"github.com/akshara-go/akshara/observe"
	"github.com/akshara-go/akshara/observe/config"
	"github.com/akshara-go/akshara/observe/genai"
	"github.com/akshara-go/akshara/observe/langfuse"
	"github.com/akshara-go/akshara/observe/telemetry"
)

// Settings are what the environment says. The zero value records nothing but
// what the registry of the options shows.
type Settings struct {
	OTel     config.OTel
	Langfuse config.Langfuse
	// Contract lets the recorder count generations by the wire contract's names,
	// llm_tokens_generated_total and llm_inference_duration_seconds: for a service
	// whose routes do not.
	Contract bool
}

// Recording is what a service records with.
type Recording struct {
	*telemetry.Telemetry
	Calls *genai.Recorder // of models; never nil
}

// Start sets up what the settings ask for over opts, which are not changed. Without
// a masker among them, questions and answers are not recorded, whatever the settings say. An error says
// which address or key cannot be one.
func Start(ctx context.Context, s *Settings, opts *telemetry.Options) (*Recording, error) {
	var o telemetry.Options
	if opts != nil {
		o = *opts
	}
	if s.OTel.ServiceName != "" {
		o.Service = s.OTel.ServiceName
	}
	o.Endpoint, o.TraceShare = s.OTel.Endpoint, s.OTel.TraceShare
	if o.TraceShare == 0 {
		o.TraceShare = -1 // none; to the package 0 is all
	}
	var content observe.Masker
	if s.OTel.Content && o.Mask != nil {
		content, o.MaxValueBytes = o.Mask, genai.MaxAttributeBytes
	}
	if l := &s.Langfuse; l.Host != "" {
		spans, err := langfuse.NewExporter(ctx, &langfuse.Options{
			Access: langfuse.Access{Host: l.Host, PublicKey: l.PublicKey, SecretKey: l.SecretKey.Reveal()},
		})
		if err != nil {
			return nil, err
		}
		o.Exporters = append(slices.Clip(o.Exporters), spans)
	}
	tel, err := telemetry.Start(ctx, &o)
	if err != nil {
		return nil, err
	}
	calls, err := genai.New(&genai.Options{TracerProvider: tel.TracerProvider, MeterProvider: tel.MeterProvider, Content: content, Contract: s.Contract})
	if err != nil {
		return nil, errors.Join(err, tel.Shutdown(ctx))
	}
	return &Recording{tel, calls}, nil
}
