package main

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/banfa-go/banfa/catalog"
	"github.com/banfa-go/banfa/classify"
	"github.com/banfa-go/banfa/internal/report"
)

// Bounds of the report: what is beyond them is in the JSON files beside it.
const (
	reportUnits   = 30
	reportRows    = 200
	reportBacklog = 100
)

func (j *openJob) tr(en, zh string) string { return pick(j.lang, en, zh) }

func (j *openJob) page() *report.Page {
	s, n := j.run.Classification.Summary, j.count()
	tile := func(label string, value int, tone report.Tone) report.Tile {
		if value == 0 && tone != report.Good {
			tone = report.Neutral
		}
		return report.Tile{Label: label, Value: report.Number(value), Tone: tone}
	}
	p := &report.Page{
		Lang: j.lang, Title: j.tr("Opening public data: report on a catalog", "公共数据开放：目录报告"),
		Subtitle: fmt.Sprintf(j.tr("%s, as of %s, by %s", "%s，截至 %s，规则 %s"), j.file, j.run.At.Format(time.RFC3339), j.run.Classification.Ruleset),
		Tiles: []report.Tile{
			tile(j.tr("entries", "条目"), s.Entries, report.Neutral), tile(j.tr("data items", "数据项"), j.items(), report.Neutral),
			tile(j.tr("in the open catalog", "进入开放目录"), len(j.opened.Entries), report.Good),
			tile(j.tr("undetermined", "未定"), s.Outcomes[classify.Undetermined], report.Warning),
			tile(j.tr("errors", "错误"), n["error"], report.Bad), tile(j.tr("warnings", "警告"), n["warning"], report.Warning),
		},
		Footer: j.tr("Made by banfa. The report depends on the input, the rules and the time above, and on nothing else.",
			"由 banfa 生成。报告只取决于以上输入、规则和时间。"),
	}
	if j.draft() {
		p.Notes = append(p.Notes, j.tr("The rules are a draft, not law in force; this report is not legal advice.", "依据的是草案，不是现行法；本报告不是法律意见。"))
	}
	p.Notes = append(p.Notes, j.tr("For the inside: this report names entries that are not open. Only open-catalog.* is made to leave, after review.",
		"仅供内部使用：本报告列有不开放的条目。只有 open-catalog.* 可以在审查之后对外。"))
	for _, section := range []func() report.Section{
		j.typesSection, j.nextSection, j.askSection, j.heldSection, j.findingsSection, j.fixSection, j.fusionSection, j.itemsSection, j.freshSection, j.unreadSection,
	} {
		if x := section(); x.Title != "" {
			p.Sections = append(p.Sections, x)
		}
	}
	return p
}

func outcomeTone(o string) report.Tone {
	switch o {
	case string(catalog.Unconditional), string(catalog.Conditional):
		return report.Good
	case string(catalog.Closed):
		return report.Bad
	case classify.Undetermined:
		return report.Warning
	default:
		return report.Neutral
	}
}

func (j *openJob) unitName(u string) string {
	return cmp.Or(u, j.tr("(no unit)", "（未写明单位）"))
}

func (j *openJob) typesSection() report.Section {
	s := j.run.Classification.Summary
	bars := report.Bars{Title: j.tr("Entries by open type", "各开放类型的条目数")}
	stack := report.Stack{Title: j.tr("Open types by unit", "各单位的开放类型")}
	for _, o := range openOutcomes() {
		bars.Bars = append(bars.Bars, report.Bar{Label: j.outcome(o), Value: s.Outcomes[o], Tone: outcomeTone(o)})
		stack.Series = append(stack.Series, j.outcome(o))
	}
	size := func(unit string) (n int) {
		for _, k := range s.Units[unit] {
			n += k
		}
		return n
	}
	units := slices.SortedFunc(maps.Keys(s.Units), func(a, b string) int {
		return cmp.Or(cmp.Compare(size(b), size(a)), strings.Compare(a, b))
	})
	rest := make([]int, len(openOutcomes()))
	for i, u := range units {
		values := make([]int, len(rest))
		for k, o := range openOutcomes() {
			values[k] = s.Units[u][o]
		}
		if i < reportUnits {
			stack.Rows = append(stack.Rows, report.StackRow{Label: j.unitName(u), Values: values})
			continue
		}
		for k, v := range values {
			rest[k] += v
		}
	}
	if n := len(units) - reportUnits; n > 0 {
		stack.Rows = append(stack.Rows, report.StackRow{Label: fmt.Sprintf(j.tr("%d other units", "其余 %d 个单位"), n), Values: rest})
	}
	blocks := []report.Block{{Chart: bars}, {Chart: stack}}
	if s.Guessed > 0 {
		blocks = append(blocks, report.Block{Text: fmt.Sprintf(j.tr("%d of the closed entries rest on a guess and must be confirmed.",
			"其中 %d 个不予开放的条目依据推测，须由人确认。"), s.Guessed)})
	}
	return report.Section{ID: "types", Title: j.tr("Open types (Arts. 10–16)", "开放类型（第十条至第十六条）"), Blocks: blocks}
}

func (j *openJob) nextSection() report.Section {
	next := j.next()
	if len(next) == 0 {
		return report.Section{}
	}
	return report.Section{ID: "next", Title: j.tr("What to do next", "下一步"), Blocks: []report.Block{{List: next}}}
}

func (j *openJob) askSection() report.Section {
	missing := j.run.Classification.Summary.Missing
	if len(missing) == 0 {
		return report.Section{}
	}
	bars := report.Bars{Title: j.tr("Entries that lack a fact", "缺少该事实的条目数")}
	table := &report.Table{
		Caption: j.tr("What to ask, the most decisive first", "先问什么"), Numeric: []int{2, 3},
		Head: []string{j.tr("Question", "问题"), j.tr("Fact", "事实"), j.tr("Decides most", "最先要问"), j.tr("Entries", "条目")},
	}
	for _, m := range missing {
		if len(bars.Bars) < reportUnits {
			bars.Bars = append(bars.Bars, report.Bar{Label: j.factText(m.Fact, "label"), Value: m.Entries, Tone: report.Warning})
		}
		table.Rows = append(table.Rows, []string{j.factText(m.Fact, "ask"), m.Fact, report.Number(m.First), report.Number(m.Entries)})
	}
	return report.Section{
		ID: "ask", Title: j.tr("Facts that are missing", "缺少的事实"), Blocks: []report.Block{{Chart: bars}, {Table: table}},
		Intro: j.tr("An entry stays undetermined, and is not open, while a missing fact could change its open type.",
			"所缺的事实仍可能改变开放类型的，条目保持未定，不予开放。"),
	}
}

func (j *openJob) heldSection() report.Section {
	held := &report.Table{
		Caption: j.tr("Entries held back by single items", "受个别数据项牵制的条目"),
		Head:    []string{j.tr("Entry", "条目"), j.tr("Unit", "单位"), j.tr("Open type", "开放类型"), j.tr("Items", "数据项"), j.tr("Without them", "除去后")},
	}
	guessed := &report.Table{
		Caption: j.tr("Guesses to confirm", "待确认的推测"),
		Head:    []string{j.tr("Entry", "条目"), j.tr("Unit", "单位"), j.tr("Items", "数据项"), j.tr("Guess", "推测")},
	}
	for i := range j.run.Classification.Entries {
		e := &j.run.Classification.Entries[i]
		if len(e.HeldBackBy) > 0 && e.WithoutThem != nil {
			j.row(held, e.Entry+" "+e.Name, j.unitName(e.Unit), j.outcome(e.Outcome), strings.Join(e.HeldBackBy, "、"), j.outcome(*e.WithoutThem))
		}
		if e.Guessed {
			var items []string
			for _, g := range e.Guesses {
				items = append(items, g.Item)
			}
			j.row(guessed, e.Entry+" "+e.Name, j.unitName(e.Unit), strings.Join(items, "、"), j.factText(e.Guesses[0].Fact, "label"))
		}
	}
	s := report.Section{ID: "held", Title: j.tr("Held back by single items", "受个别数据项牵制")}
	for _, t := range []*report.Table{held, guessed} {
		if len(t.Rows) > 0 {
			s.Blocks = append(s.Blocks, report.Block{Table: t})
		}
	}
	if len(s.Blocks) == 0 {
		return report.Section{}
	}
	return s
}

// row adds a row, up to what a page holds.
func (j *openJob) row(t *report.Table, texts ...string) {
	if len(t.Rows) == reportRows {
		t.Cut = j.tr("More are in the JSON files.", "其余见 JSON 文件。")
		return
	}
	t.Rows = append(t.Rows, texts)
}

func (j *openJob) findingsSection() report.Section {
	groups := j.groups()
	if len(groups) == 0 {
		return report.Section{}
	}
	articles := map[string]int{}
	grave := map[string]bool{}
	table := &report.Table{
		Caption: j.tr("Findings by rule", "按规则汇总的问题"), Numeric: []int{3, 4},
		Head: []string{j.tr("Rule", "规则"), j.tr("Basis", "依据"), j.tr("Severity", "程度"), j.tr("Violated", "不符"), j.tr("Cannot be judged", "无法判断"), j.tr("What", "说明"), j.tr("For example", "例如")},
	}
	for _, g := range groups {
		article := j.tr("no article", "无条文")
		if len(g.short) > 0 {
			article = articleOf(j.lang, g.short[0])
		}
		if g.violated > 0 {
			articles[article] += g.violated
			grave[article] = grave[article] || g.severity == catalog.SeverityError
		}
		j.row(table, g.rule, strings.Join(g.short, " "), j.severity(g.severity), report.Number(g.violated), report.Number(g.unjudged), g.message, strings.Join(g.examples, ", "))
	}
	bars := report.Bars{Title: j.tr("Violations by article", "各条的不符数")}
	names := slices.SortedFunc(maps.Keys(articles), func(a, b string) int {
		return cmp.Or(cmp.Compare(articles[b], articles[a]), strings.Compare(a, b))
	})
	for _, a := range names[:min(len(names), reportUnits)] {
		tone := report.Warning
		if grave[a] {
			tone = report.Bad
		}
		bars.Bars = append(bars.Bars, report.Bar{Label: a, Value: articles[a], Tone: tone})
	}
	return report.Section{
		ID: "findings", Title: j.tr("Findings", "问题"), Blocks: []report.Block{{Chart: bars}, {Table: table}},
		Intro: j.tr("Each finding with its place in the input is in findings.json.", "每个问题及其在输入中的位置见 findings.json。"),
	}
}

// articleOf is the article of a citation in short form: 18 of 18p1 and of 12(3).
func articleOf(lang, short string) string {
	end := strings.IndexFunc(short, func(r rune) bool { return r < '0' || r > '9' })
	if end < 0 {
		end = len(short)
	}
	if end == 0 {
		return short
	}
	return fmt.Sprintf(pick(lang, "Article %s", "第 %s 条"), short[:end])
}

func (j *openJob) severity(s catalog.Severity) string {
	switch s {
	case catalog.SeverityError:
		return j.tr("error", "错误")
	case catalog.SeverityWarning:
		return j.tr("warning", "警告")
	default:
		return j.tr("info", "提示")
	}
}

func (j *openJob) fixSection() report.Section {
	if j.run.Check == nil || len(j.run.Check.Units) == 0 {
		return report.Section{}
	}
	table := &report.Table{
		Caption: j.tr("Units, the most errors first, and what to mend first", "各单位应当先改正什么，错误多的在前"), Numeric: []int{1, 2, 3, 4},
		Head: []string{j.tr("Unit", "单位"), j.tr("Entries", "条目"), j.tr("In order", "无问题"), j.tr("Errors", "错误"), j.tr("Warnings", "警告"), j.tr("Mend first", "先改正")},
	}
	units := slices.SortedStableFunc(slices.Values(j.run.Check.Units), func(a, b catalog.UnitReport) int {
		return cmp.Or(cmp.Compare(b.Errors, a.Errors), cmp.Compare(b.Warnings, a.Warnings), strings.Compare(a.Unit, b.Unit))
	})
	for i := range units {
		u := &units[i]
		var fixes []string
		for _, f := range u.Fixes[:min(3, len(u.Fixes))] {
			fixes = append(fixes, fmt.Sprintf("%s × %d", f.Text(j.lang), f.Count))
		}
		j.row(table, j.unitName(u.Unit), report.Number(u.Entries), report.Number(u.Clean), report.Number(u.Errors), report.Number(u.Warnings), strings.Join(fixes, "；"))
	}
	return report.Section{ID: "fixes", Title: j.tr("What each unit should mend (Arts. 23, 66)", "各单位的整改清单（第二十三条、第六十六条）"), Blocks: []report.Block{{Table: table}}}
}

func (j *openJob) fusionSection() report.Section {
	f := j.run.Fusion
	s := report.Section{
		ID: "fusion", Title: j.tr("What becomes linkable (Arts. 20, 56)", "关联风险（第二十条、第五十六条）"),
		Intro: fmt.Sprintf(j.tr("%d entries that are open or still undetermined were held against %d rules; %d of their items have no known meaning, and are not seen.",
			"以 %[2]d 条规则审查了 %[1]d 个开放或者未定的条目；其中 %[3]d 个数据项含义不明，没有纳入审查。"), f.Entries, f.Rules, f.Untyped),
	}
	if len(f.Findings) == 0 {
		s.Blocks = []report.Block{{Text: j.tr("Nothing was found among the items that are known.", "在含义已知的数据项中没有发现。")}}
		return s
	}
	table := &report.Table{
		Caption: j.tr("Combinations to look at", "须审查的组合"), Numeric: []int{3, 4},
		Head: []string{j.tr("Rule", "规则"), j.tr("Combination", "组合"), j.tr("Joined by", "关联键"), j.tr("Pairs", "条目对"), j.tr("Entries", "条目"), j.tr("For example", "例如")},
	}
	bars := report.Bars{Title: j.tr("Entries in play by rule", "各规则涉及的条目")}
	at := map[string]int{}
	for i := range f.Findings {
		x := &f.Findings[i]
		var witnesses []string
		for _, w := range x.Witnesses {
			witnesses = append(witnesses, strings.Join(w, " + "))
		}
		key := x.Key
		if x.Kind == catalog.FusionWithin {
			key = j.tr("(within one entry)", "（同一条目之内）")
		}
		j.row(table, x.Rule, x.Text(j.lang), key, strconv.FormatUint(x.Pairs, 10), strconv.FormatUint(x.Entries, 10), strings.Join(witnesses, "; "))
		k, ok := at[x.Rule]
		if !ok {
			k = len(bars.Bars)
			at[x.Rule] = k
			bars.Bars = append(bars.Bars, report.Bar{Label: cmp.Or(x.Text(j.lang), x.Rule), Tone: report.Warning})
		}
		bars.Bars[k].Value += int(x.Entries)
	}
	bars.Bars = bars.Bars[:min(len(bars.Bars), reportUnits)]
	s.Blocks = []report.Block{{Chart: bars}, {Table: table}}
	return s
}

// itemsSection shows how many items have a known meaning, and the names to add to the dictionary first.
func (j *openJob) itemsSection() report.Section {
	c := j.run.Coverage
	if c.Items == 0 {
		return report.Section{}
	}
	table := &report.Table{
		Caption: j.tr("Names without a known meaning, the most frequent first", "含义不明的数据项名称，出现多的在前"), Numeric: []int{1},
		Head: []string{j.tr("Name", "名称"), j.tr("Items", "数据项")},
	}
	for _, n := range c.Backlog[:min(len(c.Backlog), reportBacklog)] {
		table.Rows = append(table.Rows, []string{n.Name, report.Number(n.Items)})
	}
	if n := len(c.Backlog) - reportBacklog; n > 0 {
		table.Cut = fmt.Sprintf(j.tr("%s more names.", "另有 %s 个名称。"), report.Number(n))
	}
	s := report.Section{
		ID: "items", Title: j.tr("Meaning of the data items", "数据项的含义"),
		Intro: j.tr("What has no known meaning is not seen by the review of links, and nothing is guessed from it.", "含义不明的数据项不进入关联风险审查，也不据以推测。"),
		Blocks: []report.Block{{Chart: report.Bars{Title: j.tr("Data items", "数据项"), Bars: []report.Bar{
			{Label: j.tr("meaning known", "含义已知"), Value: c.Typed, Tone: report.Good},
			{Label: j.tr("name says nothing", "名称看不出含义"), Value: c.Neutral},
			{Label: j.tr("meaning not known", "含义不明"), Value: c.Untyped, Tone: report.Warning},
		}}}},
	}
	if len(table.Rows) > 0 {
		s.Blocks = append(s.Blocks, report.Block{Table: table, Folded: j.tr("Names to add to the dictionary", "待补充到词典的名称")})
	}
	return s
}

// freshSection shows how old the data is (Article 38).
func (j *openJob) freshSection() report.Section {
	bins := []struct {
		label string
		days  int
	}{
		{j.tr("≤ 1 day", "≤ 1 天"), 1},
		{j.tr("≤ 1 week", "≤ 1 周"), 7},
		{j.tr("≤ 1 month", "≤ 1 个月"), 31},
		{j.tr("≤ 3 months", "≤ 3 个月"), 92},
		{j.tr("≤ 6 months", "≤ 6 个月"), 183},
		{j.tr("≤ 1 year", "≤ 1 年"), 366},
		{j.tr("≤ 2 years", "≤ 2 年"), 731},
		{j.tr("older", "更久"), 1 << 30},
	}
	h := report.Histogram{Title: j.tr("Age of the data", "数据距上次更新的时间"), XAxis: j.tr("since the last update", "距上次更新")}
	for _, b := range bins {
		h.Bins = append(h.Bins, report.Bar{Label: b.label})
	}
	known, unknown := 0, 0
	for i := range j.run.Base.Entries {
		at := j.run.Base.Entries[i].UpdatedAt
		if at.IsZero() {
			unknown++
			continue
		}
		known++
		days := int(j.run.At.Sub(at) / (24 * time.Hour))
		k := slices.IndexFunc(bins, func(b struct {
			label string
			days  int
		},
		) bool {
			return days <= b.days
		})
		h.Bins[k].Value++
	}
	if known == 0 {
		return report.Section{}
	}
	return report.Section{
		ID: "fresh", Title: j.tr("Freshness (Art. 38)", "更新情况（第三十八条）"),
		Blocks: []report.Block{{Chart: h}, {Text: fmt.Sprintf(j.tr("%d entries do not say when their data was last updated.", "%d 个条目没有写明数据的更新时间。"), unknown)}},
	}
}

func (j *openJob) unreadSection() report.Section {
	if len(j.in.Unread) == 0 {
		return report.Section{}
	}
	table := &report.Table{
		Caption: j.tr("Cells that were not understood", "没有读懂的单元格"), Numeric: []int{1},
		Head: []string{j.tr("Sheet", "工作表"), j.tr("Row", "行"), j.tr("Column", "列"), j.tr("Value", "值"), j.tr("Why", "原因")},
	}
	for _, u := range j.in.Unread {
		j.row(table, u.Sheet, strconv.Itoa(u.Row), u.Column, u.Value, u.Why)
	}
	return report.Section{ID: "unread", Title: j.tr("Not understood", "没有读懂的内容"), Blocks: []report.Block{{Table: table}}}
}
