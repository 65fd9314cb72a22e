package source

import "strconv"

// Limits bound what one file may cost. A field that is not positive means its default.
type Limits struct {
	Bytes    int // size of the file
	Depth    int // nested maps and lists; the root is 1 deep
	Nodes    int // scalars, maps and lists together
	Problems int // problems reported before the reader gives up
}

// The defaults of Limits. maxDepth is the most that the YAML library accepts, whatever a host asks for.
const (
	defaultBytes    = 1 << 20
	defaultDepth    = 64
	defaultNodes    = 250_000
	defaultProblems = 1_000
	maxDepth        = 9_000
)

// DefaultLimits returns 1 MiB, depth 64, 250,000 nodes and 1,000 problems. A rule file of 1 MiB that people wrote
// has some 100,000 nodes.
func DefaultLimits() Limits {
	return Limits{Bytes: defaultBytes, Depth: defaultDepth, Nodes: defaultNodes, Problems: defaultProblems}
}

func (l Limits) normalized() Limits {
	or := func(v, def int) int {
		if v > 0 {
			return v
		}
		return def
	}
	return Limits{
		Bytes:    or(l.Bytes, defaultBytes),
		Depth:    min(or(l.Depth, defaultDepth), maxDepth),
		Nodes:    or(l.Nodes, defaultNodes),
		Problems: or(l.Problems, defaultProblems),
	}
}

// Parse reads one rule file. It reports all problems it can find in one run, by position and at most one per
// cause; no problems mean a file whose Root is not nil. With problems, Root is what could still be read (see
// Node.Broken and File.Partial), or nil. It does not judge which keys and shapes a rule file has.
//
// The file keeps text, which must not change afterwards.
func Parse(name string, text []byte, lim Limits) (*File, []Problem) {
	lim = lim.normalized()
	if len(text) > lim.Bytes {
		// Nothing of it is looked at or kept: that is the point of the limit.
		start := Range{Position{1, 1}, Position{1, 1}}
		args := []string{itoa(len(text)), itoa(lim.Bytes)}
		return &File{Name: name, eol: "\n"}, []Problem{{Code: codeLimit, Key: "limit.bytes", Args: args, Range: start}}
	}
	f := newFile(name, text)
	out := &sink{file: f, limit: lim.Problems}
	if checkText(f, out) {
		x := newLexer(f, out, lim)
		x.run()
		if !x.failed && !out.full {
			f.Root = buildTree(f, x.src[:x.end], x.toks, out)
		}
	}
	return f, out.sorted()
}

func itoa(n int) string { return strconv.Itoa(n) }
