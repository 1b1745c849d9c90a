// Package awssecrets reads secrets from AWS Secrets Manager, for
// [github.com/akshara-go/akshara/observe/config] at the start of a program and for connections that have to
// survive the rotation of their password while it runs.
//
//	client := secretsmanager.NewFromConfig(awsConfig)
//	secrets := awssecrets.New(client, nil)
//	cfg, err := config.LoadContext[settings](ctx, &config.Options{Resolver: secrets})
//
// # References
//
//	aws-sm://prod/postgres#password                     the field password of a secret that is a JSON object
//	aws-sm://prod/licence                               the whole of a secret
//	aws-sm://prod/postgres?stage=AWSPREVIOUS#password   of another version stage than AWSCURRENT
//
// The name may be an ARN.
//
// # Rotation
//
// A [Secret] can be read again. [Secret.Use] does so when a login fails: the password was
// changed, perhaps, since it was read.
//
//	password, err := secrets.Secret("aws-sm://prod/postgres#password")
//	err = password.Use(ctx, func(ctx context.Context, p config.Secret) error { return connect(ctx, p.Reveal()) })
//
// # Permissions
//
// secretsmanager:GetSecretValue, and BatchGetSecretValue to read several with one
// request; where the latter is denied they are read one by one.
//
// Errors are [fault.Error]s. They name secrets and keys; no error, log line or
// panic of this package holds a value.
package awssecrets

import (
	"context"
	"errors"
	"maps"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"

	"github.com/akshara-go/akshara/observe/config"
	"github.com/akshara-go/akshara/observe/fault"
)

// Defaults of Options.
const (
	DefaultTTL     = 5 * time.Minute
	DefaultTimeout = 5 * time.Second
)

// Client is what is used of a *secretsmanager.Client.
type Client interface {
	GetSecretValue(ctx context.Context, in *secretsmanager.GetSecretValueInput, opts ...func(*secretsmanager.Options)) (*secretsmanager.GetSecretValueOutput, error)
	BatchGetSecretValue(ctx context.Context, in *secretsmanager.BatchGetSecretValueInput, opts ...func(*secretsmanager.Options)) (*secretsmanager.BatchGetSecretValueOutput, error)
}

// Options says how secrets are read. The zero value is useful.
type Options struct {
	// TTL is how long a secret is kept before it is read again; 0 means DefaultTTL.
	TTL time.Duration
	// Timeout bounds one request, the SDK's own repetitions included; 0 means DefaultTimeout.
	Timeout time.Duration
}

// Resolver reads secrets and keeps them for a while. It may be used by many
// goroutines at once: they share each other's requests.
type Resolver struct {
	client Client
	opts   Options
	turn   chan struct{} // who holds it reads, and owns kept
	kept   map[version]*entry
}

var (
	_ config.Resolver = (*Resolver)(nil)
	_ Client          = (*secretsmanager.Client)(nil)
)

// entry is what is known of one version of a secret.
type entry struct {
	value   content
	has     bool      // value was read once
	err     error     // of the last reading
	asked   time.Time // when the last reading began
	expires time.Time
}

// New makes a Resolver that calls client. opts may be nil; it is not changed.
func New(client Client, opts *Options) *Resolver {
	r := &Resolver{client: client, turn: make(chan struct{}, 1), kept: make(map[version]*entry)}
	if opts != nil {
		r.opts = *opts
	}
	if r.opts.TTL <= 0 {
		r.opts.TTL = DefaultTTL
	}
	if r.opts.Timeout <= 0 {
		r.opts.Timeout = DefaultTimeout
	}
	return r
}

// Resolve gives the values of references, as [config.Resolver] demands: those that cannot
// be had are left out, and the *[config.ResolveError] says of each why. Secrets
// read less than TTL ago are not asked for again; when Secrets Manager is away, a
// value that was read before stays good.
func (r *Resolver) Resolve(ctx context.Context, refs []string) (map[string]string, error) {
	return r.resolve(ctx, refs, false)
}

// Refresh reads one reference anew, whatever is kept. Several callers at once share
// one request, as long as it began after they asked.
func (r *Resolver) Refresh(ctx context.Context, ref string) (config.Secret, error) {
	return single(ref)(r.resolve(ctx, []string{ref}, true))
}

// single takes the one value out of what resolve gives.
func single(ref string) func(map[string]string, error) (config.Secret, error) {
	return func(values map[string]string, err error) (config.Secret, error) {
		if e, ok := errors.AsType[*config.ResolveError](err); ok {
			err = e.Reasons[ref]
		}
		return config.NewSecret(values[ref]), err
	}
}

func (r *Resolver) resolve(ctx context.Context, refs []string, anew bool) (map[string]string, error) {
	reasons := make(map[string]error)
	parsed := make(map[string]reference, len(refs))
	versions := make(map[version]bool)
	for _, text := range refs {
		ref, err := parse(text)
		if err != nil {
			reasons[text] = err
			continue
		}
		parsed[text] = ref
		versions[ref.version] = true
	}
	entries, err := r.entries(ctx, slices.SortedFunc(maps.Keys(versions), version.compare), anew)
	values := make(map[string]string, len(parsed))
	for text, ref := range parsed {
		e, ok := entries[ref.version]
		switch {
		case err != nil:
			reasons[text] = err
		case ok && e.err != nil && (anew || !e.has):
			reasons[text] = e.err
		default:
			if values[text], reasons[text] = e.value.field(ref); reasons[text] == nil {
				delete(reasons, text)
			} else {
				delete(values, text)
			}
		}
	}
	if len(reasons) > 0 {
		return values, &config.ResolveError{Reasons: reasons}
	}
	return values, nil
}

// entries gives what is known of versions, having read what is not known or too
// old. The error is the context's.
func (r *Resolver) entries(ctx context.Context, versions []version, anew bool) (map[version]entry, error) {
	asked := time.Now()
	select {
	case r.turn <- struct{}{}:
		defer func() { <-r.turn }()
	case <-ctx.Done():
		return nil, fault.From(ctx.Err())
	}
	var wanted []version
	for _, v := range versions {
		e := r.kept[v]
		switch {
		case e == nil, anew && e.asked.Before(asked), !anew && e.asked.Before(asked) && time.Now().After(e.expires):
			wanted = append(wanted, v)
		}
	}
	r.read(ctx, wanted)
	out := make(map[version]entry, len(versions))
	for _, v := range versions {
		out[v] = *r.kept[v]
	}
	return out, nil
}

// read reads versions and keeps what comes. It holds the turn.
func (r *Resolver) read(ctx context.Context, versions []version) {
	if len(versions) == 0 {
		return
	}
	asked := time.Now()
	contents, errs := r.fetch(ctx, versions)
	now := time.Now()
	for _, v := range versions {
		e := r.kept[v]
		if e == nil {
			e = &entry{}
			r.kept[v] = e
		}
		e.asked, e.err = asked, errs[v]
		switch {
		case e.err == nil:
			e.value, e.has, e.expires = contents[v], true, now.Add(r.opts.TTL)
		case ctx.Err() != nil: // this caller has left: those who wait read for themselves
			e.asked = time.Time{}
		case !fault.Retryable(e.err): // gone, or no longer ours
			*e = entry{err: e.err, asked: asked}
		case e.has: // what was read before stays good for a moment
			e.expires = now.Add(r.opts.TTL / 10)
		}
	}
}

// Secret is one reference that can be read again and again.
type Secret struct {
	resolver *Resolver
	ref      string
}

// Secret gives the Secret of a reference. The error is INVALID_REQUEST: it is no
// reference. Nothing is read yet.
func (r *Resolver) Secret(ref string) (*Secret, error) {
	if _, err := parse(ref); err != nil {
		return nil, err
	}
	return &Secret{resolver: r, ref: ref}, nil
}

// Get gives the value, read within the last TTL.
func (s *Secret) Get(ctx context.Context) (config.Secret, error) {
	return single(s.ref)(s.resolver.Resolve(ctx, []string{s.ref}))
}

// Refresh gives the value as it is now.
func (s *Secret) Refresh(ctx context.Context) (config.Secret, error) {
	return s.resolver.Refresh(ctx, s.ref)
}

// Use calls login with the value. When login fails and the value has been
// changed since it was read, login is called once more, with the new one. The
// error is login's, or that of reading the secret in the first place.
func (s *Secret) Use(ctx context.Context, login func(context.Context, config.Secret) error) error {
	value, err := s.Get(ctx)
	if err != nil {
		return err
	}
	failed := login(ctx, value)
	if failed == nil || ctx.Err() != nil {
		return failed
	}
	now, err := s.Refresh(ctx)
	if err != nil || now == value {
		return failed
	}
	return login(ctx, now)
}
