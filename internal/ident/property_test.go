package ident

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// The generators below build identifiers from the standards' formulas, written once more and independently of check.go.

func drawResidentID(t *rapid.T) string {
	region := rapid.SampledFrom([]string{"110105", "440303", "650102", "810000", "820000", "830000", "932682", "530102"}).Draw(t, "region")
	body := fmt.Sprintf("%s%04d%02d%02d%03d", region, rapid.IntRange(1900, 2099).Draw(t, "year"), rapid.IntRange(1, 12).Draw(t, "month"),
		rapid.IntRange(1, 28).Draw(t, "day"), rapid.IntRange(1, 999).Draw(t, "order"))
	sum, weight := 0, 1
	weights := make([]int, 17)
	for i := 16; i >= 0; i-- { // 2^(17-i) mod 11
		weight = weight * 2 % 11
		weights[i] = weight
	}
	for i, c := range body {
		sum += int(c-'0') * weights[i]
	}
	return body + "10X98765432"[sum%11:][:1]
}

func drawCreditCode(t *rapid.T) string {
	const alphabet = "0123456789ABCDEFGHJKLMNPQRTUWXY"
	body := rapid.SampledFrom([]string{"91", "92", "52", "12", "11", "93", "Y1"}).Draw(t, "kind") + fmt.Sprintf("%06d", rapid.IntRange(0, 999999).Draw(t, "region"))
	for range 9 {
		body += string(alphabet[rapid.IntRange(0, 30).Draw(t, "c")])
	}
	sum, weight := 0, 1
	for _, c := range body {
		sum += strings.IndexRune(alphabet, c) * weight
		weight = weight * 3 % 31
	}
	return body + alphabet[(31-sum%31)%31:][:1]
}

func drawCard(t *rapid.T) string {
	body := "62"
	for range rapid.IntRange(13, 16).Draw(t, "length") {
		body += string(byte('0' + rapid.IntRange(0, 9).Draw(t, "d")))
	}
	for check := '0'; ; check++ {
		sum, double := 0, false
		whole := body + string(check)
		for i := len(whole) - 1; i >= 0; i-- {
			n := int(whole[i] - '0')
			if double {
				n = n*2/10 + n*2%10
			}
			sum, double = sum+n, !double
		}
		if sum%10 == 0 {
			return whole
		}
	}
}

// write spells an identifier in one of the ways people write it.
func write(t *rapid.T, v string, groups ...int) string {
	switch rapid.IntRange(0, 4).Draw(t, "spelling") {
	case 1:
		return strings.ToLower(v)
	case 2:
		return strings.Map(func(r rune) rune { return r - '!' + '！' }, v)
	case 3, 4:
		sep := rapid.SampledFrom([]string{" ", "-", "　", "  ", "－"}).Draw(t, "separator")
		var parts []string
		for _, n := range groups {
			n = min(n, len(v))
			parts, v = append(parts, v[:n]), v[n:]
		}
		if v != "" {
			parts = append(parts, v)
		}
		return strings.Join(parts, sep)
	default:
		return v
	}
}

func TestAValidIdentifierBetweenChineseTextIsAlwaysFound(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		kind, value, text := Kind(""), "", ""
		switch rapid.IntRange(0, 3).Draw(t, "kind") {
		case 0:
			kind, value = ResidentID, drawResidentID(t)
			text = write(t, value, 6, 8, 4)
		case 1:
			kind, value = CreditCode, drawCreditCode(t)
			text = write(t, value, 8, 9, 1)
		case 2:
			kind, value = BankCard, drawCard(t)
			if strings.Trim(value, value[:1]) == "" {
				t.Skip("one digit only")
			}
			text = write(t, value, 4, 4, 4, 4)
		default:
			kind, value = Mobile, fmt.Sprintf("1%d%09d", rapid.IntRange(3, 9).Draw(t, "n"), rapid.IntRange(0, 999999999).Draw(t, "rest"))
			text = write(t, value, 3, 4, 4)
		}
		chinese := rapid.StringMatching(`[一-龥，。；（）：]{1,20}`)
		left, right := chinese.Draw(t, "left"), chinese.Draw(t, "right")
		left = strings.TrimRight(left, "（：") + "号"
		for _, m := range Find(nil, left+text+"的"+right) {
			if m.Kind == kind && m.Value == value && m.Start == len(left) && m.End == len(left)+len(text) {
				return
			}
			// A card is now and then a valid resident ID or credit code, which prove more, and an identifier in groups can hold a telephone.
			if m.Start == len(left) && m.End == len(left)+len(text) && m.Strong && kind == BankCard {
				return
			}
		}
		t.Fatalf("%s %s is not found in %q: %v", kind, value, left+text+"的"+right, Find(nil, left+text+"的"+right))
	})
}

func TestAValidIdentifierIsNotCutOutOfMoreDigits(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		v := drawResidentID(t)
		text := fmt.Sprintf("编号%d%s。", rapid.IntRange(1, 9).Draw(t, "digit"), v)
		if v[17] != 'X' && rapid.Bool().Draw(t, "after") {
			text = fmt.Sprintf("编号%s%d。", v, rapid.IntRange(0, 9).Draw(t, "digit"))
		}
		for _, m := range Find(nil, text) {
			assert.NotEqual(t, v, m.Value)
			assert.NotEqual(t, ResidentID, m.Kind)
		}
	})
}

func TestOneWrongCharacterOfAResidentIDIsAlwaysNoticed(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		v := []byte(drawResidentID(t))
		i := rapid.IntRange(0, 16).Draw(t, "place")
		v[i] = '0' + (v[i]-'0'+byte(rapid.IntRange(1, 9).Draw(t, "by")))%10
		require.False(t, Is(ResidentID, string(v)))
	})
}

func FuzzFind(f *testing.F) {
	for _, s := range []string{
		"身份证11010519491231002X，电话138-0013-8000", "１１０１０５１９４９１２３１００２Ｘ", "粤B·12345 陕A12345D", "fe80::1%a@b.cn", "P174468（6）",
		"4111 1111 1111 1111 1", "南字第20001234号", "00:1A:2B:3C:4D:5E:6F", "\xef\xbc9@", "+86 0755-8888 8888", "1.2.3.4.5", "....1....",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		end := 0
		var last Match
		for i, m := range Find(nil, s) {
			if m.Start < 0 || m.Start >= m.End || m.End > len(s) {
				t.Fatalf("%+v is outside %q", m, s)
			}
			if m.Start < end && (i == 0 || !m.Ambiguous || !last.Ambiguous || m.Start != last.Start || m.End != last.End) {
				t.Fatalf("%+v overlaps %+v in %q", m, last, s)
			}
			if !Is(m.Kind, m.Value) {
				t.Fatalf("%q is no %s, though found in %q", m.Value, m.Kind, s)
			}
			end, last = m.End, m
		}
		for _, k := range Kinds() {
			Is(k, s)
		}
	})
}
