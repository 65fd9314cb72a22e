package format

import (
	"fmt"
	"slices"
	"strings"
)

// context is the number of unchanged lines around a change.
const context = 3

// Diff returns the difference of two texts in the unified form that patch reads, with name for both; it is empty where they are
// equal.
func Diff(name string, old, now []byte) string {
	a, b := lines(old), lines(now)
	edits := compare(a, b)
	var out strings.Builder
	for _, h := range hunks(edits) {
		if out.Len() == 0 {
			fmt.Fprintf(&out, "--- %s\n+++ %s\n", name, name)
		}
		h.write(&out)
	}
	return out.String()
}

// lines splits a text into lines with their terminators.
func lines(text []byte) []string {
	out := strings.SplitAfter(string(text), "\n")
	if out[len(out)-1] == "" {
		out = out[:len(out)-1]
	}
	return out
}

// edit is a line of the one text (-), of the other (+), or of both (space); a and b are the numbers of lines of each before
// it.
type edit struct {
	op   byte
	text string
	a, b int
}

// compare lists the lines of both texts in order. What both begin and end with is set aside first, so that the search is
// over what changed.
func compare(a, b []string) []edit {
	start := 0
	for start < len(a) && start < len(b) && a[start] == b[start] {
		start++
	}
	end := 0
	for end < len(a)-start && end < len(b)-start && a[len(a)-1-end] == b[len(b)-1-end] {
		end++
	}
	ops := slices.Concat(
		slices.Repeat([]byte{' '}, start),
		search(a[start:len(a)-end], b[start:len(b)-end]),
		slices.Repeat([]byte{' '}, end),
	)
	out := make([]edit, 0, len(ops))
	i, j := 0, 0
	for _, op := range ops {
		e := edit{op: op, a: i, b: j}
		if op == '+' {
			e.text = b[j]
		} else {
			e.text = a[i]
			i++
		}
		if op != '-' {
			j++
		}
		out = append(out, e)
	}
	return out
}

// most bounds the number of changed lines that are searched for the shortest difference. Beyond it, all of the one text is
// shown as replaced by all of the other.
const most = 1000

// frontier is how far each diagonal k, from -d to d, has come, with a margin of one at both ends.
type frontier struct {
	x []int
	d int
}

func (f frontier) at(k int) int { return f.x[k+f.d+1] }

// from is the diagonal from which step d reaches diagonal k: the one above (an insertion) or below (a deletion).
func (f frontier) from(k, d int) int {
	if k == -d || k != d && f.at(k-1) < f.at(k+1) {
		return k + 1
	}
	return k - 1
}

// search finds the shortest sequence of -, + and space by Myers' greedy algorithm (An O(ND) Difference Algorithm, 1986).
func search(a, b []string) []byte {
	bound := min(len(a)+len(b), most)
	reach := frontier{make([]int, 2*bound+3), bound}
	var trace []frontier
	for d := 0; d <= bound; d++ {
		trace = append(trace, frontier{slices.Clone(reach.x[bound-d : bound+d+3]), d})
		for k := -d; k <= d; k += 2 {
			from := reach.from(k, d)
			x := reach.at(from)
			if from < k {
				x++
			}
			for x < len(a) && x-k < len(b) && a[x] == b[x-k] {
				x++
			}
			reach.x[k+bound+1] = x
			if x >= len(a) && x-k >= len(b) {
				return walkBack(trace, len(a), len(b))
			}
		}
	}
	return slices.Concat(slices.Repeat([]byte{'-'}, len(a)), slices.Repeat([]byte{'+'}, len(b)))
}

// walkBack reads the path that search took, from its end.
func walkBack(trace []frontier, x, y int) []byte {
	var ops []byte
	for d := len(trace) - 1; d > 0; d-- {
		from := trace[d].from(x-y, d)
		fromX := trace[d].at(from)
		fromY := fromX - from
		op, startX := byte('+'), fromX
		if from < x-y {
			op, startX = '-', fromX+1
		}
		for x > startX {
			ops = append(ops, ' ')
			x, y = x-1, y-1
		}
		ops = append(ops, op)
		x, y = fromX, fromY
	}
	ops = append(ops, slices.Repeat([]byte{' '}, x)...)
	slices.Reverse(ops)
	return ops
}

// hunk is a run of edits with the unchanged lines around it.
type hunk []edit

// hunks groups the changes that are less than twice the context apart.
func hunks(edits []edit) []hunk {
	var out []hunk
	last := -1 // index behind the last hunk
	for i, e := range edits {
		if e.op == ' ' {
			continue
		}
		from, to := max(i-context, 0), min(i+context+1, len(edits))
		if last >= 0 && from <= last {
			out[len(out)-1] = append(out[len(out)-1], edits[last:to]...)
		} else {
			out = append(out, slices.Clone(edits[from:to]))
		}
		last = to
	}
	return out
}

func (h hunk) write(out *strings.Builder) {
	var old, now int
	for _, e := range h {
		if e.op != '+' {
			old++
		}
		if e.op != '-' {
			now++
		}
	}
	fmt.Fprintf(out, "@@ -%s +%s @@\n", span(h[0].a, old), span(h[0].b, now))
	for _, e := range h {
		out.WriteByte(e.op)
		out.WriteString(e.text)
		if !strings.HasSuffix(e.text, "\n") {
			out.WriteString("\n\\ No newline at end of file\n")
		}
	}
}

// span writes the lines from start, which counts from 0. An empty span is named by the line before it.
func span(start, count int) string {
	switch count {
	case 0:
		return fmt.Sprintf("%d,0", start)
	case 1:
		return fmt.Sprint(start + 1)
	}
	return fmt.Sprintf("%d,%d", start+1, count)
}
