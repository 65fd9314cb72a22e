package workday_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/banfa-go/banfa/internal/workday"
)

// sample is a whole small file; each case below spoils it in one place.
const sample = `# a comment
banfa-calendar 1 cn

notice 国办发明电〔2026〕1号
year 2027
signed 2026-11-01
published 2026-11-02
source https://example.org/notice
off 2026-12-31 Thu adjusted 元旦
off 2027-01-01 Fri statutory 元旦
work 2027-01-09 Sat 元旦
balance 2026 14
balance 2027 0

notice 国办发明电〔2027〕1号
amends 2027
published 2027-05-01
plain 2027-01-09 Sat
balance 2027 1

end 2
`

func TestParseReadsWhatTheFileSays(t *testing.T) {
	notices, err := workday.Parse("2027.txt", []byte(sample))
	require.NoError(t, err)
	require.Len(t, notices, 2)
	n := notices[0]
	assert.Equal(t, "国办发明电〔2026〕1号", n.ID)
	assert.Equal(t, 2027, n.Year)
	assert.Equal(t, "2026-11-02", n.Published.String())
	assert.Equal(t, workday.Change{Date: date(t, "2027-01-09"), Kind: workday.Makeup, Name: "元旦"}, n.Changes[2])
	assert.True(t, notices[1].Amends)
	assert.Equal(t, workday.Ordinary, notices[1].Changes[0].Kind)
}

func TestParseTakesWindowsLineEndings(t *testing.T) {
	notices, err := workday.Parse("2027.txt", []byte(strings.ReplaceAll(sample, "\n", "\r\n")))
	require.NoError(t, err)
	assert.Len(t, notices, 2)
}

func TestCorruptFileIsRefusedWholeWithLineAndReason(t *testing.T) {
	for _, c := range []struct{ name, old, new, want string }{
		{"another format", "banfa-calendar 1", "banfa-calendar 2", `2: the first statement must be "banfa-calendar 1 cn", not banfa-calendar 2 cn`},
		{"an unknown statement", "work 2027-01-09", "wrk 2027-01-09", "11: wrk is no statement; write notice, year, amends, signed, published, source, off, work, plain, balance or end"},
		{"a statement in the wrong place", "year 2027\nsigned 2026-11-01", "signed 2026-11-01\nyear 2027", "5: signed cannot stand here; a notice is notice, year or amends, signed, published, source, the days, balance, in this order"},
		{"no publication date", "published 2026-11-02\n", "", "7: source cannot stand here; a notice is notice, year or amends, signed, published, source, the days, balance, in this order"},
		{"a day that does not exist", "2027-01-01 Fri", "2027-02-30 Fri", "10: 2027-02-30 is no date; write it as 2026-10-01"},
		{"a wrong weekday", "2027-01-01 Fri", "2027-01-01 Sat", "10: 2027-01-01 is a Fri, not a Sat: the date or the weekday is wrong"},
		{"a make-up day on a weekday", "work 2027-01-09 Sat", "work 2027-01-11 Mon", "11: 2027-01-11 is a Mon: a make-up working day is a Saturday or a Sunday"},
		{"an adjusted day off on a weekend", "2027-01-01 Fri statutory", "2027-01-02 Sat adjusted", "10: 2027-01-02 is a Sat: adjusted is a day from Monday to Friday"},
		{"a holiday weekend on a weekday", "Fri statutory", "Fri weekend", "10: 2027-01-01 is a Fri: weekend is a Saturday or a Sunday"},
		{"an unknown kind", "Fri statutory", "Fri lunar", "10: lunar is no kind of day off; write statutory, adjusted, weekend or extended"},
		{"a day without name", "statutory 元旦", "statutory", "10: off must be followed by: DATE WEEKDAY KIND NAME"},
		{"a day twice", "work 2027-01-09 Sat 元旦", "off 2027-01-01 Fri statutory 元旦", "11: 2027-01-01 must come after the day before it: days stand in order of date, each once"},
		{"a day of another year", "work 2027-01-09 Sat", "work 2028-01-08 Sat", "11: 2028-01-08 is neither in 2027 nor in the December before it"},
		{"a day lost", "work 2027-01-09 Sat 元旦\n", "", "4: in 2027 there are 1 more weekdays off than make-up days, and the file says 0: a day is wrong or missing"},
		{"no balance", "balance 2027 0\n", "", "4: notice 国办发明电〔2026〕1号 has no balance for 2027"},
		{"no balance for the year before", "balance 2026 14\n", "", "4: notice 国办发明电〔2026〕1号 has no balance for 2026"},
		{"a balance of a third year", "balance 2026 14", "balance 2025 14", "12: balance is given for the year before 2027 and for 2027, in this order and once each, not for 2025"},
		{"a balance that is no number", "balance 2027 0", "balance 2027 none", "13: none is no number"},
		{"signed after publication", "signed 2026-11-01", "signed 2026-11-03", "7: signed on 2026-11-03, after it was published on 2026-11-02"},
		{"published in another year", "published 2026-11-02", "published 2029-11-02", "7: published on 2029-11-02 does not fit a notice for 2027: it is in that year or in the one before"},
		{"a year that is none", "year 2027", "year 27", "5: 27 is no year; write four digits"},
		{"a notice without number", "notice 国办发明电〔2026〕1号", "notice ", "4: notice must be followed by: NUMBER"},
		{"a source with spaces", "example.org/notice", "example.org/a notice", "8: source must be followed by: URL"},
		{"a file cut short", "\nend 2\n", "", "19: the file does not end with end: it may have been cut short"},
		{"a notice lost", "end 2", "end 3", "21: end says 3 notices, and the file has 2"},
		{"something after the end", "end 2\n", "end 2\nnotice x\n", "22: there is something after end"},
		{"bytes that are not UTF-8", "元旦\nwork", "\xff\nwork", "10: this is not valid UTF-8, or has control or formatting characters"},
		{"a byte order mark", "# a comment", "\ufeff# a comment", "1: this is not valid UTF-8, or has control or formatting characters"},
		{"two spaces", "Fri statutory", "Fri  statutory", "10: off must be followed by: DATE WEEKDAY KIND NAME"},
	} {
		t.Run(c.name, func(t *testing.T) {
			require.Contains(t, sample, c.old, "the case spoils something")
			_, err := withYears(strings.Replace(sample, c.old, c.new, 1))
			assert.EqualError(t, err, "2027.txt:"+c.want)
		})
	}
}

// withYears puts a file of 2027 beside the embedded ones.
func withYears(file string) (*workday.Schedule, error) {
	notices, err := workday.Parse("2027.txt", []byte(file))
	if err != nil {
		return nil, err
	}
	return workday.China().With(notices...)
}

func TestNoticesThatDoNotAgreeAreRefused(t *testing.T) {
	for _, c := range []struct{ name, old, new, want string }{
		{"a year arranged twice", "notice 国办发明电〔2027〕1号\namends 2027", "notice 国办发明电〔2027〕1号\nyear 2027", "2027.txt:15: 2027 is arranged by 国办发明电〔2026〕1号 already; a change is written amends 2027"},
		{"a notice twice", "notice 国办发明电〔2027〕1号", "notice 国办发明电〔2026〕1号", "2027.txt:15: notice 国办发明电〔2026〕1号 is there already"},
		{"an amendment before what it amends", "published 2027-05-01", "published 2026-10-01", "2027.txt:15: 国办发明电〔2027〕1号 amends 2027, whose own notice was not published by then"},
		{"two notices of one day on one date", "published 2027-05-01", "published 2026-11-02", "2027.txt:15: 国办发明电〔2026〕1号 and 国办发明电〔2027〕1号 were published on one day and both arrange 2027-01-09"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := withYears(strings.Replace(sample, c.old, c.new, 1))
			assert.EqualError(t, err, c.want)
		})
	}
	t.Run("a year left out", func(t *testing.T) {
		gap := "banfa-calendar 1 cn\nnotice n\nyear 2028\npublished 2027-11-02\nbalance 2028 0\nend 1\n"
		_, err := withYears(gap)
		assert.EqualError(t, err, "2027.txt:2: there is a notice for 2028 and none for 2027: years must follow each other")
	})
}

func TestErrorsReadInChinese(t *testing.T) {
	_, err := workday.Parse("2027.txt", []byte(strings.Replace(sample, "2027-01-01 Fri", "2027-01-01 Sat", 1)))
	var data *workday.DataError
	require.ErrorAs(t, err, &data)
	assert.Equal(t, "2027.txt:10: 2027-01-01 是 Fri，不是 Sat：日期或星期有误", data.Text("zh"))
	assert.Equal(t, 10, data.Line)
}

func TestLoadReadsAFolder(t *testing.T) {
	s, err := workday.Load(os.DirFS("data"))
	require.NoError(t, err)
	assert.Equal(t, workday.China().Latest().Digest(), s.Latest().Digest())

	_, err = workday.Load(fstest.MapFS{"readme.md": {Data: []byte("nothing here")}})
	assert.EqualError(t, err, "there is no data file (*.txt)")

	_, err = workday.Load(fstest.MapFS{"big.txt": {Data: make([]byte, workday.MaxFile+1)}})
	assert.EqualError(t, err, "big.txt: the file has 1048577 bytes, more than the limit of 1048576 (size of a data file)")
}

func TestFormatWritesTheEmbeddedFiles(t *testing.T) {
	names, err := filepath.Glob("data/*.txt")
	require.NoError(t, err)
	require.Len(t, names, 20)
	for _, name := range names {
		data, err := os.ReadFile(name)
		require.NoError(t, err)
		notices, err := workday.Parse(name, data)
		require.NoError(t, err)
		_, body, _ := strings.Cut(string(data), "doc.go describes the format.\n")
		assert.Equal(t, body, string(workday.Format(notices)), name)
	}
}

// FuzzParse: whatever the bytes, parsing ends in a *DataError or in notices that Format writes and Parse reads back,
// and a schedule made of them answers like counting day by day.
func FuzzParse(f *testing.F) {
	f.Add([]byte(sample))
	f.Add([]byte("banfa-calendar 1 cn\nend 0\n"))
	for _, name := range []string{"2019.txt", "2020.txt"} {
		data, err := os.ReadFile(filepath.Join("data", name))
		require.NoError(f, err)
		f.Add(data)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		notices, err := workday.Parse("f.txt", data)
		if err != nil {
			var e *workday.DataError
			require.ErrorAs(t, err, &e)
			require.NotContains(t, e.Text("zh"), "[data.")
			return
		}
		again, err := workday.Parse("f.txt", workday.Format(notices))
		require.NoError(t, err)
		require.Equal(t, string(workday.Format(notices)), string(workday.Format(again)))
		s, err := workday.NewSchedule(notices)
		if err != nil {
			return
		}
		x := s.Latest()
		first, last, ok := x.Covers()
		if !ok {
			return
		}
		n := 0
		for d := first; d <= min(last, first+800); d++ {
			works, err := x.IsWorkday(d)
			require.NoError(t, err)
			require.Equal(t, !x.Day(d).Off(), works)
			if works {
				if n++; n == 1 {
					continue
				}
				got, err := x.WorkdaysBetween(first, d)
				require.NoError(t, err)
				firstWorks, _ := x.IsWorkday(first)
				want := n
				if firstWorks {
					want--
				}
				require.Equal(t, want, got)
			}
		}
	})
}
