package expr

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// testFacts are facts of every kind that tests can answer questions about, and some that they leave to cel-go.
func testFacts() []Var {
	bound := NewInt
	row := &Type{Kind: Object, Name: "rows", Fields: []Field{
		{"id", &Type{Kind: Bool}}, {"kind", &Type{Kind: Enum, Values: []string{"x", "y"}}}, {"n", &Type{Kind: Int}}, {"s", &Type{Kind: String, MaxRunes: 4}},
	}}
	deep := &Type{Kind: Object, Name: "deep", Fields: []Field{{"id", &Type{Kind: Bool}}, {"tags", &Type{Kind: List, Elem: &Type{Kind: String}}}}}
	return []Var{
		{"b", &Type{Kind: Bool}},
		{"c", &Type{Kind: Bool}},
		{"s", &Type{Kind: String, MaxRunes: 5}},
		{"e", &Type{Kind: Enum, Values: []string{"p", "q", "r"}}},
		{"n", &Type{Kind: Int, Min: bound(-3), Max: bound(9)}},
		{"x", &Type{Kind: Double}},
		{"ls", &Type{Kind: List, Elem: &Type{Kind: String}, MaxItems: 4}},
		{"li", &Type{Kind: List, Elem: &Type{Kind: Int}}},
		{"rows", &Type{Kind: List, Elem: row, MaxItems: 4}},
		{"deeps", &Type{Kind: List, Elem: deep}},
		{"o", &Type{Kind: Object, Name: "o", Fields: []Field{
			{"level", &Type{Kind: Int}}, {"sub", &Type{Kind: Object, Name: "o.sub", Fields: []Field{{"ok", &Type{Kind: Bool}}}}},
		}}},
		{"opt", &Type{Kind: Int, Optional: true}},
		{"d", &Type{Kind: Decimal}},
		{"params", &Type{Kind: Object, Name: "params", Fields: []Field{
			{"least", &Type{Kind: Int}}, {"codes", &Type{Kind: List, Elem: &Type{Kind: String}}},
		}}},
	}
}

var testParams = map[string]any{"least": 2, "codes": []any{"a", "bc"}}

// answered are atoms that tests must answer without cel-go.
var answered = []string{
	"b", "c", "o.sub.ok", "s == 'a'", "'bc' == s", "s != 'a'", "s in ['a', 'ü', 'a']", "s in params.codes", "s.startsWith('a')", "s.endsWith('c')",
	"s.contains('b')", "e == 'p'", "e != 'q'", "e in ['p', 'r']", "n > 2", "2 > n", "n >= 2", "n <= params.least", "n == 5", "n != 5",
	"n in [1, 2, 3]", "o.level < 4", "o.level == 9223372036854775807", "x > 1.5", "x == 0.0", "x <= 2.0", "-1.0 < x", "x in [1.5, 2.0]", "size(ls) > 0", "ls.size() == 2",
	"size(rows) >= 1", "'a' in ls", "3 in li", "ls.exists(v, v == 'a' || v.startsWith('b'))", "ls.all(v, v != 'a')", "li.all(v, v > 1 && v < 7)",
	"rows.exists(r, r.id && r.kind == 'x')", "rows.all(r, !(r.id || r.n > 2))", "rows.exists(r, r.id == true && r.s != 'a')", "rows.exists(r, true)",
	"deeps.exists(v, v.id)", "ls.exists(v, v in ['a', 'b'])", "s in []", "li.exists(v, !(v == 3 && v != 3))",
}

// unanswered stay with cel-go.
var unanswered = []string{
	"n + 1 > 2", "b == c", "s.size() > 2", "ls == ['a']", "opt.orValue(1) > 1", "d > decimal('1.5')", "10 / n > 1", "ls.exists(v, v == s)",
	"deeps.exists(v, 'a' in v.tags)", "ls.exists_one(v, v == 'a')", "s == e", "rows.exists(params, params.n >= 2)", "ls.map(v, v + 'x').exists(v, v == 'ax')",
	"rows.exists(r, r.n > n)", "[b, c].exists(v, v)", "ls[0] == 'a'", "s.matches('^a')",
}

func testValues(t *rapid.T) map[string]any {
	words := []any{"", "a", "b", "bc", "abc", "ü", "xüc"}
	word := rapid.SampledFrom(words)
	numbers := rapid.SampledFrom([]any{int64(-9), -3, 0, 1, 2, 3, 4, 5, 8, 9, 10, int64(9223372036854775807), int64(-9223372036854775808), 2.0})
	list := func(of func() any) any {
		out := []any{}
		for range rapid.IntRange(0, 5).Draw(t, "length") {
			out = append(out, of())
		}
		return out
	}
	m := map[string]any{}
	give := func(m map[string]any, name string, v func() any) {
		if rapid.IntRange(0, 3).Draw(t, name) > 0 {
			m[name] = v()
		}
	}
	flag := func() any { return rapid.Bool().Draw(t, "bool") }
	number := func() any { return numbers.Draw(t, "number") }
	text := func() any { return word.Draw(t, "word") }
	give(m, "b", flag)
	give(m, "c", flag)
	give(m, "s", text)
	give(m, "e", func() any { return rapid.SampledFrom([]any{"p", "q", "r", "z"}).Draw(t, "code") })
	give(m, "n", number)
	give(m, "x", func() any { return rapid.SampledFrom([]any{0.0, -1.0, 1.5, 1.75, 2.0, 2, 1e300}).Draw(t, "double") })
	give(m, "ls", func() any { return list(text) })
	give(m, "li", func() any { return list(number) })
	give(m, "rows", func() any {
		return list(func() any {
			r := map[string]any{}
			give(r, "id", flag)
			give(r, "kind", func() any { return rapid.SampledFrom([]any{"x", "y", nil}).Draw(t, "kind") })
			give(r, "n", number)
			give(r, "s", text)
			return r
		})
	})
	give(m, "deeps", func() any {
		return list(func() any {
			r := map[string]any{"tags": list(text)}
			give(r, "id", flag)
			return r
		})
	})
	give(m, "o", func() any {
		o := map[string]any{}
		give(o, "level", number)
		give(o, "sub", func() any { return map[string]any{"ok": flag()} })
		return o
	})
	give(m, "opt", number)
	return m
}

func testCondition(t *rapid.T, depth int) string {
	if depth == 0 || rapid.IntRange(0, 2).Draw(t, "leaf") == 0 {
		return rapid.SampledFrom(append(append([]string{}, answered...), unanswered...)).Draw(t, "atom")
	}
	l := testCondition(t, depth-1)
	switch rapid.IntRange(0, 3).Draw(t, "op") {
	case 0:
		return "(" + l + ") && (" + testCondition(t, depth-1) + ")"
	case 1:
		return "(" + l + ") || (" + testCondition(t, depth-1) + ")"
	case 2:
		return "!(" + l + ")"
	}
	return "(" + l + ") ? (" + testCondition(t, depth-1) + ") : (" + testCondition(t, depth-1) + ")"
}

type testBench struct {
	env    *Env
	tests  *Tests
	params Value
	exprs  []*Expr
}

func newTestBench(t require.TestingT, texts []string) testBench {
	env, err := NewEnv(Options{Vars: testFacts()})
	require.NoError(t, err)
	b := testBench{env: env}
	for _, text := range texts {
		x, issues := env.Compile(text, &Type{Kind: Bool})
		require.NotNil(t, x, "%s: %v", text, issues)
		b.exprs = append(b.exprs, x)
	}
	slot, _ := env.Slot("params")
	b.params, err = env.vars[slot].Type.FromGo(testParams)
	require.NoError(t, err)
	b.tests = env.NewTests(slot, b.params)
	return b
}

// eval puts the values into an evaluation and into marks, and reports whether they could be taken.
func (b *testBench) eval(t require.TestingT, values map[string]any) (*Eval, *Marks, bool) {
	ev, m, ok := b.env.NewEval(context.Background()), b.tests.NewMarks(), true
	for i, v := range b.env.vars {
		if v.Name == "params" {
			ev.Put(i, b.params)
			continue
		}
		value, err := v.Type.FromGo(values[v.Name])
		taken := m.Sink(i).Any(m, values[v.Name])
		require.Equal(t, err == nil, taken, "%s: %v: %v", v.Name, values[v.Name], err)
		ok = ok && taken
		if value.Present() {
			ev.Put(i, value)
		}
	}
	return ev, m, ok
}

func TestTestsAnswerWhatTheyAreMadeFor(t *testing.T) {
	b := newTestBench(t, append(append([]string{}, answered...), unanswered...))
	for i, x := range b.exprs {
		root := x.Root()
		for root.Op == OpNot {
			root = root.Kids[0]
		}
		if root.Op == OpAtom {
			require.Equal(t, i < len(answered), b.tests.Literal(root.Atom).Bit >= 0, x.Text)
		}
	}
}

func TestTestsAndTermsMeanWhatCELMeans(t *testing.T) { rapid.Check(t, testsAgree) }

func testsAgree(t *rapid.T) {
	texts := make([]string, rapid.IntRange(1, 4).Draw(t, "conditions"))
	for i := range texts {
		texts[i] = testCondition(t, 2)
	}
	b := newTestBench(t, texts)
	for range 4 {
		values := testValues(t)
		ev, m, ok := b.eval(t, values)
		if !ok {
			continue
		}
		fast := ev.Clone()
		fast.Use(b.tests)
		require.Equal(t, bitsOf(m), bitsOf(fast.Marks()), "%s\n%v", strings.Join(texts, "\n"), values)
		for _, x := range b.exprs {
			want, wantErr := ev.Plain(x)
			got, gotErr := fast.Truth(x)
			require.Equal(t, want, got, "%s\n%v\n%v\n%v", x.Text, values, wantErr, gotErr)
			if terms, ok := b.tests.Terms(x.Root()); ok {
				require.Equal(t, want, terms.Truth(m), "%s\n%v", x.Text, values)
			}
		}
	}
}

func bitsOf(m *Marks) string { return fmt.Sprintf("%x %x", m.t, m.f) }

func FuzzTestsMeanWhatCELMeans(f *testing.F) { f.Fuzz(rapid.MakeFuzz(testsAgree)) }

// A leaf with more questions than a word has bits.
func TestTestsOfManyConstants(t *testing.T) {
	var texts []string
	for i := range 300 {
		texts = append(texts, fmt.Sprintf("s == 'v%d' && n > %d", i, i%3), fmt.Sprintf("s.startsWith('v%d') || o.level >= %d", i, i), fmt.Sprintf("s != 'v%d'", i))
	}
	b := newTestBench(t, texts)
	for i := range 300 {
		values := map[string]any{"s": fmt.Sprintf("v%d", i*7%400), "n": i % 5}
		if i%3 > 0 {
			values["o"] = map[string]any{"level": i}
		}
		ev, m, ok := b.eval(t, values)
		require.True(t, ok)
		for _, x := range b.exprs {
			want, err := ev.Plain(x)
			require.NoError(t, err)
			terms, ok := b.tests.Terms(x.Root())
			if strings.Contains(x.Text, "level") {
				continue // more numbers than maxNumberAsks
			}
			require.True(t, ok, x.Text)
			require.Equal(t, want, terms.Truth(m), "%s\n%v", x.Text, values)
		}
	}
}
