package catalog

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"
)

// Decision is what was decided about a finding.
type Decision string

// The decisions about what entries say together.
const (
	DecisionAccept    Decision = "accept"    // the risk is taken, for the reason given
	DecisionRaise     Decision = "raise"     // to a stricter open type
	DecisionMask      Decision = "mask"      // the items that make the risk
	DecisionCoarsen   Decision = "coarsen"   // the items that make the risk
	DecisionCondition Decision = "condition" // opened under conditions
)

var fusionDecisions = []Decision{DecisionAccept, DecisionRaise, DecisionMask, DecisionCoarsen, DecisionCondition}

// Disposition is what somebody decided about a finding of the fusion review (Article 20), or about a case of a merge (Article 19), for the
// entries concerned as they were at that time.
type Disposition struct {
	Finding       string   `json:"finding"` // FusionFinding.ID, or MergeCase.ID
	Decision      Decision `json:"decision"`
	Reason        string   `json:"reason"`
	By            string   `json:"by"`
	Date          string   `json:"date"`           // YYYY-MM-DD
	CatalogDigest string   `json:"catalog_digest"` // FusionFinding.Digest or MergeCase.Digest at that time
}

// ErrDisposition is what the errors about dispositions wrap.
var ErrDisposition = errors.New("disposition")

func (d *Disposition) check(decisions []Decision) error {
	switch {
	case d.Finding == "":
		return errors.New("finding is missing: copy the id of a finding, such as name-and-id/cn.mobile@national")
	case !slices.Contains(decisions, d.Decision):
		words := make([]string, len(decisions))
		for i := range decisions {
			words[i] = string(decisions[i])
		}
		return fmt.Errorf("decision %q is not one of %s", d.Decision, strings.Join(words, ", "))
	case strings.TrimSpace(d.Reason) == "":
		return errors.New("reason is missing")
	case strings.TrimSpace(d.By) == "":
		return errors.New("by is missing: who decided")
	case d.CatalogDigest == "":
		return errors.New("catalog_digest is missing: copy the digest of the finding")
	}
	if _, err := time.Parse(time.DateOnly, d.Date); err != nil {
		return fmt.Errorf("date %q: write YYYY-MM-DD", d.Date)
	}
	return nil
}

// ReadDispositions reads what was decided about the findings of a fusion review: a JSON array of dispositions, or JSON lines. An unknown
// key is an error.
func ReadDispositions(r io.Reader) ([]Disposition, error) {
	return readDispositions(r, fusionDecisions)
}

func readDispositions(r io.Reader, decisions []Decision) ([]Disposition, error) {
	text, err := io.ReadAll(r)
	if err != nil {
		return nil, err
	}
	var out []Disposition
	d := json.NewDecoder(strings.NewReader(string(text)))
	d.DisallowUnknownFields()
	if strings.HasPrefix(strings.TrimSpace(string(text)), "[") {
		if err := d.Decode(&out); err != nil {
			return nil, fusionAt(text, d.InputOffset(), err)
		}
		if _, err := d.Token(); !errors.Is(err, io.EOF) {
			return nil, fusionAt(text, d.InputOffset(), errors.New("there is more after the list"))
		}
	} else {
		for {
			var one Disposition
			if err := d.Decode(&one); errors.Is(err, io.EOF) {
				break
			} else if err != nil {
				return nil, fusionAt(text, d.InputOffset(), err)
			}
			out = append(out, one)
		}
	}
	for i := range out {
		if err := out[i].check(decisions); err != nil {
			return nil, fmt.Errorf("%w %d: %w", ErrDisposition, i+1, err)
		}
	}
	return out, nil
}

func fusionAt(text []byte, offset int64, err error) error {
	line := 1 + strings.Count(string(text[:min(int(offset), len(text))]), "\n")
	return fmt.Errorf("%w: line %d: %w", ErrDisposition, line, err)
}

// Digests fills the digest of every finding: that of a catalog of the entries in play. A disposition quotes it.
func (r *FusionReview) Digests() error {
	all := make([]*FusionFinding, len(r.Findings))
	for i := range r.Findings {
		all[i] = &r.Findings[i]
	}
	return r.digests(all)
}

func (r *FusionReview) digests(findings []*FusionFinding) error {
	for _, f := range findings {
		switch {
		case r.index == nil && f.Digest == "":
			return fmt.Errorf("%w: %s: a review that was read from a file, and was written before Digests, cannot be settled: review the catalog again", ErrDisposition, f.ID())
		case r.index == nil: // the digest that was written with it
			continue
		}
		var c Catalog
		for _, e := range r.InPlay(f) {
			c.Entries = append(c.Entries, *e)
		}
		f.Digest = c.Digest()
	}
	return nil
}

// latestDispositions are those that count, by what they are about: of several the one of the latest date, of one date the last.
func latestDispositions(dispositions []Disposition, decisions []Decision) (map[string]Disposition, error) {
	latest := map[string]Disposition{}
	for i, d := range dispositions {
		if err := d.check(decisions); err != nil {
			return nil, fmt.Errorf("%w %d: %w", ErrDisposition, i+1, err)
		}
		if have, ok := latest[d.Finding]; !ok || have.Date <= d.Date {
			latest[d.Finding] = d
		}
	}
	return latest, nil
}

// Settle marks the findings that dispositions settle. A disposition holds only while the entries in play are as they were: otherwise its finding
// is reopened. Of several for one finding the one of the latest date counts, and of the same date the last. The dispositions that fit
// no finding are returned: what they settled is no longer there. On an error nothing is settled.
func Settle(r *FusionReview, dispositions []Disposition) (idle []Disposition, err error) {
	latest, err := latestDispositions(dispositions, fusionDecisions)
	if err != nil {
		return nil, err
	}
	var named []*FusionFinding
	known := map[string]bool{}
	for i := range r.Findings {
		f := &r.Findings[i]
		if _, ok := latest[f.ID()]; ok {
			named = append(named, f)
			known[f.ID()] = true
		}
	}
	if err := r.digests(named); err != nil {
		return nil, err
	}
	for _, f := range named {
		d := latest[f.ID()]
		f.State, f.Decision = FusionReopened, ""
		if d.CatalogDigest == f.Digest {
			f.State, f.Decision = FusionSettled, d.Decision
		}
	}
	for _, d := range dispositions {
		if !known[d.Finding] {
			idle = append(idle, d)
		}
	}
	return idle, nil
}
