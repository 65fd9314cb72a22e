package catalog_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/banfa-go/banfa/catalog"
)

func TestParseFrequencyReadsWhatOfficersWrite(t *testing.T) {
	for text, want := range map[string]catalog.Frequency{
		"实时": catalog.Realtime, "即時": catalog.Realtime, "實時更新": catalog.Realtime, "实时（1分钟内）": catalog.Realtime,
		"每分钟": catalog.Minutely, "每5分鐘": catalog.Every5Minutes, "每10分鐘更新": catalog.Every10Minutes, "5分钟一次": catalog.Every5Minutes,
		"每小時": catalog.Hourly, "每２小时": catalog.Every2Hours, "每3小時": catalog.Every3Hours, "逐时": catalog.Hourly, "每6小时": catalog.Every12Hours,
		"每日": catalog.Daily, "每天": catalog.Daily, "日": catalog.Daily, "每日更新1次": catalog.Daily, "每个工作日": catalog.Daily, "T+1": catalog.Daily,
		"24小时": catalog.Daily, "每日2次": catalog.TwiceDaily, "每天更新两次": catalog.TwiceDaily,
		"每周": catalog.Weekly, "每週": catalog.Weekly, "每星期": catalog.Weekly, "1次/周": catalog.Weekly, "每周一次": catalog.Weekly, "每周一更新": catalog.Weekly,
		"每周2次": catalog.TwiceWeekly, "每周三次": catalog.ThreeTimesWeekly, "每两周": catalog.Biweekly, "每2週": catalog.Biweekly,
		"每旬": catalog.Dekad, "每月3次": catalog.Dekad, "半月": catalog.Semimonthly, "每半個月": catalog.Semimonthly, "每月2次": catalog.Semimonthly,
		"每月": catalog.Monthly, "每月10日": catalog.Monthly, "每月5日前更新": catalog.Monthly, "月": catalog.Monthly, "每個月": catalog.Monthly, "每1月": catalog.Monthly,
		"30天": catalog.Monthly, "更新频率：每月": catalog.Monthly, "按月更新": catalog.Monthly, "每月定期更新": catalog.Monthly,
		"每2个月": catalog.Bimonthly, "隔月": catalog.Bimonthly, "每季": catalog.Quarterly, "每季度": catalog.Quarterly, "季度更新": catalog.Quarterly,
		"每季結束後15日": catalog.Quarterly, "每3個月": catalog.Quarterly, "1年4次": catalog.Quarterly, "每四个月": catalog.FourMonthly, "每年3次": catalog.FourMonthly,
		"半年": catalog.HalfYearly, "每半年": catalog.HalfYearly, "每年2次": catalog.HalfYearly, "每学期": catalog.HalfYearly, "半年一次": catalog.HalfYearly,
		"每6个月": catalog.HalfYearly, "年": catalog.Yearly, "每年": catalog.Yearly, "每年1月更新": catalog.Yearly, "每一年更新": catalog.Yearly, "一年一次": catalog.Yearly,
		"年度": catalog.Yearly, "每年12月31日前": catalog.Yearly, "每學年": catalog.Yearly, "365天": catalog.Yearly, "每12个月": catalog.Yearly,
		"每兩年": catalog.Biennial, "每三年": catalog.Triennial, "每4年": catalog.Quadrennial, "每五年": catalog.Quinquennial, "每十年": catalog.Decennial,
		"不定期": catalog.Irregular, "不定期更新": catalog.Irregular, "不定期（每年至少一次）": catalog.Irregular, "無固定週期": catalog.Irregular,
		"按需": catalog.OnDemand, "異動時更新": catalog.OnDemand, "有變動時更新": catalog.OnDemand, "资料有异动时": catalog.OnDemand, "依實際需求更新": catalog.OnDemand,
		"一次性": catalog.Static, "不更新": catalog.Static, "靜態": catalog.Static, "不再更新": catalog.Static, "停止更新": catalog.Static,
		"Once a month": catalog.Monthly, "twice per year": catalog.HalfYearly, "every 2 weeks": catalog.Biweekly, "Annually": catalog.Yearly,
		"semi-annual": catalog.HalfYearly, "3 times a week": catalog.ThreeTimesWeekly, "Every other month": catalog.Bimonthly, "real-time": catalog.Realtime,
		"as needed": catalog.OnDemand, "updated daily": catalog.Daily, "threeTimesAYear": catalog.FourMonthly,
		"R/P1D": catalog.Daily, "R/P0.5M": catalog.Semimonthly, "R/PT1S": catalog.Realtime, "R/P3.5D": catalog.TwiceWeekly, "R/P0.33W": catalog.ThreeTimesWeekly,
		"R/P2M": catalog.Bimonthly, "P1Y": catalog.Yearly, "R/P7D": catalog.Weekly, "R/P0.33M": catalog.Dekad, "R5/PT15M": catalog.Every15Minutes,
		"R/P5M": catalog.HalfYearly, // nothing of five months: the next longer one
		"IRREG": catalog.Irregular, "ANNUAL_2": catalog.HalfYearly, "CONT": catalog.Realtime, "NOT_PLANNED": catalog.Static,
		"http://publications.europa.eu/resource/authority/frequency/MONTHLY_3": catalog.Dekad,
		"http://purl.org/cld/freq/semimonthly":                                 catalog.Semimonthly,
	} {
		got, ok := catalog.ParseFrequency(text)
		assert.True(t, ok, text)
		assert.Equal(t, want, got, text)
	}
}

func TestParseFrequencyDoesNotGuess(t *testing.T) {
	for _, text := range []string{
		"", " ", "1", "03", "3月", "2023年", "2023-01-01", "R/", "R/P", "P0D", "R/P100Y", "每", "每次", "次", "其他", "其它", "未知", "UNKNOWN", "OTHER",
		"OP_DATPRO", "无", "-", "abc", "每零年", "每年0次", "http://example.org/", "每\xff", strings.Repeat("每", 1000), "P9999999999999Y", "每周几次",
	} {
		got, ok := catalog.ParseFrequency(text)
		assert.False(t, ok, "%q read as %s", text, got)
		assert.Empty(t, got, text)
	}
}

func TestEveryFrequencyCodeIsReadBackFromEachOfItsNames(t *testing.T) {
	seen := map[string]catalog.Frequency{}
	for _, f := range catalog.Frequencies() {
		require.True(t, f.Known())
		for _, name := range []string{string(f), f.Label(), f.English(), f.EU(), "http://publications.europa.eu/resource/authority/frequency/" + f.EU()} {
			require.NotEmpty(t, name, f)
			got, ok := catalog.ParseFrequency(name)
			assert.True(t, ok, name)
			if f == catalog.HalfYearly && name == f.English() {
				assert.Equal(t, f, got)
			}
			assert.Equal(t, f, got, name)
		}
		assert.NotContains(t, seen, f.EU())
		seen[f.EU()] = f
		if f.ISO() == "" {
			_, ok := f.Period()
			assert.False(t, ok, f)
			continue
		}
		back, ok := catalog.ParseFrequency(f.ISO())
		assert.True(t, ok, f)
		if f != catalog.TwiceDaily { // has the interval of every_12_hours
			assert.Equal(t, f, back)
		}
	}
}

func TestFrequenciesGoFromOftenToSeldom(t *testing.T) {
	var last int64
	for _, f := range catalog.Frequencies() {
		p, ok := f.Period()
		if !ok {
			assert.Contains(t, []catalog.Frequency{catalog.Irregular, catalog.OnDemand, catalog.Static}, f)
			continue
		}
		if f != catalog.Realtime {
			assert.GreaterOrEqual(t, int64(p), last, f)
			last = int64(p)
		}
	}
	_, ok := catalog.Frequency("often").Period()
	assert.False(t, ok)
	assert.Equal(t, "often", catalog.Frequency("often").Label())
}

func TestParseFrequencyNamesAKnownCodeOrNone(t *testing.T) {
	word := rapid.SampledFrom([]string{"每", "隔", "半", "两", "3", "15", "10", "年", "月", "季", "周", "日", "小时", "分钟", "次", "/", "更新", "不定期", "R/", "P", "M", "T", "H", "每年", "後", "異動時", " "})
	rapid.Check(t, func(t *rapid.T) {
		text := strings.Join(rapid.SliceOfN(word, 0, 8).Draw(t, "words"), "")
		f, ok := catalog.ParseFrequency(text)
		if ok != f.Known() {
			t.Fatalf("%q: %q, %v", text, f, ok)
		}
	})
}
