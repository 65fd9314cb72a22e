package source

// Kind is the kind of a Node.
type Kind uint8

// The kinds of nodes.
const (
	Scalar Kind = iota
	Map
	List
)

// Style is how a scalar is written.
type Style uint8

// The styles of scalars: abc, 'abc', "abc", | and >.
const (
	Plain Style = iota
	SingleQuoted
	DoubleQuoted
	Literal
	Folded
)

// Node is a scalar, a map or a list, with its place in the file. Nothing in it changes after Parse.
type Node struct {
	Kind  Kind
	Style Style      // of a scalar
	Type  ScalarType // of a plain scalar; Str for all others
	// Flow: the node stands inside [] or {}, or is one of them.
	Flow bool
	// Broken: a problem about this very node has been reported. Value is what was most likely meant; a caller
	// has nothing to add to the report.
	Broken bool
	// Range is the text of a scalar with its quotes, or from its | to its last line; for a flow map or list from
	// bracket to bracket, for a block one from its first child to its last. It is empty where a value is missing.
	Range   Range
	Value   string  // of a scalar: its text, unquoted and without escapes
	Entries []Entry // of a map, in the order of the file; a second key of the same name is there, and Broken
	Items   []*Node // of a list

	file       *File
	start, end int // byte offsets of Range
	indent     int // of a block scalar: bytes of indentation before its text
	parent     int // column, from 0, of the block collection around it, or -1
}

// Entry is a key of a map and its value. Key is a scalar; neither is nil.
type Entry struct{ Key, Value *Node }

// Get returns the value of the first entry of that name, or nil. It is nil for a nil node and for what is no map.
func (n *Node) Get(key string) *Node {
	if e := n.entry(key); e != nil {
		return e.Value
	}
	return nil
}

// KeyNode returns the key of the first entry of that name, or nil.
func (n *Node) KeyNode(key string) *Node {
	if e := n.entry(key); e != nil {
		return e.Key
	}
	return nil
}

func (n *Node) entry(key string) *Entry {
	if n == nil {
		return nil
	}
	for i := range n.Entries {
		if n.Entries[i].Key.Value == key {
			return &n.Entries[i]
		}
	}
	return nil
}

// IsNull reports whether there is no value: n is nil, or it is null, ~ or nothing at all in the file.
func (n *Node) IsNull() bool {
	return n == nil || n.Kind == Scalar && n.Style == Plain && n.Type == Null
}

// Text is the node as it is written in the file.
func (n *Node) Text() string {
	if n == nil {
		return ""
	}
	return string(n.file.Text[n.start:n.end])
}

// oneLine reports whether a scalar begins and ends on the same line.
func (n *Node) oneLine() bool { return n.Range.Start.Line == n.Range.End.Line }
