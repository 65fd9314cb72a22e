package deid

import (
	"errors"
	"strings"
	"testing"

	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/banfa-go/banfa/internal/ident"
)

// show runs a transform on one value and writes what comes out as a document does.
func show(f Func, text string) string { return showFor(f, text, "") }

func showFor(f Func, text, subject string) string {
	prefix := "kept|"
	out, err := f([]byte(prefix), Cell{Text: []byte(text), Row: 1, Subject: []byte(subject)})
	switch {
	case errors.Is(err, ErrSuppress):
		return "(none)"
	case errors.Is(err, ErrInvalid):
		return "(invalid)"
	case err != nil:
		return "(" + err.Error() + ")"
	case !strings.HasPrefix(string(out), prefix):
		return "(overwrites what stood before it)"
	}
	return string(out[len(prefix):])
}

// must returns the transform of a constructor.
func must(t *testing.T) func(f Func, err error) Func {
	return func(f Func, err error) Func {
		t.Helper()
		require.NoError(t, err)
		return f
	}
}

func dec(s string) decimal.Decimal { return decimal.RequireFromString(s) }

func testKey(t testing.TB, id string) Key {
	k, err := NewKey(id, []byte("0123456789abcdef0123456789abcdef"))
	require.NoError(t, err)
	return k
}

func TestAMaskShowsItsEndsAndHidesHalfAsMuchAtLeast(t *testing.T) {
	for _, c := range []struct {
		left, right int
		in, out     string
	}{
		{3, 4, "13800138000", "138****8000"},
		{3, 4, "12345678901", "123****8901"},
		{3, 4, "1234567", "(invalid)"},  // shows all of it
		{3, 4, "12345678", "(invalid)"}, // hides one of eight
		{3, 4, "12345678901234", "123*******1234"},
		{6, 4, "11010519491231002X", "110105********002X"},
		{6, 6, "11010519491231002X", "110105******31002X"},
		{7, 6, "11010519491231002X", "(invalid)"},
		{1, 0, "王芳", "王*"},
		{1, 0, "王", "(invalid)"},
		{1, 1, "欧阳修", "欧*修"},
		{1, 0, "𠮷野家", "𠮷**"}, // a rune beyond U+20000 is one character
		{0, 0, "x", "*"},
		{0, 0, "", "(invalid)"},
		{3, 4, "１３８００１３８０００", "１３８****８０００"}, // counted by character, kept as it stands
		{3, 4, " 3800138000", "(invalid)"},   // white space would count as shown
		{3, 4, "13800138000\u3000", "(invalid)"},
		{3, 4, "138\x0000138000", "(invalid)"},
		{3, 4, "138\n0138000", "(invalid)"},
		{3, 4, "1380013800\xff", "(invalid)"},
		{0, 1, strings.Repeat("长", 100), strings.Repeat("*", 99) + "长"},
	} {
		assert.Equal(t, c.out, show(must(t)(Mask(c.left, c.right)), c.in), "mask(%d, %d) of %q", c.left, c.right, c.in)
	}
	for _, c := range [][2]int{{-1, 0}, {0, -1}, {1025, 0}} {
		_, err := Mask(c[0], c[1])
		assert.Error(t, err)
	}
}

func TestAMaskOfAKindRefusesWhatIsNotOfTheKind(t *testing.T) {
	for _, c := range []struct {
		kind        ident.Kind
		left, right int
		in, out     string
	}{
		{ident.Mobile, 3, 4, "13800138000", "138****8000"},
		{ident.Mobile, 3, 4, "１３８ ００１３ ８０００", "138****8000"},
		{ident.Mobile, 3, 4, "+86 138-0013-8000", "138****8000"},
		{ident.Mobile, 3, 4, "23800138000", "(invalid)"},
		{ident.Mobile, 3, 4, "1380013800", "(invalid)"},
		{ident.Mobile, 3, 4, "电话13800138000", "(invalid)"},
		{ident.Mobile, 3, 4, "hello world", "(invalid)"},
		{ident.ResidentID, 6, 4, "11010519491231002x", "110105********002X"},
		{ident.ResidentID, 6, 4, "110105194912310021", "(invalid)"}, // check digit
		{ident.BankCard, 6, 4, "6222 0200 0000 0000 001", "(invalid)"},
		{ident.Plate, 3, 1, "粤B·12345", "粤B1***5"},
	} {
		assert.Equal(t, c.out, show(must(t)(MaskKind(c.kind, c.left, c.right)), c.in), "%s %q", c.kind, c.in)
	}
	_, err := MaskKind(ident.PersonName, 1, 0)
	assert.ErrorContains(t, err, "usual mask")
	_, err = MaskKind("cn.nothing", 1, 0)
	assert.ErrorContains(t, err, "cn.nothing")
}

func TestTheUsualMasks(t *testing.T) {
	for _, c := range []struct {
		kind    ident.Kind
		in, out string
	}{
		{ident.ResidentID, "11010519491231002X", "110105************"},
		{ident.ResidentID15, "150102880730303", "150102*********"},
		{ident.CreditCode, "9144030071526726XG", "91************26XG"},
		{ident.BankCard, "4111 1111 1111 1111", "4111********1111"},
		{ident.BankCard, "4000000000000002", "4000********0002"},
		{ident.Mobile, "13800138000", "138****8000"},
		{ident.Landline, "0755-88888812", "0755-******12"},
		{ident.Landline, "075588888812", "0755-******12"},
		{ident.Landline, "400-123-4567", "400-*****67"},
		{ident.Landline, "88888812", "(invalid)"},
		{ident.Passport, "E12345678", "E*****678"},
		{ident.Permit, "H12345678", "H******78"},
		{ident.HongKongID, "P174468(6)", "P*******"},
		{ident.TaiwanID, "B221690311", "B*********"},
		{ident.Plate, "苏D40000", "苏D4***0"},
		{ident.Plate, "陕A12345D", "陕A1****D"},
		{ident.Plate, "苏D4", "(invalid)"},
		{ident.OfficerID, "南字第20001234号", "南字第********号"},
		{ident.Email, "duandazhi@126.com", "d********@126.com"},
		{ident.Email, "A@x.com", "*@x.com"}, // hutool returns it as it is
		{ident.Email, "nobody", "(invalid)"},
		{ident.IP, "192.168.1.77", "192.168.1.0/24"},
		{ident.IP, "2001:db8:1:2::3", "2001:db8:1::/48"},
		{ident.IP, "::ffff:10.1.2.3", "10.1.2.0/24"},
		{ident.IP, "192.168.1", "(invalid)"},
		{ident.MAC, "00-1a-2b-3c-4d-5e", "00:1A:2B:**:**:**"},
		{ident.PersonName, "王小明", "王**"},
		{ident.PersonName, "王　芳", "王*"},
		{ident.PersonName, "欧阳锋", "欧阳*"},
		{ident.PersonName, "欧阳", "欧*"},
		{ident.PersonName, "买买提·艾力", "买**·**"},
		{ident.PersonName, "买买提．艾力", "买**·**"},
		{ident.PersonName, "王", "(invalid)"},
		{ident.PersonName, "高血压三级", "(invalid)"}, // a diagnosis is no name
		{ident.Address, "广东省深圳市南山区科技园路1号", "广东省深圳市南山区******"},
		{ident.Address, "北京市海淀区马连洼街道289号", "北京市海淀区*********"},
		{ident.Address, "科技园路1号楼301室", "(invalid)"}, // no place to cut at: never by length
	} {
		assert.Equal(t, c.out, show(must(t)(MaskUsual(c.kind)), c.in), "%s %q", c.kind, c.in)
	}
	for _, k := range ident.Kinds() {
		f := must(t)(MaskUsual(k))
		for _, in := range []string{"", " ", "\x00", "\xff\xfe", "a", "-", "@", ".", "·", "第号", strings.Repeat("9", 5000)} {
			assert.Equal(t, "(invalid)", show(f, in), "%s %q", k, in)
		}
	}
	_, err := MaskUsual("cn.nothing")
	assert.Error(t, err)
}

func TestKeepReplaceAndSuppress(t *testing.T) {
	for _, c := range []struct {
		of      Type
		in, out string
	}{
		{String, "张三\n", "张三\n"},
		{String, "\xff", "(invalid)"},
		{Int, "-12", "-12"},
		{Int, "12.0", "(invalid)"},
		{Int, "1e3", "(invalid)"},
		{Decimal, "12.50", "12.50"},
		{Decimal, "12,50", "(invalid)"},
		{Double, "1e-3", "1e-3"},
		{Double, "NaN", "(invalid)"},
		{Bool, "是", "是"},
		{Bool, "张三", "(invalid)"},
		{Date, "2024-02-29", "2024-02-29"},
		{Date, "2023-02-29", "(invalid)"},
		{Date, "13800138000", "(invalid)"}, // another column's value
		{Timestamp, "2024-02-29 10:00:00", "2024-02-29 10:00:00"},
		{Timestamp, "2024-02-29", "(invalid)"},
	} {
		assert.Equal(t, c.out, show(must(t)(Keep(c.of)), c.in), "%s %q", c.of, c.in)
	}
	_, err := Keep("text")
	assert.Error(t, err)
	assert.Equal(t, "(none)", show(Suppress(), "x"))
	assert.Equal(t, "已隐去", show(Replace("已隐去"), "x"))
}

func TestDatesAreCutDownToAUnit(t *testing.T) {
	for _, c := range []struct {
		of      Type
		unit    Unit
		in, out string
	}{
		{Date, Decade, "1994-03-31", "1990s"},
		{Date, Year, "1994-03-31", "1994"},
		{Date, Quarter, "1994-03-31", "1994-Q1"},
		{Date, Quarter, "1994-12-01", "1994-Q4"},
		{Date, Month, "1994/3/31", "1994-03"},
		{Date, Day, "1994年3月31日", "1994-03-31"},
		{Date, Year, "19940331", "1994"},
		{Date, Year, "1900-02-29", "(invalid)"}, // no leap year
		{Date, Year, "0000-01-01", "(invalid)"},
		{Date, Year, "1994-3-31", "(invalid)"},
		{Date, Year, "31/03/1994", "(invalid)"}, // or 31 March, or nothing
		{Date, Year, "1994-03-31 ", "(invalid)"},
		{Date, Year, "1994", "(invalid)"},
		{Date, Year, "１９９４-03-31", "(invalid)"},
		{Date, Year, "1994-03-31T00:00:00", "(invalid)"}, // the column is declared a date
		{Timestamp, Hour, "2024-01-31T10:20:30.123456789+08:00", "2024-01-31T10:00:00+08:00"},
		{Timestamp, Minute, "2024-01-31 10:20:30", "2024-01-31 10:20:00"},
		{Timestamp, Minute, "2024/1/31 10:20", "2024/1/31 10:20"},
		{Timestamp, Day, "2024-01-31T23:20:30Z", "2024-01-31"},
		{Timestamp, Month, "2024-01-31T23:20:30Z", "2024-01"},
		{Timestamp, Year, "2024-01-31T24:00:00Z", "(invalid)"},
		{Timestamp, Year, "2024-01-31T10:20:60Z", "(invalid)"},
		{Timestamp, Year, "2024-01-31T10:20:30.Z", "(invalid)"},
		{Timestamp, Year, "2024-01-31T10:20:30+0800", "(invalid)"},
		{Timestamp, Year, "2024-01-31T10:20:30+25:00", "(invalid)"},
	} {
		assert.Equal(t, c.out, show(must(t)(Truncate(c.of, c.unit)), c.in), "%s of %s %q", c.unit, c.of, c.in)
	}
	for _, c := range []struct {
		of   Type
		unit Unit
		want string
	}{{Date, Hour, "a date has no hours"}, {Timestamp, "week", "use one of"}, {String, Year, "takes dates"}} {
		_, err := Truncate(c.of, c.unit)
		assert.ErrorContains(t, err, c.want)
	}
}

func TestNumbersAreRoundedAndBanded(t *testing.T) {
	for _, c := range []struct{ step, in, out string }{
		{"5", "12.5", "15"},
		{"5", "-12.5", "-15"},
		{"5", "12.49", "10"},
		{"5", "2", "0"},
		{"5", "-2", "0"},
		{"0.05", "1.023", "1"},
		{"0.05", "1.025", "1.05"},
		{"0.5", "1.75", "2"},
		{"1000", "9223372036854775807", "9223372036854776000"},
		{"7", "99999999999999999999999999", "99999999999999999999999998"},
		{"5", "1e3", "1000"},
		{"5", "", "(invalid)"},
		{"5", "+5", "(invalid)"},
		{"5", "5 ", "(invalid)"},
		{"5", "1,000", "(invalid)"},
		{"5", ".5", "(invalid)"},
		{"5", "5.", "(invalid)"},
		{"5", "-", "(invalid)"},
		{"5", "0x10", "(invalid)"},
		{"5", "１２", "(invalid)"},
		{"5", "Inf", "(invalid)"},
		{"5", "1e999", "(invalid)"},
		{"5", strings.Repeat("9", 101), "(invalid)"},
	} {
		assert.Equal(t, c.out, show(must(t)(RoundTo(dec(c.step))), c.in), "%s to %s", c.in, c.step)
	}
	for _, c := range []struct{ bounds, in, out string }{
		{"5 10", "4.999", "<5"},
		{"5 10", "5", "5-10"},
		{"5 10", "5.00", "5-10"},
		{"5 10", "9.99", "5-10"},
		{"5 10", "10", ">=10"},
		{"5 10", "-1", "<5"},
		{"5", "5", ">=5"},
		{"-5 0 5", "-1", "[-5,0)"},
		{"-5 0 5", "1", "[0,5)"},
		{"0.5 1.50", "1", "0.5-1.5"},
		{"5 10", "many", "(invalid)"},
	} {
		var bounds []decimal.Decimal
		for _, b := range strings.Fields(c.bounds) {
			bounds = append(bounds, dec(b))
		}
		assert.Equal(t, c.out, show(must(t)(Band(bounds...)), c.in), "%s in bands of %s", c.in, c.bounds)
	}
	top, bottom := must(t)(Top(dec("90"), "")), must(t)(Bottom(dec("18"), "18岁及以下"))
	assert.Equal(t, []string{"89", ">=90", ">=90", "(invalid)"}, []string{show(top, "89"), show(top, "90"), show(top, "104"), show(top, "old")})
	assert.Equal(t, []string{"18岁及以下", "18岁及以下", "18.5"}, []string{show(bottom, "3"), show(bottom, "18"), show(bottom, "18.5")})

	for name, err := range map[string]error{
		"step 0":          second(RoundTo(dec("0"))),
		"step below 0":    second(RoundTo(dec("-1"))),
		"no bounds":       second(Band()),
		"bounds twice":    second(Band(dec("5"), dec("5.0"))),
		"bounds fall":     second(Band(dec("5"), dec("4"))),
		"too many digits": second(Top(dec("1e200"), "")),
	} {
		assert.Error(t, err, name)
	}
}

func second[T any](_ T, err error) error { return err }
