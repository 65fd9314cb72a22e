package banfa

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/banfa-go/banfa/internal/ruleset"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// loadTable loads a suite of one table over a fixture.
func loadTable(t testing.TB, rows ...string) *ruleset.Suite {
	t.Helper()
	return loadSuite(t, tableSuite(rows...))
}

func tableSuite(rows ...string) string {
	body := `
fixtures:
  base: {secret: false, private: true, level: 1, owner: {certified: true, size: 3}}
tables:
  - id: t
    basis: 第三条
    given: base
    table: |
`
	for _, r := range rows {
		body += "      " + r + "\n"
	}
	return body
}

func ids(s *ruleset.Suite) []string {
	var out []string
	for _, c := range s.Cases {
		out = append(out, c.ID)
	}
	return out
}

func TestADashStandsForEveryValueAndSeveralMultiply(t *testing.T) {
	s := loadTable(t,
		"| secret | risk | level || outcome |",
		"|--------|------|-------||---------|",
		"| -      | -    | 2     || closed  |",
		"| 是     | low  | -     || closed  |",
		"| 否     | 低   |       || open    |")
	assert.Equal(t, []string{
		"t/1.1", "t/1.2", "t/1.3", "t/1.4", "t/1.5", "t/1.6", "t/2.1", "t/2.2", "t/2.3", "t/3",
	}, ids(s))
	var got []string
	for _, c := range s.Cases {
		got = append(got, fmt.Sprint(c.Facts["secret"], " ", c.Facts["risk"], " ", c.Facts["level"]))
	}
	assert.Equal(t, []string{
		"false low 2", "false medium 2", "false high 2", "true low 2", "true medium 2", "true high 2",
		"true low 1", "true low 2", "true low 3",
		"false low 1", // an empty cell leaves what the fixture says
	}, got)
	for _, c := range s.Cases {
		assert.Equal(t, "t", c.Table)
		assert.Equal(t, []ruleset.Basis{{Long: "第三条", Short: "3"}}, c.Basis)
	}
}

func TestAQuestionMarkTakesAValueAway(t *testing.T) {
	s := loadTable(t, "| secret | owner.size | note || outcome |", "| ? | ? | ? || open |")
	assert.Equal(t, map[string]any{
		"private": true, "level": json.Number("1"), "owner": map[string]any{"certified": true},
	}, s.Cases[0].Facts)
}

func TestExpansionsDoNotShareTheirFacts(t *testing.T) {
	s := loadTable(t, "| owner.certified || outcome |", "| - || open |", "| || open |")
	var got []any
	for _, c := range s.Cases {
		got = append(got, c.Facts["owner"])
	}
	size := json.Number("3")
	assert.Equal(t, []any{
		map[string]any{"certified": false, "size": size},
		map[string]any{"certified": true, "size": size},
		map[string]any{"certified": true, "size": size},
	}, got)
}

func TestEveryKindOfValueCanStandInACell(t *testing.T) {
	s := loadTable(t,
		"| secret | risk | rows | share | since      | note      || outcome |",
		"| true   | 高   | 12   | 1.50  | 2026-01-02 | a \\| b   || open |",
		"| false  | high | -3   | 0.5   | 2026-12-31 | \"-\"     || open |",
		"| 是     | 中   | 0    | 2     | 2026-01-01 | \"\"      || open |")
	var got []string
	for _, c := range s.Cases {
		f := c.Facts
		got = append(got, fmt.Sprintf("%v %v %v %v %v %q", f["secret"], f["risk"], f["rows"], f["share"], f["since"], f["note"]))
	}
	assert.Equal(t, []string{
		`true high 12 1.5 2026-01-02 "a | b"`, `false high -3 0.5 2026-12-31 "-"`, `true medium 0 2 2026-01-01 ""`,
	}, got)
}

func TestEveryKeyOfExpectCanBeAColumn(t *testing.T) {
	s := loadTable(t,
		"| secret || outcome | rules | defeated | grounds | possible | missing | conflicts | held_back_by | without_them | review | paths |",
		"| 是 || 不开放 | r-secret r-private* | [] | | closed 受限 | owner.size tags | r-risk | [] | null | 否 | "+
			"consent + risk=低 → 开放; risk -> limited；level＝3 → 开放 |")
	assert.Equal(t, []string{
		"outcome=closed", "rules=[r-secret r-private]*", "defeated=[]", "possible=[closed limited]", "missing=[owner.size tags]",
		"conflicts=[r-risk]", "held_back_by=[]", "without_them=<nil>", "review=false",
		"paths=[map[facts:map[consent:true risk:low] outcome:open] map[facts:map[risk:low] outcome:limited] " +
			"map[facts:map[level:3] outcome:open]]",
	}, expectations(s.Cases[0]), "an empty cell is not compared, and a fact without a value is changed by its act")
}

func TestAChangeIsTestedInColumnsOfItsOwn(t *testing.T) {
	s := loadTable(t,
		"| change.from | change.to | change.classified | change.reason | private || allowed | rules    | owed |",
		"| 开放        | closed    | -                 | \"\"            | 否      || 是      | []       | t-reason |",
		"| closed      | open      |                   |               |         || 否      | t-looser |      |")
	require.Equal(t, []string{"t/1.1", "t/1.2", "t/1.3", "t/1.4", "t/2"}, ids(s))
	assert.Equal(t, map[string]any{"from": "open", "to": "closed", "classified": "out_of_scope", "reason": ""}, s.Cases[3].Change)
	assert.Equal(t, false, s.Cases[3].Facts["private"])
	assert.Equal(t, map[string]any{"from": "closed", "to": "open"}, s.Cases[4].Change, "computed from the facts")
	assert.Equal(t, []string{"allowed=false", "rules=[t-looser]"}, expectations(s.Cases[4]))
}

func TestACellIsFoundAgainInTheFile(t *testing.T) {
	body := tableSuite("", "| secret | risk | note || outcome | rules    |", "  |---|", "", "   \t| 是 | 高 | \\| 甲 || 不开放 | r-secret |")
	s := loadSuite(t, body)
	lines := strings.Split(suiteHead+body, "\n")
	text := func(p ruleset.Place) string { return string([]rune(lines[p.Line-1])[p.Column-1 : p.EndColumn-1]) }
	c := s.Cases[0]
	assert.Equal(t, "| 是 | 高 | \\| 甲 || 不开放 | r-secret |", text(c.Place))
	assert.Equal(t, "不开放", text(c.Expect[0].Place))
	assert.Equal(t, "r-secret", text(c.Expect[1].Place))
}

func TestATableThatExpandsTooFarIsRefusedByName(t *testing.T) {
	row := "| - | - | - | - | - | - | - || closed |"
	header := "| secret | consent | private | risk | level | owner.certified | change.from || allowed |"
	rows := append([]string{strings.Replace(header, "change.from || allowed", "note || outcome", 1)},
		slices.Repeat([]string{strings.Replace(row, "- || ", "x || ", 1)}, 70)...)
	assert.Equal(t, "BF1012 the table expands to 10080 cases, more than the limit of 10000 (cases of a table); write fewer - cells",
		suiteFindings(t, suiteFiles(t, "s_test.yaml", suiteHead+tableSuite(rows...))))
}

func TestABundleHoldsSoManyCasesAndNoMore(t *testing.T) {
	rows := append([]string{"| secret | consent | private | risk | level || outcome |"},
		slices.Repeat([]string{"| - | - | - | - | - || closed |"}, 138)...) // 72 each
	text := suiteHead + tableSuite(rows...)
	var files []string
	for i := range 11 {
		name := fmt.Sprintf("s%02d", i)
		files = append(files, name+"_test.yaml", strings.Replace(text, "name: s,", "name: "+name+",", 1))
	}
	assert.Equal(t, "BF1012 suite cases in a bundle is 109296, more than the limit of 100000", suiteFindings(t, suiteFiles(t, files...)))
}

// FuzzSuiteTable states that whatever a table holds, loading does not panic, every id of a case is unique, a row expands to the
// product of the domains of its dashes, and every finding and case has a place within the file.
func FuzzSuiteTable(f *testing.F) {
	for _, s := range []string{
		"| secret | risk || outcome |\n|---|---||---|\n| - | - || closed |\n| ? | 高 || 不开放 |",
		"| change.from | change.to | change.classified || allowed | owed |\n| - | - | - || 是 | t-reason* |",
		"| private || paths | possible |\n| 是 || consent + risk=低 → limited; risk → open | closed limited |\n",
		"| owner.size | note || review |\n| ? | \\| || 否 |\n| | \"a\" || true |",
		"||\n|||\n| - || - |", "｜ a ｜", "|\\||", "| level |  | level || rules |\n| - | - | 3 || [] |", "\t| secret || rules |\n| - || rest* |",
	} {
		f.Add(s)
	}
	reading := suiteReading(f)
	f.Fuzz(func(t *testing.T, table string) {
		indented := ""
		for _, line := range strings.Split(table, "\n") {
			indented += "      " + line + "\n"
		}
		text := suiteHead + "tables:\n  - id: t\n    facts: {rows: 1}\n    table: |\n" + indented
		lines := strings.Split(text, "\n")
		suite, found := reading(text)
		for _, d := range found {
			inFile(t, lines, d.Range)
		}
		if len(found) > 0 {
			return
		}
		seen := map[string]bool{}
		rows := map[string]int{}
		for _, c := range suite.Cases {
			require.False(t, seen[c.ID], c.ID)
			seen[c.ID] = true
			require.NotEmpty(t, c.Expect)
			inFile(t, lines, placeRange(c.Place))
			row, _, _ := strings.Cut(c.ID, ".")
			rows[row]++
		}
		for row, n := range rows {
			i := slices.IndexFunc(suite.Cases, func(c ruleset.Case) bool { return c.ID == row || strings.HasPrefix(c.ID, row+".") })
			require.Equal(t, product(t, lines, suite.Cases[i].Place.Line), n, row)
		}
	})
}

// suiteReading loads the small bundle once and returns what reads a suite beside it: compiling CEL each time would leave no time
// for tables.
func suiteReading(f *testing.F) func(text string) (*ruleset.Suite, []Diagnostic) {
	l := &loader{
		sources: map[string]string{}, instruments: map[string]*Instrument{}, outlineFile: map[string]string{},
		bundle: &ruleset.Bundle{}, opts: loadOptions{ctx: context.Background(), limits: Limits{}.withDefaults()},
	}
	for name, file := range suiteFiles(f) {
		l.parse(name, file.Data)
	}
	l.compile()
	require.Len(f, l.bundle.Classifications, 1)
	return func(text string) (*ruleset.Suite, []Diagnostic) {
		one := *l
		one.docs, one.found = slices.Clone(l.docs), nil
		one.bundle = &ruleset.Bundle{Classifications: l.bundle.Classifications}
		d := one.parse("s_test.yaml", []byte(text))
		if d.head.Kind != "Suite" {
			return nil, one.found
		}
		d.suite()
		return one.bundle.Suites[0], one.found
	}
}

// product multiplies the domains of the dashes of a row, read in the plainest way there is.
func product(t *testing.T, lines []string, row int) int {
	cells := func(line string) []string {
		left, _, _ := strings.Cut(strings.ReplaceAll(line, `\|`, "\x00"), "||")
		parts := strings.Split(left, "|")[1:]
		for i := range parts {
			parts[i] = strings.TrimFunc(strings.ReplaceAll(parts[i], "\x00", "|"), isSpace)
		}
		return parts
	}
	var header []string
	for _, line := range lines {
		if strings.Contains(line, "||") {
			header = cells(line)
			break
		}
	}
	domains := map[string]int{
		"change.from": 3, "change.to": 3, "change.classified": 4, "level": 3, "risk": 3, "secret": 2, "consent": 2, "private": 2,
		"owner.certified": 2,
	}
	n := 1
	for i, c := range cells(lines[row-1]) {
		if c == "-" {
			require.NotZero(t, domains[header[i]], header[i])
			n *= domains[header[i]]
		}
	}
	return n
}

func inFile(t *testing.T, lines []string, r Range) {
	t.Helper()
	if !r.Start.IsValid() {
		return
	}
	require.LessOrEqual(t, r.End.Line, len(lines))
	require.LessOrEqual(t, r.End.Column, len([]rune(lines[r.End.Line-1]))+1)
	require.LessOrEqual(t, r.Start.compare(r.End), 0)
}
