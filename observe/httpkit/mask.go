package httpkit

import (
	"encoding/json"

	"github.com/akshara-go/akshara/observe"
	"github.com/akshara-go/akshara/observe/fault"
)

// masked gives f with personal data hidden in its message and its details: a
// message that quotes what was asked goes to proxies and their logs as well. f
// itself stays as it is, for the service's own log, which masks by itself.
func masked(f *fault.Error, mask observe.Masker) *fault.Error {
	if mask == nil {
		return f
	}
	shown := *f
	shown.Message = mask.Mask(f.Message)
	if len(f.Details) > 0 {
		shown.Details = fault.Details{}
		for name, v := range f.Details {
			shown.Details[mask.Mask(name)] = maskedValue(v, mask)
		}
	}
	return &shown
}

// maskedValue gives a detail as JSON shows it, its texts masked. One that is no
// JSON is left out.
func maskedValue(v any, mask observe.Masker) any {
	switch v := v.(type) {
	case nil, bool, int, float64:
		return v
	case string:
		return mask.Mask(v)
	case []any:
		out := make([]any, len(v))
		for i := range v {
			out[i] = maskedValue(v[i], mask)
		}
		return out
	case map[string]any:
		out := make(map[string]any, len(v))
		for name, e := range v {
			out[mask.Mask(name)] = maskedValue(e, mask)
		}
		return out
	}
	data, err := json.Marshal(v)
	if err != nil {
		return nil
	}
	var plain any
	if json.Unmarshal(data, &plain) != nil {
		return nil
	}
	return maskedValue(plain, mask)
}
