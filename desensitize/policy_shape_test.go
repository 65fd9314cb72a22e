package desensitize

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// page is the report of a run over csv text as a page for people.
func pageOf(t testing.TB, policy, in string, opts ...RunOption) string {
	t.Helper()
	_, r, err := runCSV(t, newPolicy(t, policy), in, append(opts, Distributions(), MeasureBefore())...)
	require.NoError(t, err)
	var b bytes.Buffer
	require.NoError(t, r.WriteHTML(&b, "en"))
	return b.String()
}

func TestThePageShowsHowValuesAreSpreadAndNoneThatIsRare(t *testing.T) {
	in := parkingRows(400) + "粤B88888,13987654321,1955-05-06,光明区,5\n"
	html := pageOf(t, strings.Replace(parking, "value: 2", "value: 1", 1), in)
	for _, shown := range []string{
		"before · 福田区", "before · 1980-05-06", "after · 1980s", "Rows by the size of their class", "different values before",
	} {
		assert.True(t, strings.Contains(html, shown), shown)
	}
	for _, hidden := range []string{"光明区", "1955-05-06", "1950s", "粤B", "13800000", "13987654321"} {
		assert.False(t, strings.Contains(html, hidden), hidden)
	}
}

func TestThePageDoesNotDependOnWorkersOrOrder(t *testing.T) {
	var rows []string
	for i := range 5000 { // more different fees than are counted, so that they go into bins
		rows = append(rows, fmt.Sprintf("粤B%05d,138%08d,19%d-05-06,%s,%d.25", 10000+i, i*7, 80+i%20, []string{"福田区", "南山区"}[i%2], i))
	}
	page := func(workers int) string {
		return pageOf(t, parking, "plate_no,phone,birth,district,fee\n"+strings.Join(rows, "\n")+"\n", Workers(workers))
	}
	want := page(1)
	assert.True(t, strings.Contains(want, "fee, by magnitude"))
	assert.True(t, strings.Contains(want, "before · 1000–"))
	rand.New(rand.NewPCG(1, 2)).Shuffle(len(rows), func(i, j int) { rows[i], rows[j] = rows[j], rows[i] })
	assert.True(t, want == page(1))
	assert.True(t, want == page(3))
}

func TestAReportInJSONHasNoDistributions(t *testing.T) {
	_, report, err := spooled(t, newPolicy(t, parking), parkingRows(100), nil, "csv", Distributions())
	require.NoError(t, err)
	_, plain, err := spooled(t, newPolicy(t, parking), parkingRows(100), nil, "csv")
	require.NoError(t, err)
	assert.Equal(t, plain, report)
}

func TestBinsHaveAFixedForm(t *testing.T) {
	for _, c := range []struct{ typ, cell, bin string }{
		{"date", "1988-05-06", "1988"},
		{"date", "1980s", "1980"},
		{"date", "x", "?"},
		{"decimal", "0.5", "0–1"},
		{"decimal", "-0.5", "-0–1"},
		{"decimal", "7", "7–"},
		{"decimal", "1234.5", "1000–"},
		{"int", "-99", "-90–"},
		{"int", "<5", "?"},
		{"decimal", strings.Repeat("9", 60), "9" + strings.Repeat("0", 30) + "–"},
		{"string", "福田区", "3"},
		{"string", "", "0"},
	} {
		assert.Equal(t, c.bin, shapeBin([]byte(c.cell), c.typ), "%s %q", c.typ, c.cell)
	}
}
