// Package grammar is the one place that says which keys a rule file of each kind has, and what may stand behind them. The loader
// checks files with it, the JSON Schema and the reference pages are printed from it, and the formatter orders keys by it.
package grammar

// Type is what a value must be.
type Type uint8

// The types of values. Scalar types are checked for their form; what they mean is the loader's.
const (
	Any       Type = iota // checked elsewhere
	Text                  // prose
	Word                  // an id: lower-case letters, digits, - and _
	Name                  // a CEL identifier
	Expr                  // a CEL expression
	Citation              // one citation
	Citations             // one, or a list of them
	Texts                 // one text, or a list of them
	Words                 // one id, or a list of them
	Bool
	Int
	Number
	Scalar // any single value
	Date
	Timestamp
	Digest // sha256: and 64 hexadecimal digits
	Choice // one of Values
	Map    // the keys of Keys
	Dict   // free keys, which have KeyType, each with an Elem
	List   // of Elem
	Either // a Map, or the scalar that Elem describes
)

// Doc is a one-line description in both languages.
type Doc struct{ En, Zh string }

// Node describes one value.
type Node struct {
	Type    Type
	Keys    []Key    // of a Map or an Either, in canonical order
	Values  []string // of a Choice
	Elem    *Node    // of a Dict, a List or an Either
	KeyType Type     // of a Dict: Name, Word or Text
	Least   int      // fewest elements of a List, a Dict or a Words
}

// Key is one key of a Map.
type Key struct {
	Name     string
	Node     *Node
	Required bool
	Doc      Doc
}

// Key returns the description behind a key.
func (n *Node) Key(name string) (*Key, bool) {
	for i := range n.Keys {
		if n.Keys[i].Name == name {
			return &n.Keys[i], true
		}
	}
	return nil, false
}

// Names returns the keys of a Map in canonical order.
func (n *Node) Names() []string {
	out := make([]string, len(n.Keys))
	for i := range n.Keys {
		out[i] = n.Keys[i].Name
	}
	return out
}

// APIVersion is the only one there is.
const APIVersion = "banfa/v1"

// Kinds lists the kinds of rule files in the order in which reports name them.
func Kinds() []string {
	return []string{
		"Instrument", "Classification", "Catalog", "Conditions", "Deadlines", "Desensitization", "Lifecycle", "Monitoring", "Suite", "Labels",
	}
}

// Kind returns the description of a whole file of a kind.
func Kind(kind string) (*Node, bool) {
	var keys []Key
	switch kind {
	case "Instrument":
		keys = instrumentKeys()
	case "Classification":
		keys = classificationKeys()
	case "Catalog":
		keys = catalogKeys()
	case "Conditions":
		keys = conditionsKeys()
	case "Deadlines":
		keys = deadlinesKeys()
	case "Desensitization":
		keys = desensitizationKeys()
	case "Lifecycle":
		keys = lifecycleKeys()
	case "Monitoring":
		keys = monitoringKeys()
	case "Suite":
		keys = suiteKeys()
	case "Labels":
		keys = labelsKeys()
	default:
		return nil, false
	}
	return &Node{Type: Map, Keys: append(headKeys(kind), keys...)}, true
}

func headKeys(kind string) []Key {
	statusNeeded := kind != "Suite" && kind != "Labels"
	return []Key{
		{"apiVersion", choice(APIVersion), true, Doc{"the version of the format", "格式版本"}},
		{"kind", choice(Kinds()...), true, Doc{"the kind of rule file", "规则文件的种类"}},
		{"metadata", mapping(
			Key{"name", leaf(Word), true, Doc{"the name by which the file is referred to", "文件名称（引用用）"}},
			Key{"title", leaf(Text), true, Doc{"the title a person reads", "标题"}},
			Key{"status", choice("draft", "in-force", "repealed"), statusNeeded, Doc{"draft, in-force or repealed", "状态：草案、施行、废止"}},
			Key{"effective", window(), false, Doc{"when it is in force, both dates included", "施行期间（含首尾两日）"}},
			Key{"published", leaf(Date), false, Doc{"when it was published", "公布日期"}},
			Key{"reviewed", mapping(
				Key{"date", leaf(Date), true, Doc{"when somebody last read it against the law", "复核日期"}},
				Key{"by", leaf(Text), true, Doc{"who did", "复核人"}},
			), false, Doc{"the last review against the law", "最近一次对照法条的复核"}},
			Key{"issuer", leaf(Text), false, Doc{"the body that sets its thresholds", "制定机关或者设定条件的单位"}},
			Key{"owner", leaf(Text), false, Doc{"the body responsible for it", "责任单位"}},
		), true, Doc{"what the file says of itself", "文件自身的说明"}},
	}
}

func leaf(t Type) *Node                   { return &Node{Type: t} }
func choice(values ...string) *Node       { return &Node{Type: Choice, Values: values} }
func mapping(keys ...Key) *Node           { return &Node{Type: Map, Keys: keys} }
func list(elem *Node) *Node               { return &Node{Type: List, Elem: elem} }
func atLeast(n int, node *Node) *Node     { node.Least = n; return node }
func dict(keyType Type, elem *Node) *Node { return &Node{Type: Dict, KeyType: keyType, Elem: elem} }

func either(scalar Type, keys ...Key) *Node {
	return &Node{Type: Either, Elem: leaf(scalar), Keys: keys}
}

func window() *Node {
	return mapping(
		Key{"from", leaf(Date), false, Doc{"first day in force", "首日"}},
		Key{"until", leaf(Date), false, Doc{"last day in force", "末日"}},
	)
}

// FactTypes are the types a fact may be declared with.
func FactTypes() []string {
	return []string{
		"bool", "int", "double", "string", "decimal", "date", "timestamp", "duration", "enum", "list", "map", "object",
	}
}

// Fact describes one declared fact; depth bounds the nesting of fields and items that the description spells out.
func Fact(depth int) *Node {
	n := mapping(
		Key{"label", leaf(Text), true, Doc{"the name a person reads", "名称"}},
		Key{"type", choice(FactTypes()...), true, Doc{"the type", "类型"}},
		Key{"values", atLeast(1, dict(Text, leaf(Text))), false, Doc{"of an enum: code → label", "枚举：代码 → 名称"}},
		Key{"min", leaf(Scalar), false, Doc{"least value", "最小值"}},
		Key{"max", leaf(Scalar), false, Doc{"greatest value, or longest list", "最大值，或者列表最大长度"}},
		Key{"max_length", leaf(Int), false, Doc{"longest text, in characters", "文本最大长度（字符）"}},
		Key{"optional", leaf(Bool), false, Doc{"CEL sees an optional; absence is not unknown", "可缺省：在 CEL 中为 optional，缺省不算未知"}},
		Key{"assume", leaf(Any), false, Doc{"presumed where absent; the trace says so", "缺省时推定的值，说理中会注明"}},
		Key{"ask", leaf(Text), false, Doc{"the question a form puts", "询问语"}},
		Key{"act", either(Text,
			Key{"text", leaf(Text), true, Doc{"the act in words", "行为的表述"}},
			Key{"to", leaf(Scalar), true, Doc{"the value it leads to", "变更后的值"}},
		), false, Doc{"the lawful act that can change it", "可以改变它的合法行为"}},
		Key{"basis", leaf(Citations), false, Doc{"the law it comes from", "依据"}},
		Key{"required", leaf(Bool), false, Doc{"of a field: it may not be absent", "字段必填"}},
	)
	if depth > 0 {
		n.Keys = append(n.Keys,
			Key{"fields", dict(Name, Fact(depth-1)), false, Doc{"of an object", "对象的字段"}},
			Key{"items", either(Word, element(depth-1)...), false, Doc{"of a list or a map: the type of its elements", "列表或者映射的元素类型"}},
		)
	}
	return n
}

// element describes the elements of a list or a map: as facts are, but they need no name.
func element(depth int) []Key {
	keys := Fact(depth).Keys
	for i := range keys {
		if keys[i].Name == "label" {
			keys[i].Required = false
		}
	}
	return keys
}

const factDepth = 4

func factsKey(required bool) Key {
	return Key{"facts", dict(Name, Fact(factDepth)), required, Doc{"the facts that rules may use", "规则使用的事实"}}
}

func variablesKey() Key {
	return Key{"variables", dict(Name, either(Expr,
		Key{"label", leaf(Text), false, Doc{"the name a person reads", "名称"}},
		Key{"expr", leaf(Expr), true, Doc{"the expression", "表达式"}},
	)), false, Doc{"named expressions over facts and earlier variables", "以事实和前面的变量写成的命名表达式"}}
}

func parametersKey() Key {
	return Key{"parameters", dict(Name, mapping(
		Key{"label", leaf(Text), false, Doc{"the name a person reads", "名称"}},
		Key{"value", leaf(Scalar), true, Doc{"the value", "取值"}},
		Key{"set_by", leaf(Text), false, Doc{"who chose it", "设定者"}},
		Key{"why", leaf(Text), false, Doc{"why this value", "理由"}},
		Key{"basis", leaf(Citations), false, Doc{"the law that gives it", "依据"}},
	)), false, Doc{"numbers that someone chose, read as params.NAME", "由人设定的数值，用 params.NAME 引用"}}
}

func interpretationsKey() Key {
	return Key{"interpretations", list(mapping(
		Key{"id", leaf(Word), true, Doc{"its id", "编号"}},
		Key{"question", leaf(Text), true, Doc{"what the text leaves open", "条文未明确的问题"}},
		Key{"choice", leaf(Text), true, Doc{"what was decided", "所作的选择"}},
		Key{"reason", leaf(Text), true, Doc{"why", "理由"}},
		Key{"by", leaf(Text), true, Doc{"who decided", "决定者"}},
		Key{"date", leaf(Date), true, Doc{"when", "日期"}},
		Key{"rules", leaf(Words), false, Doc{"the rules it concerns; all answers where left out", "所涉规则；省略则涉及全部结论"}},
	)), false, Doc{"what the text leaves open, and who decided it", "条文留白之处及其决定"}}
}

func waiversKey() Key {
	return Key{"waivers", list(mapping(
		Key{"code", leaf(Text), true, Doc{"the finding's code", "发现的代码"}},
		Key{"rules", leaf(Words), false, Doc{"the rules it is accepted for", "适用的规则"}},
		Key{"why", leaf(Text), true, Doc{"why it is accepted", "接受的理由"}},
		Key{"by", leaf(Text), true, Doc{"who accepts it", "接受者"}},
	)), false, Doc{"findings of the analyser that are accepted", "予以接受的分析发现"}}
}

func instrumentKey() Key {
	return Key{"instrument", leaf(Word), false, Doc{"the instrument that citations belong to", "条文引用所属的文件"}}
}

func ruleHead() []Key {
	return []Key{
		{"id", leaf(Word), true, Doc{"its id, unique in the file", "编号，文件内唯一"}},
		{"basis", leaf(Citations), true, Doc{"the law it applies", "依据"}},
	}
}

func messageKey() Key {
	return Key{"message", leaf(Text), false, Doc{"what it means, in a sentence", "说明"}}
}

func effectiveKey() Key {
	return Key{"effective", window(), false, Doc{"when the rule exists, both dates included", "规则的施行期间（含首尾两日）"}}
}
