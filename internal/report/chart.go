package report

import (
	"errors"
	"fmt"
	"math"
	"strings"
	"unicode/utf8"
)

// Bar is one bar of a chart.
type Bar struct {
	Label string
	Value int
	Tone  Tone
}

// Bars is a chart of horizontal bars, in the order given.
type Bars struct {
	Title string
	Bars  []Bar
}

// Stack is a chart of horizontal bars, each made of the same series.
type Stack struct {
	Title  string
	Series []string // at most as many as there are patterns: 6
	Rows   []StackRow
}

// StackRow is one bar of a Stack: a value for each series.
type StackRow struct {
	Label  string
	Values []int
}

// Histogram is a chart of upright bars over bins that follow each other.
type Histogram struct {
	Title string
	XAxis string // what the bins are of
	Bins  []Bar
}

// Limits of a chart. What is beyond them is for a table.
const (
	maxBars   = 60
	maxSeries = 6
	maxBins   = 40
)

// ErrChart is the error of a chart that cannot be drawn: too many bars or series, negative values, rows of another length.
var ErrChart = errors.New("chart cannot be drawn")

// The measures of charts, in units of the SVG: one is about a pixel.
const (
	chartWidth = 720
	labelWidth = 220
	valueWidth = 70
	barHeight  = 18
	barStep    = 26
	histHeight = 160
)

type figure struct {
	ID, Title, Desc string
	W, H            int
	Rects           []rect
	Texts           []svgText
	Lines           []line
	Legend          []legendItem
	Table           *tableView // the same numbers, to be read
	LegendLabel     string
	TableLabel      string
}

type rect struct {
	X, Y, W, H float64
	Class      string
	Tip        string
}

type svgText struct {
	X, Y   float64
	Anchor string // start, middle or end
	Text   string
	Full   string // where Text was cut
}

type line struct{ X1, Y1, X2, Y2 float64 }

type legendItem struct{ Class, Text string }

func (b Bars) draw(p *Page, id string) (*figure, error) {
	if len(b.Bars) > maxBars {
		return nil, fmt.Errorf("%w: %d bars, at most %d", ErrChart, len(b.Bars), maxBars)
	}
	most, err := greatest(b.Bars)
	if err != nil {
		return nil, err
	}
	f := &figure{ID: id, Title: b.Title, W: chartWidth, H: barStep*len(b.Bars) + 8}
	var rows [][]string
	for i, bar := range b.Bars {
		f.label(i, bar.Label)
		w := scale(bar.Value, most)
		f.Rects = append(f.Rects, rect{labelWidth, top(i), w, barHeight, "bar " + toneClass(bar.Tone), tip(bar.Label, bar.Value)})
		f.value(i, w, number(bar.Value))
		rows = append(rows, []string{bar.Label, number(bar.Value)})
	}
	w := pageWords(p.Lang)
	f.read(w, b.Title, []string{w.Label, w.Value}, rows)
	return f, nil
}

func (s Stack) draw(p *Page, id string) (*figure, error) {
	if len(s.Rows) > maxBars || len(s.Series) > maxSeries {
		return nil, fmt.Errorf("%w: %d rows of %d series, at most %d of %d", ErrChart, len(s.Rows), len(s.Series), maxBars, maxSeries)
	}
	most := 0
	for _, r := range s.Rows {
		if len(r.Values) != len(s.Series) {
			return nil, fmt.Errorf("%w: row %q has %d values for %d series", ErrChart, r.Label, len(r.Values), len(s.Series))
		}
		sum, err := total(r.Values)
		if err != nil {
			return nil, err
		}
		most = max(most, sum)
	}
	w := pageWords(p.Lang)
	f := &figure{ID: id, Title: s.Title, W: chartWidth, H: barStep*len(s.Rows) + 8, LegendLabel: w.Series}
	head := append([]string{w.Label}, s.Series...)
	var rows [][]string
	for k, name := range s.Series {
		f.Legend = append(f.Legend, legendItem{seriesClass(k), name})
	}
	for i, r := range s.Rows {
		f.label(i, r.Label)
		x, sum, row := 0.0, 0, []string{r.Label}
		for k, v := range r.Values {
			width := scale(v, most)
			if v > 0 {
				f.Rects = append(f.Rects, rect{round(labelWidth + x), top(i), width, barHeight, seriesClass(k), tip(r.Label+" · "+s.Series[k], v)})
			}
			x, sum, row = x+width, sum+v, append(row, number(v))
		}
		f.value(i, x, number(sum))
		rows = append(rows, row)
	}
	f.read(w, s.Title, head, rows)
	return f, nil
}

func (h Histogram) draw(p *Page, id string) (*figure, error) {
	if len(h.Bins) > maxBins {
		return nil, fmt.Errorf("%w: %d bins, at most %d", ErrChart, len(h.Bins), maxBins)
	}
	most, err := greatest(h.Bins)
	if err != nil {
		return nil, err
	}
	const left, above = 10.0, 20.0
	f := &figure{ID: id, Title: h.Title, W: chartWidth, H: histHeight + 66}
	step := (chartWidth - 2*left) / float64(max(1, len(h.Bins)))
	var rows [][]string
	for i, bin := range h.Bins {
		height := 0.0
		if most > 0 {
			height = round(float64(bin.Value) / float64(most) * histHeight)
		}
		x := left + float64(i)*step
		f.Rects = append(f.Rects, rect{
			round(x + 1), round(above + histHeight - height), round(max(1, step-2)), height,
			"bar " + toneClass(bin.Tone), tip(bin.Label, bin.Value),
		})
		f.Texts = append(f.Texts,
			svgText{X: round(x + step/2), Y: round(above + histHeight - height - 4), Anchor: "middle", Text: number(bin.Value)},
			cutText(round(x+step/2), above+histHeight+16, "middle", bin.Label, step))
		rows = append(rows, []string{bin.Label, number(bin.Value)})
	}
	f.Lines = append(f.Lines, line{left, above + histHeight, chartWidth - left, above + histHeight})
	f.Texts = append(f.Texts, svgText{X: chartWidth / 2, Y: above + histHeight + 38, Anchor: "middle", Text: h.XAxis})
	w := pageWords(p.Lang)
	f.read(w, h.Title, []string{h.XAxis, w.Value}, rows)
	return f, nil
}

func (f *figure) label(i int, text string) {
	f.Texts = append(f.Texts, cutText(labelWidth-8, top(i)+13, "end", text, labelWidth-12))
}

func (f *figure) value(i int, width float64, text string) {
	f.Texts = append(f.Texts, svgText{X: round(labelWidth + width + 6), Y: top(i) + 13, Anchor: "start", Text: text})
}

// read gives the figure its words: a description, and the numbers as a table.
func (f *figure) read(w words, title string, head []string, rows [][]string) {
	var parts []string
	for i, r := range rows {
		if i == 12 {
			parts = append(parts, "…")
			break
		}
		parts = append(parts, strings.Join(r, " "))
	}
	f.Desc = strings.Join(parts, "; ")
	numeric := make([]int, 0, len(head))
	for i := 1; i < len(head); i++ {
		numeric = append(numeric, i)
	}
	f.TableLabel = w.Data
	f.Table = tableOf(&Table{Caption: title, Head: head, Numeric: numeric, Rows: rows})
}

func greatest(bars []Bar) (int, error) {
	most := 0
	for _, b := range bars {
		if b.Value < 0 {
			return 0, fmt.Errorf("%w: %q is %d", ErrChart, b.Label, b.Value)
		}
		most = max(most, b.Value)
	}
	return most, nil
}

func total(values []int) (int, error) {
	sum := 0
	for _, v := range values {
		if v < 0 || sum > math.MaxInt-v {
			return 0, fmt.Errorf("%w: a value is negative or too great", ErrChart)
		}
		sum += v
	}
	return sum, nil
}

func top(i int) float64 { return float64(i*barStep + 6) }

func scale(v, most int) float64 {
	if most == 0 {
		return 0
	}
	return round(float64(v) / float64(most) * (chartWidth - labelWidth - valueWidth))
}

// round keeps one decimal, so that the page is the same on every machine.
func round(x float64) float64 { return math.Round(x*10) / 10 }

func tip(label string, v int) string { return label + ": " + number(v) }

func toneClass(t Tone) string {
	switch t {
	case Good, Warning, Bad:
		return string(t)
	default:
		return "plain"
	}
}

func seriesClass(k int) string { return fmt.Sprintf("s%d", k) }

// cutText cuts a label to what fits in a width; the whole stands in its tooltip and in the table. A Chinese character is about 13 wide,
// another about 7.
func cutText(x, y float64, anchor, text string, width float64) svgText {
	used := 0.0
	for i, r := range text {
		w := 7.0
		if r >= 0x2e80 {
			w = 13
		}
		if used+w > width-10 && i+utf8.RuneLen(r) < len(text) {
			return svgText{X: x, Y: y, Anchor: anchor, Text: text[:i] + "…", Full: text}
		}
		used += w
	}
	return svgText{X: x, Y: y, Anchor: anchor, Text: text}
}
