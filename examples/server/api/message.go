package api

import (
	"regexp"
	"strings"
	"sync"

	"github.com/danielgtaylor/huma/v2/validation"
)

// messages are those of the framework that the forms of our requests can meet, by their templates. What a template leaves open stands in the Chinese as $1, $2.
var messages = sync.OnceValue(func() []translation {
	var out []translation
	for _, m := range [][2]string{
		{validation.MsgUnexpectedProperty, "没有这一项"},
		{validation.MsgExpectedRequiredProperty, "缺少 $1"},
		{validation.MsgExpectedBoolean, "应当是 true 或者 false"},
		{validation.MsgExpectedInteger, "应当是整数"},
		{validation.MsgExpectedNumber, "应当是数"},
		{validation.MsgExpectedString, "应当是文本"},
		{validation.MsgExpectedArray, "应当是列表"},
		{validation.MsgExpectedObject, "应当是对象"},
		{validation.MsgExpectedOneOf, "应当是其中之一：$1"},
		{validation.MsgExpectedMinimumNumber, "不能小于 $1"},
		{validation.MsgExpectedMaximumNumber, "不能大于 $1"},
		{validation.MsgExpectedMinLength, "至少 $1 个字符"},
		{validation.MsgExpectedMaxLength, "最多 $1 个字符"},
		{validation.MsgExpectedMinItems, "至少 $1 项"},
		{validation.MsgExpectedMaxItems, "最多 $1 项"},
		{"required %s parameter is missing", "缺少这一参数"},
		{"invalid integer", "应当是整数"},
		{badName, "不是文件名"},
	} {
		text := regexp.QuoteMeta(m[0])
		for _, verb := range []string{"%v", "%d", "%s"} {
			text = strings.ReplaceAll(text, verb, "(.*)")
		}
		out = append(out, translation{regexp.MustCompile("^(?s:" + text + ")$"), m[1]})
	}
	return out
})

type translation struct {
	template *regexp.Regexp
	zh       string
}

// inChinese is what the framework says, in Chinese.
func inChinese(message string) string {
	for _, t := range messages() {
		if m := t.template.FindStringSubmatchIndex(message); m != nil {
			return string(t.template.ExpandString(nil, t.zh, message, m))
		}
	}
	return "不符合要求"
}
