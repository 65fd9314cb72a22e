package deadline_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/banfa-go/banfa/deadline"
)

// The bench module compares these with other libraries; here they stand beside rickar/cal in its fastest form.
func BenchmarkCalendar(b *testing.B) {
	c, other := deadline.China(), rickar(b)
	instant := at("2020-03-02T09:00:00+08:00")
	from, err := c.DateOf(instant)
	require.NoError(b, err)
	days := received("2020-03-02T09:00:00+08:00", deadline.Workdays(10))
	two := days
	two.Suspensions = suspended("2020-03-05..2020-03-06", "2020-03-10..2020-03-11")

	run := func(name string, f func() error) {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if err := f(); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
	run("is-workday", func() error { _, err := c.IsWorkday(from); return err })
	run("+10", func() error { _, err := c.AddWorkdays(from, 10); return err })
	run("+1000", func() error { _, err := c.AddWorkdays(from, 1000); return err })
	run("+10/from a time", func() error { return addFrom(c, instant, 10) })
	run("+1000/from a time", func() error { return addFrom(c, instant, 1000) })
	run("due/10 working days", func() error { _, err := c.Due(days); return err })
	run("due/two suspensions", func() error { _, err := c.Due(two); return err })
	run("ledger/10 working days", func() error { _, err := c.Ledger(days); return err })

	rickar := func(name string, n int) {
		b.Run("rickar/"+name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if other.WorkdaysFrom(instant, n).IsZero() {
					b.Fatal("no date")
				}
			}
		})
	}
	rickar("+10", 10)
	rickar("+1000", 1000)
}

// A million open deadlines and the amendment of Labour Day 2019, on one core.
func BenchmarkReprojectAMillion(b *testing.B) {
	old, next := deadline.China().AsOf(day("2019-03-21")), deadline.China().AsOf(day("2019-03-22"))
	open := make([]deadline.Deadline, 1_000_000)
	start := at("2019-01-02T09:00:00+08:00")
	pause := suspended("2019-03-05..2019-03-06", "2019-03-11..2019-03-12")
	for i := range open {
		open[i] = deadline.Deadline{ID: "d", Period: deadline.Workdays(10 + i%20), Trigger: deadline.Trigger{At: start.Add(time.Duration(i%100) * 24 * time.Hour)}}
		if i%4 == 0 {
			open[i].Suspensions = pause
		}
	}
	b.ReportAllocs()
	for b.Loop() {
		if r := deadline.Reproject(old, next, open); len(r.Moves) == 0 {
			b.Fatal("nothing moved")
		}
	}
}
