package format

import (
	"bytes"

	"github.com/banfa-go/banfa/internal/source"
)

// note is a comment on a line of its own.
type note struct {
	text  string
	blank bool // an empty line stands above
}

// entry is a key of a map with its value, or an item of a list.
type entry struct {
	head  []note // comments above
	blank bool   // an empty line stands above the entry itself
	key   string // as written; empty for an item
	name  string // the key unquoted
	at    source.Position

	block *block // a nested block collection; nil for a leaf
	leaf  *leaf  // nil where the value is missing or a block
	pad   int    // white space between the colon and a flow collection, which authors align to a table
	trail event  // the comment behind key or leaf; its text is empty where there is none
}

// block is a block map or list.
type block struct {
	list    bool
	col     int // column in the source, from 0
	entries []*entry
	foot    []note // comments below the last entry, indented as the entries are
	node    *source.Node
}

// page is a whole file.
type page struct {
	head   []note // what stands above the first key stays there, whatever the order of keys
	blank  bool   // an empty line stands between head and root
	root   *block
	flow   *leaf // where the root is a flow collection
	trail  event
	foot   []note
	counts map[string]int
}

// builder makes the layout of a file.
type builder struct {
	*scanner
}

func layout(f *source.File) *page {
	b := builder{newScanner(f)}
	p := &page{counts: b.comments}
	if f.Root.Flow {
		b.fill(b.start(f.Root))
		p.head = notes(b.takeComments())
		e := b.take(edge)
		p.blank = e.blank
		p.flow, p.trail = b.leaf(f.Root, -1)
	} else {
		p.root = b.block(f.Root)
		first := p.root.entries[0]
		p.head, p.blank = first.head, first.blank
		first.head, first.blank = nil, false
	}
	b.fill(len(f.Text))
	p.foot = notes(b.below(p.root, b.takeComments(), -1))
	return p
}

// block reads a block map or list. The comments in front of its first entry are in the queue or still to be read.
func (b *builder) block(n *source.Node) *block {
	out := &block{list: n.Kind == source.List, node: n}
	if out.list {
		for _, item := range n.Items {
			b.item(out, item)
		}
		return out
	}
	for _, e := range n.Entries {
		b.entry(out, e)
	}
	return out
}

func (b *builder) item(out *block, n *source.Node) {
	b.queued(n)
	above := b.takeComments()
	d := b.take(dash)
	e := &entry{blank: d.blank, at: n.Range.Start}
	b.above(out, e, above, d.col)
	b.value(out, e, n)
}

// queued makes sure that what stands in front of a node is in the queue.
func (b *builder) queued(n *source.Node) {
	if start := b.start(n); len(b.queue) == 0 || b.pos < start {
		b.fill(start)
	}
}

func (b *builder) entry(out *block, from source.Entry) {
	b.queued(from.Key)
	above := b.takeComments()
	line := b.take(edge)
	e := &entry{key: from.Key.Text(), name: from.Key.Value, at: from.Key.Range.Start, blank: line.blank}
	start := b.start(from.Key)
	b.above(out, e, above, start-b.lineStart(start))
	b.pos = start + len(e.key)
	e.pad = b.padding(from.Value)
	b.fill(b.start(from.Value))
	if len(b.queue) > 0 && b.queue[0].kind == comment && !b.queue[0].own {
		e.trail = b.take(comment)
	}
	b.value(out, e, from.Value)
}

// padding counts the white space between the colon behind a key and a value on the same line.
func (b *builder) padding(n *source.Node) int {
	between := b.file.Text[b.pos:b.start(n)]
	colon := bytes.IndexByte(between, ':')
	if n.Kind == source.Scalar || colon < 0 || bytes.IndexByte(between, '\n') >= 0 {
		return 1
	}
	return max(len(between)-colon-1, 1)
}

// value reads the value of an entry.
func (b *builder) value(out *block, e *entry, n *source.Node) {
	if n.Kind != source.Scalar && !n.Flow {
		e.block = b.block(n)
		return
	}
	between := b.takeComments()
	b.take(edge)
	if e.trail.text != "" {
		// Behind the key of a value that stands below it: there is one line in the end, and one comment behind it.
		e.head = append(e.head, note{text: e.trail.text})
		e.trail = event{}
	}
	for _, c := range between {
		e.head = append(e.head, note{text: c.text})
	}
	e.leaf, e.trail = b.leaf(n, out.col)
}

// above gives an entry the comments in front of it. Those that are indented more belong to the end of what the entry before
// it holds.
func (b *builder) above(out *block, e *entry, comments []event, col int) {
	if len(out.entries) == 0 {
		out.col = col
	} else {
		comments = b.below(out.entries[len(out.entries)-1].block, comments, col)
	}
	e.head = notes(comments)
	out.entries = append(out.entries, e)
}

// below gives comments that are indented more than col to the collections that end here, each to the innermost one that is
// not indented more than it. It returns the comments from the first that belongs to none of them on.
func (b *builder) below(last *block, comments []event, col int) []event {
	var ended []*block
	for last != nil {
		ended = append(ended, last)
		last = last.entries[len(last.entries)-1].block
	}
	for i, c := range comments {
		for len(ended) > 0 && ended[len(ended)-1].col > c.col {
			ended = ended[:len(ended)-1]
		}
		if !c.own || c.col <= col || len(ended) == 0 {
			return comments[i:]
		}
		inner := ended[len(ended)-1]
		inner.foot = append(inner.foot, note{c.text, c.blank})
	}
	return nil
}

func notes(comments []event) []note {
	var out []note
	for _, c := range comments {
		out = append(out, note{c.text, c.blank})
	}
	return out
}
