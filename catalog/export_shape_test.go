package catalog

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// exportSchema compiles a JSON Schema.
func exportSchema(t *testing.T, text string) *jsonschema.Schema {
	t.Helper()
	doc, err := jsonschema.UnmarshalJSON(strings.NewReader(text))
	require.NoError(t, err)
	c := jsonschema.NewCompiler()
	require.NoError(t, c.AddResource("schema.json", doc))
	s, err := c.Compile("schema.json")
	require.NoError(t, err)
	return s
}

func exportDecoded(t *testing.T, data []byte) any {
	t.Helper()
	v, err := jsonschema.UnmarshalJSON(strings.NewReader(string(data)))
	require.NoError(t, err)
	return v
}

// What DCAT-US 1.1 requires of a catalog that is not the United States' government's, written down from its field reference.
const exportDCATUSShape = `{
  "type": "object", "required": ["conformsTo", "dataset"],
  "properties": {
    "conformsTo": {"const": "https://project-open-data.cio.gov/v1.1/schema"},
    "dataset": {"type": "array", "items": {
      "type": "object",
      "required": ["title", "description", "keyword", "modified", "publisher", "contactPoint", "identifier", "accessLevel"],
      "properties": {
        "title": {"type": "string", "minLength": 1}, "description": {"type": "string", "minLength": 1},
        "keyword": {"type": "array", "minItems": 1, "items": {"type": "string", "minLength": 1}},
        "modified": {"type": "string", "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}(T.*)?$"},
        "publisher": {"type": "object", "required": ["name"]},
        "contactPoint": {"type": "object", "required": ["fn", "hasEmail"], "properties": {"hasEmail": {"pattern": "^mailto:.+@.+$"}}},
        "accessLevel": {"enum": ["public", "restricted public", "non-public"]},
        "accrualPeriodicity": {"type": "string", "pattern": "^(irregular|R/P(T?[0-9.]+[YMWDHS])+)$"},
        "rights": {"type": "string", "minLength": 1, "maxLength": 255},
        "distribution": {"type": "array", "items": {"type": "object", "required": ["accessURL"]}}
      },
      "if": {"properties": {"accessLevel": {"const": "restricted public"}}}, "then": {"required": ["rights"]}
    }}
  }
}`

func TestDCATUSHasWhatTheStandardRequires(t *testing.T) {
	s := exportSchema(t, exportDCATUSShape)
	require.NoError(t, s.Validate(exportDecoded(t, exportBytes(t, exportSample(), FormatDCATUS, exportAbout()))))
	assert.Empty(t, Gaps(Open(exportSample()), FormatDCATUS, exportAbout()))
	for _, f := range Frequencies() {
		c := exportSample()
		c.Entries[0].UpdateFrequency = f
		require.NoError(t, s.Validate(exportDecoded(t, exportBytes(t, c, FormatDCATUS, exportAbout()))), f)
	}
	require.Error(t, s.Validate(exportDecoded(t, exportBytes(t, exportSample(), FormatDCATUS))), "without an address for questions")
}

// What DCAT-AP 3.0.1 makes mandatory, by class, and the vocabularies it prescribes.
const exportDCATAPShape = `{
  "type": "object", "required": ["@context", "@graph"],
  "properties": {"@graph": {"type": "array", "items": {"anyOf": [
    {"required": ["dct:title", "dct:description", "dct:publisher"],
     "properties": {"@type": {"const": "dcat:Catalog"}, "dct:publisher": {"$ref": "#/$defs/agent"}}},
    {"required": ["dct:modified", "foaf:primaryTopic"], "properties": {"@type": {"const": "dcat:CatalogRecord"}}},
    {"required": ["dct:title", "dct:description", "dct:accessRights"], "properties": {
      "@type": {"const": "dcat:Dataset"}, "dct:publisher": {"$ref": "#/$defs/agent"},
      "dct:accessRights": {"pattern": "^http://publications.europa.eu/resource/authority/access-right/(PUBLIC|RESTRICTED|NON_PUBLIC)$"},
      "dct:accrualPeriodicity": {"pattern": "^http://publications.europa.eu/resource/authority/frequency/(1MIN|5MIN|10MIN|15MIN|30MIN|HOURLY|BIHOURLY|TRIHOURLY|12HRS|DAILY|DAILY_2|WEEKLY|WEEKLY_2|WEEKLY_3|BIWEEKLY|MONTHLY|MONTHLY_2|MONTHLY_3|BIMONTHLY|QUARTERLY|ANNUAL|ANNUAL_2|ANNUAL_3|BIENNIAL|TRIENNIAL|QUADRENNIAL|QUINQUENNIAL|DECENNIAL|BIDECENNIAL|TRIDECENNIAL|CONT|UPDATE_CONT|IRREG|AS_NEEDED|NOT_PLANNED|NEVER|UNKNOWN|OTHER|OP_DATPRO)$"},
      "dcat:distribution": {"items": {"required": ["dcat:accessURL"], "properties": {
        "dcat:accessService": {"required": ["dct:title", "dcat:endpointURL"]},
        "dct:rights": {"items": {"required": ["rdfs:label"], "properties": {"@type": {"const": "dct:RightsStatement"}}}}
      }}},
      "dct:conformsTo": {"required": ["csvw:column"]}
    }}
  ]}}},
  "$defs": {"agent": {"required": ["foaf:name"], "properties": {"@type": {"const": "foaf:Agent"}}}}
}`

func TestDCATAPHasWhatTheStandardRequires(t *testing.T) {
	s := exportSchema(t, exportDCATAPShape)
	require.NoError(t, s.Validate(exportDecoded(t, exportBytes(t, exportSample(), FormatDCATAP, exportAbout()))))
	require.NoError(t, s.Validate(exportDecoded(t, exportBaseBytes(t, exportSample(), FormatDCATAP, exportAbout()))))
	assert.Empty(t, Gaps(Open(exportSample()), FormatDCATAP, exportAbout()))
	for _, f := range append(Frequencies(), "", "whenever") {
		c := exportSample()
		c.Entries[0].UpdateFrequency = f
		require.NoError(t, s.Validate(exportDecoded(t, exportBytes(t, c, FormatDCATAP, exportAbout()))), f)
	}
}

// Every key is a keyword, or a term whose prefix the context declares; every reference to a dataset or record finds its node.
func TestDCATAPIsAGraphWithoutLooseEnds(t *testing.T) {
	for name, data := range map[string][]byte{
		"with an address":  exportBytes(t, exportSample(), FormatDCATAP, exportAbout()),
		"without":          exportBytes(t, exportSample(), FormatDCATAP),
		"the base catalog": exportBaseBytes(t, exportSample(), FormatDCATAP),
	} {
		t.Run(name, func(t *testing.T) {
			var doc struct {
				Context map[string]any   `json:"@context"`
				Graph   []map[string]any `json:"@graph"`
			}
			require.NoError(t, json.Unmarshal(data, &doc))
			nodes := map[string]string{}
			var walk func(v any)
			walk = func(v any) {
				switch v := v.(type) {
				case []any:
					for _, one := range v {
						walk(one)
					}
				case map[string]any:
					for key, one := range v {
						if prefix, _, ok := strings.Cut(key, ":"); !strings.HasPrefix(key, "@") {
							require.True(t, ok, key)
							require.Contains(t, doc.Context, prefix)
						}
						walk(one)
					}
				}
			}
			for _, n := range doc.Graph {
				walk(n)
				id, ok := n["@id"].(string)
				require.True(t, ok)
				require.NotContains(t, nodes, id, "one node, one identifier")
				nodes[id], _ = n["@type"].(string)
			}
			for key, kind := range map[string]string{"dcat:dataset": "dcat:Dataset", "dcat:record": "dcat:CatalogRecord"} {
				list, ok := doc.Graph[0][key].([]any)
				require.True(t, ok, key)
				for _, id := range list {
					assert.Equal(t, kind, nodes[id.(string)])
				}
			}
		})
	}
}

// When the entry changed and when its data did are two clocks (Articles 22 and 38).
func TestDCATAPKeepsTheTwoClocksApart(t *testing.T) {
	c := &Catalog{Entries: []Entry{
		{ID: "data only", OpenType: Unconditional, UpdatedAt: exportDay("2026-11-01")},
		{ID: "entry only", OpenType: Unconditional, CatalogUpdated: exportDay("2026-10-01")},
	}}
	var doc struct {
		Graph []struct {
			ID       string `json:"@id"`
			Modified string `json:"dct:modified"`
		} `json:"@graph"`
	}
	require.NoError(t, json.Unmarshal(exportBytes(t, c, FormatDCATAP), &doc))
	got := map[string]string{}
	for _, n := range doc.Graph {
		got[n.ID] = n.Modified
	}
	assert.Equal(t, map[string]string{
		"#catalog": "", "#dataset/data%20only": "2026-11-01T00:00:00+08:00",
		"#dataset/entry%20only": "", "#record/entry%20only": "2026-10-01T00:00:00+08:00",
	}, got)
}

// A condition of opening reaches the reader in every format, even where the entry has no format and no address.
func TestConditionsAreInEveryFormat(t *testing.T) {
	c := &Catalog{Entries: []Entry{{ID: "1", Name: "a", OpenType: Conditional, Conditions: []string{"仅限科研"}}}}
	for _, format := range Formats() {
		if format != FormatTableSchema { // describes tables only
			assert.Contains(t, exportPlain(t, format, exportBytes(t, c, format)), "仅限科研", format)
		}
	}
}

func TestWhatIsNotOpenIsNotPublicInAnyVocabulary(t *testing.T) {
	for _, open := range []OpenType{Closed, Undetermined, "", "public", "Unconditional"} {
		eu, us := exportAccess(open)
		assert.Equal(t, []string{"NON_PUBLIC", "non-public"}, []string{eu, us}, open)
	}
}

func TestGapsNameWhatAFormatRequires(t *testing.T) {
	c := &Catalog{Entries: []Entry{{
		ID: "1", Name: "a", Unit: "甲局", OpenType: Conditional, Format: "csv", Conditions: []string{strings.Repeat("字", 256)},
	}}}
	fields := func(format Format) []string {
		var out []string
		for _, g := range Gaps(Open(c), format) {
			assert.Equal(t, "export.required", g.Rule)
			assert.Equal(t, SeverityWarning, g.Severity)
			out = append(out, g.Entry+"."+g.Field)
		}
		return out
	}
	assert.Equal(t, []string{".publisher", "1.summary", "1.url"}, fields(FormatDCATAP))
	assert.Equal(t, []string{".email", "1.summary", "1.theme", "1.updated_at", "1.conditions"}, fields(FormatDCATUS))
	assert.Equal(t, []string{"1.url"}, fields(FormatCKAN))
	assert.Equal(t, []string{"1.url"}, fields(FormatTableSchema))
	assert.Empty(t, fields(FormatXLSX))
}
