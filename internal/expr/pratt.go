package expr

import (
	"regexp"
	"strconv"
	"strings"
	"unicode/utf8"

	"cel.dev/cel-go/common"
	"cel.dev/cel-go/common/ast"
	"cel.dev/cel-go/parser"
)

// prattParse parses an expression with cel-go's Pratt parser, which cel.Env does not offer yet: its messages are better,
// its ranges are in runes throughout, and it is fast on hostile text. Macros stay calls, so that every node of the tree
// stands in the text.
func prattParse(text string, maxDepth int) (*ast.AST, []*common.Error) {
	p, err := parser.NewParser(parser.EnablePrattParser(true), parser.EnableOptionalSyntax(true),
		parser.ErrorRecoveryLimit(recoveryLimit), parser.MaxRecursionDepth(maxDepth))
	if err != nil {
		return nil, nil
	}
	tree, errs := p.Parse(common.NewTextSource(text))
	return tree, errs.GetErrors()
}

// checkText returns what keeps an expression from being parsed: its length, full-width punctuation, its syntax or its
// depth; nil where nothing does. It is to be asked before the environment compiles a text, whose own parser takes up to a
// second for a few thousand runes of garbage.
func checkText(text string, maxRunes, maxDepth int) []Issue {
	if n := utf8.RuneCountInString(text); n > maxRunes {
		return []Issue{{Code: "BF1012", Key: "cel.limit", Args: []string{limitSize, strconv.Itoa(maxRunes)}, End: n}}
	}
	return syntaxIssues(text, maxDepth)
}

func syntaxIssues(text string, maxDepth int) []Issue {
	if issues := scanFullWidth(text); len(issues) > 0 {
		return issues
	}
	_, errs := prattParse(text, maxDepth)
	if len(errs) == 0 {
		return nil
	}
	tokens := tokenize(text)
	if len(tokens) == 0 {
		return []Issue{{Code: "BF2000", Key: "cel.syntax.empty", End: len([]rune(text))}}
	}
	// One error leads to the next in any parser, so that only the first is a cause of its own.
	first := syntaxIssue(text, tokens, errs[0])
	if issues := slips(tokens); len(issues) > 0 && first.Code == "BF2000" && first.Key != "cel.syntax.reserved" {
		return issues
	}
	return []Issue{first}
}

// defaultDepth is cel-go's own limit of depth, for a text that it has parsed already.
const defaultDepth = 250

var (
	expectedMark = regexp.MustCompile(`(?:^expected|expecting) '([^'])'`)
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
		issue.Key, issue.Args = "cel.syntax.end", []string{clipped(last.text)}
		if m := expectedMark.FindStringSubmatch(message); m != nil {
			issue.Key, issue.Args = "cel.syntax.expected.end", []string{m[1]}
		}
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
		if open := unclosed(tokens[:i]); open >= 0 {
			issue.Key, issue.Args = "cel.syntax.expected", []string{closing(tokens[open].text), t.text}
		}
	default:
		issue.Key, issue.Args = "cel.syntax.unexpected", []string{shown}
		if m := expectedMark.FindStringSubmatch(message); m != nil {
			issue.Key, issue.Args = "cel.syntax.expected", []string{m[1], shown}
		}
	}
	return issue
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
