package awssecrets_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/akshara-go/akshara/observe/awssecrets"
)

func TestAmbientSaysWhenAWSCannotBeConfigured(t *testing.T) {
	t.Setenv("AWS_CONFIG_FILE", "none")
	t.Setenv("AWS_SHARED_CREDENTIALS_FILE", "none")
	t.Setenv("AWS_PROFILE", "a-profile-that-is-nowhere")
	_, err := awssecrets.Ambient().Resolve(t.Context(), []string{"aws-sm://prod/openai#key"})
	require.ErrorContains(t, err, "no configuration for AWS")
}
