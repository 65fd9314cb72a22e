package jsonschema_test

import (
	"bufio"
	"bytes"
	"encoding/json"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	validator "github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v4"
	"pgregory.net/rapid"

	"github.com/banfa-go/banfa"
	"github.com/banfa-go/banfa/cmd/banfa/internal/jsonschema"
	"github.com/banfa-go/banfa/internal/grammar"
	"github.com/banfa-go/banfa/measures/shenzhen"
)

// compile reads a schema with an independent implementation, which first checks it against the draft's own meta-schema.
func compile(t *testing.T, text []byte) *validator.Schema {
	t.Helper()
	doc, err := validator.UnmarshalJSON(bytes.NewReader(text))
	require.NoError(t, err)
	c := validator.NewCompiler()
	require.NoError(t, c.AddResource("https://banfa.test/schema.json", doc))
	s, err := c.Compile("https://banfa.test/schema.json")
	require.NoError(t, err)
	return s
}

func kindSchema(t *testing.T, kind string) *validator.Schema {
	t.Helper()
	text, err := jsonschema.Kind(kind)
	require.NoError(t, err)
	return compile(t, text)
}

// decode reads YAML as an editor's schema checker sees it: as JSON values.
func decode(t *testing.T, text []byte) any {
	t.Helper()
	var v any
	require.NoError(t, yaml.Unmarshal(text, &v))
	asJSON, err := json.Marshal(v)
	require.NoError(t, err)
	out, err := validator.UnmarshalJSON(bytes.NewReader(asJSON))
	require.NoError(t, err)
	return out
}

func kindOf(t *testing.T, doc any) string {
	t.Helper()
	m, ok := doc.(map[string]any)
	require.True(t, ok)
	kind, ok := m["kind"].(string)
	require.True(t, ok)
	return kind
}

func validate(t *testing.T, text []byte) {
	t.Helper()
	doc := decode(t, text)
	all, err := jsonschema.All()
	require.NoError(t, err)
	assert.NoError(t, kindSchema(t, kindOf(t, doc)).Validate(doc), "by the schema of its kind")
	assert.NoError(t, compile(t, all).Validate(doc), "by the schema of all kinds")
}

func TestThePackValidates(t *testing.T) {
	files, err := fs.Glob(shenzhen.FS(), "*.yaml")
	require.NoError(t, err)
	require.NotEmpty(t, files)
	for _, name := range files {
		t.Run(name, func(t *testing.T) {
			text, err := fs.ReadFile(shenzhen.FS(), name)
			require.NoError(t, err)
			validate(t, text)
		})
	}
}

func TestTheDesignExamplesValidate(t *testing.T) {
	files, err := filepath.Glob("../../../../../shared/design/examples/*.yaml")
	require.NoError(t, err)
	if len(files) == 0 {
		t.Skip("the design pages are not beside this checkout (../shared/design/examples)")
	}
	for _, name := range files {
		t.Run(filepath.Base(name), func(t *testing.T) {
			text, err := os.ReadFile(name)
			require.NoError(t, err)
			validate(t, text)
		})
	}
}

// minimal is the smallest Classification that validates; each broken file below differs from it in one thing.
const minimal = `
apiVersion: banfa/v1
kind: Classification
metadata: {name: small, title: 小例, status: draft}
instrument: shenzhen
facts:
  state_secret: {label: 国家秘密, type: bool}
outcomes: {unconditional: 无条件开放类, closed: 不予开放类}
rules:
  - {id: art12-1, basis: 第十二条第（一）项, when: state_secret, outcome: closed}
otherwise: {id: art14-3, basis: 第十四条第（三）项, outcome: unconditional}
`

func TestAMinimalFileValidates(t *testing.T) { validate(t, []byte(minimal)) }

func TestABrokenFileIsRefusedWhereItIsBroken(t *testing.T) {
	for _, c := range []struct{ name, old, new, at string }{
		{"unknown key in the file", "instrument:", "instrumnet:", ""},
		{"unknown key in metadata", "title: 小例", "titel: 小例", "/metadata"},
		{"unknown key in a rule", "when: state_secret", "wehn: state_secret", "/rules/0"},
		{"unknown key in a fact", "label: 国家秘密", "lable: 国家秘密", "/facts/state_secret"},
		{"rule without id", "id: art12-1, ", "", "/rules/0"},
		{"rule without basis", "basis: 第十二条第（一）项, ", "", "/rules/0"},
		{"fact without label", "label: 国家秘密, ", "", "/facts/state_secret"},
		{"file without status", ", status: draft", "", "/metadata"},
		{"status that does not exist", "status: draft", "status: final", "/metadata/status"},
		{"fact type that does not exist", "type: bool", "type: boolean", "/facts/state_secret/type"},
		{"id with a capital", "id: art12-1", "id: Art12-1", "/rules/0/id"},
		{"id in Chinese", "id: art12-1", "id: 第十二条", "/rules/0/id"},
		{"fact name in Chinese", "  state_secret: {", "  国家秘密: {", ""}, // the validator names no place for a key
		{"fact nested without label", "type: bool}", "type: list, items: {type: bool}}", "/facts/state_secret/items"},
		{"citation that is none", "basis: 第十二条第（一）项", "basis: 12(1)", "/rules/0/basis"},
		{"citation with another spelling", "第十二条第（一）项", "第12条第(一)项", "/rules/0/basis"},
		{"citation in a list", "basis: 第十二条第（一）项", "basis: [第十二条, 12(1)]", "/rules/0/basis/1"},
		{"text that is empty", "title: 小例", "title: ' '", "/metadata/title"},
		{"enum without values", "type: bool}", "type: enum}", "/facts/state_secret"},
		{"values of what is no enum", "type: bool}", "type: bool, values: {a: 甲}}", "/facts/state_secret/values"},
		{"object without fields", "type: bool}", "type: object}", "/facts/state_secret"},
		{"items of what is no list", "type: bool}", "type: bool, items: string}", "/facts/state_secret/items"},
		{"length of what is no text", "type: bool}", "type: bool, max_length: 3}", "/facts/state_secret/max_length"},
		{"act that does not say what it makes of a number", "type: bool}", "type: int, act: 取得同意}", "/facts/state_secret/act"},
		{"act without its result", "type: bool}", "type: bool, act: {text: 取得同意}}", "/facts/state_secret/act"},
		{"one outcome only", "{unconditional: 无条件开放类, closed: 不予开放类}", "{closed: 不予开放类}", "/outcomes"},
		{"rules that are no list", "  - {id: art12-1", "  one: {id: art12-1", "/rules"},
		{"a version that does not exist", "banfa/v1", "banfa/v2", "/apiVersion"},
	} {
		t.Run(c.name, func(t *testing.T) {
			require.Contains(t, minimal, c.old)
			doc := decode(t, []byte(strings.Replace(minimal, c.old, c.new, 1)))
			all, err := jsonschema.All()
			require.NoError(t, err)
			assert.Error(t, compile(t, all).Validate(doc), "by the schema of all kinds")
			err = kindSchema(t, "Classification").Validate(doc)
			var ve *validator.ValidationError
			require.ErrorAs(t, err, &ve)
			assert.Contains(t, places(ve), c.at)
		})
	}
}

func TestAFactMayHaveWhatGoesWithItsType(t *testing.T) {
	s := kindSchema(t, "Classification")
	for _, fact := range []string{
		"type: bool, act: 取得同意", "type: bool, act: {text: 撤回同意, to: false}", "type: int, act: {text: 备案, to: 2}, min: 1, max: 3",
		"type: enum, values: {low: 低}", "type: string, max_length: 3", "type: list, items: string, max: 3",
		"type: list, items: {label: 级, type: enum, values: {a: 甲}}", "type: map, items: int",
		"type: object, fields: {level: {label: 级, type: int}}", "type: bool, basis: [第十二条, civil-code 第二百零一条第一款]",
	} {
		assert.NoError(t, s.Validate(decode(t, []byte(strings.Replace(minimal, "type: bool", fact, 1)))), fact)
	}
}

// The loader is the oracle: the schema takes the canonical citations and no others.
func TestCitationsAreThoseThatTheLoaderTakes(t *testing.T) {
	s := kindSchema(t, "Classification")
	valid := func(citation string) bool {
		return s.Validate(decode(t, []byte(strings.Replace(minimal, "第十二条第（一）项", citation, 1)))) == nil
	}
	rapid.Check(t, func(rt *rapid.T) {
		number := func(name string, least int) int { return rapid.IntRange(least, 9999).Draw(rt, name) }
		c := banfa.Citation{Article: number("article", 1)}
		if rapid.Bool().Draw(rt, "more") {
			c.Instrument, c.ArticleSub = rapid.SampledFrom([]string{"", "civil-code"}).Draw(rt, "instrument"), number("sub", 0)
			c.Paragraph, c.Item = number("paragraph", 0), number("item", 0)
		}
		assert.True(rt, valid(c.String()), c.String())
	})
	for _, other := range []string{
		"第12条", "十二条", "第十二条第三项", "第十二条第(三)项", "第十二条 第（三）项", "第十二条第（三）项。", "本办法第十二条", "Article 12",
		"第〇条", "第十二条第（三）项第一款", "civil-code第二百零一条",
	} {
		_, err := banfa.ParseCitation(other)
		require.Error(t, err, other)
		assert.False(t, valid(other), other)
	}
}

// places lists where a document is wrong, as JSON pointers.
func places(ve *validator.ValidationError) []string {
	var at string
	for _, step := range ve.InstanceLocation {
		at += "/" + step
	}
	out := []string{at}
	for _, cause := range ve.Causes {
		out = append(out, places(cause)...)
	}
	return out
}

func TestAKindSchemaRefusesAnotherKind(t *testing.T) {
	doc := decode(t, []byte(minimal))
	for _, kind := range grammar.Kinds() {
		if kind != "Classification" {
			assert.Error(t, kindSchema(t, kind).Validate(doc), kind)
		}
	}
}

func TestAKindThatDoesNotExistNamesThoseThatDo(t *testing.T) {
	_, err := jsonschema.Kind("Classificaton")
	require.Error(t, err)
	for _, kind := range grammar.Kinds() {
		assert.ErrorContains(t, err, kind)
	}
}

// The same keys in the same order make diffs of a checked-in schema readable.
func TestSchemasAreTheSameBytesEveryTime(t *testing.T) {
	first, err := jsonschema.All()
	require.NoError(t, err)
	for range 10 {
		again, err := jsonschema.All()
		require.NoError(t, err)
		require.Equal(t, string(first), string(again))
	}
}

func TestEveryKeyOfTheGrammarIsDescribedInBothLanguages(t *testing.T) {
	for _, kind := range grammar.Kinds() {
		g, ok := grammar.Kind(kind)
		require.True(t, ok)
		described(t, kind, g)
	}
}

func described(t *testing.T, at string, n *grammar.Node) {
	if n == nil {
		return
	}
	for _, k := range n.Keys {
		assert.NotEmpty(t, k.Doc.En, "%s.%s", at, k.Name)
		assert.NotEmpty(t, k.Doc.Zh, "%s.%s", at, k.Name)
		described(t, at+"."+k.Name, k.Node)
	}
	described(t, at+"[]", n.Elem)
}

// Editors read the schema on every start: it must stay small, although facts may nest.
func TestTheSchemaOfAllKindsIsSmall(t *testing.T) {
	text, err := jsonschema.All()
	require.NoError(t, err)
	assert.Less(t, len(text), 256<<10)
}

func packFacts(t *testing.T) *validator.Schema {
	t.Helper()
	rules, err := banfa.Load(shenzhen.FS())
	require.NoError(t, err)
	facts, ok := rules.Facts("Classification/open-type")
	require.True(t, ok)
	text, err := jsonschema.Facts("Classification/open-type", facts)
	require.NoError(t, err)
	return compile(t, text)
}

func TestTheCitysFactsValidate(t *testing.T) {
	s := packFacts(t)
	f, err := os.Open("../../../../examples/quickstart/data/city.jsonl")
	require.NoError(t, err)
	defer func() { _ = f.Close() }()
	lines := 0
	for in := bufio.NewScanner(f); in.Scan(); lines++ {
		doc, err := validator.UnmarshalJSON(bytes.NewReader(in.Bytes()))
		require.NoError(t, err)
		assert.NoError(t, s.Validate(doc), "line %d", lines+1)
	}
	assert.Positive(t, lines)
}

func TestFactsOfThePack(t *testing.T) {
	s := packFacts(t)
	for _, c := range []struct {
		name, doc string
		ok        bool
	}{
		{"nothing is known", `{}`, true},
		{"null is absent", `{"state_secret": null, "security_risk": null}`, true},
		{"a code", `{"security_risk": "low"}`, true},
		{"an item with facts of its own", `{"items": [{"name": "车牌号", "personal_privacy": true}]}`, true},
		{"a label in place of a code", `{"security_risk": "低"}`, false},
		{"a code that does not exist", `{"security_risk": "severe"}`, false},
		{"a fact that is not declared", `{"state_secrets": true}`, false},
		{"a text in place of a bool", `{"state_secret": "是"}`, false},
		{"a number in place of a bool", `{"state_secret": 1}`, false},
		{"an item without a name", `{"items": [{"personal_privacy": true}]}`, false},
		{"an item with a fact that is not declared", `{"items": [{"name": "车牌号", "privacy": true}]}`, false},
		{"no object", `[]`, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			doc, err := validator.UnmarshalJSON(strings.NewReader(c.doc))
			require.NoError(t, err)
			if c.ok {
				assert.NoError(t, s.Validate(doc))
			} else {
				assert.Error(t, s.Validate(doc))
			}
		})
	}
}

// Facts of every type, as a rule file may declare them.
func TestFactsOfEveryType(t *testing.T) {
	text, err := jsonschema.Facts("Classification/all-types", []banfa.Fact{
		{Name: "count", Label: "数量", Type: "int", Min: "1", Max: "9"},
		{Name: "share", Type: "double", Min: "0", Max: "1.5"},
		{Name: "price", Type: "decimal"},
		{Name: "day", Type: "date"},
		{Name: "instant", Type: "timestamp"},
		{Name: "span", Type: "duration"},
		{Name: "note", Ask: "说明？", Type: "string", MaxLength: 3},
		{Name: "tags", Type: "list", MaxItems: 2, Items: &banfa.Fact{Type: "string", MaxLength: 5}},
		{Name: "counts", Type: "map", MaxItems: 1, Items: &banfa.Fact{Type: "int"}},
		{Name: "owner", Type: "object", Fields: []banfa.Fact{
			{Name: "name", Type: "string", MaxLength: 5},
			{Name: "level", Type: "enum", Values: []banfa.EnumValue{{Code: "city", Label: "市"}}},
		}},
	})
	require.NoError(t, err)
	s := compile(t, text)
	for doc, ok := range map[string]bool{
		`{"count": 1}`: true, `{"count": 0}`: false, `{"count": 10}`: false, `{"count": 1.5}`: false, `{"count": "1"}`: false,
		`{"share": 1.5}`: true, `{"share": 1}`: true, `{"share": 1.6}`: false,
		`{"price": "12.30"}`: true, `{"price": 12.3}`: true, `{"price": true}`: false,
		`{"day": "2026-11-23"}`: true, `{"day": "23.11.2026"}`: false, `{"day": "2026-11-23T00:00:00Z"}`: false,
		`{"instant": "2026-11-23T09:00:00+08:00"}`: true, `{"instant": "2026-11-23T01:00:00Z"}`: true, `{"instant": "2026-11-23T09:00:00"}`: false,
		`{"span": "24h"}`: true, `{"span": 24}`: false,
		`{"note": "三个字"}`: true, `{"note": "四个字了"}`: false,
		`{"tags": ["a", "b"]}`: true, `{"tags": ["a", "b", "c"]}`: false, `{"tags": [1]}`: false, `{"tags": "a"}`: false,
		`{"counts": {"a": 1}}`: true, `{"counts": {"a": 1, "b": 2}}`: false, `{"counts": {"a": "1"}}`: false,
		`{"owner": {"name": "处", "level": "city"}}`: true, `{"owner": {"level": "市"}}`: false, `{"owner": {"nmae": "处"}}`: false,
		`{"owner": {"name": null}}`: true,
	} {
		v, err := validator.UnmarshalJSON(strings.NewReader(doc))
		require.NoError(t, err)
		assert.Equal(t, ok, s.Validate(v) == nil, doc)
	}
}
