package main

// helpChinese holds the help texts in Chinese, by the English text that stands where the command or flag is declared.
var helpChinese = map[string]string{ // #nosec G101 -- texts, not credentials
	"Rule files for opening public data: check, test and apply them.": "公共数据开放规则文件：检查、测试、适用。",

	// 命令
	"Parse, type-check, lint and analyse rule files.": "检查规则文件：语法、类型、写法和逻辑。",
	"Run suites.": "运行用例。",
	"Lay rule files out canonically, comments kept.":                                  "按统一格式排版规则文件，保留注释。",
	"Decide open types, with reasons, missing facts and paths to a more open type.":   "判定开放类型，给出理由、缺少的事实，以及依法更加开放的途径。",
	"Interview: ask only what can still change the answer.":                           "问答：只问仍会影响结论的事实。",
	"Decide whether a recorded open type may be changed (Art. 15).":                   "判定已登记的开放类型能否变更（第十五条）。",
	"Compute when a deadline ends, with its day-by-day proof.":                        "计算期限届满日，逐日列出依据。",
	"Keep base and open catalogs: import, check, derive, compare, export.":            "基础目录和开放目录：导入、检查、派生、比较、导出。",
	"From a base catalog to its report and open catalog, in one go (Arts. 17 to 20).": "由基础目录一次得出报告和开放目录（第十七条至第二十条）。",
	"Show article, rules and cases side by side.":                                     "并列条文、规则和用例。",
	"Print the JSON Schema of rule files, or of one file's facts.":                    "输出规则文件或者某个文件的事实的 JSON Schema。",
	"Answer the executor protocol on standard input and output.":                      "在标准输入输出上应答执行器协议。",
	"Show the help of a command.":                                                     "显示某个命令的用法。",
	"Print the version.":                                                              "显示版本。",

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

	// catalog import
	"The catalog: xlsx, csv, JSON, JSON lines, CKAN or DCAT-US, as it is or as gzip; - for standard input.": "目录：xlsx、csv、JSON、JSON Lines、CKAN 或者 DCAT-US，可以是 gzip；- 表示标准输入。",
	"A file of further labels of columns and of code tables.":                                               "补充列名和代码表的文件。",
	"The code table by which numbers are read, such as national.":                                           "解读数字所用的代码表，如 national。",
	"The encoding of a text table, instead of detecting it.":                                                "文本表格的编码；默认自动识别。",
	"The delimiter of a text table, instead of detecting it; tab for a tab.":                                "文本表格的分隔符；默认自动识别，制表符写 tab。",
	"The one sheet of a spreadsheet to read.":                                                               "只读电子表格的这一个工作表。",
	"Write the catalog to this file as JSON lines.":                                                         "把目录以 JSON Lines 写入该文件。",

	// catalog check
	"The base catalog: a spreadsheet, CSV, JSON, JSON lines, CKAN or DCAT-US; - for standard input.": "基础目录：电子表格、CSV、JSON、JSON Lines、CKAN 或者 DCAT-US；- 表示标准输入。",
	"The open catalog, to be held against it (Art. 18).":                                             "与之对照的开放目录（第十八条）。",
	"The base catalog before the changes (Art. 15).":                                                 "变更以前的基础目录（第十五条）。",
	"Time of the check; now by default.":                                                             "检查的时点；默认为现在。",
	"The rule file of kind Catalog, where there are several.":                                        "种类为 Catalog 的规则文件（有多个时）。",

	// catalog reality
	"Compare a published file with its entry (Arts. 38 and 70).":          "把已发布的文件同目录条目核对（第三十八条、第七十条）。",
	"The published file: csv or xlsx.":                                    "已发布的文件：csv 或者 xlsx。",
	"The catalog that lists it; - for standard input.":                    "列有该数据的目录；- 表示标准输入。",
	"The entry's id; it may be left out where the catalog has one entry.": "条目的编号；目录只有一个条目时可以不写。",

	// catalog export
	"Derive the open catalog from the base catalog (Art. 18).":                                  "由基础目录派生开放目录（第十八条）。",
	"List what changed between two catalogs, and which changes need a ground (Art. 15).":        "列出两份目录之间的变更，以及哪些变更须有依据（第十五条）。",
	"Merge the catalogs of agencies and districts into one (Art. 19).":                          "汇总各部门和各区的目录（第十九条）。",
	"Read a catalog of any form, and say what was not understood (Art. 17).":                    "读入任何形式的目录，列出未能识别的内容（第十七条）。",
	"Check a base or open catalog (Arts. 10 to 23).":                                            "检查基础目录或者开放目录（第十条至第二十三条）。",
	"Write the open catalog in a format of other programs (Art. 21).":                           "把开放目录写成其他程序的格式（第二十一条）。",
	"The catalog: a spreadsheet, CSV, JSON, JSON lines, CKAN or DCAT-US; - for standard input.": "目录：电子表格、CSV、JSON、JSON Lines、CKAN 或者 DCAT-US；- 表示标准输入。",
	"xlsx, csv, json, jsonl, dcat-ap, dcat-us, ckan or table-schema.":                           "xlsx、csv、json、jsonl、dcat-ap、dcat-us、ckan 或者 table-schema。",
	"The file to write; standard output by default.":                                            "写入的文件；默认为标准输出。",
	"Write the base catalog, with what is closed: for the inside, not to be published.":         "写出基础目录，含不予开放的内容：仅供内部使用，不得公布。",
	"Write nothing and end with status 3 where the format requires what the catalog lacks.":     "目录缺少该格式必填的内容时不写文件，退出状态为 3。",
	"Title of the whole catalog.":                                                               "整个目录的标题。",
	"Description of the whole catalog.":                                                         "整个目录的说明。",
	"Who publishes the catalog; its unit by default.":                                           "目录的发布者；默认为目录的单位。",
	"Where the catalog is published: the beginning of its identifiers.":                         "目录的公布地址，用作标识符的开头。",
	"Address of the licence.":                                                                   "许可协议的地址。",
	"Who answers questions; the entry's unit by default.":                                       "联系人；默认为条目的单位。",
	"Address for questions.":                                                                    "联系邮箱。",

	// open
	"The base catalog: xlsx, csv, JSON or JSON lines; - reads JSON lines from standard input.": "基础目录：xlsx、csv、JSON 或者 JSON Lines；- 表示从标准输入读 JSON Lines。",
	"Folder for the report and the open catalog; it must not exist, or be empty.":              "写入报告和开放目录的文件夹，应当不存在或者为空。",
	"Replace the files of an earlier run in DIR; other files there stay.":                      "替换文件夹中以前运行的结果，其他文件不动。",
	"Keep a recorded open type that the facts neither determine nor rule out.":                 "事实既不能确定也不能排除时，保留已登记的开放类型。",
	"End with status 3 where there are findings that are errors.":                              "有错误级别的问题时，退出状态为 3。",

	// catalog derive, diff, merge
	"The base catalog, in any format that import reads; - for standard input.": "基础目录，import 能读的任何格式；- 表示标准输入。",
	"An open catalog to prove instead of deriving one.":                        "不派生，核对这一开放目录。",
	"Write the open catalog to this file as JSON lines.":                       "把开放目录以 JSON Lines 写入该文件。",
	"The catalog before.": "变更前的目录。",
	"The catalog after.":  "变更后的目录。",
	"The legal basis of a downgrade: id of the entry, =, citation.":                 "降低开放程度的法律依据：条目编号=条款。",
	"The submissions, each as source, =, file.":                                     "各来源的报送，写作：来源=文件。",
	"The submission of a source before, as source, =, file.":                        "某来源的上次报送，写作：来源=文件。",
	"A unit's old name, =, its new one, as after a reorganisation; again for each.": "单位更名（如机构改革后），写作：旧名=新名；可多次给出。",
	"The ids that a source declares deleted, one a line, as source, =, file.":       "某来源声明删除的编号，每行一个，写作：来源=文件。",
	"Accept a submission whose declared deletions leave nothing of the one before.": "允许声明删除后上次报送的条目一条不剩。",
	"From which percentage of entries lost a submission is refused; 100 for never.": "减少的条目超过百分之几时不予采用；100 表示不限。",
	"Write the merged catalog to this file as JSON lines.":                          "把汇聚后的目录以 JSON Lines 写入该文件。",
	// catalog fusion
	"Review what the open entries say together (Art. 20).":                     "融合审查：开放的目录合在一起会泄露什么（第二十条）。",
	"The catalog, in any format that import reads; - for standard input.":      "目录，import 能读的任何格式；- 表示标准输入。",
	"A file of fusion rules to use instead of the built-in ones.":              "代替内置规则的融合规则文件。",
	"Count closed and masked data too: what the whole base catalog could say.": "不予开放和已脱敏的数据也计入：整个基础目录合在一起会说明什么。",
	"Count the entries too whose open type is not decided yet.":                "开放类型尚未确定的目录也计入。",
	"Show only what opening this entry would add.":                             "只显示开放该条目录将增加的风险。",
	"A file of what was decided about findings, as JSON or JSON lines.":        "对发现的处置，JSON 或者 JSON Lines 文件。",

	// schema、help
	"The kind of rule file; all kinds by default.":              "规则文件的种类；默认为全部种类。",
	"The facts of one file instead: KIND/NAME.":                 "改为输出某个文件的事实：种类/名称。",
	"Write one schema per kind, and one of all, into a folder.": "把各种类的和合并的 schema 写入文件夹。",
	"The command; all of them by default.":                      "命令；默认列出全部命令。",
}
