package banfa

import (
	"fmt"
	"io"
	"strings"

	"github.com/banfa-go/banfa/internal/message"
)

// WriteGitHub writes the findings as workflow commands of GitHub Actions, which show them beside the changed lines:
//
//	::error file=open-type.yaml,line=15,col=34,endColumn=49,title=BF2001::…
//
// GitHub takes columns only for ranges within one line, and counts the last column in. The sentences are in lang,
// "zh" or "en"; another reads as "en".
func (ds *Diagnostics) WriteGitHub(w io.Writer, lang string) error {
	var out strings.Builder
	for d := range ds.All() {
		fmt.Fprintf(&out, "::%s file=%s", d.Severity, escapeProperty(message.Visible(d.File)))
		if r := d.Range; r.Start.IsValid() {
			fmt.Fprintf(&out, ",line=%d", r.Start.Line)
			if r.End.Line > r.Start.Line {
				fmt.Fprintf(&out, ",endLine=%d", r.End.Line)
			} else {
				fmt.Fprintf(&out, ",col=%d,endColumn=%d", r.Start.Column, max(r.End.Column-1, r.Start.Column))
			}
		}
		text := d.sentences(lang, "\n")
		fmt.Fprintf(&out, ",title=%s::%s\n", escapeProperty(message.Visible(d.Code)), escapeData(text))
	}
	_, err := io.WriteString(w, out.String())
	return err
}

// sentences returns the message and the hints, for views that have one field for text.
func (d *Diagnostic) sentences(lang, separator string) string {
	parts := []string{d.Message(lang)}
	for _, h := range d.Hints {
		parts = append(parts, h.Text(lang))
	}
	return strings.Join(parts, separator)
}

// escapeData and escapeProperty follow the escapes of workflow commands: a file must not be able to end the command
// and begin another.
func escapeData(s string) string {
	return strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A").Replace(s)
}

func escapeProperty(s string) string {
	return strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A", ":", "%3A", ",", "%2C").Replace(s)
}
