package catalog

import (
	"regexp"
	"strings"
	"unicode/utf8"
)

// importProseResult is what a summary says about items.
type importProseResult struct {
	items []string
	cut   bool // it announces items and ends
}

var (
	importTags = regexp.MustCompile(`(?i)<(?:br|/?p|/?div|/?span)\b[^<>]*>|&nbsp;`)
	// Where the items are announced. 不包括 announces none.
	importOpening = regexp.MustCompile(`包括了?|包含了?|包涵`)
	// What ends a list: 等 with or without a noun, or the noun alone behind the last item.
	importEnding = regexp.MustCompile(`[\s、,，;；。.]*(?:(?:等[\s、,，;；。]*)+(?:相关)?(?:属性字段|字段信息|信息字段|数据信息|数据项|信息项|字段|属性|信息|数据|内容|指标|项目)?|属性字段|字段信息|信息字段|数据项|信息项|字段|属性)[\s。.．;；,，、]*$`)
	importStop   = "\t\n\r 、,，;；。.：:"
)

// importSpaced is how many words without any comma are a list. Two are one item, such as 「组织 id」.
const importSpaced = 3

// importProse reads the items of a summary such as 「该数据是某局提供的停车场信息，包括名称、地址、泊位数等字段信息。」
func importProse(summary string) importProseResult {
	text := strings.TrimSpace(importTags.ReplaceAllString(summary, "\n"))
	at := importAnnounced(text)
	if at == nil {
		return importProseResult{}
	}
	rest := strings.Trim(text[at[1]:], importStop)
	head, tail := importTail(rest)
	rest = strings.Trim(head+importEnding.ReplaceAllString(tail, ""), importStop)
	list := importSplit(rest)
	switch {
	case len(list) == 0:
		return importProseResult{cut: true}
	case len(list) == 1:
		switch list[0] {
		case "数据", "信息", "内容", "相关", "相关数据", "相关信息", "相关内容": // the noun that should end a list, without one
			return importProseResult{cut: true}
		}
		if words := strings.Fields(list[0]); len(words) >= importSpaced {
			list = words
		}
	}
	return importProseResult{items: list}
}

// importTail cuts off the part in which an ending is looked for: the search is slow, and no ending is longer.
func importTail(text string) (head, tail string) {
	const most = 192 // bytes
	at := max(0, len(text)-most)
	for at < len(text) && !utf8.RuneStart(text[at]) {
		at++
	}
	return text[:at], text[at:]
}

// importAnnounced finds the first announcement of items. 不包括 is none, and one within brackets counts only where there is no other:
// brackets of titles are not always closed.
func importAnnounced(text string) []int {
	var bracketed []int
	for _, at := range importOpening.FindAllStringIndex(text, -1) {
		before := text[:at[0]]
		if strings.HasSuffix(before, "不") {
			continue
		}
		if strings.Count(before, "（")+strings.Count(before, "(") > strings.Count(before, "）")+strings.Count(before, ")") {
			if bracketed == nil {
				bracketed = at
			}
			continue
		}
		return at
	}
	return bracketed
}

// importSplit splits a list of items at commas of every kind, semicolons, slashes, bars, tabs and line ends, except within brackets,
// where 泊位数（个/天）is one item. Brackets that do not pair hold nothing together.
func importSplit(text string) []string {
	var list []string
	var part strings.Builder
	closes := importPairs(text)
	depth := 0
	for at, r := range text {
		switch {
		case closes[at] > 0:
			depth++
		case closes[at] < 0:
			depth--
		case depth == 0 && strings.ContainsRune("、,，;；/|\t\n\r", r):
			list = importAppend(list, part.String())
			part.Reset()
			continue
		}
		part.WriteRune(r)
	}
	return importAppend(list, part.String())
}

func importAppend(list []string, part string) []string {
	if part = strings.Trim(importText(part), "。.：: "); part != "" {
		return append(list, part)
	}
	return list
}

// importPairs finds brackets that pair: +1 at the opening one, -1 at the closing one. A full-width and a half-width one can pair.
func importPairs(text string) map[int]int {
	pairs := map[int]int{}
	var open []int
	for at, r := range text {
		switch r {
		case '（', '(':
			open = append(open, at)
		case '）', ')':
			if n := len(open); n > 0 {
				pairs[open[n-1]], pairs[at] = 1, -1
				open = open[:n-1]
			}
		}
	}
	return pairs
}
