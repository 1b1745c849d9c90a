package awssecrets

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/akshara-go/akshara/observe/fault"
)

func FuzzReference(f *testing.F) {
	f.Add("aws-sm://prod/postgres#password")
	f.Add("aws-sm://arn:aws:secretsmanager:ap-south-1:123456789012:secret:x-AbCdEf?stage=AWSPREVIOUS#a#b?c")
	f.Add("aws-sm://a?stage=x")
	f.Fuzz(func(t *testing.T, text string) {
		ref, err := parse(text)
		if err != nil {
			require.Equal(t, fault.InvalidRequest, fault.CodeOf(err))
			return
		}
		again := "aws-sm://" + ref.name
		if ref.stage != currentStage || strings.Contains(strings.SplitN(text, "#", 2)[0], "?") {
			again += "?stage=" + ref.stage
		}
		if ref.hasKey {
			again += "#" + ref.key
		}
		require.Equal(t, text, again)
	})
}
