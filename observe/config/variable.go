package config

import (
	"fmt"
	"math"
	"net/url"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"
)

// variable is one field that is read from the environment.
type variable struct {
	name     string
	fallback string
	shown    string // the default as documented
	doc      string
	format   string
	oneof    []string
	min, max float64 // ±Inf: no bound
	required bool
	unit     time.Duration // of a duration
	field    reflect.Value
}

var (
	durationType = reflect.TypeFor[time.Duration]()
	secretType   = reflect.TypeFor[Secret]()
	listType     = reflect.TypeFor[[]string]()
)

// variables gives the fields of a struct, those of inner structs included.
func variables(s reflect.Value) ([]variable, error) {
	if s.Kind() != reflect.Struct {
		return nil, fmt.Errorf("config: %s is not a struct", s.Type())
	}
	var out []variable
	for i := range s.NumField() {
		f := s.Type().Field(i)
		name := f.Tag.Get("env")
		switch {
		case !f.IsExported():
		case name != "":
			v, err := newVariable(name, f, s.Field(i))
			if err != nil {
				return nil, err
			}
			out = append(out, v)
		case f.Type.Kind() == reflect.Struct:
			inner, err := variables(s.Field(i))
			if err != nil {
				return nil, err
			}
			out = append(out, inner...)
		}
	}
	return out, nil
}

func newVariable(name string, f reflect.StructField, field reflect.Value) (variable, error) {
	tag := f.Tag
	v := variable{name: name, fallback: tag.Get("envDefault"), doc: tag.Get("doc"), format: tag.Get("format"),
		required: tag.Get("required") == "true", min: math.Inf(-1), max: math.Inf(1), field: field}
	v.shown = v.fallback
	if d := tag.Get("docDefault"); d != "" {
		v.shown = d
	}
	if o := tag.Get("oneof"); o != "" {
		v.oneof = strings.Split(o, ",")
	}
	for _, b := range []struct {
		tag string
		to  *float64
	}{{"min", &v.min}, {"max", &v.max}} {
		text := tag.Get(b.tag)
		if text == "" {
			continue
		}
		n, err := strconv.ParseFloat(text, 64)
		if err != nil {
			return v, fmt.Errorf("config: %s: the tag %s is %q, no number", name, b.tag, text)
		}
		*b.to = n
	}
	if err := v.checkType(); err != nil {
		return v, err
	}
	if v.fallback == "" {
		return v, nil
	}
	probe := v
	probe.field = reflect.New(field.Type()).Elem()
	if allowed, ok := probe.set(v.fallback); !ok {
		return v, fmt.Errorf("config: %s: the default %q is not allowed: %s", name, v.fallback, allowed)
	}
	return v, nil
}

func (v *variable) checkType() error {
	switch t := v.field.Type(); {
	case t == durationType:
		for suffix, unit := range units {
			if strings.HasSuffix(v.name, suffix) {
				v.unit = unit
				return nil
			}
		}
		return fmt.Errorf("config: %s is a duration, so its name has to end in _SECONDS, _MINUTES or _HOURS", v.name)
	case t == secretType, t == listType:
		return nil
	default:
		switch t.Kind() {
		case reflect.String, reflect.Bool, reflect.Int, reflect.Int64, reflect.Float64:
			return nil
		}
		return fmt.Errorf("config: %s has the type %s, which no variable can fill", v.name, t)
	}
}

var units = map[string]time.Duration{"_SECONDS": time.Second, "_MINUTES": time.Minute, "_HOURS": time.Hour}

func (v *variable) secret() bool { return v.field.Type() == secretType }

// set parses text into the field. When it cannot, it says what is allowed.
func (v *variable) set(text string) (allowed string, ok bool) {
	switch t := v.field.Type(); {
	case t == durationType:
		ok = v.setDuration(text)
	case t == secretType:
		v.field.Set(reflect.ValueOf(NewSecret(text)))
		ok = true
	case t == listType:
		ok = v.setList(text)
	default:
		ok = v.setPlain(text)
	}
	if !ok {
		return v.allowed(), false
	}
	return "", true
}

func (v *variable) setDuration(text string) bool {
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil || n > int64(math.MaxInt64/v.unit) || n < 0 || !v.within(float64(n)) {
		return false
	}
	v.field.SetInt(n * int64(v.unit))
	return true
}

func (v *variable) setList(text string) bool {
	var list []string
	for item := range strings.SplitSeq(text, ",") {
		item = strings.TrimSpace(item)
		if item == "" || len(v.oneof) > 0 && !slices.Contains(v.oneof, item) {
			return false
		}
		list = append(list, item)
	}
	if !v.within(float64(len(list))) {
		return false
	}
	v.field.Set(reflect.ValueOf(list))
	return true
}

func (v *variable) setPlain(text string) bool {
	switch v.field.Kind() {
	case reflect.Bool:
		if text != "true" && text != "false" {
			return false
		}
		v.field.SetBool(text == "true")
	case reflect.Int, reflect.Int64:
		n, err := strconv.ParseInt(text, 10, 64)
		if err != nil || v.field.OverflowInt(n) || !v.within(float64(n)) {
			return false
		}
		v.field.SetInt(n)
	case reflect.Float64:
		n, err := strconv.ParseFloat(text, 64)
		if err != nil || math.IsNaN(n) || math.IsInf(n, 0) || !v.within(n) {
			return false
		}
		v.field.SetFloat(n)
	default:
		return v.setString(text)
	}
	return true
}

func (v *variable) setString(text string) bool {
	if len(v.oneof) > 0 && !slices.Contains(v.oneof, text) {
		return false
	}
	if v.format == "url" {
		u, err := url.Parse(text)
		if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" {
			return false
		}
	}
	v.field.SetString(text)
	return true
}

func (v *variable) within(n float64) bool { return n >= v.min && n <= v.max }

// allowed says in words what the variable may be.
func (v *variable) allowed() string {
	what := "text"
	switch t := v.field.Type(); {
	case t == durationType:
		what = "a whole number of " + strings.ToLower(v.name[strings.LastIndexByte(v.name, '_')+1:])
	case t == secretType:
		what = "a secret"
	case t == listType:
		what = "a list separated by commas"
	case t.Kind() == reflect.Bool:
		return "true or false"
	case t.Kind() == reflect.Float64:
		what = "a number"
	case t.Kind() == reflect.Int || t.Kind() == reflect.Int64:
		what = "a whole number"
	case v.format == "url":
		what = "an http:// or https:// address"
	}
	if len(v.oneof) > 0 {
		return oneOf(v.oneof)
	}
	return what + v.bounds()
}

func oneOf(list []string) string {
	if len(list) == 1 {
		return list[0]
	}
	return strings.Join(list[:len(list)-1], ", ") + " or " + list[len(list)-1]
}

func (v *variable) bounds() string {
	low, high := !math.IsInf(v.min, 0), !math.IsInf(v.max, 0)
	number := func(f float64) string { return strconv.FormatFloat(f, 'f', -1, 64) }
	switch {
	case low && high:
		return " from " + number(v.min) + " to " + number(v.max)
	case low:
		return ", at least " + number(v.min)
	case high:
		return ", at most " + number(v.max)
	}
	return ""
}
