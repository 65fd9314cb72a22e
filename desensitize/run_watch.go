package desensitize

import (
	"context"
	"errors"
	"sync"
)

// begin does what an option of a run asks for before the first row, and returns who else looks at the rows and where they go.
func (p *Policy) begin(c *runConfig, source Source, sink Sink, columns []Column) ([]watch, Sink, error) {
	if err := p.checkBudget(c); err != nil {
		return nil, nil, err
	}
	watches := p.watches(columns)
	if c.before {
		watches = append(watches, beforeWatch{newRiskWatch(columns)})
	}
	if c.shapes {
		watches = append(watches, newShapeWatch(columns))
	}
	for name, v := range c.vaults {
		w, err := p.vaultWatch(columns, name, v)
		if err != nil {
			return nil, nil, err
		}
		watches = append(watches, w)
	}
	if c.spool == nil {
		return watches, sink, nil
	}
	return watches, c.spool, c.spool.begin(p, source, c)
}

// end hands the rows of a resumable run to the sink, once the gate has let them out.
func (p *Policy) end(ctx context.Context, c *runConfig, sink Sink, r *Report, err error) (*Report, error) {
	if err == nil && c.spool != nil {
		err = c.spool.replay(ctx, len(r.Columns), len(r.RowRules), sink)
		if err != nil {
			return nil, err
		}
	}
	return r, err
}

// VaultError says why a run cannot keep a vault.
type VaultError struct {
	Policy, Column string
	Allowed        []string // the columns whose reversal the policy allows
}

func (e *VaultError) Error() string {
	if len(e.Allowed) == 0 {
		return "desensitize: policy " + e.Policy + " does not allow that anybody is re-identified (no reversal)"
	}
	return "desensitize: policy " + e.Policy + " does not allow the reversal of column " + e.Column
}

// Reversible are the columns whose pseudonyms may be reversed, and the name of the holder who alone can; none where the policy does not allow it.
func (p *Policy) Reversible() (holder string, columns []string) {
	return p.spec.Reversal.Holder, p.spec.Reversal.Columns
}

// KeepVault seals what the pseudonyms of a column stand for while a run makes them. The policy must allow it (reversal), or the run is refused. The vault is
// closed with the run; like the output, it may only become visible when the run has no error.
func KeepVault(column string, v *VaultWriter) RunOption {
	return runOption(func(c *runConfig) {
		if c.vaults == nil {
			c.vaults = map[string]*VaultWriter{}
		}
		c.vaults[column] = v
	})
}

// vaultWatch seals the values of one column.
type vaultWatch struct {
	column int
	vault  *VaultWriter
	mu     sync.Mutex
	errs   []error
}

func (p *Policy) vaultWatch(columns []Column, name string, v *VaultWriter) (watch, error) {
	_, allowed := p.Reversible()
	e := &VaultError{Policy: p.spec.Name, Column: name, Allowed: allowed}
	for _, a := range allowed {
		for i, c := range columns {
			if a == name && c.Name == name {
				return &vaultWatch{column: i, vault: v}, nil
			}
		}
	}
	return nil, e
}

func (w *vaultWatch) worker() watchWorker { return w }

func (w *vaultWatch) rows(m *madeRows) {
	for r := range m.at {
		in, out := m.row(r)
		if out[w.column] == nil {
			continue
		}
		if err := w.vault.Add(out[w.column], in[w.column]); err != nil {
			w.mu.Lock()
			if len(w.errs) == 0 {
				w.errs = append(w.errs, err)
			}
			w.mu.Unlock()
		}
	}
}

func (w *vaultWatch) finish(*Facts) error {
	if len(w.errs) > 0 {
		return errors.Join(w.errs...)
	}
	return w.vault.Close()
}
