package source

import (
	"errors"
	"fmt"

	"go.yaml.in/yaml/v4"
)

// buildTree makes the tree of a document from the library's nodes and our own tokens. It returns nil where the two
// do not agree; unless something has been reported already, that is reported.
func buildTree(f *File, src []byte, toks []token, out *sink) *Node {
	clean := len(out.list) == 0
	document, err := load(src[min(f.lines[0], len(src)):])
	if err != nil {
		if clean {
			reportSyntax(f, err, out)
		}
		return nil
	}
	b := builder{file: f, toks: toks, out: out}
	root := b.node(document)
	if b.lost != nil || b.next != len(toks) {
		if clean {
			at := len(f.Text)
			if b.next < len(toks) {
				at = toks[b.next].start
			}
			out.at(codeSyntax, "yaml.disagreement", at, at)
		}
		return nil
	}
	return root
}

var errPanic = errors.New("yaml: internal error")

// load reads one document into the library's nodes. The library has panics of its own, which no file may trigger
// for our callers.
func load(src []byte) (root *yaml.Node, err error) {
	defer func() {
		if v := recover(); v != nil {
			err = fmt.Errorf("%w: %v", errPanic, v)
		}
	}()
	var document yaml.Node
	if err := yaml.Load(src, &document); err != nil {
		return nil, err
	}
	if document.Kind == yaml.DocumentNode {
		if len(document.Content) != 1 {
			return nil, errPanic
		}
		return document.Content[0], nil
	}
	return &document, nil
}

// reportSyntax reports what the library found and the lexer did not.
func reportSyntax(f *File, err error, out *sink) {
	text := err.Error()
	start := Position{1, 1}
	var load *yaml.LoadError
	if errors.As(err, &load) {
		text = load.Message
		if load.ContextMsg != "" {
			text = load.ContextMsg + ": " + text
		}
		if load.Mark.Line > 0 && load.Mark.Line <= f.Lines() {
			start = f.Position(f.Offset(Position{load.Mark.Line, load.Mark.Column}))
		}
	}
	out.add(Problem{Code: codeSyntax, Key: "yaml.syntax", Args: []string{text}, Range: Range{start, start}})
}

// builder walks the library's nodes and the tokens side by side.
type builder struct {
	file *File
	toks []token
	next int
	out  *sink
	lost *yaml.Node // the node at which they disagreed
}

func (b *builder) node(n *yaml.Node) *Node {
	if b.lost != nil || b.next >= len(b.toks) {
		b.lost = n
		return &Node{file: b.file}
	}
	switch n.Kind {
	case yaml.ScalarNode:
		return b.scalar(n)
	case yaml.MappingNode, yaml.SequenceNode:
		return b.collection(n)
	}
	b.lost = n
	return &Node{file: b.file}
}

func (b *builder) scalar(n *yaml.Node) *Node {
	t := &b.toks[b.next]
	b.next++
	node := &Node{
		Style: t.style, Flow: t.flow, Broken: t.broken, Range: b.file.rangeOf(t.start, t.end), Value: n.Value,
		file: b.file, start: t.start, end: t.end, indent: t.indent, parent: t.parent,
	}
	if !b.agree(n, t, node.Range.Start) {
		b.lost = n
		return node
	}
	switch {
	case t.meant:
		node.Value = t.value
	case t.style == Plain:
		node.Type = typeOf(n.Value)
	}
	return node
}

// agree reports whether the library and the lexer have read the same scalar.
func (b *builder) agree(n *yaml.Node, t *token, start Position) bool {
	style := Plain
	switch {
	case n.Style&yaml.SingleQuotedStyle != 0:
		style = SingleQuoted
	case n.Style&yaml.DoubleQuotedStyle != 0:
		style = DoubleQuoted
	case n.Style&yaml.LiteralStyle != 0:
		style = Literal
	case n.Style&yaml.FoldedStyle != 0:
		style = Folded
	}
	switch {
	case style != t.style || n.Anchor != "" || n.Style&yaml.TaggedStyle != 0:
		return false
	case t.kind == tokEmpty:
		return n.Value == ""
	case t.kind != tokScalar || n.Line != start.Line || n.Column != start.Column:
		return false
	case t.style == Plain && !t.meant && start.Line == b.file.lineAt(t.end)+1:
		return n.Value == string(b.file.Text[t.start:t.end])
	}
	return true
}

func (b *builder) collection(n *yaml.Node) *Node {
	node := &Node{Kind: List, Flow: n.Style&yaml.FlowStyle != 0, file: b.file}
	if n.Kind == yaml.MappingNode {
		node.Kind = Map
	}
	first := b.toks[b.next]
	node.start, node.parent = first.start, first.parent
	if node.Flow {
		if first.kind != tokOpen || (node.Kind == Map) != (b.file.Text[first.start] == '{') ||
			b.file.Position(first.start) != (Position{n.Line, n.Column}) {
			b.lost = n
			return node
		}
		b.next++
	}
	if node.Kind == Map {
		b.entries(node, n)
	} else {
		node.Items = make([]*Node, 0, len(n.Content))
		for _, child := range n.Content {
			item := b.node(child)
			node.Items = append(node.Items, item)
			node.end = item.end
		}
	}
	if node.Flow && b.lost == nil {
		if b.next >= len(b.toks) || b.toks[b.next].kind != tokClose {
			b.lost = n
			return node
		}
		node.end = b.toks[b.next].end
		b.next++
	}
	if node.end < node.start {
		b.lost = n
		return node
	}
	node.Range = b.file.rangeOf(node.start, node.end)
	return node
}

// entries reads the entries of a map and refuses keys that stand there twice.
func (b *builder) entries(node *Node, n *yaml.Node) {
	node.Entries = make([]Entry, 0, len(n.Content)/2)
	seen := make(map[string]*Node, len(n.Content)/2)
	for i := 0; i+1 < len(n.Content) && b.lost == nil; i += 2 {
		if b.next >= len(b.toks) || !b.toks[b.next].key {
			b.lost = n
			return
		}
		e := Entry{Key: b.node(n.Content[i]), Value: b.node(n.Content[i+1])}
		node.Entries = append(node.Entries, e)
		node.end = e.Value.end
		if first, ok := seen[e.Key.Value]; ok {
			p := b.out.at(codeDuplicate, "yaml.duplicate-key", e.Key.start, e.Key.end,
				e.Key.Value, itoa(first.Range.Start.Line))
			p.Related = append(p.Related, first.Range)
			e.Key.Broken = true
			continue
		}
		seen[e.Key.Value] = e.Key
	}
}
