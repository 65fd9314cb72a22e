package ruleset

import (
	"time"

	"github.com/banfa-go/banfa/internal/expr"
)

// Monitoring is a compiled file of that kind.
type Monitoring struct {
	Head
	Event      []MonitorField // of a usage event, in the order declared
	EventType  *expr.Type     // an Object of these
	Permission []MonitorField // of what was agreed; nil where the file joins nothing
	PermitType *expr.Type
	Lateness   time.Duration // how far behind the newest event one may be and still count

	Inner *MonitorEnv // compiles what windows add up: it knows no windows
	Outer *MonitorEnv // compiles rules

	Windows         []*MonitorWindow
	Variables       []Variable
	Rules           []*MonitorRule
	Interpretations []Interpretation
	Parameters      []Parameter
	ParamsValue     expr.Value
}

// MonitorField is a field of an event or of a permission.
type MonitorField struct {
	Fact
	Required bool
}

// MonitorEnv is an environment with the slots of the names that it starts from; one that it does not have is -1.
type MonitorEnv struct {
	Env                                   *expr.Env
	Event, Permission, Known, Now, Params int
}

// Aggregate is what a window makes of its events.
type Aggregate uint8

// The aggregates.
const (
	MonitorCount Aggregate = iota
	MonitorSum
	MonitorDistinct
	MonitorValues
)

// MonitorWindow is a sliding window by key. It covers its length and, at the far end, the rest of the pane in which that begins.
type MonitorWindow struct {
	Name, Label string
	Of          Aggregate
	Expr        *expr.Expr // of a sum, distinct or values; nil where Field says which
	Field       int        // the event's field that Expr would only name, or -1
	Type        *expr.Type // of the expression: int, decimal or string
	Where       *expr.Expr // nil: every event
	By          []int      // fields of the event, ascending
	Over, Step  time.Duration
	Limit       int // of distinct and values
	Slot        int // in Outer
	Place       Place
}

// Panes is how many whole panes the length of a window has.
func (w *MonitorWindow) Panes() int64 { return int64(w.Over / w.Step) }

// MonitorRule is a rule over events and windows.
type MonitorRule struct {
	ID        string
	Basis     []Basis
	Message   string
	Severity  string // low, medium or high
	When      *expr.Expr
	Windows   []int // that it reads, through variables too, ascending
	By        []int // fields of the event that tell its alerts apart, ascending
	Cooldown  time.Duration
	Note      bool // where it cannot be judged, that is only noted
	Effective Window
	Place     Place
}
