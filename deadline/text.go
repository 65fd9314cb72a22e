package deadline

import (
	"strings"
	"time"

	"github.com/banfa-go/banfa/internal/message"
	"github.com/banfa-go/banfa/internal/workday"
)

// text returns the sentence of a key in lang ("zh"; every other language reads as English).
func text(lang, key string, args ...string) string {
	t, ok := texts[key]
	if !ok {
		return "[" + key + "]"
	}
	if lang == message.Chinese {
		return workday.Fill(t.zh, args...)
	}
	return workday.Fill(t.en, args...)
}

type pair struct{ zh, en string }

var texts = map[string]pair{
	"date.none":    {"没有 {0} 这一天", "there is no day {0}"},
	"date.form":    {"“{0}”不是日期，请写成 2026-10-01", "\"{0}\" is no date; write it as 2026-10-01"},
	"date.missing": {"没有日期", "the date is missing"},
	"date.range":   {"超出公元 1 年至 9999 年", "the date falls outside the years 0001 to 9999"},
	"time.zone":    {"“{0}”没有时区，请写成 2026-10-01T09:00:00+08:00", "\"{0}\" has no zone; write it as 2026-10-01T09:00:00+08:00"},
	"time.date":    {"“{0}”只有日期，请写明时刻和时区：2026-10-01T09:00:00+08:00", "\"{0}\" is a day, not a time; write it as 2026-10-01T09:00:00+08:00"},
	"time.form":    {"“{0}”不是时刻，请写成 2026-10-01T09:00:00+08:00", "\"{0}\" is no time; write it as 2026-10-01T09:00:00+08:00"},

	"calendar.covers":   {"日历 {0}：{1} 至 {2}", "calendar {0}: {1} to {2}"},
	"calendar.empty":    {"日历 {0}：该时点尚无任何安排", "calendar {0}: nothing published yet"},
	"closure.dates":     {"须写明起、止和公布三个日期", "from, to and the date of publication are required"},
	"closure.reversed":  {"起日 {0} 在止日 {1} 之后，请对调或改正", "from {0} is after to {1}; exchange them or correct one"},
	"closure.citation":  {"须写明名称和所依据的文件", "name and citation are required"},
	"business.nil":      {"没有给出日历", "there is no calendar"},
	"business.zone":     {"没有给出时区", "the zone is missing"},
	"business.years":    {"年份 {0} 至 {1} 不成立：须先后有序、在 1 至 9999 之间，且不超过 {2} 年", "the years {0} to {1} will not do: in order, between 1 and 9999, and at most {2} of them"},
	"business.workless": {"{0} 年至 {1} 年没有一个工作日，请核对日历", "not one day from {0} to {1} is a working day; check the calendar"},

	"period.none":     {"未写单位的期限（{0}）", "a period of {0} without unit"},
	"period.workdays": {"{0}个工作日", "{0} working days"},
	"period.days":     {"{0}日", "{0} calendar days"},
	"period.months":   {"{0}个月", "{0} months"},

	"period.none-one":     {"未写单位的期限（{0}）", "a period of {0} without unit"},
	"period.workdays-one": {"{0}个工作日", "{0} working day"},
	"period.days-one":     {"{0}日", "{0} calendar day"},
	"period.months-one":   {"{0}个月", "{0} month"},

	"period.unit":         {"没有写明单位（工作日、日、月）", "the unit (working days, calendar days, months) is missing"},
	"period.negative":     {"期限不能是负数 {0}；倒推请用 AddWorkdays", "a period cannot be negative ({0}); to count back, use AddWorkdays"},
	"period.long":         {"期限 {0} 过长，上限为 {1}（期限长度）", "{0} is too long, the limit is {1} (length of a period)"},
	"period.range":        {"期限届满于公元 9999 年之后", "the period ends after the year 9999"},
	"roll.unknown":        {"不认识的顺延方式", "this way to roll is not known"},
	"roll.before":         {"向前推到 {0}，早于起算日；请改用顺延", "rolling back leads to {0}, before the trigger; use the following working day"},
	"trigger.missing":     {"没有写明起算的时刻", "the time of the event is missing"},
	"restart.before":      {"重新起算早于起算", "the restart is before the trigger"},
	"suspension.from":     {"没有写明中止的起日", "the first day of the suspension is missing"},
	"suspension.form":     {"“{0}”不成立，请写成 2026-11-02..2026-11-06，尚未恢复的写成 2026-11-02..", "\"{0}\" will not do; write 2026-11-02..2026-11-06, or 2026-11-02.. while it is open"},
	"suspension.reversed": {"起日 {0} 在止日 {1} 之后，请对调或改正", "from {0} is after to {1}; exchange them or correct one"},
	"suspension.open":     {"自 {0} 起中止，尚未恢复，因此还没有届满日；恢复后请写明止日", "open since {0}, so there is no due date yet; give its last day when it ends"},
	"extension.none":      {"期限 {0} 不得延长", "the deadline {0} may not be extended"},
	"extension.times":     {"最多可延长 {0} 次", "the number of extensions is limited to {0}"},
	"extension.length":    {"延长的长度须大于零，不能是 {0}", "an extension must be longer than zero, not {0}"},
	"extension.max":       {"合计延长 {0}，超过上限 {1}", "extended by {0} in all, more than the {1} allowed"},
	"extension.approver":  {"延长须经批准，请写明批准人", "the extension needs an approver; name one"},
	"extension.late":      {"{0} 才准予延长，而期限已于 {1} 届满", "granted on {0}, when the period had already ended on {1}"},
	"deem.twice":          {"事件“{0}”记录了两次", "the event {0} is recorded twice"},
	"deem.missing":        {"事件“{0}”尚未发生", "the event {0} has not happened"},
	"deem.none":           {"可以起算的事件一个也没有发生", "none of the events that could be the trigger has happened"},
	"deem.rule":           {"不认识的认定方式", "this rule of choice is not known"},
	"event.unknown":       {"规则文件没有事件“{0}”；可用的是 {1}", "the rule file has no event {0}; it has {1}"},
	"event.missing":       {"没有给出起算事件 {0}（期限 {1}）", "the event {0}, which starts {1}, is missing"},
	"event.order":         {"{0} 早于 {1}", "{0} is before {1}"},
	"suspension.unbegun":  {"{0} 多于 {1}；请补上缺少的 {1}", "there are more of {0} than of {1}; give the {1} that is missing"},
	"found.no-file":       {"规则中没有 Deadlines 类的文件", "the bundle has no rule file of kind Deadlines"},
	"found.file":          {"没有 Deadlines/{0}；现有 {1}", "there is no Deadlines/{0}; there is {1}"},
	"found.deadline":      {"没有期限“{0}”；现有 {1}", "there is no deadline {0}; there is {1}"},
	"found.several":       {"有几个期限“{0}”；请写成其中之一：{1}", "several deadlines have the id {0}; write one of {1}"},
	"force.not":           {"{0} 在 {1} 不生效（自 {2} 至 {3}）", "{0} is not in force on {1} (from {2} until {3})"},
	"status.draft":        {"{0} 是草案", "{0} is a draft"},
	"status.repealed":     {"{0} 已废止", "{0} is repealed"},
	"interpretation":      {"解释：{0}{1}（{2}，{3}）", "interpretation: {0} {1} ({2}, {3})"},
	"duty":                {"须办：{0}", "to be done: {0}"},
	"duty.actor":          {"须办：{1}（{0}）", "to be done by {0}: {1}"},
	"done.in-time":        {"已于 {0} 办结，未逾期", "done on {0}, in time"},
	"done.late":           {"已于 {0} 办结，逾期", "done on {0}, late"},
	"reminder":            {"提醒：{0} {1}", "reminder: {0} {1}"},
	"reminder.none":       {"提醒日无法计算：{0}", "the reminders cannot be computed: {0}"},
	"colon":               {"：", ": "},
	"ledger.long":         {"台账有 {0} 天，超过上限 {1}（台账天数）", "the ledger has {0} days, more than the limit of {1} (days of a ledger)"},
	"reminder.id":         {"提醒没有 id，或 id 重复：“{0}”", "a reminder without id, or an id used twice: {0}"},
	"statistics.done":     {"办结日 {0} 早于起算日 {1}", "done on {0}, before the trigger on {1}"},
	"statistics.percent":  {"百分位须在 1 至 100 之间，不能是 {0}", "a percentile lies between 1 and 100, not {0}"},
	"todo.stamp":          {"没有写明生成时刻（DTSTAMP）", "the time of writing (DTSTAMP) is missing"},
	"todo.date":           {"没有届满日", "there is no due date"},
	"todo.sequence":       {"序号不能是负数 {0}", "the sequence cannot be negative ({0})"},
	"todo.uid":            {"没有 UID；请写明 Case 和 Deadline，或自行给出", "there is no UID; give Case and Deadline, or a UID of your own"},
	"ics.name":            {"{0} {1} 届满", "{0} {1} due"},
	"ledger.title":        {"期限 {0}：{1}", "deadline {0}: {1}"},
	"ledger.extended":     {"{0}，延长后{1}", "{0}, extended to {1}"},
	"ledger.basis":        {"依据：{0}", "basis: {0}"},
	"ledger.trigger":      {"起算：{0}，当日不计入", "trigger: {0}, not counted"},
	"ledger.due":          {"届满：{0}，即 {1} 之前", "due: {0}, that is before {1}"},
	"ledger.provisional":  {"暂定：下一年度的通知仍可能改变这一日期", "provisional: the next notice can still change this date"},
	"ledger.notices":      {"放假安排：", "schedules:"},
	"ledger.notice":       {"{0}（{1} 公布）", "{0} (published {1})"},
	"ledger.known":        {"按截至 {0} 已公布的安排计算", "computed with what was published by {0}"},
	"ledger.calendar":     {"日历：{0} {1}", "calendar: {0} {1}"},
	"cause.trigger":       {"起算日，不计入", "day of the trigger, not counted"},
	"cause.trigger-event": {"起算日（{0}），不计入", "day of the trigger ({0}), not counted"},
	"cause.restart":       {"重新起算日，不计入", "day of the restart, not counted"},
	"cause.restart-event": {"重新起算日（{0}），不计入", "day of the restart ({0}), not counted"},
	"cause.zero":          {"期限为零，届满于起算日起的首个工作日", "a period of no days ends on the first working day from the trigger on"},
	"cause.weekend":       {"周末", "weekend"},
	"cause.holiday":       {"{0}放假（{1}）", "{0} ({1})"},
	"cause.makeup":        {"{0}调休上班（{1}）", "make-up working day for {0} ({1})"},
	"cause.closed":        {"停止办公：{0}（{1}）", "offices closed: {0} ({1})"},
	"cause.rest":          {"{0} 的休息日", "not a working day of {0}"},
	"cause.makeup-rest":   {"{0} 的工作日", "a working day of {0}"},
	"cause.suspended":     {"中止，不计入", "suspended"},
	"cause.suspended-for": {"中止，不计入：{0}", "suspended: {0}"},
	"cause.extended":      {"延长期", "extension"},
	"cause.extended-for":  {"延长期：{0}", "extension: {0}"},
	"cause.nominal":       {"期满日不是工作日，移至 {0}", "the period ends on a day off and moves to {0}"},
	"cause.due":           {"届满日", "due date after rolling"},
	"cause.passed":        {"移至前一工作日后不再计", "after the due date"},
	"with":                {"{0}（{1}）", "{0} ({1})"},
	"approved":            {"{0}，{1}批准", "{0}, approved by {1}"},
	"join":                {"；", "; "},
	"move.earlier":        {"{0}：{1} → {2}（提前）", "{0}: {1} → {2} (earlier)"},
	"move.later":          {"{0}：{1} → {2}", "{0}: {1} → {2}"},
	"move.none":           {"无", "none"},
	"change.off":          {"{0} 改为休息日（{1}）", "{0} is now a day off ({1})"},
	"change.work":         {"{0} 改为工作日（{1}）", "{0} is now a working day ({1})"},
	"change.covered":      {"{0} 起的安排已公布（{1}）", "the schedule from {0} on is published ({1})"},
	"change.uncovered":    {"{0} 起没有安排", "there is no schedule from {0} on"},
}

// holidays are the English names; a name that the notices join with 、 is translated in parts.
var holidays = map[string]string{
	"元旦": "New Year", "春节": "Spring Festival", "春节(除夕)": "Spring Festival (New Year's Eve)",
	"春节（延长）": "Spring Festival (extended)", "清明节": "Qingming", "劳动节": "Labour Day", "端午节": "Dragon Boat Festival",
	"中秋节": "Mid-Autumn Festival", "国庆节": "National Day", "“五一”": "Labour Day", "“五一”国际劳动节": "Labour Day",
	"“十一”": "National Day", "抗战胜利70周年纪念日": "70th anniversary of victory",
}

// holiday returns the name of a holiday in lang; one without translation stays as it is.
func holiday(lang, name string) string {
	if lang == message.Chinese {
		return name
	}
	parts := strings.Split(name, "、")
	for i, p := range parts {
		if en, ok := holidays[p]; ok {
			parts[i] = en
		}
	}
	return strings.Join(parts, ", ")
}

func weekdayName(lang string, w time.Weekday) string {
	if lang == message.Chinese {
		return []string{"周日", "周一", "周二", "周三", "周四", "周五", "周六"}[w]
	}
	return w.String()[:3]
}
