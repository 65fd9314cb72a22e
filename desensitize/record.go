package desensitize

import (
	"errors"
	"fmt"
	"regexp"
	"time"
	"unicode/utf8"
)

// Record is the processing record of one run (Art. 55p2). Its parts are those that GB/T 42460-2023 6.6 asks to keep: the plan of the evaluation,
// the report on identifiers, the calculation and its results, the report of the evaluation, and the records of the operation.
//
// It holds no personal data by construction: nothing in it is a cell. Its fields are counts, decimals, digests, times, and names that stand in
// the policy, all checked for their form before the record is written.
//
// The keys of its JSON stand in the order of the fields; the text is canonical: no white space, no HTML escapes, times in UTC to the second.
type Record struct {
	Version  int    `json:"version"`  // of this shape: 1
	Sequence int64  `json:"sequence"` // in its file, from 1; set when it is appended
	Previous string `json:"previous"` // the hash of the line before, RecordStart for the first; set when it is appended

	Plan        RecordPlan        `json:"plan"`
	Identifiers []RecordColumn    `json:"identifiers"` // in the order of the input's columns
	Calculation RecordCalculation `json:"calculation"`
	Evaluation  RecordEvaluation  `json:"evaluation"`
	Operation   RecordOperation   `json:"operation"`

	Signer *RecordSigner `json:"signer,omitempty"` // set when it is appended; nil: not signed
}

// RecordPlan is under which rules the run was to be done.
type RecordPlan struct {
	Policy        string `json:"policy"`         // the name of the policy
	PolicyDigest  string `json:"policy_digest"`  // of the rule files, as Result.Digest has it: sha256:…
	Library       string `json:"library"`        // module version, such as v0.3.0 or (devel)
	LibraryDigest string `json:"library_digest"` // of the module, as go.sum has it: h1:…; "" where the build does not tell
	Sharing       string `json:"sharing"`        // public, controlled or enclave (GB/T 37964-2019); "" where it was not stated
	Draft         bool   `json:"draft"`          // the policy has no window in force yet
}

// RecordColumn is what was decided and done for one column. Counts are of cells of the rows that were written.
type RecordColumn struct {
	Column     string `json:"column"` // its name in the policy
	Type       string `json:"type"`
	Class      string `json:"class"`
	Semantic   string `json:"semantic"`
	Rule       string `json:"rule"`       // the id of the one rule
	Transform  string `json:"transform"`  // as it stands in the policy
	Values     int64  `json:"values"`     // cells that had a value in the input
	Empty      int64  `json:"empty"`      // cells that had none
	Changed    int64  `json:"changed"`    // values that are others in the output
	Suppressed int64  `json:"suppressed"` // values that are gone by the transform
	Invalid    int64  `json:"invalid"`    // malformed values, treated as the policy's on_invalid says
}

// RecordCalculation is the risk before and after, nil where it was not measured.
type RecordCalculation struct {
	Before *RecordRisk `json:"before"` // of the input, by the columns of class quasi as they are
	After  *RecordRisk `json:"after"`  // of the output
}

// RecordRisk is plain numbers of one measurement. Decimals are strings; "" is not measured.
type RecordRisk struct {
	Rows        int64  `json:"rows"`
	Classes     int64  `json:"classes"`
	K           int64  `json:"k"`
	L           int64  `json:"l"`
	T           string `json:"t"`
	Uniques     int64  `json:"uniques"`
	Prosecutor  string `json:"prosecutor"`
	Marketer    string `json:"marketer"`
	Level       int64  `json:"level"`       // of GB/T 42460-2023, 1 to 4; 0 is not evaluated
	RA          string `json:"ra"`          // share of classes above the threshold
	RB          string `json:"rb"`          // the greatest class risk
	RC          string `json:"rc"`          // the mean class risk
	Environment string `json:"environment"` // pr(context)
	Overall     string `json:"overall"`     // R
}

// RecordEvaluation is the verdict.
type RecordEvaluation struct {
	Gates       []RecordGate `json:"gates"`       // in the order of the policy
	Identifiers int64        `json:"identifiers"` // valid identifiers left in the output; -1: not scanned
	Repeated    int64        `json:"repeated"`    // direct identifiers of a row in another of its cells; -1: not scanned
	Released    bool         `json:"released"`    // whether the output was let out
	Approver    string       `json:"approver"`    // who approved the release, as the host names that office or officer; "" where nobody did
}

// RecordGate is one release rule.
type RecordGate struct {
	Rule   string `json:"rule"`
	Result string `json:"result"` // holds, fails, unknown or error
}

// RecordOperation is what was processed, when and with which keys.
type RecordOperation struct {
	Started   time.Time     `json:"started"`
	Finished  time.Time     `json:"finished"`
	RowsIn    int64         `json:"rows_in"`
	RowsOut   int64         `json:"rows_out"`
	Dropped   int64         `json:"dropped"`
	Undecided int64         `json:"undecided"`
	Inputs    []RecordFile  `json:"inputs"`
	Outputs   []RecordFile  `json:"outputs"`
	Keys      []RecordKey   `json:"keys"`    // by name
	Budgets   []RecordSpent `json:"budgets"` // of privacy, by column
}

// RecordFile binds a file by what it holds. Its name is not kept: names of files can name persons.
type RecordFile struct {
	Format string `json:"format"` // csv, jsonl, parquet or rows
	Bytes  int64  `json:"bytes"`  // -1 where there is no file, as for rows of a database
	SHA256 string `json:"sha256"` // 64 hexadecimal digits
	SM3    string `json:"sm3"`    // 64 hexadecimal digits
}

// RecordKey names a key, and never is one: ID is a digest that the key's owner can tell it by.
type RecordKey struct {
	Name string `json:"name"` // in the policy
	ID   string `json:"id"`   // hexadecimal digits
}

// RecordSpent is what a column's noise cost of its privacy budget.
type RecordSpent struct {
	Column  string `json:"column"`
	Epsilon string `json:"epsilon"`
	Delta   string `json:"delta"`
}

// RecordSigner says who signed.
type RecordSigner struct {
	Algorithm string `json:"algorithm"` // Ed25519 or SM2
	Key       string `json:"key"`       // the id of the public key: RecordKeyID
}

// recordVersion is the shape that this file describes.
const recordVersion = 1

// RecordStart stands for the line before the first.
const RecordStart = "sha256:0000000000000000000000000000000000000000000000000000000000000000"

// ErrRecord is the cause of every error about a record that cannot be kept.
var ErrRecord = errors.New("desensitize: record")

// The forms of what a record may hold.
var (
	recordDigest  = regexp.MustCompile(`^sha256:[0-9a-f]{64}$`)
	recordModule  = regexp.MustCompile(`^(h1:[A-Za-z0-9+/]{43}=)?$`)
	recordHex     = regexp.MustCompile(`^[0-9a-f]{64}$`)
	recordID      = regexp.MustCompile(`^[0-9a-f]{8,64}$`)
	recordDecimal = regexp.MustCompile(`^(-?[0-9]{1,40}(\.[0-9]{1,40})?(/[0-9]{1,40})?)?$`)
	recordWord    = regexp.MustCompile(`^[a-z0-9][a-z0-9_.-]{0,127}$`)
	recordVersioN = regexp.MustCompile(`^[A-Za-z0-9()+._-]{0,128}$`)
)

// recordField is one text of a record and the form it must have.
type recordField struct {
	name, text string
	form       *regexp.Regexp // nil: a name of the policy
}

const maxRecordText = 16 << 10 // bytes: the longest expression

// check refuses a record with anything that is not what its field is for.
func (r *Record) check() error {
	for _, f := range r.texts() {
		switch {
		case f.form != nil && !f.form.MatchString(f.text):
			return fmt.Errorf("%w: %s is not of its form", ErrRecord, f.name)
		case !utf8.ValidString(f.text) || len(f.text) > maxRecordText:
			return fmt.Errorf("%w: %s is not text of at most %d bytes", ErrRecord, f.name, maxRecordText)
		}
	}
	o := &r.Operation
	switch {
	case r.Version != recordVersion:
		return fmt.Errorf("%w: version %d; this library knows %d", ErrRecord, r.Version, recordVersion)
	case o.Started.IsZero() || o.Finished.Before(o.Started):
		return fmt.Errorf("%w: it has to begin, and to end no earlier", ErrRecord)
	case len(o.Inputs) == 0:
		return fmt.Errorf("%w: no input", ErrRecord)
	case r.Evaluation.Released && len(o.Outputs) == 0:
		return fmt.Errorf("%w: released without an output", ErrRecord)
	}
	return nil
}

// texts are all texts of a record.
func (r *Record) texts() []recordField {
	p, e, o := &r.Plan, &r.Evaluation, &r.Operation
	f := []recordField{
		{"previous", r.Previous, recordDigest},
		{"policy", p.Policy, nil},
		{"policy_digest", p.PolicyDigest, recordDigest},
		{"library", p.Library, recordVersioN},
		{"library_digest", p.LibraryDigest, recordModule},
		{"sharing", p.Sharing, regexp.MustCompile(`^(public|controlled|enclave)?$`)},
		{"approver", e.Approver, nil},
	}
	for _, c := range r.Identifiers {
		f = append(f,
			recordField{"column", c.Column, nil}, recordField{"type", c.Type, recordWord}, recordField{"class", c.Class, recordWord},
			recordField{"semantic", c.Semantic, nil}, recordField{"rule", c.Rule, nil}, recordField{"transform", c.Transform, nil},
		)
	}
	for _, k := range []*RecordRisk{r.Calculation.Before, r.Calculation.After} {
		if k == nil {
			continue
		}
		for _, d := range []string{k.T, k.Prosecutor, k.Marketer, k.RA, k.RB, k.RC, k.Environment, k.Overall} {
			f = append(f, recordField{"a figure of the calculation", d, recordDecimal})
		}
	}
	for _, g := range e.Gates {
		f = append(f, recordField{"gate", g.Rule, nil}, recordField{"result", g.Result, regexp.MustCompile(`^(holds|fails|unknown|error)$`)})
	}
	for _, x := range append(o.Inputs[:len(o.Inputs):len(o.Inputs)], o.Outputs...) {
		f = append(f,
			recordField{"format", x.Format, recordWord}, recordField{"sha256", x.SHA256, recordHex}, recordField{"sm3", x.SM3, recordHex},
		)
	}
	for _, k := range o.Keys {
		f = append(f, recordField{"key", k.Name, nil}, recordField{"key id", k.ID, recordID})
	}
	for _, b := range o.Budgets {
		f = append(f, recordField{"column", b.Column, nil}, recordField{"epsilon", b.Epsilon, recordDecimal}, recordField{"delta", b.Delta, recordDecimal})
	}
	return f
}

// Facts are what a classification may take from a record (Arts. 15p1, 36): that the data was de-identified, and whether the risk that remains is
// acceptable. It is acceptable only where the output was released, every release rule held, the scan was done and found nothing, and the risk
// was measured and its level, where it was evaluated, is 3 or 4. Take them from records that VerifyRecords has passed.
func (r *Record) Facts() map[string]any {
	return map[string]any{
		"desensitized":             r.Evaluation.Released,
		"residual_risk_acceptable": r.acceptable(),
	}
}

func (r *Record) acceptable() bool {
	e := &r.Evaluation
	if !e.Released || len(e.Gates) == 0 || e.Identifiers != 0 || e.Repeated != 0 || r.Calculation.After == nil {
		return false
	}
	for _, g := range e.Gates {
		if g.Result != "holds" {
			return false
		}
	}
	const safe = 3 // from this level on the risk is below the threshold
	level := r.Calculation.After.Level
	return level == 0 || level >= safe
}
