package catalog

import (
	"math/bits"
	"reflect"
	"sync"
)

// Proof is what holding an open catalog against its base catalog came to, in the key order of the command's JSON.
type Proof struct {
	Counts
	Digest   string    `json:"digest"` // of the open catalog: reviews and publication refer to it
	Breaches []Finding `json:"breaches"`
}

// Breaches are what of the base catalog stands in the way of its open catalog: ids that are missing or doubled, entries whose items are
// all withheld, conditional ones without a condition (Article 18, third paragraph), and, as warnings, those whose security review was not
// passed (Article 56).
//
// The first call reads the whole base catalog, later ones the entries that something is wrong with and the changes.
func (d *Derivation) Breaches() []Finding {
	fs := []Finding{}
	var s packedScratch
	for w, word := range d.wrong.of(d) {
		for ; word != 0; word &= word - 1 {
			e := d.base.read(w*64+bits.TrailingZeros64(word), &s)
			if _, ok := d.over[e.ID]; !ok {
				fs = append(fs, deriveBreachOf(e, d.doubled[e.ID] > 0).finding(e))
			}
		}
	}
	for _, e := range d.over {
		if e == nil {
			continue
		}
		if b := deriveBreachOf(e, false); b != deriveSound {
			fs = append(fs, b.finding(e))
		}
	}
	return deriveSorted(fs)
}

// deriveWrong is a bit for each base entry that something is wrong with, made when it is first asked for.
type deriveWrong struct {
	once sync.Once
	bits []uint64
}

func (w *deriveWrong) of(d *Derivation) []uint64 {
	w.once.Do(func() {
		w.bits = make([]uint64, len(d.open))
		sideBySide(len(w.bits), func(from, to int) {
			var s packedScratch
			for i := from * 64; i < min(to*64, d.base.Len()); i++ {
				e := d.base.read(i, &s)
				if deriveBreachOf(e, len(d.doubled) > 0 && d.doubled[e.ID] > 0) != deriveSound {
					w.bits[i/64] |= 1 << (i % 64)
				}
			}
		})
	})
	return w.bits
}

// deriveBreach is what stands in the way of opening an entry.
type deriveBreach int

const (
	deriveSound deriveBreach = iota
	deriveDoubled
	deriveUnreviewed
	deriveNoItems
	deriveNoConditions
)

func deriveBreachOf(e *Entry, doubled bool) deriveBreach {
	switch {
	case doubled || e.ID == "":
		return deriveDoubled
	case e.OpenType.Open() && securityWithheld(e):
		return deriveUnreviewed
	case e.OpenType.Open() && !deriveOpen(e):
		return deriveNoItems
	case e.OpenType == Conditional && len(e.Conditions) == 0:
		return deriveNoConditions
	}
	return deriveSound
}

func (b deriveBreach) finding(e *Entry) Finding {
	switch b {
	case deriveDoubled:
		return deriveFinding("derive.base_doubled", 2, e)
	case deriveUnreviewed:
		f := deriveFinding("derive.security_review", 1, e)
		f.Basis, f.Short, f.Severity, f.Field = []string{"第五十六条"}, []string{"56"}, SeverityWarning, "security_review"
		return f
	case deriveNoItems:
		return deriveFinding("derive.no_items", 3, e)
	default:
		f := deriveFinding("derive.conditions", 3, e)
		f.Field = "conditions"
		return f
	}
}

// Proof proves the catalog that Open makes.
func (d *Derivation) Proof() Proof {
	return Proof{d.Counts(), d.Digest(), d.Breaches()}
}

// Prove holds an open catalog against its base catalog both ways (Article 18): nothing missing, nothing surplus, each open entry tied to
// one base entry as that stands now, every field as derived, nothing leaked. No breaches but warnings means that they are equal.
func Prove(base, open *Catalog) (Proof, error) {
	d, err := Derive(base)
	if err != nil {
		return Proof{}, err
	}
	if open == nil {
		open = &Catalog{}
	}
	p := Proof{d.Counts(), open.Digest(), d.Breaches()}
	p.Open, p.Conditional, p.Unconditional = len(open.Entries), 0, 0
	ids, of := map[string]int{}, map[string]int{} // open ids, and how many open entries a base entry has
	for i := range open.Entries {
		o := &open.Entries[i]
		ids[o.ID]++
		switch o.OpenType {
		case Conditional:
			p.Conditional++
		case Unconditional:
			p.Unconditional++
		default:
			p.Breaches = append(p.Breaches, deriveOpenFinding("derive.not_open", 1, o))
		}
		at := d.index.find(d.base, o.BaseID)
		if at < 0 || o.BaseID == "" {
			p.Breaches = append(p.Breaches, deriveOpenFinding("derive.orphan", 2, o))
			continue
		}
		of[o.BaseID]++
		if of[o.BaseID] > 1 || ids[o.ID] > 1 {
			p.Breaches = append(p.Breaches, deriveOpenFinding("derive.doubled", 2, o))
		}
		if !d.isOpen(at) {
			p.Breaches = append(p.Breaches, deriveOpenFinding("derive.surplus", 1, o))
			continue
		}
		p.Breaches = deriveCompare(p.Breaches, &base.Entries[at], o)
	}
	for i := range base.Entries {
		if e := &base.Entries[i]; d.isOpen(i) && of[e.ID] == 0 {
			p.Breaches = append(p.Breaches, deriveFinding("derive.missing", 1, e))
		}
	}
	p.Breaches = deriveSorted(p.Breaches)
	return p, nil
}

// deriveCompare holds one open entry against what its base entry gives.
func deriveCompare(fs []Finding, e, o *Entry) []Finding {
	var want Entry
	deriveProject(&want, e, &openRoom{exact: true})
	if o.BaseVersion != want.BaseVersion {
		fs = append(fs, deriveOpenFinding("derive.stale", 2, o))
	}
	inside := map[string]bool{} // items of the base entry, and whether they may be out
	for i := range e.Items {
		inside[e.Items[i].Name] = inside[e.Items[i].Name] || deriveItemOpen(e.OpenType, e.Items[i].OpenType)
	}
	for i := range o.Items {
		out, known := inside[o.Items[i].Name]
		if known && out {
			continue
		}
		f := deriveOpenFinding("derive.item_unknown", 3, o)
		if known {
			f.Rule = "derive.item_closed"
		}
		f.Item = o.Items[i].Name
		fs = append(fs, f)
	}
	got := reflect.ValueOf(*o)
	is := reflect.ValueOf(want)
	for i := range got.NumField() {
		name := deriveJSONName(got.Type().Field(i).Tag.Get("json"))
		if deriveUncompared[name] || deriveSame(got.Field(i), is.Field(i)) {
			continue
		}
		f := deriveOpenFinding("derive.differs", 3, o)
		if deriveInner[name] {
			f.Rule = "derive.leak"
		}
		f.Field = name
		fs = append(fs, f)
	}
	return fs
}
