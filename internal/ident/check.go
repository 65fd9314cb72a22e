package ident

import "strings"

// All checks of this file take text that is folded already: ASCII, upper case, no separators.

const residentWeights = "\x07\x09\x0a\x05\x08\x04\x02\x01\x06\x03\x07\x09\x0a\x05\x08\x04\x02"

// residentID checks the 18 characters of GB 11643: region, birth, order, check digit.
func residentID(v []byte, earliest, latest int) bool {
	if len(v) != 18 || !digits(v[:17]) {
		return false
	}
	sum := 0
	for i, c := range v[:17] {
		sum += int(c-'0') * int(residentWeights[i])
	}
	return v[17] == "10X98765432"[sum%11] && residentRegion(v) && birth(v[6:14], earliest, latest) && string(v[14:17]) != "000"
}

// residentRegion tells whether the first six digits can be a region. Only the province is looked up: codes of counties come and go, and
// cards keep the code of the day they were made.
func residentRegion(v []byte) bool {
	p := int(v[0]-'0')*10 + int(v[1]-'0')
	switch {
	case p >= 81 && p <= 83: // residents of Hong Kong, Macao and Taiwan on the mainland
		return string(v[2:6]) == "0000"
	case v[0] == '9': // permanent residents of other countries: 9, province, country
		return province(int(v[1]-'0')*10 + int(v[2]-'0'))
	default:
		return province(p)
	}
}

// ProvinceCode tells whether n is the two digits of a province in GB/T 2260, Hong Kong, Macao and Taiwan included.
func ProvinceCode(n int) bool { return province(n) || n == 81 || n == 82 }

// province tells whether n is one of the two-digit codes of GB/T 2260 that cards carry.
func province(n int) bool {
	switch n / 10 {
	case 1, 6:
		return n%10 >= 1 && n%10 <= 5
	case 2:
		return n%10 >= 1 && n%10 <= 3
	case 3:
		return n%10 >= 1 && n%10 <= 7
	case 4:
		return n%10 >= 1 && n%10 <= 6
	case 5:
		return n%10 <= 4
	case 7:
		return n == 71
	default:
		return false
	}
}

// birth checks eight digits YYYYMMDD for a real date within the bounds.
func birth(v []byte, earliest, latest int) bool {
	n := 0
	for _, c := range v {
		n = n*10 + int(c-'0')
	}
	y, m, d := n/10000, n/100%100, n%100
	if n < earliest || n > latest || m < 1 || m > 12 || d < 1 {
		return false
	}
	last := [...]int{31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31}[m-1]
	if m == 2 && y%4 == 0 && (y%100 != 0 || y%400 == 0) {
		last = 29
	}
	return d <= last
}

// residentID15 checks the old form. Its two-digit year is of the twentieth century, but for the few made for births after 1999.
func residentID15(v []byte, earliest, latest int) bool {
	if len(v) != 15 || !digits(v) || v[0] == '8' || v[0] == '9' || !residentRegion(v) || string(v[12:15]) == "000" {
		return false
	}
	century := "19"
	if v[6] == '0' {
		century = "20"
	}
	long := append([]byte(century), v[6:12]...)
	if birth(long, earliest, latest) {
		return true
	}
	return century == "20" && birth(append([]byte("19"), v[6:12]...), earliest, latest)
}

const (
	creditAlphabet = "0123456789ABCDEFGHJKLMNPQRTUWXY"
	creditWeights  = "\x01\x03\x09\x1b\x13\x1a\x10\x11\x14\x1d\x19\x0d\x08\x18\x0a\x1e\x1c"
)

// creditValues is the value of a character of a credit code, and -1 for I, O, S, V, Z and what is no character of it.
var creditValues = func() (t [256]int8) {
	for i := range t {
		t[i] = -1
	}
	for i, c := range []byte(creditAlphabet) {
		t[c] = int8(i)
	}
	return t
}()

// creditCode checks the 18 characters of GB 32100: registrar, category, region, organisation, check character.
func creditCode(v []byte) bool {
	if len(v) != 18 || !strings.ContainsRune("123456789ANY", rune(v[0])) || v[1] < '1' || v[1] > '9' || !digits(v[2:8]) {
		return false
	}
	sum := 0
	for i, c := range v[:17] {
		n := creditValues[c]
		if n < 0 {
			return false
		}
		sum += int(n) * int(creditWeights[i])
	}
	return v[17] == creditAlphabet[(31-sum%31)%31]
}

// bankCard checks issuer, length and Luhn digit. A number of one repeated digit is no card.
func bankCard(v []byte) bool {
	if len(v) < 16 || len(v) > 19 || !digits(v) || !issuer(v) {
		return false
	}
	sum := 0
	for i := range v {
		n := int(v[len(v)-1-i] - '0')
		if i%2 == 1 {
			if n *= 2; n > 9 {
				n -= 9
			}
		}
		sum += n
	}
	return sum%10 == 0 && len(strings.Trim(string(v[1:]), string(v[:1]))) > 0
}

// issuer knows the ranges of issuers that cards used on the mainland carry, with their lengths.
func issuer(v []byte) bool {
	n := int(v[0]-'0')*1000 + int(v[1]-'0')*100 + int(v[2]-'0')*10 + int(v[3]-'0')
	switch {
	case n/100 == 62, n/100 == 81, n/100 == 60, n/100 == 64, n/100 == 65: // UnionPay; Discover and partners
		return true
	case n/1000 == 4: // Visa
		return len(v) == 16 || len(v) == 19
	case n/100 >= 51 && n/100 <= 55, n >= 2221 && n <= 2720, n >= 3528 && n <= 3589: // MasterCard, JCB
		return len(v) == 16
	case n == 9558: // old debit cards
		return len(v) == 19 || len(v) == 16
	default:
		return false
	}
}

// mobile checks eleven digits.
func mobile(v []byte) bool {
	return len(v) == 11 && v[0] == '1' && v[1] >= '3' && v[1] <= '9' && digits(v)
}

// landline splits the digits of a number with area code; at is where the number proper begins, 0 where it is none.
func landline(v []byte) (at int) {
	if !digits(v) || len(v) < 10 || len(v) > 12 {
		return 0
	}
	switch {
	case len(v) == 10 && (string(v[:3]) == "400" || string(v[:3]) == "800") && v[3] != '0':
		return 3
	case v[0] != '0':
		return 0
	case (v[1] == '1' && v[2] == '0') || (v[1] == '2' && v[2] != '6'):
		at = 3
	case v[1] >= '3' && (len(v) == 11 || len(v) == 12):
		at = 4
	default:
		return 0
	}
	if local := len(v) - at; local < 7 || local > 8 || (at == 3 && local != 8) || v[at] < '2' {
		return 0
	}
	return at
}

// passport checks a mainland passport: a letter and eight digits, or E, a letter and seven digits, or an official one of two letters.
func passport(v []byte) bool {
	if len(v) != 9 || !digits(v[2:]) {
		return false
	}
	if isDigit(v[1]) {
		return strings.IndexByte("EGDSP", v[0]) >= 0
	}
	official := v[1] == 'E' && strings.IndexByte("DSP", v[0]) >= 0
	return official || (v[0] == 'E' && isLetter(v[1]) && v[1] != 'I' && v[1] != 'O')
}

// permit checks a permit whose letter shows what it is: H and M to the mainland, C to Hong Kong and Macao.
func permit(v []byte) bool {
	if len(v) < 9 || !digits(v[2:]) {
		return false
	}
	switch v[0] {
	case 'H', 'M':
		return (len(v) == 9 || len(v) == 11) && isDigit(v[1])
	case 'C', 'W':
		return len(v) == 9 && (isDigit(v[1]) || (v[0] == 'C' && isLetter(v[1]) && v[1] != 'I' && v[1] != 'O'))
	default:
		return false
	}
}

// taiwanPermit checks the number of a permit for residents of Taiwan: nothing but eight digits, so only context makes it one.
func taiwanPermit(v []byte) bool { return (len(v) == 8 || len(v) == 10) && digits(v) }

// hongKongID checks one or two letters, six digits and the check digit, without its brackets.
func hongKongID(v []byte) bool {
	n := len(v)
	if n != 8 && n != 9 || !digits(v[n-7:n-1]) || !isLetter(v[0]) || (n == 9 && !isLetter(v[1])) {
		return false
	}
	sum := 36 * 9 // an absent first letter counts as a space
	if n == 9 {
		sum = (int(v[0]-'A') + 10) * 9
	}
	sum += (int(v[n-8]-'A') + 10) * 8
	for i, c := range v[n-7 : n-1] {
		sum += int(c-'0') * (7 - i)
	}
	switch check := v[n-1]; {
	case check == 'A':
		sum += 10
	case isDigit(check):
		sum += int(check - '0')
	default:
		return false
	}
	return sum%11 == 0
}

// taiwanLetters are the letters in the order of their numbers, from 10.
const taiwanLetters = "ABCDEFGHJKLMNPQRSTUVXYWZIO"

// taiwanID checks a letter, the sex (1, 2; residents 8, 9), seven digits and the check digit.
func taiwanID(v []byte) bool {
	if len(v) != 10 || !digits(v[1:]) || strings.IndexByte("1289", v[1]) < 0 {
		return false
	}
	n := strings.IndexByte(taiwanLetters, v[0])
	if n < 0 {
		return false
	}
	n += 10
	sum := n/10 + n%10*9 + int(v[9]-'0')
	for i, c := range v[1:9] {
		sum += int(c-'0') * (8 - i)
	}
	return sum%10 == 0
}

// plateBody checks what follows the province: a letter and five characters, or six of a new-energy vehicle, without I and O.
func plateBody(v []byte) bool {
	if len(v) < 6 || len(v) > 7 || !isLetter(v[0]) || v[0] == 'I' {
		return false
	}
	count := 0
	for _, c := range v[1:] {
		if c == 'I' || c == 'O' || (!isLetter(c) && !isDigit(c)) {
			return false
		}
		if isDigit(c) {
			count++
		}
	}
	if len(v) == 7 {
		energy := func(c byte) bool { return strings.IndexByte("ABCDEFGHJK", c) >= 0 }
		small := energy(v[1]) && digits(v[3:])
		large := energy(v[6]) && digits(v[1:6])
		return small || large
	}
	return count >= 3 // two letters at most
}

func digits(v []byte) bool {
	for _, c := range v {
		if !isDigit(c) {
			return false
		}
	}
	return true
}

func isDigit(c byte) bool  { return c-'0' <= 9 }
func isLetter(c byte) bool { return c-'A' <= 25 }
