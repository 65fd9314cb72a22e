package web

import "net/http"

type inboxData struct {
	Cases []caseRow
	Chart *chart
}

// inbox lists what waits for an office, what is due first standing first.
func (s *server) inbox(q *request) error {
	list, err := s.Inbox(q.Context(), q.who)
	if err != nil {
		return err
	}
	d := inboxData{}
	counts := make([]int, 5)
	for _, c := range list {
		r := rowOf(c)
		d.Cases = append(d.Cases, r)
		switch x := r.Deadline; {
		case x == nil || x.Due == "":
			counts[4]++
		case x.Overdue:
			counts[0]++
		case x.Remaining <= 3:
			counts[1]++
		case x.Remaining <= 7:
			counts[2]++
		default:
			counts[3]++
		}
	}
	var bars []bar
	for i, class := range []string{"closed", "undetermined", "conditional", "unconditional", "out_of_scope"} {
		bars = append(bars, bar{Label: say(q.lang, "inbox.bin"+string(rune('0'+i))), N: counts[i], Class: "bar " + class})
	}
	if len(d.Cases) > 0 {
		d.Chart = barChart(q.lang, "left", say(q.lang, "inbox.chart"), say(q.lang, "due.working_days"), bars)
	}
	return s.show(q, http.StatusOK, "inbox", say(q.lang, "nav.inbox"), d, nil)
}
