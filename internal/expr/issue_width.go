package expr

import (
	"sort"
	"strings"
	"unicode"
)

// issueLimit is how many issues of one expression are reported: more help nobody, and hostile text has one per rune.
const issueLimit = 20

// asciiMarks are the marks that Chinese input methods write in place of those of CEL, beyond the full-width forms of
// Unicode (U+FF01 to U+FF5E), which differ from ASCII by a constant.
var asciiMarks = map[rune]string{
	'、': ",", '。': ".", '【': "[", '】': "]", '〔': "[", '〕': "]", '“': "'", '”': "'", '‘': "'", '’': "'", '「': "'",
	'」': "'", '『': "'", '』': "'", '\u3000': " ", '\u00a0': " ", '≥': ">=", '≤': "<=", '≠': "!=", '×': "*", '÷': "/",
	'−': "-", '–': "-", '—': "-", '·': ".", '≧': ">=", '≦': "<=",
}

// asciiWords are the words that stand for an operator of CEL when someone writes Chinese, or another language, in a rule.
var asciiWords = map[string]string{
	"且": "&&", "并且": "&&", "而且": "&&", "和": "&&", "或": "||", "或者": "||", "非": "!", "等于": "==", "不等于": "!=", "大于": ">",
	"小于": "<", "真": "true", "假": "false",
}

// scanFullWidth looks for what a Chinese keyboard leaves in an expression: full-width punctuation (BF2008, with the
// ASCII text as its fix) and Chinese words outside string literals and comments, which CEL cannot read (BF2000). It runs
// before the parser, whose own message would only name the first rune of them.
func scanFullWidth(text string) []Issue {
	ascii := true
	for i := 0; i < len(text) && ascii; i++ {
		ascii = text[i] < 0x80
	}
	if ascii {
		return nil
	}
	l := lexer{text: []rune(text)}
	var issues []Issue
	var last token
	for len(issues) < issueLimit {
		t := l.next()
		if t.kind == tokenEnd {
			break
		}
		if t.kind == tokenBad && t.end == t.start+1 {
			if issue, ok := l.foreign(t, last); ok {
				issues = append(issues, issue)
				l.pos = issue.End
			}
		}
		last = t
	}
	return issues
}

// foreign explains the rune of a bad token, and whatever belongs to it, by an issue.
func (l *lexer) foreign(t, last token) (Issue, bool) {
	r := l.text[t.start]
	if content, end, ok := l.wideQuoted(t.start); ok {
		return l.widthIssue(t.start, end, quoted(content)), true
	}
	if mark := asciiMark(r); mark != "" {
		fix, end := "", t.start
		for end < len(l.text) && asciiMark(l.text[end]) != "" && !isWideQuote(l.text[end]) {
			fix += asciiMark(l.text[end])
			end++
		}
		if end == t.start { // a quote that does not end
			fix, end = mark, end+1
		}
		return l.widthIssue(t.start, end, l.doubled(t.start, end, fix)), true
	}
	if !isWordRune(r) {
		return Issue{}, false
	}
	start, end := t.start, t.end
	if last.kind == tokenIdent && last.end == start {
		start = last.start
	}
	for end < len(l.text) && (isWordRune(l.text[end]) || isLetter(l.text[end]) || isDigit(l.text[end])) {
		end++
	}
	word := string(l.text[start:end])
	if op, ok := asciiWords[word]; ok {
		return Issue{Code: "BF2000", Key: "cel.operator", Args: []string{word, op}, Start: start, End: end, Fix: op}, true
	}
	return Issue{Code: "BF2000", Key: "cel.identifier", Args: []string{clipped(word)}, Start: start, End: end}, true
}

// doubled is the operator that is meant by a full-width = & or | that stands alone: in ASCII it is written twice.
func (l *lexer) doubled(start, end int, ascii string) string {
	switch ascii {
	case "=", "&", "|":
		alone := end >= len(l.text) || string(l.text[end]) != ascii && l.text[end] != '='
		if start > 0 {
			alone = alone && !strings.ContainsRune("=!<>&|", l.text[start-1])
		}
		if alone {
			return ascii + ascii
		}
	}
	return ascii
}

func (l *lexer) widthIssue(start, end int, ascii string) Issue {
	return Issue{
		Code: "BF2008", Key: "cel.fullwidth", Args: []string{clipped(string(l.text[start:end])), clipped(ascii)},
		Start: start, End: end, Fix: ascii,
	}
}

// wideQuoted reads a text in Chinese quotation marks that ends on its line.
func (l *lexer) wideQuoted(start int) (content string, end int, ok bool) {
	shut, ok := map[rune]string{
		'“': "”“＂", '”': "”“＂", '‘': "’‘＇", '’': "’‘＇", '「': "」", '『': "』", '＂': "＂”", '＇': "＇’",
	}[l.text[start]]
	if !ok {
		return "", 0, false
	}
	for i := start + 1; i < len(l.text) && l.text[i] != '\n'; i++ {
		if strings.ContainsRune(shut, l.text[i]) {
			return string(l.text[start+1 : i]), i + 1, true
		}
	}
	return "", 0, false
}

func isWideQuote(r rune) bool { return strings.ContainsRune("“”‘’「」『』＂＇", r) }

// asciiMark returns what CEL writes for a mark that is not ASCII, and "" for a rune that is none.
func asciiMark(r rune) string {
	if r >= '！' && r <= '～' {
		return string(r - '！' + '!')
	}
	return asciiMarks[r]
}

// isWordRune tells the runes of words outside ASCII, which are not marks of their own.
func isWordRune(r rune) bool {
	return r >= 0x80 && asciiMark(r) == "" && (unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.IsMark(r))
}

// slips finds the operators of other languages in an expression that does not parse: and, or, not, =, <>, =>, a single &
// or |. Each explains a syntax error better than the parser does, and has its fix.
func slips(tokens []token) []Issue {
	var issues []Issue
	operator := -1 // the token before which a slip ended
	for i := 0; i < len(tokens) && len(issues) < issueLimit; i++ {
		before := i > 0 && i != operator && tokens[i-1].operand()
		want, n := slip(tokens[i:], before)
		if n == 0 {
			continue
		}
		end := tokens[i+n-1].end
		got := ""
		for _, t := range tokens[i : i+n] {
			got += t.text
		}
		issue := Issue{Code: "BF2000", Key: "cel.operator", Args: []string{got, want}, Start: tokens[i].start, End: end, Fix: want}
		if want == notIn {
			issue.Args[0], issue.Fix = "not in", "" // what is meant stands on both sides
		}
		issues = append(issues, issue)
		operator = i + n
		i += n - 1
	}
	return issues
}

// notIn is how CEL writes "a not in b".
const notIn = "!(a in b)"

// slip tells what is meant by the tokens at the front, and how many of them it takes; 0 where nothing is wrong. before
// says that an operand stands in front of them.
func slip(tokens []token, before bool) (want string, n int) {
	first := tokens[0]
	joined := func(text string) bool { // the next token is text and touches the first
		return len(tokens) > 1 && tokens[1].text == text && tokens[1].start == first.end && tokens[1].kind == tokenOp
	}
	switch {
	case (first.text == "&&" || first.text == "||") && len(tokens) > 1 && tokens[1].kind == tokenBad &&
		tokens[1].start == first.end && tokens[1].text == first.text[:1]:
		return first.text, 2
	case first.kind == tokenBad && (first.text == "&" || first.text == "|"):
		return first.text + first.text, 1
	case first.kind == tokenIdent && before:
		switch strings.ToLower(first.text) {
		case "and":
			return "&&", 1
		case "or":
			return "||", 1
		case "not":
			if len(tokens) > 1 && tokens[1].text == "in" {
				return notIn, 2
			}
		}
		return "", 0
	case first.kind == tokenIdent && strings.EqualFold(first.text, "not"):
		if len(tokens) > 1 && (tokens[1].kind == tokenIdent || tokens[1].kind == tokenText) {
			return "!", 1
		}
		return "", 0
	case first.kind != tokenOp:
		return "", 0
	case (first.text == "==" || first.text == "!=") && joined("="):
		return first.text, 2
	case first.text == "<" && joined(">"):
		return "!=", 2
	case first.text == "=" && joined(">"):
		return ">=", 2
	case first.text == "=" && joined("<"):
		return "<=", 2
	case first.text == "=":
		return "==", 1
	}
	return "", 0
}

// sortIssues puts issues into the order of the text. Of two that begin together the one that covers more of a name comes
// first; other ties keep the order they were found in.
func sortIssues(issues []Issue) []Issue {
	sort.SliceStable(issues, func(i, j int) bool {
		a, b := issues[i], issues[j]
		if a.Start == b.Start && a.Code == "BF2001" && b.Code == "BF2001" {
			return a.End > b.End
		}
		return a.Start < b.Start
	})
	return issues
}
