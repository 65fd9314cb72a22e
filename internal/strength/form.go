package strength

import (
	"fmt"
	"math/big"
	"strings"

	"github.com/banfa-go/banfa/internal/ident"
)

// form is one way in which an identifier may be made up: the characters of each place, and a sum over them that has to be accepted.
type form struct {
	sets   []string
	add    func(state, place int, c rune) int // the sum with a character; nil: there is none
	accept func(state int) bool               // nil: every sum
}

// count counts the identifiers of the form that fit a pattern, sum by sum.
func (f *form) count(pattern []rune) *big.Int {
	ways := map[int]*big.Int{0: big.NewInt(1)}
	for i, set := range f.sets {
		next := map[int]*big.Int{}
		for _, c := range set {
			if pattern[i] != '*' && pattern[i] != c {
				continue
			}
			for state, n := range ways {
				to := state
				if f.add != nil {
					to = f.add(state, i, c)
				}
				if next[to] == nil {
					next[to] = new(big.Int)
				}
				next[to].Add(next[to], n)
			}
		}
		ways = next
	}
	total := new(big.Int)
	for state, n := range ways {
		if f.accept == nil || f.accept(state) {
			total.Add(total, n)
		}
	}
	return total
}

const (
	digitChars     = "0123456789"
	letterChars    = "ABCDEFGHJKLMNPQRSTUVWXYZ" // without I and O
	allLetters     = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
	taiwanLetters  = "ABCDEFGHJKLMNPQRSTUVXYWZIO" // in the order of their numbers, from 10
	plateProvinces = "京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼"
	energyLetters  = "ABCDEFGHJK" // of vehicles of new energy
)

// sets is one set for each place: head, and digits behind it.
func sets(digits int, head ...string) []string {
	for range digits {
		head = append(head, digitChars)
	}
	return head
}

// formsOf are the forms of a kind that have a length. They are those that ident accepts.
func formsOf(kind string, length int, known Known) ([]form, error) {
	var all []form
	plain := func(digits int, head ...string) { all = append(all, form{sets: sets(digits, head...)}) }
	switch ident.Kind(kind) {
	case ident.BankCard:
		all = append(all, form{sets: sets(length), accept: func(s int) bool { return s == 0 }, add: func(s, i int, c rune) int {
			d := int(c - '0')
			if (length-1-i)%2 == 1 {
				d = d*2/10 + d*2%10
			}
			return (s + d) % 10
		}})
	case ident.Mobile:
		plain(9, "1", "3456789")
	case ident.Landline:
		const area, local = "3456789", "23456789"
		for _, hyphen := range [][]string{nil, {"-"}} {
			with := func(digits int, head ...string) {
				plain(digits, append(append(head, hyphen...), local)...)
			}
			with(7, "0", "1", "0")
			with(7, "0", "2", "012345789")
			with(6, "0", area, digitChars, digitChars)
			with(7, "0", area, digitChars, digitChars)
			plain(6, append(append([]string{"48", "0", "0"}, hyphen...), "123456789")...)
		}
	case ident.Passport:
		plain(8, "EGDSP")
		plain(7, "DSP", "E")
		plain(7, "E", letterChars)
	case ident.Permit:
		plain(8, "HM")
		plain(10, "HM")
		plain(8, "CW")
		plain(7, "C", letterChars)
		plain(8)
		plain(10)
	case ident.HongKongID:
		all = append(all, hongKong(length))
	case ident.TaiwanID:
		f, err := taiwan(known.Sex)
		if err != nil {
			return nil, err
		}
		all = append(all, f)
	case ident.Plate:
		all = append(all, plates(length)...)
	}
	var out []form
	for _, f := range all {
		if len(f.sets) == length {
			out = append(out, f)
		}
	}
	return out, nil
}

// hongKong is one or two letters, six digits and the check digit, A for ten: modulo 11, with weights from 9 down.
func hongKong(length int) form {
	letters := []string{allLetters}
	first := 36 * 9 // an absent first letter counts as a space
	if length == 9 {
		letters, first = append(letters, allLetters), 0
	}
	return form{
		sets: append(sets(6, letters...), digitChars+"A"),
		add: func(s, i int, c rune) int {
			v := int(c - '0')
			if c >= 'A' {
				v = int(c-'A') + 10
			}
			return (s + v*(length-i)) % 11
		},
		accept: func(s int) bool { return (s+first)%11 == 0 },
	}
}

// taiwan is a letter, the sex (1, 2; of residents 8, 9), seven digits and the check digit.
func taiwan(sex string) (form, error) {
	second, ok := map[string]string{"": "1289", "male": "18", "female": "29"}[sex]
	if !ok {
		return form{}, fmt.Errorf(`strength: sex %q: "male", "female" or empty`, sex)
	}
	return form{
		sets: sets(8, taiwanLetters, second),
		add: func(s, i int, c rune) int {
			switch i {
			case 0:
				n := strings.IndexRune(taiwanLetters, c) + 10
				return (n/10 + n%10*9) % 10
			case 9:
				return (s + int(c-'0')) % 10
			}
			return (s + int(c-'0')*(9-i)) % 10
		},
		accept: func(s int) bool { return s == 0 },
	}, nil
}

// plates are those of GA 36-2018: five characters of which two at most are letters, or of new energy six.
func plates(length int) []form {
	const city = "ABCDEFGHJKLMNOPQRSTUVWXYZ"
	serial := digitChars + letterChars
	if length == 7 {
		return []form{{
			sets: []string{plateProvinces, city, serial, serial, serial, serial, serial},
			add: func(s, i int, c rune) int {
				if i >= 2 && c >= 'A' {
					s++
				}
				return s
			},
			accept: func(letters int) bool { return letters <= 2 },
		}}
	}
	return []form{
		{sets: sets(4, plateProvinces, city, energyLetters, serial)},
		{sets: append(sets(5, plateProvinces, city), energyLetters)},
	}
}

// issuerEstimates are the issuer numbers (BIN) of cards used on the mainland that begin with so many given digits: an estimate of ours, for there is no official
// list in public. Most are UnionPay's (62). They only make a mask weaker than the bare digits would.
var issuerEstimates = [...]int64{1500, 1400, 1300, 400, 60, 9, 1}

// estimateIssuer takes back that every number of six digits was counted as an issuer's.
func estimateIssuer(r *Result, pattern []rune) {
	lead, hidden := 0, int64(1)
	for i := range 6 {
		switch {
		case pattern[i] == '*':
			hidden *= 10
		case i == lead:
			lead++
		}
	}
	if hidden == 1 {
		return
	}
	r.Exact = false
	if issuers := issuerEstimates[lead]; issuers < hidden {
		r.scale(issuers, hidden)
	}
}

// scale takes a share of what was counted, rounded up: what one identifier at least has is not shared by none.
func (r *Result) scale(share, of int64) {
	r.Count.Mul(r.Count, big.NewInt(share))
	r.Count.Add(r.Count, big.NewInt(of-1))
	r.Count.Quo(r.Count, big.NewInt(of))
	r.Typical.Set(r.Count)
}

// The seven first digits of a mobile number were given out to a city. How many each has is an estimate of ours, from some half a million numbers for
// 340 cities and 50 prefixes of three digits.
const (
	cityCodes    = 29     // of one prefix and city, about
	allCityCodes = 10_000 // of one prefix
)

// estimateCity counts the codes of one city alone, where the city is known and all four digits of the code are hidden.
func estimateCity(r *Result, pattern []rune, known Known) {
	if len(known.Region) < 4 || string(pattern[3:7]) != "****" {
		return
	}
	r.Exact = false
	r.scale(cityCodes, allCityCodes)
}
