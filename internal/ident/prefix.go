package ident

import (
	"strings"
	"unicode/utf8"
)

const (
	provinces = "京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼使" // of plates; 使 is of embassies
	suffixes  = "警学挂港澳使领"
	troops    = "军兵士文职广南北沈兰成济海空政参后装东西中火战武" // what stands before 字第 on cards of the armed forces
)

// prefixed looks for what Chinese characters before the cluster make an identifier: plates, cards of officers, permits of Taiwan.
func (f *search) prefixed() {
	k := &f.k
	first := k.words[0]
	start := int(k.pos[first.a])
	body := k.text[first.a:first.b]
	if c, n := before(f.s, start); c == '-' || c == ' ' { // 粤B·12345
		letter, m := before(f.s, start-n)
		if !isLetter(letter) {
			return
		}
		start -= n + m
		body = append([]byte{letter}, body...)
	}
	if start < 3 || f.s[start-1] < utf8.RuneSelf {
		return
	}
	r, n := utf8.DecodeLastRuneInString(f.s[:start])
	switch {
	case strings.ContainsRune(provinces, r):
		f.plate(start-n, start, body)
	case len(body) != first.b-first.a: // only plates have a letter apart
	case r == '第':
		f.officer(start)
	case r == '证' || r == '號' || r == '号' || r == '：' || r == '码' || r == '为':
		context := f.s[max(0, start-60):start]
		if v := k.text[first.a:first.b]; strings.Contains(context, "台胞证") || strings.Contains(context, "台湾居民来往大陆通行证") {
			if taiwanPermit(v) {
				f.add(Permit, first.a, first.b, false)
			}
		}
	}
}

// plate looks at the first word of the cluster as the rest of the plate whose province is at s[start:letter].
func (f *search) plate(start, letter int, body []byte) {
	w := f.k.words[0]
	_, end := f.k.span(w.a, w.b)
	prefix := f.s[start:letter]
	switch {
	case plateBody(body):
		f.addAt(Plate, start, end, prefix+string(body))
	case len(body) == 5 && end < len(f.s):
		if r, n := utf8.DecodeRuneInString(f.s[end:]); strings.ContainsRune(suffixes, r) && plateBody(append(body[:5:5], '0')) {
			f.addAt(Plate, start, end+n, prefix+string(body)+string(r))
		}
	}
}

// officer looks for 南字第20001234号 before the cluster at start.
func (f *search) officer(start int) {
	w := f.k.words[0]
	n := w.b - w.a
	head := strings.TrimSuffix(f.s[:start], "字第")
	if !w.numeric || n < 6 || n > 8 || len(head) == start {
		return
	}
	from := len(head)
	for range 2 {
		r, size := utf8.DecodeLastRuneInString(head[:from])
		if size == 0 || !strings.ContainsRune(troops, r) {
			break
		}
		from -= size
	}
	if from == len(head) {
		return
	}
	_, end := f.k.span(w.a, w.b)
	value := f.s[from:start] + string(f.k.text[w.a:w.b]) + "号"
	if strings.HasPrefix(f.s[end:], "号") {
		end += len("号")
	}
	f.addAt(OfficerID, from, end, value)
}
