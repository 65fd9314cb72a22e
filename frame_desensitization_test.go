package banfa_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/banfa-go/banfa"
	"github.com/banfa-go/banfa/measures/shenzhen"
)

const policyFile = `apiVersion: banfa/v1
kind: Desensitization
metadata: {name: p, title: 策略, status: draft, owner: 市局}
instrument: shenzhen
keys: [plates]
columns:
  plate: {label: 车牌号, type: string, class: direct, semantic: cn.plate}
  birth: {label: 出生日期, type: date, class: quasi}
  fee: {label: 费用, type: decimal, class: plain}
parameters:
  k: {value: 21, set_by: 市局, why: 标准}
hierarchies:
  area: {builtin: cn.division}
rules:
  - {id: plate, basis: 第三十六条, where: column.semantic == 'cn.plate', apply: "value.pseudonym('plates')"}
  - {id: birth, basis: 第三十六条, where: column.type == 'date', apply: "value.truncate('year')"}
  - {id: fee, basis: 第三十六条, where: column.type == 'decimal', apply: "value.roundTo(decimal('5'))"}
rows:
  - {id: minors, basis: 第三十六条, when: row.birth > date(now).addYears(-14), drop: true}
release:
  - {id: gate, basis: 第三十六条, require: risk.k >= params.k}
`

func TestAPolicyIsCheckedWhenItIsLoaded(t *testing.T) {
	cases := []struct {
		name, old, new string
		want           []string
	}{
		{"a sound policy", "", "", nil},
		{"a column that no rule covers", "where: column.type == 'date'", "where: column.name == 'nobody'", []string{
			`8:3 BF4006 no rule covers the column birth; write one, keep() and suppress() are rules too`,
			`16:10 BF4003 birth decides no column; remove it or widen its where`,
		}},
		{"a column that two rules cover", "where: column.type == 'decimal'", "where: column.type != 'string'", []string{
			`8:3 BF4006 the column birth is covered by several rules: birth, fee; narrow where, or write yields_to`,
		}},
		{"one of them yields", "where: column.type == 'decimal', apply", "where: column.type != 'string', yields_to: [birth], apply", nil},
		{"it yields to a rule that does not exist", "apply: \"value.roundTo", "yields_to: [brith], apply: \"value.roundTo", []string{
			`17:74 BF4007 brith in yields_to is no rule of this file`,
		}},
		{"rules that yield in a circle", "where: column.type == 'date', apply: \"value.truncate('year')\"}\n  - {id: fee, basis: 第三十六条,", "where: column.type == 'date', yields_to: [fee], apply: \"value.truncate('year')\"}\n  - {id: fee, basis: 第三十六条, yields_to: [birth],", []string{
			`16:10 BF4004 rules yield to each other in a circle: birth → fee → birth; remove one of the steps`,
		}},
		{"a transform that the column's type has not", "value.truncate('year')", "value.mask(1, 1)", []string{
			`16:69 BF2002 date has no method mask(int, int)`,
		}},
		{"a comparison with another type", "value.roundTo(decimal('5'))", "value < 5 ? '<5' : keep()", []string{
			`17:70 BF2002 < does not take decimal and int; write decimal('5')`,
		}},
		{"branches of different types are cells all the same", "value.roundTo(decimal('5'))", "value < decimal('5') ? '<5' : value", nil},
		{"an argument that makes no sense", "truncate('year')", "truncate('yeer')", []string{
			`16:68 BF2009 truncate("yeer"): use one of [decade year quarter month day hour minute]`,
		}},
		{"an option that does not exist", "pseudonym('plates')", "pseudonym('plates', {'hsah':'sm3'})", []string{
			`15:76 BF2009 pseudonym: no option "hsah"; known: [hash encoding chars purpose]`,
		}},
		{"an argument that depends on the value", "roundTo(decimal('5'))", "band([value])", []string{
			`17:81 BF2009 an argument of band must be known when the policy is loaded; write a constant or a parameter`,
		}},
		{"an argument that is a parameter", "roundTo(decimal('5'))", "band([decimal(params.k)])", nil},
		{"a key that is not declared", "pseudonym('plates')", "pseudonym('plate')", []string{
			`15:93 BF2009 plate is no key that this policy declares; add it to keys or use one of them`,
		}},
		{"a key that nothing uses", "keys: [plates]", "keys: [plates, phones]", []string{
			`5:16 BF2006 no transform uses the key phones; remove it`,
		}},
		{"a hierarchy that is not declared", "value.roundTo(decimal('5'))", "value.generalize('aera', 1)", []string{
			`17:87 BF2009 aera is no hierarchy that this policy declares; add it to hierarchies`,
		}},
		{"a column of the row that does not exist", "row.birth >", "row.brith >", []string{
			`19:42 BF2001 there is no field brith; did you mean birth?`,
		}},
		{"a transform inside a macro", "value.pseudonym('plates')", "[1].exists(x, value.mask(x, 1) == 'a') ? 'a' : value.pseudonym('plates')", []string{
			`15:`,
		}},
		{"a class that does not exist", "column.semantic == 'cn.plate'", "column.class == 'drect'", []string{
			`15:54 BF2004 drect is none of the declared values: direct, quasi, sensitive, plain`,
		}},
		{"a rule of rows that does nothing", ", drop: true}", "}", []string{`19:10 BF1014 minors does nothing; add drop: true`}},
		{"nobody answers for it", ", owner: 市局}", "}", []string{`3:1 BF1013 a policy needs metadata.owner, the body that answers for it (Art. 55); add it`}},
		{"two columns of one label", "label: 费用", "label: 车牌号", []string{
			`9:3 BF1017 车牌号 also names the column plate, so that a file headed by it would leave in doubt which is meant; give each its own`,
		}},
		{"a built-in hierarchy that does not exist", "builtin: cn.division", "builtin: cn.divison", []string{
			`13:19 BF1014 hierarchy area: no built-in hierarchy "cn.divison": use one of`,
		}},
		{"a hierarchy of two forms", "{builtin: cn.division}", "{builtin: cn.division, rows: [[a, b]]}", []string{
			`13:3 BF1014 hierarchy area needs one of builtin, rows and file; write exactly one`,
		}},
		{"a hierarchy whose rows part what they joined", "{builtin: cn.division}", "{rows: [[a, x, u], [b, x, v]]}", []string{`13:28 BF1014 hierarchy area: `}},
		{"a hierarchy of a file in another folder", "{builtin: cn.division}", "{file: ../x.csv}", []string{
			`13:16 BF1014 hierarchy area: ../x.csv is no plain name of a file; put it beside this file and write its name alone`,
		}},
		{"a hierarchy of a file that is not there", "{builtin: cn.division}", "{file: x.csv}", []string{
			`13:16 BF1014 hierarchy area: x.csv cannot be read; put it beside this file`,
		}},
		{"a level that the hierarchy has not", "value.pseudonym('plates')", "value.generalize('area', 9)", []string{
			`15:76 BF2009 hierarchy cn.division has no level 9: it has 0 to 3`,
		}},
		{"a shuffle", "value.roundTo(decimal('5'))", "value.shuffle('plates')", nil},
		{"a shuffle within groups", "value.roundTo(decimal('5'))", "value.shuffle('plates', string(row.birth))", nil},
		{"a shuffle of what names persons", "value.pseudonym('plates')", "value.shuffle('plates')", []string{
			`15:76 BF2009 plate: column plate names persons, and shuffle publishes its values, each in another row; use pseudonym, mask or suppress`,
		}},
		{"a shape that is none", "{label: 车牌号, type: string", "{published: [3x1], label: 车牌号, type: string", []string{
			`7:23 BF1014 column plate: 3x1 is no shape of a mask; write how many characters it shows on the left and on the right, such as 6+4`,
		}},
		{"a reversal of pseudonyms", "rows:\n", "reversal: {basis: 第三十六条, holder: archive, columns: [plate]}\nrows:\n", nil},
		{"a reversal of what is no pseudonym", "rows:\n", "reversal: {basis: 第三十六条, holder: archive, columns: [fee]}\nrows:\n", []string{
			`18:53 BF1014 reversal: column fee is not made a pseudonym as a whole, so that nothing could be found by it; apply value.pseudonym(…) alone`,
		}},
		{"a reversal of a column that does not exist", "rows:\n", "reversal: {basis: 第三十六条, holder: archive, columns: [plat]}\nrows:\n", []string{
			`18:53 BF1014 reversal: plat is no column of this policy`,
		}},
		{"a gate that asks for what nobody measures", "risk.k >= params.k", "risk.kk >= params.k", []string{`21:44 BF2001 there is no field kk; did you mean k?`}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			text := policyFile
			if c.old != "" {
				require.Contains(t, text, c.old)
				text = strings.Replace(text, c.old, c.new, 1)
			}
			_, ds, err := banfa.Check(fstest.MapFS{"p.yaml": {Data: []byte(text)}}, banfa.Citable(shenzhen.FS()))
			require.NoError(t, err)
			var got []string
			for d := range ds.All() {
				got = append(got, fmt.Sprintf("%d:%d ", d.Range.Start.Line, d.Range.Start.Column)+d.Code+" "+d.Message("en"))
			}
			require.Len(t, got, len(c.want), strings.Join(got, "\n"))
			for i, w := range c.want {
				assert.True(t, strings.HasPrefix(got[i], w), "want %s\ngot  %s", w, got[i])
			}
		})
	}
}

func TestAHierarchyInAFileIsAPartOfThePolicy(t *testing.T) {
	policy := strings.NewReplacer("{builtin: cn.division}", "{file: 停车区.csv}", "value.pseudonym('plates')", "value.generalize('area', 1)", "keys: [plates]\n", "").Replace(policyFile)
	check := func(csv string) (*banfa.Rules, []string) {
		rules, ds, err := banfa.Check(fstest.MapFS{"city/p.yaml": {Data: []byte(policy)}, "city/停车区.csv": {Data: []byte(csv)}}, banfa.Citable(shenzhen.FS()))
		require.NoError(t, err)
		var got []string
		for d := range ds.All() {
			got = append(got, fmt.Sprintf("%s:%d %s %s", d.File, d.Range.Start.Line, d.Code, d.Message("en")))
		}
		return rules, got
	}
	one, found := check("甲一,甲,*\n甲二,甲,*\n")
	require.Empty(t, found)
	other, found := check("甲一,甲,*\n甲二,乙,*\n")
	require.Empty(t, found)
	assert.NotEqual(t, one.Digest(), other.Digest(), "what stands in the file changes the policy's digest")
	for csv, want := range map[string]string{
		"甲一,甲,*\n甲二,甲\n":           "city/停车区.csv:2 BF1014 hierarchy area: ",
		"甲一,甲,*\n甲一,乙,*\n":         "city/停车区.csv:2 BF1014 hierarchy area: ",
		"甲一,甲,东\n甲二,甲,西\n":         "city/停车区.csv:2 BF1014 hierarchy area: ",
		"":                         "city/停车区.csv:1 BF1014 hierarchy area: ",
		strings.Repeat("a", 2<<20): "city/p.yaml:12 BF1012 停车区.csv is > 1048576, more than the limit of 1048576",
	} {
		rules, found := check(csv)
		assert.Nil(t, rules)
		require.Len(t, found, 1)
		assert.True(t, strings.HasPrefix(found[0], want), found[0])
	}
}

func TestATypeErrorNamesTheRuleAndTheColumn(t *testing.T) {
	text := strings.Replace(policyFile, "value.truncate('year')", "value.mask(1, 1)", 1)
	_, ds, err := banfa.Check(fstest.MapFS{"p.yaml": {Data: []byte(text)}}, banfa.Citable(shenzhen.FS()))
	require.NoError(t, err)
	for d := range ds.All() {
		require.Len(t, d.Related, 1)
		assert.Equal(t, "here for the column birth of type date", d.Related[0].Message("en"))
		assert.Equal(t, 8, d.Related[0].Range.Start.Line)
		assert.Equal(t, 16, d.Range.Start.Line)
	}
}

func TestWhatIsWrongWithAnArgumentIsSaidInChinese(t *testing.T) {
	for old, c := range map[string][2]string{
		"truncate('year')":    {"truncate('yeer')", `truncate("yeer")：请用 [decade year quarter month day hour minute] 之一`},
		"pseudonym('plates')": {"pseudonym('plates', {'chars':'2'})", `2 个 hex 字符的假名有 8 比特，至少须 64 比特，至多 256 比特`},
		"value.roundTo(decimal('5'))": {
			"value.noise('plates', {'kind':'laplace','min':'0','max':'9'})", `laplace 噪声的 epsilon 须大于零，现为 0`,
		},
		"row.birth > date(now).addYears(-14)": {"keep() == 'x'", `keep 处理的是值；行规则只能用 sample`},
	} {
		require.Contains(t, policyFile, old)
		text := strings.Replace(policyFile, old, c[0], 1)
		_, ds, err := banfa.Check(fstest.MapFS{"p.yaml": {Data: []byte(text)}}, banfa.Citable(shenzhen.FS()))
		require.NoError(t, err)
		var got []string
		for d := range ds.All() {
			if d.Code == "BF2009" {
				got = append(got, d.Message("zh"))
			}
		}
		assert.Equal(t, []string{c[1]}, got)
	}
}

func TestAWeakMaskIsAFinding(t *testing.T) {
	policy := func(id, birth, sex, region string) string {
		return `apiVersion: banfa/v1
kind: Desensitization
metadata: {name: p, title: 甲, status: draft, owner: 市局}
instrument: shenzhen
keys: [k]
hierarchies: {area: {builtin: cn.division}, days: {builtin: date}}
columns:
  id: {label: 证件号码, type: string, class: direct, ` + id + `}
  born: {label: 出生日期, type: date, class: quasi}
  sex: {label: 性别, type: string, class: quasi}
  home: {label: 户籍地, type: string, class: quasi}
rules:
  - {id: id, basis: 第三十六条, where: column.name == 'id', apply: "value.mask(6, 0)"}
  - {id: born, basis: 第三十六条, where: column.name == 'born', apply: "` + birth + `"}
  - {id: sex, basis: 第三十六条, where: column.name == 'sex', apply: "` + sex + `"}
  - {id: home, basis: 第三十六条, where: column.name == 'home', apply: "` + region + `"}
  - {id: spare, basis: 第三十六条, where: column.name == 'none', apply: "value.pseudonym('k')"}
waivers: [{code: BF4003, rules: [spare], why: 测试, by: 测试}]
`
	}
	const resident, gone = "semantic: cn.resident_id", "suppress()"
	for _, c := range []struct{ name, id, birth, sex, region, want string }{
		{"alone it is strong", resident, gone, gone, gone, ""},
		{"the year of birth leaves enough", resident, "value.truncate('year')", gone, gone, ""},
		{"the day of birth does not", resident, "keep()", gone, gone, "id|id|6+0|1000|10000|born"},
		{"the day of some rows is the day", resident, "value < date('1950-01-01') ? suppress() : value.truncate('day')", gone, gone, "id|id|6+0|1000|10000|born"},
		{"with the sex half of it", resident, "keep()", "keep()", gone, "id|id|6+0|500|10000|born, sex"},
		{"a level of a hierarchy", resident, "value.generalize('days', 1)", "value", gone, ""},
		{"a level of a hierarchy that is a day", resident, "value.generalize('days', 0)", "value", gone, "id|id|6+0|500|10000|born, sex"},
		{"another mask elsewhere", resident + ", published: [0+4]", gone, gone, gone, "id|id|6+0|2685|10000|0+4"},
		{"another kind is not born", "semantic: cn.passport", "keep()", "keep()", gone, "id|id|6+0|1000|10000"},
		{"a mobile of a city", "semantic: cn.mobile", gone, gone, "value.truncate(4)", ""}, // 6+0 shows the city anyway
		{"a pseudonym says nothing", resident, "value.pseudonym('k')", "value.pseudonym('k')", gone, ""},
		{"a county of the region that is shown already", resident, gone, gone, "keep()", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, ds, err := banfa.Check(fstest.MapFS{"p.yaml": {Data: []byte(policy(c.id, c.birth, c.sex, c.region))}}, banfa.Citable(shenzhen.FS()))
			require.NoError(t, err)
			var got []string
			for d := range ds.All() {
				if d.Code == "BF4016" {
					got = append(got, strings.Join(d.Args, "|"))
					assert.Equal(t, banfa.Warning, d.Severity)
					continue
				}
				if d.Code != "BF2006" { // a key that this case does not use
					got = append(got, d.Code+" "+d.Message("en"))
				}
			}
			assert.Equal(t, c.want, strings.Join(got, "\n"))
		})
	}
}

func TestTheDesignsPolicyLoads(t *testing.T) {
	path := filepath.Join("..", "shared", "design", "examples", "parking-desensitization.yaml")
	text, err := os.ReadFile(path)
	if err != nil {
		t.Skip("the design's examples are not beside this checkout")
	}
	_, ds, err := banfa.Check(fstest.MapFS{"p.yaml": {Data: text}}, banfa.Citable(shenzhen.FS()))
	require.NoError(t, err)
	assert.Zero(t, ds.Len())
}

func FuzzPolicy(f *testing.F) {
	f.Add(policyFile)
	f.Add(strings.Replace(policyFile, "value.truncate('year')", "suppress() + value.mask(1)", 1))
	f.Fuzz(func(t *testing.T, text string) {
		_, _, err := banfa.Check(fstest.MapFS{"p.yaml": {Data: []byte(text)}}, banfa.Citable(shenzhen.FS()))
		require.NoError(t, err)
	})
}
