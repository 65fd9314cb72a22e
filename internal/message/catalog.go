package message

// catalogSentences are what findings about catalogs say. The first template is English, the second Chinese; the comment names the arguments.
var catalogSentences = map[string][2]string{
	// Checks by rule files.
	"finding.check.error":     {"the rule could not be evaluated: {0}", "规则求值出错：{0}"}, // reason
	"finding.check.error.fix": {"correct the rule file, or look at what the entry says", "请更正规则文件，或者核对该条目的取值"},
	"finding.check.absent":    {"{0} is missing", "缺少{0}"},                                     // label
	"finding.check.fill":      {"fill in {0}", "请补填{0}"},                                       // label
	"finding.check.few":       {"{0} needs at least {1}, and has {2}", "{0}至少 {1} 项，现有 {2} 项"}, // label, least, number
	"finding.check.complete":  {"complete {0}", "请补全{0}"},                                      // label
	"finding.check.wrong":     {"{0} is not what it should be", "{0}不合格"},                      // label
	"finding.check.correct":   {"correct it", "请更正"},
	"finding.check.enum":      {"{0}{1} is none of the values that may stand there: {2}", "{0}{1}不在规定的取值之中：{2}"}, // label, path, written
	"finding.check.one-of":    {"write one of:", "请改为："},
	"finding.check.range":     {"{0}{1} is out of range: {2}", "{0}{1}超出范围：{2}"},     // label, path, written
	"finding.check.type":      {"{0}{1} has the wrong type: {2}", "{0}{1}的类型不对：{2}"}, // label, path, written
	"finding.check.want":      {"it should be {0}", "应为 {0}"},                        // wanted

	// Open types.
	"finding.classify.facts.fix":        {"correct the fact and classify again; until then the entry is undetermined and not open", "改正该事实后重新判定；改正之前按未定处理，不予开放"},
	"finding.classify.denied":           {"the item {0} has the semantic type {1}, and the facts say {2} = {3}", "数据项“{0}”的语义类型是 {1}，填报的事实却是 {2} = {3}"}, // item, semantic type, fact, value
	"finding.classify.denied.fix":       {"look at the item; where it really is not concerned, state how it is masked or aggregated", "核对该数据项；确实不涉及的，写明脱敏或者汇总方式"},
	"finding.classify.unconfirmed":      {"recorded as {0}, which the facts do not settle yet", "登记为{0}，但填报的事实还不能确定开放类型"},                                                                // open type
	"finding.classify.unconfirmed.shut": {"recorded as {0}, which the facts do not settle yet; until they do it is undetermined and not open", "登记为{0}，但填报的事实还不能确定开放类型；在确定之前按未定处理，不予开放"}, // open type
	"finding.classify.unconfirmed.fix":  {"state the facts that are missing, the first one first", "补充所缺的事实，先问第一个"},
	"finding.classify.differs":          {"recorded as {0}, and {1} by the facts{2}", "登记为{0}，按事实判定为{1}{2}"}, // open type, open type, why
	"finding.classify.differs.fix":      {"correct the recorded type or the facts; a change of type is made by Article 15", "改正登记的类型或者填报的事实；变更类型按第十五条办理"},
	"finding.classify.guessed":          {"(with a guess, to be confirmed)", "（含推测，须确认）"},
	"finding.classify.because":          {"({0})", "（{0}）"}, // citations
	"finding.type.unconditional":        {"unconditional", "无条件开放类"},
	"finding.type.conditional":          {"conditional", "有条件开放类"},
	"finding.type.closed":               {"closed", "不予开放类"},
	"finding.type.out_of_scope":         {"out of scope", "不适用本办法"},
	"finding.type.undetermined":         {"undetermined", "未定"},

	// Derivation: the rule of a finding is the key.
	"finding.derive.base_doubled":        {"the base entry has no id or one that is used twice, so that no open entry can be tied to it; it is not opened", "基础目录中没有编号或者编号重复，无法与开放目录一一关联，未予开放"},
	"finding.derive.base_doubled.fix":    {"give the entry an id of its own", "为该条目另编唯一的编号"},
	"finding.derive.security_review":     {"the security review before opening was not passed; it is not opened", "开放前的安全审查没有通过，未予开放"},
	"finding.derive.security_review.fix": {"open it once the review is passed, or change its open type (Article 15)", "审查通过后再开放，或者变更开放类型（第十五条）"},
	"finding.derive.no_items":            {"every data item has a stricter open type than the entry, so that none is left to open", "各数据项的开放类型均严于条目，没有可以开放的数据项"},
	"finding.derive.no_items.fix":        {"look at the open types of the entry and of its items", "核对条目和数据项的开放类型"},
	"finding.derive.conditions":          {"the entry is conditional and states no condition", "有条件开放的条目没有写明开放条件"},
	"finding.derive.conditions.fix":      {"state the conditions", "写明开放条件"},
	"finding.derive.not_open":            {"the open catalog has an entry that is neither unconditional nor conditional", "开放目录中有不是无条件开放或者有条件开放的条目"},
	"finding.derive.not_open.fix":        {"take it out of the open catalog", "从开放目录中撤下"},
	"finding.derive.orphan":              {"the open entry has no base entry", "开放条目没有对应的基础条目"},
	"finding.derive.orphan.fix":          {"state base_id, or take it out of the open catalog", "写明 base_id，或者从开放目录中撤下"},
	"finding.derive.doubled":             {"one base entry has several open entries, or an open id is used twice", "同一基础条目有多个开放条目，或者开放条目编号重复"},
	"finding.derive.doubled.fix":         {"keep one of them", "只保留一个"},
	"finding.derive.surplus":             {"the base entry is not to be opened, and the open catalog has it", "基础条目不属于开放范围，开放目录却有该条目"},
	"finding.derive.surplus.fix":         {"take it out of the open catalog, or change its open type first (Article 15)", "从开放目录中撤下，或者先变更开放类型（第十五条）"},
	"finding.derive.missing":             {"the entry is to be opened and is not in the open catalog", "应当开放的条目不在开放目录中"},
	"finding.derive.missing.fix":         {"derive the open catalog again", "重新派生开放目录"},
	"finding.derive.stale":               {"the base entry has changed since the open entry was derived from it", "开放条目所依据的基础条目版本已经变化"},
	"finding.derive.stale.fix":           {"derive the open catalog again", "重新派生开放目录"},
	"finding.derive.item_unknown":        {"the open entry has a data item that the base entry has not", "开放条目的数据项不在基础条目中"},
	"finding.derive.item_unknown.fix":    {"take the item out of the open entry", "从开放条目中去掉该数据项"},
	"finding.derive.item_closed":         {"the open entry has a data item that is closed, or stricter than the entry", "开放条目含有不予开放或者严于条目的数据项"},
	"finding.derive.item_closed.fix":     {"take the item out of the open entry", "从开放条目中去掉该数据项"},
	"finding.derive.differs":             {"the field is not what the base entry gives", "字段与基础条目派生的结果不一致"},
	"finding.derive.differs.fix":         {"derive the open catalog again", "重新派生开放目录"},
	"finding.derive.leak":                {"the open entry has a field that belongs to the base catalog alone", "开放条目含有只属于基础目录的字段"},
	"finding.derive.leak.fix":            {"take the field out", "去掉该字段"},

	// Export.
	"finding.export.requires":   {"{0} requires {1}", "{0} 要求有 {1}"},          // format, its name of the field
	"finding.export.give":       {"give {0} when you export", "导出时给出 {0}"},    // field
	"finding.export.fill":       {"fill in {0} in the catalog", "在目录中补上 {0}"}, // field
	"finding.export.rights":     {"rights of dcat-us has at most 255 characters; it is written in full", "dcat-us 的 rights 最多 255 个字符；已全文写出"},
	"finding.export.rights.fix": {"shorten the conditions", "缩短开放条件的文字"},

	// Import.
	"finding.import.header":          {"no header was found in the first {0} rows of the sheet; it was not read as a catalog", "工作表前 {0} 行内没有找到表头，未作为目录读取"}, // rows
	"finding.import.header.fix":      {"if it is a catalog, add a header, or explain its labels in a file of aliases", "如确为目录，请补上表头，或用别名文件说明各列标题"},
	"finding.import.column":          {"the column {0} means what another one means; it was not used, and its values are kept beside the entry", "“{0}”列与另一列含义相同，未采用，其内容保留在附加信息中"}, // label
	"finding.import.title":           {"text above the header, not read as part of the catalog:", "表头以上的说明行，未作为目录读取："},
	"finding.import.header_again":    {"the header stands here again; the row was left out", "重复的表头行，已跳过"},
	"finding.import.no_ids":          {"the table has no column of ids; {0} entries got one from unit, name and link", "表中没有目录编号列，{0} 条目录按责任单位、名称和链接生成了编号"}, // number
	"finding.import.no_ids.fix":      {"add a column of ids, so that versions can be compared", "补上目录编号列，以便各版本之间对应"},
	"finding.import.id":              {"the entry has no id; it got one from unit, name and link", "该目录没有编号，已按责任单位、名称和链接生成"},
	"finding.import.id.fix":          {"give it an id", "补上目录编号"},
	"finding.import.name":            {"the row has no name", "该行没有目录名称"},
	"finding.import.name.fix":        {"give it a name; if it continues the entry above, merge the cells or empty the other cells that belong to an entry", "补上名称；如该行是上一条目录的续行，请合并单元格或清空该行其他目录级字段"},
	"finding.import.encoding":        {"the cell has characters that cannot be read as {0}", "单元格中有按 {0} 无法解码的字符"}, // encoding
	"finding.import.encoding.fix":    {"name the right encoding, or save the file as UTF-8", "指定正确的编码，或将文件另存为 UTF-8"},
	"finding.import.ragged":          {"the row has {0} columns and the header {1}, so that they cannot be matched", "该行有 {0} 列，表头有 {1} 列，无法对应"}, // numbers
	"finding.import.ragged.fix":      {"look for a missing delimiter, or for delimiters and line breaks inside cells that are not in double quotes", "检查该行是否缺少分隔符，或单元格内的分隔符、换行没有用双引号括起"},
	"finding.import.summary_cut":     {"the summary ends where it should list the data items", "摘要在“包括”“包含”之后中断，没有列出数据项"},
	"finding.import.summary_cut.fix": {"complete the summary, or list the items by themselves", "补全摘要，或单独列出数据项"},
	"finding.import.item_open":       {"the item answers {0} to whether it is open, which contradicts its open type; it is undetermined", "数据项是否开放写“{0}”，与其开放类型相互矛盾，按未明确处理"}, // answer
	"finding.import.contradicts":     {"the answer {0} to whether it is open contradicts the open type; it is undetermined", "是否开放写“{0}”，与开放类型相互矛盾，按未明确处理"},                  // answer
	"finding.import.one_column":      {"find out which it is, and correct one of the two columns", "核实后改正其中一列"},
	"finding.import.open_only":       {"it says open, and not whether with conditions or without; it is undetermined", "只写明开放，没有写明有条件还是无条件，按未明确处理"},
	"finding.import.open_only.fix":   {"state the open type", "补上开放类型"},
	"finding.import.duplicate":       {"the id is that of the entry {1} in {0}; both are kept", "编号与{0}的目录“{1}”重复，两条均已保留"}, // where, name
	"finding.import.duplicate.fix":   {"give one of them a new id, or delete the double", "给其中一条新的编号，或删去重复的目录"},
	"finding.import.row":             {"row {0}", "第 {0} 行"},                    // number
	"finding.import.sheet_row":       {"sheet {1}, row {0}", "工作表“{1}”第 {0} 行"}, // number, sheet

	// Aggregation.
	"finding.merge.shrunk":         {"{0} submitted {1} entries before and has now lost {2} without a word, more than {3} %; the submission is not used, and the one before counts", "{0} 上次报送 {1} 条，本次未经声明减少 {2} 条，超过 {3}%，本次报送未予采用，保留上次"}, // source, numbers, percentage
	"finding.merge.shrunk.fix":     {"look at the submission; list what is really to be deleted", "核对报送的目录；确需删除的，列入删除清单"},
	"finding.merge.emptied":        {"{0} submitted {1} entries before, and the deletions that it declares leave none; submission and deletions are not used, and the one before counts", "{0} 上次报送 {1} 条，本次声明删除后一条不剩，本次报送及其删除清单未予采用，保留上次"}, // source, number
	"finding.merge.emptied.fix":    {"look at the list of deletions; if all is to go, whoever merges allows it expressly and merges again", "核对删除清单；确需全部删除的，由汇聚方明确允许后重新汇聚"},
	"finding.merge.no_id":          {"the entry has no id and was not merged", "条目没有编号，未予汇聚"},
	"finding.merge.no_id.fix":      {"give it an id", "为该条目编号"},
	"finding.merge.doubled_id":     {"the source has this id twice; the entry was not merged", "同一来源中编号重复，未予汇聚"},
	"finding.merge.doubled_id.fix": {"give it an id of its own", "为该条目另编唯一的编号"},
	"finding.merge.duplicate":      {"the unit has the entry {0} of the same name; merged into it, with the stricter open type", "同一单位已有同名条目 {0}，已并入，开放类型从严"}, // id
	"finding.merge.duplicate.fix":  {"find out whether the two are the same data", "确认两个条目是否为同一数据"},
	"finding.merge.conflict":       {"{0} and {1} both claim data of this name from the system {2}", "{0} 与 {1} 同时认领系统 {2} 的同名数据"}, // unit, unit, system
	"finding.merge.conflict.fix":   {"agree which unit is responsible", "协商确定责任单位"},

	// A published file against its entry.
	"finding.reality.column":              {"column {0} ({1})", "{0} 列“{1}”"},                                                                // letter, name
	"finding.reality.column.nameless":     {"column {0} (no name)", "{0} 列（无列名）"},                                                            // letter
	"finding.reality.format.name":         {"the file is called .{0}, and is {1} inside", "文件名是 .{0}，内容却是 {1}"},                              // extension, format
	"finding.reality.format.name.fix":     {"call it .{0}, or save it as a real .{1}", "按 .{0} 重新命名，或者另存为真正的 .{1}"},                          // format, extension
	"finding.reality.format":              {"the catalog says the format is {0}, and the published file is {1}", "目录写的数据格式是 {0}，发布的文件是 {1}"}, // formats
	"finding.reality.format.fix":          {"publish it in the format of the catalog, or correct the catalog", "按目录的格式发布，或者更新目录"},
	"finding.reality.sheets":              {"the file has {0} sheets, and only the first, {1}, was compared", "文件有 {0} 个工作表，只核对了第一个“{1}”"}, // number, name
	"finding.reality.sheets.fix":          {"publish one sheet for a data set, or compare the others by themselves", "每个数据集发布一个工作表，或者分别核对其余的工作表"},
	"finding.reality.sheet_identifiers":   {"the sheet {0} has {1} cells with resident identity numbers whose check digits hold", "工作表“{0}”有 {1} 个单元格含居民身份证号码，校验码都对"}, // sheet, number
	"finding.reality.mask":                {"de-identify it before publishing; take down what is published", "脱敏以后再发布；已经发布的先下线"},
	"finding.reality.header":              {"the file has no column names, so that it cannot be compared with the data items of the catalog", "文件没有列名，无法同目录的数据项核对"},
	"finding.reality.header.fix":          {"write the column names into the first row and compare again", "在第一行写上列名，再核对一次"},
	"finding.reality.title_row":           {"the column names stand in row {0} below {1} rows of title, which a program takes for column names", "列名在第 {0} 行，上面还有 {1} 行标题：机器会把标题读成列名"}, // row, number
	"finding.reality.title_row.fix":       {"delete the rows above the column names", "删去列名上面的行"},
	"finding.reality.undeclared":          {"{0} is published, and the catalog has no such data item", "{0}已经发布，目录里却没有这个数据项"},                    // column
	"finding.reality.undeclared.personal": {"{0} is published, and the catalog has no such data item; it has {1}", "{0}已经发布，目录里却没有这个数据项，而且有{1}"}, // column, kinds
	"finding.reality.undeclared.fix":      {"take the column out of the file, or have it reviewed and catalogued", "从文件里去掉这一列，或者经审核把它编入目录"},
	"finding.reality.repeated_column":     {"{0} has the name of an earlier column", "{0}同前面的列重名"}, // column
	"finding.reality.repeated_column.fix": {"give every column a name of its own", "给每一列不同的列名"},
	"finding.reality.column_name":         {"{0} differs from the data item {1} in brackets alone, and counts as it", "{0}同目录的数据项“{1}”只有括号里的内容不同，按同一项核对"}, // column, item
	"finding.reality.column_name.fix":     {"write both names the same", "把两处的名称写成一样"},
	"finding.reality.missing_column":      {"the data item {0} of the catalog is not published", "目录里的数据项“{0}”没有发布"}, // item
	"finding.reality.missing_column.fix":  {"add the column, or change the catalog in due form", "补上这一列，或者按程序变更目录"},
	"finding.reality.type":                {"{0} is {1} in the catalog, and {3} of its {2} values are not (row {4})", "{0}在目录里是 {1}，{2} 个值里有 {3} 个不是（第 {4} 行）"}, // column, type, numbers, rows
	"finding.reality.type.fix":            {"correct the values, or the data type in the catalog", "改正这些值，或者更正目录的数据类型"},
	"finding.reality.identifier":          {"{2} of the {1} values of {0} have a {3}", "{0}的 {1} 个值里有 {2} 个含{3}"}, // column, numbers, kind
	"finding.reality.sole_trader":         {", mixed with unified social credit codes: most likely the owner's own number of a sole trader", "，同统一社会信用代码混在一起，多半是个体工商户经营者本人的号码"},
	"finding.reality.strong":              {", with check digits that hold", "，校验码都对"},
	"finding.reality.ambiguous":           {"({0} of them pass as a credit code too)", "（其中 {0} 个也合乎信用代码的校验）"}, // number
	"finding.reality.rows":                {"; for one, row {0}", "；例如第 {0} 行"},                                // rows
	"finding.reality.said_masked":         {"; the catalog says that it is masked", "；目录却写着已经脱敏"},
	"finding.reality.masked":              {"{0} has {1} values of {2} with asterisks (shown before and after / all: {3})", "{0}有 {1} 个打了星号的{2}（前后露出的位数/总位数：{3}）"}, // column, number, kind, shape
	"finding.reality.masked.fix":          {"mask all data sets in the same way, or they can be put together again", "各数据集用同一种遮盖方式，免得拼起来还原"},
	"finding.reality.person_name":         {"{2} of the {1} values of {0} look like names of persons", "{0}的 {1} 个值里有 {2} 个像是人名"}, // column, numbers
	"finding.reality.person_name.fix":     {"make sure that the names may be public", "确认是否可以公开姓名"},
	"finding.reality.no_date":             {"the file has no date up to the day of the check, so that nothing tells whether it is kept up to date", "文件里没有不晚于核对之日的日期，看不出数据是否按更新频率更新"},
	"finding.reality.no_date.fix":         {"publish the time of the last update with the data", "发布时带上数据更新时间"},
	"finding.reality.late":                {"the newest date in the file is {0}, {2} days before {1}: more than two periods of the update frequency {3}", "文件里最新的日期是 {0}，到 {1} 已有 {2} 天，超过更新频率“{3}”的两个周期"}, // date, date, days, frequency
	"finding.reality.late.fix":            {"update the data, or correct the update frequency of the catalog", "更新数据，或者更正目录的更新频率"},
	"finding.value":                       {"any kind", "值"},

	// Kinds of identifiers.
	"finding.kind.cn.resident_id":    {"resident identity number", "居民身份证号码"},
	"finding.kind.cn.resident_id_15": {"resident identity number of 15 digits", "十五位身份证号码"},
	"finding.kind.cn.credit_code":    {"unified social credit code", "统一社会信用代码"},
	"finding.kind.bank_card":         {"bank card number", "银行卡号"},
	"finding.kind.cn.mobile":         {"mobile number", "手机号码"},
	"finding.kind.cn.landline":       {"telephone number", "固定电话号码"},
	"finding.kind.cn.passport":       {"passport number", "护照号码"},
	"finding.kind.cn.permit":         {"travel permit number", "通行证号码"},
	"finding.kind.hk.id":             {"Hong Kong identity number", "香港身份证号码"},
	"finding.kind.tw.id":             {"Taiwan identity number", "台湾身份证号码"},
	"finding.kind.cn.plate":          {"number plate", "车牌号码"},
	"finding.kind.cn.officer_id":     {"officer's number", "军官证号码"},
	"finding.kind.email":             {"e-mail address", "电子邮箱"},
	"finding.kind.ip":                {"IP address", "IP 地址"},
	"finding.kind.mac":               {"MAC address", "MAC 地址"},
	"finding.kind.cn.person_name":    {"person's name", "姓名"},

	// Changes of openness.
	"ledger.added":                       {"added", "新增"},
	"ledger.removed":                     {"removed", "删除"},
	"ledger.looser":                      {"looser", "扩大开放"},
	"ledger.stricter":                    {"stricter", "降低开放"},
	"ledger.open_deleted":                {"open entry deleted", "删除已开放条目"},
	"ledger.item_removed":                {"open item removed", "删除已开放数据项"},
	"ledger.item_closed":                 {"item no longer open", "数据项不再开放"},
	"ledger.conditions_tightened":        {"conditions tightened", "开放条件加严"},
	"ledger.frequency_lowered":           {"updated less often", "更新频率降低"},
	"ledger.format_not_machine_readable": {"format no longer machine-readable", "格式不再机器可读"},
	"ledger.renumbered":                  {"renumbered", "更换编号"},
	"ledger.moved":                       {"moved to another unit", "更换单位"},
	"ledger.split":                       {"split", "拆分"},
	"ledger.merged":                      {"merged", "合并"},

	// States of dispositions.
	"state.open":     {"open", "待处置"},
	"state.settled":  {"settled", "已处置"},
	"state.reopened": {"reopened", "目录已变化，须重新处置"},
}
