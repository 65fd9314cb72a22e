package desensitize

import "fmt"

// Generalise returns the table with columns at these levels of their hierarchies. Columns without a level stay as they are, and share memory.
func (t *Table) Generalise(hierarchies map[string]*Hierarchy, levels map[string]int) (*Table, error) {
	out := &Table{names: t.names, index: t.index, columns: append([]riskColumn(nil), t.columns...), rows: t.rows, limits: t.limits, comma: t.comma}
	for _, name := range t.names { // in order, so that the same fault is always the one reported
		level, ok := levels[name]
		if !ok || level == 0 {
			continue
		}
		h := hierarchies[name]
		if h == nil {
			return nil, fmt.Errorf("desensitize: column %q has a level, but no hierarchy", name)
		}
		if level < 0 || level >= h.Levels() {
			return nil, fmt.Errorf("desensitize: column %q: there is no level %d; the last of hierarchy %s is %d", name, level, h.Name(), h.Levels()-1)
		}
		col := &out.columns[t.index[name]]
		b, err := h.bind(name, col.values)
		if err != nil {
			return nil, err
		}
		*col = riskRecode(col.codes, b.codes[level], b.values[level])
	}
	for name := range levels {
		if _, ok := t.index[name]; !ok {
			return nil, &TableError{Column: name, What: "there is no such column"}
		}
	}
	return out, nil
}

// riskRecode makes a column whose codes are those of another, mapped.
func riskRecode(codes, to []uint32, values []string) riskColumn {
	c := riskColumn{values: values, codes: make([]uint32, len(codes)), ids: make(map[string]uint32, len(values))}
	for i, code := range codes {
		c.codes[i] = to[code]
	}
	for i, v := range values {
		c.ids[v] = uint32(i)
	}
	return c
}

// suppress returns the table with marked rows' cells in some columns replaced.
func (t *Table) suppress(columns []string, marked []bool, text string) *Table {
	out := &Table{names: t.names, index: t.index, columns: append([]riskColumn(nil), t.columns...), rows: t.rows, limits: t.limits, comma: t.comma}
	for _, name := range columns {
		at := t.index[name]
		old := t.columns[at]
		c := riskColumn{values: append([]string(nil), old.values...), codes: append([]uint32(nil), old.codes...), ids: make(map[string]uint32, len(old.ids)+1)}
		for v, id := range old.ids {
			c.ids[v] = id
		}
		id, ok := c.ids[text]
		if !ok {
			id = uint32(len(c.values))
			c.ids[text], c.values = id, append(c.values, text)
		}
		for r, m := range marked {
			if m {
				c.codes[r] = id
			}
		}
		out.columns[at] = c
	}
	return out
}
