package message

// yamlSentences are about the form of a file. The first template is English, the second Chinese.
var yamlSentences = map[string][2]string{}
