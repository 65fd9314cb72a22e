package banfa

import (
	"cmp"
	"fmt"
	"iter"
	"slices"
	"strconv"
	"strings"

	"github.com/banfa-go/banfa/internal/message"
)

// Severity says whether a finding stops a bundle from loading.
type Severity uint8

// An Error makes the load fail. A Warning does not, unless the host asks for strictness; it can be waived in the
// file, with a reason.
const (
	Error Severity = iota
	Warning
)

// String returns "error" or "warning".
func (s Severity) String() string {
	if s == Warning {
		return "warning"
	}
	return "error"
}

// MarshalText writes s as String does.
func (s Severity) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// UnmarshalText reads what MarshalText writes.
func (s *Severity) UnmarshalText(text []byte) error {
	switch string(text) {
	case "error":
		*s = Error
	case "warning":
		*s = Warning
	default:
		return fmt.Errorf("banfa: %q is no severity; write error or warning", text)
	}
	return nil
}

// warnings are the codes whose findings do not stop a load.
var warnings = map[string]bool{
	"BF2005": true, "BF2006": true, "BF3007": true,
	"BF4002": true, "BF4003": true, "BF4005": true, "BF5002": true, "BF4011": true, "BF4012": true, "BF4014": true, "BF4015": true, "BF4016": true,
}

// severityOf returns the severity that a code has by default.
func severityOf(code string) Severity {
	if warnings[code] {
		return Warning
	}
	return Error
}

// Position is a place in a file. Line and Column count from 1, Column in runes (Unicode code points). The zero
// Position is "no particular place".
type Position struct {
	Line   int `json:"line"`
	Column int `json:"column"`
}

// IsValid reports whether p is a place.
func (p Position) IsValid() bool { return p.Line > 0 && p.Column > 0 }

func (p Position) compare(q Position) int {
	return cmp.Or(cmp.Compare(p.Line, q.Line), cmp.Compare(p.Column, q.Column))
}

// Range is a part of a file from Start up to End, which no longer belongs to it.
type Range struct {
	Start Position `json:"start"`
	End   Position `json:"end"`
}

// Phrase is a sentence in no language yet: the key of the catalogue and the arguments.
type Phrase struct {
	Key  string
	Args []string
}

// Text returns the sentence in a language, "zh" or "en"; another reads as "en".
func (p Phrase) Text(lang string) string { return message.Text(lang, p.Key, p.Args...) }

// Edit replaces a range of the diagnostic's file by a text.
type Edit struct {
	Range   Range  `json:"range"`
	NewText string `json:"newText"`
}

// Fix is one way to mend a finding: its title and the edits that belong together. An editor may offer it; nothing
// applies it unasked.
type Fix struct {
	Title Phrase
	Edits []Edit
}

// Related is another place that a finding concerns, such as the first of two declarations.
type Related struct {
	File  string
	Range Range
	Key   string
	Args  []string
}

// Message returns what the place has to do with the finding, in a language.
func (r *Related) Message(lang string) string { return message.Text(lang, r.Key, r.Args...) }

// Diagnostic is one finding about a rule file, as data: what a person reads is made of it by a view, in the
// language asked for.
type Diagnostic struct {
	Code     string // BFxxxx; each has a page under docs/diagnostics
	Severity Severity
	File     string // as named when loading
	Range    Range  // zero where the finding concerns the file as a whole
	Key      string // of the message
	Args     []string
	Related  []Related
	Fixes    []Fix
	Hints    []Phrase // what to do, such as "did you mean …?"
	Citation string   // the law concerned, in its canonical form; empty where none is
}

// Message returns the finding as a sentence in a language, "zh" or "en"; another reads as "en".
func (d *Diagnostic) Message(lang string) string { return message.Text(lang, d.Key, d.Args...) }

// Error returns place, code and sentence in English on one line.
func (d *Diagnostic) Error() string {
	return d.place() + ": " + d.Severity.String() + "[" + message.Visible(d.Code) + "] " + d.Message(message.English)
}

func (d *Diagnostic) place() string { return placeOf(d.File, d.Range.Start) }

func placeOf(file string, p Position) string {
	file = message.Visible(file)
	if !p.IsValid() {
		return file
	}
	return fmt.Sprintf("%s:%d:%d", file, p.Line, p.Column)
}

// cause identifies what a finding is about: its code at its place. Findings about no particular place are told
// apart by what they say.
func (d *Diagnostic) cause() string {
	parts := []string{d.File, d.Code, strconv.Itoa(d.Range.Start.Line), strconv.Itoa(d.Range.Start.Column)}
	if !d.Range.Start.IsValid() {
		parts = append(append(parts, d.Key), d.Args...)
	}
	return strings.Join(parts, "\x00")
}

// Diagnostics are all findings of one run, and the error that a failed load returns. The sources are kept beside
// them so that a view can show the lines concerned. A nil *Diagnostics holds none.
//
// It is not safe for use by several goroutines while findings are added.
type Diagnostics struct {
	list    []Diagnostic
	sources map[string]string
}

// NewDiagnostics returns an empty list. The sources, by file name, are only read when a view shows a line; a file
// that is not among them is shown without its line.
func NewDiagnostics(sources map[string]string) *Diagnostics {
	return &Diagnostics{sources: sources}
}

// Add appends findings. Call Sort when all are there.
func (ds *Diagnostics) Add(d ...Diagnostic) { ds.list = append(ds.list, d...) }

// Sort orders the findings by file, place and code, and keeps one for each cause: the same code at the same
// place is one finding. The order of what remains equal does not change.
func (ds *Diagnostics) Sort() {
	slices.SortStableFunc(ds.list, func(a, b Diagnostic) int {
		return cmp.Or(
			cmp.Compare(a.File, b.File),
			a.Range.Start.compare(b.Range.Start),
			cmp.Compare(a.Code, b.Code),
			cmp.Compare(a.Severity, b.Severity),
		)
	})
	seen := make(map[string]bool, len(ds.list))
	ds.list = slices.DeleteFunc(ds.list, func(d Diagnostic) bool {
		cause := d.cause()
		again := seen[cause]
		seen[cause] = true
		return again
	})
}

// Len returns the number of findings.
func (ds *Diagnostics) Len() int {
	if ds == nil {
		return 0
	}
	return len(ds.list)
}

// All iterates over the findings in their order.
func (ds *Diagnostics) All() iter.Seq[Diagnostic] {
	return func(yield func(Diagnostic) bool) {
		if ds == nil {
			return
		}
		for _, d := range ds.list {
			if !yield(d) {
				return
			}
		}
	}
}

// HasErrors reports whether a finding is an error rather than a warning.
func (ds *Diagnostics) HasErrors() bool { return ds.count(Error) > 0 }

func (ds *Diagnostics) count(s Severity) int {
	n := 0
	for d := range ds.All() {
		if d.Severity == s {
			n++
		}
	}
	return n
}

// Filter returns the findings that keep accepts, with the same sources.
func (ds *Diagnostics) Filter(keep func(Diagnostic) bool) *Diagnostics {
	kept := &Diagnostics{}
	if ds == nil {
		return kept
	}
	kept.sources = ds.sources
	for _, d := range ds.list {
		if keep(d) {
			kept.list = append(kept.list, d)
		}
	}
	return kept
}

// Err returns ds as an error if it has errors, and nil otherwise: warnings alone are none.
func (ds *Diagnostics) Err() error {
	if !ds.HasErrors() {
		return nil
	}
	return ds
}

// shownInError is how many findings an error string spells out: it ends up in a log line, where a person wants the
// cause and not the list.
const shownInError = 3

// Error returns the first findings in English on one line, errors before warnings, and how many more there are.
// Use WriteText for people.
func (ds *Diagnostics) Error() string {
	if ds.Len() == 0 {
		return "banfa: no findings"
	}
	var b strings.Builder
	b.WriteString("banfa: ")
	shown := 0
	for _, severity := range []Severity{Error, Warning} {
		for d := range ds.All() {
			if d.Severity != severity || shown == shownInError {
				continue
			}
			if shown > 0 {
				b.WriteString("; ")
			}
			b.WriteString(d.Error())
			shown++
		}
	}
	if more := ds.Len() - shown; more > 0 {
		fmt.Fprintf(&b, " (and %d more)", more)
	}
	return b.String()
}

// Unwrap gives errors.As and errors.Is each finding as a *Diagnostic, in order.
func (ds *Diagnostics) Unwrap() []error {
	if ds == nil {
		return nil
	}
	errs := make([]error, len(ds.list))
	for i := range ds.list {
		d := ds.list[i]
		errs[i] = &d
	}
	return errs
}
