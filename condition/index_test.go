package condition_test

import (
	"fmt"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/banfa-go/banfa"
	"github.com/banfa-go/banfa/condition"
)

// datasetFile is a file of conditions for data sets, which extends the pack's or another.
func datasetFile(name, extends string, datasets ...string) string {
	return fmt.Sprintf(`apiVersion: banfa/v1
kind: Conditions
metadata: {name: %s, title: %[1]s, status: draft, issuer: 某局}
instrument: shenzhen
extends: %s
datasets: ['%s']
facts: {f_%[4]s: {label: 甲, type: bool}}
requirements:
  - {id: r-%[1]s, dimension: user, basis: 第二十五条第（一）项, require: f_%[4]s, mitigates: 风险}
`, name, extends, strings.Join(datasets, "', '"), strings.ReplaceAll(name, "-", "_"))
}

func bundle(t require.TestingT, files ...string) *banfa.Rules {
	fsys := fstest.MapFS{}
	for _, name := range []string{"shenzhen.yaml", "conditional-access.yaml"} {
		text, err := readPack(name)
		require.NoError(t, err)
		fsys[name] = &fstest.MapFile{Data: text}
	}
	for i, f := range files {
		fsys[fmt.Sprintf("x%03d.yaml", i)] = &fstest.MapFile{Data: []byte(f)}
	}
	rules, ds, err := banfa.Check(fsys)
	require.NoError(t, err)
	require.False(t, ds.HasErrors(), "%v", ds)
	return rules
}

func TestAnIndexFindsTheIDBeforeThePatternAndTheLongestPatternFirst(t *testing.T) {
	rules := bundle(t,
		datasetFile("all", "conditional-access", "*"), datasetFile("sz", "all", "sz-*"), datasetFile("parking", "sz", "sz-park*"),
		datasetFile("bays", "parking", "sz-parking-bays"))
	x, err := condition.NewIndex(rules)
	require.NoError(t, err)
	for dataset, want := range map[string]string{
		"sz-parking-bays": "bays", "sz-parking-bays2": "parking", "sz-park": "parking", "sz-bus": "sz", "gz-bus": "all", "停车场": "all",
	} {
		a, err := x.For(dataset)
		require.NoError(t, err, dataset)
		assert.Equal(t, want, a.Name(), dataset)
	}
	a, err := x.Named("conditional-access")
	require.NoError(t, err)
	assert.Equal(t, "conditional-access", a.Name())
	var nf *condition.NotFoundError
	_, err = x.Named("nothing")
	require.ErrorAs(t, err, &nf)
	assert.Equal(t, []string{"all", "bays", "conditional-access", "parking", "sz"}, nf.Have)
}

// Two implementations, one answer: the index, and the scan over all files.
func TestAnIndexFindsWhatAScanFinds(t *testing.T) {
	patterns := []string{"a", "ab", "abc", "a*", "ab*", "abc*", "*", "b*"}
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 4).Draw(t, "files")
		var files []string
		base := "conditional-access"
		for i := range n {
			name := fmt.Sprintf("f%d", i)
			files = append(files, datasetFile(name, base, rapid.SliceOfNDistinct(rapid.SampledFrom(patterns), 1, 3, rapid.ID).Draw(t, "datasets")...))
			base = name // files for one data set must extend each other, or the load refuses them
		}
		files = rapid.Permutation(files).Draw(t, "order")
		rules := bundle(t, files...)
		x, err := condition.NewIndex(rules)
		require.NoError(t, err)
		for _, dataset := range []string{"a", "ab", "abc", "abcd", "b", "c"} {
			want, scanErr := condition.New(rules, condition.ForDataset(dataset))
			got, err := x.For(dataset)
			require.Equal(t, scanErr, err, "%q of %v", dataset, files)
			if err == nil {
				require.Equal(t, want.Name(), got.Name(), "%q of %v", dataset, files)
			}
		}
	})
}
