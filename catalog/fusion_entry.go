package catalog

import (
	"slices"
	"strings"
)

// fusionDraft is one entry while it is read: its class in every rule, and its keys.
type fusionDraft struct {
	cover [FusionMaxRules]uint8
	keys  []fusionDraftKey
	blank int // items without a semantic type
}

type fusionDraftKey struct {
	key      fusionKey
	name     string // of the semantic type
	subjects uint8
	strength uint8
}

// read works out what an entry covers. It changes nothing in the index, so that Marginal can use it.
func (x *FusionIndex) read(e *Entry, d *fusionDraft) {
	var masks [fusionMaxVariants]uint64
	d.keys, d.blank = d.keys[:0], 0
	tabulated := e.Granularity == "aggregate"
	for i := range e.Items {
		it := &e.Items[i]
		if !x.opts.all && (it.Masking != "" || (it.OpenType != "" && !x.opts.takes(it.OpenType))) {
			continue
		}
		if it.Semantic == "" {
			d.blank++
			continue
		}
		aggregate := tabulated || it.Granularity == "aggregate"
		t := x.semantics[it.Semantic]
		if t != nil {
			if mask := t.of(it.Granularity); mask != 0 {
				for v, variant := range x.plan.variants {
					if (variant.aggregate || !aggregate) && variant.counts(it.Subject) {
						masks[v] |= mask
					}
				}
			}
		}
		if !aggregate {
			d.join(x, e, it, t)
		}
	}
	for r, groups := range x.plan.groups {
		mask := masks[x.plan.variantOf[r]]
		var class uint8
		for g, group := range groups {
			if mask&group != 0 {
				class |= 1 << g
			}
		}
		d.cover[r] = class
	}
}

// join notes the key that an item is, if it is one.
func (d *fusionDraft) join(x *FusionIndex, e *Entry, it *Item, t *fusionSemantic) {
	class := slices.Index(fusionStrength[:], it.Identifier)
	if class < 0 || (it.Identifier == Quasi && !x.opts.quasi[it.Semantic]) {
		return
	}
	if it.Semantic == fusionPersonName {
		class = slices.Index(fusionStrength[:], WeakKey) // it names a person, and several persons have it
	}
	subject := fusionSubjectBit(it.Subject)
	if subject == 0 {
		subject = fusionUnknownSubject // a word that nobody knows says nothing
	}
	k := fusionKey{semantic: fusionNoType, namespace: fusionNamespace(e, it)}
	if t != nil {
		k.semantic = t.id
	}
	for i := range d.keys {
		if d.keys[i].key == k && d.keys[i].name == it.Semantic {
			d.keys[i].subjects |= subject
			d.keys[i].strength |= 1 << class
			return
		}
	}
	d.keys = append(d.keys, fusionDraftKey{k, it.Semantic, subject, 1 << class})
}

const fusionPersonName = "cn.person_name"

const fusionNoType = ^uint32(0) // a type that the index has not seen

// fusionNamespace is where the values of a key are comparable: empty for everywhere. A strong key that does not say where it is from is the
// owner's own number, unless its type is one of a state (cn.…).
func fusionNamespace(e *Entry, it *Item) string {
	switch it.Namespace {
	case "national":
		return ""
	case "":
		if it.Identifier != StrongKey || strings.HasPrefix(it.Semantic, "cn.") {
			return ""
		}
		return e.Unit
	case "owner", "unit", "local":
		return e.Unit
	}
	return it.Namespace
}
