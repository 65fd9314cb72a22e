package deadline

import (
	"encoding/json"
	"errors"
	"slices"
	"strconv"
)

// Outcome is a deadline and when its act was done.
type Outcome struct {
	Deadline Deadline
	Done     Date // zero while it is not done
}

// Statistics sums up many cases.
type Statistics struct {
	Cases  int `json:"cases"`
	Done   int `json:"done"`
	InTime int `json:"inTime"` // done by the due date, or while a suspension was open
	Late   int `json:"late"`   // done after it

	Net   Distribution `json:"net"`   // working days from the effective trigger to Done, without those suspended
	Gross Distribution `json:"gross"` // working days from the first trigger to Done, with them

	// Failed are the cases that could not be counted, by position. They are in Cases and in nothing else.
	Failed []Failure `json:"failed"`
}

// Failure is a case that could not be counted, and why.
type Failure struct {
	Index int
	Err   error
}

// MarshalJSON writes {"index", "code", "message"}.
func (f Failure) MarshalJSON() ([]byte, error) {
	return marshal(struct {
		Index   int    `json:"index"`
		Code    Code   `json:"code"`
		Message string `json:"message"`
	}{f.Index, CodeOf(f.Err), Explain(f.Err, "en")})
}

// Statistics counts how long cases took, and how many were in time. A case that cannot be counted is in Failed and
// does not keep the others from being counted.
func (c *Calendar) Statistics(cases []Outcome) Statistics {
	s := Statistics{Cases: len(cases), Failed: []Failure{}}
	for i := range cases {
		if err := c.tally(&s, &cases[i]); err != nil {
			s.Failed = append(s.Failed, Failure{i, err})
		}
	}
	slices.Sort(s.Net.sorted)
	slices.Sort(s.Gross.sorted)
	return s
}

func (c *Calendar) tally(s *Statistics, o *Outcome) error {
	r, err := c.ready(&o.Deadline, nil)
	if err != nil || o.Done.IsZero() {
		return err
	}
	if o.Done.civil() < r.day0 {
		return invalid("done", "statistics.done", o.Done.String(), dateOf(r.day0).String())
	}
	var due Due
	err = c.due(&o.Deadline, &due)
	if err != nil && !errors.Is(err, ErrSuspended) {
		return err
	}
	net, err1 := c.index.Without(r.spans).WorkdaysBetween(r.day0, o.Done.civil())
	gross, err2 := c.index.WorkdaysBetween(r.first, o.Done.civil())
	if failed := errors.Join(err1, err2); failed != nil {
		return c.public(failed)
	}
	s.Done++
	if err != nil || !o.Done.After(due.Date) {
		s.InTime++
	} else {
		s.Late++
	}
	s.Net.sorted = append(s.Net.sorted, net)
	s.Gross.sorted = append(s.Gross.sorted, gross)
	return nil
}

// Distribution is a set of durations in working days.
type Distribution struct {
	sorted []int
}

// Len returns the number of durations.
func (d Distribution) Len() int { return len(d.sorted) }

// Sum returns the sum of the durations: with Len, the exact mean.
func (d Distribution) Sum() int {
	n := 0
	for _, v := range d.sorted {
		n += v
	}
	return n
}

// Percentile returns the smallest duration that at least p percent of the cases do not exceed (nearest rank), for p
// from 1 to 100. It is 0 where there are no cases; another p is an *InputError.
func (d Distribution) Percentile(p int) (int, error) {
	if p < 1 || p > 100 {
		return 0, invalid("percentile", "statistics.percent", strconv.Itoa(p))
	}
	if len(d.sorted) == 0 {
		return 0, nil
	}
	return d.sorted[(len(d.sorted)*p+99)/100-1], nil
}

// MarshalJSON writes {"n", "sum", "min", "p50", "p90", "p95", "max"}; all are 0 where there are no cases.
func (d Distribution) MarshalJSON() ([]byte, error) {
	var out struct {
		N   int `json:"n"`
		Sum int `json:"sum"`
		Min int `json:"min"`
		P50 int `json:"p50"`
		P90 int `json:"p90"`
		P95 int `json:"p95"`
		Max int `json:"max"`
	}
	out.N, out.Sum = d.Len(), d.Sum()
	if out.N > 0 {
		at := func(p int) int { return d.sorted[(out.N*p+99)/100-1] }
		out.Min, out.P50, out.P90, out.P95, out.Max = d.sorted[0], at(50), at(90), at(95), at(100)
	}
	return json.Marshal(out)
}
