package conformance

import (
	"encoding/json"
	"encoding/xml"
	"fmt"
	"io"
	"strings"

	"github.com/banfa-go/banfa/internal/message"
)

// WriteTree writes the report for people: a line per suite, the failures below it, and a summary; verbose names every case.
func (r *Report) WriteTree(w io.Writer, lang string, verbose bool) error {
	var b strings.Builder
	suite := ""
	for i := range r.Cases {
		c := &r.Cases[i]
		if c.Suite != suite {
			suite = c.Suite
			fmt.Fprintf(&b, "%s\n", suite)
		}
		switch f := r.failures[i]; {
		case f != nil:
			b.WriteString("  ✗ " + c.ID + " " + c.Title + "\n" + indent(f.Text(lang)))
		case c.Skipped != "":
			b.WriteString("  - " + c.ID + " " + c.Title + ": " + c.Skipped + "\n")
		case verbose:
			b.WriteString("  ✓ " + c.ID + " " + c.Title + "\n")
		}
	}
	b.WriteString(message.Text(lang, "test.summary", fmt.Sprint(r.Passed), fmt.Sprint(r.Failed), fmt.Sprint(r.Skipped)) + "\n")
	_, err := io.WriteString(w, b.String())
	return err
}

func indent(s string) string {
	return "    " + strings.ReplaceAll(strings.TrimSuffix(s, "\n"), "\n", "\n    ") + "\n"
}

// WriteJSON writes the report as one object on one line.
func (r *Report) WriteJSON(w io.Writer) error {
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	return e.Encode(r)
}

type junitSuite struct {
	Name     string      `xml:"name,attr"`
	Tests    int         `xml:"tests,attr"`
	Failures int         `xml:"failures,attr"`
	Skipped  int         `xml:"skipped,attr"`
	Cases    []junitCase `xml:"testcase"`
}

type junitCase struct {
	Class   string       `xml:"classname,attr"` // the article, or the suite where the case names none
	Name    string       `xml:"name,attr"`
	Failure *junitText   `xml:"failure"`
	Skipped *junitReason `xml:"skipped"`
}

type junitText struct {
	Message string `xml:"message,attr"`
	Text    string `xml:",chardata"`
}

type junitReason struct {
	Message string `xml:"message,attr"`
}

// WriteJUnit writes the report as JUnit XML: a test suite per suite, the article as the class of a case.
func (r *Report) WriteJUnit(w io.Writer, lang string) error {
	var suites []junitSuite
	for i := range r.Cases {
		c := &r.Cases[i]
		if len(suites) == 0 || suites[len(suites)-1].Name != c.Suite {
			suites = append(suites, junitSuite{Name: c.Suite})
		}
		s := &suites[len(suites)-1]
		j := junitCase{Class: c.Suite, Name: visible(c.ID + " " + c.Title)}
		if len(c.Basis) > 0 {
			j.Class = c.Suite + "." + c.Basis[0]
		}
		s.Tests++
		if f := r.failures[i]; f != nil {
			s.Failures++
			var keys []string
			for _, d := range f.Differences {
				keys = append(keys, d.Key)
			}
			j.Failure = &junitText{strings.Join(keys, ", "), visible(f.Text(lang))}
		}
		if c.Skipped != "" {
			s.Skipped++
			j.Skipped = &junitReason{visible(c.Skipped)}
		}
		s.Cases = append(s.Cases, j)
	}
	if _, err := io.WriteString(w, xml.Header); err != nil {
		return err
	}
	e := xml.NewEncoder(w)
	e.Indent("", "  ")
	err := e.Encode(struct {
		XMLName  xml.Name     `xml:"testsuites"`
		Tests    int          `xml:"tests,attr"`
		Failures int          `xml:"failures,attr"`
		Skipped  int          `xml:"skipped,attr"`
		Suites   []junitSuite `xml:"testsuite"`
	}{Tests: len(r.Cases), Failures: r.Failed, Skipped: r.Skipped, Suites: suites})
	if err == nil {
		_, err = io.WriteString(w, "\n")
	}
	return err
}

// visible replaces what XML cannot hold and what acts on a terminal; line breaks stay.
func visible(s string) string {
	lines := strings.Split(s, "\n")
	for i := range lines {
		lines[i] = message.Visible(lines[i])
	}
	return strings.Join(lines, "\n")
}

// WriteTAP writes the report in the Test Anything Protocol, version 13.
func (r *Report) WriteTAP(w io.Writer, lang string) error {
	var b strings.Builder
	fmt.Fprintf(&b, "TAP version 13\n1..%d\n", len(r.Cases))
	for i := range r.Cases {
		c := &r.Cases[i]
		name := strings.ReplaceAll(visible(c.Suite+"/"+c.ID+" "+c.Title), "#", "\\#")
		name = strings.ReplaceAll(name, "\n", " ")
		switch f := r.failures[i]; {
		case f != nil:
			fmt.Fprintf(&b, "not ok %d - %s\n", i+1, name)
			for line := range strings.Lines(visible(f.Text(lang))) {
				b.WriteString("# " + line)
			}
		case c.Skipped != "":
			fmt.Fprintf(&b, "ok %d - %s # SKIP %s\n", i+1, name, strings.ReplaceAll(c.Skipped, "\n", " "))
		default:
			fmt.Fprintf(&b, "ok %d - %s\n", i+1, name)
		}
	}
	_, err := io.WriteString(w, b.String())
	return err
}
