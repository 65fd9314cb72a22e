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
	first, last := r.cover(e)
	if last < 0 {
		return 0, 0, false
	}
	return r.tokens[first].start, r.tokens[last].end, true
}

// cover returns the first and the last token of e; last is -1 where there are none.
func (r ranger) cover(e ast.Expr) (first, last int) {
	first, last = len(r.tokens), -1
	for _, child := range children(e) {
		if f, l := r.cover(child); l >= 0 {
			first, last = min(first, f), max(last, l)
		}
	}
	if own, ok := r.own(e); ok {
		first, last = min(first, own), max(last, own)
		first, last = r.complete(e, own, first, last)
	}
	if last < 0 {
		return first, last
	}
	return r.balance(first, last)
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
// behind a minus sign.
func (r ranger) complete(e ast.Expr, own, first, last int) (int, int) {
	next := min(own+1, len(r.tokens)-1)
	switch text := r.tokens[own].text; {
	case text == ".": // a.field, a.?field, .name
		if r.tokens[next].text == "?" {
			next = min(next+1, len(r.tokens)-1)
		}
		last = max(last, next)
	case text == "-" && e.Kind() == ast.LiteralKind:
		last = max(last, next)
	case e.Kind() == ast.IdentKind && own > 0 && strings.HasPrefix(e.AsIdent(), ".") && r.tokens[own-1].text == ".":
		first = min(first, own-1)
	case text == "{" && e.Kind() == ast.StructKind:
		first = min(first, r.nameBefore(own, e.AsStruct().TypeName()))
	case text == "(" && first == own:
		first = r.nameBefore(own, functionName(e))
	}
	return first, last
}

// balance widens a range of tokens until it holds both halves of each of its brackets.
func (r ranger) balance(first, last int) (int, int) {
	for i := first; i <= last; i++ {
		if p := r.pairs[i]; p > last {
			last = p
		} else if p >= 0 && p < first {
			first, i = p, p // what is in the bracket may hold halves of its own
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
	for _, child := range children(e) {
		if found := findExpr(child, id); found != nil {
			return found
		}
	}
	return nil
}
