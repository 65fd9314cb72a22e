package conformance

import (
	"encoding/xml"
	"fmt"
	"io"
	"strings"

	"github.com/banfa-go/banfa/internal/message"
)

type junitSuite struct {
	Name     string      `xml:"name,attr"`
	File     string      `xml:"file,attr,omitempty"`
	Tests    int         `xml:"tests,attr"`
	Failures int         `xml:"failures,attr"`
	Errors   int         `xml:"errors,attr"`
	Skipped  int         `xml:"skipped,attr"`
	Cases    []junitCase `xml:"testcase"`
}

type junitCase struct {
	Class   string       `xml:"classname,attr"` // the suite, and the article the case is about
	Name    string       `xml:"name,attr"`
	Failure *junitText   `xml:"failure"`
	Error   *junitText   `xml:"error"`
	Skipped *junitReason `xml:"skipped"`
}

type junitText struct {
	Message string `xml:"message,attr"`
	Text    string `xml:",chardata"`
}

type junitReason struct {
	Message string `xml:"message,attr"`
}

// WriteJUnit writes the report as JUnit XML, the texts in a language: a testsuite for each suite, the suite and the article as the class
// of a case. A case without an answer is an error, one with another answer than wanted a failure. There are no times: the library does
// not read the clock.
func (r *Report) WriteJUnit(w io.Writer, lang string) error {
	all := struct {
		XMLName  xml.Name     `xml:"testsuites"`
		Tests    int          `xml:"tests,attr"`
		Failures int          `xml:"failures,attr"`
		Errors   int          `xml:"errors,attr"`
		Skipped  int          `xml:"skipped,attr"`
		Suites   []junitSuite `xml:"testsuite"`
	}{Tests: len(r.Cases), Skipped: r.Skipped}
	for i := range r.Cases {
		c := &r.Cases[i]
		if n := len(all.Suites); n == 0 || all.Suites[n-1].Name != visible(c.Suite) {
			s := junitSuite{Name: visible(c.Suite)}
			if c.suite != nil {
				s.File = visible(c.suite.File)
			}
			all.Suites = append(all.Suites, s)
		}
		s := &all.Suites[len(all.Suites)-1]
		j := junitCase{Class: s.Name, Name: titled(c.ID, c.Title)}
		if len(c.Basis) > 0 {
			j.Class += "." + visible(c.Basis[0])
		}
		s.Tests++
		switch f := r.failures[i]; {
		case c.Skipped != "":
			s.Skipped++
			j.Skipped = &junitReason{visible(c.Skipped)}
		case f != nil && f.Error != "":
			s.Errors, all.Errors = s.Errors+1, all.Errors+1
			j.Error = &junitText{visible(f.Error), visible(f.Text(lang))}
		case f != nil:
			s.Failures, all.Failures = s.Failures+1, all.Failures+1
			var keys []string
			for _, d := range f.Differences {
				keys = append(keys, d.Key)
			}
			j.Failure = &junitText{strings.Join(keys, ", "), visible(f.Text(lang))}
		}
		s.Cases = append(s.Cases, j)
	}
	if _, err := io.WriteString(w, xml.Header); err != nil {
		return err
	}
	e := xml.NewEncoder(w)
	e.Indent("", "  ")
	if err := e.Encode(all); err != nil {
		return err
	}
	_, err := io.WriteString(w, "\n")
	return err
}

// visible shows what XML cannot hold and what acts on a terminal as escapes; line breaks stay.
func visible(s string) string {
	lines := strings.Split(s, "\n")
	for i := range lines {
		lines[i] = message.Visible(lines[i])
	}
	return strings.Join(lines, "\n")
}

// WriteTAP writes the report in the Test Anything Protocol, version 13, the texts in a language; what failed is told in comments.
func (r *Report) WriteTAP(w io.Writer, lang string) error {
	var b strings.Builder
	fmt.Fprintf(&b, "TAP version 13\n1..%d\n", len(r.Cases))
	for i := range r.Cases {
		c := &r.Cases[i]
		line := fmt.Sprintf("%d - %s", i+1, hashless(c.Suite+"/"+titled(c.ID, c.Title)))
		switch f := r.failures[i]; {
		case f != nil:
			b.WriteString("not ok " + line + "\n")
			for text := range strings.Lines(visible(f.Text(lang))) {
				b.WriteString("# " + text)
			}
		case c.Skipped != "":
			b.WriteString("ok " + line + " # SKIP " + hashless(message.Visible(c.Skipped)) + "\n")
		default:
			b.WriteString("ok " + line + "\n")
		}
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// hashless keeps a text from being read as a directive.
func hashless(s string) string {
	return strings.NewReplacer("\\", "\\\\", "#", "\\#").Replace(s)
}
