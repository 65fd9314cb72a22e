package grammar

func conditionsKeys() []Key {
	return []Key{
		instrumentKey(),
		{"extends", leaf(Words), false, Doc{"files whose requirements come first", "先行适用的条件文件"}},
		{"datasets", leaf(Words), false, Doc{"the data sets it is for", "适用的数据集"}},
		factsKey(false), variablesKey(), parametersKey(), interpretationsKey(), waiversKey(),
		{"requirements", list(mapping(append([]Key{
			{"id", leaf(Word), true, Doc{"its id", "编号"}},
			{"dimension", choice("user", "scenario", "usage"), true, Doc{"user, scenario or usage (Arts. 25-27)", "主体、场景、方式（第二十五至二十七条）"}},
			{"basis", leaf(Citations), true, Doc{"the law it applies", "依据"}},
		},
			Key{"when", leaf(Expr), false, Doc{"whether it concerns this application", "是否适用于该申请"}},
			Key{"require", leaf(Expr), true, Doc{"what must hold", "应当成立的条件"}},
			Key{"evidence", leaf(Texts), false, Doc{"the materials that show it", "证明材料"}},
			Key{"mitigates", leaf(Texts), false, Doc{"the risk it answers (Art. 24)", "所应对的风险（第二十四条）"}},
			messageKey(),
			Key{"remedy", leaf(Text), false, Doc{"what the applicant can do", "补救办法"}},
			effectiveKey(), pinKey(),
		)...)), false, Doc{"the requirements", "条件"}},
		{
			"obligations", list(mapping(append(ruleHead(),
				Key{"when", leaf(Expr), false, Doc{"whether it concerns this application", "是否适用"}},
				Key{"text", leaf(Text), true, Doc{"the obligation", "义务"}}, effectiveKey())...)), false,
			Doc{"what the agreement must bind the user to", "协议应当约定的义务"},
		},
		{"agreement", leaf(Any), false, Doc{"the agreement's terms", "协议条款"}},
	}
}
