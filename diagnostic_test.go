package banfa

import (
	"encoding/json"
	"errors"
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/banfa-go/banfa/internal/message"
)

// finding is a diagnostic at a place, with its message key as what tells it from others.
func finding(file string, line, column int, code, key string) Diagnostic {
	return Diagnostic{Code: code, File: file, Key: key, Range: Range{Start: Position{line, column}, End: Position{line, column + 1}}}
}

func keysOf(ds *Diagnostics) []string {
	keys := []string{}
	for d := range ds.All() {
		keys = append(keys, d.Key)
	}
	return keys
}

func TestSortOrdersByFilePlaceAndCodeAndKeepsOnePerCause(t *testing.T) {
	ds := NewDiagnostics(nil)
	ds.Add(
		finding("b.yaml", 1, 1, "BF1005", "seventh"),
		finding("a.yaml", 10, 1, "BF1005", "sixth"),
		finding("a.yaml", 9, 2, "BF1005", "fifth"),
		finding("a.yaml", 9, 1, "BF2001", "fourth"),
		finding("a.yaml", 9, 1, "BF1005", "third"),
		finding("a.yaml", 9, 1, "BF1005", "the same place and code: not a second cause"),
		Diagnostic{Code: "BF5005", File: "a.yaml", Key: "first, about the whole file"},
		Diagnostic{Code: "BF5005", File: "a.yaml", Key: "second, about the whole file too"},
		Diagnostic{Code: "BF5005", File: "a.yaml", Key: "first, about the whole file"},
	)
	ds.Sort()
	assert.Equal(t, []string{
		"first, about the whole file", "second, about the whole file too", "third", "fourth", "fifth", "sixth", "seventh",
	}, keysOf(ds))
}

func TestAnErrorIsKeptWhereAWarningHasTheSamePlaceAndCode(t *testing.T) {
	warning := finding("a.yaml", 1, 1, "BF4002", "warning")
	warning.Severity = Warning
	ds := NewDiagnostics(nil)
	ds.Add(warning, finding("a.yaml", 1, 1, "BF4002", "error"))
	ds.Sort()
	assert.Equal(t, []string{"error"}, keysOf(ds))
}

func TestOnlyErrorsMakeAnError(t *testing.T) {
	warning := finding("a.yaml", 1, 1, "BF2006", "fact.unused")
	warning.Severity = Warning
	ds := NewDiagnostics(nil)
	require.NoError(t, ds.Err())
	ds.Add(warning)
	assert.False(t, ds.HasErrors())
	require.NoError(t, ds.Err())
	ds.Add(finding("a.yaml", 2, 1, "BF1005", "frame.unknown-key"))
	assert.True(t, ds.HasErrors())

	err := fmt.Errorf("loading: %w", ds.Err())
	var all *Diagnostics
	require.ErrorAs(t, err, &all)
	assert.Equal(t, 2, all.Len())
	var one *Diagnostic
	require.ErrorAs(t, err, &one)
	assert.Equal(t, "BF2006", one.Code)
}

func TestTheErrorStringIsOneShortLineThatBeginsWithTheErrors(t *testing.T) {
	ds := NewDiagnostics(nil)
	warning := finding("a.yaml", 1, 1, "BF2006", "fact.unused")
	warning.Severity, warning.Args = Warning, []string{"x"}
	ds.Add(warning)
	for line := 2; line < 8; line++ {
		d := finding("a.yaml", line, 3, "BF1014", "value.empty")
		d.Args = []string{fmt.Sprintf("key\n%d", line)}
		ds.Add(d)
	}
	assert.Equal(t, `banfa: a.yaml:2:3: error[BF1014] key\n2 is empty; fill it in or remove it; `+
		`a.yaml:3:3: error[BF1014] key\n3 is empty; fill it in or remove it; `+
		`a.yaml:4:3: error[BF1014] key\n4 is empty; fill it in or remove it (and 4 more)`, ds.Error())

	onlyWarning := ds.Filter(func(d Diagnostic) bool { return d.Severity == Warning })
	assert.Equal(t, "banfa: a.yaml:1:1: warning[BF2006] no expression uses the fact x; use it or remove it", onlyWarning.Error())
}

func TestANilListHasNoFindings(t *testing.T) {
	var ds *Diagnostics
	assert.Zero(t, ds.Len())
	assert.False(t, ds.HasErrors())
	assert.NoError(t, ds.Err())
	assert.Empty(t, keysOf(ds))
	assert.Zero(t, ds.Filter(func(Diagnostic) bool { return true }).Len())
	assert.Equal(t, "banfa: no findings", ds.Error())
	assert.NotErrorIs(t, ds, errors.ErrUnsupported)
}

func TestAllStopsWhenTheCallerDoes(t *testing.T) {
	n := 0
	for range everything().All() {
		n++
		break
	}
	assert.Equal(t, 1, n)
}

func TestFilterLeavesTheListAsItWas(t *testing.T) {
	ds := reports()[0].diagnostics()
	before := keysOf(ds)
	kept := ds.Filter(func(d Diagnostic) bool { return d.Code == "BF1005" })
	assert.Equal(t, 1, kept.Len())
	assert.Equal(t, textOf(t, ds, TextOptions{}), textOf(t, kept, TextOptions{}), "the sources are kept too")
	assert.Zero(t, ds.Filter(func(Diagnostic) bool { return false }).Len())
	assert.Equal(t, before, keysOf(ds))
}

func TestSeverityIsReadAndWrittenByName(t *testing.T) {
	text, err := json.Marshal([]Severity{Error, Warning})
	require.NoError(t, err)
	assert.JSONEq(t, `["error","warning"]`, string(text))
	var back []Severity
	require.NoError(t, json.Unmarshal(text, &back))
	assert.Equal(t, []Severity{Error, Warning}, back)
	assert.Error(t, json.Unmarshal([]byte(`["fatal"]`), &back))
}

func TestEveryWarningIsAKnownCode(t *testing.T) {
	for code := range warnings {
		assert.Contains(t, message.Codes(), code)
	}
	assert.Equal(t, Warning, severityOf("BF4003"))
	assert.Equal(t, Error, severityOf("BF4001"))
}
