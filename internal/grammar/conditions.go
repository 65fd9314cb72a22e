package grammar

func conditionsKeys() []Key {
	return []Key{
		instrumentKey(),
		{"extends", leaf(Words), false, Doc{"files whose requirements come first", "先行适用的条件文件"}},
		{"datasets", leaf(Texts), false, Doc{"the data sets it is for: ids, or patterns that end in *", "适用的数据集：编号，或者以 * 结尾的编号前缀"}},
		{"level", leaf(Int), false, Doc{"the level of the data (Art. 16)", "数据的级别（第十六条）"}},
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
		{
			"agreement", list(mapping(
				Key{"id", leaf(Word), true, Doc{"its id", "编号"}},
				Key{"term", choice("feedback", "purpose", "dissemination", "attribution", "security", "inspection", "other"), true, Doc{"which of the terms of Art. 43 it is", "属于第四十三条的哪一项内容"}},
				Key{"text", leaf(Text), true, Doc{"the term", "条款"}},
			)), false, Doc{"the agreement's terms (Art. 43)", "协议条款（第四十三条）"},
		},
		{
			"levels", mapping(
				Key{"set_by", leaf(Text), true, Doc{"who chose the table", "设定者"}},
				Key{"why", leaf(Text), true, Doc{"why", "理由"}},
				Key{"table", atLeast(1, list(mapping(
					Key{"level", leaf(Int), true, Doc{"the level", "级别"}},
					Key{"requires", leaf(Words), false, Doc{"requirements, or dimensions, that its conditions must have", "应当具备的条件编号或者方面"}},
					Key{"forbids", leaf(Words), false, Doc{"requirements, or dimensions, that they must not have", "不得设定的条件编号或者方面"}},
				))), true, Doc{"a row for each level", "各级一行"}},
			), false, Doc{"the least and the most that conditions ask at each level (Art. 16)", "各级数据条件的下限和上限（第十六条）"},
		},
	}
}
