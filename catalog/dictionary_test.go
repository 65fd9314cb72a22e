package catalog_test

import (
	"bufio"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/banfa-go/banfa/catalog"
)

func dictionary(t testing.TB) *catalog.Dictionary {
	t.Helper()
	d, err := catalog.DefaultDictionary()
	require.NoError(t, err)
	return d
}

func TestDictionaryTypesNamesByTheirMostSpecificPattern(t *testing.T) {
	d := dictionary(t)
	for name, want := range map[string]string{
		"序号": "row_number", "NO.": "row_number", "主键": "surrogate_key", "ID": "surrogate_key",
		"身份证号": "cn.resident_id", "法定代表人身份证号": "cn.resident_id", "身分證字號": "cn.resident_id", "证件号码": "id_document", "护照号码": "cn.passport",
		"姓名": "cn.person_name", "法定代表人": "cn.person_name", "法定代表人姓名": "cn.person_name", "负责人": "cn.person_name", "負責人": "cn.person_name",
		"手机号": "cn.mobile", "聯絡電話": "phone", "联系电话": "phone", "办公电话": "cn.landline", "电子邮箱": "email", "车牌号": "cn.plate", "銀行帳號": "bank_card",
		"统一社会信用代码": "cn.credit_code", "行政相对人代码_1(统一社会信用代码)": "cn.credit_code", "单位编码": "org_code", "企业名称": "org_name", "停车场名称": "place_name",
		"行政相对人代码_2(工商注册号)": "org_registration_no",
		"出生日期": "birth_date", "出生年份": "birth_year", "性别": "gender", "年龄": "age", "民族": "ethnicity", "学历": "education", "职务": "occupation",
		"家庭住址": "address_full", "详细地址": "address_full", "所在街道": "area_fine", "所属区": "area_coarse", "经度": "latlon", "Y坐标": "latlon",
		"残疾类别": "disability", "健康状况": "health", "救助金额": "benefit", "处罚结果": "penalty", "处罚决定日期": "timestamp", "罚款金额（万元）": "penalty",
		"更新时间": "timestamp", "年份": "period", "2022": "period_value", "人数": "count", "建筑面积（平方米）": "count", "农贸零售价格（元/公斤）": "amount",
		"证书编号": "licence_no", "行政许可决定书文号": "document_no", "职权编号": "local_id", "月收入": "income", "名称": "neutral", "备注": "neutral", "状态": "neutral", "是否公开": "neutral",
		"是否在线": "flag", "是否残疾人": "disability", "委托人": "cn.person_name", "参会人数": "count", "备注（说明）": "neutral", "图片2": "neutral",
	} {
		got, ok := d.Type(name)
		assert.True(t, ok, name)
		assert.Equal(t, want, got.Semantic, "%s, by line %d", name, got.Line)
	}
	for _, name := range []string{"", "  ", "（）", "qqxyzzy", strings.Repeat("号", 400)} {
		_, ok := d.Type(name)
		assert.False(t, ok, name)
	}
}

func TestDictionaryKeepsRowNumbersFromJoining(t *testing.T) {
	for _, name := range []string{"序号", "行号", "ID", "主键", "名称", "备注", "人数"} {
		got, ok := dictionary(t).Type(name)
		require.True(t, ok)
		assert.Equal(t, catalog.NoKey, got.Identifier, name)
	}
}

func TestAnnotateFillsWhatIsEmptyAndNamesTheOwnerOfLocalNumbers(t *testing.T) {
	c := &catalog.Catalog{Entries: []catalog.Entry{
		{ID: "1", Unit: "区残联", System: "残疾人系统", Items: []catalog.Item{
			{Name: "姓名"}, {Name: "联系电话"}, {Name: "残疾等级"}, {Name: "登记编号"}, {Name: "年龄", Granularity: "band"}, {Name: "职务", Semantic: "mine"}, {Name: "甲乙丙"},
		}},
		{ID: "2", Unit: "市场局", Items: []catalog.Item{{Name: "企业名称"}, {Name: "联系电话"}, {Name: "许可证号"}}},
		{ID: "3", Items: []catalog.Item{{Name: "企业名称"}, {Name: "姓名"}, {Name: "联系电话"}, {Name: "编号"}}},
	}}
	dictionary(t).Annotate(c)
	one := c.Entries[0].Items
	assert.Equal(t, catalog.Item{Name: "姓名", Semantic: "cn.person_name", Subject: "person", Identifier: "direct", Granularity: "exact"}, one[0])
	assert.Equal(t, catalog.SubjectPerson, one[1].Subject)
	assert.Equal(t, catalog.Sensitive, one[2].Identifier)
	assert.Equal(t, catalog.StrongKey, one[3].Identifier)
	assert.Equal(t, "区残联/残疾人系统", one[3].Namespace)
	assert.Equal(t, "band", one[4].Granularity)
	assert.Equal(t, catalog.Item{Name: "职务", Semantic: "mine"}, one[5])
	assert.Equal(t, catalog.Item{Name: "甲乙丙"}, one[6])
	assert.Equal(t, catalog.SubjectOrganisation, c.Entries[1].Items[1].Subject)
	assert.Equal(t, "市场局", c.Entries[1].Items[2].Namespace)
	assert.Empty(t, c.Entries[2].Items[2].Subject, "whose number it is nobody knows")
	assert.Equal(t, "owner 3", c.Entries[2].Items[3].Namespace)

	before, err := json.Marshal(c)
	require.NoError(t, err)
	dictionary(t).Annotate(c)
	after, err := json.Marshal(c)
	require.NoError(t, err)
	assert.Equal(t, string(before), string(after), "twice is once")
	dictionary(t).Annotate(nil)
}

func TestLoadDictionaryNamesTheLineOfAMistake(t *testing.T) {
	const head = "match,pattern,semantic,subject,identifier,granularity,namespace\n"
	for text, want := range map[string]string{
		"":      "line 1: it is empty",
		"a,b\n": "line 1: the first row is match,pattern",
		head + "# 说明\nexact,甲,a,cat,none,,\n":   `line 3: no subject "cat"`,
		head + "exact,甲,a,,key,,\n":             `line 2: no identifier class "key"`,
		head + "exact,甲,,,none,,\n":             "line 2: semantic is empty",
		head + "like,甲,a,,none,,\n":             `line 2: no match "like"`,
		head + "regexp,(,a,,none,,\n":           "line 2: no regular expression",
		head + "exact,甲|-,a,,none,,\n":          "has no letters",
		head + "exact,甲,a,,,,\nexact,甲,b,,,,\n": "line 3: exact 甲 is a in line 2 and b here",
		head + "exact,甲,a\n":                    "line 2: 3 columns; there are 7",
		head + "exact,\"甲,a,,,,\n":              "line 2: ",
		head + "exact,\xff,a,,,,\n":             "line 2: invalid UTF-8",
	} {
		_, err := catalog.LoadDictionary(strings.NewReader(text))
		require.ErrorContains(t, err, want)
		var at *catalog.DictionaryError
		assert.ErrorAs(t, err, &at)
	}
	d, err := catalog.LoadDictionary(strings.NewReader("\xef\xbb\xbf" + head + "suffix,號碼,code,,none,,\nprefix,号码很长,long,,none,,\ncontains,甲乙丙丁,mid,,none,,\n"))
	require.NoError(t, err)
	for name, want := range map[string]string{"號碼": "code", "某号码": "code", "号码很长": "long", "号码很长甲乙丙丁": "long", "号码甲乙丙丁号码": "mid"} {
		got, _ := d.Type(name)
		assert.Equal(t, want, got.Semantic, name)
	}
	_, err = catalog.LoadDictionary(strings.NewReader(string(catalog.DictionarySource())))
	require.NoError(t, err)
}

func TestDictionaryDoesNotMindWidthSpacesOrScript(t *testing.T) {
	d := dictionary(t)
	rapid.Check(t, func(t *rapid.T) {
		name := rapid.SampledFrom([]string{"身份证号", "企业名称", "联系电话", "序号", "ID", "出生日期"}).Draw(t, "name")
		sep := rapid.SampledFrom([]string{" ", "_", "　", "-", "\u200b"}).Draw(t, "mark")
		want, _ := d.Type(name)
		runes := []rune(name)
		n := rapid.IntRange(1, len(runes)-1).Draw(t, "at")
		got, ok := d.Type(string(runes[:n]) + sep + string(runes[n:]))
		if !ok || got != want {
			t.Fatalf("%q: %v, want %v", name, got, want)
		}
	})
}

func TestDictionaryKnowsMostOfTheItemsOfARealPortal(t *testing.T) {
	const list = "../../shared/data/catalogs/beijing/catalog_items.jsonl"
	f, err := os.Open(list)
	if errors.Is(err, fs.ErrNotExist) {
		t.Skipf("the Beijing list is not here (%s)", list)
	}
	require.NoError(t, err)
	defer f.Close()
	c := &catalog.Catalog{}
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		var in struct {
			Unit  string   `json:"unit"`
			Items []string `json:"items"`
		}
		require.NoError(t, json.Unmarshal(lines.Bytes(), &in))
		e := catalog.Entry{Unit: in.Unit}
		for _, n := range in.Items {
			e.Items = append(e.Items, catalog.Item{Name: n})
		}
		c.Entries = append(c.Entries, e)
	}
	require.NoError(t, lines.Err())
	got := dictionary(t).Coverage(c)
	t.Logf("%d items, %d names: typed %.1f %%, neutral %.1f %%, untyped %.1f %%", got.Items, got.Names,
		100*got.Share(got.Typed), 100*got.Share(got.Neutral), 100*got.Share(got.Untyped))
	for _, u := range got.Backlog[:min(40, len(got.Backlog))] {
		t.Logf("%5d %s", u.Items, u.Name)
	}
	assert.Greater(t, got.Share(got.Typed), .70)
	assert.Less(t, got.Share(got.Untyped), .15)
	before := got
	dictionary(t).Annotate(c)
	assert.Equal(t, before, dictionary(t).Coverage(c), "annotating changes no share")
}

func BenchmarkAnnotate(b *testing.B) {
	d := dictionary(b)
	names := []string{"序号", "企业名称", "统一社会信用代码", "法定代表人", "联系电话", "详细地址", "许可证号", "有效期至"}
	b.ReportAllocs()
	for b.Loop() {
		e := catalog.Entry{Unit: "市场局", Items: make([]catalog.Item, len(names))}
		for i, n := range names {
			e.Items[i].Name = n
		}
		d.AnnotateEntry(&e)
	}
}
