package condition_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/banfa-go/banfa"
	"github.com/banfa-go/banfa/condition"
)

// accessMany is a bundle of n files that extend one base.
func accessMany(b require.TestingT, n int) *banfa.Rules {
	base, err := os.ReadFile(filepath.Join("testdata", "access", "base-access.yaml"))
	require.NoError(b, err)
	files := map[string]string{"base.yaml": string(base)}
	for i := range n {
		files[fmt.Sprintf("f%d.yaml", i)] = fmt.Sprintf(`apiVersion: banfa/v1
kind: Conditions
metadata: {name: f%d, title: 小例, status: draft, issuer: 某局}
instrument: shenzhen
extends: base-access
datasets: [d%d]
facts:
  scenario: {label: 应用场景, type: enum, values: {traffic: 智慧交通, emergency: 突发事件应对, research: 科学研究, other: 其他}}
  usage_mode: {label: 使用方式, type: enum, values: {sandbox: 不出域, invisible: 不可见, download: 下载}}
requirements:
  - {id: scenario-scope, dimension: scenario, basis: 第二十六条第（三）项, mitigates: 营销, require: "scenario in ['traffic', 'emergency']"}
  - {id: in-domain, dimension: usage, basis: 第二十七条第（一）项, mitigates: 外泄, when: mlps_level < 3, require: usage_mode != 'download'}
`, i, i)
	}
	rules, ds := accessFiles(b, files)
	require.NotNil(b, rules, "%v", ds)
	return rules
}

func BenchmarkLoadThousandFilesThatExtendOne(b *testing.B) {
	for b.Loop() {
		accessMany(b, 998)
	}
}

func BenchmarkDecide(b *testing.B) {
	rules := accessMany(b, 10)
	a, err := condition.New(rules, condition.ForDataset("d7"), condition.Clock(accessClock))
	require.NoError(b, err)
	for name, facts := range map[string]banfa.Map{
		"complete":   {"real_name_verified": true, "agreement_accepted": true, "mlps_level": 2, "scenario": "traffic", "usage_mode": "sandbox"},
		"incomplete": {"real_name_verified": true, "scenario": "traffic"},
	} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				if _, err := a.Decide(context.Background(), facts); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
