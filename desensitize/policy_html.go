package desensitize

import (
	"io"
	"strconv"
	"strings"

	"github.com/banfa-go/banfa/internal/message"
	"github.com/banfa-go/banfa/internal/report"
)

// WriteHTML writes the report as a page that stands alone: the verdict, what became of each column, the risk before and after, and the gate. Of a run
// with Distributions it also shows class sizes, how much of each column is left, and how its values are spread: this is the only place where values
// of cells may stand, none of them of a direct identifier, and none that fewer than 20 rows have.
func (r *Report) WriteHTML(w io.Writer, lang string) error {
	say := func(en, zh string) string {
		if lang == message.Chinese {
			return zh
		}
		return en
	}
	p := report.Page{Lang: lang, Title: r.Policy.Title, Subtitle: r.Policy.Name + " · " + r.Owner + " · " + r.At.Format("2006-01-02 15:04:05Z")}
	if r.Policy.Status == "draft" {
		p.Notes = append(p.Notes, say("The policy is a draft.", "策略是草案。"))
	}
	verdict := report.Tile{Label: say("Release", "发布"), Value: say("refused", "不予发布"), Tone: report.Bad}
	if r.Released {
		verdict.Value, verdict.Tone = say("allowed", "准予发布"), report.Good
	}
	rows := r.Facts.Rows
	p.Tiles = []report.Tile{
		verdict,
		{Label: say("rows read", "读入行数"), Value: report.Number(int(rows.In))},
		{Label: say("rows transformed", "处理行数"), Value: report.Number(int(rows.Out))},
		{Label: say("malformed values", "不合格的值"), Value: report.Number(int(r.Facts.Invalid.Cells))},
	}
	if k := r.Facts.Risk; k != nil {
		p.Tiles = append(p.Tiles, report.Tile{Label: say("smallest class (k)", "最小等价类（k）"), Value: report.Number(int(k.K))})
	}
	p.Sections = append(p.Sections, r.gateSection(say), r.columnSection(say), r.riskSection(say))
	if len(r.Facts.shapes) > 0 {
		p.Sections = append(p.Sections, r.utilitySection(say), r.shapeSection(say))
	}
	p.Footer = say("Policy ", "策略 ") + r.Policy.Digest + " · " + say("rules ", "规则 ") + r.Rules
	return p.Write(w)
}

func (r *Report) gateSection(say func(en, zh string) string) report.Section {
	t := &report.Table{
		Caption: say("Release rules", "发布条件"), Head: []string{say("rule", "规则"), say("holds", "结果"), say("must hold", "条件"), say("figures", "数值"), say("basis", "依据")},
	}
	for _, g := range r.Gate {
		holds := say("yes", "通过")
		if !g.Holds {
			holds = strings.TrimSpace(say("NO ", "不通过 ") + g.Message + " " + g.Why)
		}
		t.Rows = append(t.Rows, []string{g.ID, holds, g.Require, strings.Join(g.Facts, ", "), strings.Join(g.Basis, "、")})
	}
	return report.Section{ID: "gate", Title: say("Gate", "发布条件"), Blocks: []report.Block{{Table: t}}}
}

func (r *Report) columnSection(say func(en, zh string) string) report.Section {
	t := &report.Table{
		Caption: say("Columns", "列"), Numeric: []int{4, 5, 6, 7, 8},
		Head: []string{
			say("column", "列"), say("class", "类别"), say("rule", "规则"), say("transform", "处理"), say("changed", "改变"), say("kept", "保留"),
			say("suppressed", "抑制"), say("malformed", "不合格"), say("empty", "空"),
		},
	}
	chart := report.Stack{
		Title:  say("What became of the cells", "各列的处理结果"),
		Series: []string{say("changed", "改变"), say("kept", "保留"), say("suppressed", "抑制"), say("malformed", "不合格"), say("empty", "空")},
	}
	for i := range r.Columns {
		c := &r.Columns[i]
		counts := []int{int(c.Changed), int(c.Kept), int(c.Suppressed), int(c.Invalid), int(c.Empty)}
		row := []string{c.Header, c.Class, c.Rule, c.Apply}
		for _, n := range counts {
			row = append(row, report.Number(n))
		}
		t.Rows = append(t.Rows, row)
		if len(chart.Rows) < 60 {
			chart.Rows = append(chart.Rows, report.StackRow{Label: c.Header, Values: counts})
		}
	}
	return report.Section{ID: "columns", Title: say("Columns", "各列"), Blocks: []report.Block{{Chart: chart}, {Table: t}}}
}

func (r *Report) riskSection(say func(en, zh string) string) report.Section {
	t := &report.Table{
		Caption: say("Risk before and after", "处理前后的风险"), Numeric: []int{1, 2}, Head: []string{say("figure", "指标"), say("before", "处理前"), say("after", "处理后")},
	}
	cells := func(f *RiskFacts) []string {
		if f == nil {
			return []string{"–", "–", "–", "–", "–", "–", "–", "–"}
		}
		n := func(v int64) string { return strconv.FormatInt(v, 10) }
		level := "–"
		if f.Level > 0 {
			level = n(f.Level)
		}
		return []string{n(f.Classes), n(f.K), n(f.Uniques), n(f.L), f.T, f.Prosecutor, f.Marketer, level}
	}
	names := []string{
		say("classes", "等价类数"), "k", say("unique rows", "唯一的行"), "l", "t", say("prosecutor risk", "检察官风险"), say("marketer risk", "营销者风险"),
		say("level (GB/T 42460-2023)", "级别（GB/T 42460-2023）"),
	}
	before, after := cells(r.Facts.Before), cells(r.Facts.Risk)
	for i, name := range names {
		t.Rows = append(t.Rows, []string{name, before[i], after[i]})
	}
	blocks := []report.Block{{Table: t}}
	if b := r.classChart(say); b != nil {
		blocks = append(blocks, *b)
	}
	return report.Section{ID: "risk", Title: say("Risk", "风险"), Blocks: blocks}
}
