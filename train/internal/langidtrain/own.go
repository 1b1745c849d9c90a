package main

import (
	"bufio"
	"embed"
	"fmt"
	"strings"

	"github.com/akshara-go/akshara/translate/detect/langmodel"
	"github.com/akshara-go/akshara/translate/lang"
)

//go:embed texts
var ownTexts embed.FS

// readOwn reads the texts that the project's authors wrote: a text a line below
// a line "= language script". A language that is none of the 23 becomes [langmodel.None].
func readOwn() ([]text, error) {
	files, err := ownTexts.ReadDir("texts")
	if err != nil {
		return nil, err
	}
	var texts []text
	for _, entry := range files {
		name := "texts/" + entry.Name()
		f, err := ownTexts.Open(name)
		if err != nil {
			return nil, err
		}
		var language lang.Code
		var script lang.Script
		lines := bufio.NewScanner(f)
		for n := 1; lines.Scan(); n++ {
			line := strings.TrimSpace(lines.Text())
			head, isHead := strings.CutPrefix(line, "= ")
			switch {
			case line == "" || strings.HasPrefix(line, "#"):
			case isHead:
				code, s, ok := strings.Cut(head, " ")
				if !ok {
					return nil, fmt.Errorf("%s:%d: no script", name, n)
				}
				language, script = lang.Code(code), lang.Script(s)
				if !language.Valid() {
					language = langmodel.None
				}
			case script == "":
				return nil, fmt.Errorf("%s:%d: a text before the first language", name, n)
			default:
				body := langmodel.Normalize(line)
				texts = append(texts, text{language, script, body, normalKey(body), own})
			}
		}
		if err := lines.Err(); err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
	}
	return texts, nil
}
