package catalog

// ImportTextForTest is importText, for tests from outside.
var ImportTextForTest = importText
