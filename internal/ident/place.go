package ident

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// Place is where a Chinese address lies, cut by its names and never by length. Each part is as it stands in the address, empty where it is not there.
type Place struct {
	Province string // 广东省, 北京市, 广西, 香港
	City     string // 深圳市, 延边朝鲜族自治州; empty in the four municipalities
	County   string // 南山区, 大厂回族自治县, 昆山市
	Rest     string
}

// provinceNames are the names without 省, 市 and 自治区.
const provinceNames = " 北京 天津 上海 重庆 河北 山西 辽宁 吉林 黑龙江 江苏 浙江 安徽 福建 江西 山东 河南 湖北 湖南 广东 海南 四川 贵州 云南 陕西 甘肃 青海 台湾 内蒙古 广西 西藏 宁夏 新疆 香港 澳门 " +
	"東北 廣東 廣西 臺灣 "

const municipalities = " 北京 天津 上海 重庆 "

// ParsePlace reads the province, the city and the county that an address begins with; false where it begins with none of them. It errs on the coarse side: what is
// not surely a county, such as a residential quarter (小区) or an industrial park, belongs to the rest.
func ParsePlace(s string) (Place, bool) {
	var p Place
	name, n := provinceOf(s)
	p.Province, s = s[:n], s[n:]
	for _, head := range []string{"市辖区", "省直辖县级行政区划", "自治区直辖县级行政区划"} {
		s = strings.TrimPrefix(s, head)
	}
	if name != "" && strings.Contains(municipalities, " "+name+" ") {
		p.County, p.Rest = cutCounty(s, true)
		return p, true
	}
	p.City, s = cutPart(s, cityParts)
	s = strings.TrimPrefix(s, "市辖区")
	p.County, p.Rest = cutCounty(s, n > 0 || p.City != "")
	return p, n > 0 || p.City != "" || p.County != ""
}

// provinceOf is the plain name of the province that s begins with, and the length of what stands for it in s.
func provinceOf(s string) (name string, n int) {
	for runes, i := 0, 0; runes < 3 && i < len(s); runes++ {
		_, size := utf8.DecodeRuneInString(s[i:])
		i += size
		if runes == 0 || !strings.Contains(provinceNames, " "+s[:i]+" ") {
			continue
		}
		rest := s[i:]
		for _, tail := range []string{"维吾尔自治区", "壮族自治区", "回族自治区", "特别行政区", "自治区", "省", "市"} {
			if strings.HasPrefix(rest, tail) {
				return s[:i], i + len(tail)
			}
		}
		// Without a suffix the name could be that of a street or a city (吉林市 has one, and is taken above): something that ends a part has to follow.
		if part, _ := cutPart(rest, cityParts); part != "" {
			return s[:i], i
		}
		if county, _ := cutCounty(rest, true); county != "" {
			return s[:i], i
		}
		return "", 0
	}
	return "", 0
}

// part is an ending of a name with the most characters that can stand before it.
type part struct {
	suffix string
	most   int
}

var (
	cityParts   = []part{{"自治州", 16}, {"地区", 4}, {"盟", 4}, {"市", 4}}
	countyParts = []part{{"自治县", 16}, {"自治旗", 12}, {"族区", 8}, {"区", 4}, {"县", 4}, {"旗", 6}, {"市", 4}, {"林区", 3}, {"區", 4}, {"縣", 4}}
)

// cutPart cuts the shortest name that ends in one of the parts off the start of s.
func cutPart(s string, parts []part) (name, rest string) {
	i, before := 0, 0 // bytes and characters before the suffix
	for i < len(s) && before <= 16 {
		r, n := utf8.DecodeRuneInString(s[i:])
		if !unicode.Is(unicode.Han, r) {
			return "", s
		}
		if before > 0 {
			for _, p := range parts {
				if before <= p.most && strings.HasPrefix(s[i:], p.suffix) {
					if end := i + len(p.suffix); partName(s[:i], p.suffix, s[end:]) {
						return s[:end], s[end:]
					}
				}
			}
			if stops(s[:i], r) {
				return "", s
			}
		}
		i, before = i+n, before+1
	}
	return "", s
}

// stops tells whether a character after head belongs to a street or a village, so that no city or county follows: 科技路南山区. Names of counties that have such a
// character inside are few.
func stops(head string, r rune) bool {
	if !strings.ContainsRune("路街道镇乡村巷弄鎮鄉号", r) {
		return false
	}
	for _, name := range []string{"二道", "景德镇", "新乡", "萍乡", "湘乡", "桐乡", "金乡", "东乡", "内乡", "西乡", "宁乡", "景德鎮"} {
		if head+string(r) == name {
			return false
		}
	}
	return true
}

// quarters are endings of 区 that no county has.
var quarters = []string{
	"小", "社", "园", "校", "厂", "库", "院", "片", "营", "景", "工业", "商业", "住宅", "生活", "宿舍", "家属", "开发", "保税", "自贸", "地", "辖", "老", "示范", "试验", "度假", "园林", "别墅", "办公", "产业", "合作", "加工",
}

// partName tells whether name can be that of a city or county before suffix.
func partName(name, suffix, rest string) bool {
	runes := utf8.RuneCountInString(name)
	switch suffix {
	case "区", "區":
		for _, q := range quarters {
			if strings.HasSuffix(name, q) {
				return false
			}
		}
		if numerals(name) {
			return false
		}
		return runes > 1 || name == "东" || name == "西" || name == "城" || name == "郊" || name == "矿"
	case "市":
		// 市南区, 市北区, 市中区 begin with it; 城市花园, 超市 and 菜市场 have it inside.
		if strings.HasPrefix(rest, "场") || strings.HasSuffix(name, "城") && runes <= 2 && strings.HasPrefix(rest, "花园") {
			return false
		}
		return runes > 1 && !strings.HasSuffix(name, "超")
	case "地区", "盟", "旗":
		return runes > 1
	case "县":
		return !strings.HasPrefix(rest, "道") && !strings.HasPrefix(rest, "城") && !numerals(name)
	default:
		return runes > 1
	}
}

func numerals(s string) bool {
	for _, r := range s {
		if !strings.ContainsRune("一二三四五六七八九十百", r) {
			return false
		}
	}
	return true
}

// cutCounty cuts the county off. One with a single character, such as 东区, only stands after a city or province.
func cutCounty(s string, after bool) (name, rest string) {
	name, rest = cutPart(s, countyParts)
	if !after && utf8.RuneCountInString(name) < 3 {
		return "", s
	}
	return name, rest
}
