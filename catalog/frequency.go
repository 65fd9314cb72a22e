package catalog

import "time"

// The update frequencies (Article 17, second paragraph; Article 18, third paragraph). Frequency itself is in model.go.
const (
	Realtime         Frequency = "realtime"
	Minutely         Frequency = "minutely"
	Every5Minutes    Frequency = "every_5_minutes"
	Every10Minutes   Frequency = "every_10_minutes"
	Every15Minutes   Frequency = "every_15_minutes"
	Every30Minutes   Frequency = "every_30_minutes"
	Hourly           Frequency = "hourly"
	Every2Hours      Frequency = "every_2_hours"
	Every3Hours      Frequency = "every_3_hours"
	Every12Hours     Frequency = "every_12_hours"
	TwiceDaily       Frequency = "twice_daily"
	Daily            Frequency = "daily"
	ThreeTimesWeekly Frequency = "three_times_weekly"
	TwiceWeekly      Frequency = "twice_weekly"
	Weekly           Frequency = "weekly"
	Dekad            Frequency = "dekad" // 旬: days 1 to 10, 11 to 20 and 21 to the end of a month
	Biweekly         Frequency = "biweekly"
	Semimonthly      Frequency = "semimonthly"
	Monthly          Frequency = "monthly"
	Bimonthly        Frequency = "bimonthly"
	Quarterly        Frequency = "quarterly"
	FourMonthly      Frequency = "four_monthly"
	HalfYearly       Frequency = "half_yearly"
	Yearly           Frequency = "yearly"
	Biennial         Frequency = "biennial"
	Triennial        Frequency = "triennial"
	Quadrennial      Frequency = "quadrennial"
	Quinquennial     Frequency = "quinquennial"
	Decennial        Frequency = "decennial"
	Bidecennial      Frequency = "bidecennial"
	Tridecennial     Frequency = "tridecennial"
	Irregular        Frequency = "irregular" // again and again, nobody says when
	OnDemand         Frequency = "on_demand" // when what it describes changes, or when somebody asks
	Static           Frequency = "static"    // never again
)

// frequencyFact is what is known of one code.
type frequencyFact struct {
	code   Frequency
	zh, en string
	eu     string // of the EU Frequency authority list
	iso    string // ISO 8601 repeating interval; empty where there is no interval
	// The nominal interval, in minutes up to weeks and in months from there on: what texts are compared with.
	minutes, months float64
	longest         time.Duration // the longest time between two updates
}

const frequencyDay = 24 * time.Hour

// frequencyFacts is the crosswalk, from the most to the least frequent.
var frequencyFacts = [...]frequencyFact{
	// Live data has no interval to be late by; an hour without news says that the feed is broken.
	{code: Realtime, zh: "实时", en: "real time", eu: "UPDATE_CONT", iso: "R/PT1S", longest: time.Hour},
	{code: Minutely, zh: "每分钟", en: "every minute", eu: "1MIN", iso: "R/PT1M", minutes: 1, longest: time.Minute},
	{code: Every5Minutes, zh: "每5分钟", en: "every 5 minutes", eu: "5MIN", iso: "R/PT5M", minutes: 5, longest: 5 * time.Minute},
	{code: Every10Minutes, zh: "每10分钟", en: "every 10 minutes", eu: "10MIN", iso: "R/PT10M", minutes: 10, longest: 10 * time.Minute},
	{code: Every15Minutes, zh: "每15分钟", en: "every 15 minutes", eu: "15MIN", iso: "R/PT15M", minutes: 15, longest: 15 * time.Minute},
	{code: Every30Minutes, zh: "每30分钟", en: "every 30 minutes", eu: "30MIN", iso: "R/PT30M", minutes: 30, longest: 30 * time.Minute},
	{code: Hourly, zh: "每小时", en: "hourly", eu: "HOURLY", iso: "R/PT1H", minutes: 60, longest: time.Hour},
	{code: Every2Hours, zh: "每2小时", en: "every 2 hours", eu: "BIHOURLY", iso: "R/PT2H", minutes: 120, longest: 2 * time.Hour},
	{code: Every3Hours, zh: "每3小时", en: "every 3 hours", eu: "TRIHOURLY", iso: "R/PT3H", minutes: 180, longest: 3 * time.Hour},
	{code: Every12Hours, zh: "每12小时", en: "every 12 hours", eu: "12HRS", iso: "R/PT12H", minutes: 720, longest: 12 * time.Hour},
	// Twice a day is not every twelve hours: eight in the morning and noon are twice a day too.
	{code: TwiceDaily, zh: "每日两次", en: "twice a day", eu: "DAILY_2", iso: "R/PT12H", longest: frequencyDay},
	{code: Daily, zh: "每日", en: "daily", eu: "DAILY", iso: "R/P1D", minutes: 1440, longest: frequencyDay},
	{code: ThreeTimesWeekly, zh: "每周三次", en: "three times a week", eu: "WEEKLY_3", iso: "R/P0.33W", minutes: 3360, longest: 5 * frequencyDay},
	{code: TwiceWeekly, zh: "每周两次", en: "twice a week", eu: "WEEKLY_2", iso: "R/P3.5D", minutes: 5040, longest: 6 * frequencyDay},
	{code: Weekly, zh: "每周", en: "weekly", eu: "WEEKLY", iso: "R/P1W", minutes: 10080, longest: 7 * frequencyDay},
	{code: Dekad, zh: "每旬", en: "every ten days", eu: "MONTHLY_3", iso: "R/P10D", minutes: 14400, longest: 11 * frequencyDay},
	{code: Biweekly, zh: "每两周", en: "every two weeks", eu: "BIWEEKLY", iso: "R/P2W", minutes: 20160, longest: 14 * frequencyDay},
	{code: Semimonthly, zh: "每半月", en: "twice a month", eu: "MONTHLY_2", iso: "R/P0.5M", months: .5, longest: 16 * frequencyDay},
	{code: Monthly, zh: "每月", en: "monthly", eu: "MONTHLY", iso: "R/P1M", months: 1, longest: 31 * frequencyDay},
	{code: Bimonthly, zh: "每两个月", en: "every two months", eu: "BIMONTHLY", iso: "R/P2M", months: 2, longest: 62 * frequencyDay},
	{code: Quarterly, zh: "每季度", en: "quarterly", eu: "QUARTERLY", iso: "R/P3M", months: 3, longest: 92 * frequencyDay},
	{code: FourMonthly, zh: "每四个月", en: "three times a year", eu: "ANNUAL_3", iso: "R/P4M", months: 4, longest: 123 * frequencyDay},
	{code: HalfYearly, zh: "每半年", en: "twice a year", eu: "ANNUAL_2", iso: "R/P6M", months: 6, longest: 184 * frequencyDay},
	{code: Yearly, zh: "每年", en: "yearly", eu: "ANNUAL", iso: "R/P1Y", months: 12, longest: 366 * frequencyDay},
	{code: Biennial, zh: "每两年", en: "every two years", eu: "BIENNIAL", iso: "R/P2Y", months: 24, longest: 731 * frequencyDay},
	{code: Triennial, zh: "每三年", en: "every three years", eu: "TRIENNIAL", iso: "R/P3Y", months: 36, longest: 1096 * frequencyDay},
	{code: Quadrennial, zh: "每四年", en: "every four years", eu: "QUADRENNIAL", iso: "R/P4Y", months: 48, longest: 1461 * frequencyDay},
	{code: Quinquennial, zh: "每五年", en: "every five years", eu: "QUINQUENNIAL", iso: "R/P5Y", months: 60, longest: 1827 * frequencyDay},
	{code: Decennial, zh: "每十年", en: "every ten years", eu: "DECENNIAL", iso: "R/P10Y", months: 120, longest: 3653 * frequencyDay},
	{code: Bidecennial, zh: "每二十年", en: "every twenty years", eu: "BIDECENNIAL", iso: "R/P20Y", months: 240, longest: 7305 * frequencyDay},
	{code: Tridecennial, zh: "每三十年", en: "every thirty years", eu: "TRIDECENNIAL", iso: "R/P30Y", months: 360, longest: 10958 * frequencyDay},
	{code: Irregular, zh: "不定期", en: "irregular", eu: "IRREG"},
	{code: OnDemand, zh: "按需更新", en: "as needed", eu: "AS_NEEDED"},
	{code: Static, zh: "不更新", en: "never", eu: "NEVER"},
}

var frequencyByCode = func() map[Frequency]*frequencyFact {
	m := make(map[Frequency]*frequencyFact, len(frequencyFacts))
	for i := range frequencyFacts {
		m[frequencyFacts[i].code] = &frequencyFacts[i]
	}
	return m
}()

// Frequencies lists the codes, from the most to the least frequent; those without an interval come last.
func Frequencies() []Frequency {
	out := make([]Frequency, len(frequencyFacts))
	for i := range frequencyFacts {
		out[i] = frequencyFacts[i].code
	}
	return out
}

// Known reports whether f is one of the codes.
func (f Frequency) Known() bool { return frequencyByCode[f] != nil }

// Label is the Chinese name of a code, such as 每季度, and the code itself where it is not known.
func (f Frequency) Label() string {
	if k := frequencyByCode[f]; k != nil {
		return k.zh
	}
	return string(f)
}

// English is the English name of a code, and the code itself where it is not known.
func (f Frequency) English() string {
	if k := frequencyByCode[f]; k != nil {
		return k.en
	}
	return string(f)
}

// EU is the code of the EU Frequency authority list, as DCAT-AP wants it, and empty for a code that is not known. Its address is
// http://publications.europa.eu/resource/authority/frequency/ with the code behind.
func (f Frequency) EU() string {
	if k := frequencyByCode[f]; k != nil {
		return k.eu
	}
	return ""
}

// ISO is the ISO 8601 repeating interval, as DCAT-US 1.1 wants it: R/P1M. It is empty where there is no interval.
func (f Frequency) ISO() string {
	if k := frequencyByCode[f]; k != nil {
		return k.iso
	}
	return ""
}

// Period is the longest time between two updates that keep the frequency: of a month 31 days, of a year 366. There is none for irregular,
// on_demand and static, nor for a code that is not known: such data is neither late nor in time by the clock (Article 22, Article 38).
func (f Frequency) Period() (time.Duration, bool) {
	k := frequencyByCode[f]
	if k == nil || k.longest == 0 {
		return 0, false
	}
	return k.longest, true
}
