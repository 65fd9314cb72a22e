package platform

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"time"

	"github.com/banfa-go/banfa/catalog"
	"github.com/banfa-go/banfa/examples/server/identity"
	"github.com/banfa-go/banfa/examples/server/store"
)

// MaxCatalog is the longest catalog that is taken, in bytes.
const MaxCatalog = 256 << 20

// catalogStream is the stream of the one catalog.
const catalogStream = "catalog/city"

// CatalogEvent is the data of catalog.published.
type CatalogEvent struct {
	Base   Blob           `json:"base"`   // as submitted
	Open   Blob           `json:"open"`   // JSON lines of the open entries: what the public sees
	Review Blob           `json:"review"` // JSON of what the officers see
	Name   string         `json:"name"`   // of the file
	At     time.Time      `json:"at"`     // the time of the evaluation
	Counts catalog.Proof  `json:"counts"`
	Rest   map[string]int `json:"rest"` // entries by what they were classified to
	Rests  Digests        `json:"rests_on"`
	Fusion int            `json:"fusion"` // findings of the fusion review
}

// Blob names a blob of the store.
type Blob struct {
	Blob string `json:"blob"`
	Size int64  `json:"size"`
}

// Review is what officers see of a catalog.
type Review struct {
	Entries  []catalog.EntryClass `json:"entries"`
	Findings []catalog.Finding    `json:"findings"`
	Fusion   catalog.FusionReview `json:"fusion"`
	Unread   []catalog.Unread     `json:"unread"` // of the file, as far as it was not understood
}

// Published is the catalog that is in force.
type Published struct {
	CatalogEvent
	Seq     int64
	Entries []Listed // of the open catalog, by id
	byID    map[string]int
	review  *Review
}

// PublishCatalog takes in a base catalog, decides what of it is open (Articles 10 to 20) and publishes that. Only the data authority may.
// What cannot be decided stays closed. The catalog before stays in the log.
func (p *Platform) PublishCatalog(ctx context.Context, who identity.Identity, name string, r io.Reader) (*Published, error) {
	if !who.Is(identity.Authority) {
		return nil, ErrForbidden
	}
	f, err := os.CreateTemp(p.Spool, "banfa-catalog-*")
	if err != nil {
		return nil, fmt.Errorf("%w: %w", store.ErrReadOnly, err)
	}
	defer func() { _, _ = f.Close(), os.Remove(f.Name()) }() // a copy that is no longer needed
	base := CatalogEvent{Name: name, At: p.Clock().UTC().Truncate(time.Second), Rest: map[string]int{}}
	if base.Base.Blob, base.Base.Size, err = p.Store.PutBlob(ctx, io.TeeReader(r, f), MaxCatalog); err != nil {
		return nil, err
	}
	in, err := catalog.Import(ctx, f, base.Base.Size, name)
	if err != nil {
		return nil, &RefusedError{Code: "catalog", Reason: err.Error()}
	}
	run, err := catalog.Run(ctx, in.Catalog, catalog.RunConfig{Rules: p.Rules, At: base.At, Paths: true})
	if err != nil {
		return nil, err
	}
	if err := p.keep(ctx, &base, in, run); err != nil {
		return nil, err
	}
	made, err := p.act(ctx, func(s *state) ([]store.Expect, []store.NewEvent, error) {
		return []store.Expect{s.expect(catalogStream)}, []store.NewEvent{event(who, catalogStream, "catalog.published", base, identity.Authority)}, nil
	})
	if err != nil {
		return nil, err
	}
	c := p.Catalog()
	if c == nil || c.Seq < made[0].Seq {
		return nil, errors.New("platform: the catalog was published and cannot be read back")
	}
	return c, nil
}

// keep writes the open catalog and what officers see of it.
func (p *Platform) keep(ctx context.Context, c *CatalogEvent, in *catalog.Imported, run *catalog.OpenRun) (err error) {
	var open bytes.Buffer
	if err := catalog.WriteJSONLines(ctx, &open, run.Open.Catalog().Entries); err != nil {
		return err
	}
	if err := run.Fusion.Digests(); err != nil { // by which what is decided about a finding is bound to it
		return err
	}
	review := Review{Entries: run.Classification.Entries, Findings: run.Findings, Fusion: *run.Fusion, Unread: in.Unread}
	for _, e := range run.Classification.Entries {
		c.Rest[e.Outcome]++
	}
	text, err := json.Marshal(review)
	if err != nil {
		return err
	}
	if c.Open.Blob, c.Open.Size, err = p.Store.PutBlob(ctx, &open, MaxCatalog); err != nil {
		return err
	}
	if c.Review.Blob, c.Review.Size, err = p.Store.PutBlob(ctx, bytes.NewReader(text), MaxCatalog); err != nil {
		return err
	}
	c.Counts, c.Fusion = run.Proof, len(run.Fusion.Findings)
	c.Rests = Digests{Rules: p.Rules.Digest(), Catalog: run.Base.Digest()}
	return nil
}

// loadCatalog reads what was published then. It is not derived anew: what the public was shown is what was written, and rules that have changed
// since open nothing until somebody publishes again.
func (p *Platform) loadCatalog(ctx context.Context, e *store.Event) (*Published, error) {
	c, err := decode[CatalogEvent](e)
	if err != nil {
		return nil, err
	}
	out := &Published{CatalogEvent: c, Seq: e.Seq, byID: map[string]int{}, review: &Review{}}
	if err := p.read(ctx, c.Open, func(r io.Reader) error {
		for entry, err := range catalog.JSONEntries(ctx, r, "open.jsonl") {
			if err != nil {
				return err
			}
			entry.Origin = nil
			out.Entries = append(out.Entries, list(*entry))
		}
		return nil
	}); err != nil {
		return nil, fmt.Errorf("open catalog: %w", err)
	}
	if err := p.read(ctx, c.Review, func(r io.Reader) error { return json.NewDecoder(r).Decode(out.review) }); err != nil {
		return nil, fmt.Errorf("review: %w", err)
	}
	slices.SortFunc(out.Entries, func(a, b Listed) int { return compare(a.ID, b.ID) })
	for i := range out.Entries {
		out.byID[out.Entries[i].ID] = i
	}
	return out, nil
}

// read reads a blob to its end, so that its digest is checked.
func (p *Platform) read(ctx context.Context, b Blob, f func(io.Reader) error) (err error) {
	r, _, err := p.Store.Blob(ctx, b.Blob)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, r.Close()) }()
	if err := f(r); err != nil {
		return err
	}
	_, err = io.Copy(io.Discard, r)
	return err
}

// Catalog is the catalog in force; nil before the first.
func (p *Platform) Catalog() *Published {
	return view(p, func(s *state) *Published { return s.catalog })
}

// Entry returns an open entry.
func (p *Platform) Entry(id string) (*Listed, error) {
	c := p.Catalog()
	if c == nil {
		return nil, ErrNotFound
	}
	i, ok := c.byID[id]
	if !ok {
		return nil, ErrNotFound
	}
	return &c.Entries[i], nil
}

// Review returns what is undecided and what was found, to officers: those of a unit see their own entries, the authority and auditors all.
func (p *Platform) Review(who identity.Identity) (*Review, error) {
	if !who.Is(identity.Opener, identity.Authority, identity.Auditor) {
		return nil, ErrForbidden
	}
	c := p.Catalog()
	if c == nil {
		return &Review{}, nil
	}
	if who.Is(identity.Authority, identity.Auditor) {
		return c.review, nil
	}
	own := &Review{}
	for _, e := range c.review.Entries {
		if e.Unit == who.Unit && who.Unit != "" {
			own.Entries = append(own.Entries, e)
		}
	}
	for _, f := range c.review.Findings {
		if f.Unit == who.Unit && who.Unit != "" {
			own.Findings = append(own.Findings, f)
		}
	}
	return own, nil
}
