package catalog

import (
	"strconv"
	"strings"

	"github.com/banfa-go/banfa/internal/table"
)

// item reads the item of a row, if it has one.
func (i *tableImport) item(row *table.Row) {
	if !i.header.hasItem {
		i.itemExtras(row, "")
		return
	}
	name, own := i.cell(row, "item.name")
	switch {
	case name == "" || !own: // an item that spans rows is one item
		i.itemExtras(row, "")
		return
	case !i.itemDetails() && len(importSplit(name)) > 1:
		i.items(row.Number, i.header.fields["item.name"], name)
		return
	}
	it := Item{Name: name, Row: row.Number}
	var flag string
	for c, s := range row.Cells {
		f, ok := strings.CutPrefix(i.field(c), "item.")
		text := importText(s)
		if !ok || text == "" || f == "name" {
			continue
		}
		why := i.setItem(&it, f, text)
		if f == "open_flag" {
			flag = text
		}
		if why != "" {
			i.keepItem(row.Number, c, name, text, why)
		}
	}
	i.itemFlag(&it, flag, row.Number)
	i.entry.Items = append(i.entry.Items, it)
}

// itemDetails reports whether the table tells more of an item than its name. Where it does, a cell is one item, whatever it contains.
func (i *tableImport) itemDetails() bool {
	for f := range i.header.fields {
		if strings.HasPrefix(f, "item.") && f != "item.name" {
			return true
		}
	}
	return false
}

// itemExtras keeps what a row without an item's name says of an item.
func (i *tableImport) itemExtras(row *table.Row, name string) {
	for c, s := range row.Cells {
		if f := i.field(c); strings.HasPrefix(f, "item.") && f != "item.name" && !table.Blank(s) && !row.Filled(c) {
			i.keepItem(row.Number, c, name, importText(s), "该行没有数据项名称，不知属于哪一项")
		}
	}
}

func (i *tableImport) keepItem(row, c int, item, text, why string) {
	label := i.label(c)
	if item != "" {
		label += "（" + item + "）"
	}
	i.extra(label, text)
	i.unread(row, c, text, why)
}

// importTypes are the words for data types, by the names of fact types. Those with a letter behind (字符型C) are of the guide of 2017 to
// compiling catalogs of government information.
var importTypes = map[string]string{
	"c": "string", "字符型c": "string", "备注型m": "string", "m": "string", "备注型": "string", "字符型": "string", "字符串": "string", "字符串型": "string", "字符": "string", "文本": "string", "文本型": "string", "string": "string", "varchar": "string", "varchar2": "string", "nvarchar": "string", "char": "string", "text": "string", "clob": "string", "longtext": "string", "长文本": "string",
	"整型": "int", "整型i": "int", "i": "int", "整数": "int", "整数型": "int", "int": "int", "integer": "int", "bigint": "int", "long": "int", "smallint": "int", "tinyint": "int",
	"n": "decimal", "数值型n": "decimal", "货币型y": "decimal", "双精度型b": "decimal", "双精度型": "decimal", "浮点型f": "decimal", "f": "decimal", "y": "decimal", "b": "decimal", "数值型": "decimal", "数值": "decimal", "数字": "decimal", "数字型": "decimal", "number": "decimal", "numeric": "decimal", "decimal": "decimal", "double": "decimal", "float": "decimal", "浮点型": "decimal", "小数": "decimal", "货币型": "decimal",
	"d": "date", "日期型d": "date", "日期型": "date", "日期": "date", "date": "date",
	"t": "timestamp", "日期时间型t": "timestamp", "日期时间型": "timestamp", "时间型": "timestamp", "日期时间": "timestamp", "datetime": "timestamp", "timestamp": "timestamp", "时间戳": "timestamp",
	"l": "bool", "逻辑型l": "bool", "布尔型": "bool", "布尔": "bool", "逻辑型": "bool", "bool": "bool", "boolean": "bool",
}

var importSubjects = map[string]Subject{
	"person": SubjectPerson, "自然人": SubjectPerson, "个人": SubjectPerson, "organisation": SubjectOrganisation, "organization": SubjectOrganisation,
	"法人": SubjectOrganisation, "组织": SubjectOrganisation, "企业": SubjectOrganisation, "place": SubjectPlace, "地点": SubjectPlace,
	"event": SubjectEvent, "事件": SubjectEvent, "thing": SubjectThing, "物": SubjectThing,
}

var importIdentifiers = map[string]Identifier{
	"direct": Direct, "strong_key": StrongKey, "weak_key": WeakKey, "quasi": Quasi, "sensitive": Sensitive, "none": NoKey,
	"直接标识": Direct, "强键": StrongKey, "弱键": WeakKey, "准标识": Quasi, "准标识符": Quasi, "敏感": Sensitive, "敏感属性": Sensitive,
}

// setItem reads a cell into a field of an item. It returns why it could not.
func (i *tableImport) setItem(it *Item, field, text string) string {
	var ok bool
	switch field {
	case "type":
		word, length, _ := strings.Cut(strings.TrimSuffix(importWord(text), ")"), "(")
		if it.Type, ok = importTypes[word]; ok && length != "" && it.Length == 0 { // varchar(64) says the length too
			n, err := strconv.Atoi(length)
			if err != nil || n < 0 {
				return "其中的长度未采用"
			}
			it.Length = n
		}
		if !ok {
			return "不认识的数据类型"
		}
	case "length":
		n, err := strconv.Atoi(strings.TrimSuffix(importWord(text), ".0"))
		if err != nil || n < 0 {
			return "长度不是整数"
		}
		it.Length = n
	case "summary":
		it.Summary = text
	case "semantic":
		it.Semantic = text
	case "granularity":
		it.Granularity = text
	case "namespace":
		it.Namespace = text
	case "masking":
		it.Masking = text
	case "subject":
		if it.Subject, ok = importSubjects[importWord(text)]; !ok {
			return "不认识的主体类型"
		}
	case "identifier":
		if it.Identifier, ok = importIdentifiers[importWord(text)]; !ok {
			return "不认识的标识类别"
		}
	case "sharing":
		if it.Sharing, ok = i.sharing(text); !ok {
			return i.unknown("sharing", text, "共享类型")
		}
	case "open_type":
		if it.OpenType, ok = i.openType(text); !ok {
			it.OpenType = Undetermined
			return i.unknown("open_type", text, "开放类型，按未明确处理")
		}
	case "level":
		if it.Level, ok = importLevel(text); !ok {
			return "不是 1 至 4 级"
		}
	case "open_flag":
		if _, yes := importYesNo(text); !yes {
			if _, t := i.openType(text); !t {
				return "不是“是”或“否”，按未明确处理"
			}
		}
	}
	return ""
}

// itemFlag joins the answer to 是否开放 with the open type of the item, as openFlag does. An item that is open has the open type of its
// entry, so that a "yes" says nothing more.
func (i *tableImport) itemFlag(it *Item, flag string, row int) {
	if flag == "" {
		return
	}
	if t, ok := i.openType(flag); ok && (it.OpenType == "" || it.OpenType == t) {
		it.OpenType = t
		return
	}
	yes, ok := importYesNo(flag)
	switch {
	case !ok:
		it.OpenType = Undetermined
	case !yes && (it.OpenType == "" || it.OpenType == Undetermined):
		it.OpenType = Closed
	case it.OpenType != "" && yes == (it.OpenType == Closed):
		i.find(Finding{
			Rule: "import.open_type", Severity: SeverityError, Entry: i.entry.ID, Unit: i.entry.Unit, Item: it.Name, Field: "open_type", Place: i.place(row, 0),
		}, say("finding.import.item_open", flag), say("finding.import.one_column"))
		it.OpenType = Undetermined
	}
}

// items reads a cell that lists items.
func (i *tableImport) items(row, c int, text string) {
	list := importSplit(text)
	if len(list) == 1 {
		if p := importProse(text); len(p.items) > 0 {
			list = p.items
			i.extra(i.label(c), text)
		}
	}
	if len(list) == 0 {
		i.keep(row, c, text, "没有可读的数据项")
		return
	}
	for _, name := range list {
		i.entry.Items = append(i.entry.Items, Item{Name: name, Row: row})
	}
}

// prose takes the items from the summary of an entry that lists none otherwise. The summary itself stays as it is.
func (i *tableImport) prose(e *importEntry) {
	p := importProse(e.Summary)
	for _, name := range p.items {
		e.Items = append(e.Items, Item{Name: name, Row: e.Origin.Row})
	}
	if p.cut {
		i.find(Finding{
			Rule: "import.summary_cut", Severity: SeverityWarning, Entry: e.ID, Unit: e.Unit, Field: "summary", Place: i.place(e.Origin.Row, e.Origin.Layout.Columns["summary"]),
		}, say("finding.import.summary_cut"), say("finding.import.summary_cut.fix"))
	}
}
