package httpkit

import (
	"context"
	"net/http"
	"strings"

	"go.opentelemetry.io/otel/baggage"

	"github.com/akshara-go/akshara/observe"
)

// Members of W3C Baggage that say who asks, and in which conversation; and how long
// they may be.
const (
	userMember    = "user.id"
	sessionMember = "session.id"
	maxMember     = 200
)

// maxBaggage is how long a header of baggage may be (8192 bytes by
// https://www.w3.org/TR/baggage/#limits); what is longer counts as not there.
const maxBaggage = 8192

// withAsker gives the context of a request with the user and the conversation that
// its baggage names.
func withAsker(ctx context.Context, h http.Header) context.Context {
	header := strings.Join(h["Baggage"], ",")
	if header == "" || len(header) > maxBaggage {
		return ctx
	}
	b, err := baggage.Parse(header)
	if err != nil {
		return ctx
	}
	if id := b.Member(userMember).Value(); id != "" && len(id) <= maxMember {
		ctx = observe.WithUser(ctx, id)
	}
	if id := b.Member(sessionMember).Value(); id != "" && len(id) <= maxMember {
		ctx = observe.WithSession(ctx, id)
	}
	return ctx
}

// sendAsker puts the user and the conversation of ctx on an outgoing request. An id
// that baggage cannot carry is left out.
func sendAsker(ctx context.Context, h http.Header) {
	var members []baggage.Member
	for _, m := range [...]struct{ name, id string }{{userMember, observe.UserID(ctx)}, {sessionMember, observe.SessionID(ctx)}} {
		if m.id == "" || len(m.id) > maxMember {
			continue
		}
		if member, err := baggage.NewMemberRaw(m.name, m.id); err == nil {
			members = append(members, member)
		}
	}
	if b, err := baggage.New(members...); err == nil && b.Len() > 0 {
		h.Set("Baggage", b.String())
	}
}
