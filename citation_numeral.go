package banfa

import (
	"strconv"
	"strings"
)

// maxNumeral is the greatest number an article, paragraph or item may have: beyond it laws would write 万.
const maxNumeral = 9999

// numeral writes 1 to 9999 as Chinese laws number their articles: 十二, 二十, 一百零一, 一百一十, 一千零六. A number
// outside that range is written in digits, so that it is seen and not mistaken for another.
func numeral(n int) string {
	if n < 1 || n > maxNumeral {
		return strconv.Itoa(n)
	}
	digits := [...]string{"", "一", "二", "三", "四", "五", "六", "七", "八", "九"}
	var b strings.Builder
	gap := false // a zero stands between what is written and what follows
	for _, unit := range []struct {
		value int
		name  string
	}{{1000, "千"}, {100, "百"}, {10, "十"}, {1, ""}} {
		d := n / unit.value % 10
		if d == 0 {
			gap = b.Len() > 0
			continue
		}
		if gap {
			b.WriteString("零")
			gap = false
		}
		if d > 1 || unit.value != 10 || b.Len() > 0 { // 十二, but 一百一十二
			b.WriteString(digits[d])
		}
		b.WriteString(unit.name)
	}
	return b.String()
}

// looseDigits are the characters a digit is seen written with, the banker's and the traditional ones included.
var looseDigits = map[rune]int{
	'〇': 0, '零': 0, '○': 0, '一': 1, '壹': 1, '二': 2, '贰': 2, '貳': 2, '两': 2, '兩': 2, '三': 3, '叁': 3, '參': 3,
	'四': 4, '肆': 4, '五': 5, '伍': 5, '六': 6, '陆': 6, '陸': 6, '七': 7, '柒': 7, '八': 8, '捌': 8, '九': 9, '玖': 9,
}

var looseUnits = map[rune]int{'十': 10, '拾': 10, '百': 100, '佰': 100, '千': 1000, '仟': 1000}

var contractions = strings.NewReplacer("廿", "二十", "卅", "三十")

// looseClass is a regular expression class of all characters that readNumeral understands.
const looseClass = `[0-9〇零○一壹二贰貳两兩三叁參四肆五伍六陆陸七柒八捌九玖十拾廿卅百佰千仟]`

// readNumeral reads a number in any usual spelling: 12, 十二, 一十二, 一二, 二〇一, 廿三, 拾贰. It reports false where it
// would have to guess, as in 二百一, which people say for 210 and write for 201.
func readNumeral(s string) (int, bool) {
	s = contractions.Replace(s)
	if n, ok := readPositional(s); ok {
		return n, true
	}
	total, digit, last := 0, 0, maxNumeral+1
	zero := false // a 零 waits for its digit
	for _, r := range s {
		if unit, ok := looseUnits[r]; ok {
			if unit >= last {
				return 0, false
			}
			total += max(digit, 1) * unit
			digit, zero, last = 0, false, unit
			continue
		}
		d, ok := looseDigits[r]
		if !ok || digit > 0 {
			return 0, false
		}
		digit, zero = d, zero || d == 0
	}
	if ambiguous := digit > 0 && last > 10 && !zero; ambiguous || digit == 0 && zero {
		return 0, false
	}
	return total + digit, true
}

// readPositional reads a number of digits only, Arabic or Chinese. Beyond maxNumeral it returns maxNumeral+1.
func readPositional(s string) (int, bool) {
	n := 0
	for _, r := range s {
		d, ok := looseDigits[r]
		if '0' <= r && r <= '9' {
			d, ok = int(r-'0'), true
		}
		if !ok {
			return 0, false
		}
		n = min(n*10+d, maxNumeral+1)
	}
	return n, s != ""
}
