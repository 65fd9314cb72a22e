package banfa_test

import (
	"strings"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/banfa-go/banfa"
)

const catalogFile = `apiVersion: banfa/v1
kind: Catalog
metadata: {name: checks, title: 目录检查, status: draft}
instrument: example
records:
  base:
    basis: 第一条
    key: id
    fields:
      id: {label: 编号, type: string, max_length: 64, required: true}
      name: {label: 名称, type: string, max_length: 64}
      kind: {label: 类型, type: enum, values: {open: 开放, closed: 不开放}}
  before: {of: base}
variables:
  shut: base.kind == 'closed'
rules:
  - id: same-name
    basis: 第一条
    each: base
    at: name
    require: base_like_name(base.name).all(b, b.id == base.id)
    message: 重名
  - id: was-open
    basis: 第一条
    each: base
    when: shut && before.hasValue() && before.value().kind == 'open'
`

const catalogSuite = `apiVersion: banfa/v1
kind: Suite
metadata: {name: checks, title: 目录检查用例}
subject: Catalog/checks
fixtures:
  one: {base: [{id: a, name: 甲, kind: open}], before: []}
cases:
  - id: fine
    given: one
    expect: {findings: [], unjudged: []}
  - id: twice
    given: one
    facts: {base: [{id: b, name: 甲 ，}]}
    expect: {findings: [same-name], unjudged: [was-open]}
  - id: taken-away
    given: one
    facts: {base: [{id: a, name: null}]}
    expect: {unjudged: [same-name]}
`

// checkCatalog loads the files with one text of them replaced, and returns what is found as CODE text.
func checkCatalog(t *testing.T, old, replacement string) []string {
	t.Helper()
	fsys := fstest.MapFS{}
	replaced := old == ""
	for name, text := range map[string]string{"law.yaml": deadlinesLaw, "checks.yaml": catalogFile, "checks_test.yaml": catalogSuite} {
		if old != "" && strings.Contains(text, old) {
			text, replaced = strings.Replace(text, old, replacement, 1), true
		}
		fsys[name] = &fstest.MapFile{Data: []byte(text)}
	}
	require.True(t, replaced, "%q is in no file", old)
	_, ds, err := banfa.Check(fsys)
	require.NoError(t, err)
	var found []string
	for d := range ds.All() {
		found = append(found, d.Code+" "+d.Message("en"))
	}
	return found
}

func TestWhatIsWrongWithAFileOfCatalogChecks(t *testing.T) {
	for _, tt := range []struct{ name, old, new, want string }{
		{"nothing", "", "", ""},
		{"a record that is not declared", "each: base\n    at", "each: bse\n    at", "BF1014 the record bse is not declared; declare it in records"},
		{"a field that the record has not", "at: name", "at: nme", "BF1014 the record base has no field nme"},
		{"neither require nor when", "    require: base_like_name(base.name).all(b, b.id == base.id)\n", "", "BF1014 rule same-name needs one of require and when"},
		{"both", "    message: 重名", "    when: shut", "BF1014 rule same-name needs one of require and when"},
		{"a field that an expression misspells", "base_like_name(base.name)", "base_like_name(base.nam)", "BF2001 there is no field nam; did you mean name?"},
		{"a look-up that an expression misspells", "base_like_name(base", "base_like_nam(base", "base_like_name"},
		{"a code that the enum has not", "kind == 'closed'", "kind == 'close'", "BF2"},
		{"an earlier version of nothing", "of: base", "of: bse", "BF1014 of in record before names bse"},
		{"an earlier version with fields of its own", "{of: base}", "{of: base, fields: {x: {label: 某, type: int}}}", "BF1014"},
		{"a key that is no field", "key: id", "key: ident", "BF1014 the record base has no field ident"},
		{"a suite that names a rule that is not there", "findings: [same-name]", "findings: [same-nme]", "BF5001"},
		{"a suite with a field that is not there", "name: 甲 ，", "title: 甲", "BF5001"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			found := strings.Join(checkCatalog(t, tt.old, tt.new), "\n")
			if tt.want == "" {
				assert.Empty(t, found)
				return
			}
			assert.Contains(t, found, tt.want)
		})
	}
}
