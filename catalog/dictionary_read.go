package catalog

import (
	"bufio"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"
)

// DictionaryError is what is wrong with a dictionary, and in which line.
type DictionaryError struct {
	Line int
	What string
}

func (e *DictionaryError) Error() string {
	return fmt.Sprintf("dictionary: line %d: %s", e.Line, e.What)
}

const (
	dictionaryMaxBytes    = 8 << 20
	dictionaryMaxPatterns = 200_000
	dictionaryMaxForms    = 1000 // each is tried on each name
)

var (
	dictionaryColumns     = []string{"match", "pattern", "semantic", "subject", "identifier", "granularity", "namespace"}
	dictionarySubjects    = []Subject{"", SubjectPerson, SubjectOrganisation, SubjectPlace, SubjectEvent, SubjectThing, subjectOfRecord}
	dictionaryIdentifiers = []Identifier{"", Direct, StrongKey, WeakKey, Quasi, Sensitive, NoKey}
)

// LoadDictionary reads a dictionary: a CSV table as DictionarySource has it, in UTF-8. A pattern that stands there twice for different
// types is an error, as is a word that is none of a column.
func LoadDictionary(r io.Reader) (*Dictionary, error) {
	limited := &io.LimitedReader{R: r, N: dictionaryMaxBytes + 1}
	in := bufio.NewReader(limited)
	if mark, err := in.Peek(3); err == nil && string(mark) == "\xef\xbb\xbf" {
		if _, err := in.Discard(len(mark)); err != nil {
			return nil, err
		}
	}
	c := csv.NewReader(in)
	c.Comment, c.FieldsPerRecord, c.ReuseRecord = '#', -1, true
	d := &Dictionary{
		exact: map[string]Typed{}, suffix: map[string]Typed{}, prefix: map[string]Typed{}, cache: map[string]*dictionaryAnswer{},
	}
	within := map[string]Typed{}
	for header := true; ; header = false {
		row, err := c.Read()
		if limited.N <= 0 {
			return nil, &DictionaryError{0, fmt.Sprintf("longer than the limit of %d bytes", dictionaryMaxBytes)}
		}
		if errors.Is(err, io.EOF) {
			if header {
				return nil, &DictionaryError{1, "it is empty; the first row is " + strings.Join(dictionaryColumns, ",")}
			}
			break
		}
		if err != nil {
			var p *csv.ParseError
			if errors.As(err, &p) {
				return nil, &DictionaryError{p.Line, p.Err.Error()}
			}
			return nil, err
		}
		line, _ := c.FieldPos(0)
		if header {
			if !slices.Equal(row, dictionaryColumns) {
				return nil, &DictionaryError{line, "the first row is " + strings.Join(dictionaryColumns, ",")}
			}
			continue
		}
		if err := d.row(row, line, within); err != nil {
			return nil, err
		}
	}
	for text, t := range within {
		d.within = append(d.within, dictionaryPattern{text, t})
	}
	slices.SortFunc(d.within, func(a, b dictionaryPattern) int {
		if n := len(b.text) - len(a.text); n != 0 {
			return n
		}
		return strings.Compare(a.text, b.text)
	})
	return d, nil
}

// row takes one row in.
func (d *Dictionary) row(row []string, line int, within map[string]Typed) error {
	wrong := func(format string, args ...any) error { return &DictionaryError{line, fmt.Sprintf(format, args...)} }
	if len(row) != len(dictionaryColumns) {
		return wrong("%d columns; there are %d", len(row), len(dictionaryColumns))
	}
	for i := range row {
		if !utf8.ValidString(row[i]) {
			return wrong("invalid UTF-8: save the file as UTF-8")
		}
		row[i] = strings.Clone(strings.TrimSpace(row[i]))
	}
	t := Typed{Semantic: row[2], Subject: Subject(row[3]), Identifier: Identifier(row[4]), Granularity: row[5], Namespace: row[6], Line: line}
	switch {
	case t.Semantic == "":
		return wrong("semantic is empty")
	case !slices.Contains(dictionarySubjects, t.Subject):
		return wrong("no subject %q; there are %v", t.Subject, dictionarySubjects[1:])
	case !slices.Contains(dictionaryIdentifiers, t.Identifier):
		return wrong("no identifier class %q; there are %v", t.Identifier, dictionaryIdentifiers[1:])
	}
	var to map[string]Typed
	switch row[0] {
	case "exact":
		to = d.exact
	case "suffix":
		to = d.suffix
	case "prefix":
		to = d.prefix
	case "contains":
		to = within
	case "regexp":
		form, err := regexp.Compile(row[1])
		if err != nil || row[1] == "" {
			return wrong("no regular expression: %q", row[1])
		}
		if len(d.forms) >= dictionaryMaxForms {
			return wrong("more regular expressions than the limit of %d", dictionaryMaxForms)
		}
		d.forms = append(d.forms, dictionaryForm{form, t})
		return nil
	default:
		return wrong("no match %q; there are exact, prefix, suffix, contains and regexp", row[0])
	}
	for text := range strings.SplitSeq(row[1], "|") {
		key := hantFold(text, "")
		if key == "" {
			return wrong("the pattern %q has no letters", text)
		}
		if other, ok := to[key]; ok && other.Semantic != t.Semantic {
			return wrong("%s %s is %s in line %d and %s here", row[0], text, other.Semantic, other.Line, t.Semantic)
		} else if ok {
			continue
		}
		if len(d.exact)+len(d.suffix)+len(d.prefix)+len(within) >= dictionaryMaxPatterns {
			return wrong("more patterns than the limit of %d", dictionaryMaxPatterns)
		}
		to[key] = t
		if row[0] != "exact" {
			d.longest = max(d.longest, len(key))
		}
	}
	return nil
}
