package desensitize

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/banfa-go/banfa"
	"github.com/banfa-go/banfa/internal/deid"
)

// The columns of the policies of these tests: one of each type, and a second text.
var lowerTypes = []struct{ name, typ, semantic string }{
	{"s", "string", ""},
	{"m", "string", "cn.mobile"},
	{"i", "int", ""},
	{"d", "decimal", ""},
	{"b", "date", ""},
	{"t", "timestamp", ""},
	{"f", "double", ""},
	{"o", "bool", ""},
}

// lowerLaw is a small law: to load the pack for each policy would take most of the time.
const lowerLaw = `apiVersion: banfa/v1
kind: Instrument
metadata: {name: example, title: 示例办法, status: in-force, issuer: 示例}
articles:
  - {n: 36, title: 脱敏, paragraphs: [0]}
`

// lowerName is the name of the k-th column of a type; the first has the name that expressions know.
func lowerName(column string, k int) string {
	if k == 0 {
		return column
	}
	return fmt.Sprintf("%s%d", column, k)
}

// lowerPolicy makes a policy with a column for each transform and one condition on rows. To load one costs more than to run it over thousands of
// rows, so that it has many columns.
func lowerPolicy(apply map[string][]string, when string) string {
	var b strings.Builder
	b.WriteString(`apiVersion: banfa/v1
kind: Desensitization
metadata: {name: random, title: 随机, status: draft, owner: 测试}
instrument: example
keys: [k]
parameters:
  step: {value: 7, set_by: 测试, why: 测试}
waivers: [{code: BF2006, why: 测试, by: 测试}, {code: BF2005, why: 测试, by: 测试}]
columns:
`)
	for _, c := range lowerTypes {
		for k := range apply[c.name] {
			semantic := c.semantic
			if semantic == "" {
				semantic = "text"
			}
			name := lowerName(c.name, k)
			fmt.Fprintf(&b, "  %q: {label: %s列, type: %s, class: plain, semantic: %s}\n", name, name, c.typ, semantic)
		}
	}
	b.WriteString("rules:\n")
	for _, c := range lowerTypes {
		for k, x := range apply[c.name] {
			name := lowerName(c.name, k)
			fmt.Fprintf(&b, "  - id: r-%s\n    basis: 第三十六条\n    where: column.name == '%s'\n    apply: |\n      %s\n", name, name, x)
		}
	}
	if when != "" {
		fmt.Fprintf(&b, "rows:\n  - id: rows\n    basis: 第三十六条\n    when: |\n      %s\n    drop: true\n", when)
	}
	return b.String()
}

// lowerGen writes random expressions.
type lowerGen struct{ *rapid.T }

func (g lowerGen) pick(what string, from ...string) string {
	return rapid.SampledFrom(from).Draw(g.T, what)
}

// all writes several transforms for each type.
func (g lowerGen) all(depth int) map[string][]string {
	apply := map[string][]string{}
	for _, c := range lowerTypes {
		for range 5 {
			apply[c.name] = append(apply[c.name], g.result(c.name, depth))
		}
	}
	return apply
}

func lowerOrder(p *Policy) []int {
	order := make([]int, len(p.spec.Columns))
	for i := range order {
		order[i] = i
	}
	return order
}

// result writes what may stand where a cell is made of a column.
func (g lowerGen) result(column string, depth int) string {
	if depth > 0 && rapid.IntRange(0, 2).Draw(g.T, "shape") == 0 {
		return fmt.Sprintf("(%s ? %s : %s)", g.cond(column, depth-1), g.result(column, depth-1), g.result(column, depth-1))
	}
	common := []string{"keep()", "suppress()", "replace('z')", "'文'", "row.s", "row.m", "'a' + 'b'", "string(params.step)", "value"}
	texts := []string{
		"value.mask(1, 1)", "value.mask(0, 0)", "value.mask(3, 4) + '|' + value", "value.pseudonym('k')",
		"value.pseudonym('k', {'hash': 'sha256', 'encoding': 'base32'})", "value.truncate(2)", "value.encrypt('k')", "value + row.s",
		"value.mask(1, 0).mask(1, 1)", "row.s.mask(1, 1)", "value.trim()", "value.replace('1', '2')", "value.upperAscii().mask(1, 1)",
	}
	numbers := []string{
		"value.band([decimal('5'), decimal('10.5')])", "value.topCode(decimal('90'))", "value.bottomCode(decimal('18'), '少')",
		"value.pseudonym('k')", "string(value)",
	}
	days := []string{
		"value.truncate('year')", "value.truncate('decade')", "value.truncate('month')", "value.shift('k', 30)", "value.shift('k', 30, row.s)",
		"value.shift('k', 30, row.m + row.s)", "value.pseudonym('k')",
	}
	switch column {
	case "s":
		common = append(common, texts...)
	case "m":
		common = append(append(common, texts...), "value.mask()")
	case "i":
		common = append(append(common, numbers...), "value + 1")
	case "d":
		common = append(append(common, numbers...), "value.roundTo(decimal('5'))", "value.roundTo(decimal('0.25'))", "value * decimal('2')", "value.round()",
			"value.noise('k', {'kind': 'laplace', 'epsilon': '1', 'min': '0', 'max': '100'})")
	case "b":
		common = append(append(common, days...), "value.addDays(1)", "string(value.year())")
	case "t":
		common = append(append(common, days...), "value.truncate('hour')", "date(value)")
	}
	return g.pick("leaf", common...)
}

// cond writes a condition on a column and its row.
func (g lowerGen) cond(column string, depth int) string {
	if depth > 0 {
		switch rapid.IntRange(0, 4).Draw(g.T, "junction") {
		case 0:
			return fmt.Sprintf("(%s && %s)", g.cond(column, depth-1), g.cond(column, depth-1))
		case 1:
			return fmt.Sprintf("(%s || %s)", g.cond(column, depth-1), g.cond(column, depth-1))
		case 2:
			return "!" + g.cond(column, 0)
		}
	}
	op := g.pick("op", "<", "<=", ">", ">=", "==", "!=")
	of := map[string][]string{
		"s": {"value", "row.s", "row.m", "'a'", "'13812345678'", "''", "'王'"},
		"i": {"value", "row.i", "0", "12", "params.step", "9223372036854775807"},
		"d": {"value", "row.d", "decimal('5')", "decimal('12.5')", "decimal('0.000000000000000000000001')", "decimal(params.step)"},
		"b": {"value", "row.b", "date('1988-05-06')", "date(now)", "date(now).addYears(-14)"},
		"t": {"value", "row.t", "now", "timestamp('2026-10-01T00:00:00Z')"},
	}
	of["m"] = of["s"]
	kind := column
	if kind == "f" || kind == "o" || column == "" || rapid.IntRange(0, 2).Draw(g.T, "other") == 0 {
		kind = g.pick("kind", "s", "i", "d", "b", "t")
	}
	var sides []string
	for _, s := range of[kind] {
		if s != "value" || kind == column || kind == "s" && column == "m" {
			sides = append(sides, s)
		}
	}
	plain := fmt.Sprintf("(%s %s %s)", g.pick("left", sides...), op, g.pick("right", sides...))
	more := []string{
		plain, plain, plain, plain, "(row.b.year() > 1990)", "(size(row.s) > 2)", "(row.s in ['a', '13812345678', '王小明'])", "row.s.startsWith('1')",
		"row.m.endsWith('8')", "row.s.contains('8')", "row.m.isMobile()", "row.s.isResidentId()", "true", "(now < timestamp('2030-01-01T00:00:00Z'))",
		"(row.i in [1, 12])", "row.s.matches('^[0-9]+$')", "(row.f > 1.5)", "row.o", "(row.b.month() == 5 || row.b.day() == 6)",
		"(1 / row.i > 0)", "[row.s].exists(x, x == 'a')",
	}
	if column == "s" || column == "m" {
		more = append(more, "value.isMobile()", "value.isPlate()", "(value.size() >= 4)", "(value.mask(1, 1) == '1*1')", "value.isPersonName()")
	}
	return g.pick("cond", more...)
}

// lowerTexts are cells on both sides of every edge.
var lowerTexts = []string{
	"", "a", "13812345678", "１３８１２３４５６７８", " 13812345678", "138123", "王小明", "粤B12345", "\xff\xfe", "a\x00b", "12", "-12", "+12", "012", "0",
	"-0", "12.50", "-0.5", ".5", "5.", "1e3", "1e400", "12.5.1", "--1", "9223372036854775807", "9223372036854775808", "-9223372036854775808",
	"999999999999999999", "1000000000000000000", "0.000000000000000001", "123456789012345678901234567890", "0.1234567890123456789",
	"1988-05-06", "1988-5-6", "1988/05/06", "19880506", "1988年5月6日", "0000-01-01", "0001-01-01", "9999-12-31", "2026-02-30", "2024-02-29",
	"2026-10-01T09:12:33+08:00", "2026-10-01T09:12:33Z", "2026-10-01 09:12:33", "2026-10-01 09:12", "2026-10-01T09:12:33.123456789+08:00",
	"2026-10-01T24:00:00Z", "0001-01-01T00:00:00+08:00", "9999-12-31T23:59:59-08:00", "2026-10-01T09:12:60Z", "true", "FALSE", "是", "1", "NaN", "Inf",
	"440305198805061234", strings.Repeat("长", 3000), "a,b\"c\r\nd",
}

// lowerSame runs rows through the native plans and through the interpreter.
func lowerSame(t require.TestingT, native, interpreted *Policy, rows []map[string]string) {
	for _, row := range rows {
		a, errA := native.Row(row, noon)
		b, errB := interpreted.Row(row, noon)
		require.Equal(t, errB, errA)
		require.Equal(t, b, a, "the interpreter and the plan, row %q", row)
	}
}

// lowerPasses makes sure that no malformed value comes out of any transform.
func lowerPasses(t *rapid.T, p *Policy, row map[string]string) {
	r, err := p.Row(row, noon)
	require.NoError(t, err)
	for i := range p.spec.Columns {
		c := &p.spec.Columns[i]
		_, bad := deid.Canonical(nil, deid.Type(c.Kind.String()), []byte(row[c.Name]))
		if bad != nil && row[c.Name] != "" && r.Columns[c.Name] != nil {
			t.Fatalf("column %s (%s) under %s lets %q out as %q", c.Name, c.Kind, c.Plan.Expr.Text, row[c.Name], *r.Columns[c.Name])
		}
	}
}

func lowerRows(t *rapid.T, p *Policy, n int) []map[string]string {
	text := rapid.OneOf(rapid.SampledFrom(lowerTexts), rapid.SampledFrom(lowerTexts), rapid.String())
	rows := make([]map[string]string, n)
	for i := range rows {
		rows[i] = map[string]string{}
		for _, c := range p.spec.Columns {
			rows[i][c.Name] = text.Draw(t, "cell")
		}
	}
	return rows
}

// lowerPair loads a policy for the plans and for the interpreter; nil where it does not load.
func lowerPair(text string) (native, interpreted *Policy, err error) {
	rules, err := banfa.Load(fstest.MapFS{"policy.yaml": {Data: []byte(text)}, "law.yaml": {Data: []byte(lowerLaw)}})
	if err != nil {
		return nil, nil, err
	}
	keys := Keys(map[string][]byte{"k": testKey("k")})
	if native, err = New(rules, keys); err != nil {
		return nil, nil, err
	}
	interpreted, err = New(rules, keys, Interpret())
	return native, interpreted, err
}

// Beside that both make the same, neither lets a malformed value out.
func TestThePlanAndTheInterpreterMakeTheSameCells(t *testing.T) {
	lowered, whole := 0, 0
	rapid.Check(t, func(t *rapid.T) {
		g := lowerGen{t}
		apply := g.all(2)
		native, interpreted, err := lowerPair(lowerPolicy(apply, g.cond("", 2)))
		var ds *banfa.Diagnostics
		if errors.As(err, &ds) {
			t.Fatalf("the generator writes what does not load: %v", err)
		}
		require.NoError(t, err)
		plan, err := native.newPlan(lowerOrder(native), noon)
		require.NoError(t, err)
		for _, c := range plan.columns {
			whole++
			if c.native != nil {
				lowered++
			}
		}
		rows := lowerRows(t, native, 12)
		lowerSame(t, native, interpreted, rows)
		for _, row := range rows {
			lowerPasses(t, native, row)
		}
	})
	assert.Greater(t, lowered*2, whole, "most of what is compared has a native plan: otherwise the interpreter is compared with itself")
}

func TestEveryTransformOfAValueHasAPlan(t *testing.T) {
	cases := map[string][]string{
		"s": {
			"keep()", "suppress()", "replace('z')", "value.mask(1, 1)", "value.pseudonym('k')", "value.truncate(2)", "value.encrypt('k')", "'文'", "row.m",
			"value == 'a' ? keep() : suppress()", "value.isMobile() ? value.mask(3, 4) : value.startsWith('王') ? '王*' : suppress()",
			"value in ['a', 'b'] ? value : '其他'", "value.mask(1, 0) + '/' + row.m", "row.b > date(now).addYears(-14) ? suppress() : keep()",
		},
		"i": {"value.band([decimal('5'), decimal('10')])", "value < 10 ? '<10' : keep()", "value.topCode(decimal('90'))"},
		"d": {
			"value < decimal('5') ? '<5' : value.roundTo(decimal('5'))", "value.roundTo(decimal(params.step))", "value.topCode(decimal('90'))",
			"value.noise('k', {'kind': 'gaussian', 'sigma': '2', 'min': '0', 'max': '10'})",
		},
		"b": {"value.truncate('year')", "value.shift('k', 30, row.s)", "value.year() < 1990 ? '1990 前' : value.truncate('year')"},
		"t": {"value.truncate('hour')", "value < now ? value.truncate('day') : suppress()"},
	}
	for _, c := range lowerTypes {
		if cases[c.name] == nil {
			cases[c.name] = []string{"suppress()"}
		}
	}
	native, interpreted, err := lowerPair(lowerPolicy(cases, "row.b > date(now).addYears(-14) || row.d < decimal('0')"))
	require.NoError(t, err)
	plan, err := native.newPlan(lowerOrder(native), noon)
	require.NoError(t, err)
	assert.NotNil(t, plan.rows[0].native)
	for _, x := range plan.columns {
		c := native.spec.Columns[native.spec.Column(x.name)]
		assert.NotNil(t, x.native, "left to the interpreter: %s", c.Plan.Expr.Text)
	}
	for _, text := range lowerTexts {
		for _, other := range []string{"", "a", "13812345678"} {
			all, some := map[string]string{}, map[string]string{}
			for _, c := range native.spec.Columns {
				all[c.Name], some[c.Name] = text, text
			}
			all["b"], all["d"], all["m"] = "1988-05-06", "1", other
			some["b"], some["d"], some["s"] = "1988-05-06", "1", other
			lowerSame(t, native, interpreted, []map[string]string{all, some})
		}
	}
}

// FuzzThePlanAndTheInterpreterMakeTheSameCells lets the fuzzer write the transform and the cells.
func FuzzThePlanAndTheInterpreterMakeTheSameCells(f *testing.F) {
	for _, apply := range []string{
		"value.mask(1, 1)", "value < 'b' ? keep() : suppress()", "value.isMobile() && row.i > 3 ? value.pseudonym('k') : row.m", "value + row.m",
		"row.d.roundTo(decimal('5'))", "value in ['a'] || row.b.year() == 1988 ? '甲' : '乙'",
	} {
		f.Add(apply, "13812345678", "12", "1988-05-06")
	}
	f.Fuzz(func(t *testing.T, apply, s, i, b string) {
		if strings.ContainsAny(apply, "\n\r") || len(apply) > 200 {
			t.Skip("one line of a policy")
		}
		all := map[string][]string{}
		for _, c := range lowerTypes {
			all[c.name] = []string{"suppress()"}
		}
		all["s"] = []string{apply}
		native, interpreted, err := lowerPair(lowerPolicy(all, ""))
		if err != nil {
			t.Skip("no policy")
		}
		lowerSame(t, native, interpreted, []map[string]string{{"s": s, "m": i, "i": i, "d": i, "b": b, "t": b}})
	})
}
