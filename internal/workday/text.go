package workday

import (
	"fmt"
	"strings"

	"github.com/banfa-go/banfa/internal/message"
)

// Text returns the sentence of a key in lang ("zh"; every other language reads as English). The sentences stand
// here and not in internal/message because a data file is not a rule file: its errors have no diagnostic code.
func Text(lang, key string, args ...string) string {
	t, ok := texts[key]
	if !ok {
		return "[" + key + "]"
	}
	if lang == message.Chinese {
		return Fill(t.zh, args...)
	}
	return Fill(t.en, args...)
}

// Fill puts args in for {0}, {1} and so on, in one pass, so that an argument that holds {1} stays what it is.
// Arguments come from files and callers: what would act on a terminal is shown escaped.
func Fill(template string, args ...string) string {
	pairs := make([]string, 0, 2*len(args))
	for i, a := range args {
		pairs = append(pairs, fmt.Sprintf("{%d}", i), message.Visible(a))
	}
	return strings.NewReplacer(pairs...).Replace(template)
}

func yearText(year int) string { return fmt.Sprintf("%04d", year) }

type pair struct{ zh, en string }

var texts = map[string]pair{
	"coverage.none":   {"没有 {0} 年的放假安排：本日历在该时点尚无任何已公布的安排", "the schedule of {0} is not known: this calendar holds no notice published by then"},
	"coverage.before": {"没有 {0} 年的放假安排：本日历的数据从 {1} 起（至 {2}）", "the schedule of {0} is not covered: the data of this calendar begin on {1} (and end on {2})"},
	"coverage.after":  {"没有 {0} 年的放假安排（已有 {1} 至 {2}）：请装入该年的通知，或待其公布后再算", "the schedule of {0} is not covered (known: {1} to {2}): load the notice of that year, or compute again when it is published"},
	"span.open":       {"自 {0} 起中止，尚未恢复，没有届满日", "suspended from {0} with no end yet: there is no due date"},

	"data.read":         {"读不出文件：{0}", "the file cannot be read: {0}"},
	"data.none":         {"没有数据文件（{0}）", "there is no data file ({0})"},
	"data.size":         {"文件有 {0} 字节，超过上限 {1}（数据文件大小）", "the file has {0} bytes, more than the limit of {1} (size of a data file)"},
	"data.utf8":         {"不是合法的 UTF-8，或含有控制、格式字符", "this is not valid UTF-8, or has control or formatting characters"},
	"data.header":       {"第一条语句应为“banfa-calendar 1 cn”，不是“{0}”", "the first statement must be \"banfa-calendar 1 cn\", not {0}"},
	"data.statement":    {"不认识“{0}”；可写 notice、year、amends、signed、published、source、off、work、plain、balance、end", "{0} is no statement; write notice, year, amends, signed, published, source, off, work, plain, balance or end"},
	"data.order":        {"“{0}”不能写在这里；一则通知依次是 notice、year 或 amends、signed、published、source、各日、balance", "{0} cannot stand here; a notice is notice, year or amends, signed, published, source, the days, balance, in this order"},
	"data.fields":       {"“{0}”后面应为：{1}", "{0} must be followed by: {1}"},
	"data.date":         {"“{0}”不是日期；请写成 2026-10-01", "{0} is no date; write it as 2026-10-01"},
	"data.year":         {"“{0}”不是年份；请写四位数字", "{0} is no year; write four digits"},
	"data.number":       {"“{0}”不是数目", "{0} is no number"},
	"data.weekday":      {"{0} 是 {1}，不是 {2}：日期或星期有误", "{0} is a {1}, not a {2}: the date or the weekday is wrong"},
	"data.kind":         {"“{0}”不是放假的种类；可写 statutory、adjusted、weekend、extended", "{0} is no kind of day off; write statutory, adjusted, weekend or extended"},
	"data.makeup":       {"{0} 是 {1}：调休上班日只能在周六、周日", "{0} is a {1}: a make-up working day is a Saturday or a Sunday"},
	"data.adjusted":     {"{0} 是 {1}：adjusted（调休放假）只能在周一至周五", "{0} is a {1}: adjusted is a day from Monday to Friday"},
	"data.weekend":      {"{0} 是 {1}：weekend（公休）只能在周六、周日", "{0} is a {1}: weekend is a Saturday or a Sunday"},
	"data.sorted":       {"{0} 应排在前一天之后：按日期先后，一天只写一次", "{0} must come after the day before it: days stand in order of date, each once"},
	"data.outside":      {"{0} 不在 {1} 年，也不在其上一年的 12 月", "{0} is neither in {1} nor in the December before it"},
	"data.signed":       {"签发日 {0} 在公布日 {1} 之后", "signed on {0}, after it was published on {1}"},
	"data.published":    {"公布日 {0} 与所安排的 {1} 年不符：应在该年或其上一年", "published on {0} does not fit a notice for {1}: it is in that year or in the one before"},
	"data.unbalanced":   {"{0} 年放假的周一至周五比调休上班日多 {1} 天，文件写的是 {2}：有一天写错或缺失", "in {0} there are {1} more weekdays off than make-up days, and the file says {2}: a day is wrong or missing"},
	"data.balance":      {"通知“{0}”没有 {1} 年的 balance", "notice {0} has no balance for {1}"},
	"data.balance-year": {"balance 只写 {1} 年和它的上一年，先后各一次，不是 {0}", "balance is given for the year before {1} and for {1}, in this order and once each, not for {0}"},
	"data.truncated":    {"文件没有以 end 结束，可能不完整", "the file does not end with end: it may have been cut short"},
	"data.count":        {"end 写的是 {0} 则通知，文件里有 {1} 则", "end says {0} notices, and the file has {1}"},
	"data.after-end":    {"end 之后还有内容", "there is something after end"},
	"data.notice-twice": {"通知“{0}”已经有了", "notice {0} is there already"},
	"data.year-twice":   {"{0} 年的安排已由“{1}”作出；变更请写 amends {0}", "{0} is arranged by {1} already; a change is written amends {0}"},
	"data.gap":          {"有 {0} 年的通知而没有 {1} 年的：年份必须连续", "there is a notice for {0} and none for {1}: years must follow each other"},
	"data.amends":       {"“{0}”变更 {1} 年，而当时该年的安排尚未公布", "{0} amends {1}, whose own notice was not published by then"},
	"data.conflict":     {"“{0}”和“{1}”同日公布，却对 {2} 各有规定", "{0} and {1} were published on one day and both arrange {2}"},
	"data.other":        {"这个日历不由通知产生，不能加入通知", "this calendar does not come from notices and takes none"},
	"data.notices":      {"有 {0} 则通知，超过上限 {1}（通知数）", "there are {0} notices, more than the limit of {1} (notices)"},
}
