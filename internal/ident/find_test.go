package ident

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
)

// show writes matches so that a table of them reads like a document: kind=value, with ! for a check digit and ? for ambiguous.
func show(s string, found []Match) string {
	var parts []string
	for _, m := range found {
		text := fmt.Sprintf("%s=%s", m.Kind, m.Value)
		if m.Strong {
			text += "!"
		}
		if m.Ambiguous {
			text += "?"
		}
		if s[m.Start:m.End] != m.Value {
			text += "‹" + s[m.Start:m.End] + "›"
		}
		parts = append(parts, text)
	}
	return strings.Join(parts, " ")
}

func TestFindReportsWhatATextHolds(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		// resident IDs
		{"身份证11010519491231002X，已核", "cn.resident_id=11010519491231002X!"},
		{"张三（11010519491231002x）", "cn.resident_id=11010519491231002X!‹11010519491231002x›"},
		{"证件号：１１０１０５１９４９１２３１００２Ｘ。", "cn.resident_id=11010519491231002X!‹１１０１０５１９４９１２３１００２Ｘ›"},
		{"110105 19491231 002X", "cn.resident_id=11010519491231002X!‹110105 19491231 002X›"},
		{"110105-1949-1231-002X", "cn.resident_id=11010519491231002X!‹110105-1949-1231-002X›"},
		{"1 1 0 1 0 5 1 9 4 9 1 2 3 1 0 0 2 X", "cn.resident_id=11010519491231002X!‹1 1 0 1 0 5 1 9 4 9 1 2 3 1 0 0 2 X›"},
		{"11010519491231002　X", "cn.resident_id=11010519491231002X!‹11010519491231002　X›"},
		{"ID11010519491231002X", "cn.resident_id=11010519491231002X!"},
		{"1.11010519491231002X", "cn.resident_id=11010519491231002X!"},
		{"张三 110105 19491231 002X 13800138000", "cn.resident_id=11010519491231002X!‹110105 19491231 002X› cn.mobile=13800138000"},
		{"81000019980902013X 932682198501010017", "cn.resident_id=81000019980902013X! cn.resident_id=932682198501010017!"},
		{"1110105194912310021", ""}, // a digit more
		{"111010519491231002X", ""}, // a digit more, with X
		{"11010519491231002X5", ""}, // a digit after
		{"110105194912310021", ""},  // check digit
		{"110105190002290026", ""},  // 1900 was no leap year
		{"150102880730303", "cn.resident_id_15=150102880730303"},
		{"150102881330303", ""}, // month 13

		// credit codes
		{"腾讯9144030071526726XG公司", "cn.credit_code=9144030071526726XG!"},
		{"9144030071526726xg", "cn.credit_code=9144030071526726XG!‹9144030071526726xg›"},
		{"91440300 71526726X G", "cn.credit_code=9144030071526726XG!‹91440300 71526726X G›"},
		{"USCC9144030071526726XG", "cn.credit_code=9144030071526726XG!"},
		{"914403001922038216", "cn.credit_code=914403001922038216!"},
		{"9144030071526726XH", ""},

		// bank cards
		{"卡号4111111111111111。", "bank_card=4111111111111111!"},
		{"4111 1111 1111 1111", "bank_card=4111111111111111!‹4111 1111 1111 1111›"},
		{"6222-0210-0111-6245-702", "bank_card=6222021001116245702!‹6222-0210-0111-6245-702›"},
		{"4111111111111112", ""},
		{"4444444444444444", ""},

		// telephones
		{"电话：13800138000", "cn.mobile=13800138000"},
		{"138-0013-8000", "cn.mobile=13800138000‹138-0013-8000›"},
		{"+86 138 0013 8000", "cn.mobile=13800138000‹+86 138 0013 8000›"},
		{"+8613800138000", "cn.mobile=13800138000‹+8613800138000›"},
		{"008613800138000", "cn.mobile=13800138000‹008613800138000›"},
		{"138001380001", ""},
		{"116.13800138000", ""}, // a coordinate
		{"0755-88888888", "cn.landline=0755-88888888"},
		{"（0755）8888 8888", "cn.landline=0755-88888888‹0755）8888 8888›"},
		{"01084401234", "cn.landline=010-84401234‹01084401234›"},
		{"400-820-8820", "cn.landline=400-8208820‹400-820-8820›"},
		{"000000000001", ""},

		// documents
		{"护照E12345678", "cn.passport=E12345678"},
		{"EA1234567", "cn.passport=EA1234567"},
		{"EI1234567", ""},
		{"通行证H1234567801", "cn.permit=H1234567801"},
		{"台胞证号：12345678", "cn.permit=12345678"},
		{"日期：20240101", ""},
		{"P174468(6)", "hk.id=P1744686!‹P174468(6)›"},
		{"香港居民P174468（6）", "hk.id=P1744686!‹P174468（6）›"},
		{"B221690311", "tw.id=B221690311!"},
		{"南字第20001234号", "cn.officer_id=南字第20001234号"},
		{"房权证字第20001234号", ""},

		// plates
		{"车牌粤B12345", "cn.plate=粤B12345"},
		{"粤B·12345，陕A12345D", "cn.plate=粤B12345‹粤B·12345› cn.plate=陕A12345D"},
		{"粤b1234学", "cn.plate=粤B1234学‹粤b1234学›"},
		{"粤BI2345", ""},

		// networks
		{"发到 Zhang.San@example.com.cn。", "email=zhang.san@example.com.cn‹Zhang.San@example.com.cn›"},
		{"13800138000@163.com", "email=13800138000@163.com"},
		{"a@b", ""},
		{"服务器192.168.1.1已停", "ip=192.168.1.1"},
		{"版本1.2.3.4.5", ""},
		{"256.1.1.1", ""},
		{"fe80::1ff:fe23:4567:890a", "ip=fe80::1ff:fe23:4567:890a"},
		{"12:30:45", ""},
		{"00:1A:2B:3C:4D:5E", "mac=00:1A:2B:3C:4D:5E"},
		{"aa-bb-cc-dd-ee-ff", "mac=AA:BB:CC:DD:EE:FF‹aa-bb-cc-dd-ee-ff›"},

		// nothing
		{"", ""},
		{"2024年共有1234567890123456789012345678901234567890条", ""},
		{"3f2504e0-4f89-11d3-9a0c-0305e82c3301", ""},
		{"经度116.397451234567890，纬度39.9091234567890", ""},
	} {
		t.Run(c.text, func(t *testing.T) {
			assert.Equal(t, c.want, show(c.text, Find(nil, c.text)))
		})
	}
}

func TestATextThatIsBothAResidentIDAndACreditCodeIsReportedAsBoth(t *testing.T) {
	both := ""
	for n := 1; n < 1000 && both == ""; n++ {
		v := []byte(fmt.Sprintf("11010519800101%03dX", n))
		for _, c := range "0123456789X" {
			v[17] = byte(c)
			if residentID(v, 19000101, 20991231) && creditCode(v) {
				both = string(v)
			}
		}
	}
	text := "号码" + both + "。"
	assert.Equal(t, "cn.resident_id="+both+"!? cn.credit_code="+both+"!?", show(text, Find(nil, text)))
	assert.True(t, Is(ResidentID, both) && Is(CreditCode, both))
}

func TestBirthsAfterTheGivenDayMakeNoResidentID(t *testing.T) {
	d := Detector{Latest: time.Date(1949, 12, 30, 0, 0, 0, 0, time.UTC)}
	assert.False(t, d.Is(ResidentID, "11010519491231002X"))
	d.Latest = d.Latest.AddDate(0, 0, 1)
	assert.True(t, d.Is(ResidentID, "11010519491231002X"))
}

func TestWholeValuesOfWeakKinds(t *testing.T) {
	for kind, cases := range map[Kind]map[string]bool{
		PersonName: {"王小明": true, "欧阳修": true, "司马相如": true, "买买提·艾力": true, "深圳市": false, "王": false, "张三12": false, "人民政府": false, "·张三": false},
		Address:    {"广东省深圳市南山区科技园1号": true, "海淀区马连洼街道289号": true, "深圳": false, "一二三四五六七": false},
		Mobile:     {" 13800138000 ": true, "+86 13800138000": true, "13800138000a": false, "13800138000，13800138001": false},
		Permit:     {"12345678": true, "C12345678": true, "CA1234567": true, "1234567": false},
		Passport:   {"E12345678": true, "e12345678": true, "DE1234567": true, "A12345678": false},
		IP:         {"::1": true, "10.0.0.1": true, "10.0.0": false},
	} {
		for s, want := range cases {
			assert.Equal(t, want, Is(kind, s), "%s %q", kind, s)
		}
	}
	assert.False(t, Is(ResidentID, "\xff"))
	assert.False(t, Is("unknown", "11010519491231002X"))
}
