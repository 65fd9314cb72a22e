package banfa

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// report is a bundle with findings in it, as the loader would return it.
type report struct {
	name     string // says what the golden file shows
	sources  map[string]string
	findings []Diagnostic
}

// at returns the range of the first occurrence of text in a source.
func at(source, text string) Range {
	i := strings.Index(source, text)
	if i < 0 {
		panic("the source lacks " + text)
	}
	return Range{Start: positionAt(source[:i]), End: positionAt(source[:i+len(text)])}
}

func positionAt(before string) Position {
	line := before[strings.LastIndex(before, "\n")+1:]
	return Position{Line: strings.Count(before, "\n") + 1, Column: utf8.RuneCountInString(line) + 1}
}

const openType = `facts:
  consent_obtained: {label: 已获同意开放, type: bool}
  security_risk: {label: 开放后安全风险, type: enum, values: {low: 低, high: 高}}
rules:
  - id: art14-2
    basis: 第十四条第二项
    when: |
      security_risk == '低'
      && consnt_obtained
  - {id: art12-3, title: 涉及商业秘密或者个人隐私, overides: [art12-9]}
  - id: art14-2
`

func reports() []report {
	one := map[string]string{"open-type.yaml": openType}
	long := "  when: " + strings.Repeat("state_secret || ", 12) + "law_forbid || " + strings.Repeat("personal_privacy || ", 12) + "false\n"
	marks := "a:\te\u0301\u0301x # " + strings.Repeat("\u0300", 7) + " é\tz\n"
	hostile := "when: a \x1b[31m\u202e== \"\x07\"\x7f\n"
	return []report{
		{"undeclared name with a suggestion", one, []Diagnostic{{
			Code: "BF1005", File: "open-type.yaml", Range: at(openType, "overides"),
			Key: "frame.unknown-key", Args: []string{"overides", "rules"},
			Hints: []Phrase{{"hint.did-you-mean", []string{"overrides"}}},
			Fixes: []Fix{{Title: Phrase{"fix.rename", []string{"overrides"}}, Edits: []Edit{{at(openType, "overides"), "overrides"}}}},
		}}},
		{"marks stand under their text behind Chinese characters", one, []Diagnostic{{
			Code: "BF4007", File: "open-type.yaml", Range: at(openType, "art12-9"),
			Key: "logic.unknown-id", Args: []string{"overrides", "art12-9"},
		}, {
			Code: "BF3001", File: "open-type.yaml", Range: at(openType, "第十四条第二项"),
			Key: "law.citation-brackets", Args: []string{"第十四条第二项"},
			Fixes: []Fix{{Title: Phrase{"fix.replace", []string{"第十四条第（二）项"}}, Edits: []Edit{{at(openType, "第十四条第二项"), "第十四条第（二）项"}}}},
		}}},
		{"the related place in another file is shown too", map[string]string{
			"a.yaml": "kind: Classification\nmetadata: {name: open-type}\n",
			"b.yaml": strings.Repeat("#\n", 12344) + "metadata: {name: open-type}\n",
		}, []Diagnostic{{
			Code: "BF1016", File: "b.yaml",
			Range: Range{Start: Position{12345, 18}, End: Position{12345, 27}},
			Key:   "frame.duplicate-name", Args: []string{"Classification/open-type"},
			Related: []Related{{File: "a.yaml", Range: Range{Start: Position{2, 18}, End: Position{2, 27}}, Key: "related.first-here"}},
		}}},
		{"a range over several lines shows its first", one, []Diagnostic{{
			Code: "BF2005", Severity: Warning, File: "open-type.yaml", Range: at(openType, "security_risk == '低'\n      && consnt_obtained"),
			Key: "rule.always-false", Args: []string{"art14-2"},
		}}},
		{"a long line is cut to a window around the mark", map[string]string{"long.yaml": long}, []Diagnostic{{
			Code: "BF2001", File: "long.yaml", Range: at(long, "law_forbid "), Key: "frame.unknown-key", Args: []string{"law_forbid", "facts"},
		}, {
			Code: "BF2000", File: "long.yaml", Range: at(long, "false"), Key: "value.empty", Args: []string{"when"},
		}}},
		{"nothing in a file acts on the terminal", map[string]string{"x\x1b[2J.yaml": hostile}, []Diagnostic{{
			Code: "BF2000", File: "x\x1b[2J.yaml", Range: at(hostile, "=="), Key: "value.not-bool", Args: []string{"when", "a \x1b[31m\u202e\xff"},
		}}},
		{"tabs and combining marks keep the mark in place", map[string]string{"t.yaml": marks}, []Diagnostic{{
			Code: "BF1000", File: "t.yaml", Range: at(marks, "x"), Key: "value.not-list", Args: []string{"a"},
		}, {
			Code: "BF1000", File: "t.yaml", Range: at(marks, "z"), Key: "value.not-list", Args: []string{"z"},
		}}},
		{"something missing is marked behind the end of the line", map[string]string{"m.yaml": "rules: [\r\n"}, []Diagnostic{{
			Code: "BF1013", File: "m.yaml", Range: Range{Start: Position{1, 9}, End: Position{1, 9}}, Key: "frame.missing-key", Args: []string{"id", "rules"},
		}}},
		{"a finding about a whole file has no line", one, []Diagnostic{{
			Code: "BF5003", File: "open-type.yaml", Key: "suite.item-uncovered", Args: []string{"第十四条第（一）项"}, Citation: "第十四条第（一）项",
		}, {
			Code: "BF4005", Severity: Warning, File: "missing.yaml", Range: Range{Start: Position{3, 4}, End: Position{3, 9}},
			Key: "logic.outcome-unreached", Args: []string{"conditional"}, Citation: "第十三条",
		}}},
	}
}

func (r report) diagnostics() *Diagnostics {
	ds := NewDiagnostics(r.sources)
	ds.Add(r.findings...)
	ds.Sort()
	return ds
}

func TestTextReportsReadLikeThis(t *testing.T) {
	for _, r := range reports() {
		t.Run(r.name, func(t *testing.T) {
			var out strings.Builder
			for _, lang := range []string{"zh", "en"} {
				require.NoError(t, r.diagnostics().WriteText(&out, TextOptions{Lang: lang}))
				out.WriteString("\n")
			}
			golden(t, "diagnostics/"+strings.ReplaceAll(r.name, " ", "-")+".txt", out.String())
		})
	}
}

// The design page of diagnostics shows one report; this is it, to the cell.
func TestTheReportOfTheDesignPageIsWhatAPersonSees(t *testing.T) {
	source := strings.Repeat("\n", 14) + "      && security_risk == 'low' && consnt_obtained\n"
	ds := NewDiagnostics(map[string]string{"open-type.yaml": source})
	ds.Add(Diagnostic{
		Code: "BF2001", File: "open-type.yaml", Range: at(source, "consnt_obtained"),
		Key: "cel.undeclared", Args: []string{"consnt_obtained"},
		Hints: []Phrase{{"hint.did-you-mean", []string{"consent_obtained"}}},
	})
	assert.Equal(t, `open-type.yaml:15:36: error[BF2001] undeclared fact or function consnt_obtained
     |
  15 |       && security_risk == 'low' && consnt_obtained
     |                                    ^^^^^^^^^^^^^^^
     = did you mean consent_obtained?
`, textOf(t, ds, TextOptions{}))
}

// everything is all reports in one list, for the forms that programs read.
func everything() *Diagnostics {
	ds := NewDiagnostics(map[string]string{})
	for _, r := range reports() {
		ds.Add(r.findings...)
	}
	ds.Sort()
	return ds
}

func TestProgramsReadTheSameFindings(t *testing.T) {
	var json, github, sarif strings.Builder
	require.NoError(t, everything().WriteJSON(&json, "zh"))
	golden(t, "diagnostics/json.jsonl", json.String())
	require.NoError(t, everything().WriteGitHub(&github, "en"))
	golden(t, "diagnostics/github.txt", github.String())
	require.NoError(t, everything().WriteSARIF(&sarif, SARIFOptions{Lang: "zh", Version: "1.2.3"}))
	golden(t, "diagnostics/sarif.json", sarif.String())
}
