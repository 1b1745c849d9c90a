package jsonschema_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/akshara-go/akshara/observe/fault"
	"github.com/akshara-go/akshara/rag/llm/jsonschema"
)

func Example() {
	schema, err := jsonschema.Compile([]byte(`{"type":"object","properties":{"city":{"type":"string"}},"required":["city"]}`))
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(schema.Validate([]byte(`{"city":"आगरा"}`)))
	fmt.Println(schema.Validate([]byte(`{"city":282001}`)))
	// Output:
	// <nil>
	// jsonschema: /city is not of the type ["string"]
}

func TestValidate(t *testing.T) {
	for _, c := range []struct {
		schema    string
		good, bad []string
	}{
		{`true`, []string{`1`, `null`}, []string{``, `{`, `1 2`}},
		{`false`, nil, []string{`1`}},
		{`{"type":"integer"}`, []string{`1`, `1.0`, `1e3`}, []string{`1.5`, `"1"`, `null`, `1e999`}},
		{`{"type":["string","null"]}`, []string{`"a"`, `null`}, []string{`1`, `true`, `[]`, `{}`}},
		{`{"type":"number","minimum":-1,"exclusiveMaximum":2,"multipleOf":0.1}`, []string{`-1`, `0.3`, `1.9`}, []string{`-1.1`, `2`, `0.15`}},
		{`{"exclusiveMinimum":0,"maximum":1}`, []string{`1`, `"not a number"`}, []string{`0`, `1.1`}},
		{`{"type":"string","minLength":2,"maxLength":3,"pattern":"^\\p{Devanagari}+$"}`, []string{`"कख"`, `"कि"`}, []string{`"क"`, `"कखगघ"`, `"ab"`}},
		{`{"enum":["a",1,null]}`, []string{`"a"`, `1.0`, `null`}, []string{`"b"`, `2`}},
		{`{"const":{"a":[1]}}`, []string{`{"a":[1]}`, `{"a":[1.0]}`}, []string{`{"a":[2]}`, `{"a":[1,1]}`, `{"a":["1"]}`, `{"b":[1]}`, `{}`, `[]`, `"a"`, `1`}},
		{`{"enum":[[1,{"n":10}],true]}`, []string{`[1.0,{"n":1e1}]`, `true`}, []string{`[1,{"n":"10"}]`, `false`, `null`}},
		{`{"uniqueItems":true}`, []string{`[[1],[2]]`, `[1,"1",true,null,{}]`}, []string{`[[1],[1.0]]`, `[{"a":1},{"a":1e0}]`, `[null,null]`}},
		{`{"type":"array","items":{"type":"integer"},"minItems":1,"maxItems":2,"uniqueItems":true}`, []string{`[1]`, `[1,2]`},
			[]string{`[]`, `[1,2,3]`, `[1,1.0]`, `["a"]`}},
		{`{"prefixItems":[{"type":"string"}],"items":false}`, []string{`["a"]`, `[]`}, []string{`[1]`, `["a",1]`}},
		{`{"type":"object","properties":{"a":{"type":"string"}},"required":["a"],"additionalProperties":false}`, []string{`{"a":"x"}`},
			[]string{`{}`, `{"a":1}`, `{"a":"x","b":1}`}},
		{`{"minProperties":1,"maxProperties":2,"additionalProperties":{"type":"integer"}}`, []string{`{"x":1}`}, []string{`{}`, `{"x":"1"}`, `{"a":1,"b":2,"c":3}`}},
		{`{"anyOf":[{"type":"string"},{"type":"integer"}]}`, []string{`"a"`, `1`}, []string{`1.5`}},
		{`{"oneOf":[{"type":"integer"},{"minimum":5}]}`, []string{`1`, `7.5`}, []string{`7`, `1.5`}},
		{`{"allOf":[{"minimum":1},{"maximum":2}],"not":{"const":2}}`, []string{`1`}, []string{`0`, `2`, `3`}},
		{`{"$ref":"#/$defs/tree","$defs":{"tree":{"type":"object","properties":{"left":{"$ref":"#/$defs/tree"}},"additionalProperties":false}}}`,
			[]string{`{}`, `{"left":{"left":{}}}`}, []string{`{"left":1}`, `{"right":{}}`}},
		{`{"properties":{"a/b":{"type":"string"},"c":{"$ref":"#/properties/a~1b"}}}`, []string{`{"c":"x"}`}, []string{`{"c":1}`}},
		{`{"title":"t","description":"d","format":"date","type":"string"}`, []string{`"x"`}, nil},
	} {
		schema, err := jsonschema.Compile([]byte(c.schema))
		require.NoError(t, err, c.schema)
		for _, text := range c.good {
			require.NoError(t, schema.Validate([]byte(text)), "%s against %s", text, c.schema)
		}
		for _, text := range c.bad {
			_, typed := errors.AsType[*jsonschema.Error](schema.Validate([]byte(text)))
			require.True(t, typed, "%s against %s", text, c.schema)
		}
	}
}

func TestASchemaThatIsNotUnderstoodIsRefused(t *testing.T) {
	for _, text := range []string{
		``, `{`, `1`, `"x"`, `[]`, `{"type":"text"}`, `{"type":5}`, `{"enum":[]}`, `{"enum":1}`, `{"required":"a"}`, `{"required":[1]}`,
		`{"properties":[]}`, `{"properties":{"a":1}}`, `{"items":1}`, `{"anyOf":[]}`, `{"anyOf":[1]}`, `{"minimum":"1"}`, `{"minLength":-1}`,
		`{"multipleOf":0}`, `{"pattern":"("}`, `{"pattern":1}`, `{"uniqueItems":1}`, `{"$ref":"https://example.org/s.json"}`, `{"$ref":"#/$defs/none"}`,
		`{"if":{}}`, `{"minimum":1e999}`, strings.Repeat(`{"not":`, 100) + `true` + strings.Repeat(`}`, 100), `"` + strings.Repeat("x", jsonschema.MaxBytes) + `"`,
	} {
		_, err := jsonschema.Compile([]byte(text))
		require.Equal(t, fault.InvalidRequest, fault.CodeOf(err), "%.80s", text)
	}
}

// A schema that refers to itself without end, or whose forms multiply, ends all the same.
func TestValidationEnds(t *testing.T) {
	start := time.Now()
	for _, text := range []string{
		`{"$ref":"#"}`, `{"anyOf":[{"$ref":"#"},{"$ref":"#"}]}`, `{"allOf":[{"anyOf":[{"$ref":"#"},{"$ref":"#"},{"not":{"$ref":"#"}}]}]}`,
	} {
		schema, err := jsonschema.Compile([]byte(text))
		require.NoError(t, err)
		_ = schema.Validate([]byte(`1`)) // whatever it says
	}
	unique, err := jsonschema.Compile([]byte(`{"uniqueItems":true}`))
	require.NoError(t, err)
	require.Error(t, unique.Validate([]byte("["+strings.Repeat("1,", 100000)+"2]")))
	deep, err := jsonschema.Compile([]byte(`{"items":{"$ref":"#"}}`))
	require.NoError(t, err)
	require.Error(t, deep.Validate([]byte(strings.Repeat("[", 5000)+strings.Repeat("]", 5000))))
	require.Less(t, time.Since(start), 10*time.Second)
}

// Whether a value fits is not known where the search was given up, so that no form may turn that into a yes.
func TestWhatCannotBeToldIsRefused(t *testing.T) {
	deep := strings.Repeat("[", 80) + strings.Repeat("]", 80)
	var items []string
	for i := range 1001 {
		items = append(items, fmt.Sprint(i))
	}
	many := "[" + strings.Join(items, ",") + "]"
	defs := `{"$defs":{"d":{"items":{"$ref":"#/$defs/d"}}},`
	for _, c := range []struct{ schema, value, says string }{
		{defs + `"not":{"$ref":"#/$defs/d"}}`, deep, "too deep"},
		{defs + `"oneOf":[{"$ref":"#/$defs/d"},{"type":"array"}]}`, deep, "too deep"},
		{defs + `"anyOf":[{"$ref":"#/$defs/d"},{"type":"array"}]}`, deep, "too deep"},
		{`{"not":{"anyOf":[{"$ref":"#"},{"$ref":"#"}]}}`, `1`, "too intricate"},
		{`{"uniqueItems":true}`, many, "more than the 1000 items"},
		{`{"not":{"uniqueItems":true}}`, many, "more than the 1000 items"},
	} {
		schema, err := jsonschema.Compile([]byte(c.schema))
		require.NoError(t, err)
		require.ErrorContains(t, schema.Validate([]byte(c.value)), c.says, c.schema)
	}
}

func FuzzSchema(f *testing.F) {
	f.Add(`{"type":"object","properties":{"a":{"$ref":"#"}}}`, `{"a":{"a":1}}`)
	f.Add(`{"anyOf":[{"const":1},{"items":{"enum":[1,"x"]}}]}`, `[1]`)
	f.Fuzz(func(t *testing.T, schema, value string) {
		s, err := jsonschema.Compile([]byte(schema))
		if err != nil {
			require.Equal(t, fault.InvalidRequest, fault.CodeOf(err))
			return
		}
		if s.Validate([]byte(value)) == nil {
			require.True(t, json.Valid([]byte(value)))
		}
	})
}
