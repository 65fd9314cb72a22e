package condition

import (
	"slices"
	"strings"

	"github.com/banfa-go/banfa"
)

// Index holds the conditions of a bundle with many files, ready to decide: a host makes it once for each load and asks it for each application.
// It finds a data set's file by hash, whatever the number of files. It is immutable and safe for any number of goroutines.
type Index struct {
	names    map[string]*Access
	exact    map[string]*Access // by the id of a data set
	prefixes map[string]*Access // by a pattern without its *
	lengths  []int              // of the prefixes, in bytes, the longest first
	have     []string
}

// NewIndex returns an Index of every file of kind Conditions in a bundle. Options that choose a file have no effect.
func NewIndex(rules *banfa.Rules, opts ...Option) (*Index, error) {
	x := &Index{names: map[string]*Access{}, exact: map[string]*Access{}, prefixes: map[string]*Access{}}
	for _, c := range rules.Bundle().Conditions {
		a, err := New(rules, append(slices.Clone(opts), Named(c.Name), ForDataset(""))...)
		if err != nil {
			return nil, err
		}
		x.names[c.Name] = a
		x.have = append(x.have, c.Name)
		for _, d := range c.Datasets {
			if prefix, pattern := strings.CutSuffix(d, "*"); pattern {
				x.take(x.prefixes, prefix, a)
			} else {
				x.take(x.exact, d, a)
			}
		}
	}
	for prefix := range x.prefixes {
		if !slices.Contains(x.lengths, len(prefix)) {
			x.lengths = append(x.lengths, len(prefix))
		}
	}
	slices.Sort(x.lengths)
	slices.Reverse(x.lengths)
	slices.Sort(x.have)
	return x, nil
}

// take enters a file where none stands, or one that it extends: as ForDataset does.
func (x *Index) take(in map[string]*Access, key string, a *Access) {
	if before := in[key]; before == nil || slices.Contains(a.c.Lineage, before.c.Name) {
		in[key] = a
	}
}

// For returns the conditions of a data set, those that ForDataset chooses. The error is a *NotFoundError.
func (x *Index) For(dataset string) (*Access, error) {
	if a := x.exact[dataset]; a != nil && dataset != "" {
		return a, nil
	}
	for _, n := range x.lengths {
		if n > len(dataset) || dataset == "" {
			continue
		}
		if a := x.prefixes[dataset[:n]]; a != nil {
			return a, nil
		}
	}
	return nil, &NotFoundError{Dataset: dataset, Have: slices.Clone(x.have)}
}

// Named returns the conditions of a file, by its name. The error is a *NotFoundError.
func (x *Index) Named(name string) (*Access, error) {
	if a := x.names[name]; a != nil {
		return a, nil
	}
	return nil, &NotFoundError{Name: name, Have: slices.Clone(x.have)}
}
