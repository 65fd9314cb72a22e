package grammar

func lifecycleKeys() []Key {
	return []Key{
		instrumentKey(),
		{"deadlines", leaf(Word), false, Doc{"the file of deadlines that its events start, suspend and end", "由其事件起算、中止和终止的期限文件"}},
		factsKey(false), variablesKey(), parametersKey(), interpretationsKey(), waiversKey(),
		{"roles", dict(Name, leaf(Text)), false, Doc{"who acts: name → label", "行为人：名称 → 称谓"}},
		{"states", atLeast(1, dict(Name, mapping(
			Key{"label", leaf(Text), true, Doc{"the name a person reads", "名称"}},
			Key{"initial", leaf(Bool), false, Doc{"the case begins here", "初始状态"}},
			Key{"final", leaf(Bool), false, Doc{"the case ends here: no event is legal any more", "终局状态，此后不再接受事件"}},
		))), true, Doc{"the states a case can be in", "状态"}},
		{"events", atLeast(1, dict(Name, mapping(
			Key{"label", leaf(Text), true, Doc{"the name a person reads", "名称"}},
			Key{"by", leaf(Words), false, Doc{"the roles that may bring it about; any where left out", "可以作出的角色；省略则不限"}},
			Key{"may_state", leaf(Words), false, Doc{"the facts of the case that it may state, anew too; where left out, those that the case does not state yet", "可以写明的事项事实，已写明的也可以改写；省略则只能写明尚未写明的"}},
			Key{"deadline_event", leaf(Name), false, Doc{"the event of the deadlines file that it is; that of the same name by default", "对应的期限文件事件，默认同名"}},
			factsKey(false),
		))), true, Doc{"what can happen", "事件"}},
		{"transitions", atLeast(1, list(mapping(append(ruleHead(),
			Key{"event", leaf(Name), true, Doc{"the event that triggers it", "触发事件"}},
			Key{"from", leaf(Words), true, Doc{"the states in which it can be taken", "起始状态"}},
			Key{"to", leaf(Name), true, Doc{"the state it leads to", "到达状态"}},
			Key{"when", leaf(Expr), false, Doc{"chooses among the transitions of one event", "同一事件有多个去向时的条件"}},
			Key{"require", leaf(Expr), false, Doc{"what must hold; otherwise the event is refused", "应当成立的条件，否则拒绝该事件"}},
			messageKey(), effectiveKey(), pinKey(),
		)...))), true, Doc{"how events lead from state to state", "状态如何因事件转换"}},
	}
}
