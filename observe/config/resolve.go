package config

import (
	"context"
	"errors"
	"slices"
	"strings"
)

// Scheme begins a value that is kept in AWS Secrets Manager:
// aws-sm://secret-name#key, or without #key for a secret that is one text.
const Scheme = "aws-sm://"

// Resolver fetches values that are kept elsewhere.
//
// Resolve gets references as they stand in the environment, each once, and gives the
// values it could fetch, by reference. What it could not fetch is left out, and
// told about by a *[ResolveError], or by any other error when the reason is the
// same for all. Errors name secrets and never show their values. awssecrets
// implements it.
type Resolver interface {
	Resolve(ctx context.Context, refs []string) (map[string]string, error)
}

// ResolverFunc is a function that is a Resolver: one that makes its client when
// there is something to fetch, for example.
type ResolverFunc func(ctx context.Context, refs []string) (map[string]string, error)

// Resolve calls f.
func (f ResolverFunc) Resolve(ctx context.Context, refs []string) (map[string]string, error) {
	return f(ctx, refs)
}

// ResolveError tells of each reference that could not be fetched why.
type ResolveError struct {
	Reasons map[string]error // by reference
}

// Error names the references in order, each with its reason.
func (e *ResolveError) Error() string {
	refs := make([]string, 0, len(e.Reasons))
	for ref := range e.Reasons {
		refs = append(refs, ref)
	}
	slices.Sort(refs)
	var b strings.Builder
	b.WriteString("config: secrets cannot be fetched:")
	for _, ref := range refs {
		b.WriteString("\n  " + ref + ": " + reason(e, ref))
	}
	return b.String()
}

// Unwrap gives the reasons, for errors.Is and errors.As.
func (e *ResolveError) Unwrap() []error {
	out := make([]error, 0, len(e.Reasons))
	for _, reason := range e.Reasons {
		out = append(out, reason)
	}
	return out
}

// maxReason bounds what is repeated of a reason, in bytes.
const maxReason = 400

// reason gives what err says about ref, on one line. It is for the operator who
// starts the program: the inner cause is what helps there.
func reason(err error, ref string) string {
	if err == nil {
		return "it was not found"
	}
	if e, ok := errors.AsType[*ResolveError](err); ok {
		if err = e.Reasons[ref]; err == nil {
			return "it was not found"
		}
	}
	text := strings.Join(strings.Fields(err.Error()), " ")
	if len(text) > maxReason {
		text = strings.ToValidUTF8(text[:maxReason], "") + "..."
	}
	return text
}

// resolve fetches the variables whose values are references, all in one call.
func (l *loader) resolve(ctx context.Context, vars []variable) {
	byName := make(map[string]string) // reference by variable
	var refs []string
	for i := range vars {
		if text := l.value(&vars[i]); strings.HasPrefix(text, Scheme) {
			byName[vars[i].name] = text
			if !slices.Contains(refs, text) {
				refs = append(refs, text)
			}
		}
	}
	if len(refs) == 0 || l.resolver == nil {
		return
	}
	values, err := l.resolver.Resolve(ctx, refs)
	l.fetched, l.reasons = make(map[string]string), make(map[string]string)
	for name, ref := range byName {
		if value, ok := values[ref]; ok {
			l.fetched[name] = value
		} else {
			l.reasons[name] = reason(err, ref)
		}
	}
}
