package catalog

import (
	"cmp"
	"slices"
	"strings"
)

// Coverage is how much of a catalog a dictionary knows.
type Coverage struct {
	Items   int            `json:"items"`
	Typed   int            `json:"typed"`
	Neutral int            `json:"neutral"`
	Untyped int            `json:"untyped"`
	Names   int            `json:"names"`             // different ones
	Types   map[string]int `json:"types,omitempty"`   // semantic type → items
	Backlog []UntypedName  `json:"backlog,omitempty"` // what to put into the dictionary next: the commonest first
}

// UntypedName is a name that a dictionary does not know.
type UntypedName struct {
	Name  string `json:"name"`
	Items int    `json:"items"` // that have it
}

// Share is a part of all items, 0 to 1; 0 where there are none.
func (c Coverage) Share(items int) float64 {
	if c.Items == 0 {
		return 0
	}
	return float64(items) / float64(c.Items)
}

// Coverage counts how many items of a catalog the dictionary knows by their names, or that say their type themselves.
func (d *Dictionary) Coverage(c *Catalog) Coverage {
	out := Coverage{Types: map[string]int{}}
	if c == nil {
		return out
	}
	names, unknown := map[string]bool{}, map[string]int{}
	for i := range c.Entries {
		for k := range c.Entries[i].Items {
			it := &c.Entries[i].Items[k]
			out.Items++
			names[it.Name] = true
			semantic := it.Semantic
			if semantic == "" {
				t, _ := d.Type(it.Name)
				semantic = t.Semantic
			}
			switch semantic {
			case "":
				out.Untyped++
				unknown[it.Name]++
				continue
			case NeutralType:
				out.Neutral++
			default:
				out.Typed++
			}
			out.Types[semantic]++
		}
	}
	out.Names = len(names)
	for name, n := range unknown {
		out.Backlog = append(out.Backlog, UntypedName{name, n})
	}
	slices.SortFunc(out.Backlog, func(a, b UntypedName) int {
		return cmp.Or(b.Items-a.Items, strings.Compare(a.Name, b.Name))
	})
	return out
}
