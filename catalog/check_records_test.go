package catalog_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/banfa-go/banfa/catalog"
)

func readTable(t *testing.T, set, text string) ([]map[string]any, error) {
	t.Helper()
	return shenzhenChecker(t).ReadTable(t.Context(), set, strings.NewReader(text), int64(len(text)), "records.csv")
}

func TestRecordsAreReadFromATable(t *testing.T) {
	for name, c := range map[string]struct {
		set, text string
		want      []map[string]any
	}{
		"by label, in any order, below a title": {"agency", "单位名录,,,\n应当报送目录,单位状态,备注,单位名称,职责或者名称最近变更日期\n是,存续,x,市水务局,2019/1/10\n,已合并,,市计委,\n", []map[string]any{
			{"name": "市水务局", "status": "active", "submits": true, "since": "2019-01-10"}, {"name": "市计委", "status": "merged"},
		}},
		"by name": {"platform", "id,files,reachable,observed_at\no1,2,no,2026-11-24 06:00\n", []map[string]any{
			{"id": "o1", "files": int64(2), "reachable": false, "observed_at": time.Date(2026, 11, 24, 6, 0, 0, 0, time.FixedZone("CST", 8*60*60))},
		}},
		"by English label":              {"it_system", "System,Status of the system\nparking,running\n", []map[string]any{{"name": "parking", "status": "running"}}},
		"a list":                        {"project", "项目编号,涉及的系统\nx1,停车系统、公交系统\n", []map[string]any{{"id": "x1", "systems": []any{"停车系统", "公交系统"}}}},
		"what does not fit stays":       {"platform", "id,files,reachable,updated_at\no1,many,perhaps,soon\n", []map[string]any{{"id": "o1", "files": "many", "reachable": "perhaps", "updated_at": "soon"}}},
		"a header alone has no records": {"agency", "单位名称,单位状态\n", []map[string]any{}},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := readTable(t, c.set, c.text)
			require.NoError(t, err)
			require.Len(t, got, len(c.want))
			for i := range got {
				if at, ok := got[i]["observed_at"].(time.Time); ok {
					assert.True(t, at.Equal(c.want[i]["observed_at"].(time.Time)))
					got[i]["observed_at"] = c.want[i]["observed_at"]
				}
			}
			assert.Equal(t, c.want, got)
		})
	}
}

func TestATableThatHoldsNoRecordsIsRefused(t *testing.T) {
	for text, want := range map[string]string{
		"名字,状态\n市水务局,存续\n":                   "no row of the first 10 has the column name of agency",
		"单位名称,单位名称\n市水务局,存续\n":               "two columns are called name or 单位名称",
		strings.Repeat("x\n", 20) + "单位名称\n": "no row of the first 10",
	} {
		_, err := readTable(t, "agency", text)
		assert.ErrorContains(t, err, want)
	}
	_, err := readTable(t, "agencies", "单位名称\n")
	var unknown *catalog.CheckInputError
	assert.ErrorAs(t, err, &unknown)
}

// What stands in a table is checked as what stands in JSON is: a value that does not fit is a finding, and a fact that is missing cannot be judged.
func TestRecordsOfATableAreJudged(t *testing.T) {
	records, err := readTable(t, "platform", "id,observed_at,files,reachable\no1,2026-11-24,many,yes\n")
	require.NoError(t, err)
	r := check(t, catalog.Input{Records: map[string][]map[string]any{"platform": records}})
	got := map[string]string{}
	for _, f := range r.Findings {
		if f.Record == "platform" && f.Entry == "o1" {
			got[f.Rule] = string(f.Verdict) + " " + strings.Join(f.Missing, ",") + f.MessageEN
		}
	}
	assert.Equal(t, `violated files and interfaces has the wrong type: string "many"`, got["platform.files"])
	assert.Contains(t, got["art38-1-no-data"], "unjudged files")
	assert.NotContains(t, got, "art38-1-unreachable")
}
