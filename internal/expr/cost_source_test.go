package expr

import (
	"strings"

	"pgregory.net/rapid"
)

// forms are the expressions of one type: leaves, and patterns in which a letter behind % stands for an expression of
// another type. Every function and operator that rules can use stands in one of them.
type forms struct{ leaves, patterns []string }

// grammar is keyed by those letters: b bool, n int, s string, d decimal, a date, t timestamp, O optional string, and L, I, D
// lists of string, int and decimal. X is a string and Y a bool in which the string x is bound.
var grammar = map[byte]forms{
	'b': {
		[]string{"b", "true", "false"},
		[]string{
			"(%b && %b)", "(%b || %b)", "!%b", "(%b ? %b : %b)", "(%s == %s)", "(%s != %s)", "(%s < %s)", "(%n <= %n)",
			"(%d == %d)", "(%d != %d)", "(%d > %d)", "(%d >= %d)", "(%a <= %a)", "(%a < %a)", "(%a == %a)", "(%t < %t)",
			"(%L == %L)", "(%D == %D)", "(%s in %L)", "(%d in %D)", "(%n in %I)", "(%s in m)", "%s.startsWith(%s)",
			"%s.endsWith(%s)", "%s.contains(%s)", `%s.matches('^\\d{17}[\\dXx]$')`, "%s.matches('a*b?')", "%s.matches(p)",
			"%s.matches(m.k)", "matches(%s, ls[0])", "%L.exists(x, %Y)", "%L.all(x, %Y)", "%L.exists_one(x, x != %s)",
			"%D.exists(z, z > %d)", "%L.exists(i, x, i < 3 && %Y)", "m.exists(x, %Y)", "m.all(k, v, k != v)", "%O.hasValue()",
			"%O.hasValue(%s)", "sets.contains(%L, %L)", "sets.equivalent(%I, %I)", "sets.intersects(%D, %D)", "%L.hasAny(%L)",
			"%L.hasAll(%L)", "%L.hasOnly(%L)", "%L.hasExactly(%L)", "%a.isWorkday()", "has(m.k)", "(type(%d) == type(%d))",
			"(%O == %O)", "(od.orValue(%d) == %d)", "bool('true')", "bool(%s)", "math.isNaN(f)", "(dyn(%d) == dyn(%n))",
		},
	},
	'n': {
		[]string{"n", "0", "1", "2", "7", "-3"},
		[]string{
			"(%n + %n)", "(%n - %n)", "(%n * %n)", "(%n / %n)", "(%n %% 5)", "-n", "size(%s)", "%s.size()", "size(%L)", "m.size()",
			"int(%d)", "int(%s)", "int(f)", "%a.year()", "%a.month()", "%a.day()", "%a.workdaysUntil(%a)", "%s.indexOf(%s)",
			"%s.lastIndexOf(%s)", "%s.indexOf(%s, 1)", "%t.getHours('+08:00')", "%t.getFullYear()", "(%b ? %n : %n)",
			"math.greatest(%n, %n)", "math.least(%I)", "%I[0]", "math.abs(%n)", "math.sign(%n)", "math.bitAnd(%n, %n)",
			"%I.first().orValue(%n)", "(%t - ts).getHours()",
		},
	},
	's': {
		[]string{"s", "t", "e", "''", "'a'", "'数据'", "'0123456789'"},
		[]string{
			"(%s + %s)", "string(%n)", "string(%d)", "string(%a)", "string(%b)", "string(%t)", "string(f)", "string(%s)",
			"(%b ? %s : %s)", "%s.substring(%n)", "%s.substring(1, 3)", "%s.charAt(%n)", "%s.replace(%s, %s)",
			"%s.replace('a', %s, 2)", "%s.lowerAscii()", "%s.upperAscii()", "%s.trim()", "%s.reverse()", "%L.join()", "%L.join(%s)",
			"m.k", "m['k']", "m[%s]", "%L[0]", "%O.orValue(%s)", "%O.value()", "regex.replace(%s, 'a+', %s)",
			"regex.replace(%s, p, 'x', 2)", "base64.encode(bytes(%s))", "string(base64.decode(base64.encode(bytes(%s))))",
			"strings.quote(%s)", "'%%s: %%d'.format([%s, %n])", "'%%s'.format([ls])", "string(bytes(%s))", "string(duration('90s'))",
			"%L.last().orValue(%s)", "m.?k.orValue(%s)", "%L[?1].orValue(%s)",
		},
	},
	'd': {
		[]string{"d", "decimal('0')", "decimal('12.30')", "decimal(7)"},
		[]string{
			"(%d + %d)", "(%d - %d)", "(%d * %d)", "(%d / %d)", "-d", "%d.round()", "round(%d)", "%d.roundTo(%d)", "decimal(s)",
			"decimal(%n)", "decimal(%d)", "(%b ? %d : %d)", "%D[0]", "od.orValue(%d)", "od.value()", "%D.first().orValue(%d)",
		},
	},
	'a': {
		[]string{"a", "date('2026-10-01')", "date(ts)"},
		[]string{
			"%a.addDays(%n)", "%a.addMonths(%n)", "%a.addYears(%n)", "%a.addWorkdays(%n)", "date(t)", "date(%t)", "date(%a)",
			"(%b ? %a : %a)", "[%a, %a][1]",
		},
	},
	't': {
		[]string{"ts", "timestamp('2026-01-02T03:04:05Z')", "(ts + duration('90m'))", "timestamp(t)"},
		[]string{"(%b ? %t : %t)", "(%t - duration('1s'))"},
	},
	'L': {
		[]string{"ls", "['a'].slice(0, 0)", "['a', 'bb']"},
		[]string{
			"[%s, %s]", "(%L + %L)", "%s.split(%s)", "%s.split(',', 2)", "%L.distinct()", "%L.sort()", "%L.reverse()",
			"%L.slice(0, 1)", "ll.flatten()", "[%L, %L].flatten()", "regex.extractAll(%s, p)", "regex.extractAll(%s, '[ab]')",
			"(%b ? %L : %L)", "ll[0]", "[?%O, %s]", "optional.unwrap([%O, %O])", "[%O].unwrapOpt()", "%L.sortBy(x, x.size())",
			"{'k': %s}.map(k, k)", "%L.transformMap(i, x, i > 0, x).map(k, string(k))",
			"%L.transformMapEntry(i, x, {x: i}).map(k, k)", "%L.map(x, %X)", "%L.filter(x, %Y)", "%L.map(x, %Y, %X)",
			"%L.transformList(i, x, %X)", "m.map(x, %X)", "m.transformList(i, x, %X)",
		},
	},
	'I': {
		[]string{"li", "[1, 2, 3]", "[0]"},
		[]string{
			"[%n, %n]", "(%I + %I)", "%I.map(y, y * 2)", "%I.filter(y, y > %n)", "lists.range(%n)", "lists.range(4)",
			"%L.map(x, x.size())", "%I.sort()", "%I.distinct()", "%I.slice(%n, 2)",
		},
	},
	'D': {
		[]string{"ld", "[decimal('1')]"},
		[]string{
			"[%d, %d]", "(%D + %D)", "%D.map(z, z + %d)", "%D.filter(z, z >= %d)", "%D.distinct()", "%D.reverse()",
		},
	},
	'O': {
		[]string{"os", "optional.ofNonZeroValue('')", "optional.of('zz')"},
		[]string{
			"optional.of(%s)", "m[?%s]", "m.?k", "%L[?%n]", "regex.extract(%s, '(a+)')", "regex.extract(%s, p)", "%L.first()",
			"%L.last()", "%O.or(%O)", "%O.optMap(x, x + %s)", "%O.optFlatMap(x, optional.of(x + x))",
			"optional.ofNonZeroValue(%s)", "(%b ? %O : %O)",
		},
	},
	'X': {
		[]string{"x", "'a'"},
		[]string{"(x + %s)", "%X.replace('a', x)", "string(x.size())"},
	},
	'Y': {
		[]string{"(x == s)", "x.startsWith('a')"},
		[]string{"(%X != %s)", "(%Y || %b)"},
	},
}

// drawSource draws an expression of the type of a letter.
func drawSource(t *rapid.T, letter byte, depth int) string {
	f := grammar[letter]
	if depth == 0 || rapid.IntRange(0, 9).Draw(t, "leaf") == 0 {
		return rapid.SampledFrom(f.leaves).Draw(t, string(letter))
	}
	pattern := rapid.SampledFrom(f.patterns).Draw(t, string(letter))
	return fill(pattern, func(letter byte) string { return drawSource(t, letter, depth-1) })
}

// fill replaces the letters of a pattern.
func fill(pattern string, with func(letter byte) string) string {
	var out strings.Builder
	for i := 0; i < len(pattern); i++ {
		switch {
		case pattern[i] != '%':
			out.WriteByte(pattern[i])
		case pattern[i+1] == '%':
			out.WriteByte('%')
			i++
		default:
			i++
			out.WriteString(with(pattern[i]))
		}
	}
	return out.String()
}
