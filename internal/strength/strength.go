// Package strength counts among how many identifiers a reader of a masked one has to guess. It is arithmetic on how numbers are made up: check digits, dates and regions that exist,
// letters that occur. Where a part of a number is given out from a list that is not here, the list's size stands for it, and the result says that it is not exact.
package strength

import (
	"fmt"
	"math/big"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/banfa-go/banfa/internal/ident"
)

// Shape is how many characters of an identifier a mask shows on each side.
type Shape struct {
	Left  int `json:"left"`
	Right int `json:"right"`
}

// String is the shape as 6+4.
func (s Shape) String() string { return fmt.Sprintf("%d+%d", s.Left, s.Right) }

// ParseShape reads 6+4.
func ParseShape(text string) (s Shape, ok bool) {
	n, err := fmt.Sscanf(text, "%d+%d", &s.Left, &s.Right)
	return s, err == nil && n == 2 && s.String() == text && s.Left >= 0 && s.Right >= 0
}

// Known is what a reader may know of an identifier besides its mask: from other columns of the row, or from other data sets.
type Known struct {
	// Region is the division code of the holder's first registration or the first digits of it (resident IDs), such as 4403. A number of a mobile telephone of one city has one of the
	// few codes that the city was given.
	Region string `json:"region,omitempty"`
	// BirthYear, BirthMonth and BirthDay are of the holder (resident IDs); 0 is not known.
	BirthYear  int `json:"birth_year,omitempty"`
	BirthMonth int `json:"birth_month,omitempty"`
	BirthDay   int `json:"birth_day,omitempty"`
	// Sex is "male" or "female" (resident IDs: the parity of the order number; tw.id: the second character).
	Sex string `json:"sex,omitempty"`
	// Masks are masked forms of the same identifier that are published elsewhere, for Of: what one hides another may show.
	Masks []string `json:"masks,omitempty"`
	// Shapes are shapes in which the same identifier is published elsewhere, for OfShape.
	Shapes []Shape `json:"shapes,omitempty"`

	// BirthFrom and BirthTo are the years in which holders were born, 1936 to 2016 where 0.
	BirthFrom int `json:"birth_from,omitempty"`
	BirthTo   int `json:"birth_to,omitempty"`
	// Regions are all division codes in use, six digits each, revoked ones included. Without them hidden digits of a region are estimated, and the result is not exact.
	Regions []string `json:"-"`
}

// Result is among how many identifiers a reader has to guess. All counted identifiers are valid: their check digits hold and their dates exist.
type Result struct {
	Kind string `json:"kind"`
	// Count is the number of identifiers that share the masked value: of Of for that value, of OfShape for the value that fares worst.
	Count *big.Int `json:"count"`
	// Typical is the mean over the masked values of the shape, rounded down; equal to Count for Of.
	Typical *big.Int `json:"typical"`
	// Exact says that nothing was estimated.
	Exact bool `json:"exact"`
}

// WeakBelow is the number of identifiers below which a mask is weak where a policy names no other: the 10,000 telephone numbers behind 138****5678.
const WeakBelow = 10_000

// Weak reports whether fewer than threshold identifiers share the masked value; WeakBelow where it is 0.
func (s Result) Weak(threshold int64) bool {
	if threshold <= 0 {
		threshold = WeakBelow
	}
	return s.Count.Cmp(big.NewInt(threshold)) < 0
}

// Kinds lists the kinds of identifiers whose masks can be measured.
func Kinds() []string {
	var out []string
	for _, k := range ident.Kinds() {
		if len(examples(string(k))) > 0 {
			out = append(out, string(k))
		}
	}
	return out
}

// examples has an identifier of each length of a kind, in the spelling that masks are made of.
func examples(kind string) []string {
	switch ident.Kind(kind) {
	case ident.ResidentID:
		return []string{"440303199003071234"}
	case ident.ResidentID15:
		return []string{"440303900307123"}
	case ident.CreditCode:
		return []string{"9144030071526726XG"}
	case ident.BankCard:
		return []string{"4000000000000002", "6200000000000000003"}
	case ident.Mobile:
		return []string{"13800138000"}
	case ident.Landline:
		return []string{"010-88888888", "0755-88888888", "0756-8888888"}
	case ident.Passport:
		return []string{"E12345678"}
	case ident.Permit:
		return []string{"H12345678", "12345678", "H1234567890"}
	case ident.HongKongID:
		return []string{"P1744686"}
	case ident.TaiwanID:
		return []string{"B221690311"}
	case ident.Plate:
		return []string{"粤B12345", "粤BD12345"}
	}
	return nil
}

func unknownKind(kind string) error {
	return fmt.Errorf("strength: the strength of masks of %q cannot be counted: of %s it can", kind, strings.Join(Kinds(), ", "))
}

// OfShape is how many identifiers share a masked value when identifiers of the kind are masked in the shape, of the lengths that the kind has the one that fares worst.
//
//	OfShape("cn.resident_id", Shape{6, 4}, Known{})               2,689 typically, 2,68x at worst
//	OfShape("cn.resident_id", Shape{6, 4}, Known{BirthYear: 1990}) some 33
//	OfShape("cn.mobile", Shape{3, 4}, Known{})                    10,000
//
// Facts of Known other than Shapes only need to be given as present: for a shape any year does.
func OfShape(kind string, shape Shape, known Known) (Result, error) {
	all := examples(kind)
	if len(all) == 0 {
		return Result{}, unknownKind(kind)
	}
	var worst *Result
	for _, example := range all {
		n := utf8.RuneCountInString(example)
		if len(all) > 1 && n-shape.Left-shape.Right < max(1, (shape.Left+shape.Right+1)/2) {
			continue // a mask that hides less is suppressed (deid.Mask)
		}
		s, err := ofExample(kind, []rune(example), shape, known)
		if err != nil {
			return Result{}, err
		}
		if worst == nil || s.Count.Cmp(worst.Count) < 0 {
			worst = &s
		}
	}
	if worst == nil { // every value is suppressed
		return result(kind, new(big.Int).Lsh(big.NewInt(1), 64), false), nil
	}
	return *worst, nil
}

func ofExample(kind string, pattern []rune, shape Shape, known Known) (Result, error) {
	shown := make([]bool, len(pattern))
	for _, s := range append([]Shape{shape}, known.Shapes...) {
		if s.Left < 0 || s.Right < 0 {
			return Result{}, fmt.Errorf("strength: mask %s: both sides are 0 or more", s)
		}
		for i := range shown {
			shown[i] = shown[i] || i < s.Left || i >= len(pattern)-s.Right
		}
	}
	switch ident.Kind(kind) {
	case ident.ResidentID:
		return residentShape(kind, shown, known)
	case ident.ResidentID15:
		return residentShape(kind, slices.Concat(shown[:6], []bool{true, true}, shown[6:], []bool{false}), inCentury(known))
	}
	// Of the other kinds every masked value is shared by as many, but for what letters do to a check digit: a typical value stands for them.
	for i := range pattern {
		if !shown[i] {
			pattern[i] = '*'
		}
	}
	known.Masks = nil
	if known.Sex != "" && kind == string(ident.TaiwanID) && pattern[1] != '*' {
		known.Sex = "" // it is shown
	}
	return Of(kind, string(pattern), known)
}

// Usual is the shape of the usual mask of a kind (deid.MaskUsual).
func Usual(kind string) (Shape, bool) {
	switch ident.Kind(kind) {
	case ident.ResidentID, ident.ResidentID15:
		return Shape{6, 0}, true
	case ident.CreditCode:
		return Shape{2, 4}, true
	case ident.BankCard:
		return Shape{4, 4}, true
	case ident.Mobile:
		return Shape{3, 4}, true
	case ident.Landline:
		return Shape{5, 2}, true
	case ident.Passport:
		return Shape{1, 3}, true
	case ident.Permit:
		return Shape{1, 2}, true
	case ident.HongKongID, ident.TaiwanID:
		return Shape{1, 0}, true
	case ident.Plate:
		return Shape{3, 1}, true
	}
	return Shape{}, false
}

// Of is how many identifiers of the kind fit a masked value, such as 440303********1234, and all else that is known. A * is one hidden character. An
// identifier that nothing fits has Count 0: the masks are not of one identifier, or the value is not of the kind.
func Of(kind, masked string, known Known) (Result, error) {
	if len(examples(kind)) == 0 {
		return Result{}, unknownKind(kind)
	}
	pattern, err := patternOf(kind, masked)
	if err != nil {
		return Result{}, err
	}
	for _, other := range known.Masks {
		p, err := patternOf(kind, other)
		if err != nil {
			return Result{}, err
		}
		if len(p) != len(pattern) {
			return result(kind, new(big.Int), true), nil
		}
		for i, r := range p {
			switch {
			case pattern[i] == '*':
				pattern[i] = r
			case r != '*' && r != pattern[i]:
				return result(kind, new(big.Int), true), nil
			}
		}
	}
	switch ident.Kind(kind) {
	case ident.ResidentID:
		return resident(kind, pattern, known)
	case ident.ResidentID15:
		return resident(kind, slices.Concat(pattern[:6], []rune("19"), pattern[6:], []rune("*")), inCentury(known))
	case ident.CreditCode:
		return credit(pattern, known)
	}
	forms, err := formsOf(kind, len(pattern), known)
	if err != nil {
		return Result{}, err
	}
	count := new(big.Int)
	for _, f := range forms {
		count.Add(count, f.count(pattern))
	}
	r := result(kind, count, true)
	switch ident.Kind(kind) {
	case ident.BankCard:
		estimateIssuer(&r, pattern)
	case ident.Mobile:
		estimateCity(&r, pattern, known)
	case ident.Landline:
		r.Exact = pattern[1] != '*' && pattern[2] != '*' && pattern[3] != '*' // not all area codes are given out
	default:
		r.Exact = false // which letters and series are given out is not known
	}
	if kind == string(ident.HongKongID) || kind == string(ident.TaiwanID) {
		r.Exact = pattern[0] != '*'
	}
	return r, nil
}

// inCentury bounds births to those of the old form, which has two digits of the year.
func inCentury(known Known) Known {
	if known.BirthTo == 0 || known.BirthTo > 1999 {
		known.BirthTo = 1999
	}
	if known.BirthFrom > known.BirthTo {
		known.BirthFrom = known.BirthTo
	}
	return known
}

func result(kind string, count *big.Int, exact bool) Result {
	return Result{Kind: kind, Count: count, Typical: new(big.Int).Set(count), Exact: exact}
}

// patternOf reads a masked value: full-width characters folded, separators dropped, upper case.
func patternOf(kind, masked string) ([]rune, error) {
	var pattern []rune
	for _, r := range masked {
		if r >= '！' && r <= '～' {
			r = r - '！' + '!'
		}
		switch {
		case r == '-' && kind == string(ident.Landline): // where the area code ends counts
		case r == ' ' || r == '-' || r == '　' || r == '·' || r == '(' || r == ')':
			continue
		}
		if r >= 'a' && r <= 'z' {
			r -= 'a' - 'A'
		}
		pattern = append(pattern, r)
	}
	if !slices.Contains(lengths(kind), len(pattern)) {
		return nil, fmt.Errorf("strength: a masked value of %d characters is not of kind %s", len(pattern), kind)
	}
	return pattern, nil
}

func lengths(kind string) []int {
	switch ident.Kind(kind) {
	case ident.ResidentID, ident.CreditCode:
		return []int{residentLength}
	case ident.ResidentID15:
		return []int{15}
	case ident.BankCard:
		return []int{16, 17, 18, 19}
	case ident.Mobile:
		return []int{11}
	case ident.Landline:
		return []int{10, 11, 12, 13}
	case ident.Passport:
		return []int{9}
	case ident.Permit:
		return []int{8, 9, 10, 11}
	case ident.HongKongID:
		return []int{8, 9}
	case ident.TaiwanID:
		return []int{10}
	}
	return []int{7, 8} // plates
}
