package message

import "slices"

// title is the short name of a diagnostic code in both languages.
type title struct{ zh, en string }

// titles are the codes of all diagnostics. Codes are stable: one is never given another meaning.
var titles = map[string]title{
	"BF1000": {"YAML 语法", "YAML syntax"},
	"BF1001": {"CEL 写在折叠块或者多行标量中", "CEL in a folded or multi-line scalar"},
	"BF1002": {"双引号中的 CEL 含转义", "escape in double-quoted CEL"},
	"BF1003": {"取反号被读成 YAML 标签", "negation read as a YAML tag"},
	"BF1004": {"重复的键", "duplicate key"},
	"BF1005": {"未知的键", "unknown key"},
	"BF1006": {"YAML 1.1 的布尔词", "YAML 1.1 boolean word"},
	"BF1007": {"锚点、别名或者合并键", "anchor, alias or merge key"},
	"BF1008": {"YAML 标签", "YAML tag"},
	"BF1009": {"日期未加引号", "unquoted date"},
	"BF1010": {"NUL 字节或者无效的 UTF-8", "NUL byte or invalid UTF-8"},
	"BF1011": {"一个文件有多个文档", "more than one document in a file"},
	"BF1012": {"超过限额", "limit exceeded"},
	"BF1013": {"缺少键", "missing key"},
	"BF1014": {"结构或者取值不对", "wrong shape or value"},
	"BF1015": {"未知的 apiVersion 或者 kind", "unknown apiVersion or kind"},
	"BF1016": {"规则包内重名", "name declared twice in a bundle"},
	"BF1017": {"不可用的名称", "unusable name"},

	"BF2000": {"CEL 语法", "CEL syntax"},
	"BF2001": {"未声明的名称或者函数", "undeclared name or function"},
	"BF2002": {"运算对象的类型不合", "operand types"},
	"BF2003": {"表达式的类型不对", "expression of the wrong type"},
	"BF2004": {"未知的枚举值", "unknown enum value"},
	"BF2005": {"恒定的条件", "constant condition"},
	"BF2006": {"未使用的事实", "unused fact"},
	"BF2007": {"计算代价过高", "cost too high"},
	"BF2008": {"CEL 中的全角标点", "full-width punctuation in CEL"},
	"BF2009": {"错误的常量", "bad constant"},

	"BF3001": {"条文引用的写法", "citation form"},
	"BF3002": {"条文结构中没有的条、款、项", "article, paragraph or item absent from the outline"},
	"BF3003": {"条文在固定之后改变", "law changed since it was pinned"},
	"BF3004": {"法律未知或者未生效", "instrument unknown or not in force"},
	"BF3005": {"数字没有来源", "number without a source"},
	"BF3006": {"草案写了施行期间", "effective window on a draft"},
	"BF3007": {"复核过期", "stale review"},

	"BF4001": {"规则有空白", "gap in the rules"},
	"BF4002": {"规则重叠而未说明", "overlap without override or interpretation"},
	"BF4003": {"规则从不起决定作用", "rule that never decides"},
	"BF4004": {"规则或者文件互相指向成环", "rules or files that refer to each other in a circle"},
	"BF4005": {"达不到的结果", "outcome never reached"},
	"BF4006": {"列未被覆盖或者重复覆盖", "column not or doubly covered"},
	"BF4007": {"所指的规则或者文件不存在", "reference to a rule or file that is not there"},
	"BF4008": {"状态到不了，或者没有终局", "state not reached or without an end"},
	"BF4009": {"一个事件有两个去向", "event that two transitions take"},

	"BF4011": {"条件没有写明所应对的风险", "condition that names no risk"},
	"BF4012": {"重复的条件", "duplicate condition"},
	"BF4013": {"无人能够满足的条件", "conditions that nobody can meet"},
	"BF4014": {"条件宽于或者严于级别对照表", "conditions looser or stricter than the table of levels"},
	"BF4015": {"全部条件无人能够同时满足", "conditions that nobody can meet together"},
	"BF4016": {"弱掩码", "weak mask"},

	"BF5001": {"用例中未知的 id", "unknown id in a suite"},
	"BF5002": {"没有用例用到的规则", "rule never exercised"},
	"BF5003": {"没有规则依据的条文", "article or item without a rule"},
	"BF5004": {"边界未测试", "boundary not tested"},
	"BF5005": {"没有用例", "empty suite"},
	"BF5006": {"用例的对象不存在", "subject of a suite does not exist"},
	"BF5007": {"用例表格的格式不对", "malformed table"},
}

// Title returns the short name of a diagnostic code in a language ("zh", otherwise English), and the code itself
// where it is not known.
func Title(lang, code string) string {
	t, ok := titles[code]
	switch {
	case !ok:
		return Visible(cut(code))
	case lang == Chinese:
		return t.zh
	default:
		return t.en
	}
}

// Codes returns all diagnostic codes in ascending order.
func Codes() []string {
	codes := make([]string, 0, len(titles))
	for code := range titles {
		codes = append(codes, code)
	}
	slices.Sort(codes)
	return codes
}
