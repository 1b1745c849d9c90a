package retrieval

import (
	"context"

	"github.com/akshara-go/akshara/observe/health"
	"github.com/akshara-go/akshara/rag"
	"github.com/akshara-go/akshara/rag/embed"
)

// byWords is what an index is searched by that is not searched by a model.
const byWords = "words and sounds"

// Watch adds an index to a monitor: whether it is as its options say, and the name
// of the model that it is searched by, or that it is searched by words and sounds.
func Watch(monitor *health.Monitor, index *rag.LiveIndex) {
	monitor.Add("generation", index.CheckHealth, &health.CheckOptions{Optional: true, Detail: func(ctx context.Context) string {
		model, err := index.Answering(ctx)
		switch {
		case err != nil:
			return ""
		case model.IsZero():
			return byWords
		}
		return embed.Uncentred(model.Name)
	}})
}
