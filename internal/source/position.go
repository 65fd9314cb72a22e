package source

import (
	"bytes"
	"slices"
	"sort"
	"unicode/utf8"
)

// Position is a place in a file: line and column count from 1, columns in runes. A byte order mark is no column.
type Position struct{ Line, Column int }

// Before reports whether p stands before q.
func (p Position) Before(q Position) bool {
	return p.Line < q.Line || p.Line == q.Line && p.Column < q.Column
}

// Range is a stretch of text from Start up to, but not including, End.
type Range struct{ Start, End Position }

// Edit replaces the text of Range by NewText.
type Edit struct {
	Range   Range
	NewText string
}

// File is one rule file. Nothing in it changes after Parse.
type File struct {
	Name string
	// Text is the file as it was given, comments included; nil when it exceeds the byte limit.
	Text []byte
	// Root is nil when nothing of the file can be used.
	Root *Node
	// Partial says that lines were left out because they could not be read: what is absent from the tree may
	// stand in the file, so its absence is not worth a report.
	Partial bool

	lines []int   // byte offset of the first character of each line
	runes []int32 // number of runes before each block of blockSize bytes
	valid bool    // Text is UTF-8, so runes can be counted by their first bytes
	eol   string  // the line terminator that edits use
}

// blockSize is the distance of the samples that make Position cheap on very long lines.
const blockSize = 64

const bom = "\xef\xbb\xbf"

func newFile(name string, text []byte) *File {
	f := &File{Name: name, Text: text, valid: utf8.Valid(text), eol: "\n"}
	start := 0
	if bytes.HasPrefix(text, []byte(bom)) {
		start = len(bom)
	}
	f.lines = append(make([]int, 0, bytes.Count(text, []byte{'\n'})+1), start)
	f.runes = make([]int32, 0, len(text)/blockSize+1)
	count := int32(0)
	for i, b := range text {
		if i%blockSize == 0 {
			f.runes = append(f.runes, count)
		}
		if utf8.RuneStart(b) {
			count++
		}
		if b == '\n' {
			f.lines = append(f.lines, i+1)
		}
	}
	if i := bytes.IndexByte(text, '\n'); i > 0 && text[i-1] == '\r' {
		f.eol = "\r\n"
	}
	return f
}

// runesBefore counts the runes in front of a byte offset; the text must be UTF-8.
func (f *File) runesBefore(offset int) int {
	block := min(offset/blockSize, len(f.runes)-1)
	if block < 0 {
		return 0
	}
	n := int(f.runes[block])
	for _, b := range f.Text[block*blockSize : offset] {
		if utf8.RuneStart(b) {
			n++
		}
	}
	return n
}

// lineAt is the index in f.lines of the line that holds a byte offset.
func (f *File) lineAt(offset int) int {
	return max(0, sort.SearchInts(f.lines, offset+1)-1)
}

// lineEnd is the byte offset behind the last character of a line, before its terminator.
func (f *File) lineEnd(line int) int {
	end := len(f.Text)
	if line+1 < len(f.lines) {
		end = f.lines[line+1] - 1
		if end > f.lines[line] && f.Text[end-1] == '\r' {
			end--
		}
	}
	return end
}

// Position is the place of a byte offset in Text. Offsets outside the text mean its nearer end; offsets within
// a line terminator mean the end of the line.
func (f *File) Position(offset int) Position {
	if len(f.lines) == 0 {
		return Position{1, 1}
	}
	offset = min(max(offset, f.lines[0]), len(f.Text))
	line := f.lineAt(offset)
	offset = min(offset, f.lineEnd(line))
	if !f.valid {
		return Position{line + 1, 1 + utf8.RuneCount(f.Text[f.lines[line]:offset])}
	}
	return Position{line + 1, 1 + f.runesBefore(offset) - f.runesBefore(f.lines[line])}
}

// Offset is the byte offset of a position in Text: the inverse of Position. A column behind the end of its line
// means the end of the line.
func (f *File) Offset(p Position) int {
	if len(f.lines) == 0 || p.Line < 1 {
		return 0
	}
	if p.Line > len(f.lines) {
		return len(f.Text)
	}
	offset, end := f.lines[p.Line-1], f.lineEnd(p.Line-1)
	for range p.Column - 1 {
		if offset >= end {
			break
		}
		_, size := utf8.DecodeRune(f.Text[offset:end])
		offset += size
	}
	return offset
}

// Line is the text of line n, counted from 1, without its terminator; empty when there is no such line.
func (f *File) Line(n int) string {
	if n < 1 || n > len(f.lines) {
		return ""
	}
	return string(f.Text[f.lines[n-1]:f.lineEnd(n-1)])
}

// Lines is the number of lines; a text that ends with a line terminator has an empty last one.
func (f *File) Lines() int { return len(f.lines) }

// Apply returns the text with the edits made. Edits that overlap an earlier one are left out.
func (f *File) Apply(edits []Edit) []byte {
	sorted := slices.Clone(edits)
	slices.SortStableFunc(sorted, func(a, b Edit) int { return comparePositions(a.Range.Start, b.Range.Start) })
	var out []byte
	done := 0
	for _, e := range sorted {
		start, end := f.Offset(e.Range.Start), f.Offset(e.Range.End)
		if start < done || end < start {
			continue
		}
		out = append(out, f.Text[done:start]...)
		out = append(out, e.NewText...)
		done = end
	}
	return append(out, f.Text[done:]...)
}

func (f *File) rangeOf(start, end int) Range {
	return Range{f.Position(start), f.Position(end)}
}

func comparePositions(a, b Position) int {
	switch {
	case a.Before(b):
		return -1
	case b.Before(a):
		return 1
	}
	return 0
}
