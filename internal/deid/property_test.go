package deid

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/banfa-go/banfa/internal/ident"
)

func TestAMaskNeverShowsMoreThanItsEnds(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		left, right := rapid.IntRange(0, 8).Draw(t, "left"), rapid.IntRange(0, 8).Draw(t, "right")
		text := rapid.StringOf(rapid.RuneFrom([]rune("0123456789abcX张三李·𠮷Ａ９ -"))).Draw(t, "text")
		f, err := Mask(left, right)
		require.NoError(t, err)
		out, err := f(nil, Cell{Text: []byte(text)})
		if err != nil {
			require.ErrorIs(t, err, ErrInvalid)
			require.Empty(t, out)
			return
		}
		in, masked := []rune(text), []rune(string(out))
		require.Len(t, masked, len(in))
		hidden := len(in) - left - right
		require.GreaterOrEqual(t, 2*hidden, left+right)
		for i, r := range masked {
			if i < left || i >= len(in)-right {
				require.Equal(t, in[i], r)
			} else {
				require.Equal(t, '*', r)
			}
		}
	})
}

func TestRoundingIsThatOfDecimals(t *testing.T) {
	number := rapid.OneOf(rapid.StringMatching(`-?[0-9]{1,20}(\.[0-9]{1,20})?`), rapid.StringMatching(`-?[0-9]{1,3}(\.[05]{1,3})?`))
	step := rapid.OneOf(rapid.StringMatching(`[1-9][0-9]{0,19}`), rapid.StringMatching(`0\.0{0,3}[1-9][0-9]?`), rapid.SampledFrom([]string{"5", "0.5", "0.05", "10"}))
	rapid.Check(t, func(t *rapid.T) { sameAsDecimal(t, number.Draw(t, "number"), step.Draw(t, "step")) })
}

// sameAsDecimal rounds with the library of decimals and by the definition: the nearest multiple, a half away from zero.
func sameAsDecimal(t require.TestingT, text, step string) {
	d, s := decimal.RequireFromString(text), decimal.RequireFromString(step)
	if s.Sign() <= 0 {
		return
	}
	quotient, rest := d.QuoRem(s, 0)
	if rest.Abs().Mul(decimal.NewFromInt(2)).Cmp(s) >= 0 {
		quotient = quotient.Add(decimal.NewFromInt(int64(d.Sign())))
	}
	want := quotient.Mul(s)
	f, err := RoundTo(s)
	require.NoError(t, err)
	out, err := f(nil, Cell{Text: []byte(text)})
	require.NoError(t, err)
	require.True(t, want.Equal(decimal.RequireFromString(string(out))), "%s to %s: %s, wanted %s", text, step, out, want)
	require.Equal(t, want.String(), string(out), "the canonical form")
}

func TestTheFastWayToRoundIsTheGeneralOne(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := number{small: rapid.Int64Range(-1<<62, 1<<62).Draw(t, "n"), scale: rapid.IntRange(0, 18).Draw(t, "scale")}
		step := number{small: rapid.Int64Range(1, 1<<40).Draw(t, "step"), scale: rapid.IntRange(0, 18).Draw(t, "step scale")}
		fast, ok := n.roundTo(step)
		slow, okSlow := n.roundLarge(step, max(n.scale, step.scale))
		require.Equal(t, okSlow, ok)
		require.Equal(t, slow.String(), fast.String())
		require.Equal(t, n.int(18).Cmp(step.int(18)), n.cmp(step))
	})
}

func TestBandsRiseWithTheirNumbers(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		from := rapid.IntRange(-1000, 1000).Draw(t, "from")
		var bounds []decimal.Decimal
		place := map[string]int{}
		for i := range rapid.IntRange(1, 10).Draw(t, "bounds") {
			bounds = append(bounds, decimal.New(int64(from+7*i), -1))
		}
		f, err := Band(bounds...)
		require.NoError(t, err)
		list, err := rising(bounds)
		require.NoError(t, err)
		for i, label := range bandLabels(list) {
			place[label] = i
		}
		a := decimal.New(rapid.Int64Range(-2000, 2000).Draw(t, "a"), -1)
		b := a.Add(decimal.New(rapid.Int64Range(0, 500).Draw(t, "more"), -2))
		x, err := f(nil, Cell{Text: []byte(a.String())})
		require.NoError(t, err)
		y, err := f(nil, Cell{Text: []byte(b.String())})
		require.NoError(t, err)
		require.LessOrEqual(t, place[string(x)], place[string(y)])
		above := 0
		for _, v := range bounds {
			if v.Cmp(a) <= 0 {
				above++
			}
		}
		require.Equal(t, above, place[string(x)])
	})
}

func TestDatesAreReadAsTheStandardLibraryReadsThem(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		y, m, d := rapid.IntRange(0, 9999).Draw(t, "y"), rapid.IntRange(0, 13).Draw(t, "m"), rapid.IntRange(0, 32).Draw(t, "d")
		text := fmt.Sprintf("%04d-%02d-%02d", y, m, d)
		got, ok := parseDate([]byte(text))
		_, err := time.Parse(time.DateOnly, text)
		require.Equal(t, err == nil && y > 0, ok, text)
		if ok {
			require.Equal(t, text, string(got.append(nil)))
		}
		for _, form := range []string{"%d/%d/%d", "%d年%d月%d日"} {
			other := fmt.Sprintf(form, y, m, d)
			v, okOther := parseDate([]byte(other))
			if y >= 1000 {
				require.Equal(t, ok, okOther, other)
			}
			if okOther {
				require.Equal(t, other, string(v.append(nil)))
			}
		}
	})
}

// everything is one of each transform that must not let a value through as it is.
func everything(t testing.TB) map[string]Func {
	k := testKey(t, "k")
	all := map[string]Func{"suppress": Suppress(), "replace": Replace("x")}
	add := func(name string, f Func, err error) {
		require.NoError(t, err)
		all[name] = f
	}
	for _, n := range [][2]int{{0, 0}, {1, 0}, {3, 4}, {6, 6}} {
		f, err := Mask(n[0], n[1])
		add(fmt.Sprint("mask", n), f, err)
	}
	for _, kind := range ident.Kinds() {
		f, err := MaskUsual(kind)
		add("usual "+string(kind), f, err)
		f, err = Pseudonym(k, PseudonymOptions{Kind: kind, Hash: SM3})
		add("pseudonym "+string(kind), f, err)
	}
	for _, of := range Types() {
		f, err := Pseudonym(k, PseudonymOptions{Type: of})
		add("pseudonym "+string(of), f, err)
		if of == Date || of == Timestamp {
			f, err = Shift(k, SHA256, Domain{}, of, 30)
			add("shift "+string(of), f, err)
			f, err = Truncate(of, Year)
			add("truncate "+string(of), f, err)
		}
	}
	return all
}

func FuzzNoTransformPanicsOrPassesAValueThrough(f *testing.F) {
	for _, s := range []string{
		"13800138000", "11010519491231002X", "张三", "广东省深圳市南山区科技园路1号", "a@x.com", "2024-01-31", "2024-01-31T10:20:30Z", "12.50", "1e3", "",
		"\x00", "\xff", "粤B12345", "::1", "00:1A:2B:3C:4D:5E", "南字第20001234号", "买买提·艾力", "0755-88888888", "9999年12月31日", "是",
	} {
		f.Add(s, "subject")
	}
	all := everything(f)
	f.Fuzz(func(t *testing.T, text, subject string) {
		for name, transform := range all {
			dst := []byte("kept|")
			in := []byte(text)
			out, err := transform(dst, Cell{Text: in, Row: 7, Subject: []byte(subject)})
			if string(in) != text {
				t.Fatalf("%s changes its input %q", name, text)
			}
			if !bytes.HasPrefix(out, []byte("kept|")) {
				t.Fatalf("%s of %q drops what stood before it", name, text)
			}
			out = out[len("kept|"):]
			switch {
			case err != nil && !errors.Is(err, ErrInvalid) && !errors.Is(err, ErrSuppress):
				t.Fatalf("%s of %q: %v", name, text, err)
			case err != nil && len(out) > 0:
				t.Fatalf("%s of %q refuses and writes %q", name, text, out)
			case err == nil && !utf8.Valid(out):
				t.Fatalf("%s of %q is not UTF-8", name, text)
			case err == nil && string(out) == text && !strings.Contains(text, "*") && name != "replace":
				t.Fatalf("%s lets %q through", name, text)
			}
		}
	})
}

func FuzzNumbersAreDecimals(f *testing.F) {
	for _, s := range []string{"12.50", "-0", "1e3", "1E-2", "00012", "0.0000000000000000001", "99999999999999999999", "1.", ".1", "+1", "1e", "--1"} {
		f.Add(s, "5")
	}
	f.Fuzz(func(t *testing.T, text, step string) {
		n, ok := parseNumber([]byte(text))
		if !ok {
			return
		}
		want, err := decimal.NewFromString(text)
		require.NoError(t, err, "%q is read and the library of decimals refuses it", text)
		require.True(t, want.Equal(decimal.RequireFromString(n.String())), "%q is read as %s", text, n)
		again, ok := parseNumber([]byte(n.String()))
		require.True(t, ok)
		require.Equal(t, n.String(), again.String())
		if m, ok := parseNumber([]byte(step)); ok && m.sign() > 0 {
			if _, ok := n.roundTo(m); ok {
				sameAsDecimal(t, n.String(), m.String())
			}
		}
	})
}

func FuzzHierarchyFiles(f *testing.F) {
	f.Add("a;b;*\nc;b;*\n")
	f.Add("\"a\n;\";*\n")
	f.Fuzz(func(t *testing.T, file string) {
		h, err := ReadHierarchy("h", strings.NewReader(file), 0)
		if err != nil {
			return
		}
		for _, v := range h.Values() {
			row, err := h.Row(v)
			if err != nil || len(row) != h.Levels() || row[0] != v || len(row) > 1 && row[len(row)-1] == "" {
				t.Fatalf("%q becomes %q: %v", v, row, err)
			}
		}
	})
}

func BenchmarkTransforms(b *testing.B) {
	k := testKey(b, "k")
	for _, c := range []struct {
		name, in string
		f        func() (Func, error)
	}{
		{"mask", "13800138000", func() (Func, error) { return Mask(3, 4) }},
		{"mask of mobiles", "13800138000", func() (Func, error) { return MaskKind(ident.Mobile, 3, 4) }},
		{"mask of resident IDs", "11010519491231002X", func() (Func, error) { return MaskKind(ident.ResidentID, 6, 0) }},
		{"mask of full-width mobiles", "１３８００１３８０００", func() (Func, error) { return MaskKind(ident.Mobile, 3, 4) }},
		{"name", "欧阳锋", func() (Func, error) { return MaskName(), nil }},
		{"address", "广东省深圳市南山区科技园路1号", func() (Func, error) { return MaskAddress(), nil }},
		{"email", "duandazhi@126.com", func() (Func, error) { return MaskEmail(), nil }},
		{"pseudonym SHA-256", "11010519491231002X", func() (Func, error) { return Pseudonym(k, PseudonymOptions{}) }},
		{"pseudonym SM3", "11010519491231002X", func() (Func, error) { return Pseudonym(k, PseudonymOptions{Hash: SM3}) }},
		{"pseudonym SM3 base32", "11010519491231002X", func() (Func, error) { return Pseudonym(k, PseudonymOptions{Hash: SM3, Encoding: Base32}) }},
		{"FF1 AES", "13800138000", func() (Func, error) { return EncryptFF1(k, FF1Options{}) }},
		{"FF1 SM4", "13800138000", func() (Func, error) { return EncryptFF1(k, FF1Options{Cipher: SM4}) }},
		{"year", "1994-03-31", func() (Func, error) { return Truncate(Date, Year) }},
		{"hour", "2024-01-31T10:20:30+08:00", func() (Func, error) { return Truncate(Timestamp, Hour) }},
		{"round", "12.50", func() (Func, error) { return RoundTo(dec("5")) }},
		{"band", "12.50", func() (Func, error) { return Band(dec("5"), dec("10"), dec("50")) }},
		{"shift", "1994-03-31", func() (Func, error) { return Shift(k, SHA256, Domain{}, Date, 30) }},
		{"Laplace noise", "12.50", func() (Func, error) {
			return Noise(k, NoiseOptions{Kind: Laplace, Max: dec("100"), Epsilon: dec("1")})
		}},
		{"Gaussian noise", "12.50", func() (Func, error) {
			return Noise(k, NoiseOptions{Kind: Gaussian, Max: dec("100"), Sigma: dec("50")})
		}},
	} {
		b.Run(c.name, func(b *testing.B) {
			f, err := c.f()
			require.NoError(b, err)
			cell := Cell{Text: []byte(c.in), Row: 1, Subject: []byte("a")}
			out := make([]byte, 0, 128)
			b.ReportAllocs()
			for b.Loop() {
				if out, err = f(out[:0], cell); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
