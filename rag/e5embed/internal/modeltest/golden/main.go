// Command golden writes the model of package modeltest with seed 1 as Hugging
// Face's files into a folder, and pieces of texts, for an implementation that is
// not ours; see ../../encoder/testdata/candle.
package main

import (
	"encoding/json"
	"log"
	"os"
	"path/filepath"

	"github.com/akshara-go/akshara/rag/e5embed/internal/modeltest"
)

func main() {
	if len(os.Args) != 2 {
		log.Fatal("usage: golden FOLDER")
	}
	if err := write(os.Args[1]); err != nil {
		log.Fatal(err)
	}
}

func write(folder string) error {
	files, err := modeltest.Files(modeltest.New(1))
	if err != nil {
		return err
	}
	if files["ids.json"], err = json.Marshal(modeltest.Texts()); err != nil {
		return err
	}
	for name, data := range files {
		path := filepath.Join(folder, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			return err
		}
		if err := os.WriteFile(path, data, 0o600); err != nil {
			return err
		}
	}
	return nil
}
