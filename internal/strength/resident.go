package strength

import (
	"fmt"
	"math/big"
	"strconv"
	"strings"

	"github.com/banfa-go/banfa/internal/civil"
)

const (
	residentLength  = 18
	residentWeights = "\x07\x09\x0a\x05\x08\x04\x02\x01\x06\x03\x07\x09\x0a\x05\x08\x04\x02"
	residentCheck   = "10X98765432" // by the sum of the others modulo 11

	birthFrom, birthTo = 1936, 2016
	firstBirth         = 1800
)

// residues counts texts by their weighted sum modulo 11.
type residues [11]int64

func (r residues) total() (n int64) {
	for _, v := range r {
		n += v
	}
	return n
}

// residentSum is the weighted sum modulo 11 of digits that begin at a place.
func residentSum(digits string, at int) int {
	sum := 0
	for i := range len(digits) {
		sum += int(digits[i]-'0') * int(residentWeights[at+i])
	}
	return sum % 11
}

func fits(digits string, pattern []rune) bool {
	for i := range len(digits) {
		if pattern[i] != '*' && pattern[i] != rune(digits[i]) {
			return false
		}
	}
	return true
}

// residentKnown writes what is known into the pattern; false where it contradicts the mask.
func residentKnown(pattern []rune, known Known) (ok bool, err error) {
	if len(known.Region) > 6 || strings.Trim(known.Region, digitChars) != "" {
		return false, fmt.Errorf("strength: region %q is not up to six digits", known.Region)
	}
	y, m, d := known.BirthYear, known.BirthMonth, known.BirthDay
	if (y != 0 && (y < firstBirth || y > civil.MaxYear)) || m < 0 || m > 12 || d < 0 || d > 31 {
		return false, fmt.Errorf("strength: year %d, month %d, day %d are not a part of a date of birth", y, m, d)
	}
	type fact struct {
		at   int
		text string
	}
	facts := []fact{{0, known.Region}}
	if y != 0 {
		facts = append(facts, fact{6, strconv.Itoa(y)})
	}
	if m != 0 {
		facts = append(facts, fact{10, fmt.Sprintf("%02d", m)})
	}
	if d != 0 {
		facts = append(facts, fact{12, fmt.Sprintf("%02d", d)})
	}
	for _, f := range facts {
		for i, c := range f.text {
			switch p := pattern[f.at+i]; p {
			case '*':
				pattern[f.at+i] = c
			case c:
			default:
				return false, nil
			}
		}
	}
	return true, nil
}

func residentYears(known Known) (from, to int, err error) {
	from, to = known.BirthFrom, known.BirthTo
	if from == 0 {
		from = birthFrom
	}
	if to == 0 {
		to = birthTo
	}
	if from < firstBirth || to > civil.MaxYear || from > to {
		return 0, 0, fmt.Errorf("strength: years of birth from %d to %d: from %d on, and rising", from, to, firstBirth)
	}
	return from, to, nil
}

// eachBirth calls f with every date of birth, eight digits each.
func eachBirth(from, to int, f func(string)) {
	for y := from; y <= to; y++ {
		for m := 1; m <= 12; m++ {
			for d := 1; d <= civil.DaysIn(y, m); d++ {
				f(strconv.Itoa(y*10000 + m*100 + d))
			}
		}
	}
}

// eachOrder calls f with every order number of the sex, three digits each.
func eachOrder(sex string, f func(string)) error {
	from, step := 0, 1
	switch sex {
	case "":
	case "male":
		from, step = 1, 2
	case "female":
		step = 2
	default:
		return fmt.Errorf(`strength: sex %q: "male", "female" or empty`, sex)
	}
	for n := from; n < 1000; n += step {
		f(fmt.Sprintf("%03d", n))
	}
	return nil
}

// resident counts the resident IDs that fit a pattern of 18: regions by dates of birth by order numbers, as many as the check digit lets.
func resident(kind string, pattern []rune, known Known) (Result, error) {
	from, to, err := residentYears(known)
	if err != nil {
		return Result{}, err
	}
	pattern = append([]rune(nil), pattern...)
	if ok, err := residentKnown(pattern, known); err != nil || !ok {
		return result(kind, new(big.Int), true), err
	}
	var births, orders residues
	eachBirth(from, to, func(d string) {
		if fits(d, pattern[6:]) {
			births[residentSum(d, 6)]++
		}
	})
	if err := eachOrder(known.Sex, func(n string) {
		if fits(n, pattern[14:]) {
			orders[residentSum(n, 14)]++
		}
	}); err != nil {
		return Result{}, err
	}
	rest := convolve(births, orders)
	regions, estimate := residentRegions(pattern, known)
	check := -1
	if c := pattern[17]; c != '*' {
		if check = strings.IndexRune(residentCheck, c); check < 0 {
			return result(kind, new(big.Int), true), nil
		}
	}
	if estimate > 0 {
		n := new(big.Int).Mul(big.NewInt(estimate), big.NewInt(rest.total()))
		if check >= 0 {
			n.Quo(n, big.NewInt(11))
		}
		return result(kind, n, false), nil
	}
	all := convolve(regions, rest)
	count := all.total()
	if check >= 0 && check < len(all) {
		count = all[check] //nolint:gosec // check is within all
	}
	return result(kind, big.NewInt(count), true), nil
}

func convolve(a, b residues) (c residues) {
	for i, n := range a {
		for j, m := range b {
			c[(i+j)%11] += n * m
		}
	}
	return c
}

// regionEstimates are the division codes in use, revoked ones included, that begin with so many given digits: the averages of some 3,200 codes in 34 provinces and
// 370 cities.
var regionEstimates = [...]int64{3200, 500, 100, 30, 9, 3, 1}

// residentRegions are the regions that fit, or an estimate of their number.
func residentRegions(pattern []rune, known Known) (r residues, estimate int64) {
	if len(known.Regions) > 0 {
		for _, code := range known.Regions {
			if len(code) == 6 && strings.Trim(code, digitChars) == "" && fits(code, pattern) {
				r[residentSum(code, 0)]++
			}
		}
		return r, 0
	}
	lead, other := 0, 0
	for i := range 6 {
		if pattern[i] != '*' {
			if i == lead {
				lead++
			} else {
				other++
			}
		}
	}
	if lead == 6 {
		code := string(pattern[:6])
		if strings.Trim(code, digitChars) == "" {
			r[residentSum(code, 0)]++
		}
		return r, 0
	}
	estimate = regionEstimates[lead]
	for range other {
		estimate = max(1, estimate/10)
	}
	return r, estimate
}

// residentShape counts for all masked values of a shape at once: dates and order numbers are grouped by what is shown of them, and groups that are
// distributed alike over the check digits count together.
func residentShape(kind string, shown []bool, known Known) (Result, error) {
	from, to, err := residentYears(known)
	if err != nil {
		return Result{}, err
	}
	shown = append([]bool(nil), shown...)
	fact := func(at, n int, is bool) {
		for i := at; i < at+n; i++ {
			shown[i] = shown[i] || is
		}
	}
	fact(0, min(6, len(known.Region)), true)
	fact(6, 4, known.BirthYear != 0)
	fact(10, 2, known.BirthMonth != 0)
	fact(12, 2, known.BirthDay != 0)

	births, orders := map[string]*residues{}, map[string]*residues{}
	group := func(groups map[string]*residues, text string, at int) {
		var key [8]byte
		for i := range len(text) {
			if key[i] = '*'; shown[at+i] {
				key[i] = text[i]
			}
		}
		r := groups[string(key[:])]
		if r == nil {
			r = new(residues)
			groups[string(key[:])] = r
		}
		r[residentSum(text, at)]++
	}
	eachBirth(from, to, func(d string) { group(births, d, 6) })
	sexes := []string{known.Sex}
	if known.Sex != "" {
		sexes = []string{"male", "female"} // whichever: the worse counts
	}
	smallest, total, values := int64(0), new(big.Int), new(big.Int)
	for _, sex := range sexes {
		clear(orders)
		if err := eachOrder(sex, func(n string) { group(orders, n, 14) }); err != nil {
			return Result{}, err
		}
		for b, times := range alike(births) {
			for o, more := range alike(orders) {
				both := convolve(b, o)
				if !shown[17] {
					both = residues{both.total()}
				}
				weight := new(big.Int).SetInt64(times * more)
				for _, n := range both {
					if n == 0 {
						continue
					}
					if smallest == 0 || n < smallest {
						smallest = n
					}
					total.Add(total, new(big.Int).Mul(weight, big.NewInt(n)))
					values.Add(values, weight)
				}
			}
		}
	}
	pattern := make([]rune, 6)
	for i := range pattern {
		if pattern[i] = '*'; shown[i] {
			pattern[i] = '1'
		}
	}
	_, estimate := residentRegions(pattern, Known{})
	estimate = max(estimate, 1)
	scale := func(n *big.Int) *big.Int {
		n.Mul(n, big.NewInt(estimate))
		return n
	}
	// Values that differ in hidden regions only are counted once in values; what they share is spread over the check digits.
	typical := scale(new(big.Int).Quo(total, values))
	if estimate > 1 && shown[17] {
		typical = scale(new(big.Int).Set(total))
		typical.Quo(typical, values)
	}
	return Result{Kind: kind, Count: scale(big.NewInt(smallest)), Typical: typical, Exact: estimate == 1}, nil
}

// alike counts groups with the same distribution.
func alike(groups map[string]*residues) map[residues]int64 {
	n := map[residues]int64{}
	for _, r := range groups {
		n[*r]++
	}
	return n
}
