package genai

import (
	"context"

	"go.opentelemetry.io/otel/attribute"
)

// Actions of guards. A guard may have words of its own besides.
const (
	Allow = "allow" // the text may pass as it is
	Mask  = "mask"  // parts of it were masked
	Drop  = "drop"  // parts of it were left out
	Block = "block" // it may not pass
)

// Guard begins the check of a text by a guard, such as pii or injection: a span
// named "guardrail GUARD". [Call.Verdict] tells what came of it, [Call.End] ends it.
func (r *Recorder) Guard(ctx context.Context, guard string) (context.Context, *Call) {
	ctx, c := r.Start(ctx, &Start{Operation: Guardrail, Model: guard})
	c.Set(GuardName.String(guard))
	return ctx, c
}

// Verdict tells what a guard did ([Allow], [Mask], [Drop], [Block], or a word of its own)
// and how many things it counted of each kind. What they were stands on no span.
func (c *Call) Verdict(action string, found map[string]int) {
	if !c.Recording() {
		return
	}
	all := 0
	attrs := make([]attribute.KeyValue, 0, len(found)+2)
	for kind, n := range found {
		all += n
		attrs = append(attrs, attribute.Int(GuardFound+kind, n))
	}
	c.span.SetAttributes(append(attrs, GuardAction.String(action), GuardFindings.Int(all))...)
}

// Tool begins a call of a tool that a model asked for: a span named "execute_tool
// TOOL". Arguments and result are content: tell them with [Call.Text] by
// [ToolCallArguments] and [ToolCallResult].
func (r *Recorder) Tool(ctx context.Context, tool, callID string) (context.Context, *Call) {
	ctx, c := r.Start(ctx, &Start{Operation: ExecuteTool, Model: tool})
	c.Set(ToolName.String(tool), ToolType.String("function"), ToolCallID.String(callID))
	return ctx, c
}
