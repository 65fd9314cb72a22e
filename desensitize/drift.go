package desensitize

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/big"
	"slices"

	"github.com/banfa-go/banfa/internal/deid"
)

// Frozen is an anonymisation that was found once and is applied to later files of the same kind: the levels, the hierarchies as far as they are
// needed, the model, and what the released data looked like. It holds no row.
type Frozen struct {
	Format     string         `json:"format"`
	Schema     []string       `json:"schema"` // the columns of the file, in order
	Columns    []FrozenColumn `json:"columns"`
	Suppressed string         `json:"suppressed_text"`
	K          int            `json:"k"`
	Suppress   string         `json:"suppress"` // share
	Sensitive  []string       `json:"sensitive,omitempty"`
	L          int            `json:"l,omitempty"`
	Diversity  Diversity      `json:"diversity,omitempty"`
	C          string         `json:"c,omitempty"`
	T          string         `json:"t,omitempty"`
	Distance   Distance       `json:"distance,omitempty"`
	Tree       [][]string     `json:"distance_hierarchy,omitempty"`
	Sharing    Sharing        `json:"sharing,omitempty"`
	Pr         string         `json:"pr_context,omitempty"`
	Metric     Metric         `json:"metric"`
	Local      bool           `json:"local,omitempty"`
	Shift      string         `json:"shift"` // the greatest distance of a column's distribution from the released one
}

// FrozenColumn is one quasi-identifying column.
type FrozenColumn struct {
	Name     string         `json:"name"`
	Level    int            `json:"level"`
	Digest   string         `json:"hierarchy"`          // digest
	Built    string         `json:"built,omitempty"`    // the description of a built-in hierarchy
	Values   [][2]string    `json:"values,omitempty"`   // of a file: each value it has, and its generalisation at the level
	Released map[string]int `json:"released,omitempty"` // rows by generalised value, as released, suppressed rows aside
}

const frozenFormat = "banfa-frozen/1"

// Freeze keeps an anonymisation for later files. shift is the greatest total variation distance of a column that is still taken for the same kind of
// data; nil: 1/10.
func (a *Anonymised) Freeze(shift *big.Rat) (*Frozen, error) {
	if shift == nil {
		shift = big.NewRat(1, 10)
	}
	o := a.options
	f := &Frozen{
		Format: frozenFormat, Schema: a.table.Columns(), Suppressed: o.Suppressed, K: o.K, Suppress: o.Suppress.RatString(), Sensitive: o.Sensitive,
		L: o.L, Metric: o.Metric, Sharing: o.Sharing, Local: o.Local, Shift: shift.RatString(),
	}
	if o.L > 0 {
		f.Diversity = o.Diversity
	}
	if o.C != nil {
		f.C = o.C.RatString()
	}
	if o.T != nil {
		f.T, f.Distance = o.T.RatString(), o.Distance
		if o.Distance == DistanceHierarchical {
			if o.DistanceHierarchy.built() {
				return nil, errors.New("desensitize: an anonymisation by a built-in hierarchy of the sensitive column cannot be frozen; give the hierarchy as a file")
			}
			for _, v := range o.DistanceHierarchy.of.Values() {
				row, err := o.DistanceHierarchy.of.Row(v)
				if err != nil {
					return nil, err
				}
				f.Tree = append(f.Tree, row)
			}
		}
	}
	if o.Sharing != "" && o.Sharing != SharingPublic {
		pr, _, err := o.Context.pr()
		if err != nil {
			return nil, err
		}
		f.Pr = riskDecimal(pr) // rounded up
	}
	for i, l := range a.Levels {
		h := o.Hierarchies[l.Column]
		c := FrozenColumn{Name: l.Column, Level: l.Level, Digest: h.Digest(), Built: h.of.Spec(), Released: map[string]int{}}
		level := min(l.Level, h.Levels()-1) // a frozen hierarchy has only the level it was frozen at
		for _, v := range h.of.Values() {
			g, err := h.Generalise(v, level)
			if err != nil {
				return nil, err
			}
			c.Values = append(c.Values, [2]string{v, g})
		}
		at := a.released.index[l.Column]
		for r := range a.marked {
			if !a.gone(r, i) {
				c.Released[a.released.Cell(r, at)]++
			}
		}
		f.Columns = append(f.Columns, c)
	}
	return f, nil
}

// Write writes the frozen anonymisation as indented JSON.
func (f *Frozen) Write(w io.Writer) error {
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	return e.Encode(f)
}

// frozenBytes bounds a frozen anonymisation.
const frozenBytes = 256 << 20

// ParseFrozen reads what Write wrote.
func ParseFrozen(text []byte) (*Frozen, error) {
	if len(text) > frozenBytes {
		return nil, fmt.Errorf("desensitize: a frozen anonymisation of %d bytes is beyond the limit of %d", len(text), frozenBytes)
	}
	d := json.NewDecoder(bytes.NewReader(text))
	d.DisallowUnknownFields()
	var f Frozen
	if err := d.Decode(&f); err != nil {
		return nil, fmt.Errorf("desensitize: no frozen anonymisation: %w", err)
	}
	if d.More() {
		return nil, errors.New("desensitize: no frozen anonymisation: text follows the object")
	}
	if f.Format != frozenFormat {
		return nil, fmt.Errorf("desensitize: format %q is not %s", f.Format, frozenFormat)
	}
	if len(f.Columns) == 0 {
		return nil, errors.New("desensitize: a frozen anonymisation without columns")
	}
	return &f, nil
}

// DriftCode says how a file departs from the one that was frozen.
type DriftCode string

// The ways in which a file departs.
const (
	DriftSchema   DriftCode = "schema"   // the columns are others, or in another order
	DriftValue    DriftCode = "value"    // a value that the hierarchy does not have
	DriftSuppress DriftCode = "suppress" // more rows would have to be suppressed than allowed
	DriftModel    DriftCode = "model"    // the classes that are kept do not meet the model together
	DriftShift    DriftCode = "shift"    // a column's values are distributed otherwise
)

// Drift is one way in which a file departs from the one that was frozen.
type Drift struct {
	Code   DriftCode `json:"code"`
	Column string    `json:"column,omitempty"`
	Row    int       `json:"row,omitempty"`   // the first
	Count  int       `json:"count,omitempty"` // rows
	Got    string    `json:"got,omitempty"`
	Limit  string    `json:"limit,omitempty"`
}

// DriftError refuses a file, with everything that was found.
type DriftError struct{ Findings []Drift }

// Error lists what was found.
func (e *DriftError) Error() string {
	s := "the file departs from the one that was frozen:"
	for _, d := range e.Findings {
		s += fmt.Sprintf(" %s", d.Code)
		if d.Column != "" {
			s += fmt.Sprintf(" (%s)", d.Column)
		}
	}
	return s
}

// Apply anonymises another file with the same levels. A file that departs is refused, with a *DriftError that lists how.
func (f *Frozen) Apply(ctx context.Context, t *Table) (*Anonymised, error) {
	if !slices.Equal(f.Schema, t.names) {
		return nil, &DriftError{driftSchema(f.Schema, t.names)}
	}
	if t.rows == 0 {
		return nil, &TableError{What: "there are no rows"}
	}
	o, err := f.options()
	if err != nil {
		return nil, err
	}
	if found := f.unknown(t, &o); len(found) > 0 {
		return nil, &DriftError{found}
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	m, err := newLatticeModel(&o, t.rows)
	if err != nil {
		return nil, err
	}
	s, err := newLatticeSpace(t, &o)
	if err != nil {
		return nil, err
	}
	var w latticeWork
	at := m.evaluate(s, &w, s.nodes-1) // each hierarchy ends at its column's level
	a, err := anonymised(ctx, t, &o, s, m, &at, 1)
	if err != nil {
		return nil, err
	}
	for i, c := range f.Columns {
		a.Levels[i].Level = c.Level
	}
	a.Nodes = 1
	found, err := f.departures(a, &at)
	if err != nil {
		return nil, err
	}
	if len(found) > 0 {
		return nil, &DriftError{found}
	}
	return a, nil
}

func driftSchema(want, got []string) []Drift {
	var out []Drift
	for _, n := range want {
		if !slices.Contains(got, n) {
			out = append(out, Drift{Code: DriftSchema, Column: n, Got: "missing"})
		}
	}
	for _, n := range got {
		if !slices.Contains(want, n) {
			out = append(out, Drift{Code: DriftSchema, Column: n, Got: "new"})
		}
	}
	if out == nil {
		out = append(out, Drift{Code: DriftSchema, Got: "order"})
	}
	return out
}

// options brings back what Freeze kept. Each hierarchy has only the value itself and, where the level is above 0, its generalisation.
func (f *Frozen) options() (AnonymiseOptions, error) {
	o := AnonymiseOptions{
		Hierarchies: map[string]*Hierarchy{}, K: f.K, Sensitive: f.Sensitive, L: f.L, Diversity: f.Diversity, Distance: f.Distance, Sharing: f.Sharing,
		Metric: f.Metric, Suppressed: f.Suppressed, Local: f.Local, Nodes: 1 << 62,
	}
	for _, x := range []struct {
		text string
		to   **big.Rat
	}{{f.Suppress, &o.Suppress}, {f.C, &o.C}, {f.T, &o.T}, {f.Pr, &o.Context.Pr}} {
		if x.text == "" {
			continue
		}
		r, err := ParseRatio(x.text)
		if err != nil {
			return o, fmt.Errorf("desensitize: frozen: %w", err)
		}
		*x.to = r
	}
	if len(f.Tree) > 0 {
		tree, err := hierarchyOf(deid.NewHierarchy("distance_hierarchy", f.Tree))
		if err != nil {
			return o, fmt.Errorf("desensitize: frozen: %w", err)
		}
		o.DistanceHierarchy = tree
	}
	for _, c := range f.Columns {
		h, err := c.hierarchy()
		if err != nil {
			return o, err
		}
		o.Quasi, o.Hierarchies[c.Name] = append(o.Quasi, c.Name), h
	}
	return o.orDefault(), nil
}

// hierarchy brings the hierarchy of a column back, as far as it was kept: the value and, where the level is above 0, its generalisation.
func (c *FrozenColumn) hierarchy() (*Hierarchy, error) {
	if c.Level < 0 || c.Level > deid.MaxHierarchyLevels {
		return nil, fmt.Errorf("desensitize: frozen: column %q: there is no level %d", c.Name, c.Level)
	}
	if c.Built != "" {
		whole, err := deid.Builtin(c.Built)
		if err != nil {
			return nil, err
		}
		h, err := whole.Only(c.Level)
		if err != nil {
			return nil, fmt.Errorf("desensitize: frozen: column %q: %w", c.Name, err)
		}
		return &Hierarchy{h}, nil
	}
	lines := make([][]string, len(c.Values))
	for i, v := range c.Values {
		lines[i] = v[:min(c.Level, 1)+1]
	}
	h, err := deid.NewHierarchy(c.Name, lines)
	if err != nil {
		return nil, fmt.Errorf("desensitize: frozen: %w", err)
	}
	return &Hierarchy{h.WithDigest(c.Digest)}, nil
}

// unknown finds the values that the hierarchies do not have. It names rows, not values.
func (f *Frozen) unknown(t *Table, o *AnonymiseOptions) []Drift {
	var out []Drift
	for _, name := range o.Quasi {
		at, ok := t.index[name]
		if !ok {
			out = append(out, Drift{Code: DriftSchema, Column: name, Got: "missing"})
			continue
		}
		col := &t.columns[at]
		bad := make([]bool, len(col.values))
		for i, v := range col.values {
			_, err := o.Hierarchies[name].of.Row(v)
			bad[i] = err != nil
		}
		d := Drift{Code: DriftValue, Column: name}
		for r, code := range col.codes {
			if bad[code] {
				if d.Count++; d.Row == 0 {
					d.Row = r + 1
				}
			}
		}
		if d.Count > 0 {
			out = append(out, d)
		}
	}
	return out
}

// departures compares what would be released with what was.
func (f *Frozen) departures(a *Anonymised, at *latticeOutcome) ([]Drift, error) {
	var out []Drift
	switch {
	case a.touched() > a.Limit:
		out = append(out, Drift{Code: DriftSuppress, Count: a.touched(), Got: big.NewRat(int64(a.touched()), int64(a.Rows)).FloatString(6), Limit: f.Suppress})
	case !at.ok:
		out = append(out, Drift{Code: DriftModel})
	}
	limit, err := ParseRatio(f.Shift)
	if err != nil {
		return nil, fmt.Errorf("desensitize: frozen: shift: %w", err)
	}
	for i, c := range f.Columns {
		now, before, kept := map[string]int64{}, int64(0), int64(0)
		col := a.released.index[c.Name]
		for r := range a.marked {
			if !a.gone(r, i) {
				kept++
				now[a.released.Cell(r, col)]++
			}
		}
		for v, n := range c.Released {
			if n < 0 {
				return nil, fmt.Errorf("desensitize: frozen: column %q: a count below 0", c.Name)
			}
			before += int64(n)
			now[v] += 0 // so that values that are gone count too
		}
		if before == 0 || kept == 0 {
			continue
		}
		sum := new(big.Int) // |n/kept - b/before| over a common denominator
		for v, n := range now {
			x := new(big.Int).Mul(big.NewInt(n), big.NewInt(before))
			y := new(big.Int).Mul(big.NewInt(int64(c.Released[v])), big.NewInt(kept))
			sum.Add(sum, x.Abs(x.Sub(x, y)))
		}
		den := new(big.Int).Mul(big.NewInt(2*kept), big.NewInt(before))
		if d := new(big.Rat).SetFrac(sum, den); d.Cmp(limit) > 0 {
			out = append(out, Drift{Code: DriftShift, Column: c.Name, Got: d.FloatString(6), Limit: f.Shift})
		}
	}
	return out, nil
}
