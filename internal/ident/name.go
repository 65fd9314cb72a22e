package ident

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// surnames are the commonest surnames of one character: some 99 of 100 people have one of them.
const surnames = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈姚卢姜崔钟谭陆汪范金石廖贾夏韦付方白邹孟熊秦邱江" +
	"尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤常温康施文牛樊葛邢安齐易乔伍庞颜倪庄聂章鲁岳翟殷詹申欧耿关兰焦俞左柳甘祝包宁尚符舒阮柯纪梅童凌毕单季裴霍涂成苗谷" +
	"盛曲翁冉骆蓝路游辛靳欧管柴蒙鲍华喻祁蒲房滕屈饶解牟艾尤阳时穆农司卓古吉缪简车项连芦麦褚娄窦戚岑景党宫费卜冷晏席卫米柏宗瞿桂全佟应臧闵苟邬边卞姬师和仇栾隋商刁沙荣巫寇桑" +
	"郎甄丛仲虞敖巩明佘池查麻苑迟邝官封谈匡鞠惠荆乐冀郁胥南班储原栗燕楚鄢劳谌奚皮粟冼蔺楼盘满闻位厉伊仝区郜海阚花权强帅屠豆朴盖练廉禹井祖漆巴丰支卿国狄平计索宣晋相初门云容敬来" +
	"張劉陳楊黃趙吳孫馬鄭謝許韓馮鄧蕭葉蘇呂盧鍾譚陸賈韋鄒閆龍賀顧龔萬錢嚴湯莊聶魯歐蘭寧"

// compound are surnames of two characters.
const compound = " 欧阳 司马 上官 诸葛 东方 皇甫 尉迟 公孙 令狐 慕容 宇文 长孙 司徒 司空 夏侯 端木 南宫 轩辕 百里 东郭 呼延 澹台 公冶 宗政 濮阳 淳于 单于 太叔 申屠 仲孙 " +
	"钟离 独孤 闻人 赫连 万俟 拓跋 歐陽 司馬 諸葛 東方 尉遲 公孫 長孫 軒轅 "

// personName tells whether s looks like the name of a person: a surname and one or two characters, or parts with dots between them.
// Four of five names of streets, shops and plants do not, but the fifth does: this is no evidence without the rest of a column.
func personName(s string) bool {
	const han = 3 // bytes
	if len(s) < 2*han || len(s) > 16*(han+1) {
		return false
	}
	runes := make([]rune, 0, 16)
	dots := 0
	for _, r := range s {
		if len(runes) == 16 {
			return false
		}
		switch {
		case r == '·' || r == '•' || r == '．':
			dots++
			runes = append(runes, '·')
		case unicode.Is(unicode.Han, r):
			runes = append(runes, r)
		default:
			return false
		}
	}
	if dots > 0 { // 买买提·艾力
		return runes[0] != '·' && runes[len(runes)-1] != '·' && len(runes)-dots >= 3
	}
	if len(runes) < 2 || len(runes) > 4 {
		return false
	}
	if len(runes) >= 3 && strings.Contains(compound, " "+string(runes[:2])+" ") {
		return true
	}
	return len(runes) <= 3 && strings.ContainsRune(surnames, runes[0])
}

// address tells whether s looks like the address of a place: Chinese, at least six characters, of which two or more end a part of an
// address, the last of them with a number before it or of a building.
func address(s string) bool {
	if n := utf8.RuneCountInString(s); n < 6 || n > 120 {
		return false
	}
	area, road, number := false, false, false
	var last rune
	for _, r := range s {
		switch r {
		case '省', '市', '区', '县', '旗', '州', '盟', '區', '縣':
			area = true
		case '镇', '乡', '村', '路', '街', '道', '巷', '弄', '里', '屯', '庄', '园', '苑', '鎮', '鄉':
			road = true
		case '号', '栋', '幢', '楼', '室', '层', '座', '组', '院', '房', '號', '棟', '樓':
			number = number || isNumber(last)
		}
		last = r
	}
	return (area && road) || (road && number) || (area && number)
}

func isNumber(r rune) bool {
	return (r >= '0' && r <= '9') || (r >= '０' && r <= '９') || (r >= 'A' && r <= 'Z') || strings.ContainsRune("一二三四五六七八九十", r)
}
