package api

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const (
	tableBegin = "<!-- operations: written by go test ./api -run TestTheReferenceTellsOfEveryOperation -update -->\n"
	tableEnd   = "<!-- end of operations -->\n"
)

// The page has a table of the operations, made from the document.
func TestTheReferenceTellsOfEveryOperation(t *testing.T) {
	operations := newCity(t, Config{}).spec.operations(t)
	byTag := map[string][]operation{}
	var tags []string
	for _, o := range operations {
		if byTag[o.tag] == nil {
			tags = append(tags, o.tag)
		}
		byTag[o.tag] = append(byTag[o.tag], o)
	}
	slices.Sort(tags)
	var b strings.Builder
	for _, tag := range tags {
		_, _ = fmt.Fprintf(&b, "\n### %s\n\n| Operation | Request | What it does | Roles |\n| --- | --- | --- | --- |\n", tag)
		list := byTag[tag]
		slices.SortFunc(list, func(a, b operation) int { return strings.Compare(a.path+a.method, b.path+b.method) })
		for _, o := range list {
			roles := "anybody"
			if len(o.roles) > 0 {
				roles = strings.ReplaceAll(strings.Join(o.roles, ", "), "public", "anybody signed in")
			}
			_, _ = fmt.Fprintf(&b, "| `%s` | `%s %s` | %s | %s |\n", o.id, o.method, o.path, o.summary, roles)
		}
	}
	b.WriteString("\n")

	const page = "../docs/api.md"
	text, err := os.ReadFile(page)
	require.NoError(t, err)
	before, rest, found := strings.Cut(string(text), tableBegin)
	require.True(t, found)
	_, after, found := strings.Cut(rest, tableEnd)
	require.True(t, found)
	whole := before + tableBegin + b.String() + tableEnd + after
	if *update {
		require.NoError(t, os.WriteFile(page, []byte(whole), 0o644)) //nolint:gosec // for people
		return
	}
	assert.Equal(t, whole, string(text))
	for _, code := range problemCodes() {
		assert.Contains(t, string(text), "| `"+code+"` |", "the page tells of every code")
	}
}

func problemCodes() []string {
	return []string{"sign_in", "forbidden", "not_found", "method", "conflict", "fact", "too_large", "media_type", "slow", "body", "storage", "invalid", "canceled", "internal"}
}
