package catalog

import (
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"
)

// ledgerArticle is what stands between an instrument's name and its article: （2021年修正）, a chapter, blanks.
const ledgerArticle = `\s*(?:[（(][^（）()]*[）)])?\s*的?\s*(?:第[〇零一二三四五六七八九十百千\d]+[编章节]\s*)*第[〇零一二三四五六七八九十百千\d]+条`

var (
	// 《…法》第…条: the title ends as those of laws and regulations do.
	ledgerTitled = regexp.MustCompile(`《([^《》]*(?:法典|法|条例|规定|办法|规则|细则|决定)(?:[（(][^（）()]*[）)])?)》` + ledgerArticle)
	// …法第…条 without the marks of a title.
	ledgerBare = regexp.MustCompile(`(\p{Han}*(?:法典|法|条例|规定|办法))` + ledgerArticle)
	// What stands in front of a bare name and is no part of it.
	ledgerLead = regexp.MustCompile(`^(?:按照|依照|根据|依据|按|依|有关|相关|上述|上级|的)+`)
)

// ledgerInternal are words of what is no legal basis: it binds those inside only.
var ledgerInternal = [...]string{"纪要", "内部", "领导", "口头", "工作方案", "批示", "请示", "本局", "我局", "本单位", "我单位", "本部门"}

// ledgerNoLaw are words that end like a law and name none.
var ledgerNoLaw = []string{"条例", "规定", "办法", "方法", "做法", "说法", "看法", "想法", "执法", "立法", "合法", "依法"}

// ledgerLegal reports whether a text cites an article of a law or regulation, and not only an internal rule or the minutes of a meeting.
func ledgerLegal(text string) bool {
	for _, m := range ledgerTitled.FindAllStringSubmatch(text, -1) {
		if !ledgerInside(m[1]) && !slices.Contains(ledgerNoLaw, m[1]) {
			return true
		}
	}
	if ledgerInside(text) {
		return false
	}
	for _, at := range ledgerBare.FindAllStringSubmatchIndex(text, -1) {
		if strings.Contains(text[:at[3]], "通知") { // a notice that lays something down; behind the article it may be what the law is about
			continue
		}
		name := ledgerLead.ReplaceAllString(text[at[2]:at[3]], "")
		if utf8.RuneCountInString(name) > 1 && !slices.Contains(ledgerNoLaw, name) && !ledgerManner(name) {
			return true
		}
	}
	return false
}

func ledgerInside(text string) bool {
	return slices.ContainsFunc(ledgerInternal[:], func(w string) bool { return strings.Contains(text, w) })
}

// ledgerManner reports whether a name ends in a word such as 方法, which is no instrument whatever stands before it.
func ledgerManner(name string) bool {
	return slices.ContainsFunc(ledgerNoLaw[3:], func(w string) bool { return strings.HasSuffix(name, w) })
}
