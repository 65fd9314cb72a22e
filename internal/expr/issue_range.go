package expr

import (
	"strings"

	"cel.dev/cel-go/common/ast"
)

// exprRange returns where the expression with an id stands in the text, from its first to the end of its last token, in
// runes. cel-go records a place only for one token of each expression, the operator or the opening bracket, and computes
// its end in bytes; so that the range is built here from the starts of the expression and of all that is in it. Brackets
// around an operand count; those around the whole do not.
func exprRange(text string, a *ast.AST, id int64) (start, end int) {
	r := newRanger(text, a.SourceInfo())
	if e := findExpr(a.Expr(), id); e != nil {
		if start, end, ok := r.of(e); ok {
			return start, end
		}
	}
	return 0, len([]rune(text))
}

// ranger finds the ranges of the expressions of one text.
type ranger struct {
	info   *ast.SourceInfo
	tokens []token
	pairs  []int
}

func newRanger(text string, info *ast.SourceInfo) ranger {
	tokens := tokenize(text)
	return ranger{info: info, tokens: tokens, pairs: brackets(tokens)}
}

// of returns the range of e, and false where none of it stands in the text.
func (r ranger) of(e ast.Expr) (start, end int, ok bool) {
	first, last := len(r.tokens), -1
	r.cover(e, &first, &last)
	if last < 0 {
		return 0, 0, false
	}
	first, last = r.complete(e, first, last)
	return r.tokens[first].start, r.tokens[last].end, true
}

// cover widens first and last to the tokens at which e and all that is in it are recorded.
func (r ranger) cover(e ast.Expr, first, last *int) {
	if i, ok := r.own(e); ok {
		*first, *last = min(*first, i), max(*last, i)
	}
	for _, child := range exprChildren(e) {
		r.cover(child, first, last)
	}
}

// own returns the token at which e is recorded.
func (r ranger) own(e ast.Expr) (int, bool) {
	offset, ok := r.info.GetOffsetRange(e.ID())
	if !ok || e.ID() == 0 {
		return 0, false
	}
	i := tokenAt(r.tokens, int(offset.Start))
	return i, i < len(r.tokens)
}

// complete adds what belongs to an expression and is not recorded: the name of a function, a selected field, the number
// behind a minus sign, and the other half of every bracket.
func (r ranger) complete(e ast.Expr, first, last int) (int, int) {
	own, ok := r.own(e)
	if ok {
		switch text := r.tokens[own].text; {
		case text == "." && own+1 < len(r.tokens): // a.field, a.?field
			next := own + 1
			if r.tokens[next].text == "?" && next+1 < len(r.tokens) {
				next++
			}
			last = max(last, next)
		case text == "-" && e.Kind() == ast.LiteralKind && own+1 < len(r.tokens):
			last = max(last, own+1)
		case text == "{" && e.Kind() == ast.StructKind:
			first = min(first, r.nameBefore(own, e.AsStruct().TypeName()))
		case text == "(" && first == own:
			first = r.nameBefore(own, functionName(e))
		}
	}
	for i := first; i <= last; i++ {
		if p := r.pairs[i]; p > last {
			last = p
		} else if p >= 0 && p < first {
			first = p
			i = first // what is in the bracket may hold halves of its own
		}
	}
	return first, last
}

// nameBefore returns the first token of the name, dotted or not, that stands in front of a bracket.
func (r ranger) nameBefore(bracket int, name string) int {
	isName := func(i int) bool { return i >= 0 && r.tokens[i].kind == tokenIdent }
	if !isName(bracket - 1) {
		return bracket
	}
	i := bracket - 1
	for range strings.Count(strings.TrimPrefix(name, "."), ".") {
		if i == 0 || r.tokens[i-1].text != "." || !isName(i-2) {
			break
		}
		i -= 2
	}
	if strings.HasPrefix(name, ".") && i > 0 && r.tokens[i-1].text == "." {
		i--
	}
	return i
}

func functionName(e ast.Expr) string {
	if e.Kind() == ast.CallKind && !e.AsCall().IsMemberFunction() {
		return e.AsCall().FunctionName()
	}
	return ""
}

// findExpr returns the expression with an id.
func findExpr(e ast.Expr, id int64) ast.Expr {
	if e.ID() == id {
		return e
	}
	for _, child := range exprChildren(e) {
		if found := findExpr(child, id); found != nil {
			return found
		}
	}
	return nil
}

// exprChildren returns the expressions that stand directly in e.
func exprChildren(e ast.Expr) []ast.Expr {
	switch e.Kind() {
	case ast.SelectKind:
		return []ast.Expr{e.AsSelect().Operand()}
	case ast.CallKind:
		c := e.AsCall()
		if c.IsMemberFunction() {
			return append([]ast.Expr{c.Target()}, c.Args()...)
		}
		return c.Args()
	case ast.ListKind:
		return e.AsList().Elements()
	case ast.MapKind:
		var out []ast.Expr
		for _, entry := range e.AsMap().Entries() {
			out = append(out, entry.AsMapEntry().Key(), entry.AsMapEntry().Value())
		}
		return out
	case ast.StructKind:
		var out []ast.Expr
		for _, field := range e.AsStruct().Fields() {
			out = append(out, field.AsStructField().Value())
		}
		return out
	case ast.ComprehensionKind:
		c := e.AsComprehension()
		return []ast.Expr{c.IterRange(), c.AccuInit(), c.LoopCondition(), c.LoopStep(), c.Result()}
	}
	return nil
}
