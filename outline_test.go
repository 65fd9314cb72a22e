package banfa

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// excerptOfShenzhen is a part of the Measures' outline, with an article inserted to have one.
func excerptOfShenzhen() *Instrument {
	return &Instrument{ID: "shenzhen", Title: "深圳市公共数据开放管理办法（征求意见稿）", Articles: []Article{
		{Number: 12, Paragraphs: []int{4}},
		{Number: 12, Sub: 1, Paragraphs: []int{0}},
		{Number: 15, Paragraphs: []int{0, 0}},
		{Number: 42},
		{Number: 43, Paragraphs: []int{7, 0}},
		{Number: 50, Paragraphs: []int{1, 2, 2}},
	}}
}

func TestCitationsAreCheckedAgainstTheOutline(t *testing.T) {
	const fine = ""
	for _, c := range []struct{ cited, want, nearest string }{
		{"第十二条", fine, ""},
		{"第十二条第（四）项", fine, ""},
		{"第十二条之一", fine, ""},
		{"第十五条", fine, ""}, // the whole article may always be cited
		{"第十五条第二款", fine, ""},
		{"第四十二条", fine, ""},
		{"第四十三条第一款第（七）项", fine, ""},
		{"civil-code 第十二条第（四）项", fine, ""}, // which instrument is the caller's question

		{"第九十九条", "第九十九条 is not in the outline of 深圳市公共数据开放管理办法（征求意见稿）, which ends with Article 50", "第五十条"},
		{"第十四条", "第十四条 is not in the outline of 深圳市公共数据开放管理办法（征求意见稿）", "第十五条"},
		{"第十二条之三", "第十二条之三 is not in the outline of 深圳市公共数据开放管理办法（征求意见稿）", "第十二条之一"},
		{"第四十二条之一", "第四十二条之一 is not in the outline of 深圳市公共数据开放管理办法（征求意见稿）", "第四十二条"},
		{"第十五条第三款", "第十五条第三款 does not exist: paragraph 2 is the article's last", "第十五条第二款"},
		{"第十二条第二款", "第十二条第二款 does not exist: paragraph 1 is the article's last", "第十二条"},
		{"第十二条第（五）项", "第十二条第（五）项 does not exist: item (4) is the last of its paragraph", "第十二条第（四）项"},
		{"第四十三条第一款第（八）项", "第四十三条第一款第（八）项 does not exist: item (7) is the last of its paragraph", "第四十三条第一款第（七）项"},
		{"第四十三条第二款第（一）项", "第四十三条第二款第（一）项 does not exist: the paragraph has no items", "第四十三条第二款"},
		{"第四十二条第（一）项", "第四十二条第（一）项 does not exist: the paragraph has no items", "第四十二条"},
		{"第十二条第一款第（三）项", "第十二条第一款第（三）项 names the only paragraph; an article with one paragraph is cited without it", "第十二条第（三）项"},
		{"第四十二条第一款", "第四十二条第一款 names the only paragraph; an article with one paragraph is cited without it", "第四十二条"},
		{"第四十三条第（三）项", "第四十三条第（三）项 must name the paragraph, since the article has 2 of them", "第四十三条第一款第（三）项"},
		{"第四十三条第（九）项", "第四十三条第（九）项 must name the paragraph, since the article has 2 of them", "第四十三条第一款第（七）项"},
		// as somebody who read "Article 15(2)" would cite the second paragraph
		{"第十五条第（二）项", "第十五条第（二）项 must name the paragraph, since the article has 2 of them", "第十五条第二款"},
		{"第五十条第（一）项", "第五十条第（一）项 must name the paragraph, since the article has 3 of them", "第五十条第一款第（一）项"},
		{"第五十条第（二）项", "第五十条第（二）项 must name the paragraph, since the article has 3 of them", "第五十条第二款第（二）项"},
		{"第五十条第（九）项", "第五十条第（九）项 must name the paragraph, since the article has 3 of them", "第五十条第二款第（二）项"},
		{"civil-code 第十五条第三款", "civil-code 第十五条第三款 does not exist: paragraph 2 is the article's last", "civil-code 第十五条第二款"},
	} {
		t.Run(c.cited, func(t *testing.T) {
			cited, err := ParseCitation(c.cited)
			require.NoError(t, err)
			err = excerptOfShenzhen().Check(cited)
			if c.want == fine {
				require.NoError(t, err)
				return
			}
			var wrong *OutlineError
			require.ErrorAs(t, err, &wrong)
			assert.Equal(t, c.want, wrong.Phrase().Text("en"))
			assert.Equal(t, c.nearest, wrong.Suggestion.String())
			assert.Equal(t, "banfa: "+c.want+"; did you mean "+c.nearest+"?", wrong.Error())
		})
	}
}

func TestAnEmptyOutlineSuggestsNothing(t *testing.T) {
	err := (&Instrument{Title: "X"}).Check(Citation{Article: 1})
	assert.EqualError(t, err, "banfa: 第一条 is not in the outline of X, which ends with Article 0")
}

func TestUnitsAreTheSmallestPlacesInTheOrderOfTheText(t *testing.T) {
	var short []string
	for c := range excerptOfShenzhen().Units() {
		short = append(short, c.Short())
	}
	assert.Equal(t, []string{
		"12(1)", "12(2)", "12(3)", "12(4)", "12-1", "15p1", "15p2", "42",
		"43p1(1)", "43p1(2)", "43p1(3)", "43p1(4)", "43p1(5)", "43p1(6)", "43p1(7)", "43p2",
		"50p1(1)", "50p2(1)", "50p2(2)", "50p3(1)", "50p3(2)",
	}, short)
	for range excerptOfShenzhen().Units() {
		break // stopping early is fine
	}
}

func outlineGen() *rapid.Generator[*Instrument] {
	return rapid.Custom(func(t *rapid.T) *Instrument {
		in := &Instrument{Title: "办法"}
		for i := range rapid.IntRange(1, 6).Draw(t, "articles") {
			paragraphs := rapid.SliceOfN(rapid.IntRange(0, 4), 0, 4).Draw(t, "paragraphs")
			in.Articles = append(in.Articles, Article{Number: 2*i + 2, Paragraphs: paragraphs})
		}
		return in
	})
}

func TestEveryUnitOfAnOutlineCanBeCitedAndEverySuggestionToo(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		in := outlineGen().Draw(t, "outline")
		units := slices.Collect(in.Units())
		assert.True(t, slices.IsSortedFunc(units, Citation.Compare))
		for _, unit := range units {
			require.NoError(t, in.Check(unit), "%s", unit)
		}
		c := Citation{
			Article:   rapid.IntRange(1, 14).Draw(t, "article"),
			Paragraph: rapid.IntRange(0, 6).Draw(t, "paragraph"),
			Item:      rapid.IntRange(0, 6).Draw(t, "item"),
		}
		err := in.Check(c)
		if err == nil {
			whole := c.Paragraph == 0 && c.Item == 0
			parent := c.Item == 0 && slices.ContainsFunc(units, func(u Citation) bool {
				return u.Article == c.Article && u.Paragraph == c.Paragraph
			})
			assert.True(t, whole || parent || slices.Contains(units, c), "%s passes and is no place of the outline", c)
			return
		}
		var wrong *OutlineError
		require.ErrorAs(t, err, &wrong)
		assert.NotContains(t, units, c)
		assert.NotEqual(t, c, wrong.Suggestion)
		require.NoError(t, in.Check(wrong.Suggestion), "%s is suggested for %s", wrong.Suggestion, c)
	})
}
