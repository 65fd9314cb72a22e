package ident

// phone looks for telephone numbers from word i on: alone, or in groups with an area code.
func (f *search) phone(i int) {
	words, text := f.k.words, f.k.text
	w := words[i]
	if !w.numeric || f.fraction(i) {
		return
	}
	n := w.b - w.a
	switch {
	case n >= 10 && n <= 12:
		f.fixed(w.a, w.b)
	case n == 3 || n == 4:
		f.grouped(i, 2)
		f.grouped(i, 3)
		if n == 3 && i+2 < len(words) && f.groups(i, 3, 4, 4) && mobile(text[w.a:words[i+2].b]) {
			f.mobile(i, w.a, w.a, words[i+2].b)
		}
	}
}

// mobile adds the eleven digits from number to b; the match begins with the country's 86 where there is one, at a or in the word before i.
func (f *search) mobile(i, a, number, b int) {
	start, end := f.k.span(a, b)
	if a == number && i > 0 && a == f.k.words[i].a {
		gap, w := f.k.words[i].gap, f.k.words[i-1]
		code := string(f.k.text[w.a:w.b])
		if (gap == ' ' || gap == '-' || gap == ')') && (code == "86" || code == "0086") {
			start, _ = f.k.span(w.a, w.b)
		}
	}
	if c, n := before(f.s, start); c == '+' {
		start -= n
	}
	f.addAt(Mobile, start, end, f.k.value(number, b))
}

// fixed adds the digits from a to b as a landline, where they are one.
func (f *search) fixed(a, b int) {
	at := landline(f.k.text[a:b])
	if at == 0 {
		return
	}
	start, end := f.k.span(a, b)
	f.addAt(Landline, start, end, hyphenated(f.k.text[a:b], at))
}

func hyphenated(v []byte, at int) string {
	return string(v[:at]) + "-" + string(v[at:])
}

// grouped looks at n words as area code and number: 0755-88888888, (0755) 8888 8888, 400-123-4567.
func (f *search) grouped(i, n int) {
	words := f.k.words
	if i+n > len(words) {
		return
	}
	for j := i + 1; j < i+n; j++ {
		w := words[j]
		if !w.numeric || w.b-w.a < 3 || (w.gap != ' ' && w.gap != '-' && (w.gap != ')' || j > i+1)) {
			return
		}
	}
	at := landline(f.k.text[words[i].a:words[i+n-1].b])
	if at == words[i].b-words[i].a { // a serial number in groups is none: the area code is a group of its own
		f.fixed(words[i].a, words[i+n-1].b)
	}
}

// groups tells whether the words from i on are digits in groups of these sizes, separated by spaces or hyphens, and no more of them.
func (f *search) groups(i int, sizes ...int) bool {
	words := f.k.words
	for j, size := range sizes {
		w := words[i+j]
		if !w.numeric || w.b-w.a != size || (j > 0 && w.gap != ' ' && w.gap != '-') {
			return false
		}
	}
	return true
}
