package catalog

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// ColumnComparison is how the columns that are published differ from the items of an entry.
type ColumnComparison struct {
	Matched    []ColumnMatch `json:"matched,omitempty"`
	Undeclared []int         `json:"undeclared,omitempty"` // columns, from 0, without an item (Article 70 (2))
	Missing    []int         `json:"missing,omitempty"`    // items, from 0, without a column (Article 38)
	Repeated   []int         `json:"repeated,omitempty"`   // columns, from 0, whose name an earlier column has; they count as that column does
}

// ColumnMatch is a column and its item, both from 0.
type ColumnMatch struct {
	Column int  `json:"column"`
	Item   int  `json:"item"`
	Near   bool `json:"near,omitempty"` // the names are equal but for what stands in brackets, such as a unit
}

// CompareColumns compares the header of a published table with the items of its entry, for where only the header is known. Names are
// equal whatever their width, case, spaces, punctuation and, for the characters of column names, script. A column without a name is
// undeclared. Column names of people's tables differ in brackets: 面积（平方米） is the item 面积 where nothing else is.
func CompareColumns(e *Entry, columns []string) ColumnComparison {
	var c ColumnComparison
	items := map[string]int{}
	used := make([]bool, len(e.Items))
	for i := range e.Items {
		name := realityName(e.Items[i].Name)
		if _, ok := items[name]; ok || name == "" {
			used[i] = true // a repetition, or nothing to look for
			continue
		}
		items[name] = i
	}
	seen := map[string]bool{}
	item := make([]int, len(columns)) // of each column, -1: none
	var rest []int
	for i, column := range columns {
		item[i] = -1
		name := realityName(column)
		if name != "" && seen[name] {
			c.Repeated = append(c.Repeated, i)
		}
		seen[name] = true
		if k, ok := items[name]; ok && name != "" {
			item[i], used[k] = k, true
			continue
		}
		rest = append(rest, i)
	}
	near := map[string]int{}
	for i := range e.Items {
		if name := realityBare(e.Items[i].Name); !used[i] && name != "" {
			if _, ok := near[name]; ok {
				i = -1 // two items differ by their brackets only
			}
			near[name] = i
		}
	}
	nearly := map[int]bool{}
	for _, i := range rest {
		if k, ok := near[realityBare(columns[i])]; ok && k >= 0 && !used[k] {
			item[i], used[k], nearly[i] = k, true, true
		}
	}
	for i, k := range item {
		if k < 0 {
			c.Undeclared = append(c.Undeclared, i)
		} else {
			c.Matched = append(c.Matched, ColumnMatch{Column: i, Item: k, Near: nearly[i]})
		}
	}
	for i, u := range used {
		if !u {
			c.Missing = append(c.Missing, i)
		}
	}
	return c
}

// realityName is what two names of a column have in common that mean the same.
func realityName(s string) string {
	s = norm.NFKC.String(s)
	var b strings.Builder
	for _, r := range s {
		switch {
		case unicode.IsLetter(r):
			if simple, ok := realitySimplified[r]; ok {
				r = simple
			}
			b.WriteRune(unicode.ToLower(r))
		case unicode.IsNumber(r), unicode.IsMark(r):
			b.WriteRune(r)
		}
	}
	return b.String()
}

// realityBare is realityName without what stands in brackets.
func realityBare(s string) string {
	var b strings.Builder
	depth := 0
	for _, r := range norm.NFKC.String(s) {
		switch r {
		case '(', '[', '{', '【', '〔', '「':
			depth++
		case ')', ']', '}', '】', '〕', '」':
			depth = max(0, depth-1)
		default:
			if depth == 0 {
				b.WriteRune(r)
			}
		}
	}
	return realityName(b.String())
}

// realitySimplified are the traditional characters that names of columns are made of, and what is written for them in simplified script.
var realitySimplified = func() map[rune]rune {
	traditional := []rune("區縣鄉鎮號碼電話機構單位名稱時間類別類型經緯師員會計統數據資訊訂標準證書營業執業許質監測點線長寬積體圖編輯織產業權屬實際關係聯絡郵遞國籍學歷職務稱歲齡總額費價幣對應項備註說" +
		"狀態與處罰決書文發佈開啟閉門牌車輛駕駛員貨運輸訊頻網際醫療藥傷殘廢選舉層級環保綠園藝術語言種別姓氏傳真現場圍範邊界東門廣場館試驗報稅務負責擔條規劃設備檢查驗結論內容適當連續變動轉讓減註銷" +
		"從農漁業戶養殖獸軍隊歸檔案領導黨團體動產險貸款銀帳賬溫濕氣壓風級雲陰陽雙廠鋪樓棟審批辦須鍵")
	simplified := []rune("区县乡镇号码电话机构单位名称时间类别类型经纬师员会计统数据资讯订标准证书营业执业许质监测点线长宽积体图编辑织产业权属实际关系联络邮递国籍学历职务称岁龄总额费价币对应项备注说" +
		"状态与处罚决书文发布开启闭门牌车辆驾驶员货运输讯频网际医疗药伤残废选举层级环保绿园艺术语言种别姓氏传真现场围范边界东门广场馆试验报税务负责担条规划设备检查验结论内容适当连续变动转让减注销" +
		"从农渔业户养殖兽军队归档案领导党团体动产险贷款银账账温湿气压风级云阴阳双厂铺楼栋审批办须键")
	m := make(map[rune]rune, len(traditional))
	for i, r := range traditional {
		if i < len(simplified) && r != simplified[i] {
			m[r] = simplified[i]
		}
	}
	return m
}()
