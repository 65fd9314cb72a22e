package format

import (
	"errors"
	"maps"
	"slices"
	"strings"

	"github.com/banfa-go/banfa/internal/grammar"
	"github.com/banfa-go/banfa/internal/source"
)

// ErrChanged says that the laid out file would not have said the same. It is a mistake of this package; the file is to be left
// as it is.
var ErrChanged = errors.New("format: the result would not mean the same; the file is left as it is")

// Result is a file laid out.
type Result struct {
	Text     []byte
	Changed  bool      // Text differs from what was given
	Reorders []Reorder // in the order of the file
}

// Source lays out one rule file. A file with problems is not laid out: they are returned, by position, and Result is nil.
// Line terminators stay as the file's first one; a byte order mark goes.
func Source(name string, text []byte, lim source.Limits) (*Result, []source.Problem, error) {
	f, problems := parse(name, text, lim)
	if len(problems) > 0 {
		return nil, problems, nil
	}
	p := layout(f)
	g := grammarOf(f.Root)
	reorders := order(p.root, g, "")
	out := p.text(f)
	if !p.confirmed(name, f, out, lim) {
		return nil, nil, ErrChanged
	}
	slices.SortFunc(reorders, func(a, b Reorder) int {
		if a.At.Before(b.At) {
			return -1
		}
		return 1
	})
	return &Result{Text: out, Changed: string(out) != string(text), Reorders: reorders}, nil, nil
}

// parse reads a file. A key that the grammar has is no word of YAML 1.1, whatever it looks like: `n` numbers articles.
func parse(name string, text []byte, lim source.Limits) (*source.File, []source.Problem) {
	f, problems := source.Parse(name, text, lim)
	if f == nil || f.Root == nil {
		return f, problems
	}
	known := map[source.Position]bool{}
	knownKeys(f.Root, grammarOf(f.Root), known)
	return f, slices.DeleteFunc(problems, func(p source.Problem) bool { return p.Code == "BF1006" && known[p.Range.Start] })
}

func grammarOf(root *source.Node) *grammar.Node {
	if kind := root.Get("kind"); kind != nil {
		if g, ok := grammar.Kind(kind.Value); ok {
			return g
		}
	}
	return nil
}

// knownKeys collects where the keys stand that the grammar describes.
func knownKeys(n *source.Node, g *grammar.Node, known map[source.Position]bool) {
	if g == nil {
		return
	}
	for _, item := range n.Items {
		knownKeys(item, g.Elem, known)
	}
	for _, e := range n.Entries {
		if g.Type == grammar.Dict {
			knownKeys(e.Value, g.Elem, known)
		} else if k, ok := g.Key(e.Key.Value); ok {
			known[e.Key.Range.Start] = true
			knownKeys(e.Value, k.Node, known)
		}
	}
}

// text joins the lines with the line terminator of the source.
func (p *page) text(f *source.File) []byte {
	lines := p.print()
	eol := "\n"
	if first := strings.IndexByte(string(f.Text), '\n'); first > 0 && f.Text[first-1] == '\r' {
		eol = "\r\n"
	}
	return []byte(strings.Join(lines, eol) + eol)
}

// confirmed reads the result and compares it with the source.
func (p *page) confirmed(name string, f *source.File, out []byte, lim source.Limits) bool {
	// Indentation can make a file longer than it was, and a limit is no reason to leave it as it is.
	lim.Bytes = max(lim.Bytes, len(out))
	g, problems := parse(name, out, lim)
	if len(problems) > 0 || g.Root == nil || !same(f.Root, g.Root) {
		return false
	}
	return maps.Equal(p.counts, layout(g).counts)
}

// same compares two trees; the order of keys does not count.
func same(a, b *source.Node) bool {
	if a.Kind != b.Kind || a.Style != b.Style || a.Type != b.Type || a.Flow != b.Flow || a.Value != b.Value ||
		len(a.Items) != len(b.Items) || len(a.Entries) != len(b.Entries) {
		return false
	}
	for i := range a.Items {
		if !same(a.Items[i], b.Items[i]) {
			return false
		}
	}
	for _, e := range a.Entries {
		key, value := b.KeyNode(e.Key.Value), b.Get(e.Key.Value)
		if key == nil || !same(e.Key, key) || !same(e.Value, value) {
			return false
		}
	}
	return true
}
