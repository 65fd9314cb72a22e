package source_test

import (
	"fmt"
	"strings"
	"testing"

	"go.yaml.in/yaml/v4"

	"github.com/banfa-go/banfa/internal/source"
)

// rules generates a rule file of n rules as people write them: about 170 bytes and 16 nodes each.
func rules(n int) []byte {
	var b strings.Builder
	b.WriteString("apiVersion: banfa/v1\nkind: Classification\nmetadata: {name: big, title: 大规则集, status: draft}\nrules:\n")
	for i := range n {
		fmt.Fprintf(&b, "  - id: rule-%d\n    basis: 第十二条第（三）项\n    when: >-\n      x\n", i)
		b.WriteString("    require: |\n      fact_a == '高' && !fact_b   # 说明\n")
		b.WriteString("    outcome: closed\n    overrides: [rule-1, rule-2]   # 理由\n")
	}
	return []byte(b.String())
}

func BenchmarkParse(b *testing.B) {
	for _, n := range []int{200, 2_000, 5_000} {
		text := rules(n)
		b.Run(fmt.Sprintf("rules=%d", n), func(b *testing.B) {
			b.SetBytes(int64(len(text)))
			b.ReportAllocs()
			for b.Loop() {
				if f, problems := source.Parse("a.yaml", text, source.DefaultLimits()); f.Root == nil {
					b.Fatal(problems)
				}
			}
		})
	}
}

// What the library alone takes for the same file: the price of our own reading is the difference.
func BenchmarkLibraryAlone(b *testing.B) {
	text := rules(2_000)
	b.SetBytes(int64(len(text)))
	b.ReportAllocs()
	for b.Loop() {
		var n yaml.Node
		if err := yaml.Load(text, &n); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkHostile(b *testing.B) {
	for name, text := range hostile() {
		b.Run(name, func(b *testing.B) {
			b.SetBytes(int64(len(text)))
			b.ReportAllocs()
			for b.Loop() {
				source.Parse("a.yaml", []byte(text), source.DefaultLimits())
			}
		})
	}
}
