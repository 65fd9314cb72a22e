package bench

import (
	"context"
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"cel.dev/cel-go/cel"
	"github.com/stretchr/testify/require"

	"github.com/banfa-go/banfa"
	"github.com/banfa-go/banfa/classify"
)

const sample = 256

var at = time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)

func plainCEL(t testing.TB) []cel.Program {
	opts := []cel.EnvOption{
		cel.Variable("sensitivity", cel.IntType), cel.Variable("endangers_security", cel.ListType(cel.StringType)),
		cel.Variable("fields", cel.ListType(cel.MapType(cel.StringType, cel.DynType))),
	}
	for _, n := range []string{
		"state_secret", "commercial_secret", "personal_privacy", "consent_obtained", "opening_prohibited_by_law",
		"opening_required_conditional_by_law", "already_public", "desensitized",
	} {
		opts = append(opts, cel.Variable(n, cel.BoolType))
	}
	for _, n := range []string{"infra_load", "security_capability_required", "risk_level", "domain"} {
		opts = append(opts, cel.Variable(n, cel.StringType))
	}
	env, err := cel.NewEnv(opts...)
	require.NoError(t, err)
	var programs []cel.Program
	for _, r := range Rules() {
		ast, iss := env.Compile(r.When)
		require.NoError(t, iss.Err())
		p, err := env.Program(ast)
		require.NoError(t, err)
		programs = append(programs, p)
	}
	return programs
}

var ranks = map[string]int{"unconditional": 0, "conditional": 1, "closed": 2}

func decideByCEL(programs []cel.Program, rules []Rule, m map[string]any) (a Answer) {
	for i, p := range programs {
		v, _, err := p.Eval(m)
		if err == nil && v.Value() == true {
			a.Matches |= 1 << i
			a.Outcome = max(a.Outcome, ranks[rules[i].Outcome])
		}
	}
	return a
}

func classifier(t testing.TB, extra int) (*banfa.Rules, *classify.Classifier) {
	rules, err := Load(extra)
	require.NoError(t, err)
	c, err := classify.New(rules)
	require.NoError(t, err)
	return rules, c
}

func answerOf(t testing.TB, r *classify.Result) (a Answer) {
	for _, rule := range r.Rules {
		var i int
		if n, _ := fmt.Sscanf(rule.ID, "r%d", &i); n == 1 && rule.ID != "rest" {
			a.Matches |= 1 << i
		}
	}
	require.True(t, r.Determined)
	a.Outcome = ranks[r.Outcome]
	return a
}

func TestEveryEngineGivesTheAnswersOfHandWrittenGo(t *testing.T) {
	programs, rules := plainCEL(t), Rules()
	loaded, c := classifier(t, 0)
	bound, err := banfa.Bind[Record](loaded, "Classification/w1")
	require.NoError(t, err)
	for _, r := range Records(sample) {
		want := Decide(r)
		require.Equal(t, want, decideByCEL(programs, rules, r.Map()))
		text, err := json.Marshal(r.Map())
		require.NoError(t, err)
		for _, facts := range []banfa.Facts{banfa.Map(r.Map()), bound.Facts(r), banfa.JSON(text)} {
			got, err := c.Classify(context.Background(), facts, classify.At(at))
			require.NoError(t, err)
			require.Equal(t, want, answerOf(t, got), "%T", facts)
		}
	}
}

func BenchmarkW1(b *testing.B) {
	records := Records(sample)
	maps, texts := make([]map[string]any, sample), make([][]byte, sample)
	for i, r := range records {
		maps[i] = r.Map()
		texts[i], _ = json.Marshal(maps[i])
	}
	programs, rules := plainCEL(b), Rules()
	loaded, c := classifier(b, 0)
	bound, err := banfa.Bind[Record](loaded, "Classification/w1")
	require.NoError(b, err)
	b.Run("hand-written Go", func(b *testing.B) {
		b.ReportAllocs()
		sum := 0
		for i := 0; b.Loop(); i++ {
			sum += Decide(records[i%sample]).Outcome
		}
		_ = sum
	})
	b.Run("plain cel-go from map", func(b *testing.B) {
		b.ReportAllocs()
		for i := 0; b.Loop(); i++ {
			decideByCEL(programs, rules, maps[i%sample])
		}
	})
	for _, form := range []struct {
		name  string
		facts func(i int) banfa.Facts
	}{
		{"banfa full answer from struct", func(i int) banfa.Facts { return bound.Facts(records[i]) }},
		{"banfa full answer from map", func(i int) banfa.Facts { return banfa.Map(maps[i]) }},
		{"banfa full answer from JSON", func(i int) banfa.Facts { return banfa.JSON(texts[i]) }},
	} {
		b.Run(form.name, func(b *testing.B) {
			b.ReportAllocs()
			ctx := context.Background()
			for i := 0; b.Loop(); i++ {
				if _, err := c.Classify(ctx, form.facts(i%sample), classify.At(at)); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
