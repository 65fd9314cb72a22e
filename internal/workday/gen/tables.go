package main

// earlyNotices are those of 2007 to 2012, whose numbers and dates the collected facts lack. The numbers are those
// printed on public copies of the notices; the publication date is that of the State Council's web site where it
// is known, else of the first news of it (2007: 2006-12-18, 2008: 2007-12-18).
var earlyNotices = []notice{
	{ID: "2007", Doc: "国办发明电〔2006〕49号", Signed: "2006-12-14", Published: "2006-12-18", Year: 2007},
	{ID: "2008", Doc: "国办发明电〔2007〕52号", Published: "2007-12-18", Year: 2008},
	{ID: "2009", Doc: "国办发明电〔2008〕42号", Published: "2008-12-10", Year: 2009},
	{ID: "2010", Doc: "国办发明电〔2009〕27号", Signed: "2009-12-07", Published: "2009-12-08", Year: 2010},
	{ID: "2011", Doc: "国办发明电〔2010〕40号", Signed: "2010-12-09", Published: "2010-12-10", Year: 2011},
	{ID: "2012", Doc: "国办发明电〔2011〕45号", Signed: "2011-12-05", Published: "2011-12-06", Year: 2012},
}

// setByNextYear are the days of 2007 to 2012 that the notice for the following year set; from 2013 on the facts
// name the notice of each day.
var setByNextYear = map[string]int{
	"2007-12-29": 2008, "2007-12-30": 2008, "2007-12-31": 2008,
	"2011-12-31": 2012,
}

// superseded is what a notice said of days that a later one arranged anew. The facts hold only what is in force in
// the end; an as-of computation needs what was known before.
var superseded = map[string][]fact{
	// Labour Day 2019 was the first of May alone until 2019-03-22.
	"国办发明电〔2018〕15号": {{Date: "2019-05-01", Kind: "statutory", Name: "劳动节"}},
	// The first of February 2020 was a make-up day until 2020-01-27.
	"国办发明电〔2019〕16号": {{Date: "2020-02-01", Name: "春节"}},
}

// lawful is the number of holidays that the law gives in a year: 10 until 2007, 11 from 2008, 13 from 2025.
func lawful(year int) int {
	switch {
	case year >= 2025:
		return 13
	case year >= 2008:
		return 11
	default:
		return 10
	}
}

// uneven are the years whose balance is not the number of lawful holidays, with the reason.
var uneven = map[int]struct {
	days int
	why  string
}{
	2007: {+2, "the last Saturday and Sunday of 2006 paid for two days of the New Year"},
	2011: {-1, "2011-12-31 was worked for the New Year of 2012"},
	2012: {+1, "the New Year of 2012 took a day that 2011 paid for"},
	2015: {+1, "3 September was a holiday, once"},
	2020: {+2, "the extension of the Spring Festival: a Friday off, and a make-up Saturday revoked"},
}
