package classify_test

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/banfa-go/banfa"
	"github.com/banfa-go/banfa/classify"
)

const factsOfPlain = `facts:
  a: {label: a, type: bool, act: x}
  b: {label: b, type: bool, assume: true}
  e: {label: e, type: enum, values: {p: one, q: two, r: three}}
  s: {label: s, type: string, max_length: 4}
  num: {label: num, type: int, min: 0, max: 5}
  day: {label: day, type: date}
  opt: {label: opt, type: int, optional: true}
  tags: {label: tags, type: list, items: string, max: 3}
  rows: {label: rows, type: list, max: 3, items: {label: r, type: object, fields: {id: {label: i, type: bool}, kind: {label: k, type: string, max_length: 4}}}}
  o: {label: o, type: object, fields: {level: {label: l, type: int}, ok: {label: k, type: bool}}}
`

// The last of them need cel-go.
var atomsOfPlain = []string{
	"a", "b", "!a", "e == 'p'", "e != 'q'", "s == 'x'", "s == 'y'", "s in ['x', 'z']", "s.startsWith('x')", "num > 2", "num <= 1", "num == 5", "o.ok",
	"o.level >= 2", "size(tags) > 1", "'x' in tags", "tags.all(t, t != 'y')", "rows.exists(r, r.id && r.kind == 'x')", "rows.all(r, !r.id)", "true",
	"day < date('2026-01-01')", "10 / num > 2", "opt.orValue(3) == 3", "s == e", "rows.exists_one(r, r.id)", "now > timestamp('2026-06-01T00:00:00Z')",
}

const quickAtoms = 20

func drawPlainFile(t *rapid.T) string {
	atoms := atomsOfPlain
	if rapid.Bool().Draw(t, "quick") {
		atoms = atoms[:quickAtoms]
	}
	atom := rapid.SampledFrom(atoms)
	condition := func() string {
		one, two, three := atom.Draw(t, "one"), atom.Draw(t, "two"), atom.Draw(t, "three")
		form := rapid.SampledFrom([]string{
			"%s", "%s && %s", "%s || %s", "s == 'x' && %s && %s", "!(%s || %s)", "%s ? %s : %s", "(%s || %s) && %s", "(s == 'x' || s == 'y') && %s",
		}).Draw(t, "form")
		return fmt.Sprintf(form, []any{one, two, three}[:strings.Count(form, "%s")]...)
	}
	var b strings.Builder
	b.WriteString(head + factsOfPlain)
	if rapid.IntRange(0, 3).Draw(t, "scope") == 0 {
		fmt.Fprintf(&b, "scope: {id: scope, basis: 第二条, when: \"%s\"}\n", condition())
	}
	b.WriteString("rules:\n")
	for i := range rapid.IntRange(1, 6).Draw(t, "rules") {
		fmt.Fprintf(&b, "  - {id: r%d, basis: 第二条, when: \"%s\", outcome: %s", i, condition(), rapid.SampledFrom([]string{"open", "limited", "closed"}).Draw(t, "outcome"))
		switch rapid.IntRange(0, 7).Draw(t, "more") {
		case 0, 1:
			if i > 0 {
				fmt.Fprintf(&b, ", overrides: [r%d]", rapid.IntRange(0, i-1).Draw(t, "of"))
			}
		case 2:
			b.WriteString(", review: true")
		}
		b.WriteString("}\n")
	}
	return b.String() + rest
}

type plainRow struct {
	ID   *bool   `banfa:"id"`
	Kind *string `banfa:"kind"`
}

type plainObject struct {
	Level *int32 `banfa:"level"`
	OK    *bool  `banfa:"ok"`
}

type plainFacts struct {
	A    *bool       `banfa:"a"`
	B    *bool       `banfa:"b"`
	E    *string     `banfa:"e"`
	S    *string     `banfa:"s"`
	N    *int        `banfa:"num"`
	Day  *time.Time  `banfa:"day"`
	Opt  *int64      `banfa:"opt"`
	Tags *[]string   `banfa:"tags"`
	Rows *[]plainRow `banfa:"rows"`
	O    plainObject `banfa:"o"`
}

// drawPlain draws the same facts as a struct and as a map. Some of them cannot be taken.
func drawPlain(t *rapid.T) (*plainFacts, banfa.Map) {
	given := func(name string) bool { return rapid.IntRange(0, 3).Draw(t, name) > 0 }
	flag := func() *bool { v := rapid.Bool().Draw(t, "bool"); return &v }
	text := func() *string {
		v := rapid.SampledFrom([]string{"x", "x", "y", "z", "", "xyz", "字", "x\\\"", "y", "toolong"}).Draw(t, "text")
		return &v
	}
	s, m := &plainFacts{}, banfa.Map{}
	if given("a") {
		s.A = flag()
		m["a"] = *s.A
	}
	if given("b") {
		s.B = flag()
		m["b"] = *s.B
	}
	if given("e") {
		v := rapid.SampledFrom([]string{"p", "q", "r", "p", "q", "r", "none"}).Draw(t, "e")
		s.E, m["e"] = &v, v
	}
	if given("s") {
		s.S = text()
		m["s"] = *s.S
	}
	if given("n") {
		v := rapid.IntRange(-1, 6).Draw(t, "n")
		if v < 0 && rapid.Bool().Draw(t, "fine") {
			v = 0
		}
		s.N, m["num"] = &v, v
	}
	if given("day") {
		v := time.Date(rapid.IntRange(2025, 2026).Draw(t, "year"), 3, 1, 12, 0, 0, 0, time.UTC)
		s.Day, m["day"] = &v, v.Format(time.DateOnly)
	}
	if given("opt") {
		v := rapid.Int64Range(2, 4).Draw(t, "opt")
		s.Opt, m["opt"] = &v, v
	}
	if given("tags") {
		list, anys := []string{}, []any{}
		for range rapid.IntRange(0, 3).Draw(t, "tags") {
			v := *text()
			list, anys = append(list, v), append(anys, v)
		}
		s.Tags, m["tags"] = &list, anys
	}
	if given("rows") {
		list, anys := []plainRow{}, []any{}
		for range rapid.IntRange(0, 4).Draw(t, "rows") {
			r, o := plainRow{}, map[string]any{}
			if given("id") {
				r.ID = flag()
				o["id"] = *r.ID
			}
			if given("kind") {
				r.Kind = text()
				o["kind"] = *r.Kind
			}
			list, anys = append(list, r), append(anys, o)
		}
		s.Rows, m["rows"] = &list, anys
	}
	o := map[string]any{}
	if given("level") {
		v := rapid.Int32Range(0, 3).Draw(t, "level")
		s.O.Level, o["level"] = &v, v
	}
	if given("ok") {
		s.O.OK = flag()
		o["ok"] = *s.O.OK
	}
	m["o"] = o
	return s, m
}

func marshalled(t require.TestingT, v any) string {
	text, err := json.Marshal(v)
	require.NoError(t, err)
	return string(text)
}

// agree compares full answers of the fast path and the plain one, their traces, and the verdict, for facts in one form.
func agree(t require.TestingT, fast, plain *classify.Classifier, facts banfa.Facts, told any) {
	ctx := context.Background()
	want, wantErr := plain.Classify(ctx, facts)
	got, gotErr := fast.Classify(ctx, facts)
	v := classify.Verdict{Rules: []string{"of the last"}, Review: true}
	verdictErr := fast.Verdict(ctx, facts, &v)
	require.Equal(t, wantErr, gotErr, "%v", told)
	require.Equal(t, wantErr, verdictErr, "%v", told)
	if wantErr != nil {
		return
	}
	require.Equal(t, marshalled(t, want), marshalled(t, got), "%v", told)
	require.Equal(t, want.Trace(""), got.Trace(""), "%v", told)
	require.Equal(t, []any{want.Outcome, want.Determined, want.Review}, []any{v.Outcome, v.Determined, v.Review}, "%v", told)
	require.Equal(t, want.Possible, v.Possible, "%v", told)
	require.Equal(t, ids(want.Rules), append([]string{}, v.Rules...), "%v", told)
}

func fastAndPlainAgree(t *rapid.T) {
	file := drawPlainFile(t)
	rules, err := banfa.Load(lawAnd(file))
	require.NoError(t, err, file)
	fast, err := classify.New(rules, classify.Clock(func() time.Time { return now }))
	require.NoError(t, err)
	plain := fast.Plain()
	bound, err := banfa.Bind[plainFacts](rules, "Classification/r")
	require.NoError(t, err)
	for range 4 {
		s, m := drawPlain(t)
		told := []any{file, m}
		agree(t, fast, plain, m, told)
		agree(t, fast, plain, bound.Facts(s), told)
		agree(t, fast, plain, banfa.JSON(marshalled(t, m)), told)
		var items []any
		for i := range rapid.IntRange(0, 3).Draw(t, "items") {
			_, item := drawPlain(t)
			item["name"] = fmt.Sprint(i)
			items = append(items, map[string]any(item))
		}
		m["items"] = items
		agree(t, fast, plain, m, told)
	}
}

func TestTheFastPathGivesTheAnswersOfThePlainOne(t *testing.T) { rapid.Check(t, fastAndPlainAgree) }

func FuzzTheFastPathGivesTheAnswersOfThePlainOne(f *testing.F) {
	f.Fuzz(rapid.MakeFuzz(fastAndPlainAgree))
}

func FuzzAVerdictOfJSONIsThatOfTheAnswer(f *testing.F) {
	file := head + factsOfPlain + "rules:\n" + `  - {id: r1, basis: 第二条, when: "s == 'x' && a || num > 3", outcome: closed}
  - {id: r2, basis: 第二条, when: "rows.exists(r, r.id && r.kind == 'x') || 'x' in tags", outcome: limited}
  - {id: r3, basis: 第二条, when: "e == 'p' || o.ok || !b", outcome: limited}
` + rest
	fast := classifier(f, file)
	require.True(f, fast.Quick())
	for _, text := range []string{
		`{"a":true,"s":"x","num":4,"tags":["x"],"rows":[{"id":true,"kind":"x"},{}],"e":"p","o":{"ok":true},"day":"2026-01-01","b":null,"name":"d"}`,
		`{"num":01}`, `{"num":-0}`, `{"num":1e0}`, `{"num":4.0}`, `{"s":"\u0078"}`, `{"s":"x","s":"x"}`, `{"tags":["x",null]}`, `{"items":[{"name":"i","a":true}]}`, "\xef\xbb\xbf{}", `{} x`,
	} {
		f.Add(text)
	}
	plain := fast.Plain()
	f.Fuzz(func(t *testing.T, text string) { agree(t, fast, plain, banfa.JSON(text), text) })
}

func TestAVerdictAllocatesNothing(t *testing.T) {
	rules := rulesOf(t, head+factsOfPlain+"rules:\n  - {id: r1, basis: 第二条, when: \"s == 'x' && rows.exists(r, r.id)\", outcome: closed}\n"+rest)
	c, err := classify.New(rules)
	require.NoError(t, err)
	type row struct {
		ID bool `banfa:"id"`
	}
	type facts struct {
		S    *string `banfa:"s"`
		Num  int     `banfa:"num"`
		Rows []row   `banfa:"rows"`
	}
	bound, err := banfa.Bind[facts](rules, "Classification/r")
	require.NoError(t, err)
	x := "x"
	s := &facts{S: &x, Rows: []row{{}, {ID: true}}}
	m := banfa.Map{"s": "x", "rows": []any{map[string]any{"id": true}}}
	text := banfa.JSON(`{"s": "x", "rows": [{"id": true}]}`)
	ctx := context.Background()
	var v classify.Verdict
	for name, once := range map[string]func() error{
		"map":  func() error { return c.Verdict(ctx, m, &v, classify.At(now)) },
		"JSON": func() error { return c.Verdict(ctx, text, &v, classify.At(now)) },
		"struct": func() error {
			return c.Verdict(ctx, bound.Facts(s), &v, classify.At(now))
		},
	} {
		require.NoError(t, once())
		require.Equal(t, "closed", v.Outcome)
		if !raceDetector {
			require.Zero(t, testing.AllocsPerRun(100, func() { _ = once() }), name) // the error was looked at above
		}
	}
}
