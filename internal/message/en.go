package message

// english holds the English templates. The comment after a line names its arguments, in order.
var english = map[string]string{
	// The frame of a rule file: BF1005, BF1012 to BF1017.
	"frame.unknown-key":    "unknown key {0} in {1}; remove it or use a key that {1} has",                               // key, block
	"frame.missing-key":    "{1} lacks the key {0}; add it",                                                             // key, block
	"frame.api-version":    "apiVersion {0} is not known; write banfa/v1",                                               // value
	"frame.kind":           "kind {0} is not known; write one of the kinds of rule files",                               // value
	"frame.duplicate-name": "{0} is declared twice in this bundle; rename one of the two",                               // kind/name
	"frame.duplicate-id":   "the id {0} is used twice; give one of the two another id",                                  // id
	"name.not-identifier":  "{0} cannot be a name in CEL; use ASCII letters, digits and _, not starting with a digit",   // name
	"name.reserved":        "{0} is a reserved word of CEL; choose another name",                                        // name
	"name.taken":           "{0} already has a meaning in this kind of file; choose another name",                       // name
	"name.shadows":         "{0} is declared both as a fact and as a variable; rename one of them",                      // name
	"name.id-form":         "the id {0} is not usable; use lower-case letters, digits, - and _, starting with a letter", // id

	// Limits: BF1012. The first argument is what was found, the second the limit.
	"limit.file-bytes":       "the file has {0} bytes, more than the limit of {1} (file size); split it",                                        // found, limit
	"limit.files":            "the bundle has {0} files, more than the limit of {1} (files in a bundle)",                                        // found, limit
	"limit.rules":            "the bundle has {0} rules, more than the limit of {1} (rules in a bundle)",                                        // found, limit
	"limit.columns":          "the policy has {0} columns, more than the limit of {1} (columns)",                                                // found, limit
	"limit.expression-bytes": "the expression has {0} bytes, more than the limit of {1} (expression size); move parts of it to variables",       // found, limit
	"limit.expression-depth": "the expression is nested {0} deep, more than the limit of {1} (expression depth); move parts of it to variables", // found, limit
	"limit.table-cases":      "the table expands to {0} cases, more than the limit of {1} (cases of a table); write fewer - cells",              // found, limit
	"limit.exceeded":         "{0} is {1}, more than the limit of {2}",                                                                          // name of the limit, found, limit

	// Shapes and values: BF1014.
	"value.not-mapping":      "{0} must be a mapping (key: value)",                                                    // key
	"value.not-list":         "{0} must be a list",                                                                    // key
	"value.not-scalar":       "{0} must be a single value, not a list or a mapping",                                   // key
	"value.not-string":       "{0} must be a text; put {1} in quotes",                                                 // key, written
	"value.not-int":          "{0} must be a whole number, not {1}",                                                   // key, written
	"value.not-number":       "{0} must be a number, not {1}",                                                         // key, written
	"value.not-bool":         "{0} must be true or false, not {1}",                                                    // key, written
	"value.not-date":         "{0} must be a date in quotes, as \"2026-10-01\", not {1}",                              // key, written
	"value.not-timestamp":    "{0} must be a time with its zone in quotes, as \"2026-10-01T09:00:00+08:00\", not {1}", // key, written
	"value.not-decimal":      "{0} must be a decimal number in quotes, as \"12.30\", not {1}",                         // key, written
	"value.not-duration":     "{0} must be a duration, as 24h or 90m, not {1}",                                        // key, written
	"value.not-one-of":       "{0} cannot be {1}",                                                                     // key, written (hint.one-of beside it)
	"value.not-digest":       "{0} must be sha256: and 64 hexadecimal digits, not {1}",                                // key, written
	"value.empty":            "{0} is empty; fill it in or remove it",                                                 // key
	"value.out-of-range":     "{0} is {1}; it must lie between {2} and {3}",                                           // key, written, least, greatest
	"value.min-over-max":     "min {0} is greater than max {1}; exchange them or correct one",                         // min, max
	"value.from-after-until": "from {0} is after until {1}; exchange them or correct one",                             // from, until
	"value.not-taken":        "{0} has no meaning for type {1}; remove it or change the type",                         // key, type
	"value.needs-key":        "type {1} needs the key {0}; add it",                                                    // key, type
	"value.together":         "{0} and {1} cannot stand together; remove one of them",                                 // key, key

	// Facts, outcomes, rules and what they name: BF1014, and BF2004 for enum values.
	"fact.type-unknown":    "type {1} of {0} is not known",                                                                                                    // fact, written (hint.one-of beside it)
	"fact.enum-value":      "{1} is not a value of {0}; write one of its codes",                                                                               // fact, written
	"fact.assume-type":     "{1} cannot be assumed for {0}, which has type {2}",                                                                               // fact, written, type
	"fact.act-needs-to":    "the act that changes {0} must say to which value, since {0} is not a bool; write act: {text: …, to: …}",                          // fact
	"fact.act-to":          "the act cannot change {0} to {1}, which is not a value of type {2}",                                                              // fact, written, type
	"fact.part":            "{0} belongs to a whole fact, not to a field or an element; remove it, or make this a fact of its own",                            // key
	"fact.label-twice":     "two values of {0} have the label {1}; a suite could not tell them apart, so change one",                                          // fact, label
	"rule.no-effect":       "rule {0} has no outcome, overrides nothing and asks for no review; give it one of these or remove it",                            // rule
	"rule.outcome-unknown": "rule {0} names the outcome {1}, which the file does not declare",                                                                 // rule, outcome
	"outcome.too-few":      "outcomes must declare at least two outcomes, from least to most restrictive",                                                     // -
	"extends.unknown":      "the file extends {0}, which is not in the bundle",                                                                                // name
	"extends.cycle":        "files extend each other in a circle: {0}; remove one of the steps",                                                               // path
	"event.unknown":        "the event {0} is not declared; declare it in events",                                                                             // event
	"deadline.due-form":    "due of {0} must be {1}.addWorkdays(N), or with addDays, addMonths or addYears; N is a whole number of 0 or more, or params.NAME", // deadline, event
	"deadline.remind-form": "at of the reminder {0} must be due.addWorkdays(N) or {1}.addWorkdays(N); N is a whole number, or params.NAME",                    // reminder, event
	"deadline.require":     "require of the deadline {0} would not be evaluated; remove it",                                                                   // deadline
	"calendar.unknown":     "the calendar {0} is not known",                                                                                                   // calendar
	"zone.unknown":         "the zone {0} is not known; write Asia/Shanghai",                                                                                  // zone
	"record.of-unknown":    "of in record {0} names {1}, which must be a record of this file with fields of its own",                                          // record, other
	"catalog.one-of":       "rule {0} needs one of require and when, not both and not neither",                                                                // rule
	"record.unknown":       "the record {0} is not declared; declare it in records",                                                                           // record
	"record.field-unknown": "the record {1} has no field {0}",                                                                                                 // field, record
	"key.undeclared":       "the key {0} is not listed in keys; list it, the host then supplies the secret",                                                   // key
	"dataset.unknown":      "the data set {0} is not in the bundle",                                                                                           // id
	"waiver.code":          "{0} cannot be waived; waivers accept warnings and suite findings, by their code",                                                 // code
	"waiver.unused":        "the waiver of {0} accepts nothing that is found; remove it",                                                                      // code

	// Conditions seen as a whole: BF2005, BF2006, BF2007.
	"rule.always-true":  "the condition of {0} is always true; write true, or correct it",                                             // rule
	"rule.always-false": "the condition of {0} is never true; correct it or remove the rule",                                          // rule
	"fact.unused":       "no expression uses the fact {0}; use it or remove it",                                                       // fact
	"variable.unused":   "no expression uses the variable {0}; use it or remove it",                                                   // variable
	"cost.rule":         "{0} could cost {1}, more than the limit of {2} per rule; bound its lists and texts with max and max_length", // rule, estimate, limit
	"cost.total":        "one evaluation could cost {0}, more than the limit of {1}; bound lists and texts with max and max_length",   // estimate, limit

	// Citations: BF3001. All have what was written as their argument.
	"law.citation-form":       "{0} is not a citation; write it as 第十二条第（三）项 or 第十五条第二款",                                                   // written
	"law.citation-short":      "{0} is the short form of reports; write the citation out",                                                  // written
	"law.citation-english":    "{0} is not how the instrument is cited; write the citation in Chinese",                                     // written
	"law.citation-digits":     "{0} has Arabic numerals; write the numbers in Chinese",                                                     // written
	"law.citation-brackets":   "the number of an item stands in full-width brackets （）, unlike in {0}",                                     // written
	"law.citation-no-ordinal": "a 第 is missing in {0}; it stands before each number",                                                       // written
	"law.citation-characters": "{0} has traditional or variant characters; write 第, 条, 款, 项",                                               // written
	"law.citation-space":      "{0} has spaces where none belong; one stands after another instrument's id, none elsewhere",                // written
	"law.citation-numeral":    "a number in {0} is not written as laws write it; write it as 十二, 一百零一, 二百一十",                               // written
	"law.citation-range":      "a number in {0} is out of range; articles, paragraphs and items count from 1 to 9999",                      // written
	"law.citation-instrument": "the id of the other instrument in {0} is not usable; use lower-case letters, digits and -, then one space", // written
	"law.citation-several":    "{0} holds more than one citation; write a list of them",                                                    // written

	// Citations against the outline: BF3002.
	"law.no-article":       "{0} is not in the outline of {1}, which ends with Article {2}",                   // citation, instrument, last article
	"law.article-absent":   "{0} is not in the outline of {1}",                                                // citation, instrument
	"law.no-paragraph":     "{0} does not exist: paragraph {1} is the article's last",                         // citation, paragraphs
	"law.no-item":          "{0} does not exist: item ({1}) is the last of its paragraph",                     // citation, items
	"law.no-items":         "{0} does not exist: the paragraph has no items",                                  // citation
	"law.single-paragraph": "{0} names the only paragraph; an article with one paragraph is cited without it", // citation
	"law.needs-paragraph":  "{0} must name the paragraph, since the article has {1} of them",                  // citation, paragraphs

	// Law and time: BF3003 to BF3007.
	"law.changed":                 "the text of {0} has changed since it was pinned; read it again, then correct the rule or the pin",                  // citation
	"law.text-lacks":              "the given text of the law has no {0}; give the right text or correct the citation",                                 // citation
	"law.instrument-unknown":      "the instrument {0} is not declared in the bundle; declare it or correct its id",                                    // instrument
	"law.instrument-missing":      "{0} belongs to no instrument: the file names none; add instrument: to the file",                                    // citation
	"law.instrument-repealed":     "the instrument {0} is repealed; cite the one in force or mark the file repealed",                                   // instrument
	"law.instrument-draft":        "the instrument {0} is a draft, so rules that rest on it cannot be in force; mark the file draft",                   // instrument
	"law.instrument-not-yet":      "the instrument {0} takes effect on {1}, after this file does on {2}",                                               // instrument, date, date
	"law.number-no-basis":         "the number {0} in {1} has no source; cite the article that gives it, or move it to parameters with set_by and why", // number, rule
	"law.parameter-no-source":     "the parameter {0} does not say who chose it; add set_by and why",                                                   // parameter
	"law.effective-on-draft":      "a draft has no effective window; remove effective, or change status",                                               // -
	"law.rule-effective-on-draft": "rule {0} has an effective window in a draft; remove effective",                                                     // rule
	"law.review-stale":            "last reviewed on {0}, before {1} changed on {2}; review the file again",                                            // date, what changed, date
	"law.review-old":              "last reviewed on {0}, more than {1} months ago; review the file again",                                             // date, months

	// Logic of the rules: BF4001 to BF4007.
	"logic.gap":               "no rule decides when {0}; add a rule or an otherwise",                                           // facts
	"logic.overlap":           "{0} ({1}) and {2} ({3}) can both apply; write overrides on the exception, or an interpretation", // rule, outcome, rule, outcome
	"logic.never-decisive":    "{0} never decides: whenever it applies, the outcome is the same without it",                     // rule
	"logic.never-applies":     "{0} never applies: no facts make its condition true",                                            // rule
	"logic.always-defeated":   "{0} never applies: it is always overridden by {1}",                                              // rule, rules
	"logic.override-cycle":    "rules override each other in a circle: {0}; remove one of the steps",                            // path
	"logic.overrides-itself":  "{0} overrides itself; remove that",                                                              // rule
	"logic.yields-cycle":      "rules yield to each other in a circle: {0}; remove one of the steps",                            // path
	"logic.yields-itself":     "{0} yields to itself; remove that",                                                              // rule
	"logic.outcome-unreached": "no facts reach the outcome {0}; add a rule for it or remove it",                                 // outcome
	"logic.column-uncovered":  "no rule covers the column {0}; write one, keep() and suppress() are rules too",                  // column
	"logic.column-doubly":     "the column {0} is covered by several rules: {1}; narrow where, or write yields_to",              // column, rules
	"logic.unknown-id":        "{1} in {0} is no rule of this file",                                                             // key, id
	"logic.unknown-waived":    "the waiver names {0}, which is no rule of this file",                                            // id

	// Lifecycles: BF4008, BF4009 and wrong names.
	"lifecycle.fact-unknown":           "the case has no fact {0}; declare it under facts of the file",                                                                                  // fact
	"lifecycle.never-stated":           "no event may state the fact {0}; add it to may_state of the one that does",                                                                     // fact
	"lifecycle.unreachable":            "no event leads to the state {0}; add a transition to it or remove it",                                                                          // state
	"lifecycle.no-final":               "no state is final: a case would never end; write final: true on the state in which it does",                                                    // -
	"lifecycle.dead-end":               "no event leads out of the state {0}; add a transition, or write final: true",                                                                   // state
	"lifecycle.no-end":                 "from the state {0} no final state can be reached; add a transition that leads on",                                                              // state
	"lifecycle.final-leaves":           "the transition {0} leaves the final state {1}; remove that, or the state's final: true",                                                        // transition, state
	"lifecycle.overlap":                "{0} and {1} can both be taken by the event {2} in the state {3}; write when on both so that never more than one holds",                         // transition, transition, event, state
	"lifecycle.overlap-unproved":       "it cannot be shown that {0} and {1} are never both taken by the event {2} in the state {3}; write when on both, one the opposite of the other", // transition, transition, event, state
	"lifecycle.no-initial":             "no state is initial; write initial: true on the one in which a case begins",                                                                    // -
	"lifecycle.initial-twice":          "{0} is initial, and so is {1}; a case begins in one state",                                                                                     // state, state
	"lifecycle.state-unknown":          "the state {0} is not declared; add it to states",                                                                                               // state
	"lifecycle.role-unknown":           "the role {0} is not declared; add it to roles",                                                                                                 // role
	"lifecycle.deadlines-unknown":      "there is no file of kind Deadlines with the name {0} in the bundle; add it, or correct the name",                                               // name
	"lifecycle.fact-twice":             "{0} is a fact of the whole case already; remove it here, or choose another name",                                                               // fact
	"lifecycle.no-deadlines":           "the event cannot be {0}: the file names no deadlines; write deadlines: NAME",                                                                   // event
	"lifecycle.deadline-event":         "the deadlines {1} have no event {0}",                                                                                                           // event, name
	"lifecycle.deadline-never-ends":    "{1} starts the deadline {0}, and no event of this file is {2}, which ends it; declare one",                                                     // deadline, event, event
	"lifecycle.deadline-never-resumes": "{1} suspends the deadline {0}, and no event of this file is {2}, with which it goes on; declare one",                                           // deadline, event, event
	"event.unused":                     "no transition takes the event {0}; write one or remove the event",                                                                              // event

	// Conditions of access: BF4011 to BF4014 and others.
	"conditions.extends-unknown": "{0} in extends is no file of kind Conditions of the bundle; add it, or correct the name",                          // name
	"conditions.extends-cycle":   "files extend each other in a circle: {0}; remove one of the steps",                                                // path
	"conditions.fact-differs":    "the fact {0} is declared otherwise in {1}, which this file extends; remove it here, or declare it alike",          // fact, file
	"conditions.id-inherited":    "the id {0} stands in {1} already, which this file extends; give it another id",                                    // id, file
	"conditions.parameter-type":  "the parameter {0} is {1} here and {2} in the file that is extended; give a value of that type",                    // parameter, type, type
	"conditions.base-broken":     "what {0} says cannot be compiled together with this file",                                                         // file
	"conditions.dataset-pattern": "{0} is no data set: a pattern has one * at its end",                                                               // dataset
	"conditions.dataset-twice":   "the data set {0} has conditions in {1} too ({2}); let one of the files extend the other, or name other data sets", // dataset, file, dataset there
	"conditions.no-issuer":       "the file sets parameters and does not say for whom; add metadata.issuer, the body that sets its thresholds",       // -
	"conditions.no-risk":         "{0} names no risk that it answers; add mitigates (Art. 24)",                                                       // requirement
	"conditions.duplicate":       "{0} asks the same as {1}; remove one of them",                                                                     // requirement, requirement
	"conditions.implied":         "{0} asks nothing that {1} does not ask already; remove it, or narrow {1}",                                         // requirement, requirement
	"conditions.never-met":       "nobody can meet {0}: whatever the facts, it fails or errs; correct require",                                       // requirement
	"conditions.never-met-all":   "nobody can meet all requirements of {0} together; correct one of these: {1}",                                      // file, requirements
	"conditions.level-unknown":   "level {0} is no row of the table of levels of {1}; it has {2}",                                                    // level, file, levels
	"conditions.level-no-table":  "level {0} is compared with no table; extend a file that has levels",                                               // level
	"conditions.always-met":      "{0} holds for every application, and so asks nothing; correct or remove it",                                       // requirement
	"conditions.none":            "{0} has no requirement, and so approves everybody; add requirements, or extend a file that has some",              // file
	"conditions.levels-unknown":  "{1} in {0} of the table of levels is neither the id of a requirement nor user, scenario or usage; correct it",     // key, id
	"conditions.looser":          "the conditions of {0} are looser than level {1} asks; add {2}",                                                    // file, level, what
	"conditions.stricter":        "the conditions of {1} are stricter than level {2} allows: {0} must not be asked",                                  // file, level, requirement

	// Suites: BF5001 to BF5007.
	"suite.unknown-id":       "{0} is no id of {1}",                                                                            // id, subject
	"suite.unknown-rule":     "{0} is no rule of {1}",                                                                          // rule, subject
	"suite.unknown-fact":     "{0} is no fact of {1}",                                                                          // fact, subject
	"suite.unknown-value":    "{1} is no value of {0}",                                                                         // fact, value
	"suite.unknown-outcome":  "{0} is no outcome of {1}",                                                                       // outcome, subject
	"suite.unknown-event":    "{0} is no event of {1}",                                                                         // event, subject
	"suite.unknown-deadline": "{0} is no deadline of {1}",                                                                      // deadline, subject
	"suite.unknown-column":   "{0} is no column of {1}",                                                                        // column, subject
	"suite.unknown-fixture":  "the fixture {0} is not in fixtures",                                                             // fixture
	"suite.unknown-expect":   "{0} is nothing a case of {1} can expect",                                                        // key, kind
	"suite.unknown-path":     "{0} is no value that an answer of {1} has",                                                      // path, kind
	"suite.never-exercised":  "no case exercises {0}; write one in which it applies",                                           // rule
	"suite.item-uncovered":   "no rule follows {0}; write one, or set computable: false with why in the outline",               // citation
	"suite.boundary":         "no case has {0} at {1}, where {2} turns; test {1} and the value beside it",                      // fact, value, rule
	"suite.empty":            "the suite has no case; write one or remove the file",                                            // -
	"suite.no-subject":       "the subject {0} is not in the bundle",                                                           // kind/name
	"suite.subject-form":     "the subject {0} is not written KIND/NAME",                                                       // written
	"suite.subject-kind":     "a suite cannot test {0}",                                                                        // kind/name
	"suite.skip-no-why":      "the case {0} is skipped without a reason; add why",                                              // case
	"suite.no-expectation":   "the case {0} expects nothing, so it cannot fail; add expect",                                    // case
	"suite.table-no-rows":    "the table has no row below its header; write one or remove the table",                           // -
	"suite.table-no-header":  "the table has no header row; begin with | fact | … || outcome |",                                // -
	"suite.table-no-split":   "this row has no ||; facts stand left of it, expectations right",                                 // -
	"suite.table-two-splits": "this row has more than one ||",                                                                  // -
	"suite.table-width":      "this row has {0} cells, the header {1}; add or remove cells",                                    // found, wanted
	"suite.table-bar":        "a row begins and ends with |",                                                                   // -
	"suite.table-column":     "the column {0} stands twice in the table; remove one",                                           // column
	"suite.table-no-column":  "a column of the header has no name",                                                             // -
	"suite.table-cell":       "{1} is no value of {0}; write a value, - for every value, or ? for absent",                      // fact, cell
	"suite.table-any":        "- needs a finite domain, which {0} lacks; write its values out",                                 // fact
	"suite.table-type":       "{0} has type {1}, which a cell cannot hold; write a case instead",                               // fact, type
	"suite.table-path":       "{0} is not written as paths; write FACT + FACT=VALUE → OUTCOME; FACT → OUTCOME, or [] for none", // cell
	"suite.table-literal":    "a table stands in a literal block; write table: | and the rows below it",                        // -
	"suite.unknown-key":      "{0} means nothing in a suite of {1}; remove it",                                                 // key, subject
	"suite.unknown-item":     "{0} is no item of the case {1}",                                                                 // item, case
	"suite.table-star":       "* stands only at the end of a list of ids, as in art12-4*",                                      // -

	// Input of an evaluation: the fact errors. {0} is always the fact's path.
	"input.unknown-fact":  "{0} is not a declared fact",        // fact
	"input.not-object":    "the facts must be one JSON object", // -
	"input.duplicate-key": "{0} is given twice",                // fact

	// What a finding is called.
	"severity.error":   "error",   // -
	"severity.warning": "warning", // -

	// Files of kind Monitoring.
	"monitor.duration":          "{0} is {1}, which is no length of time; write a whole number with s, m, h or d, such as 30m, 24h or 30d",        // key, written
	"monitor.one-of":            "the window {0} needs exactly one of count: true, sum, distinct and values",                                      // window
	"monitor.limit":             "the window {0} tells values apart and has no limit; add limit, the most values that it keeps of a key",          // window
	"monitor.step":              "the step {2} of the window {0} must divide its length {1} into at most {3} parts",                               // window, over, step, most
	"monitor.operand":           "the window {0} takes an expression of the type {1}; {2} is of another one (of an optional field, take orValue)", // window, types, written
	"monitor.by-unknown":        "{0} is no field of the event; by names fields that event declares",                                              // written
	"monitor.by-absent":         "{0} may be absent from an event, so that its key would be unknown; declare it required: true",                   // field
	"monitor.by-type":           "{0} cannot be part of a key: take a bool, an int, an enum, a date, or a string whose max_length is at most {1}", // field, most
	"monitor.join":              "permission is found by event.permission: declare that field in event, of type string and not optional",          // -
	"monitor.none":              "the bundle has no rule file of kind Monitoring",                                                                 // -
	"monitor.several":           "there are several rule files; give the name of one: {0}",                                                        // names
	"monitor.not-found":         "there is no Monitoring/{1}; there is {0}",                                                                       // names, name
	"monitor.not-in-force":      "{0} is not in force on {1}",                                                                                     // file, date
	"monitor.state":             "no state of a monitor, or a damaged one",                                                                        // -
	"monitor.state-rules":       "the state was made with other rules ({0}; here they are {1}): begin without it, or restore it with those rules", // digest, digest
	"monitor.unknown":           "cannot be judged ({1} is absent): {0}",                                                                          // message, names
	"monitor.saturated":         "cannot be ruled out (more than {1} can tell apart): {0}",                                                        // message, windows
	"monitor.error":             "failed ({1}): {0}",                                                                                              // message, error
	"monitor.capacity":          "was not counted, as there is no room for the key of {1}: {0}",                                                   // message, window
	"monitor.alert":             "{0} {1} {2} [{3}] {4}: {5} (events: {6}; {7} in all)",                                                           // time, citation, rule, severity, key, message, ids, total
	"monitor.notice.late":       "{0} {1} came too late to be counted; the newest event is of {2}",                                                // time, id, newest
	"monitor.notice.duplicate":  "{0} {1} was counted before",                                                                                     // time, id
	"monitor.notice.conflict":   "{0} {1} has the id of an event at {2}; it is counted as another",                                                // time, id, time
	"monitor.notice.unjudged":   "{0} {1} cannot be judged by {3}: {2} is absent",                                                                 // time, id, names, rule
	"monitor.notice.permission": "{0} {1} names a permission whose terms cannot be read: {2}",                                                     // time, id, error
	"monitor.notice.ids":        "{0} {1} cannot be told from a repetition: there is no room for more than {2} ids",                               // time, id, limit

	// Hints: the line under a diagnostic that says what to do about it.
	"hint.did-you-mean": "did you mean {0}?",                                                                // name
	"hint.one-of":       "known: {0}",                                                                       // names
	"hint.write-as":     "write {0}",                                                                        // text
	"hint.remove":       "remove {0}",                                                                       // text
	"hint.example":      "for example: {0}",                                                                 // text
	"hint.when":         "it happens when {0}",                                                              // facts
	"hint.cites":        "see {0}",                                                                          // citation
	"hint.waive":        "if this is meant, accept it in waivers: {code: {0}, rules: [{1}], why: …, by: …}", // code, rules

	// Related places.
	"related.first-here":    "first declared here",          // -
	"related.declared-here": "{0} is declared here",         // name
	"related.above":         "what stands above it",         // -
	"related.used-here":     "{0} is used here",             // name
	"related.overrides":     "{0} overrides {1} here",       // rule, rule
	"related.other-rule":    "the other rule, {0}, is here", // rule
	"related.outline":       "the outline of {0} is here",   // instrument
	"related.status":        "the status is set here",       // -

	// De-identification policies: BF4006 and others.
	"policy.owner":              "a policy needs metadata.owner, the body that answers for it (Art. 55); add it",                                                                // -
	"policy.key-unused":         "no transform uses the key {0}; remove it",                                                                                                     // key
	"policy.key-unknown":        "{0} is no key that this policy declares; add it to keys or use one of them",                                                                   // key
	"policy.hierarchy-form":     "hierarchy {0} needs one of builtin, rows and file; write exactly one",                                                                         // name
	"policy.hierarchy-built":    "hierarchy {0}: {1}",                                                                                                                           // name, what is wrong
	"policy.hierarchy-place":    "hierarchy {0}: {1} is no plain name of a file; put it beside this file and write its name alone",                                              // name, file
	"policy.hierarchy-read":     "hierarchy {0}: {1} cannot be read; put it beside this file",                                                                                   // name, file
	"policy.hierarchy-line":     "hierarchy {0}: {1}",                                                                                                                           // name, what is wrong
	"policy.reversal-column":    "reversal: {0} is no column of this policy",                                                                                                    // column
	"policy.reversal-whole":     "reversal: column {0} is not made a pseudonym as a whole, so that nothing could be found by it; apply value.pseudonym(…) alone",                // column
	"policy.mask-weak":          "{0}: column {1}: as few as {3} identifiers share a mask {2}, fewer than {4}; show less of it, or use pseudonym or suppress",                   // rule, column, mask, count, limit
	"policy.mask-weak-given":    "{0}: column {1}: as few as {3} identifiers share a mask {2} where {5} are published too, fewer than {4}; show less of either",                 // rule, column, mask, count, limit, what else is known
	"policy.published":          "column {0}: {1} is no shape of a mask; write how many characters it shows on the left and on the right, such as 6+4",                          // column, text
	"policy.published-kind":     "column {0}: published is of masks of identifiers; its semantic must be one of {1}",                                                            // column, kinds
	"policy.shuffle-direct":     "{0}: column {1} names persons, and shuffle publishes its values, each in another row; use pseudonym, mask or suppress",                        // rule, column
	"policy.hierarchy-unknown":  "{0} is no hierarchy that this policy declares; add it to hierarchies",                                                                         // name
	"policy.label-twice":        "{0} also names the column {1}, so that a file headed by it would leave in doubt which is meant; give each its own",                            // label, column
	"policy.where-fails":        "{0}: whether it covers the column {1} cannot be told; correct the condition",                                                                  // rule, column
	"policy.covers-nothing":     "{0} decides no column; remove it or widen its where",                                                                                          // rule
	"policy.row-no-effect":      "{0} does nothing; add drop: true",                                                                                                             // rule
	"policy.transform-place":    "a transform cannot stand inside a macro such as all() or map(); apply it to the value itself",                                                 // -
	"policy.transform":          "{0}: {1}",                                                                                                                                     // rule, what is wrong
	"policy.argument":           "an argument of {0} must be known when the policy is loaded; write a constant or a parameter",                                                  // function
	"transform.mask-sides":      "mask({0}, {1}): both sides are from 0 to {2} characters",                                                                                      // left, right, maxShown
	"transform.mask-parts":      "mask({0}, {1}) of {2}: its parts are not counted in characters; use its usual mask",                                                           // left, right, kind
	"transform.no-level":        "hierarchy {0} has no level {1}: it has 0 to {2}",                                                                                              // name, level, levels)-1
	"transform.no-hash":         "no hash function \"{0}\": use {1} or {2}",                                                                                                     // h, SHA256, SM3
	"transform.no-cipher":       "no cipher \"{0}\": use {1} or {2}",                                                                                                            // Cipher, AES, SM4
	"transform.noise-bounds":    "noise needs a step above zero and bounds min below max; got step {0}, min {1}, max {2}",                                                       // step, low, high
	"transform.noise-step":      "noise: the step {0} is too large for the bounds",                                                                                              // step
	"transform.noise-epsilon":   "laplace noise needs an epsilon above zero, got {0}",                                                                                           // Epsilon
	"transform.noise-sigma":     "gaussian noise needs a sigma above zero, got {0}",                                                                                             // Sigma
	"transform.noise-kind":      "no noise \"{0}\": use {1} or {2}",                                                                                                             // Kind, Laplace, Gaussian
	"transform.noise-scale":     "noise of scale {0} steps: numerator and denominator must be below 2^{1}; use a coarser step or rounder parameters",                            // RatString, maxScaleBits
	"transform.kind-type":       "values of kind {0} are strings, not {1}",                                                                                                      // Kind, Type
	"transform.no-encoding":     "no encoding \"{0}\": use {1}, {2} or {3}",                                                                                                     // e, Hex, Base32, Letters
	"transform.pseudonym-bits":  "a pseudonym of {0} characters of {1} has {2} bits; it needs at least {3} and can have at most 256",                                            // chars, e, bits, leastBits
	"transform.round-step":      "roundTo({0}): the step must be above zero",                                                                                                    // m
	"transform.band-bounds":     "a band needs from 1 to {0} bounds",                                                                                                            // maxBounds
	"transform.band-rise":       "the bounds of a band must rise: {0} does not after {1}",                                                                                       // n, list
	"transform.sample-rate":     "sample({0}): a rate is above 0 and at most 1, with at most 18 digits",                                                                         // n
	"transform.shift-days":      "shift({0}): from 1 to {1} days",                                                                                                               // days, maxShift
	"transform.truncate-unit":   "truncate(\"{0}\"): use one of {1}",                                                                                                            // unit, Units
	"transform.truncate-date":   "truncate(\"{0}\"): a date has no {0}s",                                                                                                        // unit
	"transform.level-negative":  "generalize({0}, {1}): levels count from 0, the value itself",                                                                                  // name, level
	"transform.not-of-values":   "{0} is no transform of values",                                                                                                                // Name
	"transform.no-option":       "{0}: no option \"{1}\"; known: {2}",                                                                                                           // Name, k, known
	"transform.mask-unknown":    "mask() without numbers masks as is customary for the column's semantic type, and this column has none that is known; write mask(left, right)", // -
	"transform.pseudonym-chars": "pseudonym: chars \"{0}\" is no number",                                                                                                        // c
	"transform.truncate-chars":  "truncate: from 1 to 1024 characters",                                                                                                          // -
	"transform.noise-decimal":   "noise: {0} \"{1}\" is no decimal",                                                                                                             // name, m
	"transform.rows-sample":     "{0} is a transform of values; a rule of rows takes sample alone",                                                                              // function
	"related.column":            "here for the column {0} of type {1}",                                                                                                          // column, type
	"related.hierarchy":         "the policy names the file here",                                                                                                               // -

	// Titles of fixes, as an editor lists them.
	"fix.replace": "replace by {0}", // text
	"fix.remove":  "remove {0}",     // text
	"fix.insert":  "insert {0}",     // text
	"fix.quote":   "put in quotes",  // -
	"fix.rename":  "rename to {0}",  // name
}
