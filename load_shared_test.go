package banfa_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/banfa-go/banfa"
	"github.com/banfa-go/banfa/internal/expr"
	"github.com/banfa-go/banfa/measures/shenzhen"
)

// compiledConditions writes what a file of conditions came to: its findings, and where the bundle has no errors its expressions and what they say
// where no fact is known.
func compiledConditions(t *testing.T, name string, files fstest.MapFS) (findings, expressions string) {
	t.Helper()
	rules, ds, err := banfa.Check(files, banfa.Citable(shenzhen.FS()))
	require.NoError(t, err)
	var b strings.Builder
	for d := range ds.All() {
		if d.File == name+".yaml" {
			fmt.Fprintf(&b, "%d:%d %s %s %q %v\n", d.Range.Start.Line, d.Range.Start.Column, d.Code, d.Key, d.Args, d.Fixes)
		}
	}
	if findings = b.String(); rules == nil {
		return findings, ""
	}
	b.Reset()
	for _, c := range rules.Bundle().Conditions {
		if c.Name != name {
			continue
		}
		ev := c.Env.NewEval(context.Background())
		for _, r := range c.Requirements {
			for _, x := range []*expr.Expr{r.When, r.Require} {
				if x == nil {
					continue
				}
				truth, err := ev.Truth(x)
				fmt.Fprintf(&b, "%s %s %q %v %v %v\n", r.ID, x.Text, x.Names(), x.Leaves(), truth, err)
			}
		}
		for _, a := range c.Env.Atoms() {
			fmt.Fprintf(&b, "%d %s %v\n", a.ID(), a.Text, a.Leaves)
		}
	}
	return findings, b.String()
}

func TestAFileOfConditionsIsTheSameAloneAndAmongOthers(t *testing.T) {
	all := fstest.MapFS{}
	put := func(name, text string) { all[name+".yaml"] = &fstest.MapFile{Data: []byte(text)} }
	put("base", conditionsFile("base", levelFact, "parameters: {least: {label: 最低, value: 1, set_by: 某局, why: 起点}}",
		"variables: {graded: level >= params.least}", "requirements:", requirement("graded", "graded"), requirement("low", "level < 5 || level == params.least")))
	more := requirement("more", "graded && level != 3", ", when: level > 0")
	put("a", conditionsFile("a", "extends: base", "requirements:", more))
	put("b", conditionsFile("b", "extends: base", boolFacts, "requirements:", more, requirement("both", "a && b")))
	put("c", conditionsFile("c", "extends: base", "parameters: {least: {label: 最低, value: 2, set_by: 某局, why: 严}}", "requirements:", more))
	put("d", conditionsFile("d", "extends: base", "facts: {b: {label: 乙, type: string}, a: {label: 甲, type: bool}}", "requirements:", requirement("both", "a && b")))
	put("e", conditionsFile("e", "facts: {level: {label: 级别, type: string}}", "variables: {graded: level == 'a'}", "requirements:", more, requirement("graded", "graded")))
	put("f", conditionsFile("f", boolFacts, "variables: {graded: unknown}", "requirements:", requirement("graded", "graded"), requirement("both", "a && b")))
	compare := func(sound bool) {
		for file, text := range all {
			name := strings.TrimSuffix(file, ".yaml")
			want, meant := compiledConditions(t, name, fstest.MapFS{file: text, "base.yaml": all["base.yaml"]})
			got, means := compiledConditions(t, name, all)
			assert.Equal(t, want, got, name)
			if sound {
				require.Contains(t, means, "graded", name)
				assert.Equal(t, meant, means, name)
			}
		}
	}
	compare(false)
	for _, wrong := range []string{"d.yaml", "e.yaml", "f.yaml"} {
		delete(all, wrong)
	}
	compare(true)
}
