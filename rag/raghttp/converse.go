package raghttp

import (
	"cmp"
	"context"
	"log/slog"
	"slices"
	"strings"

	"github.com/google/uuid"

	"github.com/akshara-go/akshara/observe"
	"github.com/akshara-go/akshara/rag"
	"github.com/akshara-go/akshara/rag/session"
)

// converse has a question answered within its conversation, and gives the answer as
// the wire has it once its turn is stored. A caller that keeps the conversation
// himself, or a service that keeps none, gets the answer alone.
func (r *routes) converse(ctx context.Context, in *answerInput, q *rag.Question, answer answering) (*answerResponse, error) {
	if r.opts.Sessions == nil || in.Body.ChatHistory != nil {
		in.Body.SessionID = cmp.Or(in.Body.SessionID, observe.SessionID(ctx))
		if in.Body.SessionID == "" {
			in.Body.SessionID = uuid.NewString()
		}
		a, err := r.recorded(ctx, in.Body.SessionID, q, answer)
		if err != nil {
			return nil, err
		}
		return newAnswerResponse(a, &in.Body), nil
	}
	var out *answerResponse
	c, err := r.opts.Sessions.Do(ctx, owner(ctx, q.Readers), in.Body.SessionID, func(ctx context.Context, c *session.Session) (*session.Turn, error) {
		q.History = r.opts.Sessions.History(c)
		a, err := r.recorded(ctx, c.ID, q, answer)
		if err != nil {
			return nil, err
		}
		out = newAnswerResponse(a, &in.Body)
		turn := session.TurnOf(q.Text, a)
		turn.ID = out.MessageID
		return turn, nil
	})
	switch {
	case err == nil:
		out.SessionID = c.ID
	case out != nil && in.Body.SessionID == "": // it needs nothing that was said before
		r.log.WarnContext(ctx, "an answer begins no conversation, since its turn was not stored", slog.Any("error", err))
	default:
		return nil, err
	}
	return out, nil
}

// owner says whose a conversation is: that of the user, where the context names
// one. It holds what its readers may read, so that whoever may read other things
// has no part in it.
func owner(ctx context.Context, readers []string) session.Owner {
	names := append([]string{observe.UserID(ctx)}, slices.Compact(slices.Sorted(slices.Values(readers)))...)
	escape := strings.NewReplacer("\\", "\\\\", ",", "\\,")
	for i := range names {
		names[i] = escape.Replace(names[i])
	}
	return session.Owner{User: strings.Join(names, ",")}
}
