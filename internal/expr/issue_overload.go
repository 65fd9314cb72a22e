package expr

import (
	"strings"

	"cel.dev/cel-go/common/ast"
	"cel.dev/cel-go/common/operators"
)

// overload explains "found no matching overload". Operators have messages of their own, and an operand that is a literal
// of the wrong kind, such as 5 where a decimal is needed, gets a fix.
func (t *translation) overload(
	node ast.Expr, function, signature string, place func(code, key string, args ...string) Issue,
) Issue {
	target, args := splitSignature(signature)
	operator, isOperator := operators.FindReverse(function)
	for _, operand := range append([]string{target}, args...) {
		if isOptionalName(operand) {
			return place("BF2002", "cel.optional", operand)
		}
	}
	switch {
	case function == operators.Conditional && len(args) == 3:
		if args[0] != "bool" {
			return t.at(node, 0, place("BF2003", "cel.result", "bool", args[0]))
		}
		return place("BF2002", "cel.branches", args[1], args[2])
	case function == operators.Index || function == operators.OptIndex:
		if len(args) == 2 {
			return place("BF2002", "cel.index", args[0], args[1])
		}
	case isOperator && len(args) == 2:
		if issue, ok := t.literalOperand(node, operator, args, place); ok {
			return issue
		}
		return place("BF2002", "cel.operands", operator, args[0], args[1])
	case isOperator && len(args) == 1:
		return place("BF2002", "cel.operand", operator, args[0])
	case function == "decimal" && target == "" && len(args) == 1 && args[0] == "double":
		issue := place("BF2002", "cel.decimal.double")
		if literal := t.literalArgument(node); literal != "" {
			issue.Fix = "decimal('" + literal + "')"
		}
		return issue
	}
	if target != "" {
		return place("BF2002", "cel.method", function, target, strings.Join(args, ", "))
	}
	return place("BF2002", "cel.call", function, strings.Join(args, ", "))
}

// isOptionalName tells the name of the type of a value that may be absent.
func isOptionalName(name string) bool { return strings.HasPrefix(name, "optional_type(") }

// at moves an issue to the nth operand of a call.
func (t *translation) at(node ast.Expr, n int, issue Issue) Issue {
	if node != nil && node.Kind() == ast.CallKind && n < len(node.AsCall().Args()) {
		if start, end, ok := t.of(node.AsCall().Args()[n]); ok {
			issue.Start, issue.End = start, end
		}
	}
	return issue
}

// literalArgument is the text of the only argument of a call, where it is a number.
func (t *translation) literalArgument(node ast.Expr) string {
	if node == nil || node.Kind() != ast.CallKind || len(node.AsCall().Args()) != 1 {
		return ""
	}
	arg := node.AsCall().Args()[0]
	text := t.sourceOf(arg)
	if arg.Kind() != ast.LiteralKind {
		return ""
	}
	if _, err := parseDecimal(text); err != nil {
		return ""
	}
	return text
}

// literalOperand explains two operands of which one is a literal that the other's type could have been written as:
// fee > 5 for fee > decimal('5'). The issue covers both, and its fix is the operation with the literal rewritten.
func (t *translation) literalOperand(
	node ast.Expr, operator string, types []string, place func(code, key string, args ...string) Issue,
) (Issue, bool) {
	if node == nil || node.Kind() != ast.CallKind || len(node.AsCall().Args()) != 2 {
		return Issue{}, false
	}
	args := node.AsCall().Args()
	for i, arg := range args {
		if arg.Kind() != ast.LiteralKind {
			continue
		}
		start, end, ok := t.of(arg)
		if !ok {
			continue
		}
		literal := rewrite(t.source(start, end), types[i], types[1-i])
		if literal == "" {
			continue
		}
		issue := place("BF2002", "cel.operands.literal", operator, types[0], types[1], literal)
		issue.Fix = t.source(issue.Start, start) + literal + t.source(end, issue.End)
		return issue, true
	}
	return Issue{}, false
}

// rewrite writes a literal of one type as another, or returns "" where that is not the same value.
func rewrite(literal, from, to string) string {
	plain := strings.Trim(literal, `'"`)
	switch to {
	case "decimal":
		if from == "int" || from == "double" || from == "string" {
			if _, err := parseDecimal(plain); err == nil {
				return "decimal('" + plain + "')"
			}
		}
	case "date":
		if from == "string" {
			if _, err := parseDate(plain); err == nil {
				return "date('" + plain + "')"
			}
		}
	case "timestamp", "duration":
		if from == "string" {
			return to + "(" + literal + ")"
		}
	case "double":
		if from == "int" {
			return literal + ".0"
		}
	case "int":
		if from == "string" && plain != "" {
			if digits, rest := takeDigits(strings.TrimPrefix(plain, "-")); rest == "" && digits != "" {
				return plain
			}
		}
	case "string":
		if from == "int" {
			return "'" + literal + "'"
		}
	}
	return ""
}

// splitSignature takes "T.(A, B)" or "(A, B)" apart.
func splitSignature(signature string) (target string, args []string) {
	open := matchingOpen(signature)
	if open < 0 {
		return "", nil
	}
	target = strings.TrimSuffix(signature[:open], ".")
	depth, from := 0, open+1
	list := signature[open+1 : len(signature)-1]
	if list == "" {
		return target, nil
	}
	for i := from; i < len(signature)-1; i++ {
		switch signature[i] {
		case '(':
			depth++
		case ')':
			depth--
		case ',':
			if depth == 0 {
				args = append(args, signature[from:i])
				from = i + len(", ")
			}
		}
	}
	return target, append(args, signature[from:len(signature)-1])
}

// matchingOpen returns where the bracket opens that closes at the end of a signature, or -1.
func matchingOpen(signature string) int {
	depth := 0
	for i := len(signature) - 1; i >= 0; i-- {
		switch signature[i] {
		case ')':
			depth++
		case '(':
			if depth--; depth == 0 {
				return i
			}
		}
	}
	return -1
}
