package desensitize

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// plainScan is what a scan must find, without any of what makes it fast: every cell is searched, and every needle is looked for in every other cell,
// both folded. Half a character in bytes that are no text is not looked for within the characters of others.
func plainScan(s *scanner, number int64, in, out [][]byte) {
	w := s.all[0]
	w.seen++
	for i, cell := range out {
		if len(cell) > 0 {
			w.find(number, i, in[i], cell)
		}
	}
	for column, cell := range out {
		for _, of := range w.direct {
			if of == column || len(in[of]) == 0 || len(cell) == 0 {
				continue
			}
			if n := plainNeedle(in[of]); n != nil && bytes.Contains(foldText(nil, cell), n) {
				w.repeats++
				w.repeated = append(w.repeated, scanSpot{number, column, of})
			}
		}
	}
}

// plainNeedle is what addNeedle makes of a value, by bytes; nil where it is not looked for.
func plainNeedle(value []byte) []byte {
	text := foldText(nil, value)
	shape := shapeOfBytes(text)
	switch {
	case shape.wide && len([]rune(string(text))) < scanRunes, !shape.wide && shape.digits < scanDigits && len(text) < scanLetters,
		!shape.wide && int(shape.digits) == len(text) && shape.digits < scanDigits, placeholder(text):
		return nil
	}
	return text
}

// scanCells are cells of many forms; few of each, so that they come again.
func scanCells() *rapid.Generator[string] {
	part := rapid.OneOf(
		rapid.SampledFrom(identifiers),
		rapid.SampledFrom([]string{
			"", " ", "号", "电话：", ",", "x", "7", "*", "****", "-", ".", ":", "@", "（", "\u3000", "张三", "欧阳小明", "未知", "南山区", "1985", "138", "8000", "lot-001", "lot-123456",
			"123456", "1234567", "abcdef", "ABCDEF", "Li Lei", "LILEI", "deadbeef0123456789abcdef", "2024-01-01", "08:30:00", "按次收费，现场缴清", "\xff", "１２３４５６", "0a", "f9",
		}),
		rapid.StringMatching(`[0-9a-f]{0,20}`),
		rapid.StringMatching(`[0-9*. -]{0,12}`),
	)
	return rapid.Map(rapid.SliceOfN(part, 0, 4), func(parts []string) string { return strings.Join(parts, "") })
}

func checkAgainstPlain(t assert.TestingT, direct []int, rows [][][2]string) bool {
	columns := len(rows[0])
	names := make([]string, columns)
	for i := range names {
		names[i] = fmt.Sprintf("c%d", i)
	}
	scan := func() *scanner {
		s := newScanner(names, direct, time.Time{})
		s.made[0] = true
		s.worker()
		return s
	}
	together, alone, plain := scan(), scan(), scan()
	var all madeRows
	for i, row := range rows {
		in, out := make([][]byte, columns), make([][]byte, columns)
		for j, cell := range row {
			if cell[0] != "" {
				in[j] = []byte(cell[0])
			}
			if cell[1] != "" {
				out[j] = []byte(cell[1])
			}
		}
		one := madeRow(int64(i+1), in, out)
		all = madeRows{1, columns, append(all.in, in...), append(all.out, out...), append(all.at, i)}
		alone.all[0].rows(one)
		plainScan(plain, int64(i+1), in, out)
	}
	together.all[0].rows(&all)
	return assert.Equal(t, plain.result(), together.result(), "%q", rows) && assert.Equal(t, plain.result(), alone.result(), "row by row: %q", rows)
}

// madeRow is one row that is to be written.
func madeRow(number int64, in, out [][]byte) *madeRows {
	return &madeRows{first: number, width: len(in), in: in, out: out, at: []int{0}}
}

func TestTheFastScanFindsWhatThePlainOneFinds(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		columns := rapid.IntRange(1, 4).Draw(t, "columns")
		pool := rapid.SliceOfN(scanCells(), 1, 12).Draw(t, "cells")
		rows := rapid.SliceOfN(rapid.SliceOfN(rapid.Custom(func(t *rapid.T) [2]string {
			return [2]string{rapid.SampledFrom(pool).Draw(t, "in"), rapid.SampledFrom(pool).Draw(t, "out")}
		}), columns, columns), 1, 30).Draw(t, "rows")
		require.True(t, checkAgainstPlain(t, slices.Compact([]int{0, columns - 1}), rows))
	})
}

// FuzzTheFastScan holds the scan of a row, seen twice, against the plain one.
func FuzzTheFastScan(f *testing.F) {
	for _, s := range identifiers {
		f.Add("张三", s, "电话"+s)
		f.Add(s, s, "x "+s+"-1")
	}
	f.Add("6222021234567890", "4f1c9a0be7d86a52c3f1be09d84e6a71", "138****8000")
	f.Add("\xef\xbc", "１１０１０５１９４９１２３１００２Ｘ", "x １１０１０５１９４９１２３１００２９-1")
	f.Fuzz(func(t *testing.T, a, b, c string) {
		row := [][2]string{{a, b}, {b, c}, {c, a}}
		checkAgainstPlain(t, []int{0, 1}, [][][2]string{row, row})
	})
}

func TestTheShapeOfBitsIsThatOfBytes(t *testing.T) {
	cell := rapid.OneOf(scanCells(), rapid.StringMatching(`[0-9a-fA-FgzGZ]{8,70}`), rapid.StringMatching(`[0-9*.a -]{8,30}`))
	rapid.Check(t, func(t *rapid.T) {
		text := []byte(cell.Draw(t, "cell"))
		want := shapeOfBytes(text)
		got := shapeOf(text)
		got.token = false
		assert.Equal(t, want, got, "%q", text)
	})
}
