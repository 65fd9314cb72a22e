package grammar

func monitoringKeys() []Key {
	return []Key{
		instrumentKey(),
		{"event", atLeast(1, dict(Name, Fact(factDepth))), true, Doc{"the fields of a usage event, beside its id and at", "使用事件的字段；id 和 at 另有，不在此声明"}},
		{"permission", dict(Name, Fact(factDepth)), false, Doc{"what was agreed, found by event.permission", "约定的内容，按 event.permission 查得"}},
		{"lateness", leaf(Text), false, Doc{"how late an event may arrive, such as 2h; 1h by default", "事件最多可以迟到多久，如 2h；默认 1h"}},
		parametersKey(),
		{"windows", dict(Name, mapping(
			Key{"label", leaf(Text), false, Doc{"the name a person reads", "名称"}},
			Key{"count", leaf(Bool), false, Doc{"true: how many events", "true：事件数"}},
			Key{"sum", leaf(Expr), false, Doc{"the sum of an int or a decimal", "整数或者 decimal 之和"}},
			Key{"distinct", leaf(Expr), false, Doc{"how many different values", "不同值的个数"}},
			Key{"values", leaf(Expr), false, Doc{"the different texts, as a list", "不同的文本值（列表）"}},
			Key{"where", leaf(Expr), false, Doc{"only events for which it holds", "只计入满足条件的事件"}},
			Key{"by", atLeast(1, list(leaf(Name))), true, Doc{"the fields that make the key", "分组的字段"}},
			Key{"over", leaf(Text), true, Doc{"its length, such as 24h or 30d", "窗口长度，如 24h、30d"}},
			Key{"step", leaf(Text), false, Doc{"its resolution; a 24th of over by default", "窗口滑动的粒度，默认为 over 的二十四分之一"}},
			Key{"limit", leaf(Int), false, Doc{"of distinct and values: how many are told apart; more is an alert", "distinct 和 values 最多区分的个数；超过即预警"}},
		)), false, Doc{"sliding windows over the events, by key", "按键分组的事件滑动窗口"}},
		variablesKey(), interpretationsKey(), waiversKey(),
		{"rules", atLeast(1, list(mapping(append(ruleHead(),
			Key{"when", leaf(Expr), true, Doc{"the condition of an alert", "预警条件"}},
			Key{"severity", choice("low", "medium", "high"), false, Doc{"how serious it is; medium by default", "严重程度，默认 medium"}},
			Key{"by", atLeast(1, list(leaf(Name))), false, Doc{"the fields that tell its alerts apart, beside those of its windows", "除窗口的键以外，区分预警的字段"}},
			Key{"cooldown", leaf(Text), false, Doc{"one alert a key in that time", "同一键在此期间只预警一次"}},
			Key{"unknown", choice("alert", "note"), false, Doc{"what becomes of it where a fact is absent; alert by default", "事实缺失时：预警（默认）或者仅提示"}},
			messageKey(), effectiveKey(), pinKey(),
		)...))), true, Doc{"the rules; their order has no meaning", "规则，先后无意义"}},
	}
}
