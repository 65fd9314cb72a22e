package catalog

import (
	"slices"
	"strings"
)

// hidden finds what the public loses though the open type stays, beside items.
func (l *ledger) hidden(c LedgerChange, o, n *Entry) {
	if lost := ledgerNew(o.Conditions, n.Conditions); len(lost) > 0 {
		c.Kind, c.From, c.To = LedgerConditions, strings.Join(o.Conditions, "；"), strings.Join(n.Conditions, "；")
		l.add(c, ledgerTighter)
	}
	if ledgerSlower(o.UpdateFrequency, n.UpdateFrequency) {
		c.Kind, c.From, c.To = LedgerFrequency, string(o.UpdateFrequency), string(n.UpdateFrequency)
		l.add(c, ledgerTighter)
	}
	if ledgerReadable(o.Format) && !ledgerReadable(n.Format) {
		c.Kind, c.From, c.To = LedgerFormat, o.Format, n.Format
		l.add(c, ledgerTighter)
	}
}

func (l *ledger) items(c LedgerChange, o, n *Entry) {
	now := make(map[string]bool, len(n.Items)) // by folded name, whether it goes out
	for i := range n.Items {
		name := hantFold(n.Items[i].Name, "")
		now[name] = now[name] || deriveItemOpen(n.OpenType, n.Items[i].OpenType)
	}
	for i := range o.Items {
		it := &o.Items[i]
		if !deriveItemOpen(o.OpenType, it.OpenType) {
			continue
		}
		out, here := now[hantFold(it.Name, "")]
		c.Item, c.Kind = it.Name, LedgerItemClosed
		if !here {
			c.Kind = LedgerItemGone
		}
		if !out {
			l.add(c, ledgerTighter)
		}
	}
}

// ledgerNew are the conditions that were not there before, by their words.
func ledgerNew(before, after []string) []string {
	was := map[string]bool{}
	for _, s := range before {
		was[hantFold(s, "")] = true
	}
	return slices.DeleteFunc(slices.Clone(after), func(s string) bool { return was[hantFold(s, "")] })
}

// ledgerSlower reports whether data comes less often, or without a promise, where there was one.
func ledgerSlower(from, to Frequency) bool {
	was, promised := from.Period()
	is, still := to.Period()
	return promised && (!still || is > was)
}

// ledgerPictures are formats that programs do not read as data.
var ledgerPictures = map[string]bool{
	"": true, "pdf": true, "doc": true, "docx": true, "ppt": true, "pptx": true, "txt": true, "wps": true, "jpg": true, "jpeg": true, "png": true,
	"gif": true, "bmp": true, "tif": true, "tiff": true, "zip": true, "rar": true, "7z": true,
}

func ledgerReadable(formats string) bool {
	for f := range strings.SplitSeq(formats, ",") {
		if !ledgerPictures[strings.ToLower(strings.TrimSpace(f))] {
			return true
		}
	}
	return false
}

// ledgerMatch finds entries under another id.
type ledgerMatch struct {
	byName, bySystem map[string][]*Entry
	taken            map[*Entry]bool
}

func newLedgerMatch(fresh []*Entry) *ledgerMatch {
	m := &ledgerMatch{map[string][]*Entry{}, map[string][]*Entry{}, map[*Entry]bool{}}
	for _, e := range fresh {
		name := hantFold(e.Name, "")
		m.byName[name] = append(m.byName[name], e)
		if e.System != "" {
			s := hantFold(e.System, "")
			m.bySystem[s] = append(m.bySystem[s], e)
		}
	}
	return m
}

// reserve takes the new entries that old ones were split or merged into.
func (m *ledgerMatch) reserve(p *ledgerParts) {
	for _, pieces := range p.split {
		for _, n := range pieces {
			m.taken[n] = true
		}
	}
	for _, n := range p.merged {
		m.taken[n] = true
	}
}

// ledgerAlike is the share of items from which two entries of one system are one.
const ledgerAlike = 0.6

// find takes the one new entry that an old one has become, and says by what.
func (m *ledgerMatch) find(o *Entry) (*Entry, string) {
	var moved *Entry
	for _, n := range m.byName[hantFold(o.Name, "")] {
		if m.taken[n] || o.Name == "" {
			continue
		}
		if n.Unit == o.Unit {
			m.taken[n] = true
			return n, "unit and name"
		}
		if moved == nil && ledgerSimilar(o, n) >= ledgerAlike {
			moved = n
		}
	}
	if moved != nil {
		m.taken[moved] = true
		return moved, "name and items"
	}
	if o.System == "" {
		return nil, ""
	}
	best, at := ledgerAlike, (*Entry)(nil)
	for _, n := range m.bySystem[hantFold(o.System, "")] {
		if s := ledgerSimilar(o, n); !m.taken[n] && (s > best || s == best && at == nil) {
			best, at = s, n
		}
	}
	if at != nil {
		m.taken[at] = true
		return at, "system and items"
	}
	return nil, ""
}

// ledgerSimilar is the share of items that two entries have in common (Jaccard); 0 where one has none.
func ledgerSimilar(a, b *Entry) float64 {
	names := map[string]int{}
	for i := range a.Items {
		names[hantFold(a.Items[i].Name, "")] |= 1
	}
	for i := range b.Items {
		names[hantFold(b.Items[i].Name, "")] |= 2
	}
	both := 0
	for _, n := range names {
		if n == 3 {
			both++
		}
	}
	if both == 0 {
		return 0
	}
	return float64(both) / float64(len(names))
}
