package catalog

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// Limits of a set of fusion rules. They keep the index small: a rule of r groups has 2^r counters a key.
const (
	FusionMaxRules  = 64
	FusionMaxGroups = 6
	fusionMaxBits   = 64 // distinct members of groups in one set of rules

	fusionMaxVariants = 2 * 6 // with aggregates and without, for the subjects and any
)

// FusionRule is one combination of semantic types that says too much where it comes together (Article 20).
type FusionRule struct {
	ID    string
	Basis []string // citations in the long form
	Title string
	// TitleEN is the title in English, empty where there is none.
	TitleEN string
	// Groups are joined by and, the members of a group by or. A member is a semantic type, with the granularities that are fine enough
	// after a colon where not all are: "birth_date:exact|day". An item whose granularity is not known counts as fine.
	Groups            [][]string
	Subject           Subject // only keys of that subject join, and items of the other legal subject do not count; empty: any
	ExcludeAggregates bool    // counts, sums and tables by area do not count
}

// ErrFusionRule is what every error about the rules themselves wraps.
var ErrFusionRule = errors.New("fusion rule")

// DefaultFusionRules are the combinations that the library knows. They are candidates to look at, and not all that there are: a unit adds
// its own by LoadFusionRules.
func DefaultFusionRules() []FusionRule {
	return fusionDefaults()
}

// fusionMember is a semantic type with the granularities that count, none meaning all.
type fusionMember struct {
	semantic string
	fine     []string
}

func fusionParseMember(s string) (fusionMember, error) {
	name, fine, ok := strings.Cut(s, ":")
	m := fusionMember{semantic: name}
	if ok {
		m.fine = strings.Split(fine, "|")
	}
	if name == "" || strings.TrimSpace(s) != s || slices.Contains(m.fine, "") {
		return m, fmt.Errorf("member %q: write a semantic type, or type:granularity|granularity", s)
	}
	return m, nil
}

// check says what is wrong with a rule by itself.
func (r *FusionRule) check() error {
	switch {
	case r.ID == "":
		return errors.New("a rule needs an id")
	case len(r.Groups) < 2 || len(r.Groups) > FusionMaxGroups:
		return fmt.Errorf("rule %s has %d groups: a rule has 2 to %d", r.ID, len(r.Groups), FusionMaxGroups)
	case r.Subject != "" && fusionSubjectBit(r.Subject) == 0:
		return fmt.Errorf("rule %s: subject %q is not one of person, organisation, place, event, thing", r.ID, r.Subject)
	}
	for i, g := range r.Groups {
		if len(g) == 0 {
			return fmt.Errorf("rule %s: group %d is empty, so nothing would ever match it", r.ID, i+1)
		}
		for _, s := range g {
			if _, err := fusionParseMember(s); err != nil {
				return fmt.Errorf("rule %s: %w", r.ID, err)
			}
		}
	}
	return nil
}

// fusionVariant is a way of counting items: rules that agree in it share a mask.
type fusionVariant struct {
	subject   Subject
	aggregate bool // whether aggregates count
}

// fusionSemantic is what one semantic type means to the rules.
type fusionSemantic struct {
	id   uint32 // of the type, for keys
	mask uint64 // bits of the members that take any granularity
	fine []fusionFine
}

type fusionFine struct {
	bit  uint64
	fine []string
}

// fusionPlan is a set of rules made ready: types as bits, rules as groups of bits.
type fusionPlan struct {
	rules     []FusionRule
	variants  []fusionVariant
	variantOf []int      // rule → variant
	groups    [][]uint64 // rule → masks of its groups
	full      []uint8    // rule → the class that covers all groups
	offset    []int      // rule → where its counters are within those of a key
	stride    int        // counters of a key
	bits      map[string]*fusionSemantic
}

func newFusionPlan(rules []FusionRule) (*fusionPlan, error) {
	if len(rules) == 0 {
		return nil, fmt.Errorf("%w: there are none, so every catalog would pass", ErrFusionRule)
	}
	if len(rules) > FusionMaxRules {
		return nil, fmt.Errorf("%w: %d rules, at most %d fit in one review", ErrFusionRule, len(rules), FusionMaxRules)
	}
	p := &fusionPlan{rules: slices.Clone(rules), bits: map[string]*fusionSemantic{}}
	members := map[string]uint64{}
	seen := map[string]bool{}
	for i := range p.rules {
		r := &p.rules[i]
		if err := r.check(); err != nil {
			return nil, fmt.Errorf("%w: %w", ErrFusionRule, err)
		}
		if seen[r.ID] {
			return nil, fmt.Errorf("%w: two rules have the id %s", ErrFusionRule, r.ID)
		}
		seen[r.ID] = true
		if err := p.add(r, members); err != nil {
			return nil, fmt.Errorf("%w: %w", ErrFusionRule, err)
		}
	}
	return p, nil
}

func (p *fusionPlan) add(r *FusionRule, members map[string]uint64) error {
	v := fusionVariant{r.Subject, !r.ExcludeAggregates}
	at := slices.Index(p.variants, v)
	if at < 0 {
		at = len(p.variants)
		p.variants = append(p.variants, v)
	}
	p.variantOf = append(p.variantOf, at)
	var masks []uint64
	for _, g := range r.Groups {
		var mask uint64
		for _, s := range g {
			bit, ok := members[s]
			if !ok {
				if len(members) == fusionMaxBits {
					return fmt.Errorf("rule %s: the rules name more than %d types in all", r.ID, fusionMaxBits)
				}
				bit = 1 << len(members)
				members[s] = bit
				p.member(s, bit)
			}
			mask |= bit
		}
		masks = append(masks, mask)
	}
	p.groups = append(p.groups, masks)
	p.full = append(p.full, uint8(1<<len(masks)-1))
	p.offset = append(p.offset, p.stride)
	p.stride += 1 << len(masks)
	return nil
}

func (p *fusionPlan) member(s string, bit uint64) {
	m, err := fusionParseMember(s)
	if err != nil {
		return // check has found none
	}
	t := p.bits[m.semantic]
	if t == nil {
		t = &fusionSemantic{}
		p.bits[m.semantic] = t
	}
	if m.fine == nil {
		t.mask |= bit
	} else {
		t.fine = append(t.fine, fusionFine{bit, m.fine})
	}
}

// of is the bits that an item of that granularity sets.
func (t *fusionSemantic) of(granularity string) uint64 {
	mask := t.mask
	for i := range t.fine {
		if granularity == "" || slices.Contains(t.fine[i].fine, granularity) {
			mask |= t.fine[i].bit
		}
	}
	return mask
}

// The subjects as bits of a set. A key whose subject nobody has stated could be of any.
const fusionUnknownSubject = 1

func fusionSubjectBit(s Subject) uint8 {
	switch s {
	case "":
		return fusionUnknownSubject
	case SubjectPerson:
		return 2
	case SubjectOrganisation:
		return 4
	case SubjectPlace:
		return 8
	case SubjectEvent:
		return 16
	case SubjectThing:
		return 32
	}
	return 0
}

// counts reports whether an item of that subject counts for rules about another. Only persons and organisations exclude each other: where
// and when something happened says something about both.
func (v fusionVariant) counts(s Subject) bool {
	switch v.subject {
	case SubjectPerson:
		return s != SubjectOrganisation
	case SubjectOrganisation:
		return s != SubjectPerson
	}
	return true
}
