package genai_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/otel/attribute"
	semconv "go.opentelemetry.io/otel/semconv/v1.41.0"
	"go.opentelemetry.io/otel/semconv/v1.41.0/genaiconv"

	"github.com/akshara-go/akshara/observe/genai"
)

// TestTheTableIsTheConventions holds the names against OpenTelemetry's own table of
// the version that is stated, and that none stands elsewhere in the package.
func TestTheTableIsTheConventions(t *testing.T) {
	require.Equal(t, semconv.SchemaURL, genai.SchemaURL)
	theirs := map[string]bool{}
	for _, k := range []attribute.Key{
		semconv.GenAIOperationNameKey, semconv.GenAIProviderNameKey, semconv.GenAIConversationIDKey, semconv.GenAIOutputTypeKey,
		semconv.GenAIPromptNameKey, semconv.GenAIDataSourceIDKey, semconv.ErrorTypeKey, semconv.UserIDKey, semconv.SessionIDKey,
		semconv.GenAIRequestModelKey, semconv.GenAIRequestMaxTokensKey, semconv.GenAIRequestStreamKey, semconv.GenAIRequestTemperatureKey,
		semconv.GenAIRequestTopKKey, semconv.GenAIEmbeddingsDimensionCountKey, semconv.GenAIToolNameKey, semconv.GenAIWorkflowNameKey, semconv.GenAIToolTypeKey,
		semconv.GenAIToolCallIDKey, semconv.GenAIResponseModelKey, semconv.GenAIResponseFinishReasonsKey, semconv.GenAIResponseTimeToFirstChunkKey,
		semconv.GenAIUsageInputTokensKey, semconv.GenAIUsageOutputTokensKey, semconv.GenAIUsageCacheReadInputTokensKey, semconv.GenAITokenTypeKey,
		semconv.GenAISystemInstructionsKey, semconv.GenAIInputMessagesKey, semconv.GenAIOutputMessagesKey, semconv.GenAIRetrievalQueryTextKey,
		semconv.GenAIRetrievalDocumentsKey, semconv.GenAIToolCallArgumentsKey, semconv.GenAIToolCallResultKey,
	} {
		theirs[string(k)] = true
	}
	ours := keys(t)
	require.GreaterOrEqual(t, len(ours), len(theirs))
	for _, key := range ours {
		if !strings.HasPrefix(key, "akshara.") {
			require.True(t, theirs[key], "%s is not in the conventions %s", key, genai.SemConv)
		}
	}
	for ours, theirs := range map[genai.Operation]genaiconv.OperationNameAttr{
		genai.Chat: genaiconv.OperationNameChat, genai.Embeddings: genaiconv.OperationNameEmbeddings,
		genai.Retrieval: genaiconv.OperationNameRetrieval, genai.ExecuteTool: genaiconv.OperationNameExecuteTool, genai.InvokeWorkflow: genaiconv.OperationNameInvokeWorkflow,
	} {
		require.EqualValues(t, theirs, ours)
	}
	require.Equal(t, genaiconv.ClientTokenUsage{}.Name(), genai.MetricTokenUsage)
	require.Equal(t, genaiconv.ClientOperationDuration{}.Name(), genai.MetricDuration)
	require.Equal(t, genaiconv.ClientOperationTimeToFirstChunk{}.Name(), genai.MetricTimeToFirstChunk)
}

// keys reads the table's attribute names from its source.
func keys(t *testing.T) (names []string) {
	file, err := parser.ParseFile(token.NewFileSet(), "table.go", nil, 0)
	require.NoError(t, err)
	ast.Inspect(file, func(n ast.Node) bool {
		if v, ok := n.(*ast.ValueSpec); ok && v.Type != nil && len(v.Values) == 1 {
			if sel, ok := v.Type.(*ast.SelectorExpr); ok && sel.Sel.Name == "Key" {
				text, err := strconv.Unquote(v.Values[0].(*ast.BasicLit).Value)
				require.NoError(t, err)
				names = append(names, text)
			}
		}
		return true
	})
	return names
}
