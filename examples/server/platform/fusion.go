package platform

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/banfa-go/banfa/catalog"
	"github.com/banfa-go/banfa/examples/server/identity"
	"github.com/banfa-go/banfa/examples/server/store"
)

// Settlement is the data of fusion.settled: what the authority decided about a finding of the fusion review, for the entries in play at that time (Article 20).
type Settlement struct {
	Disposition catalog.Disposition `json:"disposition"`
	Rests       Digests             `json:"rests_on"`
}

// FusionFinding is a finding with what it is called and what was decided about it last, whether that still holds or not.
type FusionFinding struct {
	catalog.FusionFinding
	ID          string               `json:"id"`
	Disposition *catalog.Disposition `json:"disposition,omitempty"`
}

// Fusion returns the fusion review of the catalog in force, to the authority and auditors.
func (p *Platform) Fusion(who identity.Identity) (*catalog.FusionReview, []FusionFinding, error) {
	if !who.Is(identity.Authority, identity.Auditor) {
		return nil, nil, ErrForbidden
	}
	type now struct {
		catalog *Published
		settled []catalog.Disposition
	}
	v := view(p, func(s *state) now { return now{s.catalog, s.settled} })
	if v.catalog == nil {
		return &catalog.FusionReview{}, nil, nil
	}
	review := &v.catalog.review.Fusion
	out := make([]FusionFinding, len(review.Findings))
	for i := range review.Findings {
		out[i] = FusionFinding{FusionFinding: review.Findings[i], ID: review.Findings[i].ID()}
		for k := range slices.Backward(v.settled) {
			if v.settled[k].Finding == out[i].ID {
				out[i].Disposition = &v.settled[k]
				break
			}
		}
	}
	return review, out, nil
}

// SettleFusion records what the authority decides about a finding. digest is the finding's, as it was looked at: of one that has changed since, nothing was decided.
func (p *Platform) SettleFusion(ctx context.Context, who identity.Identity, id, digest string, decision catalog.Decision, reason string) error {
	if !who.Is(identity.Authority) {
		return ErrForbidden
	}
	stream := "fusion/" + id
	_, err := p.act(ctx, func(s *state) ([]store.Expect, []store.NewEvent, error) {
		if s.catalog == nil {
			return nil, nil, ErrNotFound
		}
		findings := s.catalog.review.Fusion.Findings
		i := slices.IndexFunc(findings, func(f catalog.FusionFinding) bool { return f.ID() == id })
		switch {
		case i < 0:
			return nil, nil, ErrNotFound
		case findings[i].Digest == "" || findings[i].Digest != digest:
			return nil, nil, &RefusedError{Code: "finding_changed", Reason: "涉及的目录已经变化，请重新查看后再处置（第二十条）"}
		}
		d := catalog.Disposition{Finding: id, Decision: decision, Reason: reason, By: who.Name, Date: p.time(nil).In(zone).Format(time.DateOnly), CatalogDigest: digest}
		for k := range s.settled { // the latest date counts: a clock that has gone back must not undo what is decided now
			d.Date = max(d.Date, s.settled[k].Date)
		}
		if _, err := settled(&s.catalog.review.Fusion, slices.Concat(s.settled, []catalog.Disposition{d})); err != nil {
			return nil, nil, &RefusedError{Code: "disposition", Reason: "处置应当写明决定和理由", Detail: err.Error()}
		}
		made := event(who, stream, "fusion.settled", Settlement{d, Digests{Rules: p.Rules.Digest(), Catalog: s.catalog.Rests.Catalog}}, identity.Authority)
		return []store.Expect{s.expect(stream), s.expect(catalogStream)}, []store.NewEvent{made}, nil
	})
	return err
}

// settled is a review with what was decided, by the library; the review itself stays as it is.
func settled(r *catalog.FusionReview, decided []catalog.Disposition) (*catalog.FusionReview, error) {
	out := *r
	out.Findings = slices.Clone(r.Findings)
	_, err := catalog.Settle(&out, decided)
	return &out, err
}

// applyFusion folds what was decided about a finding.
func (p *Platform) applyFusion(e *store.Event) error {
	d, err := decode[Settlement](e)
	if err != nil {
		return err
	}
	if p.s.catalog == nil {
		return errors.New("a finding was settled before there was a catalog")
	}
	all := slices.Concat(p.s.settled, []catalog.Disposition{d.Disposition})
	c, err := p.s.catalog.settle(all)
	if err != nil {
		return err
	}
	p.s.settled, p.s.catalog = all, c
	return nil
}

// settle is the catalog with what was decided about its findings.
func (c *Published) settle(decided []catalog.Disposition) (*Published, error) {
	out, review := *c, *c.review
	fusion, err := settled(&review.Fusion, decided)
	if err != nil {
		return nil, err
	}
	review.Fusion, out.review = *fusion, &review
	return &out, nil
}
