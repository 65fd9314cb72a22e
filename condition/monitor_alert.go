package condition

import (
	"fmt"
	"sort"
	"strings"

	"github.com/banfa-go/banfa/internal/message"
	"github.com/banfa-go/banfa/internal/ruleset"
)

// MonitorKind says why an alert was raised.
type MonitorKind string

// The kinds of alerts. Only the first says that the rule's condition holds; the others say that nobody can tell that it does not.
const (
	MonitorFinding   MonitorKind = "finding"   // the condition holds
	MonitorUnknown   MonitorKind = "unknown"   // a fact that the rule needs is absent
	MonitorSaturated MonitorKind = "saturated" // a window of the rule holds more than it can tell apart
	MonitorError     MonitorKind = "error"     // the rule failed
	MonitorCapacity  MonitorKind = "capacity"  // there is no room for the key: the event was not counted

	monitorUnjudged MonitorKind = "unjudged"
)

// MonitorAlert says that somebody should look at a use of data. It is a value: it marshals to the same bytes for the same rules and
// events. What events say stands in it as data: Key, Values and Events must be shown as such.
type MonitorAlert struct {
	Kind       MonitorKind    `json:"kind"`
	Rule       string         `json:"rule"`
	Basis      string         `json:"basis"` // citation as the law writes it
	Short      string         `json:"short"` // and in short
	Severity   string         `json:"severity"`
	Permission string         `json:"permission,omitempty"` // that the event names
	Key        map[string]any `json:"key"`                  // the fields that tell alerts of the rule apart
	At         string         `json:"at"`                   // of the event that raised it
	Event      string         `json:"event"`                // its id
	Window     *MonitorSpan   `json:"window,omitempty"`     // that the rule looked at: the longest of its windows
	Values     map[string]any `json:"values"`               // of the windows; one that is not known is null
	Message    string         `json:"message"`
	Reason     string         `json:"reason,omitempty"` // of kinds other than finding: what is missing or failed
	Events     []string       `json:"events"`           // the most recent events in the window, the newest first
	Total      int64          `json:"total"`            // how many there are
	Ruleset    string         `json:"ruleset"`          // KIND/NAME
	Digest     string         `json:"digest"`           // sha256:… of the rule file
	Status     string         `json:"status"`           // of the rule file: draft, in-force or repealed
}

// MonitorSpan is a span of time, RFC 3339 in Asia/Shanghai.
type MonitorSpan struct {
	From string `json:"from"`
	To   string `json:"to"`
}

// MonitorNotice is something about an event that is no alert and must not be lost.
type MonitorNotice struct {
	// Kind is late (it came too late to be counted: rules that look at windows were not judged), duplicate (it was counted before),
	// conflict (its id was, at another time: it is counted as another event), unjudged (a rule with `unknown: note` cannot be judged),
	// permission (what was agreed cannot be read) or ids (there is no room for its id: a repetition would be counted again).
	Kind   string `json:"notice"`
	Event  string `json:"event"`
	At     string `json:"at"`
	Rule   string `json:"rule,omitempty"`
	Reason string `json:"reason,omitempty"`
}

// Observation is what became of one event.
type Observation struct {
	Alerts  []MonitorAlert  `json:"alerts"`
	Notices []MonitorNotice `json:"notices"`
}

// Text says it in one line, in a language: "zh", or English.
func (a *MonitorAlert) Text(lang string) string {
	var key []string
	for k, v := range a.Key {
		key = append(key, k+"="+message.Visible(fmt.Sprint(v)))
	}
	sort.Strings(key)
	what := a.Message
	if what == "" {
		what = a.Rule
	}
	if a.Kind != MonitorFinding {
		what = message.Text(lang, "monitor."+string(a.Kind), what, a.Reason)
	}
	return message.Text(lang, "monitor.alert", a.At, a.Basis, a.Rule, a.Severity, strings.Join(key, " "), what, strings.Join(a.Events, " "), fmt.Sprint(a.Total))
}

// Text says it in one line, in a language: "zh", or English.
func (n *MonitorNotice) Text(lang string) string {
	return message.Text(lang, "monitor.notice."+n.Kind, n.At, n.Event, n.Reason, n.Rule)
}

func monitorBases(list []ruleset.Basis) (long, short string) {
	longs, shorts := make([]string, len(list)), make([]string, len(list))
	for i, b := range list {
		longs[i], shorts[i] = b.Long, b.Short
	}
	return strings.Join(longs, "、"), strings.Join(shorts, ", ")
}
