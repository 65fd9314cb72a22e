package main

import (
	"errors"
	"regexp"
	"strings"

	"github.com/alecthomas/kong"
)

// usageShape is a sentence of kong's about wrong arguments, and what is said in its place. A sentence of another shape is shown as it
// is.
type usageShape struct {
	form   *regexp.Regexp
	en, zh string
}

var usageShapes = []usageShape{
	{regexp.MustCompile(`^expected one of .*$`), "name a command", "请写一个命令"},
	{regexp.MustCompile(`^unexpected argument (\S+), did you mean "?([^"?]+)"?\?$`), "unexpected argument $1, did you mean $2?", "没有 $1 这个命令或者参数；是不是 $2？"},
	{regexp.MustCompile(`^unexpected argument (.+)$`), "unexpected argument $1", "没有 $1 这个命令或者参数"},
	{regexp.MustCompile(`^unknown flag (\S+), did you mean (one of |)(.+)\?$`), "unknown flag $1, did you mean $2$3?", "没有选项 $1；是不是 $3？"},
	{regexp.MustCompile(`^unknown flag (\S+)$`), "unknown flag $1", "没有选项 $1"},
	{regexp.MustCompile(`^(--\S+) must be one of (.+) but got (".*")$`), "$1 must be one of $2 but got $3", "$1 应当是 $2 之一，不是 $3"},
	{regexp.MustCompile(`^(--[^:]+): (?:expected \w+ value but got "EOL".*|missing value.*)$`), "$1: a value is missing", "$1 缺少值"},
	{regexp.MustCompile(`^(--[^:]+): expected \w+ value but got "(.+?)".*$`), "$1: a value is missing before $2; write $1=$2 if that is it", "$1 与 $2 之间缺少值；如果 $2 就是值，请写 $1=$2"},
	{regexp.MustCompile(`^missing flags: (.+)$`), "missing flags: $1", "缺少选项：$1"},
	{regexp.MustCompile(`^expected "(.+)"$`), "missing argument $1", "缺少参数 $1"},
	{regexp.MustCompile(`^(--\S+) and (--\S+) can't be used together$`), "$1 and $2 can't be used together", "$1 与 $2 不能同时使用"},
}

// usageText says what is wrong with the arguments, and where to read on.
func usageText(lang string, err error) string {
	// An enum flag that may be left out has "" among its values, which nobody would write.
	text, help := strings.ReplaceAll(err.Error(), `"",`, ""), "banfa --help"
	var own *saying
	if errors.As(err, &own) {
		text = strings.Replace(text, own.en, pick(lang, own.en, own.zh), 1)
	}
	for _, s := range usageShapes {
		if m := s.form.FindStringSubmatchIndex(text); m != nil {
			text = string(s.form.ExpandString(nil, pick(lang, s.en, s.zh), text, m))
			break
		}
	}
	var pe *kong.ParseError
	if errors.As(err, &pe) && pe.Context != nil {
		if at := pe.Context.Selected(); at != nil {
			help = "banfa " + commandPath(at) + " --help"
		} else {
			var names []string
			for _, c := range pe.Context.Model.Children {
				names = append(names, c.Name)
			}
			text += "\n" + pick(lang, "Commands: ", "命令：") + strings.Join(names, ", ")
		}
	}
	return text + "\n" + pick(lang, "See ", "用法见 ") + help
}

// languageOf finds --lang before the arguments are parsed, as what is wrong with them is to be said in that language.
func languageOf(args []string, getenv func(string) string) string {
	flag := ""
	for i, arg := range args {
		if value, ok := strings.CutPrefix(arg, "--lang="); ok {
			flag = value
		} else if arg == "--lang" && i+1 < len(args) {
			flag = args[i+1]
		}
	}
	if flag != "zh" && flag != "en" {
		flag = ""
	}
	return language(flag, getenv)
}
