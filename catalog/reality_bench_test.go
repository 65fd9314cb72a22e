package catalog

import (
	"fmt"
	"strings"
	"testing"
)

func BenchmarkReality(b *testing.B) {
	var text strings.Builder
	text.WriteString("当事人,统一社会信用代码,处罚金额,处罚日期,处罚机关,处罚事由\n")
	for i := range 20_000 {
		fmt.Fprintf(&text, "深圳市某某科技有限公司%d,9144030071526726XG,%d.50,2024-01-%02d,市场监督管理局,当事人在经营场所内未按照规定公示收费标准，电话138****1234\n", i, i, i%28+1)
	}
	file := text.String()
	b.SetBytes(int64(len(file)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := Reality(b.Context(), realityEntry, strings.NewReader(file), int64(len(file)), "x.csv"); err != nil {
			b.Fatal(err)
		}
	}
}
