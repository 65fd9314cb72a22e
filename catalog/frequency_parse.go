package catalog

import (
	"math"
	"regexp"
	"strconv"
	"strings"
)

// ParseFrequency reads what people write in the column of update frequencies: codes, Chinese of either script (每年2次, 每季結束後15日,
// 異動時更新, 一次性), English, codes and addresses of the EU's list and of the Dublin Core's, ISO 8601 intervals.
//
// Intervals that have no code of their own get the next longer one, so that nothing is promised that the text does not promise. A bare
// number is not read: every platform counts its list of frequencies in another way. What it does not understand is not ok.
func ParseFrequency(text string) (Frequency, bool) {
	const longest = 200 // bytes; what is longer is a description
	text = strings.TrimSpace(text)
	if text == "" || len(text) > longest {
		return "", false
	}
	if f := Frequency(strings.ToLower(text)); f.Known() {
		return f, true
	}
	if m, n, ok := frequencyISO(text); ok {
		return frequencyNearest(m, n)
	}
	if i := strings.LastIndexAny(text, "/#"); i >= 0 && strings.Contains(text, "://") {
		text = text[i+1:] // http://publications.europa.eu/resource/authority/frequency/MONTHLY
	}
	folded := hantFold(text, "/+.")
	if f, ok := frequencyWords[folded]; ok {
		return f, true
	}
	folded = strings.NewReplacer("數据", "数据", "為", "为", "爲", "为").Replace(folded)
	for _, prefix := range []string{"更新频率", "更新周期", "更新频度", "资源更新频率", "数据更新频率", "freq"} {
		folded = strings.TrimPrefix(folded, prefix)
	}
	folded = strings.TrimPrefix(folded, "为")
	for range 3 {
		if f, ok := frequencyWords[folded]; ok {
			return f, true
		}
		if f, ok := frequencyChinese(folded); ok {
			return f, true
		}
		if f, ok := frequencyEnglish(folded); ok {
			return f, true
		}
		short := folded
		for _, suffix := range []string{"数据", "更新", "一次", "updates", "updated", "update", "左右", "定期", "公布", "发布", "."} {
			short = strings.TrimSuffix(short, suffix)
		}
		for _, prefix := range []string{"定期", "原则上", "约", "数据", "固定", "按", "依", "逐", "于", "updated", "update"} {
			short = strings.TrimPrefix(short, prefix)
		}
		if short == folded || short == "" {
			break
		}
		folded = short
	}
	return frequencyLoose(folded)
}

// frequencyWords is texts as a whole, folded: no spaces, no punctuation, simplified, lower case.
var frequencyWords = func() map[string]Frequency {
	m := map[string]Frequency{}
	for _, f := range frequencyFacts {
		for _, t := range []string{string(f.code), f.zh, f.en, f.eu} {
			m[hantFold(t, "/+.")] = f.code
		}
	}
	for code, words := range map[Frequency]string{
		Realtime: "实时更新 即时 即时更新 及时更新 动态实时 随时 准实时 连续 持续更新 持续 realtime continuous continuously continual cont live 秒级",
		Minutely: "分钟 每分 分钟级",
		Hourly:   "小时 每时 逐时 小时级 每一小时 hour",
		Daily: "日 天 每天 逐日 日更 日更新 天更新 按日 按天 日报 每日更新 每工作日 每个工作日 工作日 每日历日 t+1 daily day everyday everyworkingday " +
			"weekdays businessdays",
		ThreeTimesWeekly: "threetimesaweek",
		TwiceWeekly:      "semiweekly",
		Weekly:           "周 星期 礼拜 每星期 每礼拜 周更 周报 按周 逐周 week",
		Biweekly:         "双周 隔周 两周 半月刊 fortnightly everyfortnight fortnight biweek",
		Dekad:            "旬 按旬 旬报 逢旬 tendays ten_days tenday threetimesamonth dekadal",
		Semimonthly:      "半月 半个月 每半个月 semimonth",
		Monthly:          "月 月度 每月度 按月 逐月 月更 月报 次月 当月 每个月 month",
		Bimonthly:        "双月 隔月 两月 每两月 两个月 双月刊",
		Quarterly:        "季 季度 每季 按季 按季度 逐季 季报 季更 每一季 quarter trimestrial",
		FourMonthly:      "threetimesayear",
		HalfYearly: "半年 半年度 每半年度 按半年 半年报 每学期 学期 semiannual semiannually semiyearly halfyearly biannual biannually " +
			"halfyear sixmonthly",
		Yearly: "年 年度 每年度 按年 按年度 逐年 年更 年报 每一年 每学年 学年 annual annually year 每届",
		Irregular: "不定期更新 非定期 无固定 不固定 无固定周期 不固定周期 无固定频率 不规律 不定时 不定时更新 视情况 视情况更新 不定 无定期 " +
			"irregularly sporadic varies adhoc 不定期公布 其他不定期",
		OnDemand: "按需 依需求 需要时 需要时更新 依需要 有变化时 有变化时更新 有变动时 变动时 变化时 变更时 变更时更新 有变更时 异动时 异动时更新 有异动时 " +
			"有异动时更新 有更新时 随变随更 随时更新 动态更新 动态 发生变化时更新 如有变动 触发更新 事件触发 数据变更时 asneeded ondemand onchange " +
			"whenchanged asrequired 视需要 视需要更新 视需求 依实际需求更新 不定期异动时更新",
		Static: "静态 静态数据 不再更新 停止更新 停更 已停更 无需更新 无更新 一次性 一次性更新 一次 仅一次 永久 长期不变 固定不变 never 历史数据 " +
			"不予更新 notplanned not_planned noupdate once onetime onceonly oneoff notupdated historical none 非更新 不更新了",
	} {
		for w := range strings.FieldsSeq(words) {
			m[hantFold(w, "/+.")] = code
		}
	}
	return m
}()

var (
	frequencyISOForm = regexp.MustCompile(`(?i)^(?:R\d*/)?P(?:(\d+(?:\.\d+)?)Y)?(?:(\d+(?:\.\d+)?)M)?(?:(\d+(?:\.\d+)?)W)?(?:(\d+(?:\.\d+)?)D)?` +
		`(?:T(?:(\d+(?:\.\d+)?)H)?(?:(\d+(?:\.\d+)?)M)?(?:(\d+(?:\.\d+)?)S)?)?$`)
	// 每 N unit [更新] M 次 [rest], N unit M 次, and M 次 / unit.
	frequencyEach = regexp.MustCompile(`^(?:每|每隔|隔|逐|按|各)(` + frequencyNumber + `?)(?:个|個)?(` + frequencyUnit + `)(?:度|内|中)?(?:均|至少|定期|更新|提供|发布|公布)*(` +
		frequencyNumber + `?)(次?)(.*)$`)
	frequencyPlain = regexp.MustCompile(`^(` + frequencyNumber + `)(?:个|個)?(` + frequencyUnit + `)(?:度|内)?(?:更新|提供|/|至少)*(` + frequencyNumber + `?)(次)$`)
	frequencySpan  = regexp.MustCompile(`^(` + frequencyNumber + `)(分钟|小时|天|周|星期|个月|个季度|季度|季)$`)
	frequencyRate  = regexp.MustCompile(`^(` + frequencyNumber + `?)次/?(?:每)?(` + frequencyNumber + `?)(?:个)?(` + frequencyUnit + `)$`)
	frequencyTally = regexp.MustCompile(`^(?:(once|twice|thrice|\d+|one|two|three|four)(?:x|times?)?)?(?:a|an|per|every|each|/)(\d+|one|two|three|four|five|six|ten|other|second)?` +
		`(minute|min|hour|day|workingday|week|month|quarter|year|annum)s?$`)
)

const (
	frequencyNumber = `(?:[0-9]+(?:\.[0-9]+)?|[半一二两三四五六七八九十]+)`
	frequencyUnit   = `分钟|分|小时|时|工作日|自然日|日|天|周|星期|礼拜|旬|月份|月|季度|季|学期|学年|年`
)

// frequencyISO reads an interval as minutes or months.
func frequencyISO(text string) (minutes, months float64, ok bool) {
	p := frequencyISOForm.FindStringSubmatch(text)
	if p == nil {
		return 0, 0, false
	}
	var n [8]float64
	for i := 1; i < 8; i++ {
		if p[i] == "" {
			continue
		}
		v, err := strconv.ParseFloat(p[i], 64)
		if err != nil || v > 1e6 {
			return 0, 0, false
		}
		n[i] = v
	}
	months = n[1]*12 + n[2]
	minutes = n[3]*10080 + n[4]*1440 + n[5]*60 + n[6] + n[7]/60
	return minutes, months, months > 0 || minutes > 0
}

// frequencyNearest is the code of an interval, or the next longer one. There is none for more than thirty years.
func frequencyNearest(minutes, months float64) (Frequency, bool) {
	const month = 30.44 * 1440
	if months == 0 && minutes < 1 {
		return Realtime, minutes > 0
	}
	if months == 0 { // thirty days are a month to whoever writes them, and 365 a year
		for _, near := range [...]struct{ days, months float64 }{{30, 1}, {31, 1}, {60, 2}, {90, 3}, {180, 6}, {365, 12}, {366, 12}, {730, 24}} {
			if minutes == near.days*1440 {
				minutes, months = 0, near.months
			}
		}
	}
	const slack = 1.011 // R/P0.33W, and the hours of a daylight-saving day
	for _, f := range frequencyFacts {
		switch {
		case f.minutes == 0 && f.months == 0:
		case months > 0 && minutes == 0 && f.months > 0:
			if months <= f.months*slack {
				return f.code, true
			}
		default:
			if months*month+minutes <= (f.months*month+f.minutes)*slack {
				return f.code, true
			}
		}
	}
	return "", false
}

// frequencyTimes is the code of n units in which it happens times times.
func frequencyTimes(n float64, unit string, times float64) (Frequency, bool) {
	if n <= 0 || times <= 0 || math.IsInf(n/times, 0) {
		return "", false
	}
	n /= times
	switch unit {
	case "分钟", "分", "minute", "min":
		return frequencyNearest(n, 0)
	case "小时", "时", "hour":
		return frequencyNearest(n*60, 0)
	case "工作日", "自然日", "日", "天", "day", "workingday":
		if n == .5 {
			return TwiceDaily, true
		}
		return frequencyNearest(n*1440, 0)
	case "周", "星期", "礼拜", "week":
		return frequencyNearest(n*10080, 0)
	case "旬":
		return frequencyNearest(n*14400, 0)
	case "月份", "月", "个月", "month":
		if n > .32 && n < .35 {
			return Dekad, true
		}
		return frequencyNearest(0, n)
	case "季度", "季", "个季度", "quarter":
		return frequencyNearest(0, n*3)
	case "学期":
		return frequencyNearest(0, n*6)
	default:
		return frequencyNearest(0, n*12)
	}
}

// frequencyChinese reads texts with a number or a unit.
func frequencyChinese(s string) (Frequency, bool) {
	if p := frequencyEach.FindStringSubmatch(s); p != nil {
		n, times := frequencyCount(p[1]), frequencyCount(p[3])
		if p[4] == "" { // the number belongs to what follows: 每季结束后15日, 每月10日
			times = 1
			if strings.Contains(p[5], "次") && !strings.Contains(p[5], "一次") {
				return "", false
			}
		}
		return frequencyTimes(n, p[2], times)
	}
	if p := frequencyPlain.FindStringSubmatch(s); p != nil {
		return frequencyTimes(frequencyCount(p[1]), p[2], frequencyCount(p[3]))
	}
	if p := frequencySpan.FindStringSubmatch(s); p != nil {
		return frequencyTimes(frequencyCount(p[1]), p[2], 1)
	}
	if p := frequencyRate.FindStringSubmatch(s); p != nil {
		return frequencyTimes(frequencyCount(p[2]), p[3], frequencyCount(p[1]))
	}
	return "", false
}

// frequencyEnglish reads once a month, every 2 weeks, 3 times per year; the spaces are gone.
func frequencyEnglish(s string) (Frequency, bool) {
	p := frequencyTally.FindStringSubmatch(s)
	if p == nil {
		return "", false
	}
	return frequencyTimes(frequencyCount(p[2]), strings.Replace(p[3], "annum", "year", 1), frequencyCount(p[1]))
}

// frequencyLoose reads longer texts by how they begin.
func frequencyLoose(s string) (Frequency, bool) {
	for _, w := range [...]struct {
		has  string
		code Frequency
	}{
		{"不定期", Irregular},
		{"无固定", Irregular},
		{"不再更新", Static},
		{"不更新", Static},
		{"停止更新", Static},
		{"一次性", Static},
		{"实时", Realtime},
		{"即时", Realtime},
	} {
		if strings.HasPrefix(s, w.has) {
			return w.code, true
		}
	}
	for _, w := range [...]string{"异动", "变动", "变更", "变化", "需求", "需要", "按需", "修订", "新增", "有更新"} {
		if i := strings.Index(s, w); i >= 0 && (strings.Contains(s, "时") || strings.Contains(s, "后") || strings.Contains(s, "更新") || i == 0) {
			return OnDemand, true
		}
	}
	return "", false
}

// frequencyCount reads a number of up to two digits in Chinese, in figures or as an English word; an empty text is one, what is none 0.
func frequencyCount(s string) float64 {
	switch s {
	case "", "one", "once":
		return 1
	case "半":
		return .5
	case "two", "twice", "other", "second":
		return 2
	case "three", "thrice":
		return 3
	case "four":
		return 4
	case "five":
		return 5
	case "six":
		return 6
	case "ten":
		return 10
	}
	if n, err := strconv.ParseFloat(s, 64); err == nil {
		return n
	}
	const digits = "一二三四五六七八九"
	total, last := 0, 0
	for _, r := range s {
		switch {
		case r == '十':
			total += max(last, 1) * 10
			last = 0
		case r == '两':
			last = 2
		case strings.ContainsRune(digits, r):
			last = strings.Index(digits, string(r))/3 + 1
		default:
			return 0
		}
	}
	return float64(total + last)
}
