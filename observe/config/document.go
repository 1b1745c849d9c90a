package config

import (
	"fmt"
	"reflect"
	"strings"
)

// The lines between which [ReplaceTable] writes.
const (
	TableBegin = "<!-- config:begin -->"
	TableEnd   = "<!-- config:end -->"
)

// EnvExample gives the text of a .env.example for T: every variable with what it
// is for and what is allowed, commented out so that a copy changes nothing. A
// struct field's tag title heads its group.
func EnvExample[T any]() (string, error) {
	var b strings.Builder
	b.WriteString("# Generated from the configuration structs: `make generate` writes it anew.\n" +
		"# Copy to .env and take the # away where a value is to be set.\n" +
		"# Booleans are true or false, durations whole numbers of the unit in the name.\n")
	err := groups[T](func(title string, vars []variable) {
		fmt.Fprintf(&b, "\n# --- %s ---\n", title)
		for _, v := range vars {
			fmt.Fprintf(&b, "\n# %s (%s)\n", v.doc, v.allowed())
			if v.shown != v.fallback {
				fmt.Fprintf(&b, "# Default: %s\n", v.shown)
			}
			fmt.Fprintf(&b, "#%s=%s\n", v.name, v.fallback)
		}
	})
	return b.String(), err
}

// Table gives the Markdown table of T's variables.
func Table[T any]() (string, error) {
	var b strings.Builder
	b.WriteString("| variable | default | allowed | what it does |\n|---|---|---|---|\n")
	err := groups[T](func(_ string, vars []variable) {
		for _, v := range vars {
			shown := "none"
			switch {
			case v.shown != v.fallback:
				shown = v.shown
			case v.shown != "":
				shown = "`" + v.shown + "`"
			}
			fmt.Fprintf(&b, "| `%s` | %s | %s | %s |\n", v.name, cell(shown), cell(v.allowed()), cell(v.doc))
		}
	})
	return b.String(), err
}

func cell(s string) string { return strings.ReplaceAll(s, "|", `\|`) }

// ReplaceTable gives the Markdown page with table between its two marker lines,
// which it must have, once and in order.
func ReplaceTable(page, table string) (string, error) {
	head, rest, ok := strings.Cut(page, TableBegin)
	_, tail, ok2 := strings.Cut(rest, TableEnd)
	if !ok || !ok2 || strings.Contains(tail, TableBegin) {
		return "", fmt.Errorf("config: the page does not have %s and %s once each", TableBegin, TableEnd)
	}
	return head + TableBegin + "\n" + table + TableEnd + tail, nil
}

// groups calls visit for each struct field of T.
func groups[T any](visit func(title string, vars []variable)) error {
	s := reflect.New(reflect.TypeFor[T]()).Elem()
	for i := range s.NumField() {
		vars, err := variables(s.Field(i))
		if err != nil {
			return err
		}
		f := s.Type().Field(i)
		title := f.Tag.Get("title")
		if title == "" {
			title = f.Name
		}
		visit(title, vars)
	}
	return nil
}
