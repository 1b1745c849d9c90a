package session_test

import (
	"context"
	"fmt"

	"github.com/akshara-go/akshara/rag/session"
)

func Example() {
	sessions := session.New(session.NewMemory(nil), nil)
	me := session.Owner{User: "asha"}
	ask := func(id, question string) string {
		c, err := sessions.Do(context.Background(), me, id, func(_ context.Context, c *session.Session) (*session.Turn, error) {
			fmt.Printf("%s follows %d messages\n", question, len(sessions.History(c)))
			return &session.Turn{Question: question, Answer: "...", Language: "hi"}, nil
		})
		if err != nil {
			fmt.Println(err)
			return ""
		}
		return c.ID
	}
	id := ask("", "ताजमहल कहाँ है?")
	ask(id, "और उसकी ऊँचाई?")
	_, err := sessions.Get(context.Background(), session.Owner{User: "binod"}, id)
	fmt.Println(err)
	// Output:
	// ताजमहल कहाँ है? follows 0 messages
	// और उसकी ऊँचाई? follows 2 messages
	// NOT_FOUND: there is no such conversation, or it has ended: begin a new one
}
