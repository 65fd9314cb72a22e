package grammar

func instrumentKeys() []Key {
	return []Key{
		{"articles", atLeast(1, list(mapping(
			Key{"n", leaf(Int), true, Doc{"its number", "条号"}},
			Key{"sub", leaf(Int), false, Doc{"of an inserted article: 1 for 之一", "增补条文：之一记作 1"}},
			Key{"title", leaf(Text), false, Doc{"its heading", "条标"}},
			Key{"paragraphs", atLeast(1, list(leaf(Int))), true, Doc{"the number of items of each paragraph", "各款的项数"}},
			Key{"computable", leaf(Bool), false, Doc{"false where no rule is meant to follow", "不设规则时写 false"}},
			Key{"why", leaf(Text), false, Doc{"why no rule is meant to follow", "不设规则的理由"}},
		))), true, Doc{"the outline", "条文结构"}},
	}
}

func classificationKeys() []Key {
	rule := append(ruleHead(),
		Key{"when", leaf(Expr), true, Doc{"the condition that triggers it", "触发条件"}},
		Key{"outcome", leaf(Word), false, Doc{"the outcome it leads to", "结论"}},
		Key{"overrides", leaf(Words), false, Doc{"the rules of this file that it defeats", "被它排除的规则"}},
		Key{"review", leaf(Bool), false, Doc{"a person decides", "须人工复核"}},
		messageKey(), effectiveKey(), pinKey(),
	)
	return []Key{
		instrumentKey(), factsKey(true), variablesKey(), parametersKey(),
		{"outcomes", atLeast(2, dict(Word, leaf(Text))), true, Doc{"code → label, from least to most restrictive", "代码 → 名称，由宽到严"}},
		{"combine", choice("strictest"), false, Doc{"how several rules combine", "并存时的处理"}},
		interpretationsKey(), waiversKey(),
		{
			"scope", mapping(append(ruleHead(),
				Key{"when", leaf(Expr), true, Doc{"when the file applies at all", "适用范围"}}, messageKey(), pinKey())...),
			false,
			Doc{"outside it nothing is classified", "适用范围；范围之外不作判定"},
		},
		{"rules", atLeast(1, list(mapping(rule...))), true, Doc{"the rules; their order has no meaning", "规则，先后无意义"}},
		{
			"otherwise", mapping(append(ruleHead(),
				Key{"outcome", leaf(Word), true, Doc{"the residual outcome", "兜底结论"}}, messageKey(), pinKey())...),
			false,
			Doc{"applies when no rule with an outcome does", "没有规则给出结论时适用"},
		},
		{"transitions", mapping(
			factsKey(false),
			Key{"rules", atLeast(1, list(mapping(append(ruleHead(),
				Key{"when", leaf(Expr), false, Doc{"the condition that triggers it", "触发条件"}},
				Key{"require", leaf(Expr), true, Doc{"what must hold", "应当成立的条件"}},
				Key{"effect", choice("refuse", "owe"), false, Doc{"refuse the change, or let it take effect and leave a duty", "拒绝变更，或者生效并留下义务"}},
				messageKey(), effectiveKey(), pinKey())...))), true, Doc{"the rules of changing", "变更规则"}},
		), false, Doc{"changing an outcome already recorded", "变更已登记的结论"}},
	}
}

func pinKey() Key {
	return Key{"pin", leaf(Digest), false, Doc{"digest of the article's text", "条文文本摘要"}}
}

func deadlinesKeys() []Key {
	return []Key{
		instrumentKey(),
		{"calendar", leaf(Word), false, Doc{"the working-day calendar", "工作日历"}},
		{"zone", leaf(Text), false, Doc{"the zone in which instants become dates", "时区"}},
		{
			"events", dict(Name, mapping(Key{"label", leaf(Text), true, Doc{"the name a person reads", "名称"}})), true,
			Doc{"the events: instants in the input, civil dates in CEL", "事件：输入为时刻，在 CEL 中为日期"},
		},
		factsKey(false), variablesKey(), parametersKey(), interpretationsKey(), waiversKey(),
		{"deadlines", atLeast(1, list(mapping(append(ruleHead(),
			Key{"actor", leaf(Text), false, Doc{"who must act", "义务主体"}},
			Key{"starts", leaf(Name), true, Doc{"the event that starts it", "起算事件"}},
			Key{"ends", leaf(Name), false, Doc{"the event that ends it", "终止事件"}},
			Key{"due", leaf(Expr), true, Doc{"the due date", "届满日"}},
			Key{"roll", choice("following", "preceding", "none"), false, Doc{"a due date on a day off", "届满日为休息日时"}},
			Key{"suspended", list(mapping(
				Key{"id", leaf(Word), true, Doc{"its id", "编号"}},
				Key{"basis", leaf(Citations), false, Doc{"the law", "依据"}},
				Key{"from", leaf(Name), true, Doc{"the event it begins with", "开始事件"}},
				Key{"to", leaf(Name), true, Doc{"the event it ends with", "结束事件"}},
				messageKey(),
			)), false, Doc{"days that do not count", "不计入的期间"}},
			Key{"extend", mapping(
				Key{"times", leaf(Int), false, Doc{"how many extensions; once by default", "可延长的次数，默认一次"}},
				Key{"max", leaf(Int), false, Doc{"units of all extensions together", "合计延长的上限"}},
				Key{"approval", leaf(Bool), false, Doc{"each needs an approver", "须经批准"}},
				Key{"basis", leaf(Citations), false, Doc{"the law", "依据"}},
			), false, Doc{"whether and how far it may be extended", "延长"}},
			Key{"remind", list(mapping(
				Key{"id", leaf(Word), true, Doc{"its id", "编号"}},
				Key{"at", leaf(Expr), true, Doc{"the day", "提醒日"}},
				messageKey(),
			)), false, Doc{"reminders", "提醒"}},
			Key{"require", leaf(Expr), false, Doc{"what must hold", "应当成立的条件"}},
			messageKey(), effectiveKey(), pinKey(),
		)...))), true, Doc{"the deadlines", "期限"}},
	}
}

func catalogKeys() []Key {
	return []Key{
		instrumentKey(),
		{"records", dict(Name, mapping(
			Key{"basis", leaf(Citations), false, Doc{"the law", "依据"}},
			Key{"key", leaf(Name), false, Doc{"the field that identifies a record", "标识字段"}},
			Key{"of", leaf(Name), false, Doc{"the record whose earlier version it is: same fields, same key", "是哪种记录的上一版本：字段和标识相同"}},
			Key{"fields", atLeast(1, dict(Name, Fact(factDepth))), false, Doc{"the fields", "字段"}},
		)), false, Doc{"the records", "记录"}},
		variablesKey(), parametersKey(), interpretationsKey(), waiversKey(),
		{"rules", atLeast(1, list(mapping(append(ruleHead(),
			Key{"each", leaf(Name), true, Doc{"the record it looks at", "逐条检查的记录"}},
			Key{"at", leaf(Name), false, Doc{"the field a finding points to", "发现所指的字段"}},
			Key{"when", leaf(Expr), false, Doc{"the condition of a finding", "构成发现的条件"}},
			Key{"require", leaf(Expr), false, Doc{"what must hold", "应当成立的条件"}},
			Key{"severity", choice("error", "warning"), false, Doc{"how bad it is", "严重程度"}},
			messageKey(), effectiveKey(), pinKey(),
		)...))), true, Doc{"the checks", "检查规则"}},
	}
}

func suiteKeys() []Key {
	facts := dict(Name, leaf(Any))
	items := list(dict(Name, leaf(Any)))
	return []Key{
		{"subject", leaf(Text), true, Doc{"KIND/NAME of what is tested", "被测文件：种类/名称"}},
		{"at", leaf(Timestamp), false, Doc{"the time of all cases", "全部用例的时点"}},
		{"fixtures", dict(Word, facts), false, Doc{"named sets of facts", "命名的事实组"}},
		{"cases", list(mapping(
			Key{"id", leaf(Word), true, Doc{"its id", "编号"}},
			Key{"title", leaf(Text), false, Doc{"what it shows", "说明"}},
			Key{"basis", leaf(Citations), false, Doc{"the law it is about", "依据"}},
			Key{"given", leaf(Words), false, Doc{"fixtures it starts from", "所用的事实组"}},
			Key{"without", leaf(Words), false, Doc{"facts taken away: absent, not false", "去掉的事实（缺失而非否）"}},
			Key{"facts", facts, false, Doc{"facts", "事实"}},
			Key{"items", items, false, Doc{"items with their own facts", "数据项及其事实"}},
			Key{"change", dict(Name, leaf(Any)), false, Doc{"from, to, classified and facts of the transitions", "变更：from、to、classified 及变更事实"}},
			Key{"events", dict(Name, leaf(Any)), false, Doc{"events of a deadline", "期限事件"}},
			Key{"history", list(mapping(
				Key{"id", leaf(Text), false, Doc{"the event's own id", "事件自身的 id"}},
				Key{"event", leaf(Name), true, Doc{"the event", "事件"}},
				Key{"at", leaf(Timestamp), true, Doc{"when it happened", "发生时刻"}},
				Key{"by", leaf(Name), false, Doc{"the role that brought it about", "作出者的角色"}},
				Key{"facts", facts, false, Doc{"the facts that it states", "事件写明的事实"}},
			)), false, Doc{"events of a lifecycle, in their order", "生命周期的事件，按先后排列"}},
			Key{"deadline", leaf(Word), false, Doc{"the deadline", "期限"}},
			Key{"stream", items, false, Doc{"usage events in the order of arrival", "按到达先后排列的使用事件"}},
			Key{"at", leaf(Timestamp), false, Doc{"its time", "时点"}},
			Key{"as_of", leaf(Date), false, Doc{"the notices published by then", "截至该日公布的放假通知"}},
			Key{"suspend", leaf(Texts), false, Doc{"days that do not count: FROM..TO, or FROM.. while they still run", "不计入的日期：起..止；尚未结束的写 起.."}},
			Key{"extend", leaf(Any), false, Doc{"so many units more: a number, or a list", "延长的单位数：一个数，或者列表"}},
			Key{"approver", leaf(Text), false, Doc{"who approved the extensions", "延长的批准者"}},
			Key{"restart", leaf(Any), false, Doc{"the count begins anew at this time: one, or a list", "自该时刻重新起算：一个，或者列表"}},
			Key{"skip", leaf(Bool), false, Doc{"it is not run", "跳过"}},
			Key{"why", leaf(Text), false, Doc{"why it is skipped", "跳过的理由"}},
			Key{"expect", dict(Name, leaf(Any)), true, Doc{"what the answer must be; only the keys named are compared", "预期；只比较所列的键"}},
		)), false, Doc{"the cases", "用例"}},
		{"tables", list(mapping(
			Key{"id", leaf(Word), true, Doc{"its id", "编号"}},
			Key{"title", leaf(Text), false, Doc{"what it shows", "说明"}},
			Key{"basis", leaf(Citations), false, Doc{"the law it is about", "依据"}},
			Key{"given", leaf(Words), false, Doc{"fixtures it starts from", "所用的事实组"}},
			Key{"without", leaf(Words), false, Doc{"facts taken away", "去掉的事实"}},
			Key{"facts", facts, false, Doc{"facts of every row", "各行共有的事实"}},
			Key{"at", leaf(Timestamp), false, Doc{"its time", "时点"}},
			Key{"skip", leaf(Bool), false, Doc{"it is not run", "跳过"}},
			Key{"why", leaf(Text), false, Doc{"why it is skipped", "跳过的理由"}},
			Key{"table", leaf(Text), true, Doc{"| facts || expectations |", "| 事实 || 预期 |"}},
		)), false, Doc{"decision tables", "决策表"}},
	}
}

func labelsKeys() []Key {
	texts := dict(Text, leaf(Text))
	return []Key{
		{"language", leaf(Word), true, Doc{"the language, such as en", "语言，如 en"}},
		{"subject", leaf(Text), true, Doc{"KIND/NAME of what is named", "被命名的文件：种类/名称"}},
		{"facts", dict(Name, factLabels()), false, Doc{"of facts", "事实"}},
		{"records", dict(Name, mapping(
			Key{"fields", dict(Name, factLabels()), false, Doc{"of fields", "字段"}},
		)), false, Doc{"of records of catalogs", "目录检查的记录"}},
		{"variables", texts, false, Doc{"of variables", "变量"}},
		{"outcomes", texts, false, Doc{"of outcomes", "结论"}},
		{"scope", leaf(Text), false, Doc{"of the scope", "适用范围"}},
		{"rules", texts, false, Doc{"messages of rules", "规则说明"}},
		{"otherwise", leaf(Text), false, Doc{"of the residual rule", "兜底规则"}},
		{"roles", texts, false, Doc{"of roles", "角色"}},
		{"states", texts, false, Doc{"of states", "状态"}},
		{"events", dict(Name, mapping(
			Key{"label", leaf(Text), false, Doc{"the name", "名称"}},
			Key{"facts", dict(Name, factLabels()), false, Doc{"of facts", "事实"}},
		)), false, Doc{"of events", "事件"}},
		{"event", dict(Name, factLabels()), false, Doc{"of fields of a usage event", "使用事件的字段"}},
		{"permission", dict(Name, factLabels()), false, Doc{"of fields of a permission", "许可的字段"}},
		{"windows", texts, false, Doc{"of windows", "窗口"}},
		{"deadlines", dict(Word, mapping(
			Key{"actor", leaf(Text), false, Doc{"who must act", "义务主体"}},
			Key{"message", leaf(Text), false, Doc{"what must be done", "说明"}},
			Key{"suspended", texts, false, Doc{"messages of suspensions", "不计入期间的说明"}},
			Key{"remind", texts, false, Doc{"messages of reminders", "提醒的说明"}},
		)), false, Doc{"of deadlines", "期限"}},
		{"interpretations", dict(Word, mapping(
			Key{"question", leaf(Text), false, Doc{"the question", "问题"}},
			Key{"choice", leaf(Text), false, Doc{"the choice", "选择"}},
			Key{"reason", leaf(Text), false, Doc{"the reason", "理由"}},
		)), false, Doc{"of interpretations", "解释"}},
		{"transitions", mapping(
			Key{"facts", dict(Name, factLabels()), false, Doc{"of facts", "事实"}},
			Key{"rules", texts, false, Doc{"messages of rules", "规则说明"}},
		), false, Doc{"of transitions", "变更"}},
		{"requirements", dict(Word, mapping(
			Key{"message", leaf(Text), false, Doc{"what it means", "说明"}},
			Key{"remedy", leaf(Text), false, Doc{"what the applicant can do", "补救办法"}},
			Key{"evidence", leaf(Texts), false, Doc{"the materials, in the order of the rule file", "证明材料，顺序同规则文件"}},
			Key{"mitigates", leaf(Texts), false, Doc{"the risks, in the order of the rule file", "所应对的风险，顺序同规则文件"}},
		)), false, Doc{"of requirements", "条件"}},
		{"obligations", texts, false, Doc{"of obligations", "义务"}},
		{"terms", texts, false, Doc{"of terms of the agreement", "协议条款"}},
		{"articles", texts, false, Doc{"headings of articles", "条标"}},
	}
}

func factLabels() *Node {
	return mapping(
		Key{"label", leaf(Text), false, Doc{"the name", "名称"}},
		Key{"ask", leaf(Text), false, Doc{"the question", "询问语"}},
		Key{"act", leaf(Text), false, Doc{"the act", "行为"}},
		Key{"values", dict(Text, leaf(Text)), false, Doc{"labels of codes", "代码的名称"}},
	)
}
