package fault_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/akshara-go/akshara/observe/fault"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const secret = "s3cr3t-password"

// statuses is the contract's table, written down a second time.
var statuses = map[fault.Code]int{
	"INVALID_REQUEST": 400, "INVALID_LANGUAGE": 400, "INVALID_AUDIO_FORMAT": 400,
	"UNAUTHORIZED": 401, "TOKEN_EXPIRED": 401, "FORBIDDEN": 403, "API_KEY_REVOKED": 403,
	"NOT_FOUND": 404, "METHOD_NOT_ALLOWED": 405, "DUPLICATE": 409, "PAYLOAD_TOO_LARGE": 413,
	"PROCESSING_FAILED": 422, "RATE_LIMIT_EXCEEDED": 429, "INTERNAL_ERROR": 500, "UPSTREAM_ERROR": 502,
	"SERVICE_UNAVAILABLE": 503, "MODEL_LOADING": 503, "UPSTREAM_TIMEOUT": 504,
}

func TestCodesAreTheContracts(t *testing.T) {
	codes := fault.Codes()
	require.Len(t, codes, len(statuses))
	for _, c := range codes {
		require.Equal(t, statuses[c], c.HTTPStatus(), c)
		require.True(t, c.Valid())
	}
	require.Equal(t, 500, fault.Code("NO_SUCH").HTTPStatus())
	require.False(t, fault.Code("").Valid())
	codes[0] = "MINE"
	require.Equal(t, fault.InvalidRequest, fault.Codes()[0], "the slice is the caller's own")
}

func TestCodeForStatusIsAnInverseUpToTheRow(t *testing.T) {
	for c, status := range statuses {
		if c == fault.Internal {
			continue
		}
		require.Equal(t, status, fault.CodeForStatus(status).HTTPStatus(), c)
	}
	require.Equal(t, fault.InvalidRequest, fault.CodeForStatus(http.StatusTeapot))
	require.Equal(t, fault.Upstream, fault.CodeForStatus(500))
	require.Equal(t, fault.Upstream, fault.CodeForStatus(599))
}

// randomError makes an Error whose details are plain JSON.
func randomError(r *rand.Rand, code fault.Code) *fault.Error {
	words := []string{"", "plain", `quo"te`, "नमस्ते", "a\nb", "<script>", "\u2028", "\x01", "🙂"}
	word := func() string { return words[r.IntN(len(words))] }
	var value func(depth int) any
	value = func(depth int) any {
		switch r.IntN(6 - depth) {
		case 0:
			return word()
		case 1:
			return float64(r.IntN(1000)) / 8
		case 2:
			return r.IntN(2) == 0
		case 3:
			return nil
		case 4:
			return []any{value(depth + 1), value(depth + 1)}
		}
		return map[string]any{word(): value(depth + 1)}
	}
	var details fault.Details
	for range r.IntN(4) {
		if details == nil {
			details = fault.Details{}
		}
		details[word()] = value(0)
	}
	e := fault.Wrap(errors.New(secret), code, word(), details)
	e.RequestID = word()
	return e
}

func TestWireRoundTripGivesTheEqualErrorForEveryCode(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for _, code := range fault.Codes() {
		for range 100 {
			sent := randomError(r, code)
			body, err := json.Marshal(sent)
			require.NoError(t, err)
			require.NotContains(t, string(body), secret)
			got, err := fault.Decode(body)
			require.NoError(t, err, string(body))
			require.Equal(t, sent.Code, got.Code)
			require.Equal(t, sent.Message, got.Message)
			require.Equal(t, sent.Details, got.Details)
			require.Equal(t, sent.RequestID, got.RequestID)
			require.NoError(t, errors.Unwrap(got))

			var again fault.Error
			require.NoError(t, json.Unmarshal(body, &again))
			require.Equal(t, *got, again)
		}
	}
}

func TestBodyHasTheContractsShape(t *testing.T) {
	e := fault.WithRequestID(fault.New(fault.InvalidLanguage, `language "xx" is not supported`, fault.Details{"field": "language"}), "uuid")
	b, err := json.Marshal(e)
	require.NoError(t, err)
	require.JSONEq(t, `{"error":{"code":"INVALID_LANGUAGE","message":"language \"xx\" is not supported","details":{"field":"language"},"request_id":"uuid"}}`, string(b))

	b, err = json.Marshal(fault.New(fault.NotFound, "no", nil))
	require.NoError(t, err)
	require.JSONEq(t, `{"error":{"code":"NOT_FOUND","message":"no","details":{},"request_id":""}}`, string(b))
}

func TestDetailsThatJSONCannotSayCostOnlyThemselves(t *testing.T) {
	e := fault.New(fault.Internal, "odd", fault.Details{"nan": math.NaN(), "fn": func() {}, "fine": 1})
	b, err := json.Marshal(e)
	require.NoError(t, err)
	require.JSONEq(t, `{"error":{"code":"INTERNAL_ERROR","message":"odd","details":{"nan":"not shown","fn":"not shown","fine":1},"request_id":""}}`, string(b))
}

func TestDecodeRefusesWhatIsNotTheContracts(t *testing.T) {
	for name, body := range map[string]string{
		"empty": "", "a page": "<html>502 Bad Gateway</html>", "another shape": `{"message":"no"}`,
		"null error": `{"error":null}`, "a string": `{"error":"no"}`, "unknown code": `{"error":{"code":"TEAPOT"}}`,
		"no code": `{"error":{}}`, "an array": `[]`, "cut off": `{"error":{"code":"NOT_FOUND"`,
		"details no object": `{"error":{"code":"NOT_FOUND","details":[1]}}`,
		"too large":         `{"error":{"code":"NOT_FOUND","message":"` + strings.Repeat("x", 1<<20) + `"}}`,
	} {
		_, err := fault.Decode([]byte(body))
		require.ErrorIs(t, err, fault.ErrNotEnvelope, name)
		require.Less(t, len(err.Error()), 300, name)
	}
}

func TestWrappingKeepsTheChain(t *testing.T) {
	inner := fault.Wrap(context.DeadlineExceeded, fault.Upstream, "the model failed", nil)
	outer := fmt.Errorf("gateway: %w", fault.Wrap(inner, fault.ServiceUnavailable, "try later", nil))

	require.ErrorIs(t, outer, context.DeadlineExceeded)
	require.ErrorIs(t, outer, &fault.Error{Code: fault.ServiceUnavailable})
	require.ErrorIs(t, outer, &fault.Error{Code: fault.Upstream})
	require.ErrorIs(t, outer, &fault.Error{Code: fault.Upstream, Message: "the model failed"})
	require.NotErrorIs(t, outer, &fault.Error{Code: fault.Upstream, Message: "something else"})
	require.NotErrorIs(t, outer, &fault.Error{Code: fault.NotFound})
	require.Equal(t, fault.ServiceUnavailable, fault.CodeOf(outer), "the outermost speaks")
	require.Equal(t, "try later", fault.From(outer).Message)
	require.Contains(t, outer.Error(), "the model failed", "the log sees everything")
}

func TestForeignErrorsGetACodeAndASafeSentence(t *testing.T) {
	for _, c := range []struct {
		err  error
		code fault.Code
	}{
		{io.ErrUnexpectedEOF, fault.Internal},
		{fmt.Errorf("%s: %w", secret, context.DeadlineExceeded), fault.UpstreamTimeout},
		{fmt.Errorf("%s: %w", secret, context.Canceled), fault.ServiceUnavailable},
		{errors.New(secret), fault.Internal},
	} {
		f := fault.From(c.err)
		require.Equal(t, c.code, f.Code)
		require.Equal(t, c.code, fault.CodeOf(c.err))
		require.ErrorIs(t, f, c.err)
		b, err := json.Marshal(f)
		require.NoError(t, err)
		require.NotContains(t, string(b), secret)
	}
	require.Nil(t, fault.From(nil))
	require.Nil(t, fault.WithRequestID(nil, "x"))
	require.Empty(t, fault.CodeOf(nil))
}

func TestRetryAdvice(t *testing.T) {
	retryable := map[fault.Code]bool{fault.RateLimitExceeded: true, fault.Upstream: true, fault.ServiceUnavailable: true,
		fault.ModelLoading: true, fault.UpstreamTimeout: true}
	for _, c := range fault.Codes() {
		require.Equal(t, retryable[c], fault.Retryable(fmt.Errorf("x: %w", fault.New(c, "", nil))), c)
	}
	require.False(t, fault.Retryable(nil))
	require.False(t, fault.Retryable(context.Canceled), "its own caller gave up")
	require.True(t, fault.Retryable(context.DeadlineExceeded))

	busy := fault.New(fault.ModelLoading, "loading", nil).WithRetryAfter(3 * time.Second)
	require.Equal(t, 3*time.Second, fault.RetryAfter(fault.Wrap(busy, fault.Upstream, "the model failed", nil)))
	require.Zero(t, fault.RetryAfter(fault.New(fault.Upstream, "", nil)))
	require.Zero(t, fault.RetryAfter(io.EOF))
}

func TestCopiesLeaveTheOriginalAlone(t *testing.T) {
	shared := fault.New(fault.NotFound, "no", nil)
	require.Equal(t, "id", fault.WithRequestID(shared, "id").RequestID)
	require.Equal(t, time.Minute, shared.WithRetryAfter(time.Minute).RetryAfter)
	require.Empty(t, shared.RequestID)
	require.Zero(t, shared.RetryAfter)
}

func FuzzDecode(f *testing.F) {
	f.Add([]byte(`{"error":{"code":"NOT_FOUND","message":"no","details":{"a":[1,null]},"request_id":"x"}}`))
	f.Add([]byte(`{"error":{"code":"INTERNAL_ERROR","details":{}}}`))
	f.Add([]byte(`{`))
	f.Fuzz(func(t *testing.T, body []byte) {
		e, err := fault.Decode(body)
		if err != nil {
			require.ErrorIs(t, err, fault.ErrNotEnvelope)
			return
		}
		again, err := e.MarshalJSON()
		require.NoError(t, err)
		same, err := fault.Decode(again)
		require.NoError(t, err)
		require.Equal(t, e, same)
	})
}

func BenchmarkMarshal(b *testing.B) {
	e := fault.New(fault.NotFound, "there is no such document", fault.Details{"field": "id"})
	b.ReportAllocs()
	for b.Loop() {
		if _, err := e.MarshalJSON(); err != nil {
			b.Fatal(err)
		}
	}
}
