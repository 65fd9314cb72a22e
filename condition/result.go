package condition

import (
	"encoding/json"
)

// Decision is the advice on an application, or what an authority decided.
type Decision string

// The decisions.
const (
	Approve    Decision = "approve"    // every requirement holds
	Reject     Decision = "reject"     // one fails, or cannot be evaluated
	Incomplete Decision = "incomplete" // none fails, and facts are missing that one of them depends on
)

// Holding is what became of a requirement.
type Holding string

// The holdings. A requirement that is known not to concern the application holds, and says so.
const (
	Holds        Holding = "holds"
	Fails        Holding = "fails"
	Unknown      Holding = "unknown"
	Errs         Holding = "error"
	NotConcerned Holding = "not_concerned"
)

// Result is an answer. It is a value: it marshals to the same bytes for the same rules, facts and time, and can be kept as evidence. Ids
// are those of the rule file.
type Result struct {
	Decision Decision `json:"decision"`
	Failed   []string `json:"failed"` // requirements that fail or err
	// Missing are, of an incomplete application, exactly the facts that can still change one of its unknown requirements, the most decisive
	// first.
	Missing []string `json:"missing"`
	// Evidence is, of an incomplete application, what to hand in for the requirements that are unknown; of a rejected one, what those ask
	// for that failed.
	Evidence    []string `json:"evidence"`
	Obligations []string `json:"obligations"` // of an approval: those that bind the user
	Reasons     []string `json:"reasons"`     // of a rejection: one text for each of Failed, in their order

	Name      string `json:"name,omitempty"` // of the application, where the facts name it
	Ruleset   string `json:"ruleset"`        // KIND/NAME
	Digest    string `json:"digest"`         // sha256:… of the rule file and those it extends
	At        string `json:"at"`             // RFC 3339, Asia/Shanghai
	Status    string `json:"status"`         // of the rule file: draft, in-force or repealed
	UsageMode string `json:"usage_mode"`     // the value of the fact usage_mode (Article 27); empty where there is none

	Requirements    []Requirement `json:"requirements"`
	Duties          []Duty        `json:"duties"` // Obligations in full
	Interpretations []string      `json:"interpretations"`

	// Exact is false, and left out of JSON otherwise, where the completions of the absent facts could not be enumerated: Missing may then
	// hold too much, and a requirement be unknown that is known.
	Exact bool `json:"-"`

	evaluation *evaluation // what Explain, Trace and FactsDigest are made from; nil in a Result read back from JSON
	digest     string      // of the facts, in a Result read back from JSON
}

// Requirement is what became of one requirement, in the order of the rule file, inherited ones first.
type Requirement struct {
	ID        string   `json:"id"`
	Dimension string   `json:"dimension"` // user, scenario or usage (Articles 25 to 27)
	Basis     string   `json:"basis"`     // citation as the law writes it
	Short     string   `json:"short"`     // and in short
	Holds     Holding  `json:"holds"`
	Message   string   `json:"message"`
	Remedy    string   `json:"remedy"`
	Missing   []string `json:"missing"` // of an unknown one: exactly the absent facts that can still change it, in the order declared
	Evidence  []string `json:"evidence"`
	Mitigates []string `json:"mitigates"`
	Error     string   `json:"error"` // of one that errs
}

// Duty is an obligation that binds the user.
type Duty struct {
	ID    string `json:"id"`
	Basis string `json:"basis"`
	Short string `json:"short"`
	Text  string `json:"text"`
	// When is left out where the obligation is known to apply. Otherwise it is unknown or error, and the obligation binds all the same.
	When string `json:"when,omitempty"`
}

// FactsDigest returns sha256:… over the facts as they were taken: JSON with sorted keys, absent facts left out.
func (r *Result) FactsDigest() string {
	if r.evaluation == nil {
		return r.digest
	}
	return r.evaluation.factsDigest()
}

// plainResult is a Result without its methods.
type plainResult Result

type resultJSON struct {
	*plainResult
	FactsDigest string `json:"facts_digest"`
	Exact       *bool  `json:"exact,omitempty"` // only where false
}

// MarshalJSON writes the shape of `banfa decide --json`.
func (r *Result) MarshalJSON() ([]byte, error) {
	out := resultJSON{plainResult: (*plainResult)(r), FactsDigest: r.FactsDigest()}
	if !r.Exact {
		out.Exact = new(bool)
	}
	return json.Marshal(out)
}

// UnmarshalJSON reads back what MarshalJSON wrote. Such a Result has its digests and can be compared, recorded and kept; to explain it,
// decide again.
func (r *Result) UnmarshalJSON(text []byte) error {
	in := resultJSON{plainResult: (*plainResult)(r)}
	if err := json.Unmarshal(text, &in); err != nil {
		return err
	}
	r.Exact, r.digest, r.evaluation = in.Exact == nil, in.FactsDigest, nil
	return nil
}
