package condition

import (
	"fmt"
	"strings"

	"github.com/banfa-go/banfa/internal/message"
	"github.com/banfa-go/banfa/internal/ruleset"
)

// Mermaid draws the lifecycle as a stateDiagram-v2 of Mermaid, with texts in lang ("zh", or English): each arrow says which event it is, who
// brings it about, what it cites, and the deadlines that it starts, suspends, resumes or ends. The same rule file gives the same bytes.
func (l *Lifecycle) Mermaid(lang string) string {
	var b strings.Builder
	line := func(format string, args ...any) { fmt.Fprintf(&b, "    "+format+"\n", args...) }
	b.WriteString("stateDiagram-v2\n")
	line("accTitle: %s", lifecycleMermaid(l.label(lang, "metadata.title", l.spec.Title)))
	for i := range l.spec.States {
		s := &l.spec.States[i]
		line("state \"%s\" as %s", lifecycleMermaid(l.stateLabel(lang, s.Name)), lifecycleNode(s.Name))
	}
	line("[*] --> %s", lifecycleNode(l.spec.States[l.spec.Initial].Name))
	drawn := map[int]bool{} // states whose arrow to itself is drawn
	for _, t := range l.spec.Transitions {
		for _, from := range t.From {
			text := lifecycleMermaid(l.arrow(lang, t))
			if from == t.To {
				if drawn[from] {
					continue
				}
				drawn[from] = true
				text = l.loops(lang, from)
			}
			line("%s --> %s: %s", lifecycleNode(l.spec.States[from].Name), lifecycleNode(l.spec.States[t.To].Name), text)
		}
	}
	for i := range l.spec.States {
		if s := &l.spec.States[i]; s.Final {
			line("%s --> [*]", lifecycleNode(s.Name))
		}
	}
	return b.String()
}

// loops is what stands beside the one arrow from a state to itself: of several Mermaid draws only the last.
func (l *Lifecycle) loops(lang string, state int) string {
	var texts []string
	for _, t := range l.spec.Transitions {
		if t.To == state && t.Leaves(state) {
			texts = append(texts, lifecycleMermaid(l.arrow(lang, t)))
		}
	}
	return strings.Join(texts, "<br/>")
}

// arrow is what stands beside an arrow.
func (l *Lifecycle) arrow(lang string, t *ruleset.LifecycleTransition) string {
	e := &l.spec.Events[t.Event]
	cited := make([]string, len(t.Basis))
	for i, b := range t.Basis {
		if cited[i] = b.Long; lang != message.Chinese {
			cited[i] = "Art. " + b.Short
		}
	}
	text := lifecycleText(lang, "cited", l.eventLabel(lang, e.Name), strings.Join(cited, lifecycleText(lang, "join")))
	if len(e.By) > 0 {
		text += lifecycleText(lang, "by", l.roleLabels(lang, e.By))
	}
	return text + l.effects(lang, e.Deadline)
}

// effects says what an event does to the deadlines.
func (l *Lifecycle) effects(lang, event string) string {
	if l.spec.Deadlines == nil || event == "" {
		return ""
	}
	text := ""
	for _, x := range l.spec.Deadlines.Deadlines {
		if x.Starts == event {
			text += lifecycleText(lang, "starts", x.ID)
		}
		for _, s := range x.Suspended {
			if s.From == event {
				text += lifecycleText(lang, "suspends", x.ID)
			}
			if s.To == event {
				text += lifecycleText(lang, "resumes", x.ID)
			}
		}
		if x.Ends == event {
			text += lifecycleText(lang, "ends", x.ID)
		}
	}
	return text
}

// lifecycleNode is the name of a state in the diagram. The prefix keeps it from being a word of Mermaid, such as state or end.
func lifecycleNode(state string) string { return "s_" + state }

// lifecycleMermaid writes a text so that Mermaid shows it and reads nothing into it: what could end the text, begin a comment or be taken
// for markup stands as a character code.
func lifecycleMermaid(text string) string {
	var b strings.Builder
	for _, r := range message.Visible(text) {
		if strings.ContainsRune("\"#;:<>&\\`*_~[]{}|%$^", r) {
			fmt.Fprintf(&b, "#%d;", r)
			continue
		}
		b.WriteRune(r)
	}
	return b.String()
}
