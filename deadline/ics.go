package deadline

import (
	"crypto/sha256"
	"encoding/hex"
	"io"
	"strconv"
	"strings"
	"time"

	ics "github.com/arran4/golang-ical"

	"github.com/banfa-go/banfa/internal/message"
)

// Todo is a deadline as a to-do of a calendar application (RFC 5545 VTODO), due on a date.
type Todo struct {
	Due         Due
	UID         string // stable: the same for the same case and deadline, whatever its date
	Sequence    int    // raised by one with each new date
	Stamp       time.Time
	Summary     string
	Description string
}

// NewTodo returns the to-do of a due date, written at stamp, with texts in lang ("zh", or English). Its UID comes
// from Due.Case and Due.Deadline and does not give them away.
func NewTodo(due Due, stamp time.Time, lang string) Todo {
	sum := sha256.Sum256([]byte(due.Case + "\x00" + due.Deadline))
	todo := Todo{
		Due: due, Stamp: stamp, UID: hex.EncodeToString(sum[:16]) + "@banfa",
		Summary: strings.TrimSpace(text(lang, "ics.name", due.Case, due.Deadline)),
	}
	var lines []string
	if due.Basis != "" {
		lines = append(lines, text(lang, "ledger.basis", due.Basis))
	}
	lines = append(lines,
		text(lang, "ledger.trigger", due.Trigger.String()),
		text(lang, "ledger.due", due.Date.String(), due.Before.Format("2006-01-02 15:04 -07:00")))
	if due.Provisional {
		lines = append(lines, text(lang, "ledger.provisional"))
	}
	todo.Description = strings.Join(lines, "\n")
	return todo
}

// Moved returns the to-do with a new due date, as Reproject finds it, written at stamp. UID and summary stay; the
// sequence goes up where anything that the to-do says has changed, so that calendar applications take the new one.
func (t Todo) Moved(to Due, stamp time.Time, lang string) Todo {
	next := NewTodo(to, stamp, lang)
	next.UID, next.Summary, next.Sequence = t.UID, t.Summary, t.Sequence
	if next.Due.Date != t.Due.Date || next.Description != t.Description {
		next.Sequence++
	}
	return next
}

// WriteICS writes to-dos as one iCalendar object (RFC 5545), with CRLF and folded lines. It is an *InputError where a
// to-do has no due date, no UID, no stamp or a negative sequence; nothing is written then.
func WriteICS(w io.Writer, todos ...Todo) error {
	c := ics.NewCalendar()
	c.SetProductId("-//banfa//deadline//ZH")
	c.SetCalscale("GREGORIAN")
	for i, t := range todos {
		switch field := nth("todos", i); {
		case t.Due.Date.IsZero():
			return invalid(field, "todo.date")
		case t.UID == "":
			return invalid(field, "todo.uid")
		case t.Stamp.IsZero():
			return invalid(field, "todo.stamp")
		case t.Sequence < 0:
			return invalid(field, "todo.sequence", strconv.Itoa(t.Sequence))
		}
		todo := c.AddTodo(plain(t.UID))
		todo.SetDtStampTime(t.Stamp)
		todo.SetSequence(t.Sequence)
		todo.SetStatus(ics.ObjectStatusNeedsAction)
		todo.SetAllDayDueAt(t.Due.Date.In(time.UTC))
		todo.SetSummary(plain(t.Summary))
		if t.Description != "" {
			todo.SetDescription(plain(t.Description))
		}
	}
	return c.SerializeTo(w, ics.WithNewLine("\r\n"))
}

// plain shows control characters of a text escaped, so that a text from outside cannot add lines of its own to the
// file. Line feeds stay: the library writes them as \n.
func plain(s string) string {
	lines := strings.Split(s, "\n")
	for i, l := range lines {
		lines[i] = message.Visible(l)
	}
	return strings.Join(lines, "\n")
}
