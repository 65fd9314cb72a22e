package main

import (
	"fmt"

	"github.com/banfa-go/banfa/desensitize"
	"github.com/banfa-go/banfa/internal/report"
)

// anonymiseReport is the page of --report: what became of the columns, how large the classes are, and what the table is still good for.
func anonymiseReport(lang, file string, r *desensitize.Anonymised) (*report.Page, error) {
	tr := func(en, zh string) string { return pick(lang, en, zh) }
	u, err := r.Utility()
	if err != nil {
		return nil, err
	}
	before, after, err := r.Sizes()
	if err != nil {
		return nil, err
	}
	page := &report.Page{
		Lang: lang, Title: tr("Anonymised table", "匿名化报告"), Subtitle: file,
		Notes: []string{tr("The generalisation is the same for all rows; it loses least of all that meet the model. Figures of GB/T 42460-2023 are from secondary sources.",
			"所有行按相同层级泛化，在满足要求的泛化中损失最小。GB/T 42460-2023 的数值引自二手资料。")},
		Tiles: []report.Tile{
			{Label: tr("rows", "行"), Value: report.Number(r.Rows)},
			{Label: tr("suppressed", "抑制"), Value: report.Number(r.Suppressed)},
			{Label: tr("classes", "等价类"), Value: report.Number(r.Classes)},
			{Label: "k", Value: report.Number(r.K)},
		},
	}
	if v := r.Verdict; v != nil {
		tone := report.Good
		if v.Level < 3 {
			tone = report.Warning
		}
		page.Tiles = append(page.Tiles, report.Tile{Label: fmt.Sprintf("GB/T 42460 (%s)", v.Model), Value: fmt.Sprint(v.Level), Tone: tone})
	}
	table := &report.Table{
		Caption: tr("Columns before and after", "各列前后对比"), Numeric: []int{1, 2, 3, 4, 5},
		Head: []string{tr("column", "列"), tr("level", "层级"), tr("values before", "原取值数"), tr("values after", "现取值数"), tr("distance", "分布距离"), tr("loss", "损失")},
	}
	for _, c := range u.Columns {
		table.Rows = append(table.Rows, []string{c.Column, fmt.Sprint(c.Level), fmt.Sprint(c.Before), fmt.Sprint(c.After), share(c.Distance), share(c.Loss)})
	}
	page.Sections = append(page.Sections, report.Section{
		ID: "utility", Title: tr("Utility", "可用性"),
		Intro: fmt.Sprintf(tr("Suppressed share %s, discernibility %s, average class %s, mean loss %s.", "抑制比例 %s，可辨识度 %s，平均等价类规模 %s，平均损失 %s。"),
			share(u.SuppressedShare), share(u.Discernibility), share(u.AverageClass), share(u.Loss)),
		Blocks: []report.Block{{Table: table}},
	}, report.Section{
		ID: "classes", Title: tr("Class sizes", "等价类规模"),
		Blocks: []report.Block{
			{Chart: report.Histogram{Title: tr("Rows by size of class, before", "原数据按等价类规模的行数"), XAxis: tr("size of class", "等价类规模"), Bins: sizeBins(before)}},
			{Chart: report.Histogram{Title: tr("Rows by size of class, after", "现数据按等价类规模的行数"), XAxis: tr("size of class", "等价类规模"), Bins: sizeBins(after)}},
		},
	})
	values := report.Section{ID: "distributions", Title: tr("Distributions", "分布")}
	for i := range u.Columns {
		was, is := u.Columns[i].Values()
		values.Blocks = append(values.Blocks,
			report.Block{Heading: u.Columns[i].Column, Chart: report.Bars{Title: tr("before, the commonest values", "原数据中最常见的取值"), Bars: valueBars(was)}},
			report.Block{Chart: report.Bars{Title: tr("after", "现数据"), Bars: valueBars(is)}})
	}
	page.Sections = append(page.Sections, values)
	return page, nil
}

// sizeBins counts rows by the size of their class.
func sizeBins(sizes []desensitize.SizeCount) []report.Bar {
	from := []int{1, 2, 3, 5, 10, 21, 50, 100, 1000}
	bins := make([]report.Bar, len(from))
	for i, low := range from {
		switch {
		case i+1 == len(from):
			bins[i].Label = fmt.Sprintf("%d+", low)
		case from[i+1] == low+1:
			bins[i].Label = fmt.Sprint(low)
		default:
			bins[i].Label = fmt.Sprintf("%d–%d", low, from[i+1]-1)
		}
		if low == 1 {
			bins[i].Tone = report.Bad
		}
	}
	for _, s := range sizes {
		i := len(from) - 1
		for from[i] > s.Size {
			i--
		}
		bins[i].Value += s.Size * s.Classes
	}
	return bins
}

// valueBars are the commonest values.
func valueBars(values []desensitize.ValueCount) []report.Bar {
	const most = 15
	var bars []report.Bar
	for i, v := range values {
		if i == most {
			break
		}
		bars = append(bars, report.Bar{Label: v.Value, Value: v.Rows})
	}
	return bars
}
