package catalog

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// hantPairs are traditional characters, each with its simplified one, as far as names of items, frequencies and open types use them. It is
// no converter: what is not here stays.
const hantPairs = "個个週周時时鐘钟實实異异動动隨随變变後后結结業业數数據据頻频單单無无兩两雙双學学開开間间內内應应視视況况須须歷历靜静態态點点" +
	"號号碼码編编證证圖图書书類类別别電电話话傳传真真郵邮遞递區区縣县鄉乡鎮镇街街門门牌牌樓楼層层號号經经緯纬座座標标項项目目專专項项" +
	"國国籍籍貫贯民民職职稱称務务員员會会計计統统種种權权與与產产價价格格額额費费稅税貨货幣币銀银帳账賬账戶户稱称狀状備备註注說说" +
	"記记錄录錄录檔档案案組组織织機机構构關关係系聯联絡络繫系負负責责人人單单位位車车輛辆駕驾駛驶執执照照許许可可審审批批處处罰罚違违" +
	"規规則则決决裁裁歲岁齡龄生生齒齿婚婚姻姻殘残疾疾障障礙碍礙碍診诊斷断藥药醫医療疗護护險险補补貼贴助助救救濟济貧贫低低學学歷历" +
	"歐欧體体積积總总長长寬宽高高溫温濕湿風风氣气雲云雨雨質质量量檢检測测驗验廠厂場场園园廣广東东島岛橋桥樑梁隧隧道道線线路路軌轨" +
	"鐵铁飛飞航航運运輸输術术節节調调轉转運运營营業业設设備备建建築筑築筑製制造造環环評评級级優优劣劣獎奖勵励資资訊讯息息網网站站" +
	"址址連连結结檔档發发布布佈布來来源源現现況况當当屆届屬属於于繳缴納纳領领養养亡亡喪丧葬葬廟庙寺寺華华僑侨裝装置置錢钱買买賣卖" +
	"訂订購购隻只條条張张頁页週周曆历農农漁渔畜畜禽禽獸兽蟲虫災灾難难警警報报訊讯預预測测雜杂誌志該该擔担當当復复複复歸归臺台灣湾" +
	"簡简介介頭头範范圍围準准適适從从眾众畫画劃划區区塊块鋪铺舖铺課课師师齊齐補补貸贷款款簽签約约壓压縮缩選选舉举議议員员黨党團团" +
	"讀读寫写順顺序序終终絕绝對对較较過过還还進进遠远邊边際际陽阳陰阴隊队階阶難难靈灵願愿顧顾類类顯显風风館馆驛驿魚鱼鳥鸟麥麦點点"

var hantTable = func() map[rune]rune {
	m := map[rune]rune{}
	runes := []rune(hantPairs)
	for i := 0; i+1 < len(runes); i += 2 {
		if runes[i] != runes[i+1] {
			m[runes[i]] = runes[i+1]
		}
	}
	return m
}()

// hantFold gives texts that differ in width, case, spaces, punctuation and common traditional characters alone one spelling. With keep,
// those marks stay.
func hantFold(s, keep string) string {
	if !norm.NFKC.IsNormalString(s) {
		s = norm.NFKC.String(s)
	}
	var b strings.Builder
	b.Grow(len(s))
	for _, r := range s {
		switch {
		case strings.ContainsRune(keep, r):
			b.WriteRune(r)
		case unicode.IsSpace(r) || unicode.IsPunct(r) || unicode.IsSymbol(r) || unicode.IsControl(r) || unicode.Is(unicode.Cf, r):
		default:
			r = unicode.ToLower(r)
			if to, ok := hantTable[r]; ok {
				r = to
			}
			b.WriteRune(r)
		}
	}
	return b.String()
}
