package banfa

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

func TestCitationsAreReadAndPrintedInBothForms(t *testing.T) {
	for _, c := range []struct {
		written, short string
		want           Citation
	}{
		{"第四十二条", "42", Citation{Article: 42}},
		{"第十二条第（三）项", "12(3)", Citation{Article: 12, Item: 3}},
		{"第十五条第二款", "15p2", Citation{Article: 15, Paragraph: 2}},
		{"第四十三条第一款第（三）项", "43p1(3)", Citation{Article: 43, Paragraph: 1, Item: 3}},
		{"第七十一条第（十二）项", "71(12)", Citation{Article: 71, Item: 12}},
		{"第一百二十条之一", "120-1", Citation{Article: 120, ArticleSub: 1}},
		{"第一百二十条之一第二款第（四）项", "120-1p2(4)", Citation{Article: 120, ArticleSub: 1, Paragraph: 2, Item: 4}},
		{"civil-code 第二百零一条第一款", "civil-code:201p1", Citation{Instrument: "civil-code", Article: 201, Paragraph: 1}},
		{"gb2312_x 第一千零一十条", "gb2312_x:1010", Citation{Instrument: "gb2312_x", Article: 1010}},
	} {
		t.Run(c.short, func(t *testing.T) {
			got, err := ParseCitation(c.written)
			require.NoError(t, err)
			assert.Equal(t, c.want, got)
			assert.Equal(t, c.written, got.String())
			assert.Equal(t, c.short, got.Short())
		})
	}
}

func TestAnyOtherSpellingIsRefusedWithTheRightOne(t *testing.T) {
	for _, c := range []struct{ written, key, right string }{
		{"第12条第（3）项", "law.citation-digits", "第十二条第（三）项"},
		{"第１２条", "law.citation-digits", "第十二条"},
		{"第十二条第③项", "law.citation-digits", "第十二条第（三）项"},
		{"12条3项", "law.citation-digits", "第十二条第（三）项"},
		{"第十二条第(三)项", "law.citation-brackets", "第十二条第（三）项"},
		{"第十二条第三项", "law.citation-brackets", "第十二条第（三）项"},
		{"第十二条第〔三〕项", "law.citation-brackets", "第十二条第（三）项"},
		{"第十二条第㈢项", "law.citation-brackets", "第十二条第（三）项"},
		{"第十二条（三）", "law.citation-no-ordinal", "第十二条第（三）项"},
		{"第十二条第（三）", "law.citation-form", "第十二条第（三）项"},
		{"十五条二款", "law.citation-no-ordinal", "第十五条第二款"},
		{"第十二条 第（三）项", "law.citation-space", "第十二条第（三）项"},
		{" 第十二条", "law.citation-space", "第十二条"},
		{"第十二条\u3000", "law.citation-space", "第十二条"},
		{"第十二\u200b条", "law.citation-space", "第十二条"},
		{"civil-code  第二百零一条", "law.citation-space", "civil-code 第二百零一条"},
		{"civil-code第二百零一条", "law.citation-space", "civil-code 第二百零一条"},
		{"civil-code:第二百零一条", "law.citation-instrument", "civil-code 第二百零一条"},
		{"Civil-Code 第二百零一条", "law.citation-instrument", "civil-code 第二百零一条"},
		{"第十二條第（三）項", "law.citation-characters", "第十二条第（三）项"},
		{"笫十二条", "law.citation-characters", "第十二条"},
		{"第一十二条", "law.citation-numeral", "第十二条"},
		{"第一二条", "law.citation-numeral", "第十二条"},
		{"第二〇一条", "law.citation-numeral", "第二百零一条"},
		{"第二百〇一条", "law.citation-numeral", "第二百零一条"},
		{"第廿三条第两款", "law.citation-numeral", "第二十三条第二款"},
		{"第拾贰条", "law.citation-numeral", "第十二条"},
		{"第一百二十之一条", "law.citation-form", "第一百二十条之一"},
		{"第十五条第（二）款", "law.citation-form", "第十五条第二款"},
		{"12(3)", "law.citation-short", "第十二条第（三）项"},
		{"12（3）", "law.citation-short", "第十二条第（三）项"},
		{"15p2", "law.citation-short", "第十五条第二款"},
		{"43p1(3)", "law.citation-short", "第四十三条第一款第（三）项"},
		{"120-1p2(4)", "law.citation-short", "第一百二十条之一第二款第（四）项"},
		{"civil-code:201p1", "law.citation-short", "civil-code 第二百零一条第一款"},
		{"12", "law.citation-short", "第十二条"},
		{"Article 12(3)", "law.citation-english", "第十二条第（三）项"},
		{"art. 15, paragraph 2", "law.citation-english", "第十五条第二款"},
		{"Article 43, para. 1, item 3", "law.citation-english", "第四十三条第一款第（三）项"},
		{"civil-code Article 201", "law.citation-english", "civil-code 第二百零一条"},

		// What could mean two places, or none, gets no suggestion.
		{"第二百一条", "law.citation-numeral", ""}, // 201 or 210
		{"第十百条", "law.citation-numeral", ""},
		{"第一百零条", "law.citation-numeral", ""},
		{"第零条", "law.citation-range", ""},
		{"第十二条第（0）项", "law.citation-range", ""},
		{"第12345条", "law.citation-range", ""},
		{"第18446744073709551628条", "law.citation-range", ""}, // 12, if counted in 64 bits
		{"第十二条第（一）、（二）项", "law.citation-several", ""},
		{"第十二条至第十四条", "law.citation-several", ""},
		{"《民法典》第二百零一条", "law.citation-form", ""},
		{"12.3", "law.citation-form", ""},
		{"第三款", "law.citation-form", ""},
		{strings.Repeat("a", 65) + " 第一条", "law.citation-form", ""},
		{"", "law.citation-form", ""},
		{"第\xff条", "law.citation-form", ""},
		{"第" + strings.Repeat("一", 300) + "条", "law.citation-form", ""},
	} {
		t.Run(c.written[:min(len(c.written), 40)], func(t *testing.T) {
			got, err := ParseCitation(c.written)
			var wrong *CitationError
			require.ErrorAs(t, err, &wrong)
			assert.Zero(t, got)
			assert.Equal(t, &CitationError{Text: c.written, Key: c.key, Suggestion: c.right}, wrong)
			if c.right != "" {
				assert.Contains(t, err.Error(), "write "+c.right)
			}
		})
	}
}

func TestNumeralsAreWrittenAsLawsWriteThem(t *testing.T) {
	for n, want := range map[int]string{
		1: "一", 9: "九", 10: "十", 11: "十一", 20: "二十", 99: "九十九",
		100: "一百", 101: "一百零一", 110: "一百一十", 111: "一百一十一", 120: "一百二十",
		200: "二百", 1000: "一千", 1001: "一千零一", 1010: "一千零一十", 1100: "一千一百",
		1101: "一千一百零一", 1260: "一千二百六十", 9999: "九千九百九十九",
		0: "0", -3: "-3", 10000: "10000",
	} {
		assert.Equal(t, want, numeral(n))
	}
}

func TestEveryNumeralReadsBackAndIsUnlikeAllOthers(t *testing.T) {
	seen := map[string]int{}
	for n := 1; n <= maxNumeral; n++ {
		s := numeral(n)
		assert.Zero(t, seen[s], "%s is %d and %d", s, seen[s], n)
		seen[s] = n
		got, ok := readNumeral(s)
		assert.True(t, ok && got == n, "%s reads as %d, not %d", s, got, n)
	}
}

func citationGen() *rapid.Generator[Citation] {
	return rapid.Custom(func(t *rapid.T) Citation {
		c := Citation{
			Article:    rapid.IntRange(1, maxNumeral).Draw(t, "article"),
			ArticleSub: rapid.SampledFrom([]int{0, 0, 1, 2, 11}).Draw(t, "sub"),
			Paragraph:  rapid.IntRange(0, maxNumeral).Draw(t, "paragraph"),
			Item:       rapid.IntRange(0, maxNumeral).Draw(t, "item"),
		}
		if rapid.Bool().Draw(t, "foreign") {
			c.Instrument = rapid.StringMatching(`[a-z][a-z0-9_-]{0,63}`).Draw(t, "instrument")
		}
		return c
	})
}

func TestEveryCitationReadsBackFromItsCanonicalForm(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := citationGen().Draw(t, "citation")
		got, err := ParseCitation(c.String())
		require.NoError(t, err)
		assert.Equal(t, c, got)
	})
}

func TestTheShortFormIsUnderstoodAndNeverAccepted(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := citationGen().Draw(t, "citation")
		_, err := ParseCitation(c.Short())
		var wrong *CitationError
		require.ErrorAs(t, err, &wrong)
		assert.Equal(t, "law.citation-short", wrong.Key)
		assert.Equal(t, c.String(), wrong.Suggestion)
	})
}

func TestCitationsAreJSONStrings(t *testing.T) {
	type rule struct{ Basis []Citation }
	in := rule{Basis: []Citation{{Article: 12, Item: 3}, {}}}
	text, err := json.Marshal(in)
	require.NoError(t, err)
	assert.Equal(t, `{"Basis":["第十二条第（三）项",""]}`, string(text))
	var out rule
	require.NoError(t, json.Unmarshal(text, &out))
	assert.Equal(t, in, out)

	assert.ErrorContains(t, json.Unmarshal([]byte(`{"Basis":["12(3)"]}`), &out), "write 第十二条第（三）项")
	for _, bad := range []Citation{{Item: 3}, {Article: 10000}, {Article: 1, Paragraph: -1}, {Article: 1, ArticleSub: -1}, {Article: 1, Item: 10000}, {Article: 1, Instrument: "X"}} {
		_, err := json.Marshal(bad)
		assert.Error(t, err, "%+v", bad)
	}
}

func TestCitationsSortInTheOrderOfTheText(t *testing.T) {
	ordered := []string{
		"第九条", "第十二条", "第十二条第（二）项", "第十二条第（十）项", "第十二条之一",
		"第十五条第一款", "第十五条第一款第（一）项", "第十五条第二款", "第一百条", "civil-code 第一条",
	}
	var citations []Citation
	for _, s := range ordered {
		c, err := ParseCitation(s)
		require.NoError(t, err)
		citations = append(citations, c)
	}
	for i, c := range citations {
		for j, d := range citations {
			want := 0
			if i < j {
				want = -1
			} else if i > j {
				want = 1
			}
			assert.Equal(t, want, c.Compare(d), "%s and %s", c, d)
		}
	}
}

// FuzzCitation states that what is accepted prints back as it was written, and that a suggestion is itself accepted.
func FuzzCitation(f *testing.F) {
	for _, s := range []string{
		"第十二条第（三）项", "第四十三条第一款第（三）项", "civil-code 第二百零一条第一款", "第一百二十条之一",
		"12(3)", "Article 12(3)", "第12条第(3)項", "Ab_-9：15P2", "第廿三條之２", "第㈢条", "第二百一条", strings.Repeat("a", 250) + " 1",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		c, err := ParseCitation(s)
		if err == nil {
			if got := c.String(); got != s {
				t.Fatalf("%q is accepted and prints as %q", s, got)
			}
			return
		}
		var wrong *CitationError
		if !errors.As(err, &wrong) {
			t.Fatalf("%q fails with a %T", s, err)
		}
		if wrong.Suggestion == "" {
			return
		}
		if _, err := ParseCitation(wrong.Suggestion); err != nil {
			t.Fatalf("%q suggests %q, which fails: %v", s, wrong.Suggestion, err)
		}
		if wrong.Suggestion == s {
			t.Fatalf("%q is refused and suggested", s)
		}
	})
}
