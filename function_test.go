package banfa_test

import (
	"context"
	"errors"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/banfa-go/banfa"
)

// opensUnless opens only what a host function finds harmless.
const opensUnless = head + `facts: {word: {label: 文, type: string}}
rules:
  - {id: x, basis: 第一条第（一）项, when: "suspicious(word)", outcome: closed}
otherwise: {id: rest, basis: 第二条, outcome: open}
`

func suspicious(call func(args []any) (any, error)) banfa.Option {
	return banfa.WithFunctions(banfa.Function{Name: "suspicious", Params: []string{"string"}, Result: "bool", Call: call})
}

func TestAHostFunctionIsCalledWithGoValues(t *testing.T) {
	c := classifier(t, opensUnless, suspicious(func(args []any) (any, error) { return args[0].(string) == "秘密", nil }))
	got, err := outcome(c, banfa.Map{"word": "秘密"})
	require.NoError(t, err)
	assert.Equal(t, "closed", got)
	got, err = outcome(c, banfa.Map{"word": "天气"})
	require.NoError(t, err)
	assert.Equal(t, "open", got)
}

// A function that fails, in whatever way, is an error of the rule that called it: the answer names it, asks for review and opens
// nothing.
func TestAHostFunctionThatFailsNeverOpens(t *testing.T) {
	for name, call := range map[string]func([]any) (any, error){
		"an error":                func([]any) (any, error) { return nil, errors.New("the list cannot be reached") },
		"an error beside a value": func([]any) (any, error) { return false, errors.New("the list cannot be reached") },
		"a panic":                 func([]any) (any, error) { panic("index out of range") },
		"a result of a wrong type": func([]any) (any, error) {
			return "false", nil
		},
		"no result": func([]any) (any, error) { return nil, nil },
		"a nil pointer": func([]any) (any, error) {
			var b *bool
			return b, nil
		},
		"a function": func([]any) (any, error) { return func() {}, nil },
	} {
		t.Run(name, func(t *testing.T) {
			c := classifier(t, opensUnless, suspicious(call))
			r, err := c.Classify(context.Background(), banfa.Map{"word": "天气"})
			require.NoError(t, err)
			assert.Equal(t, "undetermined", r.Outcome)
			assert.Equal(t, []string{"closed", "open"}, r.Possible)
			assert.True(t, r.Review)
			require.Len(t, r.Errors, 1)
			assert.Equal(t, "x", r.Errors[0].ID)
			assert.Contains(t, r.Errors[0].Message, "suspicious")
		})
	}
}

func TestEveryTypeGoesInAndOut(t *testing.T) {
	var got []any
	file := head + `facts: {a: {label: 甲, type: bool}}
rules:
  - {id: x, basis: 第一条第（一）项, when: "a && all(true, 1, 1.5, 'a', decimal('1.10'), date('2026-10-01'), timestamp('2026-10-01T00:00:00Z'), duration('90m')) == decimal('2.50')", outcome: closed}
otherwise: {id: rest, basis: 第二条, outcome: open}
`
	c := classifier(t, file, banfa.WithFunctions(banfa.Function{
		Name: "all", Params: []string{"bool", "int", "double", "string", "decimal", "date", "timestamp", "duration"}, Result: "decimal",
		Call: func(args []any) (any, error) {
			got = args
			return "2.5", nil
		},
	}))
	answer, err := outcome(c, banfa.Map{"a": true})
	require.NoError(t, err)
	assert.Equal(t, "closed", answer)
	assert.Equal(t, []any{true, int64(1), 1.5, "a", "1.1", "2026-10-01", "2026-10-01T00:00:00Z", "1h30m0s"}, got)
}

func TestAHostFunctionThatCannotBeDeclaredIsAFinding(t *testing.T) {
	call := func([]any) (any, error) { return true, nil }
	for name, f := range map[string]banfa.Function{
		"an unknown type of a parameter": {Name: "f", Params: []string{"number"}, Result: "bool", Call: call},
		"an unknown type of the result":  {Name: "f", Result: "", Call: call},
		"a name that CEL has already":    {Name: "size", Params: []string{"string"}, Result: "int", Call: call},
		"a name that is no identifier":   {Name: "不是", Result: "bool", Call: call},
		"an empty name":                  {Result: "bool", Call: call},
		"nothing to call":                {Name: "f", Result: "bool"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := banfa.Load(withLaw(head+sound), banfa.WithFunctions(f))
			var ds *banfa.Diagnostics
			require.ErrorAs(t, err, &ds, "the function cannot be used, and the load says so")
		})
	}
}
