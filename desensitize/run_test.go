package desensitize

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/banfa-go/banfa"
	"github.com/banfa-go/banfa/internal/stream"
	"github.com/banfa-go/banfa/measures/shenzhen"
)

// noon is the time of runs in tests.
var noon = time.Date(2026, 11, 24, 4, 0, 0, 0, time.UTC)

func loadPolicy(t testing.TB, text string) *banfa.Rules {
	t.Helper()
	rules, err := banfa.Load(fstest.MapFS{"policy.yaml": {Data: []byte(text)}}, banfa.Citable(shenzhen.FS()))
	require.NoError(t, err)
	return rules
}

func testKey(name string) []byte { return bytes.Repeat([]byte(name[:1]), 32) }

func newPolicy(t testing.TB, text string, opts ...Option) *Policy {
	t.Helper()
	opts = append([]Option{
		Clock(func() time.Time { return noon }), KeySource(func(name string) ([]byte, error) { return testKey(name), nil }),
	}, opts...)
	p, err := New(loadPolicy(t, text), opts...)
	require.NoError(t, err)
	return p
}

// runCSV runs a policy over csv text.
func runCSV(t testing.TB, p *Policy, in string, opts ...RunOption) (string, *Report, error) {
	t.Helper()
	source, err := stream.NewSource(strings.NewReader(in), stream.Options{Name: "in.csv", Format: stream.CSV, Chunk: 256})
	if err != nil {
		return "", nil, err
	}
	var out bytes.Buffer
	sink, err := stream.Create(&out, stream.SinkOptions{Format: stream.CSV}, source.Columns())
	require.NoError(t, err)
	r, err := p.Run(context.Background(), source, sink, opts...)
	require.NoError(t, sink.Close())
	return out.String(), r, err
}

func TestTheDesignsExampleRuns(t *testing.T) {
	text, err := os.ReadFile(filepath.Join("..", "..", "shared", "design", "examples", "parking-desensitization.yaml"))
	if err != nil {
		t.Skip("the design's examples are not beside this checkout")
	}
	p := newPolicy(t, strings.Replace(string(text), "k: {value: 21", "k: {value: 1", 1))
	out, r, err := runCSV(t, p, `plate_no,phone,owner_name,birth,district,entered_at,fee
粤B12345,13812345678,王小明,1988-05-06,福田区,2026-10-01T09:12:33+08:00,12.50
粤B1234,138123,李雷,1990-13-01,南山区,2026-10-01 10:00:00,4.99
粤B54321,13912345678,韩梅梅,2020-05-06,福田区,2026-10-01T09:12:33+08:00,7
,,,,,,
`)
	require.NoError(t, err)
	assert.Equal(t, `plate_no,phone,owner_name,birth,district,entered_at,fee
15be185a71263a113994da4bf979aea9,138****5678,,1988,福田区,2026-10-01T09:00:00+08:00,15
`, out)
	assert.Equal(t, RowFacts{In: 4, Out: 1, Dropped: 1, Undecided: 2}, r.Facts.Rows)
}
