package ident

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"pgregory.net/rapid"
)

func TestEverySpellingHasOneCanonicalForm(t *testing.T) {
	for _, c := range []struct {
		kind Kind
		text string
		want string // empty: not of the kind
	}{
		{ResidentID, "11010519491231002x", "11010519491231002X"},
		{ResidentID, "１１０１０５１９４９１２３１００２Ｘ", "11010519491231002X"},
		{ResidentID, " 110105-19491231-002X ", "11010519491231002X"},
		{ResidentID, "110105194912310021", ""},
		{ResidentID15, "150102880730303", "150102880730303"},
		{CreditCode, "9144030071526726xg", "9144030071526726XG"},
		{BankCard, "4111 1111 1111 1111", "4111111111111111"},
		{Mobile, "+86 138 0013 8000", "13800138000"},
		{Mobile, "138001380000", ""},
		{Landline, "(0755) 8888 8888", "0755-88888888"},
		{Landline, "075588888888", "0755-88888888"},
		{Landline, "4001234567", "400-1234567"},
		{Landline, "800-810-8888", "800-8108888"},
		{Landline, "400-0234567", ""},
		{Landline, "88888888", ""}, // of which city?
		{Passport, "e12345678", "E12345678"},
		{Permit, "Ｈ12345678", "H12345678"},
		{Permit, "12345678", "12345678"},
		{HongKongID, "P174468(6)", "P1744686"},
		{TaiwanID, "b221690311", "B221690311"},
		{Plate, "粤b·12345", "粤B12345"},
		{Plate, "粤B 1234学", "粤B1234学"},
		{Plate, "粤B1234学", "粤B1234学"},
		{OfficerID, "南字第20001234号", "南字第20001234号"},
		{OfficerID, "字第20001234号", ""},
		{Email, "A.B@Example.COM", "a.b@example.com"},
		{IP, "192.168.001.1", ""},
		{IP, "2001:DB8::1", "2001:db8::1"},
		{MAC, "00-1a-2b-3c-4d-5e", "00:1A:2B:3C:4D:5E"},
		{PersonName, "王　芳", "王芳"},
		{PersonName, "迪丽热巴·迪力木拉提", "迪丽热巴·迪力木拉提"},
		{PersonName, "高血压三级", ""},
		{PersonName, "王*", ""},
		{Address, "深圳市　南山区 科技园路１号", "深圳市南山区科技园路1号"},
		{Address, "深圳市", ""},
		{ResidentID, "", ""},
		{Email, "\xff", ""},
		{"cn.nothing", "x", ""},
	} {
		got, ok := Canonical(c.kind, []byte(c.text))
		assert.Equal(t, c.want != "", ok, "%s %q", c.kind, c.text)
		if ok {
			assert.Equal(t, c.want, string(got), "%s %q", c.kind, c.text)
		}
	}
}

func TestTheCanonicalFormIsItsOwn(t *testing.T) {
	texts := []string{"11010519491231002x", "+86 13800138000", "(0755) 88888888", "粤b·12345", "A@b.cn", "00-1a-2b-3c-4d-5e", "王 芳", "P174468(6)", "南字第20001234号", "2001:DB8::1", "深圳市 南山区科技园路１号"}
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.OneOf(rapid.SampledFrom(texts), rapid.StringOf(rapid.RuneFrom([]rune("0123456789Xx王芳·@.-: １Ｘ粤B")))).Draw(t, "text")
		kind := rapid.SampledFrom(Kinds()).Draw(t, "kind")
		got, ok := Canonical(kind, []byte(text))
		if !ok {
			return
		}
		again, ok := Canonical(kind, got)
		if !ok || string(again) != string(got) {
			t.Fatalf("%s: %q becomes %q, which becomes %q", kind, text, got, again)
		}
		if !Is(kind, string(got)) {
			t.Fatalf("%q is no %s", got, kind)
		}
	})
}

func TestSurnamesOfOneAndTwoCharacters(t *testing.T) {
	for name, want := range map[string]string{"王芳": "王", "欧阳锋": "欧阳", "欧阳": "欧", "司马相如": "司马", "买买提·艾力": "", "": "", "王": "王", "𠮷野": "𠮷"} {
		assert.Equal(t, want, name[:SurnameLen(name)], name)
	}
}

func TestAPlaceIsCutAtTheNamesOfAnAddress(t *testing.T) {
	for _, c := range []struct{ address, province, city, county, rest string }{
		{"广东省深圳市南山区科技园路1号", "广东省", "深圳市", "南山区", "科技园路1号"},
		{"深圳市南山区科技园路1号", "", "深圳市", "南山区", "科技园路1号"},
		{"广东深圳市南山区科技园路1号", "广东", "深圳市", "南山区", "科技园路1号"},
		{"北京市海淀区马连洼街道289号", "北京市", "", "海淀区", "马连洼街道289号"},
		{"北京海淀区马连洼街道289号", "北京", "", "海淀区", "马连洼街道289号"},
		{"北京市市辖区海淀区马连洼街道289号", "北京市", "", "海淀区", "马连洼街道289号"},
		{"内蒙古自治区锡林郭勒盟苏尼特右旗赛汉塔拉镇", "内蒙古自治区", "锡林郭勒盟", "苏尼特右旗", "赛汉塔拉镇"},
		{"新疆维吾尔自治区阿克苏地区库车市天山路1号", "新疆维吾尔自治区", "阿克苏地区", "库车市", "天山路1号"},
		{"新疆维吾尔自治区喀什地区塔什库尔干塔吉克自治县红旗街", "新疆维吾尔自治区", "喀什地区", "塔什库尔干塔吉克自治县", "红旗街"},
		{"吉林省延边朝鲜族自治州延吉市光明街1号", "吉林省", "延边朝鲜族自治州", "延吉市", "光明街1号"},
		{"吉林省吉林市昌邑区解放路1号", "吉林省", "吉林市", "昌邑区", "解放路1号"},
		{"江苏省苏州市昆山市玉山镇", "江苏省", "苏州市", "昆山市", "玉山镇"},
		{"浙江省嘉兴市桐乡市梧桐街道", "浙江省", "嘉兴市", "桐乡市", "梧桐街道"},
		{"江西省景德镇市珠山区瓷都大道1号", "江西省", "景德镇市", "珠山区", "瓷都大道1号"},
		{"河南省新乡市新乡县七里营镇", "河南省", "新乡市", "新乡县", "七里营镇"},
		{"山东省青岛市市南区香港中路1号", "山东省", "青岛市", "市南区", "香港中路1号"},
		{"四川省攀枝花市东区炳草岗大街1号", "四川省", "攀枝花市", "东区", "炳草岗大街1号"},
		{"黑龙江省哈尔滨市道里区中央大街1号", "黑龙江省", "哈尔滨市", "道里区", "中央大街1号"},
		{"江苏省南京市鼓楼区中山路1号", "江苏省", "南京市", "鼓楼区", "中山路1号"},
		{"吉林省长春市二道区东盛大街1号", "吉林省", "长春市", "二道区", "东盛大街1号"},
		{"香港特别行政区九龙城区太子道1号", "香港特别行政区", "", "九龙城区", "太子道1号"},
		{"广西壮族自治区南宁市青秀区民族大道1号", "广西壮族自治区", "南宁市", "青秀区", "民族大道1号"},
		{"河北省石家庄市赵县石塔路1号", "河北省", "石家庄市", "赵县", "石塔路1号"},
		{"南山区科技园路1号", "", "", "南山区", "科技园路1号"},
		// What is no county stays in the rest.
		{"深圳市华侨城小区3栋", "", "深圳市", "", "华侨城小区3栋"},
		{"深圳市高新工业区1号", "", "深圳市", "", "高新工业区1号"},
		{"深圳市科技路南山区1号", "", "深圳市", "", "科技路南山区1号"},
		{"深圳市幸福社区1号", "", "深圳市", "", "幸福社区1号"},
		{"深圳市三区12号", "", "深圳市", "", "三区12号"},
		{"深圳市县道1号", "", "深圳市", "", "县道1号"},
		{"广东省深圳市A区1号", "广东省", "深圳市", "", "A区1号"},
	} {
		p, ok := ParsePlace(c.address)
		assert.True(t, ok, c.address)
		assert.Equal(t, Place{c.province, c.city, c.county, c.rest}, p, c.address)
	}
	for _, s := range []string{"", "科技园路1号", "小区3栋", "东区1号", "北京路1号", "广东路2号", "华润超市三楼", "abc", "\xff\xfe"} {
		p, ok := ParsePlace(s)
		assert.False(t, ok, "%q: %+v", s, p)
	}
}

func FuzzParsePlace(f *testing.F) {
	for _, s := range []string{"广东省深圳市南山区科技园路1号", "内蒙古自治区锡林郭勒盟苏尼特右旗", "市市市区区区县县", "\xff省"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		p, ok := ParsePlace(s)
		if !ok {
			return
		}
		if len(p.Rest) > len(s) || s[len(s)-len(p.Rest):] != p.Rest {
			t.Fatalf("the rest %q is not the end of %q", p.Rest, s)
		}
		if p.Province == "" && p.City == "" && p.County == "" {
			t.Fatalf("%q has no part", s)
		}
	})
}
