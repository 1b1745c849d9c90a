package main

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"path"
	"time"

	"github.com/akshara-go/akshara/observe/fault"
	"github.com/akshara-go/akshara/observe/httpkit"
	"github.com/akshara-go/akshara/translate/lang"
)

// What the page says stands in texts, a file for each language: labels, hints
// and what it tells of its own doings. They are this page's words and stay with
// it; another page has other ones. The sentences that refuse a question or
// explain a failure are package lang's, since every program needs those: they
// are put in here, under "error." and the fault's code, and stand nowhere else.
//
//go:embed texts
var textFiles embed.FS

// pageTexts are the page's texts in one language.
type pageTexts struct {
	Checked lang.Check        `json:"checked"` // how they were checked
	Texts   map[string]string `json:"texts"`   // by key; {name} stands for a value
}

// readTexts reads the texts of every language from the files texts/CODE.json.
// A language that has no file has no texts.
func readTexts(files fs.FS) (map[lang.Code]pageTexts, error) {
	all := make(map[lang.Code]pageTexts)
	for _, c := range lang.Codes() {
		data, err := fs.ReadFile(files, path.Join("texts", string(c)+".json"))
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return nil, err
		}
		var t pageTexts
		if err := json.Unmarshal(data, &t); err != nil {
			return nil, fmt.Errorf("the page's texts in %s: %w", c, err)
		}
		all[c] = t
	}
	return all, nil
}

// textsIn gives everything that the page says in a language. What the language
// has no text for is said by the next one of [lang.Fallbacks] that has it.
func textsIn(all map[lang.Code]pageTexts, c lang.Code) map[string]string {
	texts := make(map[string]string)
	chain := append([]lang.Code{c}, lang.Fallbacks(c)...)
	for _, speaker := range chain {
		for key, text := range all[speaker].Texts {
			if texts[key] == "" {
				texts[key] = text
			}
		}
	}
	for _, code := range fault.Codes() {
		texts["error."+string(code)] = lang.Text(c, lang.MessageFor(code))
	}
	return texts
}

// serveTexts adds GET /texts/{language}: a JSON object of the page's texts by key.
func serveTexts(kit *httpkit.Kit, files fs.FS) error {
	all, err := readTexts(files)
	if err != nil {
		return err
	}
	for _, c := range lang.Codes() {
		body, err := json.Marshal(textsIn(all, c))
		if err != nil {
			return err
		}
		sum := sha256.Sum256(body)
		tag := `"` + hex.EncodeToString(sum[:12]) + `"`
		kit.Handle("GET /texts/"+string(c), http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Etag", tag)
			w.Header().Set("Cache-Control", "no-cache") // browsers ask again, and hear that nothing has changed
			w.Header().Set("Content-Type", "application/json")
			http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(body))
		}))
	}
	return nil
}
