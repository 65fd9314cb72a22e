package report_test

import (
	"bytes"
	"encoding/xml"
	"errors"
	"flag"
	"io"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/banfa-go/banfa/internal/report"
)

var update = flag.Bool("update", false, "rewrite testdata")

// page is a report with one of everything; text stands in every place that data can reach.
func page(lang, text string) *report.Page {
	return &report.Page{
		Lang: lang, Title: "报告 " + text, Subtitle: text, Notes: []string{text}, Footer: text,
		Tiles: []report.Tile{{Label: text, Value: "1,024"}, {Label: "坏", Value: text, Tone: report.Bad}},
		Sections: []report.Section{
			{ID: "types", Title: "开放类型 " + text, Intro: text, Blocks: []report.Block{
				{Heading: text, Chart: report.Bars{Title: "条数 " + text, Bars: []report.Bar{
					{Label: "无条件开放类", Value: 14, Tone: report.Good}, {Label: text, Value: 1234567}, {Label: "零", Value: 0},
				}}},
				{Chart: report.Stack{Title: "按单位", Series: []string{"开放", text}, Rows: []report.StackRow{
					{Label: text, Values: []int{3, 4}}, {Label: "名称非常长的单位名称非常长的单位名称非常长的单位", Values: []int{0, 2}},
				}}},
				{Chart: report.Histogram{Title: "分布", XAxis: text, Bins: []report.Bar{{Label: "1", Value: 2}, {Label: text, Value: 5, Tone: report.Warning}}}},
			}},
			{ID: text, Title: "表", Blocks: []report.Block{
				{Table: &report.Table{Caption: text, Head: []string{"名称", text}, Numeric: []int{1}, Rows: [][]string{{text, "1"}, {"短"}, {"长", "2", "丢"}}, Cut: text}},
				{Folded: text, List: []string{text, "二"}},
			}},
		},
	}
}

func written(t testing.TB, p *report.Page) string {
	t.Helper()
	var b bytes.Buffer
	require.NoError(t, p.Write(&b))
	return b.String()
}

func TestThePageIsAsItWas(t *testing.T) {
	for _, lang := range []string{"zh", "en"} {
		got := written(t, page(lang, "甲 & 乙"))
		file := "testdata/page." + lang + ".html"
		if *update {
			require.NoError(t, os.WriteFile(file, []byte(got), 0o644))
		}
		want, err := os.ReadFile(file)
		require.NoError(t, err, "run go test -update once the page is right")
		assert.Equal(t, string(want), got)
		assert.Equal(t, got, written(t, page(lang, "甲 & 乙")), "the same data, the same bytes")
	}
}

// tags are the elements of a page, read as the XML that it is beside its first line and its void elements.
func tags(t testing.TB, html string) (names []string, attributes map[string][]string) {
	t.Helper()
	d := xml.NewDecoder(strings.NewReader(html))
	d.Strict = false
	d.AutoClose, d.Entity = xml.HTMLAutoClose, xml.HTMLEntity
	attributes = map[string][]string{}
	for {
		tok, err := d.Token()
		if errors.Is(err, io.EOF) {
			return names, attributes
		}
		require.NoError(t, err)
		if s, ok := tok.(xml.StartElement); ok {
			names = append(names, s.Name.Local)
			for _, a := range s.Attr {
				attributes[a.Name.Local] = append(attributes[a.Name.Local], a.Value)
			}
		}
	}
}

// The elements of a page depend on its shape alone: no text can add one, close one, or become an attribute.
func FuzzNoTextBecomesMarkup(f *testing.F) {
	for _, s := range []string{
		`<script>alert(1)</script>`, `"><img src=x onerror=alert(1)>`, `</title><svg onload=x>`, `</desc></svg><a href="javascript:x">`,
		`' onmouseover='x`, `{{.}}`, `</style>`, "\x00\u2028", `]]>`, `<!--`, `&lt;`,
	} {
		f.Add(s)
	}
	plain, plainAttributes := tags(f, written(f, page("zh", "x")))
	f.Fuzz(func(t *testing.T, text string) {
		if len(text) > 200 {
			t.Skip()
		}
		text = strings.Map(func(r rune) rune { // characters that the decoder of this test refuses and browsers replace
			if r == 0xfffd || r == 0xfffe || r == 0xffff || r < 0x20 && r != '\n' && r != '\t' {
				return -1
			}
			return r
		}, strings.ToValidUTF8(text, ""))
		if text == "" {
			return
		}
		html := written(t, page("zh", text))
		got, attributes := tags(t, html)
		drop := func(names []string) (out []string) { // a label that is cut has a title of its own
			inText := false
			for _, n := range names {
				if n == "title" && inText {
					continue
				}
				inText = n == "text"
				out = append(out, n)
			}
			return out
		}
		require.Equal(t, drop(plain), drop(got))
		for name := range attributes {
			require.Contains(t, plainAttributes, name)
		}
		for _, href := range attributes["href"] {
			require.True(t, strings.HasPrefix(href, "#"), href)
		}
		require.Empty(t, attributes["src"])
	})
}

func TestThePageAsksNothingOfAnyOtherHostAndCanBeReadAloud(t *testing.T) {
	html := written(t, page("zh", "甲"))
	for _, bad := range []string{"http://", "https://", "<script", "@import", "url(", "<link", "<img"} {
		assert.NotContains(t, html, bad)
	}
	names, attributes := tags(t, html)
	assert.Contains(t, attributes["lang"], "zh-Hans")
	assert.Equal(t, "zh-Hans", attributes["lang"][0])
	count := func(name string) (n int) {
		for _, s := range names {
			if s == name {
				n++
			}
		}
		return n
	}
	assert.Equal(t, 1, count("h1"))
	assert.Equal(t, count("table"), count("caption"), "each table says what it shows")
	assert.Equal(t, count("svg"), count("desc"), "each chart can be read")
	ids := map[string]bool{}
	for _, id := range attributes["id"] {
		assert.False(t, ids[id], "id %s twice", id)
		ids[id] = true
	}
}

func TestChartsThatCannotBeDrawnAreErrorsAndWriteNothing(t *testing.T) {
	for name, c := range map[string]report.Chart{
		"negative":       report.Bars{Bars: []report.Bar{{Value: -1}}},
		"too many bars":  report.Bars{Bars: make([]report.Bar, 61)},
		"too many bins":  report.Histogram{Bins: make([]report.Bar, 41)},
		"ragged":         report.Stack{Series: []string{"a"}, Rows: []report.StackRow{{Values: []int{1, 2}}}},
		"too many kinds": report.Stack{Series: make([]string, 7)},
	} {
		t.Run(name, func(t *testing.T) {
			var b bytes.Buffer
			err := (&report.Page{Sections: []report.Section{{Blocks: []report.Block{{Chart: c}}}}}).Write(&b)
			assert.ErrorIs(t, err, report.ErrChart)
			assert.Zero(t, b.Len())
		})
	}
}
