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
	"github.com/banfa-go/banfa/classify"
)

// factsFile is a file with one fact that a condition uses.
func factsFile(fact, when string) fstest.MapFS {
	return fstest.MapFS{
		"law.yaml": {Data: []byte("apiVersion: banfa/v1\nkind: Instrument\nmetadata: {name: law, title: 条例, status: draft}\n" +
			"articles: [{n: 1, paragraphs: [0]}]\n")},
		"r.yaml": {Data: []byte("apiVersion: banfa/v1\nkind: Classification\nmetadata: {name: r, title: 规则, status: draft}\ninstrument: law\n" +
			"facts: {" + fact + "}\noutcomes: {open: 开放, closed: 不开放}\n" +
			"rules: [{id: x, basis: 第一条, when: \"" + when + "\", outcome: closed}]\notherwise: {id: rest, basis: 第一条, outcome: open}\n")},
	}
}

func TestWhatIsWrongWithADeclaredFactIsSaidOnce(t *testing.T) {
	for _, x := range []struct{ name, fact, when, want string }{
		{"elements need no label", "tags: {label: 表, type: list, items: {type: enum, values: {s: 小, l: 大}}}", "'s' in tags", ""},
		{"a list can be presumed", "tags: {label: 表, type: list, items: string, assume: []}", "'s' in tags", ""},
		{"but not one of another type", "tags: {label: 表, type: list, items: string, assume: [1]}", "'s' in tags", "BF1014 fact.assume-type"},
		{"a list has a least and a greatest length", "tags: {label: 表, type: list, items: string, min: 1, max: 3}", "'s' in tags", ""},
		{"in this order", "tags: {label: 表, type: list, items: string, min: 4, max: 3}", "'s' in tags", "BF1014 value.min-over-max"},
		{"a bool has none", "a: {label: 甲, type: bool, min: 1}", "a", "BF1014 value.not-taken"},
		{"a field is not presumed", "o: {label: 对, type: object, fields: {a: {label: 甲, type: bool, assume: false}}}", "o.a", "BF1014 fact.part"},
		{"nor changed by an act", "o: {label: 对, type: object, fields: {a: {label: 甲, type: bool, act: 同意}}}", "o.a", "BF1014 fact.part"},
		{"a name that is taken is not also undeclared", "name: {label: 甲, type: bool}", "name", "BF1017 name.taken"},
		{"a condition without names is constant in one place", "a: {label: 甲, type: bool}", "true", "BF2005 cel.constant"},
	} {
		_, ds, err := banfa.Check(factsFile(x.fact, x.when))
		require.NoError(t, err)
		var found []string
		for d := range ds.All() {
			if d.Severity == banfa.Error || d.Code == "BF2005" {
				found = append(found, fmt.Sprint(d.Code, " ", d.Key))
			}
		}
		assert.Equal(t, x.want, strings.Join(found, ", "), x.name)
	}
}

func TestAListThatIsTooShortIsAnInputError(t *testing.T) {
	rules, err := banfa.Load(factsFile("tags: {label: 表, type: list, items: string, min: 1}", "'s' in tags"))
	require.NoError(t, err)
	c, err := classify.New(rules)
	require.NoError(t, err)
	_, err = c.Classify(context.Background(), banfa.JSON(`{"tags": []}`))
	var wrong *banfa.FactError
	require.ErrorAs(t, err, &wrong)
	assert.Equal(t, "tags 应当是 至少 1 项，而不是 0", wrong.Message("zh"))
	assert.EqualError(t, err, "banfa: tags must be at least 1 items, not 0")
}
