package banfa_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"

	"github.com/banfa-go/banfa"
)

func ExampleParseCitation() {
	c, err := banfa.ParseCitation("第四十三条第一款第（三）项")
	fmt.Println(c.Article, c.Paragraph, c.Item, err)
	fmt.Println(c, "=", c.Short())

	// Any other spelling is refused, with the right one where it can only be one.
	_, err = banfa.ParseCitation("Article 12(3)")
	var wrong *banfa.CitationError
	if errors.As(err, &wrong) {
		fmt.Println(wrong.Suggestion)
	}
	// Output:
	// 43 1 3 <nil>
	// 第四十三条第一款第（三）项 = 43p1(3)
	// 第十二条第（三）项
}

func ExampleCitation_MarshalText() {
	finding := struct {
		Basis banfa.Citation `json:"basis"`
	}{banfa.Citation{Instrument: "civil-code", Article: 201, Paragraph: 1}}
	text, err := json.Marshal(finding)
	fmt.Println(string(text), err)
	// Output:
	// {"basis":"civil-code 第二百零一条第一款"} <nil>
}

func ExampleInstrument_Check() {
	measures := &banfa.Instrument{
		ID:    "shenzhen",
		Title: "深圳市公共数据开放管理办法（征求意见稿）",
		Articles: []banfa.Article{
			{Number: 12, Paragraphs: []int{4}},    // one paragraph with four items
			{Number: 15, Paragraphs: []int{0, 0}}, // two paragraphs without items
		},
	}
	fmt.Println(measures.Check(banfa.Citation{Article: 12, Item: 4}))
	fmt.Println(measures.Check(banfa.Citation{Article: 12, Item: 5}))
	// Output:
	// <nil>
	// banfa: 第十二条第（五）项 does not exist: item (4) is the last of its paragraph; did you mean 第十二条第（四）项?
}

func ExampleDiagnostics_WriteText() {
	source := "rules:\n" +
		"  - id: art13-1\n" +
		"    basis: 第十三条第一项\n"
	findings := banfa.NewDiagnostics(map[string]string{"open-type.yaml": source})
	findings.Add(banfa.Diagnostic{
		Code: "BF3001",
		File: "open-type.yaml",
		Range: banfa.Range{
			Start: banfa.Position{Line: 3, Column: 12},
			End:   banfa.Position{Line: 3, Column: 19},
		},
		Key:   "law.citation-brackets",
		Args:  []string{"第十三条第一项"},
		Hints: []banfa.Phrase{{Key: "hint.write-as", Args: []string{"第十三条第（一）项"}}},
	})
	findings.Sort()
	if err := findings.WriteText(os.Stdout, banfa.TextOptions{Lang: "zh"}); err != nil {
		fmt.Println(err)
	}
	// Output:
	// open-type.yaml:3:12: 错误[BF3001] 项的序号写在全角括号（）内，第十三条第一项 没有
	//      |
	//    3 |     basis: 第十三条第一项
	//      |            ^^^^^^^^^^^^^^
	//      = 请写 第十三条第（一）项
}
