package catalog_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/banfa-go/banfa/catalog"
)

const ckanPackage = `{"id":"11-22","name":"parking","title":"停车场","notes":"摘要","organization":{"name":"jt","title":"市交通局"},"private":false,"state":"active",
 "access_rights":"http://publications.europa.eu/resource/authority/access-right/RESTRICTED","frequency":"R/P1M","metadata_modified":"2026-01-02T03:04:05.678901",
 "modified":"2026-01-01","tags":[{"name":"交通"}],"extras":[{"key":"source_system","value":"停车系统"},{"key":"色","value":"蓝"}],
 "resources":[{"format":"CSV","rights":"签订协议","url":"https://example.org/a.csv","fields":[{"id":"_id","type":"int"},{"id":"addr","type":"text","info":{"label":"地址","notes":"详细"}},{"id":"n","type":"int4"}]},
              {"mimetype":"application/json","format":"","schema":{"fields":[{"name":"地址","type":"string"},{"name":"时间","type":"datetime"}]}}]}`

func TestReadJSONReadsWhatCKANAnswers(t *testing.T) {
	for shape, text := range map[string]string{
		"package_show":   `{"help":"h","success":true,"result":` + ckanPackage + `}`,
		"package_search": `{"success":true,"result":{"count":1,"results":[` + ckanPackage + `]}}`,
		"package":        ckanPackage,
		"packages":       "[" + ckanPackage + "]",
		"dump":           ckanPackage + "\n",
	} {
		t.Run(shape, func(t *testing.T) {
			in := readJSON(t, text)
			assert.Equal(t, "ckan", in.Format)
			require.Len(t, in.Catalog.Entries, 1)
			e := in.Catalog.Entries[0]
			assert.Equal(t, "11-22", e.ID)
			assert.Equal(t, "停车场", e.Name)
			assert.Equal(t, "市交通局", e.Unit)
			assert.Equal(t, "停车系统", e.System)
			assert.Equal(t, "csv,json", e.Format)
			assert.Equal(t, catalog.Conditional, e.OpenType)
			assert.Equal(t, []string{"签订协议"}, e.Conditions)
			assert.Equal(t, catalog.Monthly, e.UpdateFrequency)
			assert.Equal(t, []catalog.Item{{Name: "地址", Type: "string", Summary: "详细"}, {Name: "n", Type: "int"}, {Name: "时间", Type: "timestamp"}}, e.Items)
			assert.Equal(t, 2026, e.UpdatedAt.Year())
			assert.Equal(t, "蓝", e.Extra["色"])
			assert.Equal(t, "parking", e.Extra["name"])
			assert.Contains(t, e.Extra, "tags")
			assert.Empty(t, in.Unread)
		})
	}
}

func TestReadJSONTakesTheStricterOfWhatAPackageSays(t *testing.T) {
	for text, want := range map[string]catalog.OpenType{
		`{"resources":[]}`:                                          catalog.Undetermined, // being listed is no decision
		`{"resources":[],"private":false}`:                          catalog.Undetermined,
		`{"resources":[],"private":true,"access_rights":"public"}`:  catalog.Closed,
		`{"resources":[],"access_rights":"public"}`:                 catalog.Unconditional,
		`{"resources":[],"access_rights":"ask me"}`:                 catalog.Undetermined,
		`{"resources":[],"access_rights":"public","state":"draft"}`: catalog.Closed,
	} {
		assert.Equal(t, want, readJSON(t, text).Catalog.Entries[0].OpenType, text)
	}
	_, err := catalog.ReadJSON(t.Context(), strings.NewReader(`{"success":false,"result":{}}`), "f")
	require.ErrorContains(t, err, "failed")
}

func TestReadJSONReadsDataJSONOfDCATUS(t *testing.T) {
	in := readJSON(t, `{"conformsTo":"https://project-open-data.cio.gov/v1.1/schema","dataset":[
 {"@type":"dcat:Dataset","identifier":"a","title":"Bridges","description":"d","accessLevel":"public","accrualPeriodicity":"R/P3M","modified":"2026-01-02","publisher":{"@type":"org:Organization","name":"DOT","subOrganizationOf":{"name":"City"}},"theme":["Transport"],"distribution":[{"mediaType":"text/csv"},{"format":"API"}],"keyword":["x"]},
 {"identifier":"b","title":"Benefits","accessLevel":"restricted public","rights":"Sign an agreement","modified":"R/P1D"},
 {"identifier":"c","title":"Patients","accessLevel":"non-public"},
 {"identifier":"d","title":"New"},
 {"identifier":"e","title":"Odd","accessLevel":"sort of","accrualPeriodicity":"when it rains","modified":"once"}]}`)
	assert.Equal(t, "dcat-us", in.Format)
	list := in.Catalog.Entries
	require.Len(t, list, 5)
	assert.Equal(t, []catalog.OpenType{catalog.Unconditional, catalog.Conditional, catalog.Closed, catalog.Undetermined, catalog.Undetermined},
		[]catalog.OpenType{list[0].OpenType, list[1].OpenType, list[2].OpenType, list[3].OpenType, list[4].OpenType})
	assert.Equal(t, "DOT", list[0].Unit)
	assert.Equal(t, "Transport", list[0].Theme)
	assert.Equal(t, "api,csv", list[0].Format)
	assert.Equal(t, catalog.Quarterly, list[0].UpdateFrequency)
	assert.Contains(t, list[0].Extra, "keyword")
	assert.Contains(t, list[0].Extra, "publisher", "the office above stays")
	assert.Equal(t, []string{"Sign an agreement"}, list[1].Conditions)
	assert.Equal(t, catalog.Daily, list[1].UpdateFrequency)
	assert.Equal(t, "when it rains", list[4].Extra["accrualPeriodicity"])
	require.Len(t, in.Unread, 3)
	assert.Equal(t, "accessLevel", in.Unread[0].Column)
	assert.Equal(t, 5, in.Unread[0].Row)

	_, err := catalog.ReadJSON(t.Context(), strings.NewReader("{\"dataset\":[\n{\"title\":}]}"), "data.json")
	require.ErrorContains(t, err, "data.json:2:")
}
