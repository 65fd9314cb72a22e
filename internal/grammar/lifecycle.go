package grammar

func lifecycleKeys() []Key {
	return []Key{instrumentKey(), factsKey(false), variablesKey(), parametersKey(), interpretationsKey(), waiversKey()}
}
