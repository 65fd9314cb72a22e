package ident

import "sync"

// search is one run of Find.
type search struct {
	s                string
	earliest, latest int
	found            []Match
	base             int // of found: what was there before
	k                cluster
	network          int // up to here the text was looked at for addresses of networks and mail
}

// Find appends the identifiers of s to dst, by place. Of candidates that overlap, those with a check digit come first, then the longer
// one; a text that is valid as a resident ID and as a credit code is reported as both.
func (d Detector) Find(dst []Match, s string) []Match {
	i := next(s, 0)
	if i == len(s) || len(s) < 7 {
		return dst
	}
	f := d.search(s, dst)
	f.run(i)
	found := f.resolve()
	f.release()
	return found
}

// searches keeps buffers from one Find to the next.
var searches = sync.Pool{New: func() any { return new(search) }}

func (d Detector) search(s string, dst []Match) *search {
	f, ok := searches.Get().(*search)
	if !ok {
		f = new(search)
	}
	f.s, f.found, f.base, f.network = s, dst, len(dst), 0
	f.earliest, f.latest = d.births()
	return f
}

// release gives the buffers back, without what belongs to the caller.
func (f *search) release() {
	f.s, f.found, f.k.s = "", nil, ""
	searches.Put(f)
}

// next is the first place from i on that can belong to an identifier.
func next(s string, i int) int {
	for i < len(s) && classes[s[i]] == inert {
		i++
	}
	return i
}

func (f *search) run(i int) {
	s, done := f.s, 0
	for ; i < len(s); i = next(s, i) {
		c, n := fold(s, i)
		switch {
		case isDigit(c):
			start := f.wordStart(i, done)
			f.k.read(s, start)
			f.cluster()
			// Signals inside the cluster still have to be seen.
			for j := i; j < f.k.end; j++ {
				if classes[s[j]] == signal {
					f.signal(s[j], j)
				}
			}
			i = max(f.k.end, i+n)
			done = i
		case n == 1 && classes[c] == signal:
			f.signal(c, i)
			i++
		default:
			i += n
		}
	}
}

func (f *search) signal(c byte, i int) {
	switch c {
	case '@':
		f.email(i)
	case ':':
		if !f.mac(i) {
			f.ip6(i)
		}
	case '-':
		f.mac(i)
	}
}

// wordStart goes back from i to where its word begins, but not before low.
func (f *search) wordStart(i, low int) int {
	for i > low {
		c, n := before(f.s, i)
		if !isAlnum(c) || i-n < low {
			break
		}
		i -= n
	}
	return i
}

// add appends the match of the folded characters from a to b of the cluster.
func (f *search) add(kind Kind, a, b int, strong bool) {
	start, end := f.k.span(a, b)
	f.found = append(f.found, Match{Kind: kind, Start: start, End: end, Value: f.k.value(a, b), Strong: strong})
}

// addAt appends a match without a check digit whose value or place is not that of a run of characters.
func (f *search) addAt(kind Kind, start, end int, value string) {
	f.found = append(f.found, Match{Kind: kind, Start: start, End: end, Value: value})
}

// cluster looks at every word, and at every sequence of words that can be one identifier.
func (f *search) cluster() {
	k := &f.k
	if len(k.words) == 0 {
		return
	}
	n := len(k.text)
	for i := range k.words {
		w := k.words[i]
		if w.b-w.a >= 7 {
			f.runs(i, w)
			f.whole(i, w)
		}
		if n-w.a >= 16 && len(k.words) > 1 {
			f.joined(i)
		}
		if n-w.a >= 10 {
			f.phone(i)
		}
		f.ip4(i)
	}
	f.prefixed()
}

// runs looks at the digits of a word that letters may touch.
func (f *search) runs(i int, w word) {
	text := f.k.text
	for a := w.a; a < w.b; {
		if !isDigit(text[a]) {
			a++
			continue
		}
		b := a + 1
		for b < w.b && isDigit(text[b]) {
			b++
		}
		switch n := b - a; {
		case n == 18:
			f.resident(a, b)
		case n == 17 && b < w.b && text[b] == 'X' && (b+1 == w.b || !isDigit(text[b+1])):
			f.resident(a, b+1)
		case n == 15 && b-a == w.b-w.a && !f.fraction(i) && residentID15(text[a:b], f.earliest, f.latest):
			f.add(ResidentID15, a, b, false)
		}
		if b == w.b && !f.fraction(i) {
			f.number(i, a, b)
		}
		a = b
	}
}

// number looks at digits that end their word.
func (f *search) number(i, a, b int) {
	text := f.k.text
	switch n := b - a; {
	case n >= 16 && n <= 19:
		if bankCard(text[a:b]) {
			f.add(BankCard, a, b, true)
		}
	case n == 11 && mobile(text[a:b]):
		f.mobile(i, a, a, b)
	case n == 13 && text[a] == '8' && text[a+1] == '6' && mobile(text[a+2:b]):
		f.mobile(i, a, a+2, b)
	case n == 15 && string(text[a:a+4]) == "0086" && mobile(text[a+4:b]):
		f.mobile(i, a, a+4, b)
	}
}

// fraction tells whether the word is a part of a number with a decimal point or of a version.
func (f *search) fraction(i int) bool {
	words := f.k.words
	if words[i].gap == '.' && words[i-1].numeric {
		return true
	}
	if i+1 < len(words) {
		return words[i+1].gap == '.' && words[i].numeric && words[i+1].numeric
	}
	// The cluster can begin behind a point that no word precedes: ".5".
	c, _ := before(f.s, int(f.k.pos[words[i].a]))
	return i == 0 && c == '.'
}

func (f *search) resident(a, b int) {
	if residentID(f.k.text[a:b], f.earliest, f.latest) {
		f.add(ResidentID, a, b, true)
		if creditCode(f.k.text[a:b]) {
			f.add(CreditCode, a, b, true) // also where letters follow
		}
	}
}

// whole looks at a word as a whole.
func (f *search) whole(i int, w word) {
	text := f.k.text
	v := text[w.a:w.b]
	switch len(v) {
	case 8, 9:
		if w.numeric {
			break
		}
		if hongKongID(v) {
			f.add(HongKongID, w.a, w.b, true)
		}
		if passport(v) {
			f.add(Passport, w.a, w.b, false)
		}
		if permit(v) {
			f.add(Permit, w.a, w.b, false)
		}
	case 10:
		if taiwanID(v) {
			f.add(TaiwanID, w.a, w.b, true)
		}
	case 11:
		if permit(v) {
			f.add(Permit, w.a, w.b, false)
		}
	}
	if n := len(v); n == 7 || n == 8 {
		f.bracketed(i, w)
	}
	if len(v) < 18 {
		return
	}
	// A credit code may have letters before it, as in USCC9144….
	a := w.b - 18
	for _, c := range text[w.a:a] {
		if isDigit(c) {
			return
		}
	}
	if creditCode(text[a:w.b]) && (a == w.a || isDigit(text[a])) {
		f.add(CreditCode, a, w.b, true)
	}
}

// bracketed looks for the check digit of an identity card of Hong Kong in brackets.
func (f *search) bracketed(i int, w word) {
	words := f.k.words
	if i+1 >= len(words) || words[i+1].gap != '(' || words[i+1].b != w.b+1 {
		return
	}
	if !hongKongID(f.k.text[w.a : w.b+1]) {
		return
	}
	f.add(HongKongID, w.a, w.b+1, true)
	last := &f.found[len(f.found)-1]
	if last.End < len(f.s) {
		if c, n := fold(f.s, last.End); c == ')' {
			last.End += n
		}
	}
}

// joined looks for identifiers that are written in groups: 6-8-4, 4-4-4-4 and the like.
func (f *search) joined(i int) {
	words, text := f.k.words, f.k.text
	a := words[i].a
	single := words[i].b-a == 1
	if single && (i > 0 && words[i].gap != 0 && words[i-1].b-words[i-1].a == 1) {
		return // a row of single characters is looked at from its beginning
	}
	fours := 0
	for j := i; j < len(words); j++ {
		w := words[j]
		n := w.b - w.a
		if j > i && w.gap != ' ' && w.gap != '-' {
			return
		}
		total := w.b - a
		if single != (n == 1) && (single || (total != 18 && fours < 4)) { // only the check digit may stand alone
			return
		}
		if total > 19 || (!single && j-i >= 8) {
			return
		}
		if n == 4 && w.numeric {
			fours++
		}
		if j == i {
			continue
		}
		if total == 18 && (!single || !f.single(j+1)) {
			f.group(a, w.b)
		}
		card := fours == j-i+1 || (j == i+4 && fours == 4 && w.numeric && n < 4) || (j == i+1 && words[i].b-a == 6 && n > 9)
		if card && total >= 16 && !f.four(j+1) && bankCard(text[a:w.b]) {
			f.add(BankCard, a, w.b, true)
		}
	}
}

// single and four tell whether the row of single characters, or of groups of four digits, goes on with word j.
func (f *search) single(j int) bool {
	return j < len(f.k.words) && f.k.words[j].b-f.k.words[j].a == 1
}

func (f *search) four(j int) bool {
	if j >= len(f.k.words) {
		return false
	}
	w := f.k.words[j]
	return w.numeric && w.b-w.a <= 4 && (w.gap == '-' || w.gap == ' ')
}

// group looks at 18 characters of several words.
func (f *search) group(a, b int) {
	v := f.k.text[a:b]
	resident := residentID(v, f.earliest, f.latest)
	if resident {
		f.add(ResidentID, a, b, true)
	}
	if creditCode(v) {
		f.add(CreditCode, a, b, true)
	}
}
