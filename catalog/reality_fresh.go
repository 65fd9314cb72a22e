package catalog

import "time"

// findFreshness compares the newest date of the file with the declared frequency: up to one period is fresh, up to two is due, and more
// is overdue. A frequency without a period is judged by nobody.
func (s *realityScan) findFreshness() {
	at := s.options.at
	period, ok := s.entry.UpdateFrequency.Period()
	if at.IsZero() || !ok || period <= 0 {
		return
	}
	newest := s.newest
	if newest.IsZero() {
		f := s.add("reality.freshness", realityDelivery, SeverityInfo, -1, 0, say("finding.reality.no_date"), say("finding.reality.no_date.fix"))
		f.Verdict, f.Field, f.Missing = Unjudged, "update_frequency", []string{"updated_at"}
		return
	}
	// A date has the precision of a day; the day itself is no delay.
	age := at.Sub(newest)
	if age <= max(2*period, 48*time.Hour) {
		return
	}
	s.add("reality.freshness", realityDelivery, SeverityWarning, -1, 0,
		say("finding.reality.late", newest.Format("2006-01-02"), at.Format("2006-01-02"), int(age/(24*time.Hour)),
			words{s.entry.UpdateFrequency.Label(), string(s.entry.UpdateFrequency)}),
		say("finding.reality.late.fix")).Field = "update_frequency"
}
