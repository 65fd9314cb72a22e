package desensitize

import (
	"bytes"
	"unicode/utf8"
)

// The output gate looks for a row's own direct identifiers in its other cells, such as a name in a remark. They are needles: folded, with what tells cheaply
// that a cell cannot hold them.

// scanNeedle is a direct identifier of a row, folded.
type scanNeedle struct {
	row  int
	text []byte
	wide bool
	run  int32   // the most digits in a row
	set  scanSet // of its bytes; nothing where they are digits
}

// repeat looks for what the rows had in one column in the other cells that are written.
func (w *scanWorker) repeat(m *madeRows, of int) {
	w.needles, w.folded = w.needles[:0], w.folded[:0]
	var others scanShape // what the cells of the other columns have between them
	for column := range w.names {
		if column != of {
			others.add(&w.between[column])
		}
	}
	for r := range m.at {
		// A number that is longer than any of theirs is in none.
		if value := m.original(r, of); len(value) > 0 && (others.gaps || len(value) <= int(others.run) || !allDigits(value)) {
			w.addNeedle(r, value)
		}
	}
	if len(w.needles) == 0 {
		return
	}
	least := w.needles[0] // what all of them have
	for i := range w.needles {
		n := &w.needles[i]
		least.wide, least.run, least.set = least.wide && n.wide, min(least.run, n.run), least.set&n.set
	}
	rows := len(m.at)
	for column := range w.names {
		if column == of || !w.between[column].fits(&least) {
			continue
		}
		shapes := w.shapes[column*rows : (column+1)*rows]
		for i := range w.needles {
			n := &w.needles[i]
			if shape := &shapes[n.row]; shape.fits(n) && w.contains(m.out[n.row*m.width+column], shape.folds, n.text) {
				w.spots = append(w.spots, scanSpot{m.number(n.row), column, of})
			}
		}
	}
}

// fits reports whether a cell of a shape may hold a needle: fewer digits in a row than it has, where there are no separators, do not.
func (s *scanShape) fits(n *scanNeedle) bool {
	return (s.gaps || s.run >= n.run) && (s.wide || !n.wide) && s.set.has(n.set)
}

func (w *scanWorker) contains(cell []byte, folds bool, needle []byte) bool {
	if len(cell) < len(needle) { // folding makes nothing longer
		return false
	}
	if folds {
		w.text = foldText(w.text[:0], cell)
		cell = w.text
	}
	return bytes.Contains(cell, needle)
}

// The shortest identifiers that are looked for: shorter ones stand in other cells by chance.
const (
	scanRunes   = 2 // of text beyond ASCII, such as names
	scanLetters = 5 // of text in Latin letters
)

// addNeedle folds a value to look for, unless it is too short or stands for none.
func (w *scanWorker) addNeedle(row int, value []byte) {
	if allDigits(value) {
		if len(value) >= scanDigits {
			w.needles = append(w.needles, scanNeedle{row: row, text: value, run: int32(len(value))})
		}
		return
	}
	if count, set, ok := chinese(value); ok {
		if count >= scanRunes && !placeholder(value) {
			w.needles = append(w.needles, scanNeedle{row: row, text: value, wide: true, set: set})
		}
		return
	}
	shape := shapeOf(value)
	n := scanNeedle{row: row, text: value, wide: shape.wide, run: shape.run}
	if shape.folds {
		from := len(w.folded)
		w.folded = foldText(w.folded, value)
		n.text = w.folded[from:len(w.folded):len(w.folded)]
		shape = shapeOf(n.text)
		n.wide, n.run = shape.wide, shape.run
	}
	switch {
	case n.wide && utf8.RuneCount(n.text) < scanRunes,
		!n.wide && shape.digits < scanDigits && len(n.text) < scanLetters,
		!n.wide && int(shape.digits) == len(n.text) && shape.digits < scanDigits,
		placeholder(n.text):
		return
	}
	n.set = setOf(n.text)
	w.needles = append(w.needles, n)
}

// chinese reports whether a text is nothing but the usual Chinese characters, how many there are, and the set of its bytes.
func chinese(text []byte) (count int, set scanSet, ok bool) {
	for i := 0; i < len(text); i += 3 {
		if text[i] < 0xE4 || text[i] > 0xE9 || i+2 >= len(text) || text[i+1]&0xC0 != 0x80 || text[i+2]&0xC0 != 0x80 {
			return 0, 0, false
		}
		set |= 1<<(text[i]&63) | 1<<(text[i+1]&63) | 1<<(text[i+2]&63)
	}
	return len(text) / 3, set, true
}

// placeholder reports whether a text stands where there is no value.
func placeholder(text []byte) bool {
	switch string(text) {
	case "未知", "不详", "匿名", "暂无", "没有", "本人", "其他", "其它", "同上", "保密", "测试", "UNKNOWN", "ANONYMOUS":
		return true
	}
	return false
}

// foldText appends text as it is compared: half-width, upper case, without white space and hyphens.
func foldText(dst, text []byte) []byte {
	for i := 0; i < len(text); {
		c := text[i]
		if c < utf8.RuneSelf {
			i++
			switch {
			case c >= 'a' && c <= 'z':
				c -= 'a' - 'A'
			case c == ' ' || c == '-' || c == '\t':
				continue
			}
			dst = append(dst, c)
			continue
		}
		r, n := utf8.DecodeRune(text[i:])
		switch {
		case r >= '！' && r <= '～':
			c = byte(r - '！' + '!')
			if c >= 'a' && c <= 'z' {
				c -= 'a' - 'A'
			}
			if c != '-' {
				dst = append(dst, c)
			}
		case r == '\u00a0', r == '\u3000', r >= '\u2000' && r <= '\u200b', r == '\u202f', r == '\ufeff', r >= '\u2010' && r <= '\u2015', r == '\u2212':
		default:
			dst = append(dst, text[i:i+n]...)
		}
		i += n
	}
	return dst
}
