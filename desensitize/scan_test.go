package desensitize

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/banfa-go/banfa/internal/ident"
)

func scanText(t testing.TB, text string, direct ...string) *ScanResult {
	t.Helper()
	r, err := Scan(context.Background(), strings.NewReader(text), ScanOptions{Direct: direct})
	require.NoError(t, err)
	return r
}

func TestScanFindsWhatIsPublishedUnderAWrongHeading(t *testing.T) {
	r := scanText(t, `企业,统一社会信用代码,处罚事由,联系方式
甲公司,91440300MA5ABCDE1X,无照经营,0755-88123456
张记小吃,11010519491231002X,无照经营,
李记小吃,11010519491231002X01,"当事人（身份证号１１０１０５１９４９１２３１００２Ｘ，电话138 0013 8000）",
王记小吃,L11010519491231002X,见 zhang.san@example.com,
`)
	text, err := json.Marshal(r)
	require.NoError(t, err)
	assert.Equal(t, `{"rows":4,"columns":[`+
		`{"name":"企业","kinds":{}},`+
		`{"name":"统一社会信用代码","kinds":{"cn.resident_id":3}},`+
		`{"name":"处罚事由","kinds":{"cn.mobile":1,"cn.resident_id":1,"email":1}},`+
		`{"name":"联系方式","kinds":{"cn.landline":1}}`+
		`],"repeated":[]}`, string(text))
	assert.Equal(t, int64(6), r.Identifiers, "the telephone of an organisation is none of a person")
	assert.False(t, r.Clean())
	assert.Contains(t, r.First, ScanPlace{Row: 3, Column: "处罚事由", Kind: "cn.mobile"})
}

func TestScanFindsTheRowsOwnIdentifiersInOtherCells(t *testing.T) {
	for name, c := range map[string]struct {
		row  string
		want []ScanRepeat
	}{
		"a name in a remark":                     {"张三,138****8000,已与张三联系", []ScanRepeat{{1, "remark", "name"}}},
		"with a space":                           {"张三,138****8000,联系人：张 三", []ScanRepeat{{1, "remark", "name"}}},
		"a number in full width, in groups":      {"张三,1234567,拨打１２３－４５６７", []ScanRepeat{{1, "remark", "phone"}}},
		"both":                                   {"李四,7654321,李四 7654321", []ScanRepeat{{1, "remark", "name"}, {1, "remark", "phone"}}},
		"another's name":                         {"张三,138****8000,已与李四联系", nil},
		"a part of a longer name is found too":   {"欧阳,138,欧阳修", []ScanRepeat{{1, "remark", "name"}}},
		"one character is no name":               {"张,138,张三", nil},
		"short numbers stand anywhere by chance": {"张三,12345,12345", nil},
		"what means no value":                    {"未知,,未知", nil},
		"Latin letters without regard to case":   {"Li Lei,,called LI LEI", []ScanRepeat{{1, "remark", "name"}}},
	} {
		t.Run(name, func(t *testing.T) {
			r := scanText(t, "name,phone,remark\n"+c.row+"\n", "name", "phone")
			if c.want == nil {
				c.want = []ScanRepeat{}
			}
			assert.Equal(t, c.want, r.Repeated)
		})
	}
}

func TestTheGateComparesWhatIsWrittenWithWhatWasRead(t *testing.T) {
	columns := []Column{{Name: "name", Class: "direct", Apply: "suppress()"}, {Name: "remark", Class: "plain", Apply: "keep()"}}
	w := newScanWatch(columns)
	worker := w.worker()
	cells := func(s ...string) [][]byte {
		var out [][]byte
		for _, c := range s {
			if c == "" {
				out = append(out, nil)
			} else {
				out = append(out, []byte(c))
			}
		}
		return out
	}
	worker.rows(madeRow(1, cells("张三", "张三 13800138000"), cells("", "张三 13800138000")))
	worker.rows(madeRow(2, cells("李四", "李四"), cells("", "**")))
	worker.rows(madeRow(3, cells("王五", ""), cells("王五", "")))
	var f Facts
	require.NoError(t, w.finish(&f))
	assert.Equal(t, int64(1), f.Scan.Identifiers)
	assert.Equal(t, int64(1), f.Scan.Repeated)
}

func TestWhatAPolicyEncryptsInItsFormatIsNoFinding(t *testing.T) {
	w := newScanWatch([]Column{{Name: "phone", Class: "direct", Apply: "value.encrypt('k')"}})
	worker := w.worker()
	row := func(in, out string) { worker.rows(madeRow(1, [][]byte{[]byte(in)}, [][]byte{[]byte(out)})) }
	row("13800138000", "13912345678")
	row("13800138001", "13800138001")
	row("13800138001", "13912345678 13800138001")
	var f Facts
	require.NoError(t, w.finish(&f))
	assert.Equal(t, int64(3), f.Scan.Identifiers, "but one that was not encrypted is, and one beside other text")
}

func TestPseudonymsAreNoIdentifiers(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	s := newScanner([]string{"token"}, nil, time.Time{})
	w := s.worker()
	const rows = 400_000 // about sixty of them end in what could be a mobile number
	sum := make([]byte, 16)
	text := make([]byte, 32)
	suspicious := 0
	for i := range rows {
		for k := range sum {
			sum[k] = byte(random.Uint32())
		}
		hex.Encode(text, sum)
		if tail := text[21:]; tail[0] == '1' && !strings.ContainsAny(string(tail), "abcdef") {
			suspicious++
		}
		w.rows(madeRow(int64(i+1), [][]byte{text}, [][]byte{text}))
	}
	assert.Positive(t, suspicious)
	assert.True(t, s.result().Clean(), "%+v", s.result())
}

func TestRandomNumbersAreHardlyEverIdentifiers(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 4))
	s := newScanner([]string{"n"}, nil, time.Time{})
	w := s.worker()
	const rows = 200_000
	for i := range rows {
		n := fmt.Sprintf("%018d", random.Uint64N(1e18))
		w.rows(madeRow(int64(i+1), [][]byte{[]byte(n)}, [][]byte{[]byte(n)}))
	}
	// One in eleven has the check digit, one in two thousand a date, one in three a province.
	assert.Less(t, s.result().Columns[0].Kinds["cn.resident_id"], int64(20))
}

func TestAScanDoesNotDependOnTheNumberOfWorkers(t *testing.T) {
	var b strings.Builder
	b.WriteString("name,remark\n")
	for i := range 20_000 {
		switch {
		case i%7 == 0:
			fmt.Fprintf(&b, "张三,张三%d\n", i)
		case i%11 == 0:
			fmt.Fprintf(&b, "李四,%d 13800138000\n", i)
		default:
			fmt.Fprintf(&b, "王五,%d\n", i)
		}
	}
	want := scanText(t, b.String(), "name")
	assert.Equal(t, int64(2858), want.Repeats)
	assert.Len(t, want.Repeated, scanPlaces)
	assert.Equal(t, int64(scanPlaces-1)*7+1, want.Repeated[scanPlaces-1].Row)
	got, err := Scan(context.Background(), strings.NewReader(b.String()), ScanOptions{Direct: []string{"name"}, Workers: 4})
	require.NoError(t, err)
	assert.Equal(t, want, got)
}

func TestADirectColumnThatIsNotThereIsAnError(t *testing.T) {
	_, err := Scan(context.Background(), strings.NewReader("a,b\n"), ScanOptions{Direct: []string{"c"}})
	var e *ScanColumnError
	require.ErrorAs(t, err, &e)
	assert.Equal(t, "c", e.Column)
}

// identifiers are one of each kind that detectors find, in the forms that they are written in.
var identifiers = []string{
	"11010519491231002X", "110105 19491231 002x", "１１０１０５１９４９１２３１００２Ｘ", "91350100M000100Y43", "USCC91350100M000100Y43", "6222 0212 3456 7890 12",
	"13800138000", "+86 138-0013-8000", "0755-88123456", "(0755) 8812 3456", "400-123-4567", "E12345678", "H12345678", "A123456(3)", "A123456789",
	"粤B12345", "粤B·D12345", "粤BAAAA1", "南字第2000123号", "a@b.cn", "1.2.3.4", "::1", "fe80::1", "1:2:3:4:5:6:7:8", "AA-BB-CC-DD-EE-FF", "aa:bb:cc:dd:ee:ff",
	"440524188001010014", "11010519491231002X01", "L11010519491231002X", "110105491231002",
}

func TestTheFilterLetsEveryIdentifierThrough(t *testing.T) {
	filler := rapid.OneOf(
		rapid.SampledFrom([]string{"", " ", "号", "电话：", ",", "x", "7", "abcdefabcdefabcdefabcdef", "2024-01-01", "12:30:45", "-", ".", "*", "（", "，", "\u3000", "deadbeef0123456789abcdef"}),
		rapid.StringMatching(`[0-9a-fA-F :.@-]{0,24}`),
	)
	rapid.Check(t, func(t *rapid.T) {
		cell := filler.Draw(t, "before") + rapid.OneOf(rapid.SampledFrom(identifiers), filler).Draw(t, "identifier") + filler.Draw(t, "after")
		if found := ident.Find(nil, cell); len(found) > 0 && !shapeOf([]byte(cell)).find {
			t.Fatalf("%q holds %+v, and the filter does not see it", cell, found)
		}
	})
}

// FuzzTheFilterMissesNothing holds the filter against the search.
func FuzzTheFilterMissesNothing(f *testing.F) {
	for _, s := range identifiers {
		f.Add(s)
		f.Add("电话" + s + "，")
		f.Add("x " + s + "-1")
	}
	f.Fuzz(func(t *testing.T, cell string) {
		if found := ident.Find(nil, cell); len(found) > 0 && !shapeOf([]byte(cell)).find {
			t.Fatalf("%q holds %+v, and the filter does not see it", cell, found)
		}
	})
}

func BenchmarkScanRows(b *testing.B) {
	in := [][]byte{
		[]byte("11010519491231002X"), []byte("13800138000"), []byte("张三"), []byte("1985-02-03"), []byte("南山区"), []byte("2024-01-02 08:30:00"),
		[]byte("12.50"), []byte("科技园停车场"), []byte("6222021234567890"), []byte("备注：已缴费"),
	}
	out := [][]byte{
		[]byte("4f1c9a0be7d86a52c3f1be09d84e6a71"), []byte("138****8000"), nil, []byte("1985"), []byte("南山区"), []byte("2024-01-02 08:00:00"),
		[]byte("10"), []byte("科技园停车场"), []byte("9f1c9a0be7d86a52c3f1be09d84e6a72"), []byte("备注：已缴费"),
	}
	w := newScanner(make([]string, len(in)), []int{0, 1, 2}, time.Time{}).worker()
	m := &madeRows{width: len(in)}
	for i := range batchRows {
		m.at, m.in, m.out = append(m.at, i), append(m.in, in...), append(m.out, out...)
	}
	b.ReportAllocs()
	for b.Loop() {
		w.rows(m)
	}
}
