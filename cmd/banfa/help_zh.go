package main

// helpChinese holds the help texts in Chinese, by the English text that stands where the command or flag is declared.
var helpChinese = map[string]string{ // #nosec G101 -- texts, not credentials
	"Rule files for opening public data: check, test and apply them.": "公共数据开放规则文件：检查、测试、适用。",

	// 命令
	"Parse, type-check, lint and analyse rule files.": "检查规则文件：语法、类型、写法和逻辑。",
	"Run suites.": "运行用例。",
	"Lay rule files out canonically, comments kept.":                                "按统一格式排版规则文件，保留注释。",
	"Decide open types, with reasons, missing facts and paths to a more open type.": "判定开放类型，给出理由、缺少的事实，以及依法更加开放的途径。",
	"Interview: ask only what can still change the answer.":                         "问答：只问仍会影响结论的事实。",
	"Decide whether a recorded open type may be changed (Art. 15).":                 "判定已登记的开放类型能否变更（第十五条）。",
	"Compute when a deadline ends, with its day-by-day proof.":                      "计算期限届满日，逐日列出依据。",
	"Show article, rules and cases side by side.":                                   "并列条文、规则和用例。",
	"Print the JSON Schema of rule files, or of one file's facts.":                  "输出规则文件或者某个文件的事实的 JSON Schema。",
	"Answer the executor protocol on standard input and output.":                    "在标准输入输出上应答执行器协议。",
	"Show the help of a command.":                                                   "显示某个命令的用法。",
	"Print the version.":                                                            "显示版本。",

	// 通用选项
	"Show context-sensitive help.": "显示本用法。",
	"Rule files or folders to use instead of the embedded pack; again for each.": "所用的规则文件或者文件夹，可以重复；默认用内置规则包。",
	"Print JSON, one object a line.":                                             "输出 JSON，每行一个对象。",
	"Language of texts: zh or en (by default the locale's).":                     "文字的语言：zh 或者 en（默认随系统语言）。",

	// check、test、fmt
	"Rule files or folders; - reads one file from standard input. The embedded pack by default.": "规则文件或者文件夹；- 表示从标准输入读一个文件。默认为内置规则包。",
	"Rule files or folders; - reads one file from standard input.":                               "规则文件或者文件夹；- 表示从标准输入读一个文件。",
	"text, json, sarif or github.": "text、json、sarif 或者 github。",
	"Let warnings fail too.":       "有警告也算未通过。",
	"Suites, or folders with suites and rule files. The embedded pack's suites by default.": "用例文件，或者含用例和规则文件的文件夹。默认为内置规则包的用例。",
	"tree, json, junit or tap.":                                                  "tree、json、junit 或者 tap。",
	"Run only the cases whose SUITE/CASE matches.":                               "只运行“用例文件/用例”与之匹配的用例。",
	"Name the cases that pass too.":                                              "通过的用例也逐个列出。",
	"Show what the suites exercise as well.":                                     "同时显示用例的覆盖情况。",
	"Check another implementation, a command that speaks the executor protocol.": "检验另一实现：一个应答执行器协议的命令。",
	"Write the result back to the file.":                                         "把结果写回文件。",
	"Print differences, and end with status 3 where there are any.":              "只显示差异；有差异时退出状态为 3。",

	// classify、ask、change
	"The rule file, where there are several.":                                        "规则文件的名称（有多个时）。",
	"Facts: a JSON file, JSON lines (.jsonl), or - for standard input.":              "事实：JSON 文件、JSON Lines（.jsonl），- 表示标准输入。",
	"Time of the evaluation (RFC 3339, or a date in Asia/Shanghai); now by default.": "判定的时点（RFC 3339，或者北京时间的日期）；默认为现在。",
	"fact=value, set over the facts of one document.":                                "事实=值，覆盖单个文档中的事实。",
	"KIND/NAME, or the name of a classification.":                                    "种类/名称，或者判定文件的名称。",
	"Facts already known, as a JSON file.":                                           "已知的事实，JSON 文件。",
	"Time of the evaluation; now by default.":                                        "判定的时点；默认为现在。",
	"The recorded outcome.":                                                          "已登记的类型。",
	"The outcome to be recorded.":                                                    "拟变更为的类型。",
	"What the facts classify to now; computed from --facts by default.":              "按现有事实判定的类型；默认由 --facts 算出。",
	"Facts of the data set, as a JSON file or - for standard input.":                 "数据集的事实：JSON 文件，- 表示标准输入。",
	"fact=value: of the change (legal_basis, reported) or of the data set.":          "事实=值：变更的（legal_basis、reported）或者数据集的。",

	// due
	"The deadline, or FILE/ID where several files have one of that id.":            "期限；多个文件有同名期限时写 文件/期限。",
	"What happened and when, as name=TIME with its zone; again for each event.":    "发生的事件，写作 名称=时间（带时区），可以重复。",
	"Days that do not count, both ends included; without TO they still run.":       "不计入的期间，含首尾两日；不写 TO 表示尚未结束。",
	"So many units more, as far as the rule file allows.":                          "延长若干单位，以规则文件允许的为限。",
	"Who approved the extensions.":                                                 "批准延长的单位。",
	"The count begins anew at this time.":                                          "从该时间起重新计算。",
	"Use only the notices published by then.":                                      "只用截至该日公布的放假通知。",
	"Time of the computation, for rules with an effective window; now by default.": "计算的时点，用于有施行期间的规则；默认为现在。",
	"Your name for the case, for the iCalendar export.":                            "该事项的名称，用于导出 iCalendar。",
	"Show the proof, day by day.":                                                  "逐日显示依据。",
	"Print a to-do for calendar applications (iCalendar).":                         "输出日历程序的待办事项（iCalendar）。",

	// schema、help
	"The kind of rule file; all kinds by default.":              "规则文件的种类；默认为全部种类。",
	"The facts of one file instead: KIND/NAME.":                 "改为输出某个文件的事实：种类/名称。",
	"Write one schema per kind, and one of all, into a folder.": "把各种类的和合并的 schema 写入文件夹。",
	"The command; all of them by default.":                      "命令；默认列出全部命令。",
}
