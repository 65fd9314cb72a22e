package message

// yamlSentences are about the form of a file, BF1000 to BF1014. The first template is English, the second Chinese; the comment
// names the arguments.
var yamlSentences = map[string][2]string{
	// Characters (BF1010).
	"text.utf16": {
		"the file is UTF-16; save it as UTF-8",
		"文件是 UTF-16 编码；请另存为 UTF-8",
	},
	"text.invalid-utf8": { // the byte, as 0xD6
		"the byte {0} is not UTF-8; save the file as UTF-8 (it may be GBK or GB 18030)",
		"字节 {0} 不是 UTF-8；请把文件另存为 UTF-8（原来可能是 GBK 或 GB 18030）",
	},
	"text.control": { // code point, as U+0000
		"the control character {0} may not stand in a rule file; delete it",
		"规则文件中不得有控制字符 {0}；请删除",
	},
	"text.carriage-return": { // code point (U+000D)
		"a lone carriage return ({0}) breaks lines for some programs only; end lines with LF or CRLF",
		"单独的回车符（{0}）只有部分程序当作换行；请以 LF 或 CRLF 换行",
	},
	"text.line-separator": { // code point
		"the character {0} breaks lines for some programs only; delete it or use an ordinary line break",
		"字符 {0} 只有部分程序当作换行；请删除，或者改用普通换行",
	},
	"text.bidi": { // code point
		"the invisible character {0} changes the order in which text is shown; delete it",
		"不可见字符 {0} 会改变文字的显示顺序；请删除",
	},
	"text.invisible": { // code point
		"the character {0} is invisible; delete it",
		"字符 {0} 不可见；请删除",
	},
	"text.replacement": { // code point (U+FFFD)
		"the character {0} shows that text was lost when the file was converted; write the text again",
		"字符 {0} 表明文件转码时丢失了文字；请重新填写",
	},
	"text.escaped-control": { // the escape, as \0
		"the escape {0} makes a control character; remove it",
		"转义 {0} 产生控制字符；请删除",
	},

	// Limits (BF1012).
	"limit.bytes": { // found, limit (the loader reads one byte more than the limit, so "found" can be limit+1)
		"the file has at least {0} bytes, more than the limit of {1} (file size); split it",
		"文件至少有 {0} 字节，超过限额 {1}（文件大小）；请拆分",
	},
	"limit.depth": { // limit
		"maps and lists are nested deeper than the limit of {0} (YAML depth); nest less",
		"映射和列表的嵌套超过限额 {0} 层（YAML 深度）；请减少嵌套",
	},
	"limit.nodes": { // limit
		"the file has more values than the limit of {0} (YAML nodes); split it",
		"文件中的值超过限额 {0} 个（YAML 节点数）；请拆分",
	},
	"limit.problems": { // limit
		"more than {0} problems in this file (the limit of problems per file): reading stopped here; correct those above first",
		"本文件的问题超过 {0} 个（每个文件的问题数限额），读到此处为止；请先改正以上问题",
	},

	// Documents (BF1011).
	"yaml.second-document": {
		"a rule file is one document; move what follows to a file of its own",
		"一个规则文件只能有一个文档；请把以下内容移到单独的文件",
	},
	"yaml.directive": {
		"% directives are not used in rule files; delete the line",
		"规则文件不使用 % 指令；请删除这一行",
	},

	// A tag that ate the negation (BF1003), other tags (BF1008), anchors and aliases (BF1007).
	"yaml.negation-tag": { // the expression
		"YAML reads the leading ! as a tag and drops it, so the negation would be lost; put the whole expression in quotes: {0}",
		"YAML 把开头的 ! 当作标签吃掉，否定会丢失；请把整个表达式放进引号：{0}",
	},
	"yaml.tag": { // the tag, as !!str
		"tags are not used in rule files; delete {0} (quote a value that shall be a text)",
		"规则文件不使用标签；请删除 {0}（要作为文本的值请加引号）",
	},
	"yaml.anchor": { // the anchor, as &base
		"anchors are not used in rule files; delete {0}",
		"规则文件不使用锚点；请删除 {0}",
	},
	"yaml.alias": { // the alias, as *base
		"aliases are not used in rule files; write out what {0} stands for (an expression that begins with * goes into quotes)",
		"规则文件不使用别名；请写出 {0} 所指的内容（以 * 开头的表达式请加引号）",
	},
	"yaml.merge-key": {
		"merge keys (<<) are not used in rule files; write out the entries",
		"规则文件不使用合并键（<<）；请逐项写出",
	},

	// Keys (BF1004, BF1014).
	"yaml.duplicate-key": { // key, line of the first (also the related range)
		"the key {0} stands already on line {1}; keep one of them",
		"第 {1} 行已有键 {0}；请只保留一个",
	},
	"yaml.null-key": {
		"the key is missing (or null); write a key before the colon, in quotes if it shall be called so",
		"冒号前没有键（或者键为 null）；请写上键，确要用这个名称时加引号",
	},
	"yaml.collection-key": {
		"a key cannot be a list or a map; use a text (an expression that begins so goes into quotes)",
		"键不能是列表或映射；请用文本（以此开头的表达式请加引号）",
	},
	"yaml.explicit-key": {
		"keys with ? are not used in rule files; write key: value",
		"规则文件不使用带 ? 的键；请写成 键: 值",
	},
	"yaml.key-over-lines": {
		"a key and its colon must stand on one line",
		"键与冒号必须在同一行",
	},

	// Words, dates, numbers that readers of YAML take for different things (BF1006, BF1009, BF1014).
	"yaml.boolean-word": { // word, what to write
		"{0} is true or false to some readers of YAML and a text to others; write {1} (a text goes into quotes)",
		"{0} 在有的 YAML 读取程序中是布尔值，在有的中是文本；请写 {1}（文本请加引号）",
	},
	"yaml.boolean-key": { // word, what to write
		"as a key, {0} is read as true or false by some readers of YAML; write {1}",
		"键 {0} 会被有的 YAML 读取程序当作布尔值；请写 {1}",
	},
	"yaml.null-word": { // word
		"write null instead of {0}, or put it in quotes",
		"请把 {0} 写成 null；若是文本请加引号",
	},
	"yaml.date": { // the date
		"{0} without quotes becomes a timestamp in some readers of YAML; put it in double quotes",
		"不加引号的 {0} 会被有的 YAML 读取程序变成时间戳；请加双引号",
	},
	"yaml.ambiguous-number": { // number, what to write
		"readers of YAML take {0} for different values; write {1} (codes and times are texts: in quotes)",
		"{0} 在不同的 YAML 读取程序中值不相同；请写 {1}（代码、时间是文本，请加引号）",
	},

	// Expressions (BF1001, BF1002).
	"expression.folded": {
		"a > block joins lines, and a // comment would swallow the rest; use a | block",
		"> 块会把各行连成一行，// 注释会吞掉后面的内容；请用 | 块",
	},
	"expression.multi-line": {
		"an expression over several lines must stand in a | block",
		"多行表达式请写在 | 块中",
	},
	"expression.escape": {
		"escapes in double quotes move columns; use single quotes or a | block",
		"双引号中的转义会使列号错位；请用单引号或 | 块",
	},
	"expression.doubled-quote": {
		"'' in single quotes moves columns; use double quotes or a | block",
		"单引号中的 '' 会使列号错位；请用双引号或 | 块",
	},

	// Syntax (BF1000): values.
	"yaml.colon-in-value": {
		"a colon followed by a space begins a new entry; put the whole value in quotes or in a | block",
		"冒号加空格会开始新的条目；请把整个值放进引号或 | 块",
	},
	"yaml.text-after-quote": {
		"text follows the closing quote; put the whole value in the other kind of quotes or in a | block",
		"右引号之后还有内容；请把整个值放进另一种引号或 | 块",
	},
	"yaml.text-after-flow": {
		"text follows the closing bracket; put the whole value in quotes or in a | block",
		"右括号之后还有内容；请把整个值放进引号或 | 块",
	},
	"yaml.split-value": {
		"inside [] and {} a comma, colon, quote or bracket splits this value; put the whole value in quotes",
		"在 [] 和 {} 中，逗号、冒号、引号或括号会把这个值拆开；请把整个值放进引号",
	},
	"yaml.comment-in-value": {
		"# after a space begins a comment and cuts this value; put the whole value in quotes or in a | block",
		"空格后的 # 会开始注释，把这个值截断；请把整个值放进引号或 | 块",
	},
	"yaml.reserved-character": { // the character
		"no value can begin with {0} here; put it in quotes",
		"此处的值不能以 {0} 开头；请加引号",
	},
	"yaml.block-header": { // | or >
		"text cannot follow {0} on its line; begin it on the next line, or quote a value that begins with {0}",
		"{0} 所在行不能再有内容；请从下一行写起，以 {0} 开头的值请加引号",
	},
	"yaml.block-leading-blank": {
		"this blank line is indented deeper than the text below; remove its spaces",
		"这个空行比下面的文本缩进更深；请删除其中的空格",
	},
	"yaml.unclosed-quote": { // the quote
		"the quote {0} is never closed; close it",
		"引号 {0} 没有闭合；请补上右引号",
	},
	"yaml.bad-escape": { // the escape, as \d
		"{0} is no escape in double quotes; use single quotes (or double the backslash)",
		"双引号中没有转义 {0}；请用单引号（或者把反斜杠写两次）",
	},

	// Syntax (BF1000): lists and maps in brackets.
	"yaml.unclosed-flow": { // the bracket
		"the bracket {0} is never closed; close it",
		"括号 {0} 没有闭合；请补上右括号",
	},
	"yaml.flow-mismatch": { // found, expected
		"{0} closes nothing here; {1} is expected",
		"此处不能用 {0} 闭合；应当是 {1}",
	},
	"yaml.flow-missing-comma": {
		"a comma is missing before this entry",
		"此项之前缺少逗号",
	},
	"yaml.flow-empty-entry": {
		"there is nothing before this comma; remove it or write the entry",
		"逗号之前没有内容；请删除逗号，或者补上条目",
	},
	"yaml.flow-key-without-value": { // the text
		"{0} has no value; write {0}: VALUE, or quote the value that a comma has split",
		"{0} 没有值；请写成 {0}: 值，或者给被逗号拆开的值加引号",
	},
	"yaml.pair-in-list": {
		"key: value inside [] makes a map by surprise; quote the text, or put braces around the map",
		"[] 中的 键: 值 会意外变成映射；文本请加引号，映射请加花括号",
	},

	// Syntax (BF1000): lines and indentation.
	"yaml.missing-colon": {
		"this line is neither key: value nor a list item; a colon may be missing",
		"这一行既不是 键: 值，也不是列表项；可能缺少冒号",
	},
	"yaml.fullwidth-colon": {
		"the colon is full-width; use : and a space",
		"冒号是全角的；请用半角冒号加空格",
	},
	"yaml.space-after-colon": {
		"a space is missing after the colon",
		"冒号之后缺少空格",
	},
	"yaml.space-after-dash": {
		"a space is missing after the dash",
		"短横之后缺少空格",
	},
	"yaml.wide-space": {
		"this is a full-width or no-break space; use ordinary spaces",
		"这是全角空格或不换行空格；请用普通空格",
	},
	"yaml.tab-indentation": {
		"tabs cannot indent; use spaces",
		"不能用制表符缩进；请用空格",
	},
	"yaml.tab-separator": {
		"a tab separates here; use a space",
		"此处用了制表符分隔；请用空格",
	},
	"yaml.bad-indentation": { // spaces found, spaces of the block around (related: what stands before)
		"the indentation of {0} spaces fits no line above; align the line with the one it belongs to (the block around it has {1})",
		"缩进 {0} 个空格，与上面各行都对不齐；请与所属的行对齐（外层缩进 {1} 个空格）",
	},
	"yaml.nested-under-value": { // key, line of the value
		"{0} stands below line {1}, which has a value already; remove that value or the indentation",
		"第 {1} 行已经有值，下面不能再嵌套 {0}；请删除该值，或者取消缩进",
	},
	"yaml.item-in-map": {
		"a list item stands among keys; indent it below its key, or make it a key",
		"列表项混在键之间；请缩进到所属的键之下，或者改成键",
	},
	"yaml.key-in-list": {
		"this line stands among list items; begin it with \"- \", or indent it to the item it belongs to",
		"这一行混在列表项之间；请以“- ”开头，或者缩进到所属的列表项",
	},
	"yaml.list-on-key-line": {
		"a list cannot begin on the line of its key; begin it on the next line",
		"列表不能与键写在同一行；请另起一行",
	},
	"yaml.after-root": {
		"the document is complete before this line; remove it",
		"文档在此行之前已经结束；请删除这一行",
	},
	"yaml.content-after-marker": {
		"nothing can follow --- or ... on its line; begin on the next line",
		"--- 或 ... 所在行不能再有内容；请另起一行",
	},
	"yaml.empty-document": {
		"the file has no content; write apiVersion, kind and metadata",
		"文件没有内容；请写 apiVersion、kind 和 metadata",
	},
	"yaml.syntax": { // the YAML library's own words
		"this is not YAML: {0}",
		"YAML 语法错误：{0}",
	},
	"yaml.disagreement": {
		"two readers of YAML understand this place differently; write it more simply, for example with quotes",
		"两个 YAML 读取程序对此处的理解不同；请换更简单的写法，例如加引号",
	},
}
