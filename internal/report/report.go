// Package report builds HTML pages that stand alone: no script, no font, no image and no address of another host; they open from a
// file, an e-mail or an intranet without leave of anybody, print well and can be read aloud. Every text is data and is escaped by
// html/template for the place where it stands; charts are SVG drawn from numbers.
package report

import (
	"bytes"
	_ "embed"
	"fmt"
	"html/template"
	"io"
	"strconv"
)

//go:embed page.html.tmpl
var pageText string

// Page is one report.
type Page struct {
	Lang     string // zh or en; another reads as en
	Title    string
	Subtitle string
	Notes    []string // above everything else: what the report rests on
	Tiles    []Tile
	Sections []Section
	Footer   string
}

// Tile is one of the large figures at the top.
type Tile struct {
	Label, Value string
	Tone         Tone
}

// Tone says what a figure means, in addition to its text; it is never the only sign.
type Tone string

// The tones.
const (
	Neutral Tone = ""
	Good    Tone = "good"
	Warning Tone = "warn"
	Bad     Tone = "bad"
)

// Section is a part of the report, with a heading and an entry in the contents.
type Section struct {
	ID     string // of the anchor: letters, digits and hyphens; empty, s1, s2 … by position
	Title  string
	Intro  string
	Blocks []Block
}

// Block is one thing in a section: what is not nil of it.
type Block struct {
	Heading string // above it, a level below the section's
	Text    string
	List    []string
	Table   *Table
	Chart   Chart
	// Folded puts the table or list behind a line to click on; it is unfolded for print.
	Folded string
}

// Table is a table. Its caption says what it shows to who only hears it.
type Table struct {
	Caption string
	Head    []string
	Numeric []int // columns of numbers, from 0: set right
	Rows    [][]string
	Cut     string // said below where rows were left out
}

// Chart is a figure drawn from numbers.
type Chart interface {
	draw(p *Page, id string) (*figure, error)
}

// Write writes the page. Nothing is written where it cannot be built.
func (p *Page) Write(w io.Writer) error {
	view := pageView{Page: p, Words: pageWords(p.Lang)}
	for i, s := range p.Sections {
		sv := sectionView{Section: s, ID: sectionID(s.ID, i)}
		for k, b := range s.Blocks {
			bv := blockView{Block: b}
			if b.Chart != nil {
				f, err := b.Chart.draw(p, fmt.Sprintf("%s-%d", sv.ID, k+1))
				if err != nil {
					return fmt.Errorf("report: section %q, block %d: %w", s.Title, k+1, err)
				}
				bv.Figure = f
			}
			if b.Table != nil {
				bv.Table = tableOf(b.Table)
			}
			sv.Blocks = append(sv.Blocks, bv)
		}
		view.Sections = append(view.Sections, sv)
	}
	t, err := template.New("page").Funcs(template.FuncMap{"num": number}).Parse(pageText)
	if err != nil {
		return fmt.Errorf("report: %w", err)
	}
	var b bytes.Buffer
	if err := t.Execute(&b, view); err != nil {
		return fmt.Errorf("report: %w", err)
	}
	_, err = w.Write(b.Bytes())
	return err
}

type pageView struct {
	*Page
	Words    words
	Sections []sectionView
}

type sectionView struct {
	Section
	ID     string
	Blocks []blockView
}

type blockView struct {
	Block
	Figure *figure
	Table  *tableView
}

type tableView struct {
	Caption, Cut string
	Head         []cell
	Rows         [][]cell
}

type cell struct {
	Text    string
	Numeric bool
}

func tableOf(t *Table) *tableView {
	numeric := map[int]bool{}
	for _, c := range t.Numeric {
		numeric[c] = true
	}
	row := func(texts []string) []cell {
		out := make([]cell, len(t.Head)) // a row that is too long or too short is cut or filled
		for i := range out {
			out[i].Numeric = numeric[i]
			if i < len(texts) {
				out[i].Text = texts[i]
			}
		}
		return out
	}
	v := &tableView{Caption: t.Caption, Cut: t.Cut, Head: row(t.Head)}
	for _, r := range t.Rows {
		v.Rows = append(v.Rows, row(r))
	}
	return v
}

// sectionID keeps what an anchor may hold, so that an id never depends on data.
func sectionID(id string, i int) string {
	for _, r := range id {
		if r != '-' && (r < 'a' || r > 'z') && (r < '0' || r > '9') {
			id = ""
			break
		}
	}
	if id == "" {
		return "s" + strconv.Itoa(i+1)
	}
	return id
}

type words struct{ Tag, Contents, Figures, Series, Value, Label, Data string }

func pageWords(lang string) words {
	if lang == "zh" {
		return words{"zh-Hans", "目录", "概况", "分类", "数值", "项目", "数据"}
	}
	return words{"en", "Contents", "At a glance", "Series", "Value", "Item", "Data"}
}

// number writes a count with its thousands apart.
func number(n int) string {
	s := strconv.Itoa(n)
	sign := ""
	if n < 0 {
		sign, s = "-", s[1:]
	}
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return sign + s
}

// Number is a count as the page writes it.
func Number(n int) string { return number(n) }
