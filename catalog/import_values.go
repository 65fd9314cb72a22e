package catalog

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"github.com/banfa-go/banfa/internal/table"
)

// importText is the text of a cell without what surrounds it.
func importText(s string) string {
	if table.Blank(s) {
		return ""
	}
	return strings.TrimFunc(s, func(r rune) bool { return unicode.IsSpace(r) || r == '\ufeff' || r == '\u200b' || r == 0x1a })
}

// set reads a cell of the first row of an entry into its field.
func (i *tableImport) set(row, c int, field, text string) {
	e := &i.entry.Entry
	switch field {
	case "id":
		e.ID = text
	case "name":
		e.Name = text
	case "summary":
		e.Summary = text
	case "system":
		e.System = text
	case "unit":
		e.Unit = text
	case "theme":
		e.Theme = text
	case "granularity":
		e.Granularity = text
	case "registration_code":
		e.Registration = text
	case "url":
		e.URL = text
	case "source":
		e.Source = text
	case "local_id":
		e.LocalID = text
	case "version":
		e.Version = text
	case "reason":
		e.Reason = text
	case "base_id":
		e.BaseID = text
	case "base_version":
		e.BaseVersion = text
	case "desensitization":
		e.Desensitization = text
	case "items":
		i.items(row, c, text)
	case "conditions":
		e.Conditions = importSentences(text)
		i.ifNone(len(e.Conditions), row, c, text)
	case "materials":
		e.Materials = importSentences(text)
		i.ifNone(len(e.Materials), row, c, text)
	case "format":
		var unknown []string
		if e.Format, unknown = importFormats(text); len(unknown) > 0 {
			i.keep(row, c, text, "其中有不认识的格式："+strings.Join(unknown, "、"))
		}
	case "open_flag":
		i.entry.flagText = text
		i.extra(i.label(c), text) // what was answered stays readable beside the type that it led to
		_, answered := importYesNo(text)
		if _, typed := i.openType(text); !answered && !typed {
			i.unread(row, c, text, "不是“是”或“否”，未采用")
		}
	default:
		i.setCoded(row, c, field, text)
	}
}

func (i *tableImport) ifNone(n, row, c int, text string) {
	if n == 0 {
		i.keep(row, c, text, "没有可读的文字")
	}
}

// setCoded reads what is one of a list of words, a number or a date.
func (i *tableImport) setCoded(row, c int, field, text string) {
	e := &i.entry.Entry
	var why string
	switch field {
	case "open_type":
		var ok bool
		if e.OpenType, ok = i.openType(text); !ok {
			e.OpenType, why = Undetermined, i.unknown(field, text, "开放类型，按未明确处理")
		}
	case "sharing":
		var ok bool
		if e.Sharing, ok = i.sharing(text); !ok {
			why = i.unknown(field, text, "共享类型")
		}
	case "update_frequency":
		word, _ := i.known.word(field, text)
		var ok bool
		if e.UpdateFrequency, ok = ParseFrequency(word); !ok {
			e.UpdateFrequency, why = "", i.unknown(field, text, "更新周期")
		}
	case "level":
		var ok bool
		if e.Level, ok = importLevel(text); !ok {
			why = "不是 1 至 4 级"
		}
	case "updated_at", "catalog_updated_at":
		at, ok := importDate(text)
		switch {
		case !ok:
			why = "不是可以确定的日期；请写成 2026-02-11"
		case field == "updated_at":
			e.UpdatedAt = at
		default:
			e.CatalogUpdated = at
		}
	case "review":
		switch text {
		case "pending", "accepted", "returned":
			e.Review = text
		default:
			why = "不是 pending、accepted 或 returned"
		}
	case "security_review":
		word, ok := map[string]string{"通过": "passed", "已通过": "passed", "passed": "passed", "不通过": "failed", "未通过": "failed", "failed": "failed"}[strings.ToLower(text)]
		if e.SecurityReview = word; !ok {
			why = "不是“通过”或“不通过”"
		}
	default:
		i.extra(i.label(c), text)
	}
	if why != "" {
		i.keep(row, c, text, why)
	}
}

// unknown says why a word is not understood; of a number that it needs a code table.
func (i *tableImport) unknown(field, text, what string) string {
	if _, word := i.known.word(field, text); word {
		return "不认识的" + what
	}
	if i.known.codes == nil {
		return "是数字代码，各平台含义不同；请指定代码表（--codes）"
	}
	return "所选代码表中没有这个代码"
}

// importOpenTypes are the words for open types. 主动开放, 完全开放 and the like are not among them: whether conditions apply they do not
// say, and an error here would open data.
var importOpenTypes = map[string]OpenType{
	"无条件开放": Unconditional, "无条件": Unconditional, "无条件公开": Unconditional, "無條件開放": Unconditional, "unconditional": Unconditional, "unconditional open": Unconditional,
	"有条件开放": Conditional, "有条件": Conditional, "有條件開放": Conditional, "依申请开放": Conditional, "受限开放": Conditional, "conditional": Conditional,
	"不予开放": Closed, "不开放": Closed, "非开放": Closed, "禁止开放": Closed, "不宜开放": Closed, "不予公开": Closed, "暂不开放": Closed, "不開放": Closed, "closed": Closed, "disallowed": Closed,
	"未明确": Undetermined, "未确定": Undetermined, "待定": Undetermined, "undetermined": Undetermined,
}

var importSharings = map[string]Sharing{
	"无条件共享": SharedFreely, "无条件": SharedFreely, "unconditional": SharedFreely,
	"有条件共享": SharedConditionally, "有条件": SharedConditionally, "依申请共享": SharedConditionally, "conditional": SharedConditionally,
	"不予共享": NotShared, "不共享": NotShared, "none": NotShared, "disallowed": NotShared,
}

// importWord is the form in which words of a list are compared.
func importWord(s string) string {
	s = strings.ToLower(strings.TrimSpace(norm.NFKC.String(s)))
	return strings.TrimSuffix(strings.TrimSuffix(strings.TrimSuffix(s, "。"), "类"), "类型")
}

func (i *tableImport) openType(text string) (OpenType, bool) {
	word, _ := i.known.word("open_type", text)
	t, ok := importOpenTypes[importWord(word)]
	return t, ok
}

func (i *tableImport) sharing(text string) (Sharing, bool) {
	word, _ := i.known.word("sharing", text)
	s, ok := importSharings[importWord(word)]
	return s, ok
}

func importYesNo(text string) (yes, ok bool) {
	switch importWord(text) {
	case "是", "y", "yes", "true", "开放", "公开", "已开放":
		return true, true
	case "否", "n", "no", "false", "不开放", "不予开放", "不公开", "未开放":
		return false, true
	}
	return false, false
}

// openFlag joins the answer to 是否开放 with the open type. Contradictions open nothing.
func (i *tableImport) openFlag(e *importEntry) {
	if e.flagText == "" {
		return
	}
	if t, ok := i.openType(e.flagText); ok && (e.OpenType == "" || e.OpenType == t) {
		e.OpenType = t // the column asks a question and is answered with the type
		return
	}
	yes, ok := importYesNo(e.flagText)
	switch {
	case !ok:
		e.OpenType = Undetermined
	case !yes && (e.OpenType == "" || e.OpenType == Undetermined):
		e.OpenType = Closed
	case yes && e.OpenType == "":
		e.OpenType = Undetermined
		i.find(Finding{
			Rule: "import.open_type", Severity: SeverityWarning, Entry: e.ID, Unit: e.Unit, Field: "open_type", Place: i.place(e.Origin.Row, 0),
		}, say("finding.import.open_only"), say("finding.import.open_only.fix"))
	case yes == (e.OpenType == Closed):
		i.find(Finding{
			Rule: "import.open_type", Severity: SeverityError, Entry: e.ID, Unit: e.Unit, Field: "open_type", Place: i.place(e.Origin.Row, 0),
		}, say("finding.import.contradicts", e.flagText), say("finding.import.one_column"))
		e.OpenType = Undetermined
	}
}

var importLevelPattern = regexp.MustCompile(`^(?:第|l|level)? *([1-4一二三四])(?:\.0)?(?:级|級)?$`)

// importLevel reads a sensitivity level.
func importLevel(text string) (int, bool) {
	m := importLevelPattern.FindStringSubmatch(importWord(text))
	if m == nil {
		return 0, false
	}
	if n := strings.Index("一二三四", m[1]); n >= 0 {
		return n/len("一") + 1, true
	}
	n, err := strconv.Atoi(m[1])
	return n, err == nil
}

var (
	importSeparators = regexp.MustCompile(`[、,，;；/|\s]+`)
	importExtension  = regexp.MustCompile(`^\.?[a-z][a-z0-9]{0,9}$`)
)

// importFormats reads file formats. Words for a kind of storage become the format that it is.
func importFormats(text string) (formats string, unknown []string) {
	var list []string
	for _, f := range importSeparators.Split(strings.ToLower(norm.NFKC.String(text)), -1) {
		switch f {
		case "":
		case "接口", "api接口", "服务接口", "api", "webservice":
			list = append(list, "api")
		case "excel", "电子表格":
			list = append(list, "xlsx")
		case "word":
			list = append(list, "docx")
		case "jsonl", "json-lines":
			list = append(list, "jsonl")
		default:
			if importExtension.MatchString(f) {
				list = append(list, strings.TrimPrefix(f, "."))
			} else {
				unknown = append(unknown, f)
			}
		}
	}
	slices.Sort(list)
	return strings.Join(slices.Compact(list), ","), unknown
}

var importNumbering = regexp.MustCompile(`^(?:[(（]?[0-9一二三四五六七八九十]{1,3}[)）.、．]|[-•·●])\s*`)

// importSentences splits conditions and materials, which stand one on a line or between semicolons, often numbered.
func importSentences(text string) []string {
	var list []string
	for _, s := range strings.FieldsFunc(text, func(r rune) bool { return r == '\n' || r == ';' || r == '；' }) {
		s = strings.TrimSpace(s)
		if rest := strings.TrimSpace(importNumbering.ReplaceAllString(s, "")); rest != "" {
			s = rest
		}
		if s != "" {
			list = append(list, s)
		}
	}
	return list
}
