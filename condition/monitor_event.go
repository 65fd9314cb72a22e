package condition

import (
	"strconv"
	"time"
	"unicode/utf8"

	"github.com/banfa-go/banfa"
	"github.com/banfa-go/banfa/internal/expr"
)

// monitorMaxID is the longest id of an event, in bytes.
const monitorMaxID = 256

// MonitorEvent is one use of data.
type MonitorEvent struct {
	ID    string      // which no other event has; 1 to 256 bytes
	At    time.Time   // when it happened
	Facts banfa.Facts // the fields that the rule file declares
	Line  int         // of the stream that it was read from, from 1; 0 where there is none
}

// ParseEvent reads an event as one JSON object: id, at (RFC 3339 with its zone) and the fields. The error is a *banfa.FactError. An event
// that cannot be read has not been watched: that is for its sender to mend, and never to be passed over.
func ParseEvent(line []byte) (MonitorEvent, error) {
	fields, err := banfa.JSON(line).Map()
	if err != nil {
		return MonitorEvent{}, err
	}
	return EventOf(fields)
}

// EventOf is ParseEvent for an object that has been decoded, whose numbers may be json.Number; it takes id and at out of it.
func EventOf(fields map[string]any) (MonitorEvent, error) {
	var e MonitorEvent
	id, ok := fields["id"].(string)
	if !ok {
		return e, &banfa.FactError{Fact: "id", Code: "type", Want: "string", Got: monitorKind(fields["id"])}
	}
	at, ok := fields["at"].(string)
	if !ok {
		return e, &banfa.FactError{Fact: "at", Code: "type", Want: "time as RFC 3339 with its zone", Got: monitorKind(fields["at"])}
	}
	when, err := time.Parse(time.RFC3339, at)
	if err != nil {
		return e, &banfa.FactError{Fact: "at", Code: "type", Want: "time as RFC 3339 with its zone", Got: strconv.Quote(monitorClip(at))}
	}
	delete(fields, "id")
	delete(fields, "at")
	return MonitorEvent{ID: id, At: when, Facts: banfa.Map(fields)}, nil
}

func monitorKind(v any) string {
	switch v.(type) {
	case nil:
		return "null"
	case bool:
		return "bool"
	case []any:
		return "list"
	case map[string]any:
		return "object"
	}
	return "number"
}

func monitorClip(s string) string {
	const most = 60
	if len(s) <= most {
		return s
	}
	for i := most; i > 0; i-- {
		if utf8.RuneStart(s[i]) {
			return s[:i] + "…"
		}
	}
	return "…"
}

// monitorSeen is a checked event.
type monitorSeen struct {
	id     string
	at     int64
	values []expr.Value
}

// read checks an event.
func (m *Monitor) read(e MonitorEvent) (monitorSeen, error) {
	s := monitorSeen{id: e.ID}
	if e.ID == "" || len(e.ID) > monitorMaxID || !utf8.ValidString(e.ID) {
		return s, &banfa.FactError{
			Fact: "id", Code: "length", Want: "text of 1 to " + strconv.Itoa(monitorMaxID) + " bytes", Got: strconv.Quote(monitorClip(e.ID)),
		}
	}
	// Unix seconds first: nanoseconds of a time far away would wrap around.
	if sec := e.At.Unix(); sec < monitorFirst/int64(time.Second) || sec > monitorLast/int64(time.Second) {
		return s, &banfa.FactError{Fact: "at", Code: "range", Want: "a time between the years 1824 and 2225", Got: e.At.Format(time.RFC3339)}
	}
	if limit := m.clock().Add(m.limits.Ahead); e.At.After(limit) {
		return s, &banfa.FactError{
			Fact: "at", Code: "range", Want: "a time at most " + m.limits.Ahead.String() + " ahead of the clock", Got: e.At.Format(time.RFC3339),
		}
	}
	s.at = e.At.UnixNano()
	var err error
	if s.values, err = m.fields(e.Facts); err != nil {
		return s, err
	}
	for i := range m.spec.Event {
		f := &m.spec.Event[i]
		if !s.values[i].Present() {
			s.values[i] = f.Assume
		}
		if f.Required && !s.values[i].Present() {
			return s, monitorRequired(f.Name)
		}
	}
	return s, nil
}

// fields checks the fields of an event. Of a map without any fault they are read at once; everything else, and what is wrong with a map, is
// for ReadFacts to say.
func (m *Monitor) fields(facts banfa.Facts) ([]expr.Value, error) {
	if fields, ok := facts.(banfa.Map); ok {
		values := make([]expr.Value, len(m.spec.Event))
		found := 0
		for i := range m.spec.Event {
			f := &m.spec.Event[i]
			v, given := fields[f.Name]
			if !given {
				continue
			}
			value, err := f.Type.FromGo(v)
			if err != nil {
				break
			}
			values[i] = value
			found++
		}
		if found == len(fields) {
			return values, nil
		}
	}
	doc, err := banfa.ReadFacts(facts, m.events)
	if err != nil {
		return nil, err
	}
	return doc.Values, nil
}
