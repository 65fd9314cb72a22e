package grammar

func monitoringKeys() []Key {
	return []Key{instrumentKey(), factsKey(false), variablesKey(), parametersKey(), interpretationsKey(), waiversKey()}
}
