package bedrockllm

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/bedrockruntime/types"

	"github.com/akshara-go/akshara/observe/fault"
	"github.com/akshara-go/akshara/rag/llm"
)

// conversation is a request in Converse's form.
type conversation struct {
	system    []types.SystemContentBlock
	messages  []types.Message
	inference *types.InferenceConfiguration
	tools     *types.ToolConfiguration
	output    *types.OutputConfig
	form      *form // how JSON of a schema is asked for by a tool; nil: it is not
}

// conversation puts req into Converse's form: what the system says goes before all,
// turns of one speaker that follow each other become one, and blank texts, which the
// service refuses, are left out.
func (m *Model) conversation(req *llm.Request) (*conversation, error) {
	if err := req.Check(); err != nil {
		return nil, err
	}
	conv := &conversation{inference: m.inference(req)}
	for i := range req.Messages {
		if err := conv.add(&req.Messages[i]); err != nil {
			return nil, err
		}
	}
	if len(conv.messages) == 0 {
		return nil, refused("a request to a model needs a message that says something")
	}
	return conv, conv.offer(req, m.opts.StructuredOutput)
}

func (m *Model) inference(req *llm.Request) *types.InferenceConfiguration {
	var out types.InferenceConfiguration
	if req.MaxTokens > 0 {
		out.MaxTokens = aws.Int32(int32(min(req.MaxTokens, math.MaxInt32)))
	}
	if !m.opts.NoTemperature {
		out.Temperature = aws.Float32(float32(req.Temperature))
	}
	return &out
}

// add takes one message.
func (conv *conversation) add(in *llm.Message) error {
	switch in.Role {
	case llm.System:
		return conv.instruct(in)
	case llm.User:
		blocks, err := content(in)
		conv.say(types.ConversationRoleUser, blocks)
		return err
	case llm.Assistant:
		blocks, err := content(in)
		for i := range in.Calls {
			var use types.ContentBlock
			if err == nil {
				use, err = toolUse(&in.Calls[i])
				blocks = append(blocks, use)
			}
		}
		conv.say(types.ConversationRoleAssistant, blocks)
		return err
	case llm.ToolRole:
		block, err := toolResult(in)
		conv.say(types.ConversationRoleUser, []types.ContentBlock{block})
		return err
	}
	return refused("a message must be said by the system, the user, the assistant or a tool")
}

// instruct takes what the system says, which must be text.
func (conv *conversation) instruct(in *llm.Message) error {
	blocks, err := content(in)
	for _, b := range blocks {
		text, ok := b.(*types.ContentBlockMemberText)
		if !ok {
			return refused("the system can only say text")
		}
		conv.system = append(conv.system, &types.SystemContentBlockMemberText{Value: text.Value})
	}
	return err
}

// say appends to the turn of a speaker, or begins one.
func (conv *conversation) say(role types.ConversationRole, blocks []types.ContentBlock) {
	if len(blocks) == 0 {
		return
	}
	if last := len(conv.messages) - 1; last >= 0 && conv.messages[last].Role == role {
		conv.messages[last].Content = append(conv.messages[last].Content, blocks...)
		return
	}
	conv.messages = append(conv.messages, types.Message{Role: role, Content: blocks})
}

// content gives the text and the parts of a message.
func content(in *llm.Message) ([]types.ContentBlock, error) {
	var out []types.ContentBlock
	for p := range pieces(in) {
		switch {
		case p.Image != nil:
			image, err := imageOf(p.Image)
			if err != nil {
				return nil, err
			}
			out = append(out, &types.ContentBlockMemberImage{Value: *image})
		case p.Audio != nil:
			out = append(out, &types.ContentBlockMemberAudio{Value: types.AudioBlock{
				Format: types.AudioFormat(p.Audio.Format), Source: &types.AudioSourceMemberBytes{Value: p.Audio.Data}}})
		default:
			out = append(out, &types.ContentBlockMemberText{Value: p.Text})
		}
	}
	return out, nil
}

// pieces gives what a message says, but for blank texts.
func pieces(in *llm.Message) func(yield func(*llm.Part) bool) {
	return func(yield func(*llm.Part) bool) {
		if strings.TrimSpace(in.Content) != "" && !yield(&llm.Part{Text: in.Content}) {
			return
		}
		for i := range in.Parts {
			p := &in.Parts[i]
			if (p.Image != nil || p.Audio != nil || strings.TrimSpace(p.Text) != "") && !yield(p) {
				return
			}
		}
	}
}

// imageOf gives an image by its bytes: the service fetches none.
func imageOf(in *llm.Image) (*types.ImageBlock, error) {
	format := types.ImageFormat(strings.TrimPrefix(in.MediaType, "image/"))
	switch {
	case in.URL != "":
		return nil, refused("an image must be given by its bytes: Bedrock fetches none")
	case format == "jpg":
		format = types.ImageFormatJpeg
	case !slices.Contains(format.Values(), format):
		return nil, fault.New(fault.InvalidRequest, "an image must be PNG, JPEG, GIF or WebP", fault.Details{"media_type": in.MediaType})
	}
	return &types.ImageBlock{Format: format, Source: &types.ImageSourceMemberBytes{Value: in.Data}}, nil
}

// toolUse gives a call that the model made.
func toolUse(in *llm.ToolCall) (types.ContentBlock, error) {
	arguments, err := document(in.Arguments)
	if err != nil {
		return nil, refused(fmt.Sprintf("the arguments of the call of %s are not JSON", in.Name))
	}
	return &types.ContentBlockMemberToolUse{Value: types.ToolUseBlock{
		ToolUseId: aws.String(in.ID), Name: aws.String(in.Name), Input: arguments}}, nil
}

// toolResult gives what a called tool gave.
func toolResult(in *llm.Message) (types.ContentBlock, error) {
	out := types.ToolResultBlock{ToolUseId: aws.String(in.CallID), Content: []types.ToolResultContentBlock{}}
	for p := range pieces(in) {
		switch {
		case p.Image != nil:
			image, err := imageOf(p.Image)
			if err != nil {
				return nil, err
			}
			out.Content = append(out.Content, &types.ToolResultContentBlockMemberImage{Value: *image})
		case p.Audio != nil:
			return nil, refused("a tool can only give text and images")
		default:
			out.Content = append(out.Content, &types.ToolResultContentBlockMemberText{Value: p.Text})
		}
	}
	return &types.ContentBlockMemberToolResult{Value: out}, nil
}

func refused(message string) error { return fault.New(fault.InvalidRequest, message, nil) }
