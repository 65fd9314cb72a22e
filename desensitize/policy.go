package desensitize

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/banfa-go/banfa"
	"github.com/banfa-go/banfa/internal/deid"
	"github.com/banfa-go/banfa/internal/expr"
	"github.com/banfa-go/banfa/internal/ruleset"
	"github.com/banfa-go/banfa/internal/transform"
)

// Policy decides what becomes of every column of a table (Art. 36). It is immutable and safe for any number of goroutines.
type Policy struct {
	spec      *ruleset.Desensitization
	rules     string // digest of the bundle
	conf      policyConfig
	keys      map[string]deid.Key
	keyErr    error
	funcs     []map[int]deid.Func                // by column and number of the call; nil without keys
	samples   []map[int]func(int64, []byte) bool // by rule of rows
	hierarchy map[string]*deid.Hierarchy
	shuffled  *shuffles // of one run; nil for the policy itself
}

// KeyError says why a key cannot be used. It names the key and never has a part of it.
type KeyError = deid.KeyError

// NotFoundError says that the bundle has no policy of a name, or none, or several and none was named.
type NotFoundError struct {
	Name  string
	Known []string
}

func (e *NotFoundError) Error() string {
	known := strings.Join(e.Known, ", ")
	switch {
	case len(e.Known) == 0:
		return "desensitize: the rules have no file of kind Desensitization"
	case e.Name == "":
		return "desensitize: the rules have several policies: choose one of " + known
	}
	return fmt.Sprintf("desensitize: no policy %q; there are: %s", e.Name, known)
}

// Option changes a Policy.
type Option interface{ apply(*policyConfig) }

type policyOption func(*policyConfig)

func (f policyOption) apply(c *policyConfig) { f(c) }

type policyConfig struct {
	name       string
	clock      func() time.Time
	keys       func(name string) ([]byte, error)
	interpret  bool
	maxInvalid float64
}

// Named chooses the policy by its name, where a bundle has several. By default a bundle must have exactly one.
func Named(name string) Option { return policyOption(func(c *policyConfig) { c.name = name }) }

// Clock gives the time of runs. The default is time.Now.
func Clock(now func() time.Time) Option { return policyOption(func(c *policyConfig) { c.clock = now }) }

// Keys gives the secrets by the names that the policy declares. They are copied.
func Keys(keys map[string][]byte) Option {
	return KeySource(func(name string) ([]byte, error) { return keys[name], nil })
}

// KeySource gives the secrets one by one, from a key store say. It is asked once for each declared key.
func KeySource(get func(name string) ([]byte, error)) Option {
	return policyOption(func(c *policyConfig) { c.keys = get })
}

// Interpret evaluates every transform in the interpreter of expressions instead of its native plan. The bytes are the same; tests use it.
func Interpret() Option { return policyOption(func(c *policyConfig) { c.interpret = true }) }

// MaxInvalid is the share of a column's values, from 0 to 1, above which malformed values mean that the column is another than the policy
// declares, so that the run is refused. The default is 0.5.
func MaxInvalid(share float64) Option {
	return policyOption(func(c *policyConfig) { c.maxInvalid = share })
}

// New returns a policy of loaded rules. Without Keys it can check columns and explain itself; a run of a policy with keys is then refused. A key
// that is missing or too short is a *KeyError.
func New(rules *banfa.Rules, opts ...Option) (*Policy, error) {
	p := &Policy{conf: policyConfig{clock: time.Now, maxInvalid: 0.5}, keys: map[string]deid.Key{}, hierarchy: map[string]*deid.Hierarchy{}}
	for _, o := range opts {
		o.apply(&p.conf)
	}
	spec, err := findPolicy(rules, p.conf.name)
	if err != nil {
		return nil, err
	}
	p.spec, p.rules = spec, rules.Digest()
	for _, h := range spec.Hierarchies {
		p.hierarchy[h.Name] = h.Of
	}
	if len(spec.Keys) > 0 && p.conf.keys == nil {
		p.keyErr = &KeyError{ID: spec.Keys[0].Name, Min: deid.MinKey}
		return p, nil
	}
	for _, k := range spec.Keys {
		secret, err := p.conf.keys(k.Name)
		if err != nil {
			return nil, fmt.Errorf("desensitize: key %q: %w", k.Name, err)
		}
		if p.keys[k.Name], err = deid.NewKey(k.Name, secret); err != nil {
			return nil, err
		}
	}
	return p, p.build()
}

func findPolicy(rules *banfa.Rules, name string) (*ruleset.Desensitization, error) {
	list := rules.Bundle().Desensitizations
	e := &NotFoundError{Name: name}
	for _, d := range list {
		if d.Name == name || name == "" && len(list) == 1 {
			return d, nil
		}
		e.Known = append(e.Known, d.Name)
	}
	slices.Sort(e.Known)
	return nil, e
}

// maker makes functions with the policy's keys and hierarchies.
func (p *Policy) maker() transform.Maker {
	return transform.Maker{
		Key: func(name string) (deid.Key, error) {
			if k, ok := p.keys[name]; ok {
				return k, nil
			}
			return deid.Key{}, &KeyError{ID: name, Min: deid.MinKey}
		},
		Generalise: func(name string, level int) (deid.Func, error) {
			h, ok := p.hierarchy[name]
			if !ok {
				return nil, fmt.Errorf("desensitize: no hierarchy %q", name)
			}
			return deid.Generalize(h, level)
		},
	}
}

// build makes the function of each call of each column.
func (p *Policy) build() error {
	m := p.maker()
	for i := range p.spec.Columns {
		c := &p.spec.Columns[i]
		funcs := map[int]deid.Func{}
		target := p.target(i)
		for n := range c.Plan.Calls {
			f, err := m.Make(&c.Plan.Calls[n], target)
			if err != nil {
				return fmt.Errorf("desensitize: rule %s, column %s: %w", p.spec.Rules[c.Rule].ID, c.Name, err)
			}
			funcs[n] = f
		}
		p.funcs = append(p.funcs, funcs)
	}
	for _, r := range p.spec.Rows {
		samples := map[int]func(int64, []byte) bool{}
		for n := range r.Plan.Calls {
			f, err := m.Sample(&r.Plan.Calls[n], p.spec.Name)
			if err != nil {
				return fmt.Errorf("desensitize: rule %s: %w", r.ID, err)
			}
			samples[n] = f
		}
		p.samples = append(p.samples, samples)
	}
	return nil
}

// Name is the policy's name.
func (p *Policy) Name() string { return p.spec.Name }

// KeyNames are the names of the keys that the policy needs.
func (p *Policy) KeyNames() []string {
	names := []string{}
	for _, k := range p.spec.Keys {
		names = append(names, k.Name)
	}
	return names
}

// ColumnsError says why the columns of an input are not those that the policy declares. The run is refused before a row is read.
type ColumnsError struct {
	Policy     string
	Unknown    []string          // in the input and not in the policy
	Missing    []string          // in the policy and not in the input
	Duplicated []string          // twice in the input
	Near       map[string]string // for an unknown one: the missing column that it may be, renamed
}

func (e *ColumnsError) Error() string {
	var parts []string
	for _, c := range e.Duplicated {
		parts = append(parts, fmt.Sprintf("column %q is there twice", c))
	}
	for _, c := range e.Unknown {
		s := fmt.Sprintf("column %q is not declared", c)
		if near := e.Near[c]; near != "" {
			s += fmt.Sprintf(" (renamed from %q?)", near)
		}
		parts = append(parts, s)
	}
	for _, c := range e.Missing {
		parts = append(parts, fmt.Sprintf("column %q is missing", c))
	}
	return fmt.Sprintf("desensitize: the input has not the columns of policy %s: %s; nothing was read", e.Policy, strings.Join(parts, "; "))
}

// Check makes sure that an input has exactly the columns that the policy declares, in any order, each headed by its name or its label. The
// error is a *ColumnsError.
func (p *Policy) Check(columns []string) error {
	_, err := p.match(columns)
	return err
}

// match returns for each column of the input the index of the policy's.
func (p *Policy) match(columns []string) ([]int, error) {
	e := &ColumnsError{Policy: p.spec.Name, Near: map[string]string{}}
	at := make([]int, len(columns))
	seen := make([]bool, len(p.spec.Columns))
	for i, header := range columns {
		at[i] = slices.IndexFunc(p.spec.Columns, func(c ruleset.PolicyColumn) bool { return c.Name == header })
		if at[i] < 0 {
			at[i] = slices.IndexFunc(p.spec.Columns, func(c ruleset.PolicyColumn) bool { return c.Label == header })
		}
		switch {
		case at[i] < 0:
			e.Unknown = append(e.Unknown, header)
		case seen[at[i]]:
			e.Duplicated = append(e.Duplicated, header)
		default:
			seen[at[i]] = true
		}
	}
	var names []string
	for i := range seen {
		if !seen[i] {
			e.Missing = append(e.Missing, p.spec.Columns[i].Name)
			names = append(names, p.spec.Columns[i].Name, p.spec.Columns[i].Label)
		}
	}
	for _, u := range e.Unknown {
		if near := expr.Nearest(u, names); near != "" {
			e.Near[u] = near
		}
	}
	if len(e.Unknown)+len(e.Missing)+len(e.Duplicated) > 0 {
		return nil, e
	}
	return at, nil
}

// columnsOf describes the columns of an input whose order is at.
func (p *Policy) columnsOf(headers []string, at []int) []Column {
	out := make([]Column, len(at))
	for i, j := range at {
		c := &p.spec.Columns[j]
		out[i] = Column{
			Name: c.Name, Header: headers[i], Label: c.Label, Type: c.Kind.String(), Class: c.Class, Semantic: c.Semantic,
			Rule: p.spec.Rules[c.Rule].ID, Apply: c.Plan.Expr.Text,
		}
	}
	return out
}
