package ident

import (
	"strings"
	"testing"
)

func BenchmarkFind(b *testing.B) {
	prose := strings.Repeat("当事人在经营场所内未按照规定公示收费标准，违反了有关规定，责令限期改正并处罚款。", 20)
	for name, s := range map[string]string{
		"prose":       prose,
		"prose_id":    prose + "身份证11010519491231002X，电话13800138000。" + prose,
		"table":       strings.Repeat("1024,深圳市南山区科技园1号,9144030071526726XG,2024-01-31 10:20:30,116.397451,39.909123,是\n", 20),
		"english":     strings.Repeat("The quick brown fox jumps over the lazy dog, and then it sleeps until morning. ", 20),
		"cell_id":     "11010519491231002X",
		"cell_number": "123456.78",
		"cell_text":   "深圳市南山区科技园",
	} {
		b.Run(name, func(b *testing.B) {
			b.SetBytes(int64(len(s)))
			b.ReportAllocs()
			dst := make([]Match, 0, 64)
			for b.Loop() {
				dst = Find(dst[:0], s)
			}
		})
	}
}
