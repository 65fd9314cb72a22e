package desensitize

import (
	"encoding/csv"
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// noCell fails where a cell of the input stands in what a run says about itself. Cells shorter than 6 bytes stand everywhere by chance, and so do those that are
// in what is said about an input of other cells.
func noCell(t require.TestingT, cells []string, said ...string) {
	for _, cell := range cells {
		if len(cell) < 6 {
			continue
		}
		quoted, err := json.Marshal(cell)
		require.NoError(t, err)
		for _, s := range said {
			require.False(t, strings.Contains(s, cell) || strings.Contains(s, string(quoted[1:len(quoted)-1])), "a cell of %d bytes is told", len(cell))
		}
	}
}

// saidOf is all that a run says about itself: the report, its text, the error, and the record.
func saidOf(t testing.TB, p *Policy, in string) []string {
	t.Helper()
	_, r, err := runCSV(t, p, in, MeasureBefore())
	var said []string
	if err != nil {
		said = append(said, err.Error())
		var spoken interface{ Message(lang string) string }
		if errors.As(err, &spoken) {
			said = append(said, spoken.Message("zh"))
		}
	}
	if r == nil {
		return said
	}
	report, err := json.Marshal(r)
	require.NoError(t, err)
	input := inputOf(t, in)
	record, err := p.Record(r, RecordRun{
		Started: noon, Finished: noon, Inputs: []RecordFile{input}, Outputs: []RecordFile{input}, Before: RiskBefore(r), Approver: "张三",
	})
	require.NoError(t, err)
	line, err := record.seal(1, RecordStart, RecordPrivateKey{})
	require.NoError(t, err)
	return append(said, string(report), r.Text("zh"), r.Text("en"), string(line))
}

func TestNoCellOfTheInputIsToldInRecordsReportsAndErrors(t *testing.T) {
	for name, policy := range map[string]string{
		"released":          strings.Replace(parking, "value: 2", "value: 1", 1),
		"refused":           strings.Replace(parking, "value: 2", "value: 100000", 1),
		"a malformed value": strings.Replace(parking, "apply: \"value.mask(3, 4)\"", "apply: \"value.mask(3, 4)\", on_invalid: refuse", 1),
	} {
		t.Run(name, func(t *testing.T) {
			p := newPolicy(t, policy)
			rapid.Check(t, func(rt *rapid.T) {
				// A mark in front of every cell that a rule of text keeps tells it from whatever else is said.
				word := rapid.StringMatching(`[a-z0-9",;'\\<>& 一-龥]{0,12}`)
				var rows [][]string
				var cells []string
				for range rapid.IntRange(1, 12).Draw(rt, "rows") {
					row := []string{
						"粤B" + rapid.StringMatching(`[0-9]{5}`).Draw(rt, "plate"), "1" + rapid.StringMatching(`[3-9][0-9]{9}`).Draw(rt, "phone"),
						rapid.SampledFrom([]string{"1985-05-06", "1991-12-31", "一九八五年", ""}).Draw(rt, "birth"), "§区" + word.Draw(rt, "district"), "7654321." + rapid.StringMatching(`[0-9]{2}`).Draw(rt, "fee"),
					}
					if rapid.IntRange(0, 3).Draw(rt, "malformed") == 0 {
						row[rapid.IntRange(0, 4).Draw(rt, "which")] = "§坏" + word.Draw(rt, "value")
					}
					rows = append(rows, row)
					cells = append(cells, row...)
				}
				var in strings.Builder
				w := csv.NewWriter(&in)
				require.NoError(rt, w.Write([]string{"plate_no", "phone", "birth", "district", "fee"}))
				require.NoError(rt, w.WriteAll(rows))
				noCell(rt, cells, saidOf(t, p, in.String())...)
			})
		})
	}
}

func FuzzNoCellIsTold(f *testing.F) {
	p := newPolicy(f, strings.Replace(parking, "value: 2", "value: 1", 1))
	f.Add("粤B12345", "13812345678", "1985-05-06", "福田区某某", "12.50")
	f.Add("§§坏车牌", "x\"y\"zzzz", "1985年", "电话13912345678", "五元五角")
	f.Fuzz(func(t *testing.T, plate, phone, birth, district, fee string) {
		row := []string{plate, phone, birth, district, fee}
		var in strings.Builder
		w := csv.NewWriter(&in)
		require.NoError(t, w.Write([]string{"plate_no", "phone", "birth", "district", "fee"}))
		require.NoError(t, w.Write(row))
		w.Flush()
		// What is said of other cells cannot have been told by these.
		common := strings.Join(saidOf(t, p, "plate_no,phone,birth,district,fee\n粤B00001,13000000001,2000-01-01,x,1\n"), "\n")
		var cells []string
		for _, c := range row {
			if !strings.Contains(common, c) && strings.Trim(c, "0123456789abcdef.-+") != "" { // digests and counts are of such characters
				cells = append(cells, c)
			}
		}
		noCell(t, cells, saidOf(t, p, in.String())...)
	})
}
