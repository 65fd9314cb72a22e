package condition

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"strconv"

	"github.com/banfa-go/banfa"
)

// Watch observes a sequence of events and yields what is to be said: an Observation for each event that has any, and in its place the
// error of an event that could not be watched, its own or one that the input gives, which does not end the sequence. The end of ctx does,
// and its cause is then the last thing yielded.
func (m *Monitor) Watch(ctx context.Context, in iter.Seq2[MonitorEvent, error]) iter.Seq2[Observation, error] {
	return func(yield func(Observation, error) bool) {
		for e, err := range in {
			if cause := monitorDone(ctx); cause != nil {
				yield(Observation{}, cause)
				return
			}
			var o Observation
			if err == nil {
				if o, err = m.Observe(ctx, e); err != nil {
					err = &MonitorEventError{ID: e.ID, Line: e.Line, Err: err}
				}
			}
			if cause := monitorDone(ctx); cause != nil {
				yield(Observation{}, cause)
				return
			}
			if (err != nil || len(o.Alerts)+len(o.Notices) > 0) && !yield(o, err) {
				return
			}
		}
	}
}

// MonitorEventError says which event of a sequence could not be watched.
type MonitorEventError struct {
	ID   string // as the event has it
	Line int    // where it was read; 0 where there is none
	Err  error
}

func (e *MonitorEventError) Error() string {
	return "event " + strconv.Quote(monitorClip(e.ID)) + ": " + e.Err.Error()
}

// Unwrap returns why.
func (e *MonitorEventError) Unwrap() error { return e.Err }

// MonitorLineError says which line of a stream holds no event.
type MonitorLineError struct {
	Line int
	Err  error // a *banfa.FactError
}

func (e *MonitorLineError) Error() string { return fmt.Sprintf("line %d: %s", e.Line, e.Err) }

// Unwrap returns why.
func (e *MonitorLineError) Unwrap() error { return e.Err }

// ReadEvents reads events as JSON lines. A line that holds none, or is longer than most bytes (1 MiB where most is 0), is yielded as a
// *MonitorLineError in its place, and the lines behind it are read all the same; of a line that is too long nothing is kept. An error of
// the reader is the last thing yielded. Blank lines are passed over.
func ReadEvents(r io.Reader, most int) iter.Seq2[MonitorEvent, error] {
	if most <= 0 {
		most = MonitorLimits{}.withDefaults().EventBytes
	}
	return func(yield func(MonitorEvent, error) bool) {
		in := bufio.NewReaderSize(r, 64<<10)
		for n := 1; ; n++ {
			line, err := monitorLine(in, most)
			if err != nil && !errors.Is(err, io.EOF) {
				yield(MonitorEvent{}, err)
				return
			}
			end := err != nil
			if n == 1 {
				line = bytes.TrimPrefix(line, []byte("\xef\xbb\xbf"))
			}
			if len(bytes.TrimSpace(line)) > 0 {
				var e MonitorEvent
				if len(line) > most {
					err = &banfa.FactError{Code: "limit", Want: "lines of at most " + strconv.Itoa(most) + " bytes", Got: "a longer line"}
				} else {
					e, err = ParseEvent(line)
					e.Line = n
				}
				if err != nil {
					if !yield(MonitorEvent{}, &MonitorLineError{n, err}) {
						return
					}
				} else if !yield(e, nil) {
					return
				}
			}
			if end {
				return
			}
		}
	}
}

// monitorLine reads a line without its end, and keeps no more of it than shows that it is too long.
func monitorLine(r *bufio.Reader, most int) ([]byte, error) {
	var line []byte
	for {
		part, err := r.ReadSlice('\n')
		if len(line) <= most {
			line = append(line, part[:min(len(part), most+2)]...)
		}
		if !errors.Is(err, bufio.ErrBufferFull) {
			return bytes.TrimRight(line, "\r\n"), err
		}
	}
}
