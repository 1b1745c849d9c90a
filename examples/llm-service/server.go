package main

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/akshara-go/akshara/observe/fault"
	"github.com/akshara-go/akshara/rag/llm"
	"github.com/akshara-go/akshara/rag/openaillm"
)

// server is the model server as far as it is known.
type server struct {
	at      openaillm.Config
	used    []string // names of the models that the environment names
	loading atomic.Bool

	mu       sync.Mutex
	versions map[string]llm.Model
}

// list asks once which models the server has.
func (s *server) list(ctx context.Context) ([]string, error) {
	at := s.at
	at.Attempts = 1
	return openaillm.Models(ctx, at)
}

// check tells whether the server answers and has what is used. A server that lists
// other names than it answers to (some list a file's) is not held to them, as
// long as it lists a single one.
func (s *server) check(ctx context.Context) error {
	has, err := s.list(ctx)
	if err != nil || len(has) <= 1 {
		return err
	}
	for _, name := range s.used {
		if !slices.Contains(has, name) {
			return fault.New(fault.ServiceUnavailable, fmt.Sprintf("the model server does not list %s", name), nil)
		}
	}
	return nil
}

// loaded tells whether the server was not found loading its model when it was last looked at.
func (s *server) loaded() bool { return !s.loading.Load() }

// await looks at the server until it is there for the first time. One that
// cannot be reached is not waited for: whoever asks gets that error.
func (s *server) await(ctx context.Context, log *slog.Logger) {
	for {
		_, err := s.list(ctx)
		if s.loading.Swap(fault.CodeOf(err) == fault.ModelLoading) && err == nil {
			log.Info("the model server has loaded its model")
		}
		if err == nil {
			return
		}
		log.Warn("the model server is not ready", "error", err)
		timer := time.NewTimer(loadingWait)
		select {
		case <-ctx.Done():
			timer.Stop()
			return
		case <-timer.C:
		}
	}
}

// version gives the model of a name that the server lists, made by make once. What it
// does not list is NOT_FOUND.
func (s *server) version(ctx context.Context, name string, make func(name string) (llm.Model, error)) (llm.Model, error) {
	s.mu.Lock()
	m := s.versions[name]
	s.mu.Unlock()
	if m != nil {
		return m, nil
	}
	has, err := s.list(ctx)
	if err != nil {
		return nil, err
	}
	if !slices.Contains(has, name) {
		return nil, fault.New(fault.NotFound, fmt.Sprintf("the model server has no version %.64q", name), fault.Details{"field": "model_version"})
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if m := s.versions[name]; m != nil {
		return m, nil
	}
	if m, err = make(name); err != nil {
		return nil, err
	}
	if s.versions == nil {
		s.versions = map[string]llm.Model{}
	}
	s.versions[name] = m
	return m, nil
}
