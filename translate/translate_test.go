package translate_test

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/akshara-go/akshara/translate"
	"github.com/akshara-go/akshara/translate/lang"
)

func TestRomanised(t *testing.T) {
	require.True(t, translate.Detection{Language: lang.Hindi, Script: lang.Latin}.Romanised())
	require.False(t, translate.Detection{Language: lang.English, Script: lang.Latin}.Romanised())
	require.False(t, translate.Detection{Language: lang.Hindi, Script: lang.Devanagari}.Romanised())
	require.False(t, translate.Detection{Language: lang.Kashmiri, Script: lang.Devanagari}.Romanised())
}

func TestADetectionGoesOverTheWireAsTheContractSays(t *testing.T) {
	body, err := json.Marshal(translate.Detection{Language: lang.Hindi, Script: lang.Latin, Confidence: .5})
	require.NoError(t, err)
	require.JSONEq(t, `{"language":"hi","script":"Latn","confidence":0.5}`, string(body))
}
