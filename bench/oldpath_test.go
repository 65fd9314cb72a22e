package bench

import (
	"context"
	"math/rand"
	"testing"

	oldcel "github.com/google/cel-go/cel"
	"github.com/stretchr/testify/require"

	"github.com/banfa-go/banfa"
	"github.com/banfa-go/banfa/classify"
	"github.com/banfa-go/banfa/measures/shenzhen"
)

// TestThePackMeansTheSameUnderCelGosOldPath evaluates the pack's conditions with github.com/google/cel-go v0.31.0, the last version
// under that path and the one that Kubernetes hosts ship, and compares each with the trace of our own answer.
func TestThePackMeansTheSameUnderCelGosOldPath(t *testing.T) {
	rules, err := banfa.Load(shenzhen.FS())
	require.NoError(t, err)
	c, err := classify.New(rules)
	require.NoError(t, err)
	var opts []oldcel.EnvOption
	for _, f := range c.Facts() {
		typ := oldcel.BoolType
		if f.Type == "enum" {
			typ = oldcel.StringType
		}
		opts = append(opts, oldcel.Variable(f.Name, typ))
	}
	file := rules.Bundle().Classifications[0]
	for _, v := range file.Variables {
		opts = append(opts, oldcel.Variable(v.Name, oldcel.BoolType))
	}
	env, err := oldcel.NewEnv(opts...)
	require.NoError(t, err)
	compile := func(text string) oldcel.Program {
		ast, iss := env.Compile(text)
		require.NoError(t, iss.Err(), text)
		p, err := env.Program(ast)
		require.NoError(t, err)
		return p
	}
	variables, conditions := map[string]oldcel.Program{}, map[string]oldcel.Program{file.Scope.ID: compile(file.Scope.When.Text)}
	for _, v := range file.Variables {
		variables[v.Name] = compile(v.Expr.Text)
	}
	for _, r := range file.Rules {
		conditions[r.ID] = compile(r.When.Text)
	}
	rnd := rand.New(rand.NewSource(1))
	compared := 0
	for range 500 {
		facts := banfa.Map{}
		for _, f := range c.Facts() {
			if f.Type == "enum" {
				facts[f.Name] = f.Values[rnd.Intn(len(f.Values))].Code
			} else {
				facts[f.Name] = rnd.Intn(2) == 0
			}
		}
		facts["governed_by_other_law"] = false // out of scope no rule is looked at
		r, err := c.Classify(context.Background(), facts, classify.At(at))
		require.NoError(t, err)
		in := map[string]any(facts)
		for _, v := range file.Variables {
			out, _, err := variables[v.Name].Eval(in)
			require.NoError(t, err)
			in[v.Name] = out
		}
		for _, trace := range r.Trace("").Rules {
			p, ok := conditions[trace.ID]
			if !ok {
				continue
			}
			out, _, err := p.Eval(in)
			require.NoError(t, err)
			require.Equal(t, out.Value() == true, trace.Condition == "true", "%s under %v", trace.ID, facts)
			compared++
		}
	}
	require.Greater(t, compared, 5000)
}
