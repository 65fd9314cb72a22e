package web

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// chart is a figure of horizontal bars: drawn as SVG, said in its description, and given as a table.
type chart struct {
	ID, Title, Desc   string
	LabelHead, NHead  string
	Bars              []bar
	Width, Height     int
	LabelX, BarX, Top int
}

type bar struct {
	Label, Cut string
	N          int
	Link       string
	Class      string
	Y, TextY   int
	W, ValueX  float64
}

const (
	chartWidth  = 480
	chartLabels = 180
	chartStep   = 28
	chartBar    = 18
	chartValues = 50
	chartMost   = 15 // bars; the rest is one
	labelRunes  = 11 // of a label that fits, in the width of a Chinese character
)

// barChart draws bars in the order given.
func barChart(lang, id, title, labels string, bars []bar) *chart {
	if len(bars) == 0 {
		return nil
	}
	if len(bars) > chartMost {
		rest := bar{Label: say(lang, "chart.rest")}
		for _, b := range bars[chartMost-1:] {
			rest.N += b.N
		}
		bars = append(bars[:chartMost-1:chartMost-1], rest)
	}
	c := &chart{
		ID: id, Title: title, LabelHead: labels, NHead: say(lang, "chart.count"), Width: chartWidth, Height: chartStep*len(bars) + 8,
		LabelX: chartLabels - 10, BarX: chartLabels, Bars: bars,
	}
	most := 1
	for _, b := range bars {
		most = max(most, b.N)
	}
	var parts []string
	for i := range bars {
		b := &bars[i]
		b.Y = 4 + chartStep*i
		b.TextY = b.Y + chartBar/2 + 5
		b.W = float64(chartWidth-chartLabels-chartValues) * float64(b.N) / float64(most)
		b.ValueX = chartLabels + b.W + 8
		b.Cut = cutLabel(b.Label)
		if b.Class == "" {
			b.Class = "bar"
		}
		parts = append(parts, fmt.Sprintf("%s %d", b.Label, b.N))
	}
	c.Desc = strings.Join(parts, say(lang, "word.semicolon"))
	return c
}

// cutLabel shortens a label to what fits: a Latin letter is half as wide as a Chinese character.
func cutLabel(s string) string {
	width := 0
	for i, r := range s {
		width += 2
		if r < utf8.RuneSelf {
			width--
		}
		if width > 2*labelRunes {
			return s[:i] + "…"
		}
	}
	return s
}
