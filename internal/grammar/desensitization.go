package grammar

func desensitizationKeys() []Key {
	return []Key{
		instrumentKey(),
		{"standard", leaf(Text), false, Doc{"the technical standard it follows", "所依据的技术标准"}},
		{"keys", list(leaf(Word)), false, Doc{"names of the keys that the host supplies", "由宿主提供的密钥名称"}},
		{"columns", atLeast(1, dict(Text, mapping(
			Key{"label", leaf(Text), true, Doc{"the name a person reads", "名称"}},
			Key{"type", choice("bool", "int", "double", "string", "decimal", "date", "timestamp"), true, Doc{"the type", "类型"}},
			Key{"class", choice("direct", "quasi", "sensitive", "plain"), true, Doc{"what it does to a person's identity", "标识类别"}},
			Key{"semantic", leaf(Text), false, Doc{"the semantic type, such as cn.mobile", "语义类型，如 cn.mobile"}},
			Key{"join", leaf(Word), false, Doc{"the name under which its pseudonyms may join those of other policies", "假名可据以关联的域名"}},
			Key{"published", list(leaf(Text)), false, Doc{"shapes of masks in which the same identifier is published elsewhere, such as 6+4", "同一标识符在别处已公布的掩码形式，如 6+4"}},
			Key{"optional", leaf(Bool), false, Doc{"row.NAME is an optional value", "row 中为可选值"}},
		))), true, Doc{"the columns", "列"}},
		parametersKey(), interpretationsKey(), waiversKey(),
		{"hierarchies", dict(Text, mapping(
			Key{"builtin", leaf(Text), false, Doc{"a built-in hierarchy, such as cn.division or interval:5,10", "内置层级，如 cn.division、interval:5,10"}},
			Key{"rows", list(list(leaf(Scalar))), false, Doc{"a value and what it generalises to, level by level", "值及其逐级概化"}},
			Key{"file", leaf(Text), false, Doc{"a csv file of such rows beside this one", "与本文件同一目录的 csv 文件，逐行列出值及其概化"}},
		)), false, Doc{"generalisation hierarchies", "概化层级"}},
		{"rules", atLeast(1, list(mapping(append(ruleHead(),
			Key{"where", leaf(Expr), true, Doc{"the columns it covers", "适用的列"}},
			Key{"apply", leaf(Expr), true, Doc{"the transform", "处理"}},
			Key{"on_invalid", choice("suppress", "refuse"), false, Doc{"what becomes of a value it cannot take", "不合格的值如何处理"}},
			Key{"yields_to", leaf(Words), false, Doc{"the rules that come before it", "让位于哪些规则"}},
			messageKey(), pinKey(),
		)...))), true, Doc{"the rules", "规则"}},
		{"rows", list(mapping(append(ruleHead(),
			Key{"when", leaf(Expr), true, Doc{"the rows it concerns", "适用的行"}},
			Key{"drop", leaf(Bool), false, Doc{"they are left out", "删除"}},
			messageKey(),
		)...)), false, Doc{"rules on whole rows", "行规则"}},
		{
			"release", list(mapping(append(ruleHead(),
				Key{"require", leaf(Expr), true, Doc{"what must hold before release", "发布前应当成立的条件"}}, messageKey())...)), false,
			Doc{"the gate", "发布条件"},
		},
		{
			"reversal", mapping(
				Key{"basis", leaf(Citations), true, Doc{"the law", "依据"}},
				Key{"holder", leaf(Word), true, Doc{"the name of the second key holder, who alone can open the vault", "另一保管人密钥的名称，只有其能还原"}},
				Key{"columns", leaf(Words), true, Doc{"the columns whose pseudonyms may be reversed", "假名可以还原的列"}},
			), false, Doc{"who may find out what pseudonyms stand for", "假名的还原"},
		},
		{"record", mapping(Key{"basis", leaf(Citations), true, Doc{"the law", "依据"}}), false, Doc{"the processing record", "处理记录"}},
	}
}
