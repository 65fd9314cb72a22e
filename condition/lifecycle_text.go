package condition

import (
	"strconv"
	"strings"
	"time"

	"github.com/banfa-go/banfa/internal/civil"
	"github.com/banfa-go/banfa/internal/message"
)

type lifecycleSentence struct{ zh, en string }

// lifecycleSentences are templates: {0}, {1} and so on stand for what somebody wrote in a file or sent as an event.
var lifecycleSentences = map[string]lifecycleSentence{
	"no-file":     {"没有 Lifecycle 类的规则文件", "the bundle has no rule file of kind Lifecycle"},
	"name-needed": {"Lifecycle 类的规则文件不止一个，请写明名称：{0}", "there are several rule files of kind Lifecycle; name one: {0}"},
	"not-found":   {"没有 Lifecycle/{0}；现有 {1}", "there is no Lifecycle/{0}; there is {1}"},
	"line":        {"第 {0} 行：{1}", "line {0}: {1}"},
	"colon":       {"：", ": "},
	"legal":       {"；现在可以：{0}", "; legal now: {0}"},
	"legal-none":  {"；现在没有可以发生的事件", "; no event is legal now"},

	"unknown-event":      {"没有事件 {0}", "there is no event {0}"},
	"unknown-event-near": {"没有事件 {0}；是不是 {1}？", "there is no event {0}; did you mean {1}?"},
	"no-time":            {"事件 {0} 没有时刻", "the event {0} has no time"},
	"time-range":         {"事件 {0} 的时刻超出公元 1 年至 9999 年", "the time of the event {0} is outside the years 0001 to 9999"},
	"late":               {"事件 {0} 的时刻 {1} 早于上一事件 {2}；事件按先后记入，不能倒填", "the event {0} at {1} is before the event before it, at {2}; events are added in their order"},
	"as-of":              {"{0} 早于最后的事件 {1}", "{0} is before the last event, at {1}"},
	"duplicate":          {"事项中已有 id 为 {0} 的另一事件；请换 id", "another event of the case has the id {0}; give this one an id of its own"},
	"long-id":            {"事件的 id 有 {0} 字节，超过限额 {1}（MaxLifecycleID）", "the id of the event has {0} bytes, the limit is {1} (MaxLifecycleID)"},
	"many":               {"事项已有 {0} 个事件，达到限额（LifecycleMaxEvents）", "the case has {0} events, which is the limit (LifecycleMaxEvents)"},
	"facts":              {"事件的事实不能采用", "a fact of the event cannot be taken"},
	"not-in-force":       {"{0} 在 {1} 不在施行期间", "{0} is not in force on {1}"},
	"final":              {"事项已经终结（{1}），不再接受事件 {0}", "the case has ended ({1}); it takes no event {0}"},
	"state":              {"状态 {1} 不能发生事件 {0}", "the event {0} cannot happen in the state {1}"},
	"role":               {"事件 {0} 只能由 {1} 作出，不是 {2}", "the event {0} is for {1} to bring about, not {2}"},
	"may-not-state":      {"事件 {0} 不能写明事实 {1}", "the event {0} may not state the fact {1}"},
	"restated":           {"事实 {1} 已写明为 {2}，事件 {0} 不能改为 {3}", "the fact {1} is stated to be {2}; the event {0} may not make it {3}"},
	"condition":          {"状态 {1} 下，所给事实不符合事件 {0} 的任何一个去向", "in the state {1} the facts meet the condition of no transition of the event {0}"},
	"ambiguous":          {"状态 {1} 下，事件 {0} 有不止一个去向的条件成立", "in the state {1} several transitions of the event {0} could be taken"},
	"guard":              {"事件 {0} 不符合 {1} 的要求", "the event {0} does not meet what {1} requires"},
	"guard-says":         {"事件 {0} 不符合 {1} 的要求：{2}", "the event {0} does not meet what {1} requires: {2}"},
	"unknown":            {"事件 {0}：不知道是否符合 {1}，缺少事实 {2}", "the event {0}: whether {1} holds is not known; facts to state: {2}"},
	"error":              {"事件 {0}：{1} 的条件无法求值：{2}", "the event {0}: the condition of {1} cannot be evaluated: {2}"},

	"state-line":     {"{0}：{1}（{2}）", "{0}: {1} ({2})"},
	"since":          {"，自 {0}", ", since {0}"},
	"ended":          {"事项已终结", "the case has ended"},
	"steps":          {"经过：", "so far:"},
	"step":           {"  {0}  {1} → {2}  {3}（{4}）", "  {0}  {1} → {2}  {3} ({4})"},
	"deadlines":      {"期限：", "deadlines:"},
	"due":            {"  {0}（{1}）：届满 {2}，还有 {3} 个工作日", "  {0} ({1}): due {2}, working days left: {3}"},
	"due-done":       {"  {0}（{1}）：届满 {2}，已按期办结", "  {0} ({1}): due {2}, done in time"},
	"due-done-late":  {"  {0}（{1}）：届满 {2}，逾期办结，逾期 {3} 个工作日", "  {0} ({1}): due {2}, done late, working days late: {3}"},
	"due-over":       {"  {0}（{1}）：届满 {2}，已逾期 {3} 个工作日", "  {0} ({1}): due {2}, OVERDUE, working days late: {3}"},
	"due-suspended":  {"  {0}（{1}）：自 {2} 起中止", "  {0} ({1}): suspended since {2}"},
	"due-done-early": {"  {0}（{1}）：中止期间办结", "  {0} ({1}): done while it was suspended"},
	"due-error":      {"  {0}（{1}）：不能计算：{2}", "  {0} ({1}): cannot be told: {2}"},
	"provisional":    {"（下一年度的放假安排公布后可能变动）", " (provisional: the next notice may move it)"},
	"now":            {"现在可以：", "legal now:"},
	"now-line":       {"  {0}（{1}）→ {2}  {3}（{4}）", "  {0} ({1}) → {2}  {3} ({4})"},
	"by":             {"，由{0}作出", ", by {0}"},
	"guard-fails":    {"；目前不符合要求", "; its requirement does not hold at present"},
	"guard-unknown":  {"；须写明 {0}", "; to be stated: {0}"},
	"guard-error":    {"；条件无法求值", "; its condition cannot be evaluated"},
	"draft":          {"{0} 是草案", "{0} is a draft"},
	"repealed":       {"{0} 已废止", "{0} is repealed"},
	"interpretation": {"解释：{0}{1}（{2}，{3}）", "interpretation: {0} {1} ({2}, {3})"},
	"log":            {"事件记录：{0}", "log: {0}"},
	"starts":         {"，起算 {0}", ", starts {0}"},
	"ends":           {"，终止 {0}", ", ends {0}"},
	"suspends":       {"，中止 {0}", ", suspends {0}"},
	"resumes":        {"，恢复 {0}", ", resumes {0}"},
	"cited":          {"{0}（{1}）", "{0} ({1})"},
	"join":           {"、", ", "},
}

// lifecycleText returns a sentence in lang ("zh"; every other language reads as English). What is put in is shown without control
// characters and cut where it is long.
func lifecycleText(lang, key string, args ...string) string {
	t, ok := lifecycleSentences[key]
	if !ok {
		return "[" + key + "]"
	}
	template := t.en
	if lang == message.Chinese {
		template = t.zh
	}
	const longest = 400 // runes
	pairs := make([]string, 0, 2*len(args))
	for i, a := range args {
		if r := []rune(a); len(r) > longest {
			a = string(r[:longest]) + "…"
		}
		pairs = append(pairs, "{"+strconv.Itoa(i)+"}", message.Visible(a))
	}
	return strings.NewReplacer(pairs...).Replace(template)
}

// label returns a text of the rule file in lang, as far as the bundle has it.
func (l *Lifecycle) label(lang, key, own string) string {
	if lang != message.Chinese {
		if s := l.rules.Label(lang, l.spec.ID(), key); s != "" {
			return s
		}
	}
	return own
}

func (l *Lifecycle) stateLabel(lang, name string) string {
	if i, ok := l.spec.StateIndex(name); ok {
		return l.label(lang, "states."+name, lifecycleOr(l.spec.States[i].Label, name))
	}
	return name
}

func (l *Lifecycle) eventLabel(lang, name string) string {
	if i, ok := l.spec.EventIndex(name); ok {
		return l.label(lang, "events."+name+".label", lifecycleOr(l.spec.Events[i].Label, name))
	}
	return name
}

func (l *Lifecycle) roleLabels(lang string, names []string) string {
	out := make([]string, len(names))
	for i, n := range names {
		out[i] = n
		for _, r := range l.spec.Roles {
			if r.Name == n {
				out[i] = l.label(lang, "roles."+n, lifecycleOr(r.Label, n))
			}
		}
	}
	return strings.Join(out, lifecycleText(lang, "join"))
}

// lifecycleMinute writes a time for people: to the minute, in China's zone.
func lifecycleMinute(written string) string {
	t, err := time.Parse(time.RFC3339Nano, written)
	if err != nil {
		return written
	}
	return t.In(civil.Zone).Format("2006-01-02 15:04")
}

// Text says for people where the case stands, in lang ("zh", or English): the state, what has happened, the deadlines with the days left,
// and what may happen now.
func (s *Standing) Text(lang string) string {
	var b strings.Builder
	l := s.of
	line := func(text string) { b.WriteString(text + "\n") }
	head := lifecycleText(lang, "state-line", l.label(lang, "metadata.title", l.spec.Title), l.stateLabel(lang, s.State), s.State)
	if s.Since != "" {
		head += lifecycleText(lang, "since", lifecycleMinute(s.Since))
	}
	line(head)
	if len(s.History) > 0 {
		line(lifecycleText(lang, "steps"))
	}
	for i := range s.History {
		h := &s.History[i]
		line(lifecycleText(lang, "step", lifecycleMinute(h.At), l.eventLabel(lang, h.Event), l.stateLabel(lang, h.To), h.Transition,
			strings.Join(h.Basis, lifecycleText(lang, "join"))))
	}
	if len(s.Deadlines) > 0 {
		line(lifecycleText(lang, "deadlines"))
	}
	for i := range s.Deadlines {
		line(l.deadlineText(lang, &s.Deadlines[i]))
	}
	switch {
	case s.Final:
		line(lifecycleText(lang, "ended"))
	case len(s.Legal) > 0:
		line(lifecycleText(lang, "now"))
	}
	for i := range s.Legal {
		line(l.legalText(lang, &s.Legal[i]))
	}
	b.WriteString(s.grounds(lang))
	line(lifecycleText(lang, "log", s.Log))
	return b.String()
}

func (l *Lifecycle) deadlineText(lang string, d *OpenDeadline) string {
	what := d.Message
	if l.spec.Deadlines != nil {
		if t := l.rules.Label(lang, l.spec.Deadlines.ID(), "deadlines."+d.ID+".message"); t != "" && lang != message.Chinese {
			what = t
		}
	}
	name := strings.Join(d.Basis, lifecycleText(lang, "join"))
	if what != "" {
		name += lifecycleText(lang, "colon") + what
	}
	key, last := "due", strconv.Itoa(d.Remaining)
	switch {
	case d.Error != nil:
		return lifecycleText(lang, "due-error", d.ID, name, d.Error.Explain(lang))
	case d.Suspended && d.Ended != "":
		return lifecycleText(lang, "due-done-early", d.ID, name)
	case d.Suspended:
		return lifecycleText(lang, "due-suspended", d.ID, name, d.Since)
	case d.Ended != "" && d.InTime:
		key = "due-done"
	case d.Ended != "":
		key, last = "due-done-late", strconv.Itoa(d.Late)
	case d.Overdue:
		key, last = "due-over", strconv.Itoa(d.Late)
	}
	t := lifecycleText(lang, key, d.ID, name, d.Due, last)
	if d.Provisional {
		t += lifecycleText(lang, "provisional")
	}
	return t
}

func (l *Lifecycle) legalText(lang string, e *LegalEvent) string {
	t := lifecycleText(lang, "now-line", e.Event, l.eventLabel(lang, e.Event), l.stateLabel(lang, e.To), e.Transition,
		strings.Join(e.Basis, lifecycleText(lang, "join")))
	if len(e.By) > 0 {
		t += lifecycleText(lang, "by", l.roleLabels(lang, e.By))
	}
	switch e.Guard {
	case GuardFails:
		t += lifecycleText(lang, "guard-fails")
	case GuardUnknown:
		t += lifecycleText(lang, "guard-unknown", lifecycleJoin(e.Missing))
	case GuardError:
		t += lifecycleText(lang, "guard-error")
	case GuardHolds:
	}
	return t
}

// grounds writes what the standing rests on beside its events.
func (s *Standing) grounds(lang string) string {
	var b strings.Builder
	l := s.of
	if s.Status != "in-force" {
		b.WriteString(lifecycleText(lang, s.Status, s.Ruleset) + "\n")
	}
	for _, id := range s.Interpretations {
		for _, in := range l.spec.Interpretations {
			if in.ID == id {
				key := "interpretations." + id
				b.WriteString(lifecycleText(lang, "interpretation", l.label(lang, key+".question", in.Question),
					l.label(lang, key+".choice", in.Choice), in.By, in.Date) + "\n")
			}
		}
	}
	return b.String()
}
