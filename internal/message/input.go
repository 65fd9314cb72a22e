package message

import "strings"

// inputPhrases say what a value of the input should have been, and what it was: in English, as errors carry it, and in Chinese. {0} stands for
// a name or a number, or for another phrase. The first that fits is taken.
var inputPhrases = [][2]string{
	{"null", "空值"},
	{"nothing", "空"},
	{"nil", "空值"},
	{"more", "更多"},
	{"a longer line", "更长的一行"},
	{"bool", "布尔值"},
	{"int", "整数"},
	{"double", "双精度数"},
	{"decimal", "小数"},
	{"number", "数"},
	{"string", "文本"},
	{"a string", "文本"},
	{"a string that is not", "不是有效 UTF-8 的文本"},
	{"list", "列表"},
	{"map", "映射"},
	{"object", "对象"},
	{"an object", "对象"},
	{"date", "日期"},
	{"timestamp", "时间"},
	{"duration", "时长"},
	{"items", "数据项"},
	{"list of objects", "对象的列表"},
	{"a list of objects", "对象的列表"},
	{"a list of strings", "文本的列表"},
	{"a list of integers", "整数的列表"},
	{"object with a name", "带名称（name）的对象"},
	{"an object of facts", "由事实组成的对象"},
	{"non-empty string", "非空文本"},
	{"finite number", "有限的数"},
	{"valid UTF-8", "有效的 UTF-8"},
	{"one JSON object", "一个 JSON 对象"},
	{"a struct", "结构体"},
	{"a value", "一个值"},
	{"a value: the field is required", "一个值：该字段必填"},
	{"a declared fact", "已声明的事实"},
	{"a declared field", "已声明的字段"},
	{"each fact once", "每个事实只写一次"},
	{"facts bound to this rule file", "绑定到本规则文件的事实"},
	{"facts bound to another one", "绑定到另一规则文件的事实"},
	{"an application, which has no items", "申请（没有数据项）"},
	{"the name of an event", "事件的名称"},
	{"date written YYYY-MM-DD", "写作 YYYY-MM-DD 的日期"},
	{"timestamp written as RFC 3339 with its zone", "带时区的时间（RFC 3339）"},
	{"time as RFC 3339 with its zone", "带时区的时间（RFC 3339）"},
	{"a time as RFC 3339, or a list of them", "时间（RFC 3339），或者时间的列表"},
	{"a time with its zone, such as {0}", "带时区的时间，如 {0}"},
	{"a time between the years {0}", "年份在 {0} 之间的时间"},
	{"a time at most {0} ahead of the clock", "至多比时钟早 {0} 的时间"},
	{"duration such as 36h or 90m", "时长，如 36h、90m"},
	{"decimal, written as a string or a JSON number", "小数，写作文本或者 JSON 数"},
	{"one of {0}", "以下之一：{0}"},
	{"list of {0}", "{0}的列表"},
	{"keys of at most {0} runes", "至多 {0} 个字符的键"},
	{"text of 1 to {0} bytes", "1 至 {0} 字节的文本"},
	{"lines of at most {0} bytes", "至多 {0} 字节的行"},
	{"a facts document of at most {0} bytes", "至多 {0} 字节的事实"},
	{"an event of at most {0} bytes (limit of a line)", "至多 {0} 字节的事件（一行的限额）"},
	{"a key of an event: {0}", "事件的键：{0}"},
	{"a key of a request: {0}", "请求的键：{0}"},
	{"at most {0} levels of nesting", "至多 {0} 层嵌套"},
	{"at most {0} runes", "至多 {0} 个字符"},
	{"at most {0} items", "至多 {0} 项"},
	{"at least {0} items", "至少 {0} 项"},
	{"at most {0} entries", "至多 {0} 个条目"},
	{"at most {0}", "不大于 {0} 的值"},
	{"at least {0}", "不小于 {0} 的值"},
	{"string {0}", "文本 {0}"},
	{"number {0}", "数 {0}"},
	{"bool {0}", "布尔值 {0}"},
	{"int {0}", "整数 {0}"},
	{"int64 {0}", "整数 {0}"},
	{"uint64 {0}", "整数 {0}"},
	{"float64 {0}", "数 {0}"},
}

// Input says in a language what a value of the input should have been, or was. A phrase that it does not know, such as a value, stays as it is.
func Input(lang, phrase string) string {
	if lang != Chinese {
		return phrase
	}
	for _, p := range inputPhrases {
		before, after, open := strings.Cut(p[0], "{0}")
		switch {
		case !open && phrase == p[0]:
			return p[1]
		case open && len(phrase) > len(before)+len(after) && strings.HasPrefix(phrase, before) && strings.HasSuffix(phrase, after):
			part := phrase[len(before) : len(phrase)-len(after)]
			if p[0] == "list of {0}" {
				part = Input(lang, part)
			}
			return strings.Replace(p[1], "{0}", part, 1)
		}
	}
	return phrase
}
