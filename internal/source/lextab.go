package source

import (
	"bytes"
	"slices"
)

// tab notes a tab between tokens. At the beginning of a line nobody can say how deep it indents.
func (x *lexer) tab(tab, p int, indents bool) {
	if indents {
		x.tabs = append(x.tabs, x.line)
	} else {
		x.out.at(codeSyntax, "yaml.tab-separator", tab, p).fix(x.file, tab, p, " ")
	}
	blank(x.src, tab, p)
}

// reportTabs reports all lines that tabs indent as the one problem they are, and gives up the tree.
func (x *lexer) reportTabs() {
	if len(x.tabs) == 0 {
		return
	}
	x.failed = true
	// What the structure below the first of them seems to be is a consequence.
	first := x.tabs[0] + 1
	x.out.list = slices.DeleteFunc(x.out.list, func(p Problem) bool {
		return p.Code == codeSyntax && p.Range.Start.Line > first
	})
	var p *Problem
	for _, line := range x.tabs {
		start := x.file.lines[line]
		end := start
		for end < len(x.file.Text) && isBlank(x.file.Text[end]) {
			end++
		}
		if p == nil {
			first := start + bytes.IndexByte(x.file.Text[start:end], '\t')
			p = x.out.at(codeSyntax, "yaml.tab-indentation", first, end)
		}
		p.fix(x.file, start, end, string(bytes.ReplaceAll(x.file.Text[start:end], []byte{'\t'}, []byte("  "))))
	}
}

// checkTabsAround refuses tabs between a key and its colon.
func (x *lexer) checkTabsAround(from, to int) {
	if i := bytes.IndexByte(x.src[from:to], '\t'); i >= 0 {
		x.tab(from+i, to, false)
	}
}
