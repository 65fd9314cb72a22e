package table

import (
	"cmp"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"strings"
)

// Records of a workbook stream (MS-XLS, BIFF8) that matter to who reads cells.
const (
	biffFormula   = 0x0006
	biffEnd       = 0x000a
	biffDateMode  = 0x0022
	biffFilePass  = 0x002f
	biffContinue  = 0x003c
	biffSheet     = 0x0085
	biffMulRK     = 0x00bd
	biffRString   = 0x00d6
	biffXF        = 0x00e0
	biffMerged    = 0x00e5
	biffSST       = 0x00fc
	biffLabelSST  = 0x00fd
	biffNumber    = 0x0203
	biffLabel     = 0x0204
	biffBoolErr   = 0x0205
	biffString    = 0x0207
	biffRK        = 0x027e
	biffFormat    = 0x041e
	biffBegin     = 0x0809
	biffVersion8  = 0x0600
	biffWorksheet = 0x0010
)

// xlsRows reads the sheets of an .xls workbook in turn. The stream of the workbook is in memory, and of one sheet at a time the cells.
type xlsRows struct {
	stream []byte
	sheets []xlsSheet // those that are left
	shared []string
	format []xlsFormat // of each cell style
	epoch1904,
	begun bool
	read   int // bytes of the stream that sheets were read from
	most   int // columns
	cells  []xlsCell
	merges *merges
}

type xlsSheet struct {
	name   string
	offset uint32
}

// xlsCell is a cell: a text, or a number and how it is shown.
type xlsCell struct {
	row, column, style uint16
	isText             bool
	number             float64
	text               string
}

// xlsColumns is how many columns a sheet has at most.
const xlsColumns = 256

var errXLS = errors.New("a record does not hold what it should")

// openXLS opens a workbook of Excel 97 to 2003.
func openXLS(r io.ReaderAt, size int64, sheet string, l Limits) (_ rows, err error) {
	defer recovered(&err)
	damaged := func(err error) error {
		return &Error{What: "is damaged (" + err.Error() + "); open it and save it again as .xlsx", Err: errors.Join(ErrFormat, err)}
	}
	f, err := openOLE(r, size)
	if err != nil {
		return nil, damaged(err)
	}
	e := f.top("Workbook")
	switch {
	case e != nil:
	case f.top("EncryptedPackage") != nil:
		return nil, &Error{What: xlsEncrypted, Err: ErrFormat}
	case f.top("Book") != nil:
		return nil, &Error{What: "is a spreadsheet of the time before Excel 97; open it and save it as .xlsx", Err: ErrFormat}
	default:
		return nil, &Error{What: "is a document of an old office program and no spreadsheet; save the table in it as .xlsx", Err: ErrFormat}
	}
	x := &xlsRows{most: l.Columns}
	if x.stream, err = f.stream(e); err == nil {
		err = x.globals()
	}
	var told *Error
	switch {
	case errors.As(err, &told):
		return nil, err
	case err != nil:
		return nil, damaged(err)
	}
	if sheet != "" {
		names := make([]string, len(x.sheets))
		for i := range x.sheets {
			names[i] = x.sheets[i].name
		}
		i := slices.Index(names, sheet)
		if i < 0 {
			return nil, &Error{What: fmt.Sprintf("has no sheet %q; it has %q", sheet, names)}
		}
		x.sheets = x.sheets[i : i+1]
	}
	return x, nil
}

const xlsEncrypted = "is encrypted with a password; open it and save it as .xlsx without one"

func (x *xlsRows) close() error { return nil }

// record is a record of the stream, and where the next one begins.
func (x *xlsRows) record(at int) (kind uint16, data []byte, next int, err error) {
	if at < 0 || at+4 > len(x.stream) {
		return 0, nil, 0, errXLS
	}
	kind = binary.LittleEndian.Uint16(x.stream[at:])
	next = at + 4 + int(binary.LittleEndian.Uint16(x.stream[at+2:]))
	if next > len(x.stream) {
		return 0, nil, 0, errXLS
	}
	return kind, x.stream[at+4 : next], next, nil
}

// continued gathers a record's data with that of the records that go on with it.
func (x *xlsRows) continued(data []byte, next int) (*xlsText, int) {
	t := &xlsText{parts: [][]byte{data}}
	for {
		kind, more, after, err := x.record(next)
		if err != nil || kind != biffContinue {
			return t, next
		}
		t.parts, next = append(t.parts, more), after
	}
}

// globals reads what all sheets share.
func (x *xlsRows) globals() error {
	var styles []uint16
	formats := map[uint16]string{}
	for at := 0; ; {
		kind, data, next, err := x.record(at)
		if err != nil {
			return err
		}
		switch kind {
		case biffBegin:
			if at == 0 && (len(data) < 4 || binary.LittleEndian.Uint16(data) != biffVersion8) {
				return &Error{What: "is a spreadsheet of the time before Excel 97; open it and save it as .xlsx", Err: ErrFormat}
			}
		case biffFilePass:
			return &Error{What: xlsEncrypted, Err: ErrFormat}
		case biffDateMode:
			x.epoch1904 = len(data) >= 2 && data[0] == 1
		case biffFormat:
			t, _ := x.continued(data, next)
			id := t.u16()
			if s, ok := t.text(int(t.u16())); ok {
				formats[id] = s
			}
		case biffXF:
			if len(data) < 4 {
				return errXLS
			}
			styles = append(styles, binary.LittleEndian.Uint16(data[2:]))
		case biffSheet:
			if len(data) < 8 {
				return errXLS
			}
			t := &xlsText{parts: [][]byte{data[7:]}}
			name, ok := t.text(int(data[6]))
			if !ok {
				return errXLS
			}
			if data[5] == 0 { // not a chart or a macro
				x.sheets = append(x.sheets, xlsSheet{name, binary.LittleEndian.Uint32(data)})
			}
		case biffSST:
			t, _ := x.continued(data, next)
			if x.shared, err = t.table(); err != nil {
				return err
			}
		case biffEnd:
			for _, id := range styles {
				x.format = append(x.format, newXLSFormat(id, formats[id]))
			}
			return nil
		}
		at = next
	}
}

func (x *xlsRows) next() (row Row, err error) {
	defer recovered(&err)
	for len(x.sheets) > 0 {
		name := x.sheets[0].name
		if !x.begun {
			if err := x.sheet(int64(x.sheets[0].offset)); err != nil {
				return Row{}, &Error{Sheet: name, What: "the sheet is damaged (" + err.Error() + "); open it and save it again as .xlsx", Err: errors.Join(ErrFormat, err)}
			}
			x.begun = true
		}
		if len(x.cells) == 0 {
			x.sheets, x.begun = x.sheets[1:], false
			continue
		}
		number := x.cells[0].row
		row := Row{Sheet: name, Number: int(number) + 1}
		for len(x.cells) > 0 && x.cells[0].row == number {
			c := &x.cells[0]
			for len(row.Cells) <= int(c.column) {
				row.Cells = append(row.Cells, "")
			}
			row.Cells[c.column] = x.show(c)
			x.cells = x.cells[1:]
		}
		x.merges.fill(&row)
		return row, nil
	}
	return Row{}, io.EOF
}

// show is what a person sees in a cell.
func (x *xlsRows) show(c *xlsCell) string {
	if c.isText {
		return c.text
	}
	var f xlsFormat
	if int(c.style) < len(x.format) {
		f = x.format[c.style]
	}
	return f.show(c.number, x.epoch1904)
}

// sheet reads the cells of a sheet, sorted by row and column; of two for one place the last counts.
func (x *xlsRows) sheet(offset int64) error {
	x.cells, x.merges = nil, &merges{most: x.most}
	if offset >= int64(len(x.stream)) {
		return errXLS
	}
	depth, pending := 0, -1
	for at := int(offset); ; {
		kind, data, next, err := x.record(at)
		switch {
		case err != nil:
			return err
		case kind == biffBegin:
			depth++ // a chart within a sheet is a stream within its stream
		case at == int(offset):
			return errors.New("it does not begin as a sheet does")
		case kind == biffEnd:
			depth--
		case depth == 1:
			next, err = x.cell(kind, data, next, &pending)
			if err != nil {
				return err
			}
		}
		if depth == 0 {
			break
		}
		if x.read += next - at; x.read > len(x.stream) {
			return errors.New("it overlaps another sheet")
		}
		at = next
	}
	slices.SortStableFunc(x.cells, func(a, b xlsCell) int { return cmp.Or(cmp.Compare(a.row, b.row), cmp.Compare(a.column, b.column)) })
	slices.SortStableFunc(x.merges.todo, func(a, b merge) int { return a.top - b.top })
	return nil
}

// cell reads a record of a sheet. pending is the cell whose formula gives a text that follows, −1 where there is none.
func (x *xlsRows) cell(kind uint16, data []byte, next int, pending *int) (int, error) {
	u16 := func(at int) uint16 { return binary.LittleEndian.Uint16(data[at:]) }
	least, known := xlsLeast[kind]
	if !known {
		return next, nil
	}
	if len(data) < least {
		return 0, errXLS
	}
	c := xlsCell{}
	if least >= 6 { // all but merged ranges and texts of formulas
		c.row, c.column, c.style = u16(0), u16(2), u16(4)
		if c.column >= xlsColumns {
			return 0, errXLS
		}
	}
	text := func(s string) { c.isText, c.text = true, s }
	switch kind {
	case biffNumber:
		c.number = math.Float64frombits(binary.LittleEndian.Uint64(data[6:]))
	case biffRK:
		c.number = xlsRK(binary.LittleEndian.Uint32(data[6:]))
	case biffMulRK:
		for rest := data[4 : len(data)-2]; len(rest) >= 6; rest = rest[6:] {
			c.style, c.number = binary.LittleEndian.Uint16(rest), xlsRK(binary.LittleEndian.Uint32(rest[2:]))
			x.cells = append(x.cells, c)
			if c.column++; c.column > xlsColumns {
				return 0, errXLS
			}
		}
		return next, nil
	case biffLabelSST:
		i := binary.LittleEndian.Uint32(data[6:])
		if int64(i) >= int64(len(x.shared)) {
			return 0, errors.New("a cell refers to a text that is not there")
		}
		text(x.shared[i])
	case biffLabel, biffRString:
		t, after := x.continued(data[8:], next)
		s, ok := t.text(int(u16(6)))
		if !ok {
			return 0, errXLS
		}
		text(s)
		next = after
	case biffBoolErr:
		text(xlsBoolErr(data[6], data[7] == 1))
	case biffFormula:
		*pending = -1
		switch {
		case u16(12) != 0xffff:
			c.number = math.Float64frombits(binary.LittleEndian.Uint64(data[6:]))
		case data[6] == 0:
			*pending = len(x.cells)
			text("")
		case data[6] == 1, data[6] == 2:
			text(xlsBoolErr(data[8], data[6] == 2))
		default:
			text("")
		}
	case biffString:
		t, after := x.continued(data[2:], next)
		s, ok := t.text(int(u16(0)))
		if !ok {
			return 0, errXLS
		}
		if *pending >= 0 {
			x.cells[*pending].text = s
			*pending = -1
		}
		return after, nil
	case biffMerged:
		for rest := data[2:]; len(rest) >= 8; rest = rest[8:] {
			m := merge{
				int(binary.LittleEndian.Uint16(rest)) + 1, int(binary.LittleEndian.Uint16(rest[4:])) + 1,
				int(binary.LittleEndian.Uint16(rest[2:])) + 1, int(binary.LittleEndian.Uint16(rest[6:])) + 1,
			}
			if m.top <= m.bottom && m.left <= m.right {
				x.merges.todo = append(x.merges.todo, m)
			}
		}
		return next, nil
	}
	x.cells = append(x.cells, c)
	return next, nil
}

// xlsLeast is how many bytes a record of a sheet has at least.
var xlsLeast = map[uint16]int{
	biffNumber: 14, biffRK: 10, biffMulRK: 6, biffLabelSST: 10, biffLabel: 8, biffRString: 8, biffBoolErr: 8, biffFormula: 14,
	biffString: 2, biffMerged: 2,
}

// xlsRK is a number in 30 bits: an integer or the high part of a float, and perhaps a hundredth of it.
func xlsRK(rk uint32) float64 {
	n := math.Float64frombits(uint64(rk&^3) << 32)
	if rk&2 != 0 {
		n = float64(int32(rk) >> 2)
	}
	if rk&1 != 0 {
		n /= 100
	}
	return n
}

func xlsBoolErr(value byte, isErr bool) string {
	switch {
	case isErr:
		if s := xlsErrors[value]; s != "" {
			return s
		}
		return "#ERR!"
	case value != 0:
		return "TRUE"
	}
	return "FALSE"
}

var xlsErrors = map[byte]string{0x00: "#NULL!", 0x07: "#DIV/0!", 0x0f: "#VALUE!", 0x17: "#REF!", 0x1d: "#NAME?", 0x24: "#NUM!", 0x2a: "#N/A"}

// xlsText reads the texts of a record and of those that go on with it.
type xlsText struct {
	parts [][]byte
	over  bool // more was read than there is
}

// take is the next n bytes, fewer where the part ends.
func (t *xlsText) take(n int) []byte {
	for len(t.parts) > 0 && len(t.parts[0]) == 0 {
		t.parts = t.parts[1:]
	}
	if len(t.parts) == 0 {
		t.over = t.over || n > 0
		return nil
	}
	n = min(n, len(t.parts[0]))
	b := t.parts[0][:n]
	t.parts[0] = t.parts[0][n:]
	return b
}

// bytes is the next n bytes, from as many parts as it takes.
func (t *xlsText) bytes(n int) []byte {
	b := t.take(n)
	if len(b) == n {
		return b
	}
	out := slices.Clone(b)
	for len(out) < n && !t.over {
		out = append(out, t.take(n-len(out))...)
	}
	if len(out) < n {
		return make([]byte, min(n, 8)) // numbers only: skip takes care of the rest
	}
	return out
}

func (t *xlsText) u16() uint16 { return binary.LittleEndian.Uint16(t.bytes(2)) }
func (t *xlsText) u32() uint32 { return binary.LittleEndian.Uint32(t.bytes(4)) }

func (t *xlsText) skip(n int64) {
	for n > 0 && !t.over {
		n -= int64(len(t.take(int(min(n, math.MaxInt32)))))
	}
}

// text reads a text of n characters behind its flags. Where it goes on in another part, that begins with flags of its own.
func (t *xlsText) text(n int) (string, bool) {
	const wide, phonetic, rich = 1, 4, 8
	flags := t.bytes(1)[0]
	var runs, more int64
	if flags&rich != 0 {
		runs = int64(t.u16())
	}
	if flags&phonetic != 0 {
		more = int64(t.u32())
	}
	var b strings.Builder
	var high rune // the first half of a character outside the basic plane
	put := func(r rune) {
		switch {
		case high != 0 && r >= 0xdc00 && r < 0xe000:
			b.WriteRune((high-0xd800)<<10 + (r - 0xdc00) + 0x10000)
			high = 0
			return
		case high != 0:
			b.WriteRune('\ufffd')
			high = 0
		}
		switch {
		case r >= 0xd800 && r < 0xdc00:
			high = r
		case r >= 0xdc00 && r < 0xe000:
			b.WriteRune('\ufffd')
		default:
			b.WriteRune(r)
		}
	}
	for n > 0 {
		if len(t.parts) > 0 && len(t.parts[0]) == 0 {
			t.parts = t.parts[1:]
			flags = t.bytes(1)[0]
		}
		width := 1 + int(flags&wide)
		chars := t.take(n * width)
		if t.over || len(chars) < width {
			return "", false
		}
		chars = chars[:len(chars)/width*width]
		n -= len(chars) / width
		for ; len(chars) > 0; chars = chars[width:] {
			if width == 2 {
				put(rune(binary.LittleEndian.Uint16(chars)))
			} else {
				put(rune(chars[0]))
			}
		}
	}
	if high != 0 {
		b.WriteRune('\ufffd')
	}
	t.skip(4*runs + more)
	return b.String(), !t.over
}

// table reads the texts that the cells of a workbook share.
func (t *xlsText) table() ([]string, error) {
	t.skip(4) // how often they are referred to
	n := t.u32()
	var out []string
	for range n {
		s, ok := t.text(int(t.u16()))
		if !ok {
			return nil, fmt.Errorf("the shared texts end after %d of %d", len(out), n)
		}
		out = append(out, s)
	}
	return out, nil
}
