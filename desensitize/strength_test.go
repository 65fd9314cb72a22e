package desensitize_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/banfa-go/banfa/desensitize"
	"github.com/banfa-go/banfa/internal/deid"
	"github.com/banfa-go/banfa/internal/ident"
)

func TestHowManyIdentifiersShareAMaskedValue(t *testing.T) {
	for _, c := range []struct {
		kind, masked string
		known        desensitize.Known
		count        string
	}{
		// The five figures of the research notes.
		{"cn.resident_id", "440303********1234", desensitize.Known{}, "2688"},
		{"cn.resident_id", "440303******151234", desensitize.Known{}, "87"},
		{"cn.resident_id", "4403031990****1234", desensitize.Known{}, "34"},
		{"cn.resident_id", "440303199001******", desensitize.Known{}, "31000"},
		{"cn.resident_id", "440303************", desensitize.Known{}, "29586000"},
		// What another column says is as if the mask showed it.
		{"cn.resident_id", "440303********1234", desensitize.Known{BirthYear: 1990}, "34"},
		{"cn.resident_id", "440303********1234", desensitize.Known{BirthDay: 15}, "87"},
		{"cn.resident_id", "440303********1234", desensitize.Known{BirthYear: 1990, BirthMonth: 1, BirthDay: 15}, "0"},
		{"cn.resident_id", "440303********1234", desensitize.Known{Region: "4403"}, "2688"},
		{"cn.resident_id", "440303********1234", desensitize.Known{Region: "11"}, "0"}, // contradicts the mask
		{"cn.resident_id", "440303************", desensitize.Known{Sex: "female"}, "14793000"},
		{"cn.resident_id", "440303********1234", desensitize.Known{Sex: "male"}, "2688"},
		{"cn.resident_id", "440303********1234", desensitize.Known{Sex: "female"}, "0"},
		// Masks of one identifier in several data sets.
		{"cn.resident_id", "440303********1234", desensitize.Known{Masks: []string{"44030319**********"}}, "2123"},
		{"cn.resident_id", "440303********1234", desensitize.Known{Masks: []string{"440303199001******"}}, "4"},
		{"cn.resident_id", "440303********1234", desensitize.Known{Masks: []string{"440304************"}}, "0"},
		{"cn.resident_id", "******19900101****", desensitize.Known{Regions: []string{"440303", "440304", "440305"}}, "3000"},
		{"cn.resident_id", "４４０３０３＊＊＊＊＊＊＊＊1234", desensitize.Known{}, "2688"},

		{"cn.mobile", "138****5678", desensitize.Known{}, "10000"},
		{"cn.mobile", "138****5678", desensitize.Known{Masks: []string{"1380013****"}}, "1"},
		{"cn.mobile", "***********", desensitize.Known{}, "7000000000"},
		{"bank_card", "6222********1234", desensitize.Known{}, "6000000"}, // some 60 issuers begin with 6222
		{"bank_card", "622202*********1234", desensitize.Known{}, "100000000"},
		{"bank_card", "400000000000000*", desensitize.Known{}, "1"},
		{"cn.credit_code", "9144030071526726XG", desensitize.Known{}, "1"},
		{"cn.credit_code", "9144030071526726XH", desensitize.Known{}, "0"},
		{"cn.credit_code", "91440300715267****", desensitize.Known{}, "961"},
		{"cn.passport", "E*****678", desensitize.Known{}, "340000"},
		{"cn.plate", "粤B1***5", desensitize.Known{}, "25480"}, // two letters at most: 10³ + 3·24·10² + 3·24²·10
		{"cn.plate", "粤BD1****", desensitize.Known{}, "10000"},
		{"cn.landline", "0755-******12", desensitize.Known{}, "800000"},
		{"cn.landline", "0755******12", desensitize.Known{}, "880000"},
		{"cn.landline", "010-****8888", desensitize.Known{}, "8000"},
		{"cn.landline", "400-*****67", desensitize.Known{}, "90000"},
		{"cn.landline", "0100-****888", desensitize.Known{}, "0"},
		{"cn.permit", "H******78", desensitize.Known{}, "1000000"},
		{"cn.permit", "********", desensitize.Known{}, "100000000"},
		{"cn.permit", "C*****678", desensitize.Known{}, "340000"},
		{"hk.id", "P*******", desensitize.Known{}, "1000000"},
		{"hk.id", "P17446**", desensitize.Known{}, "10"},
		{"hk.id", "P174468*", desensitize.Known{}, "1"},
		{"hk.id", "P174468(6)", desensitize.Known{}, "1"},
		{"hk.id", "P1744687", desensitize.Known{}, "0"},
		{"tw.id", "B*********", desensitize.Known{}, "40000000"},
		{"tw.id", "B*********", desensitize.Known{Sex: "female"}, "20000000"},
		{"tw.id", "B22169031*", desensitize.Known{}, "1"},
		{"tw.id", "B221690312", desensitize.Known{}, "0"},
		{"cn.resident_id_15", "440303******123", desensitize.Known{}, "23376"}, // the days of 1936 to 1999
		{"cn.resident_id_15", "440303900307***", desensitize.Known{Sex: "male"}, "500"},
		{"cn.mobile", "138****5678", desensitize.Known{Region: "4403"}, "29"},
		{"cn.mobile", "1380***5678", desensitize.Known{Region: "4403"}, "1000"},
	} {
		s, err := desensitize.StrengthOf(c.kind, c.masked, c.known)
		require.NoError(t, err, "%s", c.masked)
		assert.Equal(t, c.count, s.Count.String(), "%s %s %+v", c.kind, c.masked, c.known)
	}
}

func TestTheFiguresAreThoseOfTheSharedVectors(t *testing.T) {
	data, err := os.ReadFile("../../shared/data/vectors/cn_identifiers.json")
	if errors.Is(err, fs.ErrNotExist) {
		t.Skip("the shared vectors are not here; the table above has the same figures")
	}
	require.NoError(t, err)
	var all struct {
		Counts struct{ Cases map[string]int64 } `json:"mask_preimage_counts"`
	}
	require.NoError(t, json.Unmarshal(data, &all))
	require.Len(t, all.Counts.Cases, 5)
	for masked, want := range all.Counts.Cases {
		s, err := desensitize.StrengthOf("cn.resident_id", masked, desensitize.Known{})
		require.NoError(t, err)
		assert.Equal(t, want, s.Count.Int64(), masked)
		assert.True(t, s.Exact)
	}
}

func TestTheStrengthOfAShapeIsThatOfItsWorstValue(t *testing.T) {
	for _, c := range []struct {
		kind           string
		left, right    int
		known          desensitize.Known
		count, typical string
		exact, weak    bool
	}{
		{"cn.resident_id", 6, 4, desensitize.Known{}, "2685", "2689", true, true},
		{"cn.resident_id", 6, 4, desensitize.Known{BirthYear: 1990}, "32", "33", true, true},
		{"cn.resident_id", 6, 6, desensitize.Known{}, "49", "86", true, true},
		{"cn.resident_id", 6, 0, desensitize.Known{}, "29586000", "29586000", true, false},
		{"cn.resident_id", 6, 0, desensitize.Known{BirthYear: 1990, BirthMonth: 1, BirthDay: 1}, "1000", "1000", true, true},
		{"cn.resident_id", 6, 0, desensitize.Known{Shapes: []desensitize.MaskShape{{Left: 0, Right: 4}}}, "2685", "2689", true, true},
		{"cn.resident_id", 3, 4, desensitize.Known{}, "80550", "80689", false, false},
		{"cn.resident_id", 18, 0, desensitize.Known{}, "1", "1", true, true},
		{"cn.mobile", 3, 4, desensitize.Known{}, "10000", "10000", true, false},
		{"cn.mobile", 3, 4, desensitize.Known{Shapes: []desensitize.MaskShape{{Left: 7, Right: 0}}}, "1", "1", true, true},
		{"bank_card", 6, 4, desensitize.Known{}, "100000", "100000", true, false},
		{"cn.credit_code", 6, 6, desensitize.Known{}, "270821", "270821", false, false},
		{"cn.plate", 3, 1, desensitize.Known{}, "25480", "25480", false, false},
		{"cn.landline", 5, 2, desensitize.Known{}, "80000", "80000", true, false},
		{"cn.permit", 1, 2, desensitize.Known{}, "100000", "100000", false, false},
		{"hk.id", 1, 3, desensitize.Known{}, "909", "909", true, true},
		{"tw.id", 1, 0, desensitize.Known{Sex: "male"}, "20000000", "20000000", true, false},
		{"cn.resident_id_15", 6, 3, desensitize.Known{}, "23376", "23376", true, false},
		{"cn.resident_id_15", 6, 3, desensitize.Known{BirthYear: 1990}, "365", "365", true, true},
	} {
		s, err := desensitize.Strength(c.kind, desensitize.MaskShape{Left: c.left, Right: c.right}, c.known)
		require.NoError(t, err)
		what := fmt.Sprintf("%s %d+%d %+v", c.kind, c.left, c.right, c.known)
		assert.Equal(t, []string{c.count, c.typical}, []string{s.Count.String(), s.Typical.String()}, what)
		assert.Equal(t, c.exact, s.Exact, what)
		assert.Equal(t, c.weak, s.Weak(0), what)
	}
	s, err := desensitize.Strength("cn.mobile", desensitize.MaskShape{Left: 3, Right: 4}, desensitize.Known{})
	require.NoError(t, err)
	assert.True(t, s.Weak(10_001))
	b, err := json.Marshal(s)
	require.NoError(t, err)
	assert.JSONEq(t, `{"kind":"cn.mobile","count":10000,"typical":10000,"exact":true}`, string(b))
}

func TestWhatHasNoStrengthIsAnError(t *testing.T) {
	for _, c := range []struct {
		kind, masked string
		known        desensitize.Known
		want         string
	}{
		{"cn.person_name", "王**", desensitize.Known{}, "cannot be counted"},
		{"cn.mobile", "138***5678", desensitize.Known{}, "10 characters"},
		{"cn.resident_id", "", desensitize.Known{}, "0 characters"},
		{"cn.resident_id", "440303********1234", desensitize.Known{Sex: "x"}, "sex"},
		{"cn.resident_id", "440303********1234", desensitize.Known{Region: "4403031"}, "six digits"},
		{"cn.resident_id", "440303********1234", desensitize.Known{Region: "44a"}, "six digits"},
		{"cn.resident_id", "440303********1234", desensitize.Known{BirthYear: 19900}, "date of birth"},
		{"cn.resident_id", "440303********1234", desensitize.Known{BirthDay: -1500}, "date of birth"},
		{"cn.resident_id", "440303********1234", desensitize.Known{BirthFrom: 2020}, "years of birth"},
		{"cn.resident_id", "440303********1234", desensitize.Known{Masks: []string{"4403"}}, "4 characters"},
	} {
		_, err := desensitize.StrengthOf(c.kind, c.masked, c.known)
		assert.ErrorContains(t, err, c.want)
	}
	_, err := desensitize.Strength("cn.mobile", desensitize.MaskShape{Left: -1}, desensitize.Known{})
	assert.ErrorContains(t, err, "0 or more")
	_, err = desensitize.Strength("cn.address", desensitize.MaskShape{}, desensitize.Known{})
	assert.ErrorContains(t, err, "cannot be counted")
	for _, c := range []struct{ kind, masked string }{
		{"cn.resident_id", "44030319900230****"}, {"cn.resident_id", "440303********123Y"}, {"cn.mobile", "238****5678"}, {"cn.passport", "!*****678"}, {"cn.plate", "XB1***5"},
	} {
		s, err := desensitize.StrengthOf(c.kind, c.masked, desensitize.Known{})
		require.NoError(t, err)
		assert.Zero(t, s.Count.Sign(), c.masked)
	}
}

// The oracle tries every text and asks the detectors.
func TestCountsAreThoseOfTryingEveryIdentifier(t *testing.T) {
	digits := []rune("0123456789")
	rapid.Check(t, func(t *rapid.T) {
		kind := rapid.SampledFrom([]string{"cn.resident_id", "bank_card", "cn.credit_code"}).Draw(t, "kind")
		text := map[string]string{"cn.resident_id": "440303199001151234", "bank_card": "6222020000000001", "cn.credit_code": "9144030071526726XG"}[kind]
		pattern := []rune(text)
		last := map[string]int{"cn.resident_id": 16, "bank_card": 15, "cn.credit_code": 15}[kind]
		var hidden []int
		for range rapid.IntRange(1, 2).Draw(t, "hidden") {
			i := rapid.IntRange(2, last).Draw(t, "place")
			if pattern[i] != '*' && (kind == "cn.credit_code" || i >= 6) { // regions and issuers are estimated
				hidden = append(hidden, i)
				pattern[i] = '*'
			}
		}
		check := rapid.SampledFrom([]rune("0123456789X*")).Draw(t, "check")
		if kind == "bank_card" && check == 'X' {
			check = '1'
		}
		end := len(pattern) - 1
		if pattern[end] != '*' {
			pattern[end] = check
		}
		if pattern[end] == '*' {
			hidden = append(hidden, end)
		}
		chars := digits
		if kind != "bank_card" {
			chars = []rune("0123456789ABCDEFGHJKLMNPQRTUWXY")
		}
		want := 0
		candidate := append([]rune(nil), pattern...)
		var try func(i int)
		try = func(i int) {
			if i < len(hidden) {
				for _, c := range chars {
					candidate[hidden[i]] = c
					try(i + 1)
				}
				return
			}
			if validFor(kind, string(candidate)) {
				want++
			}
		}
		if seen := map[int]bool{}; len(hidden) > 0 {
			unique := hidden[:0]
			for _, i := range hidden {
				if !seen[i] {
					seen[i] = true
					unique = append(unique, i)
				}
			}
			hidden = unique
		}
		try(0)
		s, err := desensitize.StrengthOf(kind, string(pattern), desensitize.Known{BirthFrom: 1900, BirthTo: 2099})
		require.NoError(t, err)
		require.Equal(t, int64(want), s.Count.Int64(), string(pattern))
	})
}

func TestKindsOfOtherFormsAreCountedAsTheirDetectorsSee(t *testing.T) {
	values := map[ident.Kind][]string{
		ident.Mobile: {"13800138000"}, ident.Landline: {"010-88888888", "0755-88888888", "0756-8888888", "400-8888888"}, ident.Passport: {"E12345678", "EA1234567", "SE1234567"},
		ident.Permit: {"H12345678", "M1234567801", "C12345678", "CA1234567", "12345678"}, ident.HongKongID: {"P1744686", "AB9876543"}, ident.TaiwanID: {"B221690311"},
		ident.Plate: {"粤B12345", "粤BD12345", "粤B12345D"},
	}
	chars := []rune("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ")
	rapid.Check(t, func(t *rapid.T) {
		kind := rapid.SampledFrom([]ident.Kind{ident.Mobile, ident.Landline, ident.Passport, ident.Permit, ident.HongKongID, ident.TaiwanID, ident.Plate}).Draw(t, "kind")
		pattern := []rune(rapid.SampledFrom(values[kind]).Draw(t, "value"))
		var hidden []int
		for _, i := range rapid.SliceOfNDistinct(rapid.IntRange(0, len(pattern)-1), 1, 2, rapid.ID).Draw(t, "hidden") {
			if pattern[i] < 0x80 && pattern[i] != '-' {
				hidden, pattern[i] = append(hidden, i), '*'
			}
		}
		want := 0
		candidate := append([]rune(nil), pattern...)
		var try func(i int)
		try = func(i int) {
			if i < len(hidden) {
				for _, c := range chars {
					candidate[hidden[i]] = c
					try(i + 1)
				}
				return
			}
			if v, ok := ident.Canonical(kind, []byte(string(candidate))); ok && string(v) == string(candidate) {
				want++
			}
		}
		try(0)
		s, err := desensitize.StrengthOf(string(kind), string(pattern), desensitize.Known{})
		require.NoError(t, err)
		require.Equal(t, int64(want), s.Count.Int64(), string(pattern))
	})
}

// validFor is the detectors' judgement, without what they know of issuers, and with what they do not know of organisation codes.
func validFor(kind, text string) bool {
	switch kind {
	case "cn.resident_id":
		if text[14:17] == "000" {
			text = text[:14] + "000" + text[17:] // counted, although detectors refuse it: the check digit decides
			sum := 0
			for i, c := range text[:17] {
				if c > '9' {
					return false
				}
				sum += int(c-'0') * []int{7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2}[i]
			}
			return text[17] == "10X98765432"[sum%11] && ident.Is(ident.ResidentID, withCheck(text[:14]+"001"))
		}
		return ident.Is(ident.ResidentID, text) && !strings.ContainsAny(text[:17], "ABCDEFGHJKLMNPQRTUWXY")
	case "bank_card":
		sum, double := 0, false
		for i := len(text) - 1; i >= 0; i-- {
			n := int(text[i] - '0')
			if double {
				n = n*2/10 + n*2%10
			}
			sum, double = sum+n, !double
		}
		return sum%10 == 0
	default:
		if !ident.Is(ident.CreditCode, text) {
			return false
		}
		sum := 0
		for i, w := range []int{3, 7, 9, 10, 5, 8, 4, 2} {
			c := text[8+i]
			n := int(c - '0')
			if c > '9' {
				n = int(c-'A') + 10
			}
			sum += n * w
		}
		want := (11 - sum%11) % 11
		return text[16] == "0123456789X"[want]
	}
}

func withCheck(body string) string {
	sum := 0
	for i, c := range body {
		sum += int(c-'0') * []int{7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2}[i]
	}
	return body + "10X98765432"[sum%11:][:1]
}

func TestTheUsualMasksAreAsStrongAsTheirPageSays(t *testing.T) {
	for kind, value := range map[ident.Kind]string{ident.ResidentID: "11010519491231002X", ident.BankCard: "6222020000000000005"[:16], ident.Mobile: "13800138000", ident.Passport: "E12345678", ident.Plate: "粤B12345"} {
		f, err := deid.MaskUsual(kind)
		require.NoError(t, err)
		if kind == ident.BankCard {
			value = "4000000000000002"
		}
		masked, err := f(nil, deid.Cell{Text: []byte(value)})
		require.NoError(t, err)
		s, err := desensitize.StrengthOf(string(kind), string(masked), desensitize.Known{})
		require.NoError(t, err)
		assert.False(t, s.Weak(0), "%s: %s is shared by %s", kind, masked, s.Count)
	}
}

func FuzzStrength(f *testing.F) {
	f.Add("cn.resident_id", "440303********1234", "440303199001******", "4403", 1990)
	f.Add("cn.plate", "粤B1***5", "", "", 0)
	f.Fuzz(func(t *testing.T, kind, masked, other, region string, year int) {
		known := desensitize.Known{Region: region, BirthYear: year}
		if other != "" {
			known.Masks = []string{other}
		}
		s, err := desensitize.StrengthOf(kind, masked, known)
		if err != nil {
			return
		}
		alone, err := desensitize.StrengthOf(kind, masked, desensitize.Known{})
		require.NoError(t, err)
		if s.Exact && alone.Exact && s.Count.Cmp(alone.Count) > 0 {
			t.Fatalf("knowing more leaves more: %s > %s", s.Count, alone.Count)
		}
	})
}
