package civil_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/banfa-go/banfa/internal/civil"
)

func day(t require.TestingT, s string) civil.Date {
	d, err := civil.Parse(s)
	require.NoError(t, err)
	return d
}

func TestAMonthWithoutThatDayEndsOnItsLastDay(t *testing.T) {
	for _, c := range []struct {
		from   string
		months int
		want   string
	}{
		{"2026-01-31", 1, "2026-02-28"},
		{"2024-01-31", 1, "2024-02-29"},
		{"2024-02-29", 12, "2025-02-28"},
		{"2026-03-31", -1, "2026-02-28"},
		{"2026-12-15", 1, "2027-01-15"},
		{"2026-01-15", -1, "2025-12-15"},
		{"2026-05-31", 0, "2026-05-31"},
	} {
		got, err := day(t, c.from).AddMonths(c.months)
		require.NoError(t, err)
		assert.Equal(t, c.want, got.String(), "%s + %d months", c.from, c.months)
	}
}

func TestOnlyTheWrittenFormIsRead(t *testing.T) {
	for _, s := range []string{"", "2026-1-01", "2026-02-30", "20260101", "2026-13-01", "0000-01-01", "2026-01-01 ", "二〇二六年"} {
		_, err := civil.Parse(s)
		assert.Error(t, err, "%q", s)
	}
}

func TestTheYearsEndInAnError(t *testing.T) {
	first, last := day(t, "0001-01-01"), day(t, "9999-12-31")
	for _, step := range []func() (civil.Date, error){
		func() (civil.Date, error) { return first.AddDays(-1) }, func() (civil.Date, error) { return last.AddDays(1) },
		func() (civil.Date, error) { return first.AddMonths(-1) }, func() (civil.Date, error) { return last.AddYears(1) },
		func() (civil.Date, error) { return last.AddDays(1 << 40) }, func() (civil.Date, error) { return last.AddMonths(1 << 40) },
		func() (civil.Date, error) { return last.AddYears(-1 << 40) },
	} {
		_, err := step()
		require.ErrorIs(t, err, civil.ErrRange)
	}
}

func TestAnInstantHasTheDateOfTheZone(t *testing.T) {
	at := time.Date(2025, 9, 30, 16, 30, 0, 0, time.UTC) // 00:30 on 1 October in China
	d, err := civil.OfTime(at, civil.Zone)
	require.NoError(t, err)
	assert.Equal(t, "2025-10-01", d.String())
	assert.True(t, d.In(civil.Zone).Before(at) && at.Sub(d.In(civil.Zone)) == 30*time.Minute)
}

func TestADayBeginsWhereTheStandardLibrarySays(t *testing.T) {
	zones := []*time.Location{time.UTC, civil.Zone, time.FixedZone("", -11*3600)}
	for _, name := range []string{"America/New_York", "America/Santiago", "Pacific/Apia", "Asia/Shanghai"} {
		if z, err := time.LoadLocation(name); err == nil { // a machine may lack the zone database
			zones = append(zones, z)
		}
	}
	for _, zone := range zones {
		for d := day(t, "1985-01-01"); d < day(t, "2027-01-01"); d++ {
			y, m, dd := d.Civil()
			require.Equal(t, time.Date(y, time.Month(m), dd, 0, 0, 0, 0, zone), d.In(zone), "%s in %s", d, zone)
		}
	}
}

func TestDaysAgreeWithTheStandardLibrary(t *testing.T) {
	lo, hi := day(t, "0001-01-01"), day(t, "9999-12-31")
	rapid.Check(t, func(t *rapid.T) {
		d := civil.Date(rapid.Int32Range(int32(lo), int32(hi)).Draw(t, "day"))
		require.Equal(t, d, day(t, d.String()), "print and parse")
		y, m, dd := d.Civil()
		std := time.Date(y, time.Month(m), dd, 0, 0, 0, 0, time.UTC)
		require.Equal(t, std.Weekday(), d.Weekday())
		n := rapid.IntRange(-4000, 4000).Draw(t, "n")
		if e, err := d.AddDays(n); err == nil {
			require.Equal(t, std.AddDate(0, 0, n).Format(time.DateOnly), e.String())
			back, err := e.AddDays(-n)
			require.NoError(t, err)
			require.Equal(t, d, back)
		}
	})
}
