package expr

import (
	"errors"
	"regexp"
	"regexp/syntax"
	"strconv"
	"strings"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/ast"
	"cel.dev/cel-go/common/operators"
	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"
)

// strictValidator refuses, when an expression is compiled, what the type checker lets through and what could only fail
// when it runs. One walk does all of it, since it runs for each of ten thousand rules.
//
// It bears the name of cel-go's validator of regular expressions, which cel.RegexProgramSizeLimit installs along with the
// limit at run time, and so takes its place.
type strictValidator struct{}

// Name implements cel.ASTValidator.
func (strictValidator) Name() string { return "cel.validator.regex_program_size_limit" }

// Validate implements cel.ASTValidator.
func (strictValidator) Validate(_ *cel.Env, _ cel.ValidatorConfig, a *ast.AST, iss *cel.Issues) {
	w := strictWalk{ast: a, report: func(id int64, key string, args ...string) {
		iss.ReportErrorAtID(id, "%s", encodeOwn(key, args))
	}}
	w.walk(a.Expr(), 0, false)
}

type strictWalk struct {
	ast    *ast.AST
	report func(id int64, key string, args ...string)
}

// walk visits e, which stands in nesting comprehensions and, where formatted is set, in the arguments of format(), whose
// list may mix types.
func (w strictWalk) walk(e ast.Expr, nesting int, formatted bool) {
	switch e.Kind() {
	case ast.CallKind:
		c := e.AsCall()
		w.call(c)
		formatted = formatted || c.FunctionName() == "format" && c.IsMemberFunction()
	case ast.ListKind:
		if !formatted {
			w.list(e.AsList())
		}
	case ast.ComprehensionKind:
		w.comprehension(e, nesting, formatted)
		return
	}
	for _, part := range children(e) {
		w.walk(part, nesting, formatted)
	}
}

// comprehension counts how deep loops stand in each other. What a loop ranges over is worked out once, so that a chain
// of them (a.filter(…).map(…)) is no deeper than one; and a binding, which ranges over nothing, is no loop.
func (w strictWalk) comprehension(e ast.Expr, nesting int, formatted bool) {
	c := e.AsComprehension()
	for _, once := range []ast.Expr{c.IterRange(), c.AccuInit(), c.Result()} {
		w.walk(once, nesting, formatted)
	}
	if r := c.IterRange(); r.Kind() != ast.ListKind || r.AsList().Size() > 0 {
		if nesting++; nesting == comprehensionLimit+1 {
			w.report(e.ID(), "cel.limit", limitNesting, strconv.Itoa(comprehensionLimit))
		}
	}
	w.walk(c.LoopCondition(), nesting, formatted)
	w.walk(c.LoopStep(), nesting, formatted)
}

// list refuses a list of several types: a comparison with what stands in it could never be true for some of them.
func (w strictWalk) list(l ast.ListExpr) {
	var first *types.Type
	for i, x := range l.Elements() {
		t := w.ast.GetType(x.ID())
		if l.IsOptional(int32(i)) && len(t.Parameters()) == 1 {
			t = t.Parameters()[0]
		}
		switch {
		case first == nil:
			first = t
		case !first.IsEquivalentType(t):
			w.report(x.ID(), "cel.mixed", cel.FormatCELType(first), cel.FormatCELType(t))
			return
		}
	}
}

func (w strictWalk) call(c ast.CallExpr) {
	args := c.Args()
	name := c.FunctionName()
	switch name {
	case "matches":
		if c.IsMemberFunction() && len(args) == 1 {
			w.pattern(args[0])
		} else if len(args) == 2 {
			w.pattern(args[1])
		}
	case "regex.extract", "regex.extractAll", "regex.replace":
		if len(args) >= 2 {
			w.pattern(args[1])
		}
	case "date", "decimal", "timestamp", "duration":
		if len(args) == 1 {
			w.literal(name, args[0])
		}
	case "getFullYear", "getMonth", "getDate", "getDayOfMonth", "getDayOfWeek", "getDayOfYear", "getHours", "getMinutes",
		"getSeconds", "getMilliseconds":
		if c.IsMemberFunction() && len(args) == 1 {
			w.zone(args[0])
		}
	}
}

func (w strictWalk) literal(function string, arg ast.Expr) {
	text, ok := stringLiteral(arg)
	if !ok {
		return
	}
	var err error
	switch function {
	case "date":
		_, err = parseDate(text)
	case "decimal":
		_, err = parseDecimal(text)
	case "timestamp":
		err = asError(types.String(text).ConvertToType(types.TimestampType))
	case "duration":
		err = asError(types.String(text).ConvertToType(types.DurationType))
	}
	if err == nil {
		return
	}
	if fault := (*Fault)(nil); errors.As(err, &fault) && fault.Key == "cel.fault.decimal.digits" {
		w.report(arg.ID(), "cel.constant.digits", fault.Args...)
		return
	}
	w.report(arg.ID(), "cel.constant."+function, clipped(text))
}

func asError(v ref.Val) error {
	if err, ok := v.(*types.Err); ok {
		return err
	}
	return nil
}

// pattern checks a regular expression. One that is not constant must be a plain reference: cel-go works out such an
// argument twice when it watches the size of a regular expression, and the estimate has to know what that costs.
func (w strictWalk) pattern(arg ast.Expr) {
	text, ok := stringLiteral(arg)
	if !ok {
		if referenceCost(arg) == 0 {
			w.report(arg.ID(), "cel.constant.pattern")
		}
		return
	}
	if _, err := regexp.Compile(text); err != nil {
		reason := err.Error()
		if se := (*syntax.Error)(nil); errors.As(err, &se) {
			reason = se.Code.String()
		}
		w.report(arg.ID(), "cel.constant.regex", clipped(text), reason)
		return
	}
	if n, err := types.RegexProgramSize(text); err != nil || n > regexLimit {
		w.report(arg.ID(), "cel.limit", limitRegex, strconv.Itoa(regexLimit))
	}
}

// referenceCost is what it costs to work out a reference such as column.format or patterns[0], at most, and 0 for
// any other expression.
func referenceCost(e ast.Expr) uint64 {
	switch e.Kind() {
	case ast.IdentKind:
		return 1
	case ast.SelectKind:
		if s := e.AsSelect(); !s.IsTestOnly() {
			if n := referenceCost(s.Operand()); n > 0 {
				return n + 1
			}
		}
	case ast.CallKind:
		c := e.AsCall()
		if c.FunctionName() == operators.Index && c.Args()[1].Kind() == ast.LiteralKind {
			if n := referenceCost(c.Args()[0]); n > 0 {
				return n + 2
			}
		}
	}
	return 0
}

// zone checks the zone of timestamp.getHours(zone) and its like. The names of zones are read from the machine's files,
// which differ and can be missing; an offset means the same everywhere.
func (w strictWalk) zone(arg ast.Expr) {
	text, ok := stringLiteral(arg)
	switch {
	case !ok:
		w.report(arg.ID(), "cel.constant.zone.dynamic")
	case text != "UTC" && !zoneOffset.MatchString(text):
		w.report(arg.ID(), "cel.constant.zone", clipped(text))
	}
}

var zoneOffset = regexp.MustCompile(`^[+-]([01][0-9]|2[0-3]):[0-5][0-9]$`)

func stringLiteral(e ast.Expr) (string, bool) {
	if e.Kind() != ast.LiteralKind {
		return "", false
	}
	s, ok := e.AsLiteral().(types.String)
	return string(s), ok
}

// clipped shortens a text that an issue quotes.
func clipped(s string) string {
	const limit = 40
	if r := []rune(s); len(r) > limit {
		return string(r[:limit]) + "…"
	}
	return s
}

// ownPrefix marks a message of ours among cel-go's, which are plain text.
const ownPrefix = "banfa:"

// encodeOwn packs a key and its arguments into the one string that cel-go carries for an issue; decodeOwn unpacks it.
func encodeOwn(key string, args []string) string {
	var b strings.Builder
	b.WriteString(ownPrefix + key)
	for _, arg := range args {
		b.WriteByte(' ')
		b.WriteString(strconv.Quote(arg))
	}
	return b.String()
}

func decodeOwn(message string) (key string, args []string, ok bool) {
	rest, ok := strings.CutPrefix(message, ownPrefix)
	if !ok {
		return "", nil, false
	}
	key, rest, _ = strings.Cut(rest, " ")
	for rest != "" {
		quoted, err := strconv.QuotedPrefix(rest)
		if err != nil {
			return "", nil, false
		}
		arg, err := strconv.Unquote(quoted)
		if err != nil {
			return "", nil, false
		}
		args = append(args, arg)
		rest = strings.TrimPrefix(rest[len(quoted):], " ")
	}
	return key, args, true
}
