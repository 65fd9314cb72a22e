package desensitize

import (
	"slices"
	"strings"

	"github.com/banfa-go/banfa/internal/ident"
)

// DirectSeen is a column that is not named as one of direct identifiers although its values look like them.
type DirectSeen struct {
	Column string  `json:"column"`
	Kind   string  `json:"kind"`  // the semantic type, such as cn.resident_id
	Share  float64 `json:"share"` // of the values that were looked at
}

const (
	riskLooked = 4096 // rows with a value that are looked at in each column
	riskNames  = 5    // different names make a column of names, if they are as good as all values and most stand once
)

// riskLook is what was seen of a column: its first values.
type riskLook struct {
	name   string
	column int
	rows   int
	values map[string]int
}

// riskLeft prepares to look at the columns that are not kept.
func riskLeft(head []string, keep []int) []riskLook {
	var out []riskLook
	for i, n := range head {
		if !slices.Contains(keep, i) {
			out = append(out, riskLook{name: n, column: i, values: map[string]int{}})
		}
	}
	return out
}

func (l *riskLook) see(cell []byte) {
	if l.rows < riskLooked && len(cell) > 0 {
		l.rows++
		l.values[string(cell)]++
	}
}

// directSeen looks at the values of all columns but those that are said to be direct identifiers, also of those that were in the file and are not in the table.
// Names of columns are not looked at.
func (t *Table) directSeen(direct []string) []DirectSeen {
	looks := slices.Clone(t.left)
	for i, n := range t.names {
		l := riskLook{name: n, values: map[string]int{}}
		c := &t.columns[i]
		for _, code := range c.codes {
			if v := c.values[code]; v != "" {
				if l.rows++; l.rows > riskLooked {
					l.rows--
					break
				}
				l.values[v]++
			}
		}
		looks = append(looks, l)
	}
	var out []DirectSeen
	for i := range looks {
		if slices.Contains(direct, looks[i].name) {
			continue
		}
		if s, ok := looks[i].judge(); ok {
			out = append(out, s)
		}
	}
	slices.SortFunc(out, func(a, b DirectSeen) int { return strings.Compare(a.Column, b.Column) })
	return out
}

// judge reports whether most values are identifiers of one kind. One value in all rows, such as a hotline, is none of a person.
func (l *riskLook) judge() (DirectSeen, bool) {
	kinds := map[ident.Kind]int{}
	distinct := map[ident.Kind]int{}
	names, once := 0, 0
	var matches []ident.Match
	for v, n := range l.values {
		v = strings.TrimSpace(v)
		if ident.Is(ident.PersonName, v) {
			names += n
			once++
		}
		matches = ident.Find(matches[:0], v)
		for _, m := range matches {
			if m.Start == 0 && m.End == len(v) && !organisational(m.Kind) && m.Kind != ident.IP {
				kinds[m.Kind] += n
				distinct[m.Kind]++
			}
		}
	}
	for _, k := range ident.Kinds() { // those with the best proof come first
		if n := kinds[k]; 2*n > l.rows && (distinct[k] > 1 || l.rows == 1) {
			return DirectSeen{l.name, string(k), float64(n) / float64(l.rows)}, true
		}
	}
	if once >= riskNames && 10*names >= 9*l.rows && 2*once > l.rows {
		return DirectSeen{l.name, string(ident.PersonName), float64(names) / float64(l.rows)}, true
	}
	return DirectSeen{}, false
}
