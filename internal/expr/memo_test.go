package expr

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/banfa-go/banfa/internal/civil"
)

// memoFacts are costFacts with an object.
func memoFacts() []Var {
	return append(costFacts(), Var{"o", &Type{Kind: Object, Name: "o", Fields: []Field{
		{"level", &Type{Kind: Int}},
		{"kind", &Type{Kind: Enum, Values: []string{"x", "y"}}},
		{"sub", &Type{Kind: Object, Name: "o.sub", Fields: []Field{{"ok", &Type{Kind: Bool}}, {"note", &Type{Kind: String, Optional: true}}}}},
	}}})
}

// moreSources are expressions that the grammar has not: of objects and variables, with findings, and wrong ones.
var moreSources = []string{
	"o.level > 3 && o.sub.ok", "o.sub.ok == true ? b : o.kind == 'x'", "o.kind == 'z'", "o.kind in ['x', 'q']", "o.missing > 1", "has(o.level)",
	"o == o", "o.sub.note.orValue('') == s", "v", "!v && b", "v || w", "w", "string(v)", "u", "unknown == 1", "s == 1", "b &&", "e == 'low'", "e == 'Low'",
	"true", "ls.exists(v, v == s)", "ls.exists(o, o == 'a')", "type(o) == object.o", "s.matches('(')", "decimal('x') == d", "ls.exists(x, x == .s)",
	"type(d) == type(decimal('0'))", "lists.range(3) == li", "s == \"b\\u0000b\"", "s.contains(t) && t.contains(s)", "b == (n > 3)", "size(ls) > 2 && size(ls) <= n",
	"t.split('').exists(x, t.split('').exists(y, t.split('').exists(z, x + y + z == t)))",
}

// told writes everything there is to know of what was compiled.
func told(e *Env, x *Expr, issues []Issue) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%+v\n", issues)
	if x == nil {
		return b.String()
	}
	fmt.Fprintf(&b, "%q cost %d of %d tracked %v names %q leaves %v declared %s\n", x.Text, x.cost, x.max, x.tracked, x.names, x.leaves, describeType(x.decl))
	var node func(n *Node, indent string)
	node = func(n *Node, indent string) {
		fmt.Fprintf(&b, "%s%d %v", indent, n.Op, n.Value)
		switch n.Op {
		case OpAtom:
			a := n.Atom
			fmt.Fprintf(&b, " %d %q fact %d leaves %v max %d tracked %v", a.id, a.Text, a.fact, a.Leaves, a.max, a.tracked)
			if e.atoms[a.id] != a || e.byKey[a.Text] != a {
				b.WriteString(" of another environment")
			}
			for _, leaf := range a.Leaves {
				shapes, ok := a.shapes[leaf]
				fmt.Fprintf(&b, "\n%s  leaf %d %v", indent, leaf, ok)
				for _, s := range shapes {
					fmt.Fprintf(&b, " (%d %v %v %d)", s.kind, s.list, s.literal, s.max)
				}
			}
			fmt.Fprintf(&b, " of %d", len(a.shapes))
		case OpVar:
			fmt.Fprintf(&b, " variable %d %v", n.Var, n.Kids[0] == e.defs[n.Var].root)
			return
		}
		b.WriteByte('\n')
		for _, k := range n.Kids {
			node(k, indent+"  ")
		}
	}
	if x.root != nil {
		node(x.root, "  ")
	}
	return b.String()
}

func newEnv(t require.TestingT, vars []Var, limits Limits) *Env {
	e, err := NewEnv(Options{Vars: vars, Calendar: everyDay{}, Limits: limits})
	require.NoError(t, err)
	return e
}

// steps is one file: its variables, and then its expressions.
type steps struct {
	vars    []Var
	names   []string
	defines []string
	texts   []string
}

func (s *steps) run(t require.TestingT, m *Memo) (e *Env, exprs []*Expr, all []string) {
	e = newEnv(t, s.vars, Limits{})
	e.Remember(m)
	for i, text := range s.defines {
		x, issues := e.Define(s.names[i], text)
		if x == nil {
			e.Declare(s.names[i])
		}
		all = append(all, told(e, x, issues))
	}
	for _, text := range s.texts {
		for _, want := range []*Type{nil, {Kind: Bool}} {
			x, issues := e.Compile(text, want)
			exprs = append(exprs, x)
			all = append(all, text+": "+told(e, x, issues))
			for i := range issues { // what a file does with its findings is no matter of the next one's
				for j := range issues[i].Args {
					issues[i].Args[j] = "changed"
				}
			}
		}
	}
	e.Remember(nil)
	return e, exprs, append(all, fmt.Sprint(len(e.Atoms())))
}

func drawText(t *rapid.T) string {
	if rapid.IntRange(0, 2).Draw(t, "more") == 0 {
		return rapid.SampledFrom(moreSources).Draw(t, "text")
	}
	return drawSource(t, rapid.SampledFrom([]byte("bbbbns")).Draw(t, "letter"), rapid.IntRange(0, 3).Draw(t, "depth"))
}

// drawSteps draws a file that takes most of what it says from shared.
func drawSteps(t *rapid.T, shared []string) *steps {
	s := &steps{}
	for _, v := range rapid.Permutation(memoFacts()).Draw(t, "facts") {
		switch rapid.IntRange(0, 20).Draw(t, "change") {
		case 0:
			continue
		case 1:
			v.Type = rapid.SampledFrom(memoFacts()).Draw(t, "other").Type
		case 2:
			c := *v.Type
			c.MaxRunes, c.MaxItems = c.MaxRunes+1, c.MaxItems+1
			v.Type = &c
		case 3:
			c := *v.Type
			c.Values = append(slices.Clone(c.Values), "Low")
			v.Type = &c
		}
		s.vars = append(s.vars, v)
	}
	pick := func() string {
		if rapid.IntRange(0, 4).Draw(t, "own") == 0 {
			return drawText(t)
		}
		return rapid.SampledFrom(shared).Draw(t, "shared")
	}
	for _, name := range rapid.SampledFrom([][]string{{}, {"v"}, {"v", "w"}, {"w", "v"}, {"x", "w"}}).Draw(t, "names") {
		s.names = append(s.names, name)
		s.defines = append(s.defines, pick())
	}
	for range rapid.IntRange(1, 5).Draw(t, "count") {
		s.texts = append(s.texts, pick())
	}
	return s
}

func TestWhatIsRememberedIsWhatWouldBeCompiled(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var shared []string
		for range 4 {
			shared = append(shared, drawText(t))
		}
		memo := NewMemo()
		for range rapid.IntRange(2, 3).Draw(t, "files") {
			s := drawSteps(t, shared)
			plain, want, fresh := s.run(t, nil)
			env, got, recalled := s.run(t, memo)
			require.Equal(t, fresh, recalled)
			values := drawFacts(t)
			require.Equal(t, answers(plain, want, values), answers(env, got, values))
		}
	})
}

func TestWhatIsRememberedFollowsTheNamesOfEachFile(t *testing.T) {
	facts := []Var{{"b", &Type{Kind: Bool}}, {"n", &Type{Kind: Int}}, {"ls", &Type{Kind: List, Elem: &Type{Kind: String}}}}
	turned := []Var{facts[2], facts[1], facts[0]}
	texts := []string{"v && w", "!v", "ls.exists(v, v == 'a')", "w || ls.exists(x, x == 'a')", "n > 3 && b"}
	memo := NewMemo()
	for _, s := range []steps{
		{facts, []string{"w", "v"}, []string{"n > 3", "b"}, texts},
		{turned, []string{"v", "w"}, []string{"b", "n > 3"}, texts},
		{turned, []string{"v", "w"}, []string{"n > 3", "b"}, texts}, // the names change places
		{facts, []string{"w"}, []string{"n > 3"}, texts},
		{facts, []string{"v", "w"}, []string{"unknown", "n > 3"}, texts},
		{facts, []string{"v", "w"}, []string{"b", "n"}, texts},
		{facts, []string{"v", "w"}, []string{"b", "v || n > 3"}, texts},
	} {
		plain, want, fresh := s.run(t, nil)
		env, got, recalled := s.run(t, memo)
		require.Equal(t, fresh, recalled)
		values := map[string]any{"b": types.True, "n": types.Int(1), "ls": types.NewStringList(types.DefaultTypeAdapter, []string{"a"})}
		require.Equal(t, answers(plain, want, values), answers(env, got, values))
	}
}

// answers evaluates expressions in every way, with the values whose types still fit.
func answers(e *Env, exprs []*Expr, values map[string]any) (out []string) {
	ev := e.NewEval(context.Background())
	for i, v := range e.Vars() {
		val, ok := values[v.Name]
		if o, optional := val.(*types.Optional); optional {
			if ok = o.HasValue(); ok {
				val = o.GetValue()
			}
		}
		if ok && slices.ContainsFunc(memoFacts(), func(w Var) bool {
			return w.Name == v.Name && w.Type.Kind == v.Type.Kind && w.Type.Optional == v.Type.Optional
		}) {
			ev.Put(i, Value{val.(ref.Val)})
		}
	}
	for _, x := range exprs {
		if x == nil {
			continue
		}
		v, truth, err := ev.Value(x)
		out = append(out, fmt.Sprint(x.Text, v, truth, err))
		if x.root != nil {
			truth, err = ev.Truth(x)
			out = append(out, fmt.Sprint(truth, err))
		}
		for _, a := range e.Atoms() {
			for _, leaf := range a.Leaves {
				probes, settled, ok := ev.Probes(a, leaf)
				out = append(out, fmt.Sprint(probes, settled, ok))
			}
		}
	}
	return append(out, fmt.Sprint(ev.spent))
}

func TestEnvironmentsThatDifferInLimitsOrFunctionsShareNothing(t *testing.T) {
	memo := NewMemo()
	compile := func(o Options) string {
		e, err := NewEnv(o)
		require.NoError(t, err)
		e.Remember(memo)
		x, issues := e.Compile("n + 1 > 3", &Type{Kind: Bool})
		return told(e, x, issues)
	}
	facts := []Var{{"n", &Type{Kind: Int}}}
	compile(Options{Vars: facts})
	require.Len(t, memo.kept, 1)
	assert.Contains(t, compile(Options{Vars: facts, Limits: Limits{EvalCost: 1}}), "cel.cost")
	assert.Contains(t, compile(Options{Vars: facts, Limits: Limits{Depth: 1}}), "BF1012")
	for _, o := range []Options{
		{Vars: facts, Calendar: everyDay{}},
		{Vars: facts, Functions: []Function{{Name: "f", Result: &Type{Kind: Int}}}},
		{Vars: append(facts, Var{"m", &Type{Kind: Int}})}, // the same expression, kept once
	} {
		compile(o)
		assert.Len(t, memo.kept, 1)
	}
	compile(Options{Vars: []Var{{"n", &Type{Kind: Int, Max: NewInt(3)}}}})
	assert.Len(t, memo.kept, 2)
}

// wholeEnv declares everything in one environment, as nothing that is shared does.
func wholeEnv(t require.TestingT, vars []Var) *Env {
	e := newEnv(t, vars, Limits{})
	opts := append(libraries(), cel.EnableMacroCallTracking(), decimalLibrary(), dateLibrary(civil.Zone, everyDay{}))
	whole, err := cel.NewCustomEnv(append(opts, e.pending...)...)
	require.NoError(t, err)
	e.cel, e.pending = whole, nil
	return e
}

func TestTheSharedLibrariesAreThoseOfAnEnvironmentOfItsOwn(t *testing.T) {
	whole, shared := wholeEnv(t, memoFacts()), newEnv(t, memoFacts(), Limits{})
	rapid.Check(t, func(t *rapid.T) {
		for range 5 {
			text := drawText(t)
			x, issues := whole.Compile(text, nil)
			y, again := shared.Compile(text, nil)
			require.Equal(t, told(whole, x, issues), told(shared, y, again))
		}
	})
	for _, name := range []string{"int", "string", "type", "optional", "math", "date", "decimal", "size", "object", "lists"} {
		vars := []Var{{name, &Type{Kind: Bool}}, {"s", &Type{Kind: String}}}
		whole, shared := wholeEnv(t, vars), newEnv(t, vars, Limits{})
		for _, text := range []string{name, "!" + name + " || s == 'a'", "type(s) == string", "math.greatest(1, 2) == 2", "optional.of(s).hasValue()", "lists.range(2) == [0]"} {
			x, issues := whole.Compile(text, nil)
			y, again := shared.Compile(text, nil)
			assert.Equal(t, told(whole, x, issues), told(shared, y, again), name)
		}
	}
}
