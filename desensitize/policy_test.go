package desensitize

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/banfa-go/banfa"
	"github.com/banfa-go/banfa/measures/shenzhen"
)

// parking is a small policy of these tests.
const parking = `apiVersion: banfa/v1
kind: Desensitization
metadata: {name: parking, title: 停车, status: draft, owner: 市交通运输局}
instrument: shenzhen
keys: [plates]
columns:
  plate_no: {label: 车牌号, type: string, class: direct, semantic: cn.plate}
  phone: {label: 手机号, type: string, class: direct, semantic: cn.mobile}
  birth: {label: 出生日期, type: date, class: quasi}
  district: {label: 行政区, type: string, class: quasi}
  fee: {label: 费用, type: decimal, class: plain}
parameters:
  k: {value: 2, set_by: 测试, why: 测试}
rules:
  - {id: plate, basis: 第三十六条, where: column.semantic == 'cn.plate', apply: value.pseudonym('plates')}
  - {id: phone, basis: 第三十六条, where: column.semantic == 'cn.mobile', apply: "value.mask(3, 4)"}
  - {id: birth, basis: 第三十六条, where: column.type == 'date', apply: value.truncate('decade')}
  - {id: district, basis: 第三十六条, where: column.name == 'district', apply: keep()}
  - {id: fee, basis: 第三十六条, where: column.type == 'decimal', apply: "row.birth < date('1990-01-01') ? 'x' : value.roundTo(decimal('5'))"}
rows:
  - {id: minors, basis: 第三十六条, when: row.birth > date(now).addYears(-14), drop: true}
release:
  - {id: k-anonymity, basis: 第三十六条, require: risk.k >= params.k, message: 等价类太小}
`

// parkingRows are n rows in two districts and two decades.
func parkingRows(n int) string {
	var b strings.Builder
	b.WriteString("plate_no,phone,birth,district,fee\n")
	for i := range n {
		fmt.Fprintf(&b, "粤B%05d,138%08d,19%d-05-06,%s,%d.50\n", 10000+i, i*7, 80+i%20, []string{"福田区", "南山区"}[i%2], i%40)
	}
	return b.String()
}

func TestTheWorldIsClosed(t *testing.T) {
	p := newPolicy(t, parking)
	cases := []struct {
		name    string
		columns []string
		want    string
	}{
		{"the columns of the policy", []string{"plate_no", "phone", "birth", "district", "fee"}, ""},
		{"in another order", []string{"fee", "district", "birth", "phone", "plate_no"}, ""},
		{"by their labels", []string{"车牌号", "手机号", "出生日期", "行政区", "费用"}, ""},
		{"a new column", []string{"plate_no", "phone", "birth", "district", "fee", "id_no"}, `column "id_no" is not declared`},
		{"a missing column", []string{"plate_no", "phone", "birth", "district"}, `column "fee" is missing`},
		{"a renamed column", []string{"plate_no", "phone1", "birth", "district", "fee"}, `column "phone1" is not declared (renamed from "phone"?); column "phone" is missing`},
		{"another case", []string{"plate_no", "Phone", "birth", "district", "fee"}, `column "Phone" is not declared (renamed from "phone"?); column "phone" is missing`},
		{"a column that is there twice", []string{"plate_no", "phone", "birth", "district", "fee", "fee"}, `column "fee" is there twice`},
		{"a column by its name and by its label", []string{"plate_no", "phone", "birth", "district", "fee", "费用"}, `column "费用" is there twice`},
		{"white space around a name", []string{"plate_no ", "phone", "birth", "district", "fee"}, `column "plate_no " is not declared (renamed from "plate_no"?); column "plate_no" is missing`},
		{"no columns", nil, `column "plate_no" is missing; column "phone" is missing; column "birth" is missing; column "district" is missing; column "fee" is missing`},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			err := p.Check(c.columns)
			if c.want == "" {
				assert.NoError(t, err)
				return
			}
			var e *ColumnsError
			require.ErrorAs(t, err, &e)
			assert.Equal(t, "desensitize: the input has not the columns of policy parking: "+c.want+"; nothing was read", err.Error())
		})
	}
}

func TestAnotherSchemaIsRefusedBeforeARowIsRead(t *testing.T) {
	out, r, err := runCSV(t, newPolicy(t, parking), "plate_no,phone\n粤B12345,13812345678\n")
	var e *ColumnsError
	require.ErrorAs(t, err, &e)
	assert.Nil(t, r)
	assert.NotContains(t, out, "粤B12345")
}

func TestMalformedValuesAreSuppressedAndCounted(t *testing.T) {
	in := parkingRows(40) + "不是车牌,12345,1985-05-06,福田区,五元\n,,1985-05-06,,\n"
	out, r, err := runCSV(t, newPolicy(t, strings.Replace(parking, "value: 2", "value: 1", 1)), in)
	require.NoError(t, err)
	lines := strings.Split(strings.TrimSpace(out), "\n")
	assert.Equal(t, ",,1980s,福田区,", lines[41])
	assert.Equal(t, ",,1980s,,", lines[42])
	assert.Equal(t, cellCounts{Changed: 40, Invalid: 1, Empty: 1}, r.Columns[0].cellCounts)
	assert.Equal(t, cellCounts{Changed: 40, Invalid: 1, Empty: 1}, r.Columns[1].cellCounts)
	assert.Equal(t, cellCounts{Changed: 40, Invalid: 1, Empty: 1}, r.Columns[4].cellCounts)
	assert.Equal(t, InvalidFacts{Cells: 3, Share: "0.014563"}, r.Facts.Invalid)
	assert.NotContains(t, out, "五元")
}

func TestARuleMayRefuseMalformedValues(t *testing.T) {
	p := newPolicy(t, strings.Replace(parking, "apply: \"value.mask(3, 4)\"", "apply: \"value.mask(3, 4)\", on_invalid: refuse", 1))
	_, r, err := runCSV(t, p, parkingRows(20)+"粤B12345,12345,1985-05-06,福田区,1\n")
	var e *ValueError
	require.ErrorAs(t, err, &e)
	assert.Equal(t, ValueError{Rule: "phone", Column: "phone", Row: 21, Line: 22}, *e)
	assert.NotContains(t, err.Error(), "12345", "no value in an error")
	assert.Nil(t, r)
}

func TestARetypedColumnIsRefused(t *testing.T) {
	swapped := strings.ReplaceAll(parkingRows(30), "1980", "1980年?")
	_, _, err := runCSV(t, newPolicy(t, parking), swapped)
	require.NoError(t, err, "some malformed values are no other column")
	var b strings.Builder
	b.WriteString("plate_no,phone,birth,district,fee\n")
	for i := range 30 {
		fmt.Fprintf(&b, "粤B%05d,138%08d,1980-05-06,福田区,金额%d\n", i, i, i)
	}
	_, r, err := runCSV(t, newPolicy(t, parking), b.String())
	var e *RetypedError
	require.ErrorAs(t, err, &e)
	assert.Equal(t, "fee", e.Column)
	assert.Nil(t, r)
	_, _, err = runCSV(t, newPolicy(t, parking, MaxInvalid(1)), b.String())
	assert.NoError(t, err, "the host can set the share")
}

func TestConditionsSeeTheOriginalRow(t *testing.T) {
	// birth is written as a decade before fee is made; what fee asks about is the date that was read.
	r, err := newPolicy(t, parking).Row(map[string]string{"birth": "1989-12-31", "fee": "12.50"}, noon)
	require.NoError(t, err)
	assert.Equal(t, "1980s", *r.Columns["birth"])
	assert.Equal(t, "x", *r.Columns["fee"])
	r, err = newPolicy(t, parking).Row(map[string]string{"birth": "1990-01-01", "fee": "12.50"}, noon)
	require.NoError(t, err)
	assert.Equal(t, "15", *r.Columns["fee"])
}

func TestARowThatCannotBeToldIsDropped(t *testing.T) {
	for birth, want := range map[string]RowResult{
		"2020-01-01": {Dropped: true},
		"":           {Dropped: true, Undecided: true},
		"2020-13-01": {Dropped: true, Undecided: true},
		"1990-01-01": {},
	} {
		r, err := newPolicy(t, parking).Row(map[string]string{"birth": birth, "district": "福田区"}, noon)
		require.NoError(t, err)
		assert.Equal(t, want.Dropped, r.Dropped, birth)
		assert.Equal(t, want.Undecided, r.Undecided, birth)
	}
}

func TestTheGateRefuses(t *testing.T) {
	rule := func(require string) string {
		return strings.Replace(parking, "require: risk.k >= params.k", "require: \""+require+"\"", 1)
	}
	cases := []struct{ name, policy, in, want string }{
		{
			"a class that is too small", strings.Replace(parking, "value: 2", "value: 100", 1), parkingRows(40),
			"k-anonymity: 等价类太小 [risk.k = 10, params.k = 100]",
		},
		{"a figure that was not measured", rule("risk.t < decimal('0.2')"), parkingRows(40), "k-anonymity: 等价类太小 (not known: risk.t) [risk.t = ?]"},
		{"an error", rule("1 / (rows.read - 40) > 0"), parkingRows(40), "k-anonymity: 等价类太小 (division by zero) [rows.read = 40]"},
		{
			"an identifier that is left", rule("true || risk.k > 0"),
			strings.Replace(parkingRows(40), "福田区", "13912345678", 1), "scan.identifiers [scan.identifiers = 1]",
		},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			_, r, err := runCSV(t, newPolicy(t, c.policy), c.in)
			var e *ReleaseRefusedError
			require.ErrorAs(t, err, &e)
			assert.Equal(t, "desensitize: policy parking refuses the release: "+c.want, err.Error())
			require.NotNil(t, r, "the report says what was measured")
			assert.False(t, r.Released)
		})
	}
}

func TestKeysComeFromTheHostAlone(t *testing.T) {
	rules := loadPolicy(t, parking)
	for name, keys := range map[string]map[string][]byte{
		"no key":          {},
		"another name":    {"plate": testKey("p")},
		"a key too short": {"plates": []byte("0123456789")},
	} {
		_, err := New(rules, Keys(keys))
		var e *KeyError
		require.ErrorAs(t, err, &e, name)
		assert.Equal(t, "plates", e.ID)
		assert.NotContains(t, err.Error(), "0123456789")
	}
	p, err := New(rules)
	require.NoError(t, err, "without keys a policy can still explain itself")
	_, err = p.Explain([]string{"plate_no", "phone", "birth", "district", "fee"})
	require.NoError(t, err)
	_, _, err = runCSV(t, p, parkingRows(4))
	var e *KeyError
	require.ErrorAs(t, err, &e)
	broken := errors.New("the key store is away")
	_, err = New(rules, KeySource(func(string) ([]byte, error) { return nil, broken }))
	require.ErrorIs(t, err, broken)
	r, err := newPolicy(t, parking).Row(map[string]string{"plate_no": "粤B12345", "birth": "1990-01-01"}, noon)
	require.NoError(t, err)
	text, err := json.Marshal(r)
	require.NoError(t, err)
	assert.NotContains(t, string(text), string(testKey("p")))
}

func TestAKeyShowsInNoReport(t *testing.T) {
	_, r, err := runCSV(t, newPolicy(t, parking), parkingRows(40))
	require.NoError(t, err)
	text, err := json.Marshal(r)
	require.NoError(t, err)
	assert.NotContains(t, string(text), string(testKey("p")))
	assert.Contains(t, string(text), `"keys":["plates"]`)
	for _, lang := range []string{"zh", "en"} {
		assert.NotContains(t, r.Text(lang), string(testKey("p")))
		assert.NotContains(t, r.Text(lang), "粤B", "nor a value")
	}
}

func TestPseudonymsJoinWhereDeclaredOnly(t *testing.T) {
	pseudonym := func(policy string) string {
		r, err := newPolicy(t, policy).Row(map[string]string{"plate_no": "粤B12345", "birth": "1990-01-01"}, noon)
		require.NoError(t, err)
		return *r.Columns["plate_no"]
	}
	other := strings.Replace(parking, "name: parking", "name: towing", 1)
	assert.NotEqual(t, pseudonym(parking), pseudonym(other), "two data sets")
	purpose := strings.Replace(parking, "pseudonym('plates')", "pseudonym('plates', {'purpose':'research'})", 1)
	purpose = strings.Replace(purpose, "apply: value.pseudonym('plates', {'purpose':'research'})", "apply: \"value.pseudonym('plates', {'purpose':'research'})\"", 1)
	assert.NotEqual(t, pseudonym(parking), pseudonym(purpose), "two purposes")
	join := func(s string) string {
		return strings.Replace(s, "semantic: cn.plate", "semantic: cn.plate, join: vehicles", 1)
	}
	assert.Equal(t, pseudonym(join(parking)), pseudonym(join(other)), "two data sets that declare the join")
	assert.NotEqual(t, pseudonym(parking), pseudonym(join(parking)))
}

func TestWhatIsWrittenDoesNotDependOnTheWorkers(t *testing.T) {
	p := newPolicy(t, parking)
	in := parkingRows(3000)
	want, wantReport, err := runCSV(t, p, in, Workers(1))
	require.NoError(t, err)
	for _, n := range []int{2, 3, 8} {
		got, report, err := runCSV(t, p, in, Workers(n))
		require.NoError(t, err)
		assert.Equal(t, want, got, "%d workers", n)
		assert.Equal(t, wantReport, report, "%d workers", n)
	}
	refuse := newPolicy(t, strings.Replace(parking, "apply: \"value.mask(3, 4)\"", "apply: \"value.mask(3, 4)\", on_invalid: refuse", 1))
	bad := strings.Replace(strings.Replace(in, "138", "13", 1500), "138", "12", 900)
	_, _, first := runCSV(t, refuse, bad, Workers(1))
	require.Error(t, first)
	for _, n := range []int{2, 8} {
		_, _, err := runCSV(t, refuse, bad, Workers(n))
		assert.Equal(t, first, err, "the error of the first row wins")
	}
}

func TestAPolicyIsInForceInItsWindowAlone(t *testing.T) {
	const law = `apiVersion: banfa/v1
kind: Instrument
metadata: {name: example, title: 示例办法, status: in-force, issuer: 示例}
articles:
  - {n: 36, title: 脱敏, paragraphs: [0]}
`
	text := strings.Replace(parking, "status: draft", "status: in-force, effective: {from: \"2026-01-01\", until: \"2026-12-31\"}", 1)
	text = strings.Replace(text, "instrument: shenzhen", "instrument: example", 1)
	rules, err := banfa.Load(fstest.MapFS{"law.yaml": {Data: []byte(law)}, "policy.yaml": {Data: []byte(text)}})
	require.NoError(t, err)
	p, err := New(rules, Keys(map[string][]byte{"plates": testKey("p")}))
	require.NoError(t, err)
	_, _, err = runCSV(t, p, parkingRows(40), At(noon))
	require.NoError(t, err)
	_, r, err := runCSV(t, p, parkingRows(40), At(time.Date(2026, 12, 31, 17, 0, 0, 0, time.UTC)))
	var e *NotInForceError
	require.ErrorAs(t, err, &e)
	assert.Equal(t, "2027-01-01", e.On, "the date in Shanghai")
	assert.Nil(t, r)
}

func TestThePolicyIsFoundByItsName(t *testing.T) {
	rules, err := banfa.Load(fstest.MapFS{
		"a.yaml": {Data: []byte(parking)},
		"b.yaml": {Data: []byte(strings.Replace(parking, "name: parking", "name: towing", 1))},
	}, banfa.Citable(shenzhen.FS()))
	require.NoError(t, err)
	for name, want := range map[string]string{
		"":        "desensitize: the rules have several policies: choose one of parking, towing",
		"parkign": `desensitize: no policy "parkign"; there are: parking, towing`,
		"towing":  "",
	} {
		_, err := New(rules, Named(name))
		if want == "" {
			assert.NoError(t, err)
			continue
		}
		assert.EqualError(t, err, want)
	}
}

func TestTheQuickstartPolicyHidesWhatIsPlanted(t *testing.T) {
	dir := filepath.Join("..", "examples", "quickstart")
	policy, err := os.ReadFile(filepath.Join(dir, "rules", "parking-records.yaml"))
	require.NoError(t, err)
	data, err := os.ReadFile(filepath.Join(dir, "data", "parking-records.csv"))
	require.NoError(t, err)
	out, r, err := runCSV(t, newPolicy(t, string(policy)), string(data))
	require.NoError(t, err)
	assert.Equal(t, RowFacts{In: 200, Out: 198, Dropped: 1, Undecided: 1}, r.Facts.Rows)
	for _, planted := range []string{"138123,", "车主", "五元", "见备注", "2019"} {
		assert.Contains(t, string(data), planted)
		assert.NotContains(t, out, planted)
	}
	assert.EqualValues(t, 3, r.Facts.Invalid.Cells)
}
