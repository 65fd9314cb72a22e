package expr

import (
	"regexp"
	"strconv"
	"strings"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common"
	"cel.dev/cel-go/common/ast"
)

// translate turns what cel-go says about an expression that does not compile into issues: at most one per cause, in the
// order of the text. names are the names an expression may use, of facts and variables, of fields as fact.field, and of
// functions; the nearest of them is suggested for one that is not declared.
func translate(text string, iss *cel.Issues, names []string) []Issue {
	errs := iss.Errors()
	if len(errs) == 0 {
		return nil
	}
	for _, e := range errs { // limits come before the parser has seen the text
		if issue, ok := sizeIssue(text, e.Message); ok {
			return []Issue{issue}
		}
	}
	if issues := syntaxIssues(text, defaultDepth); len(issues) > 0 {
		return issues
	}
	tree, _ := prattParse(text, defaultDepth)
	if tree == nil {
		return []Issue{otherIssue(text, errs[0].Message)}
	}
	t := translation{
		text: text, runes: []rune(text), names: names, ranger: newRanger(text, tree.SourceInfo()),
		nodes: map[int][]ast.Expr{}, missing: map[string]bool{},
	}
	t.index(tree.Expr())
	for _, e := range errs {
		if m := notDeclared.FindStringSubmatch(e.Message); m != nil {
			t.missing[m[1]] = true
		}
	}
	var issues []Issue
	for _, e := range errs {
		issues = append(issues, t.issue(e))
	}
	return distinct(sortIssues(issues))
}

// resultTypeIssue says that an expression yields another type than the rule needs, such as a condition that is no bool.
func resultTypeIssue(want, got, text string) Issue {
	return Issue{Code: "BF2003", Key: "cel.result", Args: []string{want, got}, End: len([]rune(text))}
}

// costIssue says that an expression can cost more than a limit allows; a warning where the limit is only the one at run
// time, which the facts need not reach. The greatest cost there is stands for one that nothing bounds.
func costIssue(text string, estimate, limit uint64, warning bool) Issue {
	issue := Issue{
		Code: "BF2007", Key: "cel.cost", Args: []string{strconv.FormatUint(estimate, 10), strconv.FormatUint(limit, 10)},
		End: len([]rune(text)), Warning: warning,
	}
	if estimate == ^uint64(0) {
		issue.Key, issue.Args = "cel.cost.unbounded", []string{strconv.FormatUint(limit, 10)}
	}
	return issue
}

// limitIssue names a limit of the text itself. found is the match of the number that cel-go wrote.
func limitIssue(text, limit string, found []string) Issue {
	issue := Issue{Code: "BF1012", Key: "cel.limit.over", Args: []string{limit}, End: len([]rune(text))}
	if len(found) == 2 {
		issue.Key, issue.Args = "cel.limit", append(issue.Args, found[1])
	}
	return issue
}

func otherIssue(text, message string) Issue {
	return Issue{Code: "BF2002", Key: "cel.other", Args: []string{message}, End: len([]rune(text))}
}

// sizeIssue explains the limits that cel-go reports without a place.
func sizeIssue(text, message string) (Issue, bool) {
	number := trailingInt.FindStringSubmatch(message)
	switch {
	case strings.Contains(message, "code point size exceeds limit"), strings.Contains(message, "size exceeds limit: size"):
		return limitIssue(text, limitSize, number), true
	case strings.HasPrefix(message, "expression recursion limit exceeded"), strings.Contains(message, "max recursion depth"):
		return limitIssue(text, limitDepth, number), true
	case strings.HasPrefix(message, "expression node count exceeds"):
		return limitIssue(text, limitNodes, number), true
	case strings.HasPrefix(message, "expression count exceeds limit of"):
		return limitIssue(text, limitNodes, []string{"", strconv.Itoa(nodeLimit)}), true
	}
	return Issue{}, false
}

// translation is the work on one expression that parses and does not check.
type translation struct {
	ranger
	text    string
	runes   []rune
	names   []string
	nodes   map[int][]ast.Expr // by the token at which they are recorded
	missing map[string]bool    // the names that are not declared
}

func (t *translation) index(e ast.Expr) {
	if i, ok := t.own(e); ok {
		t.nodes[i] = append(t.nodes[i], e)
	}
	for _, child := range children(e) {
		t.index(child)
	}
}

// The shapes of cel-go's messages. The golden test holds one of each, so that an upgrade that words one differently shows.
var (
	notDeclared   = regexp.MustCompile(`^undeclared reference to '([^']*)'(?: \(in container '[^']*'\))?(?: \(did you mean '([^']*)'(?: or '[^']*')?\?\))?`)
	noOverload    = regexp.MustCompile(`(?s)^found no matching overload for '([^']*)' applied to '(.*)'$`)
	typeExpected  = regexp.MustCompile(`^expected type '(.*)' but found '(.*)'$`)
	noField       = regexp.MustCompile(`^undefined field '(.*)'$`)
	noSelection   = regexp.MustCompile(`^type '(.*)' does not support field selection$`)
	noRange       = regexp.MustCompile(`^expression of type '(.*)' cannot be range of a comprehension`)
	notAType      = regexp.MustCompile(`^'(.*)' is not a (?:message )?type`)
	badFormatCall = regexp.MustCompile(`format|argument count|clause`)
)

func (t *translation) issue(e *common.Error) Issue {
	at := tokenAt(t.tokens, offsetOf(t.text, e.Location))
	if at >= len(t.tokens) {
		at = len(t.tokens) - 1
	}
	node := t.nodeAt(at)
	start, end := t.span(node, at)
	place := func(code, key string, args ...string) Issue {
		return Issue{Code: code, Key: key, Args: args, Start: start, End: end}
	}
	if key, args, ok := decodeOwn(e.Message); ok {
		return t.ownFix(place(ownCode(key), key, args...))
	}
	if m := notDeclared.FindStringSubmatch(e.Message); m != nil {
		return t.undeclared(at, node, m[1], m[2], place)
	}
	if m := noOverload.FindStringSubmatch(e.Message); m != nil {
		return t.overload(node, m[1], m[2], place)
	}
	if m := typeExpected.FindStringSubmatch(e.Message); m != nil {
		if isOptionalName(m[2]) {
			return place("BF2002", "cel.optional", m[2])
		}
		return place("BF2002", "cel.expected", m[1], m[2])
	}
	if m := noField.FindStringSubmatch(e.Message); m != nil {
		return t.field(at, m[1], place)
	}
	if m := noSelection.FindStringSubmatch(e.Message); m != nil {
		return t.selection(node, m[1], place)
	}
	if m := noRange.FindStringSubmatch(e.Message); m != nil {
		return place("BF2002", "cel.range", m[1])
	}
	if m := notAType.FindStringSubmatch(e.Message); m != nil {
		return place("BF2001", "cel.type", m[1])
	}
	switch {
	case e.Message == "argument is not an identifier", e.Message == "argument must be a simple name",
		strings.HasSuffix(e.Message, "must be a simple identifier"):
		return place("BF2000", "cel.macro.variable")
	case e.Message == "invalid argument to has() macro":
		return place("BF2000", "cel.macro.has")
	case badFormatCall.MatchString(e.Message):
		return place("BF2009", "cel.constant.format", e.Message)
	}
	return place("BF2002", "cel.other", e.Message)
}

// nodeAt returns the expression recorded at a token.
func (t *translation) nodeAt(at int) ast.Expr {
	if nodes := t.nodes[at]; len(nodes) > 0 {
		return nodes[0]
	}
	return nil
}

// span is the range of a node, or of the token alone where there is no node.
func (t *translation) span(node ast.Expr, at int) (start, end int) {
	if node != nil {
		if start, end, ok := t.of(node); ok {
			return start, end
		}
	}
	return t.tokens[at].start, t.tokens[at].end
}

func (t *translation) source(start, end int) string { return string(t.runes[start:end]) }

func (t *translation) sourceOf(e ast.Expr) string {
	start, end, ok := t.of(e)
	if !ok {
		return ""
	}
	return t.source(start, end)
}

func ownCode(key string) string {
	switch {
	case key == "cel.limit":
		return "BF1012"
	case strings.HasPrefix(key, "cel.constant."):
		return "BF2009"
	}
	return "BF2002"
}

// ownFix adds the fix that one of our own checks can have.
func (t *translation) ownFix(issue Issue) Issue {
	if issue.Key != "cel.constant.zone" || len(issue.Args) == 0 {
		return issue
	}
	switch issue.Args[0] {
	case "Asia/Shanghai", "Asia/Chongqing", "Asia/Harbin", "PRC", "CST": // UTC+8 all year since 1991-09-15
		issue.Fix = "'+08:00'"
	case "GMT", "Z", "Etc/UTC":
		issue.Fix = "'UTC'"
	}
	return issue
}

// macroNames are the macros; cel-go takes one with the wrong number of arguments for a function that is not declared.
var macroNames = map[string]bool{
	"has": true, "all": true, "exists": true, "exists_one": true, "existsOne": true, "map": true, "filter": true, "sortBy": true,
	"transformList": true, "transformMap": true, "transformMapEntry": true, "optMap": true, "optFlatMap": true,
}

// undeclared says that a name is not declared. It covers the name alone, not the call or the selections on it; the name of a
// method covers what it is called on too, where that is not declared either, since they may be one name (math.greatest).
func (t *translation) undeclared(at int, node ast.Expr, name, suggestion string, place func(code, key string, args ...string) Issue) Issue {
	first, last := at, at
	switch t.tokens[at].text {
	case "(":
		if macroNames[name] {
			return place("BF2000", "cel.macro.arguments", name)
		}
		first, last = t.nameBefore(at, name), at-1
		if node != nil && node.Kind() == ast.CallKind && node.AsCall().IsMemberFunction() {
			target := node.AsCall().Target()
			if target.Kind() == ast.IdentKind && t.missing[target.AsIdent()] {
				name = target.AsIdent() + "." + name
				first, _ = t.own(target)
			}
		}
	case "{":
		first, last = t.nameBefore(at, name), at-1
	case ".":
		last = min(at+1, len(t.tokens)-1)
		if start, end, ok := t.of(node); ok && node.Kind() == ast.SelectKind {
			return t.undeclaredName(name, suggestion, start, end)
		}
	}
	return t.undeclaredName(name, suggestion, t.tokens[first].start, t.tokens[max(first, last)].end)
}

func (t *translation) undeclaredName(name, suggestion string, start, end int) Issue {
	issue := Issue{Code: "BF2001", Key: "cel.undeclared", Args: []string{name}, Start: start, End: end}
	switch word := strings.ToLower(name); word {
	case "true", "false", "null":
		suggestion = word
	case "not":
		return Issue{Code: "BF2000", Key: "cel.operator", Args: []string{name, "!"}, Start: start, End: end, Fix: "!"}
	default:
		if near := Nearest(name, t.names); near != "" {
			suggestion = near
		}
	}
	if suggestion != "" {
		issue.Key, issue.Args, issue.Fix = "cel.undeclared.near", []string{name, suggestion}, suggestion
	}
	return issue
}

// properties are the methods without arguments that are easily taken for fields.
var properties = map[string]bool{
	"size": true, "year": true, "month": true, "day": true, "isWorkday": true, "trim": true, "round": true, "first": true,
	"last": true, "value": true, "hasValue": true, "lowerAscii": true, "upperAscii": true, "reverse": true, "distinct": true,
}

// selection says that a type has no fields.
func (t *translation) selection(node ast.Expr, typeName string, place func(code, key string, args ...string) Issue) Issue {
	if node == nil || node.Kind() != ast.SelectKind {
		return place("BF2002", "cel.selection", typeName, "")
	}
	field := node.AsSelect().FieldName()
	issue := place("BF2002", "cel.selection", typeName, field)
	if properties[field] {
		issue.Key, issue.Fix = "cel.selection.method", t.source(issue.Start, issue.End)+"()"
	}
	return issue
}

// field says that an object has no such field; the fields are those of the names written as fact.field.
func (t *translation) field(at int, name string, place func(code, key string, args ...string) Issue) Issue {
	issue := place("BF2001", "cel.field", name)
	for i := at; i < min(at+3, len(t.tokens)); i++ {
		if t.tokens[i].text == name {
			issue.Start, issue.End = t.tokens[i].start, t.tokens[i].end
			break
		}
	}
	var fields []string
	for _, n := range t.names {
		if i := strings.LastIndexByte(n, '.'); i >= 0 {
			fields = append(fields, n[i+1:])
		}
	}
	if near := Nearest(name, fields); near != "" {
		issue.Key, issue.Args, issue.Fix = "cel.field.near", []string{name, near}, near
	}
	return issue
}

// distinct drops what has the same cause as an issue before it: the same place, the same undeclared name, or an operand
// that is only wrong because something in it is.
func distinct(issues []Issue) []Issue {
	var out []Issue
	for _, issue := range issues {
		if len(out) >= issueLimit {
			break
		}
		if !repeats(out, issue, len(issues)) {
			out = append(out, issue)
		}
	}
	return out
}

func repeats(seen []Issue, issue Issue, total int) bool {
	for _, arg := range issue.Args {
		if total > 1 && strings.Contains(arg, "!error!") {
			return true
		}
	}
	for _, s := range seen {
		if s.Start == issue.Start && s.End == issue.End {
			return true
		}
		inside := s.Start <= issue.Start && issue.End <= s.End
		switch {
		case s.Key == "cel.macro.arguments" && inside, s.Code == "BF2001" && issue.Code == s.Code && inside:
			return true
		case s.Code == "BF2001" && issue.Code == s.Code && s.Key == issue.Key && s.Args[0] == issue.Args[0]:
			return true
		}
	}
	return false
}
