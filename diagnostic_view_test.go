package banfa

import (
	"encoding/json"
	"errors"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"unicode"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

func textOf(t require.TestingT, ds *Diagnostics, opts TextOptions) string {
	var out strings.Builder
	require.NoError(t, ds.WriteText(&out, opts))
	return out.String()
}

var ansi = regexp.MustCompile("\x1b\\[[0-9;]*m")

func TestColourAddsAttributesAndNothingElse(t *testing.T) {
	for _, r := range reports() {
		plain := textOf(t, r.diagnostics(), TextOptions{})
		coloured := textOf(t, r.diagnostics(), TextOptions{Color: true})
		assert.NotContains(t, plain, "\x1b")
		assert.Contains(t, coloured, "\x1b[")
		assert.Equal(t, plain, ansi.ReplaceAllString(coloured, ""))
	}
}

func TestTheByteOrderMarkAndSpacesAtTheEndAreNoPartOfALine(t *testing.T) {
	ds := NewDiagnostics(map[string]string{"a.yaml": "\ufeffwhen: |  \n  a\n"})
	ds.Add(Diagnostic{Code: "BF1014", File: "a.yaml", Key: "value.empty", Args: []string{"when"}, Range: Range{Position{1, 1}, Position{2, 2}}})
	assert.Contains(t, textOf(t, ds, TextOptions{}), "   1 | when: |  \n     | ^^^^^^^\n")
}

func TestTheMarginIsAsWideAsTheGreatestLineNumber(t *testing.T) {
	ds := NewDiagnostics(map[string]string{"a.yaml": strings.Repeat("x\n", 123456)})
	d := finding("a.yaml", 1, 1, "BF1014", "value.empty")
	d.Related = []Related{{File: "a.yaml", Range: finding("", 123456, 1, "", "").Range, Key: "related.first-here"}}
	ds.Add(d)
	text := textOf(t, ds, TextOptions{})
	assert.Contains(t, text, "\n       |\n     1 | x\n       | ^\n")
	assert.Contains(t, text, "\n       |\n123456 | x\n       | -\n")
}

func TestATooNarrowTerminalIsTakenAsFortyColumns(t *testing.T) {
	for _, r := range reports() {
		assert.Equal(t, textOf(t, r.diagnostics(), TextOptions{Width: 40}), textOf(t, r.diagnostics(), TextOptions{Width: 1}))
	}
}

// lineGen draws lines of everything that is hard to lay out.
func lineGen() *rapid.Generator[[]rune] {
	return rapid.SliceOfN(rapid.OneOf(
		rapid.SampledFrom([]rune("ab 数据，（\t\u0301\u200b\u202e\x1b\x07é🙂ｱ")),
		rapid.Rune(),
	), 0, 300)
}

func TestTheMarkStandsUnderTheFirstRuneOfTheRange(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		line := lineGen().Draw(t, "line")
		laid := layOut(string(line))
		start := rapid.IntRange(0, len(laid)).Draw(t, "start")
		end := rapid.IntRange(start, len(laid)).Draw(t, "end")
		room := rapid.IntRange(30, 120).Draw(t, "room")

		shown := laid.window(start, end, room)

		text := layOut(shown.text)
		assert.LessOrEqual(t, text.width(), room, "the line fits the terminal")
		assert.GreaterOrEqual(t, shown.marked, 1, "something is marked")
		assert.LessOrEqual(t, shown.before+shown.marked, room+1, "the mark fits too, or stands just behind the line")
		if start < len(laid) && laid[start].width > 0 {
			marked := cellsFrom(text, shown.before)
			assert.True(t, strings.HasPrefix(marked, laid[start].text), "%q stands above the mark of %q", marked, laid[start].text)
		}
	})
}

// cellsFrom returns the text that begins in a terminal cell.
func cellsFrom(line cells, cell int) string {
	for i := range line {
		if cell == 0 && line[i].width > 0 {
			return line[i:].String()
		}
		cell -= line[i].width
	}
	return ""
}

func TestNoSourceActsOnTheTerminal(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		source := rapid.StringOf(rapid.OneOf(rapid.SampledFrom([]rune("\n\r\x1b[2J\u202e\u0085\u2028")), rapid.Rune())).Draw(t, "source")
		line := rapid.IntRange(0, 4).Draw(t, "line")
		ds := NewDiagnostics(map[string]string{source: source})
		ds.Add(Diagnostic{
			Code: source, File: source, Key: source, Args: []string{source}, Citation: source,
			Range: Range{Start: Position{line, 1}, End: Position{line, 3}},
		})
		for _, r := range textOf(t, ds, TextOptions{}) {
			if r != '\n' && (unicode.IsControl(r) || unicode.In(r, unicode.Cf, unicode.Zl, unicode.Zp)) {
				t.Fatalf("%U is in the report", r)
			}
		}
		var github strings.Builder
		require.NoError(t, ds.WriteGitHub(&github, "en"))
		assert.Equal(t, 1, strings.Count(github.String(), "\n"), "one finding is one workflow command")
	})
}

func TestWorkflowCommandsCannotBeBrokenOutOf(t *testing.T) {
	ds := NewDiagnostics(nil)
	ds.Add(Diagnostic{
		Code: "BF1005", File: "a,b:c%.yaml", Key: "frame.unknown-key", Args: []string{"100%", "x\n::error::forged"},
		Range: Range{Start: Position{1, 2}, End: Position{1, 2}},
	})
	var out strings.Builder
	require.NoError(t, ds.WriteGitHub(&out, "en"))
	assert.Equal(t, `::error file=a%2Cb%3Ac%25.yaml,line=1,col=2,endColumn=2,title=BF1005::`+
		`unknown key 100%25 in x\n::error::forged; remove it or use a key that x\n::error::forged has`+"\n", out.String())
}

func TestEachJSONLineIsOneObjectWithTheSameFieldsAndNoNullList(t *testing.T) {
	var out strings.Builder
	require.NoError(t, everything().WriteJSON(&out, "en"))
	lines := strings.Split(strings.TrimSuffix(out.String(), "\n"), "\n")
	require.Len(t, lines, everything().Len())
	for _, line := range lines {
		var fields map[string]json.RawMessage
		require.NoError(t, json.Unmarshal([]byte(line), &fields))
		assert.Len(t, fields, 12)
		for name, value := range fields {
			assert.True(t, name == "range" || string(value) != "null", "%s of %s", name, line)
		}
		assert.True(t, strings.HasPrefix(line, `{"schemaVersion":1,"code":"BF`), line)
	}
}

// sarifDocument is what the standard requires of a log, as far as we write it.
type sarifDocument struct {
	Schema  string `json:"$schema"`
	Version string
	Runs    []struct {
		ColumnKind   string
		Tool         struct{ Driver sarifNames }
		Translations []sarifNames
		Results      []struct {
			RuleID              string
			RuleIndex           int
			Level               string
			Message             struct{ Text string }
			Locations           []sarifDocumentLocation
			RelatedLocations    []sarifDocumentLocation
			PartialFingerprints map[string]string
			Fixes               []struct {
				ArtifactChanges []struct {
					ArtifactLocation struct{ URI string }
					Replacements     []struct{ DeletedRegion map[string]int }
				}
			}
		}
	}
}

type sarifNames struct {
	Name     string
	Language string
	Rules    []struct {
		ID               string
		HelpURI          string
		ShortDescription struct{ Text string }
	}
}

type sarifDocumentLocation struct {
	PhysicalLocation struct {
		ArtifactLocation struct{ URI string }
		Region           map[string]int
	}
}

func readSARIF(t *testing.T, ds *Diagnostics, lang string) sarifDocument {
	var out strings.Builder
	require.NoError(t, ds.WriteSARIF(&out, SARIFOptions{Lang: lang}))
	var doc sarifDocument
	require.NoError(t, json.Unmarshal([]byte(out.String()), &doc))
	require.Len(t, doc.Runs, 1)
	return doc
}

func TestTheSARIFLogHasWhatTheStandardRequires(t *testing.T) {
	doc := readSARIF(t, everything(), "en")
	assert.Equal(t, "2.1.0", doc.Version)
	assert.Equal(t, "https://json.schemastore.org/sarif-2.1.0.json", doc.Schema)
	run := doc.Runs[0]
	assert.Equal(t, "unicodeCodePoints", run.ColumnKind)
	assert.Equal(t, "en-US", run.Tool.Driver.Language)
	require.Len(t, run.Translations, 1)
	assert.Equal(t, "zh-CN", run.Translations[0].Language)
	for i, rule := range run.Tool.Driver.Rules {
		translated := run.Translations[0].Rules[i]
		assert.Equal(t, rule.ID, translated.ID)
		assert.NotEqual(t, rule.ShortDescription.Text, translated.ShortDescription.Text)
		assert.True(t, strings.HasSuffix(rule.HelpURI, "/docs/diagnostics/"+rule.ID+".md"), rule.HelpURI)
	}
	require.Len(t, run.Results, everything().Len())
	for _, result := range run.Results {
		assert.Equal(t, result.RuleID, run.Tool.Driver.Rules[result.RuleIndex].ID)
		assert.Contains(t, []string{"error", "warning"}, result.Level)
		assert.NotEmpty(t, result.Message.Text)
		assert.Len(t, result.Locations, 1)
		for _, place := range append(result.Locations, result.RelatedLocations...) {
			_, err := url.Parse(place.PhysicalLocation.ArtifactLocation.URI)
			require.NoError(t, err)
			for name, value := range place.PhysicalLocation.Region {
				assert.GreaterOrEqual(t, value, 1, name)
			}
		}
		for _, fix := range result.Fixes {
			require.NotEmpty(t, fix.ArtifactChanges)
			for _, change := range fix.ArtifactChanges {
				require.NotEmpty(t, change.Replacements)
				assert.Len(t, change.Replacements[0].DeletedRegion, 4)
			}
		}
	}
}

func TestAFingerprintStaysWhenTheFindingMovesAndTellsRepeatedFindingsApart(t *testing.T) {
	prints := func(lines ...int) (prints []string) {
		ds := NewDiagnostics(nil)
		for _, line := range lines {
			ds.Add(finding("a.yaml", line, 1, "BF2001", "value.empty"))
		}
		for _, result := range readSARIF(t, ds, "en").Runs[0].Results {
			prints = append(prints, result.PartialFingerprints[sarifFingerprint])
		}
		return prints
	}
	before := prints(3, 4)
	assert.NotEqual(t, before[0], before[1])
	assert.Equal(t, before, prints(13, 24))
	assert.NotEmpty(t, before[0])
}

func TestBracesAreDoubledInSARIFMessagesAndFixesWithoutAPlaceLeftOut(t *testing.T) {
	ds := NewDiagnostics(nil)
	d := finding("规则/a b.yaml", 1, 1, "BF4003", "value.empty")
	d.Args = []string{"{0}"}
	d.Fixes = []Fix{{Title: Phrase{Key: "fix.quote"}}, {Title: Phrase{Key: "fix.quote"}, Edits: []Edit{{NewText: "x"}}}}
	ds.Add(d)
	result := readSARIF(t, ds, "en").Runs[0].Results[0]
	assert.Equal(t, "{{0}} is empty; fill it in or remove it", result.Message.Text)
	assert.Empty(t, result.Fixes)
	assert.Equal(t, "%E8%A7%84%E5%88%99/a%20b.yaml", result.Locations[0].PhysicalLocation.ArtifactLocation.URI)
	assert.Equal(t, &sarifRegion{2, 3, 2, 3}, sarifRegionOf(Range{Start: Position{2, 3}, End: Position{1, 9}}), "an end before the start")
	assert.Equal(t, "file:///rules/a.yaml", fileURI("/rules/a.yaml"))
	assert.Equal(t, "rules/a.yaml", fileURI(`rules\a.yaml`))
}

func TestAListWithoutFindingsIsStillAValidLog(t *testing.T) {
	var none *Diagnostics
	assert.Empty(t, readSARIF(t, none, "zh").Runs[0].Results)
	assert.Empty(t, textOf(t, none, TextOptions{Color: true}))
}

type brokenWriter struct{}

var errBroken = errors.New("broken")

func (brokenWriter) Write([]byte) (int, error) { return 0, errBroken }

func TestEveryViewReportsAWriterThatFails(t *testing.T) {
	ds := everything()
	assert.ErrorIs(t, ds.WriteText(brokenWriter{}, TextOptions{}), errBroken)
	assert.ErrorIs(t, ds.WriteJSON(brokenWriter{}, "en"), errBroken)
	assert.ErrorIs(t, ds.WriteGitHub(brokenWriter{}, "en"), errBroken)
	assert.ErrorIs(t, ds.WriteSARIF(brokenWriter{}, SARIFOptions{}), errBroken)
}
