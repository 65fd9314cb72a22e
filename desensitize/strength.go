package desensitize

import (
	"fmt"
	"math/big"
	"strings"
	"unicode/utf8"

	"github.com/banfa-go/banfa/internal/ident"
)

// MaskShape is how many characters of an identifier a mask shows on each side.
type MaskShape struct {
	Left  int `json:"left"`
	Right int `json:"right"`
}

// Known is what a reader may know of an identifier besides its mask: from other columns of the row, or from other data sets.
type Known struct {
	// Region is the division code of the holder's first registration or the first digits of it (resident IDs), such as 4403.
	Region string `json:"region,omitempty"`
	// BirthYear, BirthMonth and BirthDay are of the holder (resident IDs); 0 is not known.
	BirthYear  int `json:"birth_year,omitempty"`
	BirthMonth int `json:"birth_month,omitempty"`
	BirthDay   int `json:"birth_day,omitempty"`
	// Sex is "male" or "female" (resident IDs: the parity of the order number).
	Sex string `json:"sex,omitempty"`
	// Masks are masked forms of the same identifier that are published elsewhere, for StrengthOf: what one hides another may show.
	Masks []string `json:"masks,omitempty"`
	// Shapes are shapes in which the same identifier is published elsewhere, for Strength.
	Shapes []MaskShape `json:"shapes,omitempty"`

	// BirthFrom and BirthTo are the years in which holders were born, 1936 to 2016 where 0.
	BirthFrom int `json:"birth_from,omitempty"`
	BirthTo   int `json:"birth_to,omitempty"`
	// Regions are all division codes in use, six digits each, revoked ones included. Without them hidden digits of a region are estimated, and the result is not exact.
	Regions []string `json:"-"`
}

// MaskStrength is among how many identifiers a reader has to guess. All counted identifiers are valid: their check digits hold and their dates exist.
type MaskStrength struct {
	Kind string `json:"kind"`
	// Count is the number of identifiers that share the masked value: of StrengthOf for that value, of Strength for the value that fares worst.
	Count *big.Int `json:"count"`
	// Typical is the mean over the masked values of the shape, rounded down; equal to Count for StrengthOf.
	Typical *big.Int `json:"typical"`
	// Exact says that nothing was estimated.
	Exact bool `json:"exact"`
}

// WeakBelow is the number of identifiers below which a mask is weak where a policy names no other: the 10,000 telephone numbers behind 138****5678.
const WeakBelow = 10_000

// Weak reports whether fewer than threshold identifiers share the masked value; WeakBelow where it is 0.
func (s MaskStrength) Weak(threshold int64) bool {
	if threshold <= 0 {
		threshold = WeakBelow
	}
	return s.Count.Cmp(big.NewInt(threshold)) < 0
}

// StrengthKinds lists the kinds of identifiers whose masks can be measured.
func StrengthKinds() []string {
	return []string{
		string(ident.ResidentID), string(ident.CreditCode), string(ident.BankCard), string(ident.Mobile), string(ident.Passport), string(ident.Plate),
	}
}

// Strength is how many identifiers share a masked value when identifiers of the kind are masked in the shape.
//
//	Strength("cn.resident_id", MaskShape{6, 4}, Known{})               2,689 typically, 2,68x at worst
//	Strength("cn.resident_id", MaskShape{6, 4}, Known{BirthYear: 1990}) some 33
//	Strength("cn.mobile", MaskShape{3, 4}, Known{})                    10,000
//
// Facts of Known other than Shapes only need to be given as present: for a shape any year does.
func Strength(kind string, shape MaskShape, known Known) (MaskStrength, error) {
	n, err := strengthLength(kind)
	if err != nil {
		return MaskStrength{}, err
	}
	shown := make([]bool, n)
	for _, s := range append([]MaskShape{shape}, known.Shapes...) {
		if s.Left < 0 || s.Right < 0 {
			return MaskStrength{}, fmt.Errorf("desensitize: mask %d+%d: both sides are 0 or more", s.Left, s.Right)
		}
		for i := range shown {
			shown[i] = shown[i] || i < s.Left || i >= n-s.Right
		}
	}
	if kind == string(ident.ResidentID) {
		return strengthResidentShape(shown, known)
	}
	// Of the other kinds every masked value is shared by as many, but for what a credit code's letters do: a typical value stands for them.
	pattern := []rune(strengthExample[kind])
	for i := range pattern {
		if !shown[i] {
			pattern[i] = '*'
		}
	}
	known.Masks = nil
	return StrengthOf(kind, string(pattern), known)
}

// strengthExample has a valid identifier of each kind, of those with one length per character.
var strengthExample = map[string]string{
	string(ident.CreditCode): "9144030071526726XG",
	string(ident.BankCard):   "4000000000000002",
	string(ident.Mobile):     "13800138000",
	string(ident.Passport):   "E12345678",
	string(ident.Plate):      "粤B12345",
}

func strengthLength(kind string) (int, error) {
	if kind == string(ident.ResidentID) {
		return residentLength, nil
	}
	if v, ok := strengthExample[kind]; ok {
		return utf8.RuneCountInString(v), nil
	}
	return 0, fmt.Errorf("desensitize: the strength of masks of %q cannot be counted: of %s it can", kind, strings.Join(StrengthKinds(), ", "))
}

// StrengthOf is how many identifiers of the kind fit a masked value, such as 440303********1234, and all else that is known. A * is one hidden character. An
// identifier that nothing fits has Count 0: the masks are not of one identifier, or the value is not of the kind.
func StrengthOf(kind, masked string, known Known) (MaskStrength, error) {
	if _, err := strengthLength(kind); err != nil {
		return MaskStrength{}, err
	}
	pattern, err := strengthPattern(kind, masked)
	if err != nil {
		return MaskStrength{}, err
	}
	for _, other := range known.Masks {
		p, err := strengthPattern(kind, other)
		if err != nil {
			return MaskStrength{}, err
		}
		if len(p) != len(pattern) {
			return strengthResult(kind, new(big.Int), true), nil
		}
		for i, r := range p {
			switch {
			case pattern[i] == '*':
				pattern[i] = r
			case r != '*' && r != pattern[i]:
				return strengthResult(kind, new(big.Int), true), nil
			}
		}
	}
	switch kind {
	case string(ident.ResidentID):
		return strengthResident(pattern, known)
	case string(ident.CreditCode):
		return strengthCredit(pattern, known)
	case string(ident.BankCard):
		return strengthCard(pattern), nil
	case string(ident.Mobile):
		return strengthFree(kind, pattern, true, "1", "3456789", digitChars), nil
	case string(ident.Passport):
		return strengthFree(kind, pattern, false, "EGDSP", digitChars+"ABCDEFGHJKLMNPQRSTUVWXYZ", digitChars), nil
	default:
		return strengthFree(kind, pattern, false, plateProvinces, "ABCDEFGHJKLMNPQRSTUVWXYZ", digitChars+"ABCDEFGHJKLMNPQRSTUVWXYZ"), nil
	}
}

func strengthResult(kind string, count *big.Int, exact bool) MaskStrength {
	return MaskStrength{Kind: kind, Count: count, Typical: new(big.Int).Set(count), Exact: exact}
}

const (
	digitChars     = "0123456789"
	plateProvinces = "京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼"
)

// strengthPattern reads a masked value: full-width characters folded, separators dropped, upper case.
func strengthPattern(kind, masked string) ([]rune, error) {
	var pattern []rune
	for _, r := range masked {
		switch {
		case r >= '！' && r <= '～':
			r = r - '！' + '!'
		case r == ' ' || r == '-' || r == '　' || r == '·':
			continue
		}
		if r >= 'a' && r <= 'z' {
			r -= 'a' - 'A'
		}
		pattern = append(pattern, r)
	}
	n := len(pattern)
	fits := false
	switch kind {
	case string(ident.ResidentID), string(ident.CreditCode):
		fits = n == residentLength
	case string(ident.BankCard):
		fits = n >= 16 && n <= 19
	case string(ident.Mobile):
		fits = n == 11
	case string(ident.Passport):
		fits = n == 9
	default:
		fits = n == 7 || n == 8
	}
	if !fits {
		return nil, fmt.Errorf("desensitize: a masked value of %d characters is not of kind %s", n, kind)
	}
	return pattern, nil
}

// strengthFree counts kinds without a check digit: the first and the second character of their sets, all others of rest.
func strengthFree(kind string, pattern []rune, exact bool, first, second, rest string) MaskStrength {
	count := big.NewInt(1)
	for i, r := range pattern {
		set := rest
		switch i {
		case 0:
			set = first
		case 1:
			set = second
		}
		switch {
		case r == '*':
			count.Mul(count, big.NewInt(int64(utf8.RuneCountInString(set))))
		case !strings.ContainsRune(set, r):
			return strengthResult(kind, new(big.Int), exact)
		}
	}
	return strengthResult(kind, count, exact)
}

// strengthCard counts numbers whose Luhn digit holds. The digits of the issuer count like the others, which is exact where they are shown, or all else is.
func strengthCard(pattern []rune) MaskStrength {
	var ways [10]*big.Int
	for i := range ways {
		ways[i] = new(big.Int)
	}
	ways[0].SetInt64(1)
	exact := true
	for i, r := range pattern {
		double := (len(pattern)-1-i)%2 == 1
		var next [10]*big.Int
		for s := range next {
			next[s] = new(big.Int)
		}
		for d := range 10 {
			if r != '*' && r != rune('0'+d) {
				continue
			}
			add := d
			if double {
				add = d*2/10 + d*2%10
			}
			for s := range ways {
				next[(s+add)%10].Add(next[(s+add)%10], ways[s])
			}
		}
		ways = next
		exact = exact && (i >= 6 || r != '*')
	}
	return strengthResult(string(ident.BankCard), ways[0], exact)
}
