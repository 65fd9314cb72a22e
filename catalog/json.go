package catalog

import (
	"context"
	"fmt"
	"io"
	"iter"
)

// JSONLimits bound what an input may cost. Zero takes the default.
type JSONLimits struct {
	EntryBytes int   // of one entry, or of one line; default 16 MiB
	Depth      int   // of arrays and objects within one entry; default 64
	Entries    int   // default 2,000,000
	Items      int   // of one entry; default 100,000
	Foreign    int64 // bytes of a CKAN or DCAT-US document, which are read as a whole; default 256 MiB
}

func (l JSONLimits) withDefaults() JSONLimits {
	if l.EntryBytes <= 0 {
		l.EntryBytes = 16 << 20
	}
	if l.Depth <= 0 {
		l.Depth = 64
	}
	if l.Entries <= 0 {
		l.Entries = 2_000_000
	}
	if l.Items <= 0 {
		l.Items = 100_000
	}
	if l.Foreign <= 0 {
		l.Foreign = 256 << 20
	}
	return l
}

type jsonOptions struct {
	facts  map[string]bool
	limits JSONLimits
}

// JSONOption is an option of ReadJSON.
type JSONOption func(*jsonOptions)

// FactNames says which keys that the model does not have are facts of the officer's for classify: they go to Facts, of entries and of items.
// All others go to the entry's Extra.
func FactNames(names ...string) JSONOption {
	return func(o *jsonOptions) {
		if o.facts == nil {
			o.facts = make(map[string]bool, len(names))
		}
		for _, n := range names {
			o.facts[n] = true
		}
	}
}

// WithJSONLimits sets limits.
func WithJSONLimits(l JSONLimits) JSONOption { return func(o *jsonOptions) { o.limits = l } }

// JSONError is what is wrong with a text of JSON, and where.
type JSONError struct {
	File   string
	Line   int // from 1
	Column int // from 1, in characters
	What   string
}

func (e *JSONError) Error() string {
	return fmt.Sprintf("%s:%d:%d: %s", e.File, e.Line, e.Column, e.What)
}

// ReadJSON reads a catalog from JSON: the model as one object with entries, as an array of entries or as JSON lines, and, told apart by
// their keys, answers of CKAN (package_show, package_search, packages one a line) and data.json of DCAT-US 1.1. name is the file's name.
//
// It is strict where encoding/json is not: a key that stands twice, invalid UTF-8, half a surrogate pair, a value of a wrong type and
// anything behind the end are errors that name line and column. Keys that the model does not have are kept in Extra, those of an item by
// the name items/0/key. A word that no list of the model has (of open types, sharing, frequencies, …) and a time that is none are in
// Unread and Extra; an open type of that kind is Undetermined, so that it opens nothing.
func ReadJSON(ctx context.Context, r io.Reader, name string, opts ...JSONOption) (*Imported, error) {
	var entries []Entry
	in, err := DecodeJSON(ctx, r, name, func(e *Entry) error {
		entries = append(entries, *e)
		return nil
	}, opts...)
	if err != nil {
		return nil, err
	}
	in.Catalog.Entries = entries
	return in, nil
}

// DecodeJSON is ReadJSON for catalogs that need not be in memory: it calls yield with each entry. The entry is yield's to keep. An error of
// yield ends the reading and is returned. The catalog that comes back has everything but entries.
func DecodeJSON(ctx context.Context, r io.Reader, name string, yield func(*Entry) error, opts ...JSONOption) (*Imported, error) {
	var o jsonOptions
	for _, opt := range opts {
		opt(&o)
	}
	o.limits = o.limits.withDefaults()
	d := &jsonReader{
		ctx: ctx, r: r, yield: yield, o: &o,
		out: &Imported{Format: "jsonl", Encoding: "UTF-8", Catalog: &Catalog{}},
	}
	d.s.name, d.s.maxDepth, d.s.line = name, o.limits.Depth, 1
	d.layout = &Layout{File: name}
	if err := d.run(); err != nil {
		return nil, err
	}
	return d.out, nil
}

// JSONEntries is DecodeJSON as a sequence; an error comes last, with no entry.
func JSONEntries(ctx context.Context, r io.Reader, name string, opts ...JSONOption) iter.Seq2[*Entry, error] {
	return func(yield func(*Entry, error) bool) {
		stopped := false
		_, err := DecodeJSON(ctx, r, name, func(e *Entry) error {
			if !yield(e, nil) {
				stopped = true
				return io.EOF
			}
			return nil
		}, opts...)
		if err != nil && !stopped {
			yield(nil, err)
		}
	}
}
