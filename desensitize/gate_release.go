package desensitize

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/banfa-go/banfa/internal/expr"
)

// GateResult is what one release rule said.
type GateResult struct {
	ID      string   `json:"id"`
	Basis   []string `json:"basis"`
	Holds   bool     `json:"holds"`
	Require string   `json:"require"`
	Message string   `json:"message,omitempty"`
	Why     string   `json:"why,omitempty"`   // where it cannot be told: what is unknown, or the error
	Facts   []string `json:"facts,omitempty"` // the figures it looked at, as name = value
}

// ReleaseRefusedError says which release rules do not hold. Nothing that was written may become visible.
type ReleaseRefusedError struct {
	Policy string
	Failed []GateResult
}

func (e *ReleaseRefusedError) Error() string {
	parts := make([]string, len(e.Failed))
	for i, f := range e.Failed {
		parts[i] = f.ID
		if f.Message != "" {
			parts[i] += ": " + f.Message
		}
		if f.Why != "" {
			parts[i] += " (" + f.Why + ")"
		}
		if len(f.Facts) > 0 {
			parts[i] += " [" + strings.Join(f.Facts, ", ") + "]"
		}
	}
	return fmt.Sprintf("desensitize: policy %s refuses the release: %s", e.Policy, strings.Join(parts, "; "))
}

// The ids of the rules that stand where a policy has none about what they look at: nothing is released in which a valid identifier was found, or one
// of the row's own that stands in another cell of it.
const (
	identifiersGate = "scan.identifiers"
	repeatedGate    = "scan.repeated"
)

// gate evaluates the release rules. One that is unknown or errs refuses as one that is false does.
func (p *Policy) gate(ctx context.Context, now expr.Value, r *Report) error {
	ev, err := p.gateFacts(ctx, now, &r.Facts)
	if err != nil {
		return err
	}
	asked := map[string]bool{} // what of the scan the policy's own rules look at
	for _, rule := range p.spec.Release {
		g := GateResult{ID: rule.ID, Basis: []string{}, Require: rule.Require.Text}
		for _, b := range rule.Basis {
			g.Basis = append(g.Basis, b.Long)
		}
		for _, i := range rule.Require.Leaves() {
			leaf := p.spec.GateEnv.Leaves()[i]
			asked[leaf.Name] = true
			value := "?"
			if v := ev.LeafValue(i); v.Present() {
				value = v.String()
			}
			if leaf.Name != "now" {
				g.Facts = append(g.Facts, leaf.Name+" = "+value)
			}
		}
		truth, err := ev.Truth(rule.Require)
		g.Holds = truth == expr.True && err == nil
		if !g.Holds {
			g.Message = rule.Message
		}
		switch {
		case err != nil:
			g.Why = err.Error()
		case truth == expr.Unknown:
			g.Why = "not known: " + strings.Join(ev.Missing(rule.Require), ", ")
		}
		r.Gate = append(r.Gate, g)
	}
	for _, id := range []string{identifiersGate, repeatedGate} {
		if !asked[id] {
			r.Gate = append(r.Gate, scanGate(id, r.Facts.Scan))
		}
	}
	failed := slices.Clone(r.Gate)
	failed = slices.DeleteFunc(failed, func(g GateResult) bool { return g.Holds })
	r.Released = len(failed) == 0
	if !r.Released {
		return &ReleaseRefusedError{Policy: p.spec.Name, Failed: failed}
	}
	return nil
}

// scanGate asks for nothing found. What was not scanned is not released.
func scanGate(id string, found *ScanFacts) GateResult {
	g := GateResult{ID: id, Basis: []string{}, Require: id + " == 0"}
	if found == nil {
		g.Why = "not known: " + id
		return g
	}
	n := found.Identifiers
	if id == repeatedGate {
		n = found.Repeated
	}
	g.Holds, g.Facts = n == 0, []string{fmt.Sprintf("%s = %d", id, n)}
	return g
}

// gateFacts makes what release rules see of the facts of a run.
func (p *Policy) gateFacts(ctx context.Context, now expr.Value, f *Facts) (*expr.Eval, error) {
	env := p.spec.GateEnv
	ev := env.NewEval(ctx)
	if s, ok := env.Slot("now"); ok {
		ev.Set(s, now)
	}
	if s, ok := env.Slot("params"); ok {
		ev.Set(s, p.spec.ParamsValue)
	}
	objects := map[string]map[string]any{
		"rows":    {"read": f.Rows.In, "written": f.Rows.Out, "dropped": f.Rows.Dropped, "undecided": f.Rows.Undecided},
		"invalid": {"cells": f.Invalid.Cells, "share": f.Invalid.Share},
	}
	if r := f.Risk; r != nil {
		o := map[string]any{"k": r.K, "classes": r.Classes, "uniques": r.Uniques}
		if r.L > 0 {
			o["l"] = r.L
		}
		if r.Level > 0 {
			o["level"] = r.Level
		}
		for name, v := range map[string]string{"t": r.T, "prosecutor": r.Prosecutor, "marketer": r.Marketer} {
			if v != "" {
				o[name] = v
			}
		}
		objects["risk"] = o
	}
	if s := f.Scan; s != nil {
		objects["scan"] = map[string]any{"identifiers": s.Identifiers, "repeated": s.Repeated}
	}
	if f.Strength != nil {
		o := map[string]any{}
		for k, v := range f.Strength {
			o[k] = v
		}
		objects["strength"] = o
	}
	for _, name := range []string{"rows", "invalid", "risk", "scan", "strength"} {
		if o, ok := objects[name]; ok {
			if err := gateObject(env, ev, name, o); err != nil {
				return nil, err
			}
		}
	}
	return ev, nil
}
