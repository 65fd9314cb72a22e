package condition

import (
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/banfa-go/banfa/internal/civil"
	"github.com/banfa-go/banfa/internal/message"
)

// MaxRecordText is the most characters of a reason and of a name in a recorded decision.
const MaxRecordText = 4096

// Recorded is what an authority decided, whatever the advice was.
type Recorded struct {
	Decision Decision  `json:"decision"`
	Reason   string    `json:"reason"` // required where the decision differs from the advice
	By       string    `json:"by"`     // who decided
	At       time.Time `json:"at"`
}

// Record is the evidence of a decision: what was decided, and the advice with the digests of rules and facts it was computed from. It
// marshals to the same bytes for the same decision and answer.
type Record struct {
	Decision Decision `json:"decision"`
	Reason   string   `json:"reason"`
	By       string   `json:"by"`
	At       string   `json:"at"`      // RFC 3339, Asia/Shanghai
	Differs  bool     `json:"differs"` // from the advice
	Advice   *Result  `json:"advice"`
}

// RecordError says what a decision lacks to be recorded.
type RecordError struct {
	Field string // decision, reason, by or at
	key   string
	args  []string
}

// Error says what is missing, in English.
func (e *RecordError) Error() string { return "condition: " + e.Message(message.English) }

// Message says it in a language, "zh" or "en".
func (e *RecordError) Message(lang string) string { return message.Text(lang, e.key, e.args...) }

// Record keeps what an authority decided beside the advice. A decision that differs from the advice must say why; the error is a
// *RecordError.
func (r *Result) Record(d Recorded) (*Record, error) {
	switch {
	case d.Decision != Approve && d.Decision != Reject && d.Decision != Incomplete:
		return nil, &RecordError{"decision", "decide.no-decision", []string{strconv.Quote(string(d.Decision))}}
	case strings.TrimSpace(d.By) == "":
		return nil, &RecordError{"by", "decide.needs-by", nil}
	case d.Decision != r.Decision && strings.TrimSpace(d.Reason) == "":
		return nil, &RecordError{"reason", "decide.needs-reason", []string{string(d.Decision), string(r.Decision)}}
	}
	if d.At.IsZero() {
		return nil, &RecordError{"at", "decide.needs-at", nil}
	}
	for _, f := range [][2]string{{"reason", d.Reason}, {"by", d.By}} {
		if n := utf8.RuneCountInString(f[1]); n > MaxRecordText {
			return nil, &RecordError{f[0], "decide.record-long", []string{f[0], strconv.Itoa(MaxRecordText), strconv.Itoa(n)}}
		}
	}
	return &Record{
		Decision: d.Decision, Reason: d.Reason, By: d.By, At: d.At.In(civil.Zone).Format(time.RFC3339),
		Differs: d.Decision != r.Decision, Advice: r,
	}, nil
}

// Explain puts the decision into words, with the advice below it.
func (r *Record) Explain(lang string) string {
	word := func(d Decision) string { return message.Text(lang, "decide.word."+string(d)) }
	text := message.Text(lang, "decide.recorded", word(r.Decision), r.By, r.At) + "\n"
	if r.Reason != "" {
		text += message.Text(lang, "decide.recorded-reason", r.Reason) + "\n"
	}
	if r.Differs {
		text += message.Text(lang, "decide.recorded-differs", word(r.Advice.Decision)) + "\n"
	}
	return text + r.Advice.Explain(lang)
}
