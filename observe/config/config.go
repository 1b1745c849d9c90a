// Package config reads a service's settings from the environment into typed
// structs, and reports everything that is wrong with them at once.
//
//	type settings struct {
//		App    config.App
//		OpenAI config.OpenAI
//	}
//	cfg, err := config.Load[settings](nil)
//	if err != nil {
//		fmt.Fprintln(os.Stderr, err) // each variable, what was found, what is allowed
//		os.Exit(1)
//	}
//
// # Structs
//
// A field with the tag env is read from that variable; a struct without it is
// gone into. Further tags:
//
//	envDefault:"8000"       the value when the variable is missing or empty
//	doc:"the port"          what it is for: shown in .env.example and the README
//	docDefault:"..."        what to show when the default is found while the program runs
//	min:"1" max:"65535"     bounds of a number, a duration or the length of a list
//	oneof:"debug,info"      the allowed values
//	format:"url"            an absolute http or https address
//	required:"true"         there must be a value
//
// Fields are string, bool ("true" or "false" and nothing else), int, int64,
// float64, time.Duration (a whole number in the unit that the variable's name
// ends in: _SECONDS, _MINUTES, _HOURS), []string (separated by commas) and
// [Secret]. A struct may implement [Defaulter] and [Validator].
//
// The environment wins over the file .env, which is for development.
//
// # Secrets
//
// A value aws-sm://secret-name#key is fetched by Options.Resolver, all such values
// in one call; [LoadContext] bounds the time that takes:
//
//	resolver := config.ResolverFunc(func(ctx context.Context, refs []string) (map[string]string, error) {
//		aws, err := awsconfig.LoadDefaultConfig(ctx) // only when there is something to fetch
//		if err != nil {
//			return nil, err
//		}
//		return awssecrets.New(secretsmanager.NewFromConfig(aws), nil).Resolve(ctx, refs)
//	})
//	cfg, err := config.LoadContext[settings](ctx, &config.Options{Resolver: resolver})
//
// # Unknown variables
//
// Options.Warn is told of a variable with one of the project's prefixes that
// no setting has, and of the name that was probably meant.
//
// [EnvExample] and [Table] write the documentation from the same structs.
package config

import (
	"context"
	"fmt"
	"os"
	"reflect"
	"strings"
)

// Options says where settings come from. Nil and the zero value mean: the
// process's environment, then the file .env of the working folder.
type Options struct {
	// LookupEnv gives a variable's value and whether it is set; nil means
	// os.LookupEnv.
	LookupEnv func(name string) (string, bool)
	// EnvFile is the .env file; "" means ".env" where LookupEnv is nil and none
	// otherwise. A file that does not exist is no error.
	EnvFile string
	// Resolver fetches values that begin with aws-sm://; nil means that such a value is a problem.
	Resolver Resolver
	// Warn is told of variables that look like settings and are none; nil means nobody is.
	Warn func(Warning)
	// Environ lists the variables that are set, as NAME=value, for Warn; nil means
	// os.Environ where LookupEnv is nil and none otherwise.
	Environ func() []string
	// Defaults replace the envDefault of single variables: a service's own port.
	Defaults map[string]string
}

// Defaulter is a struct that fills in what only the machine knows. It is called
// after the variables were read; a field that is still empty was not set.
type Defaulter interface{ SetDefaults() }

// Validator is a struct whose fields have to fit one another. It is called when
// each field by itself is right.
type Validator interface{ Problems() []Problem }

// Problem is one setting that cannot be used.
type Problem struct {
	Variable string // its name
	Found    string // what it was; "***" for a secret, "" for nothing
	Allowed  string // what it may be
}

func (p Problem) String() string {
	found := "nothing"
	if p.Found != "" {
		found = fmt.Sprintf("%.80q", p.Found)
		if p.Found == masked {
			found = "a value (not shown)"
		}
	}
	return fmt.Sprintf("%s: found %s, allowed is %s", p.Variable, found, p.Allowed)
}

// Error holds every problem that Load found, in the order of the fields.
type Error struct{ Problems []Problem }

func (e *Error) Error() string {
	var b strings.Builder
	noun := "settings"
	if len(e.Problems) == 1 {
		noun = "setting"
	}
	fmt.Fprintf(&b, "config: %d %s cannot be used:", len(e.Problems), noun)
	for _, p := range e.Problems {
		b.WriteString("\n  " + p.String())
	}
	return b.String()
}

// Load reads the settings of T, a struct as the package describes. Wrong values
// come back together as one *[Error]; a .env file that cannot be read or
// parsed, as an error that names file and line. A T that no environment could fill (a field
// of an unknown type, a default that is not allowed) is a mistake of the
// program, and reported as an error too. Secrets are fetched as in [LoadContext].
func Load[T any](opts *Options) (*T, error) { return LoadContext[T](context.Background(), opts) }

// LoadContext is Load with a context for Options.Resolver. A secret that
// cannot be fetched is one of the problems: it names the variable and the secret.
func LoadContext[T any](ctx context.Context, opts *Options) (*T, error) {
	l, err := newLoader(opts)
	if err != nil {
		return nil, err
	}
	out := new(T)
	vars, err := variables(reflect.ValueOf(out).Elem())
	if err != nil {
		return nil, err
	}
	l.warn(vars)
	l.resolve(ctx, vars)
	for i := range vars {
		l.read(&vars[i])
	}
	if len(l.problems) == 0 {
		l.finish(reflect.ValueOf(out).Elem())
	}
	if len(l.problems) > 0 {
		return nil, &Error{Problems: l.problems}
	}
	return out, nil
}

// loader reads variables and collects what is wrong.
type loader struct {
	lookup   func(string) (string, bool)
	file     map[string]string
	defaults map[string]string
	resolver Resolver
	warned   func(Warning)
	environ  func() []string
	fetched  map[string]string // values of references, by variable
	reasons  map[string]string // why a reference could not be fetched, by variable
	problems []Problem
}

func newLoader(opts *Options) (*loader, error) {
	if opts == nil {
		opts = &Options{}
	}
	l := &loader{lookup: opts.LookupEnv, defaults: opts.Defaults, resolver: opts.Resolver, warned: opts.Warn, environ: opts.Environ}
	if l.environ == nil {
		l.environ = func() []string { return nil }
	}
	path := opts.EnvFile
	if l.lookup == nil {
		l.lookup = os.LookupEnv
		if opts.Environ == nil {
			l.environ = os.Environ
		}
		if path == "" {
			path = ".env"
		}
	}
	if path == "" {
		return l, nil
	}
	var err error
	l.file, err = readEnvFile(path)
	return l, err
}

// value gives a variable's text: the environment's, the file's, the default. An
// empty one counts as missing, so that a line NAME= of .env.example changes nothing.
func (l *loader) value(v *variable) string {
	if s, ok := l.lookup(v.name); ok && s != "" {
		return s
	}
	if s := l.file[v.name]; s != "" {
		return s
	}
	if s, ok := l.defaults[v.name]; ok {
		return s
	}
	return v.fallback
}

func (l *loader) read(v *variable) {
	text := l.value(v)
	if value, ok := l.fetched[v.name]; ok {
		if allowed, ok := v.set(value); !ok || value == "" && v.required {
			if ok {
				allowed = "a value: " + v.allowed()
			}
			l.add(v, text, "a reference to a value that fits: "+allowed)
		}
		return
	}
	switch {
	case text == "" && v.required:
		l.add(v, text, "a value: "+v.allowed())
	case text == "":
	case l.reasons[v.name] != "":
		l.add(v, text, "a reference to a secret that can be fetched: "+l.reasons[v.name])
	case strings.HasPrefix(text, Scheme):
		l.add(v, text, "the value itself: this program does not fetch references to a secrets manager")
	default:
		if allowed, ok := v.set(text); !ok {
			l.add(v, text, allowed)
		}
	}
}

func (l *loader) add(v *variable, found, allowed string) {
	if v.secret() && found != "" && !strings.HasPrefix(found, Scheme) {
		found = masked
	}
	l.problems = append(l.problems, Problem{Variable: v.name, Found: found, Allowed: allowed})
}

// finish lets the structs fill in and check themselves, inner ones first.
func (l *loader) finish(s reflect.Value) {
	for i := range s.NumField() {
		f := s.Type().Field(i)
		if f.IsExported() && f.Type.Kind() == reflect.Struct && f.Tag.Get("env") == "" {
			l.finish(s.Field(i))
		}
	}
	if d, ok := s.Addr().Interface().(Defaulter); ok {
		d.SetDefaults()
	}
	if c, ok := s.Addr().Interface().(Validator); ok {
		for _, p := range c.Problems() {
			if _, ok := l.fetched[p.Variable]; ok {
				p.Found = masked
			}
			l.problems = append(l.problems, p)
		}
	}
}
