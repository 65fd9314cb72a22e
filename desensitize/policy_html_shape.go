package desensitize

import (
	"fmt"
	"slices"
	"strconv"

	"github.com/banfa-go/banfa/internal/report"
)

// classChart shows how many rows are in classes of which size, before and after; nil where that is not known.
func (r *Report) classChart(say func(en, zh string) string) *report.Block {
	before, after := r.Facts.classes[0], r.Facts.classes[1]
	if after == nil {
		return nil
	}
	chart := report.Stack{
		Title:  say("Rows by the size of their class", "按等价类大小统计的行数"),
		Series: []string{say("rows", "行数")},
	}
	from := shapeSizes()
	side := func(name string, sizes []int64) {
		for i, n := range sizes {
			label := strconv.FormatInt(from[i], 10)
			switch {
			case i == len(from)-1:
				label = "≥ " + label
			case from[i+1] > from[i]+1:
				label += "–" + strconv.FormatInt(from[i+1]-1, 10)
			}
			chart.Rows = append(chart.Rows, report.StackRow{Label: name + " · " + label, Values: []int{int(n)}})
		}
	}
	side(say("before", "处理前"), before)
	side(say("after", "处理后"), after)
	return &report.Block{Chart: chart}
}

// utilitySection says how much of each column is left.
func (r *Report) utilitySection(say func(en, zh string) string) report.Section {
	t := &report.Table{
		Caption: say("What is left of each column", "各列保留的信息"), Numeric: []int{1, 2, 3, 4, 5},
		Head: []string{
			say("column", "列"), say("different values before", "处理前不同的值"), say("after", "处理后"), say("bits before", "处理前信息量（比特）"),
			say("after", "处理后"), say("cells with a value", "有值的单元格"),
		},
	}
	for i := range r.Facts.shapes {
		s := &r.Facts.shapes[i]
		row := []string{s.Column}
		for side := range s.Distinct {
			row = append(row, shapeKnown(s.Distinct[side], strconv.Itoa(s.Distinct[side])))
		}
		for side := range s.Distinct {
			row = append(row, shapeKnown(s.Distinct[side], fmt.Sprintf("%.2f", s.Entropy[side])))
		}
		c := slices.IndexFunc(r.Columns, func(c ColumnReport) bool { return c.Header == s.Column })
		left := "–"
		if n := &r.Columns[c].cellCounts; n.cells() > 0 {
			const whole = 100
			left = fmt.Sprintf("%.1f%%", whole*float64(n.Kept+n.Changed)/float64(n.cells()))
		}
		t.Rows = append(t.Rows, append(row, left))
	}
	return report.Section{ID: "utility", Title: say("Utility", "可用性"), Blocks: []report.Block{{Table: t}}}
}

func shapeKnown(n int, text string) string {
	if n == 0 {
		return "–"
	}
	return text
}

// shapeSection shows how the values of each column are spread.
func (r *Report) shapeSection(say func(en, zh string) string) report.Section {
	var blocks []report.Block
	for i := range r.Facts.shapes {
		s := &r.Facts.shapes[i]
		title := s.Column
		switch s.Bins {
		case "year":
			title += say(", by year", "，按年")
		case "magnitude":
			title += say(", by magnitude", "，按数量级")
		case "length":
			title += say(", by length in characters", "，按字数")
		}
		chart := report.Stack{Title: title, Series: []string{say("rows", "行数")}}
		side := func(name string, bars []shapeBar) {
			for _, b := range bars {
				label := b.Label
				if label == "" {
					label = say("other", "其他")
				}
				chart.Rows = append(chart.Rows, report.StackRow{Label: name + " · " + label, Values: []int{int(b.Rows)}})
			}
		}
		side(say("before", "处理前"), s.Before)
		side(say("after", "处理后"), s.After)
		if len(chart.Rows) > 0 {
			blocks = append(blocks, report.Block{Chart: chart})
		}
	}
	return report.Section{ID: "distributions", Title: say("Distributions", "分布"), Blocks: blocks}
}
