package format

import (
	"bytes"

	"github.com/banfa-go/banfa/internal/source"
)

// eventKind is what was found between two scalars.
type eventKind uint8

const (
	comment eventKind = iota
	dash              // of a list item
	edge              // the scalar behind the gap begins
)

// event is one thing that stands between two scalars.
type event struct {
	kind  eventKind
	text  string // of a comment, from its #
	col   int    // from 0, in bytes: only white space and dashes stand before it where it matters
	own   bool   // a comment with its line to itself
	blank bool   // an empty line stands above
	space int    // of a comment behind something: the white space before it
}

// scanner walks the text from scalar to scalar.
type scanner struct {
	file  *source.File
	pos   int
	queue []event
	// comments counts how often each comment was met, so that none can be lost.
	comments map[string]int
}

func newScanner(f *source.File) *scanner {
	s := &scanner{file: f, comments: map[string]int{}}
	if bytes.HasPrefix(f.Text, []byte("\ufeff")) {
		s.pos = len("\ufeff")
	}
	return s
}

func (s *scanner) start(n *source.Node) int { return s.file.Offset(n.Range.Start) }

// lineStart is the offset of the first byte of the line that holds p.
func (s *scanner) lineStart(p int) int {
	start := bytes.LastIndexByte(s.file.Text[:p], '\n') + 1
	if start == 0 && bytes.HasPrefix(s.file.Text, []byte("\ufeff")) {
		start = min(p, len("\ufeff"))
	}
	return start
}

// lineEnd is the offset behind the last byte of the line that holds p, before its terminator.
func (s *scanner) lineEnd(p int) int {
	end := len(s.file.Text)
	if i := bytes.IndexByte(s.file.Text[p:], '\n'); i >= 0 {
		end = p + i
		if end > p && s.file.Text[end-1] == '\r' {
			end--
		}
	}
	return end
}

// next is the offset of the line behind the one that holds p.
func (s *scanner) next(p int) int {
	if i := bytes.IndexByte(s.file.Text[p:], '\n'); i >= 0 {
		return p + i + 1
	}
	return len(s.file.Text)
}

// fill queues everything from here up to the offset to, where the next scalar begins.
func (s *scanner) fill(to int) {
	blank := false
	for s.pos < to {
		start, end := s.lineStart(s.pos), s.lineEnd(s.pos)
		whole := s.pos == start // no scalar before it on this line
		stop := min(end, to)
		line := s.file.Text[s.pos:stop]
		if whole && stop == end && s.next(s.pos) <= to && len(bytes.TrimSpace(line)) == 0 {
			blank = true
		}
		blank = s.line(line, start, whole, blank)
		if to <= end {
			s.pos = to
			break
		}
		s.pos = min(s.next(s.pos), to)
	}
	s.queue = append(s.queue, event{kind: edge, blank: blank})
}

// line queues the dashes and the comment of one line, or of its rest. It returns whether an empty line still waits for what
// stands below it.
func (s *scanner) line(line []byte, lineStart int, whole, blank bool) bool {
	at := bytes.IndexByte(line, '#')
	structure := line
	if at >= 0 {
		structure = line[:at]
	}
	column := s.pos - lineStart
	dashed := false
	for i, c := range structure {
		if c == '-' && (i == 0 || isBlank(structure[i-1])) && (i+1 == len(structure) || isBlank(structure[i+1])) {
			s.queue = append(s.queue, event{kind: dash, col: column + i, blank: blank})
			dashed, blank = true, false
		}
	}
	if at < 0 {
		return blank
	}
	e := event{
		kind: comment, text: string(bytes.TrimRight(line[at:], " \t\r")), col: column + at, blank: blank,
		own: whole && !dashed, space: at - len(bytes.TrimRight(structure, " \t")),
	}
	s.comments[e.text]++
	s.queue = append(s.queue, e)
	return false
}

// trail takes the comment behind a scalar, on the same line.
func (s *scanner) trail() (c event, ok bool) {
	end := s.lineEnd(s.pos)
	rest := s.file.Text[s.pos:end]
	if len(bytes.TrimSpace(rest)) == 0 {
		return event{}, false
	}
	before := len(s.queue)
	s.line(rest, s.lineStart(s.pos), false, false)
	if len(s.queue) == before {
		return event{}, false
	}
	c = s.queue[len(s.queue)-1]
	s.queue = s.queue[:before]
	s.pos = end
	return c, true
}

// takeComments takes the comments at the head of the queue.
func (s *scanner) takeComments() []event {
	n := 0
	for n < len(s.queue) && s.queue[n].kind == comment {
		n++
	}
	taken := s.queue[:n]
	s.queue = s.queue[n:]
	return taken
}

// take takes the next event if it is of a kind.
func (s *scanner) take(kind eventKind) event {
	if len(s.queue) == 0 || s.queue[0].kind != kind {
		return event{}
	}
	e := s.queue[0]
	s.queue = s.queue[1:]
	return e
}

func isBlank(c byte) bool { return c == ' ' || c == '\t' }
