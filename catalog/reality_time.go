package catalog

import "time"

// realityMoment reads a date, or a date with a time of day (exact), in the ways that people and programs write them: 2024-1-31,
// 2024/01/31, 2024.1.31, 2024年1月31日, 20240131, 2024-01-31 09:05, 2024-01-31T09:05:00.5+08:00, 20240131090500. Time zones are read over:
// what counts here is the day that is written.
func realityMoment(v string) (t time.Time, exact, ok bool) {
	p := realityParser{rest: v}
	year, month, day, clock := p.number(4, 4), 0, 0, [3]int{}
	if compact := len(p.rest) > 0 && p.rest[0] >= '0' && p.rest[0] <= '9'; compact {
		month, day = p.number(2, 2), p.number(2, 2)
		if exact = p.rest != ""; exact {
			clock = [3]int{p.number(2, 2), p.number(2, 2), p.number(2, 2)}
		}
	} else {
		month, day = p.monthAndDay()
		if exact = p.rest != ""; exact {
			clock = p.clock()
		}
	}
	if p.failed || p.rest != "" || year < 1900 || year > 2099 || clock[0] > 24 || clock[1] > 59 || clock[2] > 60 {
		return time.Time{}, false, false
	}
	t = time.Date(year, time.Month(month), day, 0, 0, 0, 0, time.UTC)
	if int(t.Month()) != month || t.Day() != day {
		return time.Time{}, false, false
	}
	return t.Add(time.Duration(clock[0])*time.Hour + time.Duration(clock[1])*time.Minute + time.Duration(clock[2])*time.Second), exact, true
}

// realityParser eats a text from the left.
type realityParser struct {
	rest   string
	failed bool
}

// number eats between least and most digits.
func (p *realityParser) number(least, most int) int {
	n, i := 0, 0
	for i < len(p.rest) && i < most && p.rest[i] >= '0' && p.rest[i] <= '9' {
		n = n*10 + int(p.rest[i]-'0')
		i++
	}
	if i < least {
		p.failed = true
	}
	p.rest = p.rest[i:]
	return n
}

// eat eats one of the texts and says which; "" is none.
func (p *realityParser) eat(texts ...string) string {
	for _, t := range texts {
		if len(p.rest) >= len(t) && p.rest[:len(t)] == t {
			p.rest = p.rest[len(t):]
			return t
		}
	}
	return ""
}

func (p *realityParser) monthAndDay() (month, day int) {
	sep := p.eat("-", "/", ".", "年")
	month = p.number(1, 2)
	if sep == "年" {
		p.failed = p.failed || p.eat("月") == ""
		day = p.number(1, 2)
		p.failed = p.failed || p.eat("日") == ""
		return month, day
	}
	p.failed = p.failed || sep == "" || p.eat(sep) == ""
	return month, p.number(1, 2)
}

func (p *realityParser) clock() (c [3]int) {
	p.failed = p.failed || p.eat(" ", "T") == ""
	c[0] = p.number(1, 2)
	p.failed = p.failed || p.eat(":") == ""
	c[1] = p.number(1, 2)
	if p.eat(":") != "" {
		c[2] = p.number(1, 2)
		if p.eat(".") != "" {
			p.number(1, 9)
		}
	}
	if p.eat("Z") == "" && p.eat("+", "-") != "" {
		p.number(2, 2)
		p.eat(":")
		p.number(2, 2)
	}
	return c
}
