package banfa

import (
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/banfa-go/banfa/internal/expr"
	"github.com/banfa-go/banfa/internal/ruleset"
	"github.com/banfa-go/banfa/internal/source"
)

// deadlines reads a file of kind Deadlines. An event is a civil date in CEL.
func (d *document) deadlines() {
	root := d.file.Root
	l := &ruleset.Deadlines{Head: d.head, Calendar: text(root, "calendar"), Zone: text(root, "zone")}
	d.calendarAndZone(l)
	vars := d.events(l, root.Get("events"))
	ids := d.ruleIDs(root)
	l.Facts = d.facts(root.Get("facts"))
	dateType := &expr.Type{Kind: expr.Date}
	env, _, _ := d.environment(l.Facts, append(vars, expr.Var{Name: "due", Type: dateType}))
	if env == nil {
		return
	}
	d.variables(env, root.Get("variables"))
	for _, n := range items(root.Get("deadlines")) {
		l.Deadlines = append(l.Deadlines, d.deadline(l, env, n))
		d.l.rules++
	}
	l.Interpretations = d.interpretations(root, ids)
	d.checkWaivers(ids)
	d.l.bundle.Deadlines = append(d.l.bundle.Deadlines, l)
}

// calendarAndZone accepts what the working-day functions of CEL count with.
func (d *document) calendarAndZone(l *ruleset.Deadlines) {
	if l.Calendar != "" && l.Calendar != "cn" {
		d.report("BF1014", d.file.Root.Get("calendar").Range, "calendar.unknown", l.Calendar).hint("hint.write-as", "cn")
	}
	if l.Zone != "" && l.Zone != "Asia/Shanghai" {
		d.report("BF1014", d.file.Root.Get("zone").Range, "zone.unknown", l.Zone).hint("hint.write-as", "Asia/Shanghai")
	}
}

// events reads the events and returns them as variables of CEL.
func (d *document) events(l *ruleset.Deadlines, n *source.Node) []expr.Var {
	if n == nil || n.Kind != source.Map {
		return nil
	}
	var vars []expr.Var
	for _, e := range n.Entries {
		name := e.Key.Value
		if takenNames[name] || name == "due" {
			d.report("BF1017", e.Key.Range, "name.taken", name)
			continue
		}
		vars = append(vars, expr.Var{Name: name, Type: &expr.Type{Kind: expr.Date}})
		l.Events = append(l.Events, ruleset.Event{Name: name, Label: text(e.Value, "label")})
	}
	return vars
}

// event reads the name of an event and makes sure that the file declares it.
func (d *document) event(l *ruleset.Deadlines, n *source.Node) string {
	if n == nil || n.Kind != source.Scalar {
		return ""
	}
	if _, ok := l.Event(n.Value); !ok && nameForm.MatchString(n.Value) {
		names := make([]string, len(l.Events))
		for i := range l.Events {
			names[i] = l.Events[i].Name
		}
		d.report("BF1014", n.Range, "event.unknown", n.Value).didYouMean(n.Value, names)
	}
	return n.Value
}

// deadline reads one entry of `deadlines`.
func (d *document) deadline(l *ruleset.Deadlines, env *expr.Env, n *source.Node) *ruleset.Deadline {
	x := &ruleset.Deadline{
		ID: text(n, "id"), Basis: d.citations(n.Get("basis")), Actor: text(n, "actor"), Message: text(n, "message"),
		Starts: d.event(l, n.Get("starts")), Ends: d.event(l, n.Get("ends")), Effective: d.ruleWindow(n), Place: placeOfNode(n.Get("id")),
	}
	switch text(n, "roll") {
	case "preceding":
		x.Roll = ruleset.Preceding
	case "none":
		x.Roll = ruleset.Unrolled
	}
	d.period(x, env, n.Get("due"))
	for _, s := range items(n.Get("suspended")) {
		x.Suspended = append(x.Suspended, ruleset.Suspension{
			ID: text(s, "id"), Message: text(s, "message"), Basis: d.citations(s.Get("basis")),
			From: d.event(l, s.Get("from")), To: d.event(l, s.Get("to")),
		})
	}
	if e := n.Get("extend"); e != nil && e.Kind == source.Map {
		x.Extend = &ruleset.Extend{Times: 1, Approval: text(e, "approval") == "true", Basis: d.citations(e.Get("basis"))}
		if v := e.Get("times"); v != nil {
			x.Extend.Times = d.positive("times", v)
		}
		if v := e.Get("max"); v != nil {
			x.Extend.Max = d.positive("max", v)
		}
	}
	d.reminders(x, env, n.Get("remind"))
	if r := n.Get("require"); r != nil {
		// A condition that nothing evaluates would seem to hold.
		d.report("BF1014", keyRange(n, "require"), "deadline.require", x.ID)
	}
	return x
}

// countForm is the one form of a date expression that a deadline understands: an event, or due, and so many units from it. What is
// counted in a case is then known before any of its dates are, as the day-by-day proof, suspensions and extensions need.
var countForm = regexp.MustCompile(`^\s*([A-Za-z_][A-Za-z0-9_]*)\s*\.\s*add(Workdays|Days|Months|Years)\s*\(\s*(-?\s*[0-9]+|params\s*\.\s*[A-Za-z_][A-Za-z0-9_]*)\s*\)\s*$`)

var countUnits = map[string]ruleset.Unit{
	"Workdays": ruleset.Workdays, "Days": ruleset.Days, "Months": ruleset.Months, "Years": ruleset.Years,
}

// count reads an expression of that form.
func (d *document) count(n *source.Node) (from string, unit ruleset.Unit, number int, ok bool) {
	m := countForm.FindStringSubmatch(n.Value)
	if m == nil {
		return "", 0, 0, false
	}
	digits := strings.ReplaceAll(m[3], " ", "")
	if _, name, isParam := strings.Cut(m[3], "."); isParam {
		list, _, _ := d.params()
		i := slices.IndexFunc(list, func(p ruleset.Parameter) bool { return p.Name == strings.TrimSpace(name) })
		if i < 0 {
			return "", 0, 0, false
		}
		digits = list[i].Value.String()
	}
	number, err := strconv.Atoi(digits)
	return m[1], countUnits[m[2]], number, err == nil
}

func (d *document) period(x *ruleset.Deadline, env *expr.Env, n *source.Node) {
	if d.compileExpr(env, n, &expr.Type{Kind: expr.Date}) == nil {
		return // reported
	}
	from, unit, number, ok := d.count(n)
	if !ok || from != x.Starts || number < 0 {
		d.report("BF1014", n.Range, "deadline.due-form", x.ID, x.Starts)
		return
	}
	x.Period = ruleset.Period{N: number, Unit: unit}
}

func (d *document) reminders(x *ruleset.Deadline, env *expr.Env, n *source.Node) {
	seen := map[string]bool{}
	for _, r := range items(n) {
		id, at := text(r, "id"), r.Get("at")
		if seen[id] {
			d.report("BF1017", r.Get("id").Range, "frame.duplicate-id", id)
		}
		seen[id] = true
		if d.compileExpr(env, at, &expr.Type{Kind: expr.Date}) == nil {
			continue
		}
		from, unit, number, ok := d.count(at)
		if !ok || unit != ruleset.Workdays || from != "due" && from != x.Starts {
			d.report("BF1014", at.Range, "deadline.remind-form", id, x.Starts)
			continue
		}
		x.Remind = append(x.Remind, ruleset.Reminder{
			ID: id, Message: text(r, "message"), Workdays: number, FromStart: from == x.Starts,
		})
	}
}
