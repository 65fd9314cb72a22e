package banfa_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/banfa-go/banfa/internal/grammar"
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
