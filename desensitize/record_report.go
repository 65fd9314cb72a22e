package desensitize

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"hash"
	"io"
	"runtime/debug"
	"slices"
	"strings"
	"time"

	"github.com/emmansun/gmsm/sm3"

	"github.com/banfa-go/banfa/internal/deid"
)

// RecordRun is what a record holds beside the report of the run.
type RecordRun struct {
	Started, Finished time.Time
	Inputs, Outputs   []RecordFile // DigestFile makes them
	Approver          string
	Sharing           string        // public, controlled or enclave; "" where it was not stated
	Before            *RecordRisk   // of the input; nil where it was not measured
	Budgets           []RecordSpent // of privacy
}

// Record makes the processing record of a run of the policy; AppendRecord keeps it.
func (p *Policy) Record(r *Report, run RecordRun) (*Record, error) {
	keys, err := p.recordKeys(r.Keys)
	if err != nil {
		return nil, err
	}
	version, digest := libraryVersion()
	out := &Record{
		Version: recordVersion,
		Plan: RecordPlan{
			Policy: r.Policy.Name, PolicyDigest: r.Rules, Library: version, LibraryDigest: digest, Sharing: run.Sharing, Draft: r.Policy.Status == "draft",
		},
		Calculation: RecordCalculation{Before: run.Before, After: recordRisk(r.Facts.Risk, r.Facts.Rows.Out)},
		Evaluation:  RecordEvaluation{Identifiers: -1, Repeated: -1, Released: r.Released, Approver: run.Approver},
		Operation: RecordOperation{
			Started: run.Started, Finished: run.Finished, RowsIn: r.Facts.Rows.In, RowsOut: r.Facts.Rows.Out, Dropped: r.Facts.Rows.Dropped,
			Undecided: r.Facts.Rows.Undecided, Inputs: run.Inputs, Outputs: run.Outputs, Keys: keys, Budgets: run.Budgets,
		},
	}
	for _, c := range r.Columns {
		out.Identifiers = append(out.Identifiers, RecordColumn{
			Column: c.Name, Type: c.Type, Class: c.Class, Semantic: c.Semantic, Rule: c.Rule, Transform: c.Apply, Values: c.cells(), Empty: c.Empty,
			Changed: c.Changed, Suppressed: c.Suppressed, Invalid: c.Invalid,
		})
	}
	for _, g := range r.Gate {
		out.Evaluation.Gates = append(out.Evaluation.Gates, RecordGate{g.ID, gateWord(g)})
	}
	if s := r.Facts.Scan; s != nil {
		out.Evaluation.Identifiers, out.Evaluation.Repeated = s.Identifiers, s.Repeated
	}
	return out, nil
}

func gateWord(g GateResult) string {
	switch {
	case g.Holds:
		return "holds"
	case g.Why != "":
		return "unknown"
	}
	return "fails"
}

// recordRisk takes the figures over, and of the verdict the numbers alone.
func recordRisk(f *RiskFacts, rows int64) *RecordRisk {
	if f == nil {
		return nil
	}
	r := &RecordRisk{
		Rows: rows, Classes: f.Classes, K: f.K, L: f.L, T: f.T, Uniques: f.Uniques, Prosecutor: f.Prosecutor, Marketer: f.Marketer, Level: f.Level,
	}
	var v *Verdict
	switch more := f.More.(type) {
	case Verdict:
		v = &more
	case *Verdict:
		v = more
	}
	if v != nil {
		r.RA, r.RB, r.RC, r.Environment, r.Overall = v.Exact.Ra, v.Exact.Rb, v.Exact.Rc, v.Exact.PrContext, v.Exact.R
	}
	return r
}

// recordKeys tells keys by a value derived from them, from which nobody can get back to the key: two runs with one key have one id, whatever the key
// is called.
func (p *Policy) recordKeys(names []string) ([]RecordKey, error) {
	const idBytes = 16
	var keys []RecordKey
	for _, name := range slices.Sorted(slices.Values(names)) {
		k, ok := p.keys[name]
		if !ok {
			return nil, &KeyError{ID: name, Min: deid.MinKey}
		}
		id, err := k.Derive("record id", deid.Domain{DataSet: "record", Column: "key", Purpose: "id"}, idBytes)
		if err != nil {
			return nil, err
		}
		keys = append(keys, RecordKey{name, hex.EncodeToString(id)})
	}
	return keys, nil
}

// libraryVersion is the version of this module, and its digest as go.sum has it where the build tells.
func libraryVersion() (version, digest string) {
	const path = "github.com/banfa-go/banfa"
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "(devel)", ""
	}
	m := &info.Main
	if m.Path != path {
		if i := slices.IndexFunc(info.Deps, func(d *debug.Module) bool { return d.Path == path }); i >= 0 {
			m = info.Deps[i]
		}
	}
	version = m.Version
	if version == "" || !recordVersioN.MatchString(version) {
		version = "(devel)"
	}
	if strings.HasPrefix(m.Sum, "h1:") {
		digest = m.Sum
	}
	return version, digest
}

// FileDigest digests a file while it is read or written: an io.Writer. The zero value is not ready; NewFileDigest makes one.
type FileDigest struct {
	sha, sm hash.Hash
	n       int64
}

// NewFileDigest begins the digests of one file.
func NewFileDigest() *FileDigest { return &FileDigest{sha: sha256.New(), sm: sm3.New()} }

// Write takes more of the file. It never fails.
func (d *FileDigest) Write(p []byte) (int, error) {
	d.n += int64(len(p))
	_, _ = d.sha.Write(p) // hashes never fail
	_, _ = d.sm.Write(p)
	return len(p), nil
}

// File is the file as a record has it.
func (d *FileDigest) File(format string) RecordFile {
	return RecordFile{Format: format, Bytes: d.n, SHA256: hex.EncodeToString(d.sha.Sum(nil)), SM3: hex.EncodeToString(d.sm.Sum(nil))}
}

// DigestFile reads a file and digests it. format is csv, jsonl or parquet.
func DigestFile(r io.Reader, format string) (RecordFile, error) {
	d := NewFileDigest()
	if _, err := io.Copy(d, r); err != nil {
		return RecordFile{}, fmt.Errorf("desensitize: %w", err)
	}
	return d.File(format), nil
}
