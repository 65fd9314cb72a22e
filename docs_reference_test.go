package banfa_test

import (
	"fmt"
	"regexp"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/banfa-go/banfa"
	"github.com/banfa-go/banfa/conformance"
	"github.com/banfa-go/banfa/internal/grammar"
	"github.com/banfa-go/banfa/measures/shenzhen"
)

// The reference of rule files is printed from the very description by which the loader checks them.
func TestTheReferenceOfRuleFilesIsThatOfTheLoader(t *testing.T) {
	var b strings.Builder
	b.WriteString(`# Rule files: every key · 规则文件：全部的键

Printed from the loader's own description of rule files (` + "`go test . -update`" + `). What the keys mean together:
[semantics](../explanation/semantics.md). CEL: [cel.md](cel.md).
本页由装载器所用的描述生成。● 表示必填。

A key that may hold **text or a mapping** is short for its most important key. Types: *id* is lower-case letters, digits, - and _, beginning with a letter;
*identifier* is a CEL identifier in ASCII; *expression* is CEL; *citation* is written as lawyers write it (第十二条第（三）项);
dates and times are in quotes.
`)
	for _, kind := range grammar.Kinds() {
		node, _ := grammar.Kind(kind)
		fmt.Fprintf(&b, "\n## %s\n\n| key | | type | | |\n|---|---|---|---|---|\n", kind)
		writeKeys(&b, "", node.Keys, 0)
	}
	goldenPage(t, "docs/reference/rule-file.md", b.String())
}

// maxNesting is how deep facts within facts are spelt out.
const maxNesting = 4

func writeKeys(b *strings.Builder, prefix string, keys []grammar.Key, depth int) {
	for _, k := range keys {
		required := ""
		if k.Required {
			required = "●"
		}
		path := prefix + k.Name
		fmt.Fprintf(b, "| `%s` | %s | %s | %s | %s |\n", path, required, typeName(k.Node), k.Doc.En, k.Doc.Zh)
		// A fact's fields and items are facts again: said once.
		if depth >= maxNesting || (k.Name == "fields" || k.Name == "items") && depth > 0 && strings.Contains(prefix, "NAME.") {
			continue
		}
		writeBelow(b, path, k.Node, depth+1)
	}
}

func writeBelow(b *strings.Builder, path string, n *grammar.Node, depth int) {
	switch n.Type {
	case grammar.Map, grammar.Either:
		writeKeys(b, path+".", n.Keys, depth)
	case grammar.List:
		writeBelow(b, path+"[]", n.Elem, depth)
	case grammar.Dict:
		writeBelow(b, path+".NAME", n.Elem, depth)
	default:
	}
}

func typeName(n *grammar.Node) string {
	switch n.Type {
	case grammar.Choice:
		return "one of `" + strings.Join(n.Values, "` `") + "`"
	case grammar.List:
		return "list of " + typeName(n.Elem)
	case grammar.Dict:
		return "mapping of " + typeName(&grammar.Node{Type: n.KeyType}) + " to " + typeName(n.Elem)
	case grammar.Either:
		return typeName(n.Elem) + ", or a mapping"
	default:
	}
	return map[grammar.Type]string{
		grammar.Any: "anything", grammar.Text: "text", grammar.Word: "id", grammar.Name: "identifier", grammar.Expr: "expression",
		grammar.Citation: "citation", grammar.Citations: "citation, or a list", grammar.Texts: "text, or a list",
		grammar.Words: "id, or a list", grammar.Bool: "bool", grammar.Int: "integer", grammar.Number: "number",
		grammar.Scalar: "single value", grammar.Date: "date", grammar.Timestamp: "time with zone", grammar.Digest: "sha256:…",
		grammar.Map: "mapping",
	}[n.Type]
}

// operators and names that only the compiler uses are no functions to an author.
var internalFunction = regexp.MustCompile(`^\S+ +(@|_|!|-_|in\(|\w+\.@)`)

func TestTheReferenceOfFunctionsIsThatOfTheEnvironment(t *testing.T) {
	var functions, methods, macros strings.Builder
	for line := range strings.Lines(readPage(t, "internal/expr/testdata/functions.golden")) {
		line = strings.TrimRight(line, "\n")
		if internalFunction.MatchString(line) {
			continue
		}
		line, _, _ = strings.Cut(line, "  [")
		switch kind, rest, _ := strings.Cut(line, " "); kind {
		case "function":
			functions.WriteString(rest + "\n")
		case "method":
			method, arguments, _ := strings.Cut(strings.TrimSpace(rest), "(")
			receiver, others := firstType(arguments)
			methods.WriteString(receiver + "." + method + "(" + others + "\n")
		case "macro":
			name, _, _ := strings.Cut(strings.TrimSpace(rest), ":")
			if !strings.Contains(macros.String(), name+"\n") {
				macros.WriteString(name + "\n")
			}
		}
	}
	goldenPage(t, "docs/reference/cel-functions.md", "# CEL functions · CEL 函数\n\n"+
		"Printed from the environment in which conditions are compiled (`go test . -update`); operators are left out. What they mean: [cel.md](cel.md), "+
		"the [CEL language](https://cel.dev) and cel-go's libraries `strings`, `math`, `lists`, `sets`, `encoders`, `regex`. 本页由编译条件所用的环境生成。\n\n"+
		"## Functions · 函数\n\n```text\n"+functions.String()+"```\n\n## Methods · 方法\n\n```text\n"+methods.String()+"```\n\n"+
		"## Macros · 宏\n\n```text\n"+macros.String()+"```\n")
}

// firstType splits "list(T), int) bool" into the first argument's type and the rest.
func firstType(s string) (first, rest string) {
	depth := 0
	for i, r := range s {
		switch {
		case r == '(':
			depth++
		case r == ')' && depth > 0:
			depth--
		case depth == 0 && r == ',':
			return s[:i], strings.TrimSpace(s[i+1:])
		case depth == 0 && r == ')':
			return s[:i], s[i:]
		}
	}
	return s, ""
}

// The tutorial's files are cut out of the page and used as its reader would use them.
func TestTheTutorialsRulesAreCleanAndItsTablePasses(t *testing.T) {
	files := fstest.MapFS{}
	block := regexp.MustCompile("(?s)<!-- file: (\\S+) -->\n```yaml\n(.*?)```\n")
	for _, m := range block.FindAllStringSubmatch(readPage(t, "docs/tutorial.zh.md"), -1) {
		files[m[1]] = &fstest.MapFile{Data: []byte(m[2])}
	}
	require.Len(t, files, 2)
	rules, findings, err := banfa.Check(files, banfa.Citable(shenzhen.FS()))
	require.NoError(t, err)
	require.Zero(t, findings.Len(), findings)
	report, err := conformance.Run(t.Context(), rules)
	require.NoError(t, err)
	assert.Equal(t, 6, report.Passed, "the page says how many pass")
	assert.Zero(t, report.Failed)
	cov, err := conformance.Cover(t.Context(), rules)
	require.NoError(t, err)
	assert.Empty(t, cov.Findings())
}
