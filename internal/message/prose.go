package message

// prose holds what reports and explanations say: lines of a text rather than findings. The first template is English, the second
// Chinese; the comment names the arguments.
var prose = map[string][2]string{
	"input.of-item": {"{0} of item {1}", "数据项 {1} 的 {0}"},                                                  // fact, item
	"input.near":    {" (did you mean {0}?)", "（是不是 {0}？）"},                                                // name
	"input.syntax":  {"the facts are not JSON: line {0}, column {1}: {2}", "事实不是 JSON：第 {0} 行第 {1} 列：{2}"}, // line, column, what
	"input.limit":   {"the facts are too large: {0} are taken, found {1}", "事实超出限制：可接受 {0}，实际 {1}"},        // limit, found
	"input.wrong":   {"{0} must be {1}, not {2}", "{0} 应当是 {1}，而不是 {2}"},                                   // fact, want, got

	"trace.applies":       {"{0} ({1}) applies: {2}", "{0}（{1}）适用：{2}"},                                            // basis, rule, message
	"trace.defeated":      {"  {0} ({1}) would apply, but is overridden by {2}", "  {0}（{1}）本应适用，被 {2} 排除"},        // basis, rule, rules
	"trace.unknown":       {"{0} ({1}) cannot be told yet: not known: {2}", "{0}（{1}）尚不能判断：缺 {2}"},                 // basis, rule, facts
	"trace.error":         {"{0} ({1}) could not be evaluated: {2}", "{0}（{1}）无法求值：{2}"},                           // basis, rule, error
	"trace.fact":          {"      {1} ({0}) = {2}", "      {1}（{0}）= {2}"},                                        // name, label, value
	"trace.fact-presumed": {"      {1} ({0}) = {2} (presumed, because not given)", "      {1}（{0}）= {2}（未提供，按推定）"}, // name, label, value
	"trace.presumed":      {"presumed, because not given: {1} ({0}) = {2}", "未提供，按推定：{1}（{0}）= {2}"},               // name, label, value

	"word.yes":          {"yes", "是"},
	"word.no":           {"no", "否"},
	"word.absent":       {"not known", "未知"},
	"word.facts":        {"the facts", "事实"},
	"word.comma":        {", ", "、"},
	"word.article":      {"Article {0}", "{0}"}, // short form
	"word.out_of_scope": {"out of scope", "不适用本办法"},
	"word.undetermined": {"undetermined", "尚不能确定"},

	"decide.no-files":         {"the bundle has no rule file of kind Conditions", "没有 Conditions 类的规则文件"},
	"decide.choose":           {"there are several files of conditions; give the name of one, or a data set: {0}", "开放条件文件不止一个，请写明名称或者数据集：{0}"}, // names
	"decide.no-file":          {"no Conditions/{0}; there is {1}", "没有 Conditions/{0}；现有 {1}"},                                                  // name, names
	"decide.no-dataset":       {"no conditions for the data set {0}; there is {1}", "数据集 {0} 没有开放条件；现有 {1}"},                                    // dataset, names
	"decide.not-in-force":     {"{0} is not in force on {1} (from {2} until {3})", "{0} 在 {1} 不在施行期间（{2} 至 {3}）"},                               // file, day, from, until
	"decide.approve":          {"Advice: approve. Every requirement holds.", "建议：同意。全部条件成立。"},
	"decide.reject":           {"Advice: reject. {0} of {1} requirements not met.", "建议：不予同意。{1} 项条件中有 {0} 项不成立。"},                                                      // count, count
	"decide.incomplete":       {"Incomplete: nothing speaks against it so far, and {0} of {1} requirements cannot be told yet.", "材料不齐：目前没有不成立的条件，{1} 项中有 {0} 项尚不能判断。"}, // count, count
	"decide.fails":            {"  {0} ({1}): {2}", "  {0}（{1}）：{2}"},                                                                                                   // basis, id, message
	"decide.remedy":           {"      What can be done: {0}", "      补救：{0}"},                                                                                          // remedy
	"decide.error":            {"  {0} ({1}) could not be evaluated, which counts against the application: {2}", "  {0}（{1}）无法求值，按不成立处理：{2}"},                           // basis, id, error
	"decide.evidence":         {"Materials to hand in:", "需要提交的材料："},
	"decide.material":         {"  {0}", "  {0}"}, // material
	"decide.obligations":      {"Obligations for the agreement:", "协议应当约定的义务："},
	"decide.duty":             {"  {0} ({1}): {2}", "  {0}（{1}）：{2}"},                                                                     // basis, id, text
	"decide.duty-unknown":     {"  {0} ({1}): {2} (binds, because whether it applies is not known)", "  {0}（{1}）：{2}（是否适用不明，按适用处理）"},      // basis, id, text
	"decide.duty-error":       {"  {0} ({1}): {2} (binds, because its condition could not be evaluated)", "  {0}（{1}）：{2}（条件无法求值，按适用处理）"}, // basis, id, text
	"decide.usage-mode":       {"Way of use: {0}", "使用方式：{0}"},                                                                            // label
	"decide.advice":           {"The library advises; the authority decides.", "以上为建议，由有权单位决定。"},
	"decide.needs-reason":     {"the decision {0} differs from the advice {1}: give the reason", "决定（{0}）与建议（{1}）不同：请写明理由"},              // decision, advice
	"decide.no-decision":      {"{0} is no decision; write approve, reject or incomplete", "{0} 不是一种决定；请写 approve、reject 或者 incomplete"}, // decision
	"decide.word.approve":     {"approve", "同意"},
	"decide.word.reject":      {"reject", "不予同意"},
	"decide.word.incomplete":  {"incomplete", "材料不齐"},
	"decide.recorded":         {"Decided: {0}, by {1}, {2}", "决定：{0}（{1}，{2}）"},                // decision, who, when
	"decide.recorded-reason":  {"Reason: {0}", "理由：{0}"},                                       // reason
	"decide.recorded-differs": {"The decision differs from the advice: {0}", "决定与建议不同；建议：{0}"}, // advice
	"decide.needs-at":         {"a recorded decision says when it was made", "记录决定应当写明何时决定"},
	"decide.needs-by":         {"a recorded decision names who decided", "记录决定应当写明由谁决定"},
	"decide.record-long":      {"{0} of a recorded decision has at most {1} characters, not {2}", "所记录决定的 {0} 最多 {1} 个字符，实际 {2} 个"}, // field, limit, length

	"explain.title":          {"{0}", "{0}"}, // name
	"explain.outcome":        {"Outcome: {0} ({1})", "结论：{0}（{1}）"},
	"explain.undetermined":   {"Undetermined. Still possible: {0}", "尚不能确定；仍有可能：{0}"},
	"explain.inexact":        {"(an upper bound: the possibilities could not all be enumerated)", "（这是上限：未能逐一列举全部可能）"},
	"explain.out-of-scope":   {"Out of scope ({0}): another law governs it, and nothing is opened here.", "不适用本办法（{0}）：另有法律规定，此处不开放。"},
	"explain.grounds":        {"Because:", "依据："},
	"explain.known":          {"Known so far:", "目前可知："},
	"explain.rule":           {"  {0} ({1}): {2}", "  {0}（{1}）：{2}"},              // basis, rule, message
	"explain.rule-bare":      {"  {0} ({1})", "  {0}（{1}）"},                       // basis, rule
	"explain.rule-possible":  {"  {0} ({1}), possibly: {2}", "  {0}（{1}），可能：{2}"}, // basis, rule, message
	"explain.missing":        {"To be found out:", "有待查明："},
	"explain.missing-fact":   {"  {0}: {1}", "  {0}：{1}"}, // fact, question
	"explain.conflicts":      {"Less restrictive rules apply as well: {0}", "同时符合较宽的规则：{0}"},
	"explain.review":         {"A person must review this answer.", "须人工复核。"},
	"explain.held-back":      {"Held back by: {0}. Without them: {1}", "受限于数据项：{0}；除去后：{1}"},
	"explain.nothing":        {"nothing remains", "没有其余数据项"},
	"explain.paths":          {"Could lawfully be more open:", "依法还可以更开放："},
	"explain.path":           {"  {0} → {1}", "  {0} → {1}"}, // acts, outcome
	"explain.and":            {"; ", "；"},
	"explain.interpretation": {"Rests on an interpretation ({0}): {1}", "依据解释（{0}）：{1}"},
	"explain.draft":          {"Computed from a draft, not law in force: {0}", "依据的是草案，不是现行有效的规定：{0}"},

	"change.allowed":    {"The change from {0} to {1} may be made.", "可以由 {0} 变更为 {1}。"},
	"change.refused":    {"The change from {0} to {1} is refused.", "不得由 {0} 变更为 {1}。"},
	"change.classified": {"The facts classify to: {0}", "按现有情形判定为：{0}"},
	"change.owed":       {"Still owed ({0}): {1}", "尚有义务（{0}）：{1}"},
	"change.reason":     {"Because ({0}): {1}", "理由（{0}）：{1}"},
	"change.error":      {"{0} could not be evaluated: {1}", "{0} 无法求值：{1}"},

	"catalog.check.unit":     {"{0}: {1} entries, {2} without any violation; {3} errors, {4} warnings, {5} cannot be judged", "{0}：{1} 个条目，{2} 个没有问题；{3} 个错误，{4} 个警告，{5} 处不能判断"}, // unit, numbers
	"catalog.check.fix":      {"{0}: {1} ({2}): {3} entries, {4} %; {5} without any violation once done [{6}]", "{0}：{1}（{2}）：{3} 个条目，占 {4}%；改完后没有问题的条目达到 {5} 个 [{6}]"},          // severity, message, basis, number, share, number, rule
	"catalog.check.unjudged": {"cannot be judged without {0}: {1} records, by {2}", "缺少 {0}，不能判断：{1} 条，涉及 {2}"},                                                                  // facts, number, rules
	"catalog.check.no-set":   {"cannot be judged, since {0} was not given: {1}", "没有给出 {0}，不能判断：{1}"},                                                                            // set, rules
	"catalog.check.more":     {"{0}: {1} more; --json lists them all", "{0}：另有 {1} 处；--json 列出全部"},                                                                               // rule, number
	"catalog.check.summary":  {"{0} violations, {1} cannot be judged", "{0} 处不符，{1} 处不能判断"},                                                                                      // numbers
	"catalog.check.draft":    {"{0} is a draft", "{0} 是草案"},                                                                                                                      // rule file
	"catalog.word.error":     {"error", "错误"},                                                                                                                                    // –
	"catalog.word.warning":   {"warning", "警告"},                                                                                                                                  // –
	"catalog.word.info":      {"note", "提示"},                                                                                                                                     // –
	"catalog.word.unjudged":  {"cannot be judged", "不能判断"},                                                                                                                       // –
	"check.summary":          {"{0} errors, {1} warnings", "{0} 个错误，{1} 个警告"},

	"test.difference": {"    {0}: want {1}, got {2}", "    {0}：应为 {1}，实为 {2}"}, // key, want, got
	"test.error":      {"    the evaluation failed: {0}", "    求值失败：{0}"},
	"test.facts":      {"    facts: {0}", "    事实：{0}"},
	"test.items":      {"    items: {0}", "    数据项：{0}"},
	"test.change":     {"    change: {0}", "    变更：{0}"},
	"test.basis":      {" ({0})", "（{0}）"}, // citations
	"test.no-key":     {"nothing: the answer has no such key", "答案中没有这个键"},
	"test.rows":       {": {0} of {1} rows pass", "：{1} 行中 {0} 行通过"}, // passed, all
	"test.skipped":    {": {0}", "：{0}"},                             // reason
	"test.summary":    {"{0} passed, {1} failed, {2} skipped", "通过 {0}，失败 {1}，跳过 {2}"},

	"ask.help": {
		"Answer with yes or no, a code or its number. ? = do not know, b = back, end of input = stop.",
		"请回答是或否，或者代码、序号。? 不清楚，b 返回上一题，输入结束即停止。",
	},
	"ask.bool": {"[yes/no]", "[是/否]"},

	"coverage.unseen":       {"no case has {0}: {1}", "没有用例取到 {0}：{1}"}, // fact, values
	"coverage.article":      {"{0} {1}", "{0} {1}"},                     // citation, heading
	"coverage.none":         {"  no rule", "  没有规则"},
	"coverage.excluded":     {"  no rule is meant to follow: {0}", "  不设规则：{0}"},
	"coverage.never-true":   {"no case makes the condition of {0} true", "没有用例使 {0} 的条件成立"},   // rule
	"coverage.never-false":  {"no case makes the condition of {0} false", "没有用例使 {0} 的条件不成立"}, // rule
	"coverage.never-absent": {"no case leaves {0} out", "没有用例缺少 {0}"},                         // fact
	"coverage.summary": {
		"rules exercised: {0} of {1}; places of computable articles with a rule: {2} of {3}; values of facts seen: {4} of {5}",
		"用到的规则：{0}/{1}；设有规则的条文：{2}/{3}；取到的事实值：{4}/{5}",
	},
	"coverage.rule": {"  {0}: applies in {1} cases, defeated in {2}", "  {0}：{1} 个用例中适用，{2} 个中被排除"}, // rule, cases, cases
}

// text returns the template of a key in a language.
func text(lang, key string) (string, bool) {
	own := english
	i := 0
	if lang == Chinese {
		own, i = chinese, 1
	}
	if t, ok := own[key]; ok {
		return t, true
	}
	t, ok := prose[key]
	for _, more := range []map[string][2]string{celSentences, yamlSentences, catalogSentences} {
		if ok {
			break
		}
		t, ok = more[key]
	}
	return t[i], ok
}
