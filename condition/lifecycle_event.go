package condition

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"iter"
	"strconv"
	"strings"
	"time"

	"github.com/banfa-go/banfa"
	"github.com/banfa-go/banfa/deadline"
	"github.com/banfa-go/banfa/internal/expr"
)

// Limits of one event, as it is read.
const (
	MaxLifecycleLine = 1 << 20 // bytes of a line of JSON
	MaxLifecycleID   = 256     // bytes of the id of an event
)

// CaseEvent is something that happened to a case. Events are only ever added to a case; none is changed or taken away.
type CaseEvent struct {
	ID    string    // the host's, unique in the case: the same event given again changes nothing; empty where it has none
	Name  string    // of an event of the rule file
	At    time.Time // when it happened; never before the event before it
	By    string    // the role that brought it about; empty where the event asks for none
	Facts banfa.Map // of the case, which stay known until an event states them anew that may, and of this event alone
}

// ParseCaseEvent reads an event from a JSON object with the keys id, event, at (RFC 3339 with a zone), by and facts; event and at are
// required. Another key, or one that is there twice, is a *banfa.FactError.
func ParseCaseEvent(text []byte) (CaseEvent, error) {
	var e CaseEvent
	if len(text) > MaxLifecycleLine {
		return e, &banfa.FactError{
			Code: "limit", Want: "an event of at most " + strconv.Itoa(MaxLifecycleLine) + " bytes (limit of a line)", Got: strconv.Itoa(len(text)),
		}
	}
	m, err := banfa.JSON(text).Map()
	if err != nil {
		return e, err
	}
	return CaseEventOf(m)
}

// CaseEventOf reads an event from what JSON gives: ParseCaseEvent, for hosts that have decoded it themselves.
func CaseEventOf(m map[string]any) (CaseEvent, error) {
	var e CaseEvent
	const keys = "id, event, at, by, facts"
	at := ""
	for _, k := range lifecycleKeys(m) {
		to := map[string]*string{"id": &e.ID, "event": &e.Name, "at": &at, "by": &e.By}[k]
		switch {
		case m[k] == nil:
			if to == nil && k != "facts" {
				return e, lifecycleUndeclared(k, keys)
			}
		case k == "facts":
			facts, ok := m[k].(map[string]any)
			if !ok {
				return e, &banfa.FactError{Fact: k, Code: "type", Want: "an object of facts", Got: lifecycleKind(m[k])}
			}
			e.Facts = facts
		case to == nil:
			return e, lifecycleUndeclared(k, keys)
		default:
			text, ok := m[k].(string)
			if !ok {
				return e, &banfa.FactError{Fact: k, Code: "type", Want: "string", Got: lifecycleKind(m[k])}
			}
			*to = text
		}
	}
	if e.Name == "" {
		return e, &banfa.FactError{Fact: "event", Code: "type", Want: "the name of an event", Got: "nothing"}
	}
	when, err := deadline.ParseInstant(at)
	if err != nil {
		return e, &banfa.FactError{Fact: "at", Code: "type", Want: "a time with its zone, such as 2026-10-01T09:00:00+08:00", Got: strconv.Quote(at)}
	}
	e.At = when
	return e, nil
}

func lifecycleUndeclared(key, keys string) error {
	e := &banfa.FactError{Fact: key, Code: "undeclared", Want: "a key of an event: " + keys}
	if near := expr.Nearest(key, strings.Split(keys, ", ")); near != "" {
		e.Near = []string{near}
	}
	return e
}

func lifecycleKind(v any) string {
	switch v.(type) {
	case bool:
		return "bool"
	case string:
		return "string"
	case json.Number, float64:
		return "number"
	case []any:
		return "list"
	case map[string]any:
		return "object"
	}
	return "another type"
}

// CaseEventLine is an event with the line, from 1, on which it stands.
type CaseEventLine struct {
	Line  int
	Event CaseEvent
}

// CaseEventLines reads events as JSON lines; blank lines are left out. An error names the line; after one of reading there is nothing more.
func CaseEventLines(r io.Reader) iter.Seq2[CaseEventLine, error] {
	return func(yield func(CaseEventLine, error) bool) {
		in := bufio.NewReader(r)
		for n := 1; ; n++ {
			text, err := lifecycleLine(in)
			if n == 1 {
				text = bytes.TrimPrefix(text, []byte("\xef\xbb\xbf"))
			}
			if err != nil && !errors.Is(err, io.EOF) {
				yield(CaseEventLine{Line: n}, &CaseEventLineError{n, err})
				return
			}
			if len(bytes.TrimSpace(text)) > 0 {
				e, readErr := ParseCaseEvent(text)
				if readErr != nil {
					readErr = &CaseEventLineError{n, readErr}
				}
				if !yield(CaseEventLine{n, e}, readErr) {
					return
				}
			}
			if err != nil {
				return
			}
		}
	}
}

// lifecycleLine reads a line, and keeps no more of it than shows that it is too long.
func lifecycleLine(r *bufio.Reader) ([]byte, error) {
	var line []byte
	for {
		part, err := r.ReadSlice('\n')
		if len(line) <= MaxLifecycleLine {
			line = append(line, part...)
		}
		if !errors.Is(err, bufio.ErrBufferFull) {
			return bytes.TrimRight(line, "\r\n"), err
		}
	}
}

// CaseEventLineError says in which line of a log of events something is wrong.
type CaseEventLineError struct {
	Line int
	Err  error
}

// Error names the line, in English.
func (e *CaseEventLineError) Error() string {
	return "condition: line " + strconv.Itoa(e.Line) + ": " + e.Err.Error()
}

// Unwrap returns what is wrong with the line.
func (e *CaseEventLineError) Unwrap() error { return e.Err }

// Text names the line and says what is wrong, in lang ("zh", or English).
func (e *CaseEventLineError) Text(lang string) string {
	what := e.Err.Error()
	var fe *banfa.FactError
	var ie *IllegalEventError
	switch {
	case errors.As(e.Err, &ie):
		what = ie.Text(lang)
	case errors.As(e.Err, &fe):
		what = fe.Message(lang)
	}
	return lifecycleText(lang, "line", strconv.Itoa(e.Line), what)
}

// lifecycleDigest is the digest of an event as it was taken: its facts in their declared types, its time as an instant.
func lifecycleDigest(e *CaseEvent, names []string, values []expr.Value) (digest [sha256.Size]byte, err error) {
	facts := map[string]any{}
	for i, v := range values {
		if v.Present() {
			facts[names[i]] = v.Go()
		}
	}
	text, err := json.Marshal(struct {
		ID    string         `json:"id"`
		Event string         `json:"event"`
		At    string         `json:"at"`
		By    string         `json:"by"`
		Facts map[string]any `json:"facts"`
	}{e.ID, e.Name, e.At.UTC().Format(time.RFC3339Nano), e.By, facts})
	if err != nil {
		return digest, err
	}
	return sha256.Sum256(text), nil
}

// lifecycleChain binds an event to all before it: a log in which one is changed, left out or put elsewhere has another digest.
func lifecycleChain(before, event [sha256.Size]byte) [sha256.Size]byte {
	return sha256.Sum256(append(before[:], event[:]...))
}

func lifecycleHex(sum [sha256.Size]byte) string { return "sha256:" + hex.EncodeToString(sum[:]) }
