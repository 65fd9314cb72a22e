package banfa_test

import (
	"fmt"
	"io/fs"
	"strings"
	"syscall"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/require"

	"github.com/banfa-go/banfa"
	"github.com/banfa-go/banfa/measures/shenzhen"
)

// loadConditions is a bundle of n files of conditions that extend one of the pack's, as bench/access_test.go has it.
func loadConditions(t testing.TB, n int) fs.FS {
	t.Helper()
	fsys := fstest.MapFS{}
	for _, name := range []string{"shenzhen.yaml", "conditional-access.yaml"} {
		text, err := fs.ReadFile(shenzhen.FS(), name)
		require.NoError(t, err)
		fsys[name] = &fstest.MapFile{Data: text}
	}
	scenarios := []string{"guidance", "emergency", "research", "marketing", "other"}
	for i := range n {
		allowed := "['" + scenarios[i%5] + "', '" + scenarios[(i+1)%5] + "', '" + scenarios[(i+2)%5] + "']"
		fsys[fmt.Sprintf("c%04d.yaml", i)] = &fstest.MapFile{Data: fmt.Appendf(nil, `apiVersion: banfa/v1
kind: Conditions
metadata: {name: c%04d, title: 条件, status: draft, issuer: 某局}
instrument: shenzhen
extends: conditional-access
datasets: [city-%04d]
facts:
  mlps_level: {label: 定级, type: int, min: 0, max: 5}
  blacklisted: {label: 失信, type: bool}
  scenario: {label: 场景, type: enum, values: {guidance: 诱导, emergency: 应急, research: 科研, marketing: 营销, other: 其他}}
  usage_mode: {label: 方式, type: enum, values: {sandbox: 沙箱, invisible: 不可见, result: 结果, download: 下载}}
requirements:
  - {id: level, dimension: user, basis: 第二十五条第（一）项, require: mlps_level >= %d, mitigates: 泄露}
  - {id: credit, dimension: user, basis: 第二十五条第（二）项, require: '!blacklisted', mitigates: 违约}
  - {id: scope, dimension: scenario, basis: 第二十六条第（三）项, require: "scenario in %s", mitigates: 滥用}
  - {id: domain, dimension: usage, basis: 第二十七条第（一）项, when: "!(scenario == 'emergency' && mlps_level >= 3)", require: usage_mode != 'download', mitigates: 外流}
`, i, i, i%4, allowed)}
	}
	return fsys
}

// loadRules is one file of n classification rules, as bench/rules.go has them.
func loadRules(n int) fs.FS {
	var b strings.Builder
	b.WriteString(`apiVersion: banfa/v1
kind: Classification
metadata: {name: w, title: W, status: draft}
instrument: w
facts:
  domain: {label: d, type: string, max_length: 40}
  sensitivity: {label: s, type: int}
outcomes: {unconditional: a, conditional: b, closed: c}
rules:
`)
	for i := range n {
		fmt.Fprintf(&b, "  - {id: r%d, basis: 第一条, when: \"domain == 'd%04d' && sensitivity >= %d\", outcome: conditional}\n", i, i/4, i%4)
	}
	b.WriteString("otherwise: {id: rest, basis: 第一条, outcome: unconditional}\n")
	return fstest.MapFS{
		"w.yaml": {Data: []byte(b.String())},
		"law.yaml": {Data: []byte(`apiVersion: banfa/v1
kind: Instrument
metadata: {name: w, title: 测, status: draft}
articles: [{n: 1, title: 一, paragraphs: [0]}]
`)},
	}
}

// BenchmarkLoad reports the processor time of loading and checking a bundle, garbage collection included.
func BenchmarkLoad(b *testing.B) {
	for _, load := range []struct {
		name string
		fsys fs.FS
	}{
		{"1,000 files of conditions", loadConditions(b, 1000)},
		{"1,000 rules", loadRules(1000)},
		{"10,000 rules", loadRules(10_000)},
		{"the pack", shenzhen.FS()},
	} {
		b.Run(load.name, func(b *testing.B) {
			b.ReportAllocs()
			before := loadProcessorTime(b)
			for b.Loop() {
				_, ds, err := banfa.Check(load.fsys, banfa.WithLimits(banfa.Limits{Files: 1002, FileBytes: 8 << 20, Rules: 20_000}))
				require.NoError(b, err)
				require.False(b, ds.HasErrors(), "%v", ds)
			}
			b.ReportMetric(float64(loadProcessorTime(b)-before)/float64(b.N), "cpu-ns/op")
		})
	}
}

func loadProcessorTime(b *testing.B) int64 {
	b.Helper()
	var u syscall.Rusage
	require.NoError(b, syscall.Getrusage(syscall.RUSAGE_SELF, &u))
	return u.Utime.Nano() + u.Stime.Nano()
}
