package catalog

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/banfa-go/banfa"
	"github.com/banfa-go/banfa/classify"
)

// RunConfig is what Run needs beside the catalog.
type RunConfig struct {
	Rules *banfa.Rules // with one Classification, and one Catalog where catalogs are checked
	At    time.Time    // the time of everything that depends on one; it must be given
	// Dictionary types the items; the library's own by default.
	Dictionary *Dictionary
	// KeepRecorded and Paths are the options of that name of ClassifyCatalog.
	KeepRecorded, Paths bool
	// Stage is told what is being done, and how far; total is 0 where that is not known.
	Stage func(stage Stage, done, total int)
}

// Stage is a part of a run.
type Stage string

// The stages, in their order.
const (
	StageAnnotate Stage = "annotate"
	StageClassify Stage = "classify"
	StageDerive   Stage = "derive"
	StageCheck    Stage = "check"
	StageFusion   Stage = "fusion"
)

// OpenRun is what the main job finds out about a base catalog.
type OpenRun struct {
	At             time.Time
	Base           *Catalog // as submitted, with the meaning of its items
	Coverage       Coverage // how much of the items the dictionary knows
	Classification *Classification
	Check          *Report  // nil where the rules have no file of kind Catalog
	Derived        *Catalog // the open catalog with what binds it to its base; for the inside
	Proof          Proof
	Open           *OpenCatalog // what of it may leave
	Fusion         *FusionReview
	Findings       []Finding // of all parts, in the order of the stages
}

// Run does the main job on a base catalog: it types the items, decides open types, derives the open catalog, checks both catalogs and reviews what
// becomes linkable (Articles 10 to 20 of the Measures). The input is left as it was. Nothing that is undetermined is in the open catalog.
func Run(ctx context.Context, base *Catalog, cfg RunConfig) (*OpenRun, error) {
	if cfg.At.IsZero() {
		return nil, errors.New("catalog: Run needs a time")
	}
	if cfg.Stage == nil {
		cfg.Stage = func(Stage, int, int) {}
	}
	r := &OpenRun{At: cfg.At, Base: base, Findings: []Finding{}}
	for _, step := range []func(context.Context, RunConfig) error{r.annotate, r.classify, r.derive, r.check, r.fusion} {
		if err := step(ctx, cfg); err != nil {
			return nil, err
		}
		if err := context.Cause(ctx); err != nil {
			return nil, err
		}
	}
	return r, nil
}

// annotate gives items the meaning that the dictionary knows of their names, in a copy of the catalog.
func (r *OpenRun) annotate(_ context.Context, cfg RunConfig) error {
	cfg.Stage(StageAnnotate, 0, len(r.Base.Entries))
	d := cfg.Dictionary
	if d == nil {
		var err error
		if d, err = DefaultDictionary(); err != nil {
			return err
		}
	}
	c := *r.Base
	c.Entries = slices.Clone(c.Entries)
	for i := range c.Entries {
		c.Entries[i].Items = slices.Clone(c.Entries[i].Items)
	}
	d.Annotate(&c)
	r.Base, r.Coverage = &c, d.Coverage(&c)
	return nil
}

func (r *OpenRun) classify(ctx context.Context, cfg RunConfig) error {
	cl, err := classify.New(cfg.Rules)
	if err != nil {
		return err
	}
	guesses, err := DefaultGuesses(cl.Facts())
	if err != nil {
		return err
	}
	opts := []ClassifyOption{
		ClassifyAt(cfg.At), WithGuesses(guesses), ClassifyProgress(func(done, of int) { cfg.Stage(StageClassify, done, of) }),
	}
	if cfg.KeepRecorded {
		opts = append(opts, KeepRecorded())
	}
	if cfg.Paths {
		opts = append(opts, ClassifyPaths())
	}
	if r.Classification, err = ClassifyCatalog(ctx, r.Base, cl, opts...); err != nil {
		return err
	}
	r.Findings = append(r.Findings, r.Classification.Findings...)
	return nil
}

// check looks at the catalog with the open types written in: what it says is left to do after them.
func (r *OpenRun) check(ctx context.Context, cfg RunConfig) error {
	cfg.Stage(StageCheck, 0, len(r.Base.Entries))
	checker, err := NewChecker(cfg.Rules)
	var none *CheckFileError
	if errors.As(err, &none) && len(none.Have) == 0 {
		return nil
	}
	if err != nil {
		return err
	}
	if r.Check, err = checker.Check(ctx, Input{Base: r.inScope(), Open: r.Derived}, CheckAt(cfg.At)); err != nil {
		return fmt.Errorf("catalog: check: %w", err)
	}
	r.Findings = append(r.Findings, r.Check.Findings...)
	return nil
}

// inScope is the catalog without the entries that another law governs: these Measures ask nothing of them.
func (r *OpenRun) inScope() *Catalog {
	c := *r.Classification.Catalog
	c.Entries = slices.DeleteFunc(slices.Clone(c.Entries), func(e Entry) bool { return e.OpenType == OpenType(classify.OutOfScope) })
	return &c
}

func (r *OpenRun) derive(_ context.Context, cfg RunConfig) error {
	cfg.Stage(StageDerive, 0, len(r.Base.Entries))
	d, err := Derive(r.Classification.Catalog)
	if err != nil {
		return err
	}
	r.Derived, r.Proof = d.Open(), d.Proof()
	r.Open = Open(r.Derived)
	r.Findings = append(r.Findings, d.Breaches()...)
	return nil
}

// fusion reviews the entries that come out as open or may still, with the meaning of their items, which the open catalog itself does not
// hold whole.
func (r *OpenRun) fusion(ctx context.Context, cfg RunConfig) error {
	cfg.Stage(StageFusion, 0, len(r.Base.Entries))
	index, err := NewFusionIndex(r.Classification.Catalog.Entries, FusionUndetermined())
	if err != nil {
		return fmt.Errorf("catalog: review of links: %w", err)
	}
	if r.Fusion, err = index.Review(ctx); err != nil {
		return fmt.Errorf("catalog: review of links: %w", err)
	}
	return nil
}
