package catalog

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"pgregory.net/rapid"
)

func TestDatesOfManyShapesAreInShanghai(t *testing.T) {
	for text, want := range map[string]string{
		"2026-02-11 16:35:36":           "2026-02-11T16:35:36+08:00",
		"2026-2-1":                      "2026-02-01T00:00:00+08:00",
		"2026/2/11":                     "2026-02-11T00:00:00+08:00",
		"2026.02.11":                    "2026-02-11T00:00:00+08:00",
		"2026年2月11日":                    "2026-02-11T00:00:00+08:00",
		"2026年2月11日 9时05分":              "2026-02-11T09:05:00+08:00",
		"２０２６年２月":                       "2026-02-01T00:00:00+08:00",
		"2026-02":                       "2026-02-01T00:00:00+08:00",
		"20260211":                      "2026-02-11T00:00:00+08:00",
		"20260211163536":                "2026-02-11T16:35:36+08:00",
		"46064":                         "2026-02-11T00:00:00+08:00",
		"46064.5":                       "2026-02-11T12:00:00+08:00",
		"1770798936000":                 "2026-02-11T16:35:36+08:00",
		"2026-02-11T08:35:36Z":          "2026-02-11T08:35:36Z",
		"2026-02-11T16:35:36.123+08:00": "2026-02-11T16:35:36+08:00",
		"115/02/11":                     "2026-02-11T00:00:00+08:00",
		"2026-02-30":                    "",
		"2026-13-01":                    "",
		"11/2/26":                       "",
		"2026-02 10:00":                 "",
		"2026":                          "",
		"0001-01-01T00:00:00Z":          "",
		"长期":                            "",
		"2026-02-11 25:00:00":           "",
	} {
		at, ok := importDate(text)
		got := ""
		if ok {
			got = at.Format("2006-01-02T15:04:05Z07:00")
		}
		assert.Equal(t, want, got, text)
	}
}

func TestItemsStandInTheProseOfSummaries(t *testing.T) {
	for summary, want := range map[string]string{
		"该数据是某局提供的停车场信息，包括名称、地址、泊位数等字段信息。": "名称|地址|泊位数",
		"数据包含序号，奖项，单位名称":                   "序号|奖项|单位名称",
		"包括名称,别称,批次等属性字段。<br>":             "名称|别称|批次",
		"包含总量（万吨）、日均量（吨/日）字段。":             "总量（万吨）|日均量（吨/日）",
		"包括接待形式（植树、认养等等）,电话,等信息":           "接待形式（植树、认养等等）|电话",
		"包括处罚依据（类别、依据等字段信息。":               "处罚依据（类别|依据",
		"包括XM YSS JSS 等字段信息。":              "XM|YSS|JSS",
		"包括组织 id、绑定 id":                    "组织 id|绑定 id",
		"处罚信息（不包含隐私）信息，包括文号,依据等属性字段":       "文号|依据",
		"情况(续信息，包括地区、普通高中等属性字段。":           "地区|普通高中",
		"包括项目、床位等 等属性字段":                   "项目|床位",
		"某局提供的名录":                          "",
		"":                                 "",
		"该数据是名录，包括":                        "中断",
		"该数据是名录，包含数据":                      "中断",
		"该数据是趋势预测，包括内容字段信息。":               "中断",
	} {
		p := importProse(summary)
		got := strings.Join(p.items, "|")
		if p.cut {
			got = "中断"
		}
		assert.Equal(t, want, got, summary)
	}
}

// What is split and put together again has the same letters: no item is lost or made up.
func TestSplittingALosesNoLetter(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.StringMatching(`[甲乙ab（）()、,/；\n ]{0,30}`).Draw(t, "text")
		letters := func(s string) string {
			return strings.Map(func(r rune) rune {
				if strings.ContainsRune("甲乙ab（）()", r) {
					return r
				}
				return -1
			}, s)
		}
		assert.Equal(t, letters(text), letters(strings.Join(importSplit(text), "")))
	})
}

func TestFormatsAreNormalised(t *testing.T) {
	for text, want := range map[string]string{
		"csv,XLSX":      "csv,xlsx",
		"Xlsx、csv；xlsx": "csv,xlsx",
		"接口/CSV":        "api,csv",
		".json":         "json",
		"电子表格":          "xlsx",
		"纸质":            " 纸质",
		"csv、数据库表、pdf":  "csv,pdf 数据库表",
	} {
		got, unknown := importFormats(text)
		if len(unknown) > 0 {
			got += " " + strings.Join(unknown, " ")
		}
		assert.Equal(t, want, got, text)
	}
}

func TestLevelsAndSentences(t *testing.T) {
	for text, want := range map[string]int{"3": 3, "三级": 3, "第3级": 3, "L2": 2, "4.0": 4, "5": 0, "敏感": 0} {
		n, ok := importLevel(text)
		assert.Equal(t, want, n, text)
		assert.Equal(t, want > 0, ok, text)
	}
	assert.Equal(t, []string{"实名认证", "签订协议", "仅限研究"}, importSentences("1.实名认证；\n2、签订协议;（三）仅限研究"))
}
