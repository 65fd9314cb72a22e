package expr

import (
	"slices"
	"strconv"
	"strings"
	"time"
)

// Memo keeps what was compiled during one load, for files that repeat the expressions of another, such as those that extend it. An expression
// means the same in two environments where every name in it means the same in both: it is then compiled once. Only what compiled is kept, so
// that an error is found anew wherever it is made. A Memo is used by one goroutine.
type Memo struct {
	limits   Limits
	zone     *time.Location
	calendar Calendar
	ids      map[string]int // of declarations, from 1
	kept     map[string]kept
}

type kept struct {
	env    *Env
	expr   *Expr
	issues []Issue // warnings
}

// NewMemo returns an empty memo.
func NewMemo() *Memo { return &Memo{ids: map[string]int{}, kept: map[string]kept{}} }

// Remember makes the environment take what it can from a memo and put there what it compiles, until it is told to remember nil. Functions that
// are not the library's are not compared, so that an environment with some remembers nothing.
func (e *Env) Remember(m *Memo) {
	e.memo, e.meanings = nil, nil
	if m == nil || len(e.functions) > 0 || len(e.lookups) > 0 || len(e.defs) > 0 || len(e.broken) > 0 {
		return
	}
	if len(m.kept) == 0 {
		m.limits, m.zone, m.calendar = e.limits, e.zone, e.calendar
	}
	if m.limits != e.limits || m.zone != e.zone || !sameCalendar(m.calendar, e.calendar) {
		return
	}
	e.memo, e.meanings = m, make(map[string]int, len(e.vars))
	for _, v := range e.vars {
		e.meanings[v.Name] = m.id("fact " + describeType(v.Type))
	}
}

// id numbers what a name can stand for.
func (m *Memo) id(declaration string) int {
	if n, ok := m.ids[declaration]; ok {
		return n
	}
	n := len(m.ids) + 1
	m.ids[declaration] = n
	return n
}

// meaning is the text with what each of its words stands for, 0 for a word that is not declared. It takes the words of texts and the names that
// comprehensions bind for names too, which only tells apart what might be shared. ok is false where the words do not tell everything.
func (e *Env) meaning(text string, want *Type) (key string, ok bool) {
	var b strings.Builder
	b.WriteString(strconv.Itoa(len(text)) + ":" + text)
	if want != nil {
		b.WriteString("\x00" + describeType(want))
	}
	for _, word := range strings.FieldsFunc(text, func(r rune) bool { return !isWord(r) }) {
		// object.NAME is the type of an object.
		if word == "object" || slices.Contains(e.broken, word) {
			return "", false
		}
		b.WriteByte(0)
		b.WriteString(strconv.Itoa(e.meanings[word]))
	}
	return b.String(), true
}

func isWord(r rune) bool { return r == '_' || isLetter(r) || r >= '0' && r <= '9' }

// recall returns what was compiled before, as an expression of this environment.
func (e *Env) recall(key string) (*Expr, []Issue, bool) {
	k, ok := e.memo.kept[key]
	if !ok {
		return nil, nil, false
	}
	if k.env == e {
		return k.expr, cloneIssues(k.issues), true
	}
	native := k.expr.ast.NativeRep()
	x := &Expr{Text: k.expr.Text, ast: k.expr.ast, names: k.expr.names, cost: k.expr.cost, program: k.expr.program}
	lint := linter{env: e, ast: native, text: x.Text}
	x.decl = lint.declared(native.Expr(), nil)
	u := usage{env: e, leaves: map[int]bool{}}
	u.walk(native.Expr(), nil)
	x.leaves = u.sorted()
	if k.expr.root != nil {
		x.root = e.adopt(k.env, k.expr.root)
	}
	return x, cloneIssues(k.issues), true
}

func (e *Env) keep(key string, x *Expr, issues []Issue) {
	e.memo.kept[key] = kept{e, x, cloneIssues(issues)}
}

// cloneIssues copies findings that go to a file each, which may then be changed.
func cloneIssues(issues []Issue) []Issue {
	out := slices.Clone(issues)
	for i := range out {
		out[i].Args = slices.Clone(out[i].Args)
	}
	return out
}

// adopt makes the nodes of another environment those of e: its own atoms and variables take the place of the other's.
func (e *Env) adopt(from *Env, n *Node) *Node {
	own := &Node{Op: n.Op, Value: n.Value}
	switch n.Op {
	case OpAtom:
		own.Atom = e.adoptAtom(from, n.Atom)
	case OpVar:
		own.Var = e.slots[from.defNames[n.Var]] - len(e.vars)
		own.Kids = []*Node{e.defs[own.Var].root}
	default:
		for _, k := range n.Kids {
			own.Kids = append(own.Kids, e.adopt(from, k))
		}
	}
	return own
}

func (e *Env) adoptAtom(from *Env, a *Atom) *Atom {
	if own, ok := e.byKey[a.Text]; ok {
		return own
	}
	own := &Atom{Text: a.Text, id: len(e.atoms), fact: -1, program: a.program, expr: a.expr, shapes: make(map[int][]shape, len(a.shapes))}
	if a.fact >= 0 {
		own.fact = e.slots[from.vars[a.fact].Name]
	}
	u := usage{env: e, leaves: map[int]bool{}}
	u.walk(a.expr, nil)
	own.Leaves = u.sorted()
	for i, s := range a.shapes {
		own.shapes[e.leafNamed(from.leaves[i].Name)] = s
	}
	e.atoms = append(e.atoms, own)
	e.byKey[own.Text] = own
	return own
}

func (e *Env) leafNamed(name string) int {
	return slices.IndexFunc(e.leaves, func(l Leaf) bool { return l.Name == name })
}

// describeType writes everything that is declared of a type.
func describeType(t *Type) string {
	var b strings.Builder
	writeType(&b, t)
	return b.String()
}

func writeType(b *strings.Builder, t *Type) {
	if t == nil {
		b.WriteByte('-')
		return
	}
	b.WriteByte('(')
	b.WriteString(strconv.Itoa(int(t.Kind)))
	if t.Optional {
		b.WriteByte('?')
	}
	for _, n := range []int{t.MinItems, t.MaxItems, t.MaxRunes, len(t.Values), len(t.Labels), len(t.Fields)} {
		b.WriteString(" " + strconv.Itoa(n))
	}
	for _, list := range [][]string{{t.Name, t.Min.String(), t.Max.String()}, t.Values, t.Labels} {
		for _, s := range list {
			b.WriteString(strconv.Quote(s))
		}
	}
	writeType(b, t.Elem)
	for i := range t.Fields {
		b.WriteString(strconv.Quote(t.Fields[i].Name))
		writeType(b, t.Fields[i].Type)
	}
	b.WriteByte(')')
}
