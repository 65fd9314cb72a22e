package deadline_test

import (
	"encoding/json"
	"os"
	"regexp"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/banfa-go/banfa/deadline"
)

// newYear2027 is an invented notice for tests: it takes a day of the end of 2026, too.
const newYear2027 = `banfa-calendar 1 cn
notice 示例〔2026〕1号
year 2027
published 2026-11-10
off 2026-12-31 Thu adjusted 元旦
off 2027-01-01 Fri statutory 元旦
balance 2026 14
balance 2027 1
end 1
`

func TestChinaCoversWhatIsPublished(t *testing.T) {
	c := deadline.China()
	assert.Same(t, c, deadline.China(), "it is built once")
	first, last := c.Covers()
	assert.Equal(t, "2007-01-01 2026-12-31", first.String()+" "+last.String())
	assert.Equal(t, "calendar cn: 2007-01-01 to 2026-12-31", c.String())
	_, known := c.KnownAsOf()
	assert.False(t, known)
	notices := c.Notices()
	require.Len(t, notices, 23, "one for each of 20 years and three amendments")
	assert.Equal(t, deadline.Notice{
		ID: "国办发明电〔2025〕7号", Year: 2026, Published: day("2025-11-04"),
		Source: "https://www.gov.cn/zhengce/content/202511/content_7047090.htm",
	}, notices[22])
	assert.Regexp(t, `^sha256:[0-9a-f]{64}$`, c.Digest())
}

func TestAsOfADateBeforeTheFirstNoticeNothingIsKnown(t *testing.T) {
	c := deadline.China().AsOf(day("2006-12-17"))
	first, last := c.Covers()
	assert.True(t, first.IsZero() && last.IsZero() && c.ProvisionalFrom().IsZero())
	_, err := c.AddWorkdays(day("2007-01-04"), 1)
	var cover *deadline.CoverageError
	require.ErrorAs(t, err, &cover)
	assert.Equal(t, 2007, cover.Year)
	assert.True(t, cover.First.IsZero())
	assert.Equal(t, "没有 2007 年的放假安排：本日历在该时点尚无任何已公布的安排", deadline.Explain(err, "zh"))
	assert.Equal(t, "calendar cn: nothing published yet", c.String())
}

func TestCoverageErrorSaysWhatIsCovered(t *testing.T) {
	_, err := deadline.China().IsWorkday(day("2027-02-08"))
	var cover *deadline.CoverageError
	require.ErrorAs(t, err, &cover)
	assert.ErrorIs(t, err, deadline.ErrNotCovered)
	assert.NotErrorIs(t, err, deadline.ErrInvalidInput)
	assert.Equal(t, 2027, cover.Year)
	assert.Equal(t, "cn", cover.Calendar)
	assert.Equal(t, [3]deadline.Date{day("2027-02-08"), day("2007-01-01"), day("2026-12-31")}, [3]deadline.Date{cover.Needed, cover.First, cover.Last})
}

func TestANewNoticeIsDataAndNoRelease(t *testing.T) {
	before := deadline.China()
	after, err := before.WithNotices("2027.txt", []byte(newYear2027))
	require.NoError(t, err)
	assert.Equal(t, "2027-12-28", after.ProvisionalFrom().String())
	assert.NotEqual(t, before.Digest(), after.Digest())
	for d, want := range map[string]bool{"2026-12-31": false, "2027-01-01": false, "2027-01-04": true} {
		works, err := after.IsWorkday(day(d))
		require.NoError(t, err)
		assert.Equal(t, want, works, d)
	}
	works, err := before.IsWorkday(day("2026-12-31"))
	require.NoError(t, err)
	assert.True(t, works, "the calendar that it was added to is as it was")

	early := after.AsOf(day("2026-11-09"))
	assert.Equal(t, "2026-12-28", early.ProvisionalFrom().String())
	late, err := before.AsOf(day("2026-11-09")).WithNotices("2027.txt", []byte(newYear2027))
	require.NoError(t, err)
	assert.Equal(t, early.Digest(), late.Digest(), "a notice that was not out yet changes nothing, whenever it is loaded")
}

func TestACorruptFileIsRefusedWhole(t *testing.T) {
	spoiled := strings.Replace(newYear2027, "2027-01-01 Fri", "2027-01-01 Thu", 1)
	_, err := deadline.China().WithNotices("2027.txt", []byte(spoiled))
	var data *deadline.DataError
	require.ErrorAs(t, err, &data)
	assert.Equal(t, "2027.txt", data.File)
	assert.Equal(t, 6, data.Line)
	assert.EqualError(t, err, "deadline: 2027.txt:6: 2027-01-01 is a Fri, not a Thu: the date or the weekday is wrong")
	assert.Equal(t, deadline.InvalidInput, deadline.CodeOf(err))
	assert.Equal(t, "2027.txt:6: 2027-01-01 是 Fri，不是 Thu：日期或星期有误", deadline.Explain(err, "zh"))

	_, err = deadline.Load(fstest.MapFS{"2026.txt": {Data: []byte("not a calendar\n")}})
	assert.EqualError(t, err, `deadline: 2026.txt:1: the first statement must be "banfa-calendar 1 cn", not not a calendar`)
	_, err = deadline.Load(fstest.MapFS{})
	assert.EqualError(t, err, "deadline: there is no data file (*.txt)")
	_, err = deadline.China().WithNotices("again.txt", []byte(mustRead(t, "../internal/workday/data/2026.txt")))
	assert.EqualError(t, err, "deadline: again.txt:5: notice 国办发明电〔2025〕7号 is there already")
}

func mustRead(t *testing.T, file string) string {
	t.Helper()
	data, err := os.ReadFile(file)
	require.NoError(t, err)
	return string(data)
}

func TestLoadReadsWhatIsEmbedded(t *testing.T) {
	c, err := deadline.Load(os.DirFS("../internal/workday/data"))
	require.NoError(t, err)
	assert.Equal(t, deadline.China().Digest(), c.Digest())
}

func TestClosuresNeedDatesAndACitation(t *testing.T) {
	whole := deadline.Closure{From: day("2026-03-03"), To: day("2026-03-04"), Name: "台风", Citation: "通告", Published: day("2026-03-02")}
	for _, c := range []struct {
		name  string
		spoil func(*deadline.Closure)
		want  string
	}{
		{"no beginning", func(c *deadline.Closure) { c.From = deadline.Date{} }, "deadline: closures[1]: from, to and the date of publication are required"},
		{"no publication", func(c *deadline.Closure) { c.Published = deadline.Date{} }, "deadline: closures[1]: from, to and the date of publication are required"},
		{"reversed", func(c *deadline.Closure) { c.To = day("2026-03-02") }, "deadline: closures[1]: from 2026-03-03 is after to 2026-03-02; exchange them or correct one"},
		{"no name", func(c *deadline.Closure) { c.Name = "" }, "deadline: closures[1]: name and citation are required"},
		{"no citation", func(c *deadline.Closure) { c.Citation = "" }, "deadline: closures[1]: name and citation are required"},
	} {
		t.Run(c.name, func(t *testing.T) {
			spoiled := whole
			c.spoil(&spoiled)
			_, err := deadline.China().WithClosures(whole, spoiled)
			assert.EqualError(t, err, c.want)
		})
	}
	c, err := deadline.China().WithClosures(whole)
	require.NoError(t, err)
	due, err := c.Due(received("2026-03-02T09:00:00+08:00", deadline.Workdays(1)))
	require.NoError(t, err)
	assert.Equal(t, "2026-03-05", due.Date.String())
	again, err := c.WithClosures(deadline.Closure{From: day("2026-03-05"), To: day("2026-03-05"), Name: "洪水", Citation: "通告二", Published: day("2026-03-05")})
	require.NoError(t, err)
	due, err = again.Due(received("2026-03-02T09:00:00+08:00", deadline.Workdays(1)))
	require.NoError(t, err)
	assert.Equal(t, "2026-03-06", due.Date.String(), "closures add up")
}

func TestDateOf(t *testing.T) {
	for _, c := range []struct{ at, want string }{
		{"2026-03-02T15:59:59Z", "2026-03-02"},
		{"2026-03-02T16:00:00Z", "2026-03-03"},
		{"1969-12-31T15:59:59Z", "1969-12-31"},
		{"1969-12-31T16:00:00Z", "1970-01-01"},
		{"0001-01-01T00:00:01+08:00", "0001-01-01"},
		{"9999-12-31T23:59:59+08:00", "9999-12-31"},
	} {
		d, err := deadline.China().DateOf(at(c.at))
		require.NoError(t, err)
		assert.Equal(t, c.want, d.String(), c.at)
	}
	for year, instant := range map[int]time.Time{
		0:     time.Date(0, 6, 1, 0, 0, 0, 0, time.UTC),
		10000: at("9999-12-31T16:00:00Z"),
		-5:    time.Date(-5, 6, 1, 0, 0, 0, 0, time.UTC),
	} {
		_, err := deadline.China().DateOf(instant)
		var cover *deadline.CoverageError
		require.ErrorAs(t, err, &cover, "%d", year)
		assert.Equal(t, year, cover.Year)
		assert.NotEmpty(t, deadline.Explain(err, "zh"))
	}
	_, err := deadline.China().DateOf(time.Unix(1<<62, 0))
	assert.ErrorIs(t, err, deadline.ErrNotCovered)
	_, err = deadline.China().DateOf(time.Unix(-1<<62, 0))
	assert.ErrorIs(t, err, deadline.ErrNotCovered)
}

func TestDates(t *testing.T) {
	d := day("2024-02-29")
	y, m, dd := d.Civil()
	assert.Equal(t, [3]int{2024, 2, 29}, [3]int{y, int(m), dd})
	assert.Equal(t, time.Thursday, d.Weekday())
	for _, c := range []struct {
		name string
		got  func() (deadline.Date, error)
		want string
	}{
		{"a day later", func() (deadline.Date, error) { return d.AddDays(1) }, "2024-03-01"},
		{"a year later there is no such day", func() (deadline.Date, error) { return d.AddYears(1) }, "2025-02-28"},
		{"twelve months back", func() (deadline.Date, error) { return d.AddMonths(-12) }, "2023-02-28"},
		{"the same", func() (deadline.Date, error) { return deadline.NewDate(2024, time.February, 29) }, "2024-02-29"},
	} {
		got, err := c.got()
		require.NoError(t, err, c.name)
		assert.Equal(t, c.want, got.String(), c.name)
	}
	for _, f := range []func() (deadline.Date, error){
		func() (deadline.Date, error) { return deadline.NewDate(2023, time.February, 29) },
		func() (deadline.Date, error) { return deadline.NewDate(0, time.January, 1) },
		func() (deadline.Date, error) { return deadline.NewDate(10000, time.January, 1) },
		func() (deadline.Date, error) { return deadline.ParseDate("2026-2-3") },
		func() (deadline.Date, error) { return deadline.ParseDate("0000-01-01") },
		func() (deadline.Date, error) { return deadline.ParseDate("") },
		func() (deadline.Date, error) { return day("9999-12-31").AddDays(1) },
		func() (deadline.Date, error) { return day("0001-01-01").AddDays(-1) },
		func() (deadline.Date, error) { return day("0001-01-01").AddMonths(-1) },
		func() (deadline.Date, error) { return d.AddYears(1 << 40) },
		func() (deadline.Date, error) { return d.AddDays(-1 << 60) },
		func() (deadline.Date, error) { return deadline.Date{}.AddDays(1) },
	} {
		got, err := f()
		assert.ErrorIs(t, err, deadline.ErrInvalidInput)
		assert.True(t, got.IsZero())
	}
	assert.Equal(t, 366, day("2025-03-01").Sub(d))
	assert.Equal(t, []int{-1, 0, 1}, []int{d.Compare(day("2024-03-01")), d.Compare(day("2024-02-29")), d.Compare(deadline.Date{})})
	assert.True(t, d.Before(day("2024-03-01")) && d.After(day("2024-02-28")))
}

func TestNoDateIsNeverADay(t *testing.T) {
	var none deadline.Date
	c := deadline.China()
	_, err := c.IsWorkday(none)
	assert.EqualError(t, err, "deadline: date: the date is missing")
	_, err = c.AddWorkdays(none, 1)
	assert.ErrorIs(t, err, deadline.ErrInvalidInput)
	_, err = c.WorkdaysUntil(none, day("2026-03-02"))
	assert.ErrorIs(t, err, deadline.ErrInvalidInput)
	_, err = c.Day(none)
	assert.ErrorIs(t, err, deadline.ErrInvalidInput)
}

func TestDatesInJSON(t *testing.T) {
	type form struct {
		From deadline.Date            `json:"from"`
		To   deadline.Date            `json:"to"`
		By   map[deadline.Date]string `json:"by"`
	}
	in := form{From: day("2026-03-02"), By: map[deadline.Date]string{day("2026-03-03"): "x"}}
	data, err := json.Marshal(in)
	require.NoError(t, err)
	assert.Equal(t, `{"from":"2026-03-02","to":"","by":{"2026-03-03":"x"}}`, string(data))
	var out form
	require.NoError(t, json.Unmarshal(data, &out))
	assert.Equal(t, in, out)
	err = json.Unmarshal([]byte(`{"from":"2026-02-30"}`), &out)
	assert.ErrorIs(t, err, deadline.ErrInvalidInput)
}

func TestInstantsNeedAZone(t *testing.T) {
	for in, want := range map[string]string{
		"2026-10-01T09:00:00":       `"2026-10-01T09:00:00" has no zone; write it as 2026-10-01T09:00:00+08:00`,
		"2026-10-01T09:00:00.5":     `"2026-10-01T09:00:00.5" has no zone; write it as 2026-10-01T09:00:00+08:00`,
		"2026-10-01":                `"2026-10-01" is a day, not a time; write it as 2026-10-01T09:00:00+08:00`,
		"2026-10-01 09:00:00+08:00": `"2026-10-01 09:00:00+08:00" is no time; write it as 2026-10-01T09:00:00+08:00`,
		"2026-10-01T25:00:00+08:00": `"2026-10-01T25:00:00+08:00" is no time; write it as 2026-10-01T09:00:00+08:00`,
		"":                          `"" is no time; write it as 2026-10-01T09:00:00+08:00`,
	} {
		_, err := deadline.ParseInstant(in)
		assert.EqualError(t, err, "deadline: time: "+want)
		assert.Equal(t, deadline.InvalidInput, deadline.CodeOf(err))
	}
	got, err := deadline.ParseInstant("2026-10-01T09:00:00+08:00")
	require.NoError(t, err)
	assert.True(t, got.Equal(time.Date(2026, 10, 1, 1, 0, 0, 0, time.UTC)))
}

func TestSuspensionsAsText(t *testing.T) {
	for in, want := range map[string]string{
		"2026-11-02":             `deadline: suspension: "2026-11-02" will not do; write 2026-11-02..2026-11-06, or 2026-11-02.. while it is open`,
		"..2026-11-02":           `deadline: date: "" is no date; write it as 2026-10-01`,
		"2026-11-02..x":          `deadline: date: "x" is no date; write it as 2026-10-01`,
		"2026-11-06..2026-11-02": "deadline: suspension: from 2026-11-06 is after to 2026-11-02; exchange them or correct one",
	} {
		_, err := deadline.ParseSuspension(in)
		assert.EqualError(t, err, want)
	}
}

// Run with -race: a calendar is read by many goroutines at once, and built upon while it is read.
func TestCalendarIsSafeForManyGoroutines(t *testing.T) {
	c := deadline.China()
	var wg sync.WaitGroup
	for i := range 8 {
		wg.Go(func() {
			for n := range 50 {
				d := received("2026-03-02T09:00:00+08:00", deadline.Workdays(n))
				d.Suspensions = suspended("2026-03-05..2026-03-06", "2026-03-10..2026-03-11")
				_, err := c.Due(d)
				assert.NoError(t, err)
				_, err = c.Ledger(d)
				assert.NoError(t, err)
			}
			if i%2 == 0 {
				_ = c.AsOf(day("2020-01-01")).Digest()
				_ = c.Digest()
				_ = c.AsBusinessCalendar().IsWorkday(at("2026-03-02T09:00:00+08:00"))
			}
		})
	}
	wg.Wait()
}

func TestNothingIsAllocated(t *testing.T) {
	c := deadline.China()
	instant := at("2020-03-02T09:00:00+08:00")
	d := received("2020-03-02T09:00:00+08:00", deadline.Workdays(10))
	two := d
	two.Suspensions = suspended("2020-03-05..2020-03-06", "2020-03-10..2020-03-11")
	for name, f := range map[string]func() error{
		"is-workday": func() error { _, err := c.IsWorkday(day("2020-03-02")); return err },
		"+10":        func() error { return addFrom(c, instant, 10) },
		"+1000":      func() error { return addFrom(c, instant, 1000) },
		"due":        func() error { _, err := c.Due(d); return err },
		"due over two suspensions": func() error {
			_, err := c.Due(two)
			return err
		},
	} {
		assert.Zero(t, testing.AllocsPerRun(100, func() {
			if err := f(); err != nil {
				t.Error(err)
			}
		}), name)
	}
}

func addFrom(c *deadline.Calendar, instant time.Time, n int) error {
	from, err := c.DateOf(instant)
	if err != nil {
		return err
	}
	_, err = c.AddWorkdays(from, n)
	return err
}

// Every sentence is used, and every key that the code names has its sentence: the keys are read from the source.
func TestEveryKeyHasItsTextAndEveryTextItsKey(t *testing.T) {
	files, err := os.ReadDir(".")
	require.NoError(t, err)
	var code, texts string
	for _, f := range files {
		switch {
		case f.Name() == "text.go":
			texts = mustRead(t, f.Name())
		case strings.HasSuffix(f.Name(), ".go") && !strings.HasSuffix(f.Name(), "_test.go"):
			code += mustRead(t, f.Name())
		}
	}
	declared := map[string]bool{}
	for _, m := range regexp.MustCompile(`(?m)^\t"([a-z.-]+)":\s+\{"`).FindAllStringSubmatch(texts, -1) {
		declared[m[1]] = true
	}
	require.Greater(t, len(declared), 50)
	used := map[string]bool{}
	for _, m := range regexp.MustCompile(`"((?:date|time|calendar|closure|business|period|roll|trigger|restart|suspension|extension|deem|ledger|reminder|statistics|todo|ics|cause|move|change|event|found|force|done|duty)\.[a-z-]+|with|approved|join|colon|duty|reminder|interpretation)"`).FindAllStringSubmatch(code, -1) {
		used[m[1]] = true
	}
	for key := range used {
		assert.True(t, declared[key], "no text for %s", key)
	}
	// Keys that are put together from parts.
	for _, kind := range []deadline.ChangeKind{deadline.NowOff, deadline.NowWork, deadline.Covered, deadline.Uncovered} {
		used["change."+string(kind)] = true
	}
	for _, status := range []string{"draft", "repealed"} {
		used["status."+status] = true
	}
	for key := range declared {
		assert.True(t, used[key] || used[strings.TrimSuffix(key, "-one")], "nobody says %s", key)
	}
}

func TestPeriodsAsText(t *testing.T) {
	for p, want := range map[deadline.Period]string{
		deadline.Workdays(10): "10 working days", deadline.Workdays(1): "1 working day", deadline.Days(30): "30 calendar days",
		deadline.Months(1): "1 month", deadline.Years(2): "24 months", {N: 3}: "a period of 3 without unit",
	} {
		assert.Equal(t, want, p.String())
	}
	assert.Equal(t, "10个工作日", deadline.Workdays(10).Text("zh"))
}

func TestErrorsMatchOnlyTheirOwnSentinel(t *testing.T) {
	_, open := deadline.China().Due(func() deadline.Deadline {
		d := received("2026-03-02T09:00:00+08:00", deadline.Workdays(10))
		d.Suspensions = suspended("2026-03-05..")
		return d
	}())
	require.ErrorIs(t, open, deadline.ErrSuspended)
	assert.NotErrorIs(t, open, deadline.ErrInvalidInput)
	assert.NotErrorIs(t, open, deadline.ErrNotCovered)
	var in *deadline.InputError
	require.ErrorAs(t, open, &in)
	assert.Equal(t, "2026-03-05", in.Since.String())
}
