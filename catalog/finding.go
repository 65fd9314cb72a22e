package catalog

// Severity is how much a finding weighs.
type Severity string

// The severities. An error stops what it was found in from being submitted or published; a warning asks to be looked at.
const (
	SeverityError   Severity = "error"
	SeverityWarning Severity = "warning"
	SeverityInfo    Severity = "info"
)

// Verdict is what a check came to. Entries that are in order are counted and not listed.
type Verdict string

// The verdicts.
const (
	Violated Verdict = "violated"
	Unjudged Verdict = "unjudged" // it cannot be judged: the facts in Missing are not there
)

// Finding is what a check has to say of an entry, of an item or of a whole catalog.
type Finding struct {
	Rule     string   `json:"rule"`            // rule id of a rule file, or of the library: import.frequency, derive.missing, …
	Basis    []string `json:"basis,omitempty"` // citations, long form 第十八条第一款
	Short    []string `json:"short,omitempty"` // the same in short form: 18p1
	Severity Severity `json:"severity"`
	Verdict  Verdict  `json:"verdict"`
	Record   string   `json:"record,omitempty"` // base, open, …
	Entry    string   `json:"entry,omitempty"`  // entry id
	Unit     string   `json:"unit,omitempty"`
	Item     string   `json:"item,omitempty"`
	Field    string   `json:"field,omitempty"` // as in JSON
	Place    *Place   `json:"place,omitempty"`
	Message  string   `json:"message"`       // in the language of the rule file; of the library, Chinese
	Fix      string   `json:"fix,omitempty"` // what to do
	// The same in English; empty where there is none: Text falls back.
	MessageEN string   `json:"message_en,omitempty"`
	FixEN     string   `json:"fix_en,omitempty"`
	Missing   []string `json:"missing,omitempty"` // of an unjudged one: the facts that are missing
}
