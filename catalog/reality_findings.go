package catalog

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/banfa-go/banfa/internal/ident"
)

// The articles that reality is checked against.
var (
	realityDelivery  = [2]string{"第三十八条第一款", "38p1"} // data is delivered as the open catalog says, and kept up to date
	realityUnlisted  = [2]string{"第七十条第（二）项", "70(2)"}
	realityUnmasked  = [2]string{"第七十条第（三）项", "70(3)"}
	realityKindsInZh = map[ident.Kind]string{
		ident.ResidentID: "居民身份证号码", ident.ResidentID15: "十五位身份证号码", ident.CreditCode: "统一社会信用代码", ident.BankCard: "银行卡号",
		ident.Mobile: "手机号码", ident.Landline: "固定电话号码", ident.Passport: "护照号码", ident.Permit: "通行证号码", ident.HongKongID: "香港身份证号码",
		ident.TaiwanID: "台湾身份证号码", ident.Plate: "车牌号码", ident.OfficerID: "军官证号码", ident.Email: "电子邮箱", ident.IP: "IP 地址",
		ident.MAC: "MAC 地址", ident.PersonName: "姓名",
	}
)

// The shares of a column's values from which on evidence that chance also gives is taken for what it looks like. A check digit of Luhn,
// Hong Kong or Taiwan holds by chance in one of ten values.
const (
	realityWeakShare = 0.3
	realityNameShare = 0.8
	realityNameLeast = 5 // values
)

// finish completes the report when all rows are read.
func (s *realityScan) finish() {
	r := s.report
	for i := range s.columns {
		s.settle(i)
	}
	if !s.newest.IsZero() {
		r.Newest = s.newest.Format("2006-01-02")
	}
	s.findFormat()
	s.findHeader()
	s.findColumns()
	for i := range s.columns {
		s.findType(i)
		s.findIdentifiers(i)
	}
	s.findFreshness()
	if r.Findings == nil {
		r.Findings = []Finding{}
	}
	if r.Columns == nil {
		r.Columns = []RealityColumn{}
	}
}

// settle decides what the ambiguous values of a column are that begin with 9, and fills its part of the report. One in 31 resident IDs
// passes as a credit code, and hardly any credit code as a resident ID, for want of a birth date: an ambiguous value is a resident ID,
// and so one that nobody may publish. Only one that begins with 9 is likelier the credit code of a company than the card of a
// foreigner, in a column of such codes.
func (s *realityScan) settle(i int) {
	c, r := &s.columns[i], &s.report.Columns[i]
	if c.both > 0 {
		kind := ident.ResidentID
		credit, resident := c.find(ident.CreditCode), c.find(ident.ResidentID)
		if credit != nil && (resident == nil || credit.cells > resident.cells) {
			kind = ident.CreditCode
		}
		k := c.kind(ident.Match{Kind: kind, Strong: true})
		k.cells += c.both
		k.ambiguous += c.both
		k.full = true // these were not told apart
		for _, row := range c.bothRows {
			k.rows = s.first(k.rows, row)
		}
		slices.Sort(k.rows)
	}
	if c.some {
		r.Observed = realityNarrowest(c.possible)
	}
	slices.SortFunc(c.kinds, func(a, b realityKind) int { return strings.Compare(string(a.kind), string(b.kind)) })
	for _, k := range c.kinds {
		r.Identifiers = append(r.Identifiers, RealityIdentifier{
			Kind: string(k.kind), Strong: k.strong, Cells: k.cells, Whole: k.whole, Ambiguous: k.ambiguous, Distinct: len(k.distinct), AtLeast: k.full, Rows: k.rows, Example: k.example,
		})
	}
	r.Masked = c.masks
}

// add appends a finding about column i; -1 is the whole file.
func (s *realityScan) add(rule string, basis [2]string, severity Severity, i, row int, message, fix string) *Finding {
	f := Finding{
		Rule: rule, Basis: []string{basis[0]}, Short: []string{basis[1]}, Severity: severity, Verdict: Violated, Entry: s.entry.ID, Unit: s.entry.Unit,
		Place: &Place{File: s.report.File, Row: row}, Message: message, Fix: fix,
	}
	if len(s.report.Sheets) > 0 {
		f.Place.Sheet = s.report.Sheets[0]
	}
	if i >= 0 {
		f.Place.Column, f.Item = s.report.Columns[i].Column, s.report.Columns[i].Name
	}
	s.report.Findings = append(s.report.Findings, f)
	return &s.report.Findings[len(s.report.Findings)-1]
}

// label names a column for a message.
func (s *realityScan) label(i int) string {
	r := &s.report.Columns[i]
	if r.Name == "" {
		return r.Column + " 列（无列名）"
	}
	return fmt.Sprintf("%s 列“%s”", r.Column, r.Name)
}

func (s *realityScan) findFormat() {
	r := s.report
	name := strings.TrimPrefix(strings.ToLower(path.Ext(strings.ReplaceAll(r.File, `\`, "/"))), ".")
	if (name == "csv" || name == "xlsx" || name == "xls") && name != r.Format {
		s.add("reality.format", realityDelivery, SeverityWarning, -1, 0,
			fmt.Sprintf("文件名是 .%s，内容却是 %s", name, r.Format), fmt.Sprintf("按 .%s 重新命名，或者另存为真正的 .%s", r.Format, name))
	}
	if declared := s.entry.Format; declared != "" && !slices.Contains(strings.Split(declared, ","), r.Format) {
		s.add("reality.format", realityDelivery, SeverityWarning, -1, 0,
			fmt.Sprintf("目录写的数据格式是 %s，发布的文件是 %s", declared, r.Format), "按目录的格式发布，或者更新目录").Field = "format"
	}
	if len(r.Sheets) > 1 {
		f := s.add("reality.sheets", realityUnlisted, SeverityWarning, -1, 0,
			fmt.Sprintf("文件有 %d 个工作表，只核对了第一个“%s”", len(r.Sheets), realityHide(r.Sheets[0])), "每个数据集发布一个工作表，或者分别核对其余的工作表")
		f.Verdict, f.Missing = Unjudged, []string{"sheets"}
	}
	for _, sheet := range s.sheets {
		f := s.add("reality.identifier", realityUnmasked, SeverityError, -1, sheet.place.Row,
			fmt.Sprintf("工作表“%s”有 %d 个单元格含居民身份证号码，校验码都对", realityHide(sheet.name), sheet.cells), "脱敏以后再发布；已经发布的先下线")
		f.Place.Sheet, f.Place.Column = realityHide(sheet.name), sheet.place.Column
	}
}

func (s *realityScan) findHeader() {
	r := s.report
	if !r.Compared {
		f := s.add("reality.header", realityUnlisted, SeverityError, -1, 0, "文件没有列名，无法同目录的数据项核对", "在第一行写上列名，再核对一次")
		f.Verdict, f.Missing = Unjudged, []string{"header"}
		return
	}
	if s.titles > 0 {
		s.add("reality.title_row", realityDelivery, SeverityWarning, -1, r.HeaderRow,
			fmt.Sprintf("列名在第 %d 行，上面还有 %d 行标题：机器会把标题读成列名", r.HeaderRow, s.titles), "删去列名上面的行")
	}
}

func (s *realityScan) findColumns() {
	r := s.report
	if !r.Compared {
		return
	}
	for _, i := range slices.Concat(r.comparison.Undeclared, s.unnamed) {
		if r.Columns[i].Name == "" && r.Columns[i].Values == 0 {
			continue // an empty column
		}
		message := s.label(i) + "已经发布，目录里却没有这个数据项"
		if kinds := s.personal(i); kinds != "" {
			message += "，而且有" + kinds
		}
		s.add("reality.undeclared_column", realityUnlisted, SeverityError, i, r.HeaderRow, message, "从文件里去掉这一列，或者经审核把它编入目录")
	}
	for _, i := range r.comparison.Repeated {
		s.add("reality.repeated_column", realityDelivery, SeverityWarning, i, r.HeaderRow, s.label(i)+"同前面的列重名", "给每一列不同的列名")
	}
	for _, m := range r.comparison.Matched {
		if m.Near {
			s.add("reality.column_name", realityDelivery, SeverityInfo, m.Column, r.HeaderRow,
				fmt.Sprintf("%s同目录的数据项“%s”只有括号里的内容不同，按同一项核对", s.label(m.Column), s.entry.Items[m.Item].Name), "把两处的名称写成一样")
		}
	}
	for _, name := range r.Missing {
		s.add("reality.missing_column", realityDelivery, SeverityWarning, -1, r.HeaderRow,
			fmt.Sprintf("目录里的数据项“%s”没有发布", name), "补上这一列，或者按程序变更目录").Item = name
	}
}

func (s *realityScan) findType(i int) {
	c, r := &s.columns[i], &s.report.Columns[i]
	if c.misfits == 0 {
		return
	}
	s.add("reality.type", realityDelivery, SeverityWarning, i, c.misfit[0],
		fmt.Sprintf("%s在目录里是 %s，%d 个值里有 %d 个不是（第 %s 行）", s.label(i), r.Declared, r.Values, c.misfits, realityList(c.misfit)),
		"改正这些值，或者更正目录的数据类型").Field = "type"
}

// personal names the kinds in a column that findings are made of.
func (s *realityScan) personal(i int) string {
	var names []string
	for _, k := range s.columns[i].kinds {
		if _, ok := s.weigh(i, &k); ok {
			names = append(names, realityKindsInZh[k.kind])
		}
	}
	return strings.Join(names, "、")
}

// weigh tells whether the identifiers of a kind in a column are more than chance, and how much they weigh.
func (s *realityScan) weigh(i int, k *realityKind) (Severity, bool) {
	values := float64(s.report.Columns[i].Values)
	often := float64(k.cells) >= realityWeakShare*values
	embedded := k.cells > k.whole // in a text: chance needs far more luck there
	switch k.kind {
	case ident.ResidentID:
		return SeverityError, true
	case ident.BankCard, ident.HongKongID, ident.TaiwanID:
		if often {
			return SeverityError, true
		}
		return SeverityWarning, embedded
	case ident.Mobile:
		return SeverityWarning, often || embedded || k.cells >= 10
	case ident.OfficerID:
		return SeverityWarning, true
	case ident.ResidentID15, ident.Passport, ident.Permit, ident.Plate:
		return SeverityWarning, often
	default: // of organisations, or of nobody in particular
		return SeverityInfo, false
	}
}

func (s *realityScan) findIdentifiers(i int) {
	c, r := &s.columns[i], &s.report.Columns[i]
	for j := range c.kinds {
		k := &c.kinds[j]
		severity, ok := s.weigh(i, k)
		if !ok {
			continue
		}
		rule, where := "reality.identifier", ""
		if credit := c.find(ident.CreditCode); k.kind == ident.ResidentID && credit != nil && credit.cells >= k.cells {
			rule, where = "reality.sole_trader", "同统一社会信用代码混在一起，多半是个体工商户经营者本人的号码"
		}
		message := fmt.Sprintf("%s的 %d 个值里有 %d 个含%s", s.label(i), r.Values, k.cells, realityKindsInZh[k.kind])
		if where != "" {
			message += "，" + where
		}
		if k.strong {
			message += "，校验码都对"
		}
		if k.ambiguous > 0 {
			message += fmt.Sprintf("（其中 %d 个也合乎信用代码的校验）", k.ambiguous)
		}
		message += fmt.Sprintf("；例如第 %s 行", realityList(k.rows))
		if item := s.item(i); item != nil && item.Masking != "" {
			message += "；目录却写着已经脱敏"
		}
		f := s.add(rule, realityUnmasked, severity, i, k.rows[0], message, "脱敏以后再发布；已经发布的先下线")
		if item := s.item(i); item != nil {
			f.Item = item.Name
		}
	}
	for _, m := range c.masks {
		what := "值"
		if m.Kind != "" {
			what = realityKindsInZh[ident.Kind(m.Kind)]
		}
		s.add("reality.masked", realityUnmasked, SeverityInfo, i, 0,
			fmt.Sprintf("%s有 %d 个打了星号的%s（前后露出的位数/总位数：%s）", s.label(i), m.Cells, what, m.Shape), "各数据集用同一种遮盖方式，免得拼起来还原")
	}
	if c.names >= realityNameLeast && float64(c.names) >= realityNameShare*float64(r.Values) {
		s.add("reality.person_name", realityUnmasked, SeverityInfo, i, 0,
			fmt.Sprintf("%s的 %d 个值里有 %d 个像是人名", s.label(i), r.Values, c.names), "确认是否可以公开姓名")
	}
}

// item is the item of column i, nil where it has none.
func (s *realityScan) item(i int) *Item {
	for _, m := range s.report.comparison.Matched {
		if m.Column == i {
			return &s.entry.Items[m.Item]
		}
	}
	return nil
}

func realityList(rows []int) string {
	var b strings.Builder
	for i, r := range rows {
		if i > 0 {
			b.WriteString("、")
		}
		fmt.Fprint(&b, r)
	}
	return b.String()
}
