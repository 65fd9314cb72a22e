package catalog_test

import (
	"os"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/banfa-go/banfa"
	"github.com/banfa-go/banfa/catalog"
	"github.com/banfa-go/banfa/measures/shenzhen"
)

// checkFiles is a small rule file of kind Catalog with the given rules.
func checkFiles(rules string) fstest.MapFS {
	return fstest.MapFS{"catalog.yaml": &fstest.MapFile{Data: []byte(`apiVersion: banfa/v1
kind: Catalog
metadata: {name: checks, title: 目录检查, status: draft}
instrument: shenzhen
records:
  base:
    basis: 第十七条第二款
    key: id
    fields:
      id: {label: 编号, type: string, max_length: 64, required: true}
      name: {label: 名称, type: string, max_length: 64}
      open_type: {label: 开放类型, type: enum, values: {unconditional: 无条件开放类, closed: 不予开放类}}
      update_frequency: {label: 更新频率, type: string, max_length: 64}
  earlier:
    of: base
rules:` + rules + "\n")}}
}

func TestTheDesignsExampleChecksCatalogs(t *testing.T) {
	text, err := os.ReadFile("../../shared/design/examples/catalog.yaml")
	if err != nil {
		t.Skipf("the design's example is not on this machine: %v", err)
	}
	rules, err := banfa.Load(fstest.MapFS{"catalog.yaml": &fstest.MapFile{Data: text}}, banfa.Citable(shenzhen.FS()))
	require.NoError(t, err)
	checker, err := catalog.NewChecker(rules)
	require.NoError(t, err)

	// Its rule about open catalogs declares no such record: every catalog has one.
	open := &catalog.Catalog{Entries: []catalog.Entry{
		{ID: "bare", OpenType: catalog.Conditional},
		{ID: "listed", OpenType: catalog.Conditional, Conditions: []string{"实名"}},
		{ID: "free", OpenType: catalog.Unconditional},
		{ID: "unknown"},
	}}
	report, err := checker.Check(t.Context(), catalog.Input{Open: open}, catalog.CheckAt(checkTime))
	require.NoError(t, err)
	var got []string
	for _, f := range report.Findings {
		if f.Rule == "art18-3-conditions" {
			got = append(got, f.Entry+" "+string(f.Verdict))
		}
	}
	assert.Equal(t, []string{"bare violated", "unknown unjudged"}, got)
}

// The functions of rule files know the frequencies by themselves, since the loader cannot import this package.
func TestRuleFilesKnowTheFrequenciesOfThisPackage(t *testing.T) {
	rules, err := banfa.Load(checkFiles(`
  - {id: late, basis: 第二十二条第一款, each: base, require: frequency(base.update_frequency) == duration(base.name), message: 时长不同}`),
		banfa.Citable(shenzhen.FS()))
	require.NoError(t, err)
	c, err := catalog.NewChecker(rules)
	require.NoError(t, err)
	var records []map[string]any
	for _, f := range catalog.Frequencies() {
		period, ok := f.Period()
		if !ok {
			period = 145 * 365 * 24 * 60 * 60 * 1e9
		}
		records = append(records, map[string]any{"id": string(f), "name": period.String(), "update_frequency": string(f)})
	}
	records = append(records, map[string]any{"id": "unknown", "name": "1h", "update_frequency": "sometimes"})
	r, err := c.Check(t.Context(), catalog.Input{Records: map[string][]map[string]any{"base": records}}, catalog.CheckAt(checkTime))
	require.NoError(t, err)
	require.Len(t, r.Findings, 1, "%v", r.Findings)
	assert.Equal(t, "unknown", r.Findings[0].Entry)
	assert.Equal(t, "规则求值出错：不认识该更新频率", r.Findings[0].Message)
}
