package expr

import (
	"regexp"
	"strconv"
	"strings"

	"cel.dev/cel-go/common"
	"cel.dev/cel-go/common/ast"
	"cel.dev/cel-go/parser"
)

// prattParse parses an expression with cel-go's Pratt parser, which cel.Env does not offer yet: its messages are better,
// its ranges are in runes throughout, and it is fast on hostile text. Macros stay calls, so that every node of the tree
// stands in the text.
func prattParse(text string) (*ast.AST, []*common.Error) {
	p, err := parser.NewParser(parser.EnablePrattParser(true), parser.EnableOptionalSyntax(true),
		parser.ErrorRecoveryLimit(4))
	if err != nil {
		return nil, nil
	}
	tree, errs := p.Parse(common.NewTextSource(text))
	return tree, errs.GetErrors()
}

// syntaxIssues returns what keeps an expression from being parsed, and nil where nothing does.
func syntaxIssues(text string) []Issue {
	if issues := scanFullWidth(text); len(issues) > 0 {
		return issues
	}
	_, errs := prattParse(text)
	if len(errs) == 0 {
		return nil
	}
	tokens := tokenize(text)
	if len(tokens) == 0 {
		return []Issue{{Code: "BF2000", Key: "cel.syntax.empty", End: len([]rune(text))}}
	}
	if issues := slips(tokens); len(issues) > 0 {
		return issues
	}
	// One error leads to the next in any parser, so that only the first is a cause of its own.
	return []Issue{syntaxIssue(text, tokens, errs[0])}
}

var (
	quotedName   = regexp.MustCompile(`'([^']*)'`)
	trailingInt  = regexp.MustCompile(`(\d+)\D*$`)
	escapeErrors = regexp.MustCompile(`^unable to unescape|^invalid unicode code point`)
)

func syntaxIssue(text string, tokens []token, e *common.Error) Issue {
	message := strings.TrimPrefix(e.Message, "Syntax error: ")
	if strings.HasPrefix(message, "expression recursion limit exceeded") {
		return limitIssue(text, limitDepth, trailingInt.FindStringSubmatch(message))
	}
	i := tokenAt(tokens, offsetOf(text, e.Location))
	issue := Issue{Code: "BF2000"}
	if i == len(tokens) { // the text ends too early
		last := tokens[len(tokens)-1]
		issue.Start, issue.End = last.start, last.end
		if open := unclosed(tokens); open >= 0 {
			t := tokens[open]
			issue.Key, issue.Args = "cel.syntax.unclosed", []string{t.text}
			issue.Start, issue.End = t.start, t.end
			return issue
		}
		issue.Key, issue.Args = "cel.syntax.end", []string{last.text}
		return issue
	}
	t := tokens[i]
	issue.Start, issue.End = t.start, t.end
	shown := clipped(t.text)
	switch {
	case strings.HasPrefix(message, "unterminated"):
		issue.Key, issue.Args = "cel.syntax.unterminated", []string{shown}
	case message == "unexpected character":
		issue.Key, issue.Args = "cel.syntax.character", []string{t.text, codePoint(t.text)}
	case strings.HasPrefix(message, "invalid ") && strings.HasSuffix(message, " literal"),
		strings.HasPrefix(message, "floating point literal"), strings.HasPrefix(message, "integral literal"):
		issue.Key, issue.Args = "cel.syntax.number", []string{shown}
	case strings.HasPrefix(message, "reserved identifier"):
		issue.Key, issue.Args = "cel.syntax.reserved", []string{shown}
	case escapeErrors.MatchString(message):
		issue.Key, issue.Args = "cel.syntax.escape", []string{shown}
	case (t.text == ")" || t.text == "]" || t.text == "}") && brackets(tokens)[i] < 0:
		issue.Key, issue.Args = "cel.syntax.unopened", []string{t.text}
	case strings.HasPrefix(message, "expected "), strings.HasPrefix(message, "mismatched input"):
		names := quotedName.FindAllStringSubmatch(message, -1)
		if len(names) == 0 {
			issue.Key, issue.Args = "cel.syntax.unexpected", []string{shown}
			break
		}
		issue.Key, issue.Args = "cel.syntax.expected", []string{names[len(names)-1][1], shown}
	default:
		issue.Key, issue.Args = "cel.syntax.unexpected", []string{shown}
	}
	return issue
}

// unclosed returns the index of the innermost bracket that is open when the text ends, or -1.
func unclosed(tokens []token) int {
	pairs := brackets(tokens)
	for i := len(tokens) - 1; i >= 0; i-- {
		if t := tokens[i]; pairs[i] < 0 && t.kind == tokenOp && (t.text == "(" || t.text == "[" || t.text == "{") {
			return i
		}
	}
	return -1
}

// codePoint writes a rune as U+XXXX, since it may not be visible.
func codePoint(s string) string {
	for _, r := range s {
		hex := strings.ToUpper(strconv.FormatInt(int64(r), 16))
		return "U+" + strings.Repeat("0", max(0, 4-len(hex))) + hex
	}
	return ""
}

// offsetOf turns cel-go's line and column, which are in runes, into an offset.
func offsetOf(text string, at common.Location) int {
	runes := []rune(text)
	if at == nil || at.Line() < 1 {
		return 0
	}
	start, line := 0, 1
	for i := 0; i < len(runes) && line < at.Line(); i++ {
		if runes[i] == '\n' {
			start, line = i+1, line+1
		}
	}
	return min(start+max(at.Column(), 0), len(runes))
}
