package condition

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/banfa-go/banfa/internal/message"
)

// blankPattern matches what stands where somebody must still write: our own marks and those that forms have.
var blankPattern = regexp.MustCompile(`(?i)【待[填定][^】]*】|\[to be filled[^\]]*\]|[_＿]{2,}|\bX{2,}\b|[×ｘＸ]{2,}|\bTO ?DO\b|\bTB[DC]\b|\bFIXME\b|\bN/A\b|<[^<>]{1,40}>|待定|待填|待补充?|此处填写|另行填写|lorem ipsum`)

func agreementSays(r rune) bool { return unicode.IsLetter(r) || unicode.IsNumber(r) }

// agreementLine makes a text of whoever fit for one line: no breaks, and characters that do not show, or that turn the direction of writing, are shown escaped.
func agreementLine(text string) string {
	if !utf8.ValidString(text) {
		text = strings.ToValidUTF8(text, "\uFFFD")
	}
	return message.Visible(strings.Join(strings.Fields(text), " "))
}

// agreementText returns a sentence with its arguments, which are shown escaped and cut.
func agreementText(lang, key string, args ...string) string {
	pair, ok := agreementTexts[key]
	if !ok {
		return "[" + key + "]"
	}
	template := pair[0]
	if lang == "zh" {
		template = pair[1]
	}
	for i, arg := range args {
		args[i] = agreementLine(agreementCut(arg))
	}
	old := make([]string, 0, 2*len(args))
	for i, arg := range args {
		old = append(old, "{"+string(rune('0'+i))+"}", arg)
	}
	return strings.NewReplacer(old...).Replace(template)
}

// agreementCut bounds what a message quotes.
func agreementCut(s string) string {
	const most = 400
	if r := []rune(s); len(r) > most {
		return string(r[:most]) + "…"
	}
	return s
}

// agreementTexts are the words of agreements: English, Chinese. They are our own; no sentence of the law is in them.
var agreementTexts = map[string][2]string{
	"title": {"Agreement on the use of open public data", "公共数据开放利用协议"},
	"draft": {
		"Draft made by a program from the decision on the application; it is no legal advice, and it binds nobody until it is completed and signed.",
		"本稿由程序根据用数申请的审核结果生成，供双方补全和修改，不构成法律意见；补全并签署以前没有约束力。",
	},
	"rests-on-draft": {"The conditions rest on a rule file that is a draft.", "所依据的规则文件是草案。"},

	"term.feedback":      {"Reporting on use", "利用情况反馈"},
	"term.purpose":       {"Agreed scope of use", "利用范围"},
	"term.dissemination": {"No passing on", "不得传播"},
	"term.attribution":   {"Naming the data in results", "成果注明来源"},
	"term.security":      {"Security", "数据安全"},
	"term.inspection":    {"Inspections", "监督检查"},
	"term.other":         {"Credit, breach and disputes", "信用承诺、违约和争议"},

	"part.duties":     {"security duties", "安全职责"},
	"part.capability": {"security capability", "安全能力要求"},
	"part.safeguards": {"safeguards", "保障措施"},
	"part.credit":     {"credit commitment", "信用承诺"},
	"part.breach":     {"liability for breach", "违约责任"},
	"part.disputes":   {"settlement of disputes", "争议解决"},

	"field.provider": {"Provider (opening body)", "甲方（数据开放主体）"},
	"field.user":     {"User", "乙方（数据利用主体）"},
	"field.name":     {"name", "名称"},
	"field.code":     {"code", "统一社会信用代码（证件号码）"},
	"field.contact":  {"contact", "联系人和联系方式"},
	"field.datasets": {"Data sets", "数据集"},
	"field.scenario": {"Scenario", "应用场景"},
	"field.usage":    {"Way of use", "使用方式"},
	"field.period":   {"Period", "协议期限"},
	"field.from":     {"from", "自"},
	"field.until":    {"until", "至"},
	"field.decision": {"Decided by", "审核依据"},
	"field.sign":     {"Signatures", "签署"},
	"sign.provider":  {"Provider (seal): ____________   Date: ____________", "甲方（盖章）：____________　日期：____________"},
	"sign.user":      {"User (seal or signature): ____________   Date: ____________", "乙方（盖章或者签字）：____________　日期：____________"},

	"clause.feedback": {
		"At the end of every {0} the User tells the Provider in writing how the data was used: which data, for what, with which results, and what was found wrong with it.",
		"乙方每{0}书面告知甲方数据利用情况：用了哪些数据、用于什么、形成了哪些成果、发现了哪些数据质量问题。",
	},
	"clause.purpose": {
		"The User uses the data sets {0} only in the scenario “{1}” and in the way “{2}”. Any other use needs the Provider's consent in writing beforehand.",
		"乙方仅可在“{1}”场景下、以“{2}”的方式使用数据集 {0}；超出这一范围的使用，须事先取得甲方书面同意。",
	},
	"clause.dissemination": {
		"Without the Provider's consent in writing the User passes the data on to nobody: it does not publish, sell, lend, transfer or give access to it, nor to copies of it.",
		"未取得甲方书面同意，乙方不向任何他人提供所取得的数据及其副本，包括公开、出售、出借、转让和允许他人访问。",
	},
	"clause.attribution": {
		"Papers, patents, publications, registrations of software and applications that draw on the data name it: {0}, provided by {1}, and when it was obtained.",
		"乙方的论文、专利、著作、软件登记和应用产品凡用到所取得的数据的，写明数据名称（{0}）、提供单位（{1}）和取得时间。",
	},
	"clause.duties": {
		"The User is answerable for the security of the data from receipt to deletion, names a person in charge ({0}), and reports an incident to the Provider within {1} hours.",
		"自取得数据至删除，乙方对数据安全负责，指定负责人（{0}）；发生安全事件的，在 {1} 小时内告知甲方。",
	},
	"clause.capability-kept": {"During the whole period it stays the case that: {0}", "在协议期限内持续符合：{0}"},
	"clause.capability": {
		"The User's capability to keep the data secure: {0}.", "乙方的数据安全能力：{0}。",
	},
	"clause.safeguards": {
		"The User keeps these safeguards: {0}.", "乙方采取以下保障措施：{0}。",
	},
	"clause.inspection": {
		"The User accepts inspections of how it uses and secures the data, shows the records asked for, and sets right what is found within the time given. Until then the Provider may suspend access, and end it where the time passes.",
		"乙方接受对数据利用和安全情况的检查，如实提供所需记录，并在指定时间内改正所发现的问题；改正以前甲方可以暂停其使用权限，逾期不改的可以终止。",
	},
	"clause.credit": {
		"The User declares that what it said in its application is true, and accepts that breaches are put on its credit record as the law provides.",
		"乙方承诺申请时提供的情况真实，并知悉违反本协议的情况可以依法记入其信用记录。",
	},
	"clause.breach": {"Liability for breach: {0}.", "违约责任：{0}。"},
	"clause.disputes": {
		"Disputes are first talked over; failing that, they go to {0}.", "发生争议的，双方先行协商；协商不成的，提交{0}解决。",
	},
	"clause.kept": {"Condition of the opening, to be kept for the whole period: {0}", "开放条件，在协议期限内持续遵守：{0}"},

	"blank.feedback":  {"how often", "反馈周期"},
	"blank.scenario":  {"scenario", "应用场景"},
	"blank.usage":     {"way of use", "使用方式"},
	"blank.datasets":  {"data sets", "数据集"},
	"blank.provider":  {"name of the opening body", "数据开放主体名称"},
	"blank.user":      {"name of the data user", "数据利用主体名称"},
	"blank.code":      {"code", "代码"},
	"blank.contact":   {"contact", "联系人和联系方式"},
	"blank.charge":    {"person in charge", "安全负责人"},
	"blank.hours":     {"number", "小时数"},
	"blank.measures":  {"storage, access control, encryption, logs, deletion", "存储、访问控制、加密、日志、删除等措施"},
	"blank.ability":   {"certificates and means", "资质证明和技术手段"},
	"blank.breach":    {"consequences, damages", "责任承担方式、赔偿"},
	"blank.forum":     {"court or arbitration body", "有管辖权的法院或者仲裁机构"},
	"blank.from-date": {"first day", "起始日"},
	"blank.last-date": {"last day", "终止日"},

	"finding.missing_term":      {"the term “{0}” is missing", "缺少“{0}”条款"},
	"finding.empty_term":        {"the term “{0}” says nothing", "“{0}”条款没有内容"},
	"finding.missing_part":      {"the term “{0}” does not settle: {1}", "“{0}”条款没有约定：{1}"},
	"finding.blank":             {"{0}: still to be filled: {1}", "{0}：尚未填写：{1}"},
	"finding.empty_field":       {"{0} is empty", "{0} 没有填写"},
	"finding.unknown_term":      {"“{0}” is none of the seven terms", "“{0}”不是七项条款之一"},
	"finding.duplicate_term":    {"the term “{0}” stands twice", "“{0}”条款重复"},
	"finding.unknown_part":      {"“{1}” is no part of the term “{0}”", "“{0}”条款没有“{1}”这一部分"},
	"finding.bad_date":          {"{0}: “{1}” is not a date written YYYY-MM-DD", "{0}：“{1}”不是写作 YYYY-MM-DD 的日期"},
	"finding.period_reversed":   {"the period ends ({1}) before it begins ({0})", "协议期限的终止日（{1}）早于起始日（{0}）"},
	"finding.usage_differs":     {"the agreed way of use “{0}” is not the decided one, “{1}”", "约定的使用方式“{0}”与审核结果“{1}”不一致"},
	"finding.scenario_differs":  {"the agreed scenario “{0}” is not the decided one, “{1}”", "约定的应用场景“{0}”与审核结果“{1}”不一致"},
	"finding.datasets_differ":   {"the data set “{0}” is not among those decided on", "数据集“{0}”不在审核范围之内"},
	"finding.missing_duty":      {"no clause carries the obligation {0}: {1}", "没有条款约定义务 {0}：{1}"},
	"finding.changed_duty":      {"the clause of the obligation {0} does not say what the decision says: {1}", "义务 {0} 的条款与审核结果不一致，应当是：{1}"},
	"finding.not_approved":      {"the decision is {0}: there is nothing to agree on", "审核结果是 {0}，不能签订协议"},
	"finding.seems_to_allow":    {"the clause seems to allow what the term rules out: “{0}”", "条款似乎允许了该项所禁止的：“{0}”"},
	"finding.seems_to_download": {"the way of use keeps the raw data where it is, yet a clause speaks of: “{0}”", "使用方式要求原始数据不出域，而条款写有：“{0}”"},
	"finding.tracked_changes":   {"the document has {0} tracked changes that nobody has accepted or rejected; they were read as accepted", "文档中有 {0} 处修订尚未接受或者拒绝，按接受后的文字核对"},
	"finding.no_draft":          {"without the draft it was made from, the document cannot be held against the decision: give it with --draft", "没有起草时的协议，无法与审核结果核对；请用 --draft 给出"},
	"finding.too_long":          {"{0} has more than {1} characters", "{0} 超过 {1} 个字符"},

	"error.docx":         {"the file is no docx that can be read: {1}", "文件不是可以读取的 docx：{1}"},
	"error.docx_form":    {"the document has none of the headings and lines of an agreement that was drafted here", "文档中没有本程序起草的协议的标题和栏目"},
	"error.missing":      {"{0} is missing", "缺少 {0}"},
	"error.too_long":     {"{0} is too long: {1} are taken, found {2}", "{0} 过长：上限 {1}，实际 {2}"},
	"error.too_many":     {"{0} are too many: {1} are taken, found {2}", "{0} 过多：上限 {1}，实际 {2}"},
	"error.syntax":       {"the agreement is not JSON of that form: line {0}, column {1}: {2}", "协议不是该格式的 JSON：第 {0} 行第 {1} 列：{2}"},
	"error.schema":       {"{0} must be {1}", "{0} 应当是 {1}"},
	"error.not_approved": {"an agreement follows from an approval, and the decision is {1}", "只有审核通过才能起草协议，而审核结果是 {1}"},
	"error.other_rules":  {"the result was computed from other rules: {1}", "审核结果所依据的规则不同：{1}"},
	"word.colon":         {": ", "："},
	"word.article":       {"Article {0}", "{0}"},
	"word.comma":         {", ", "、"},
	"word.basis":         {" ({0})", "（{0}）"},
}
