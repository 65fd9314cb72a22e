package platform

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/banfa-go/banfa/catalog"
	"github.com/banfa-go/banfa/examples/server/identity"
	"github.com/banfa-go/banfa/examples/server/store"
)

// MaxData is the longest file of data that is taken, in bytes.
const MaxData = 1 << 30

// Delivery is the file of a data set that is offered (Article 38).
type Delivery struct {
	Entry  string                 `json:"entry"`
	Data   Blob                   `json:"data"` // as delivered: it never leaves like this where a policy is for it
	Name   string                 `json:"name"` // of the file
	Rows   int                    `json:"rows"`
	Policy string                 `json:"policy,omitempty"` // that de-identifies it on the way out (Article 36)
	Report *catalog.RealityReport `json:"report"`           // how it differs from its entry
	At     time.Time              `json:"at"`
	Rests  Digests                `json:"rests_on"`
}

// Deliver takes in the data of an open entry, from the unit that opens it. The file is held against its entry (Article 38): one that holds identifiers of
// persons, and that no policy de-identifies, is refused.
func (p *Platform) Deliver(ctx context.Context, who identity.Identity, entry, name string, r io.Reader) (*Delivery, error) {
	e, err := p.Entry(entry)
	if err != nil {
		return nil, err
	}
	if !who.Is(identity.Opener) || who.Unit == "" || who.Unit != e.Unit {
		return nil, ErrForbidden
	}
	f, err := os.CreateTemp(p.Spool, "banfa-data-*")
	if err != nil {
		return nil, fmt.Errorf("%w: %w", store.ErrReadOnly, err)
	}
	defer func() { _, _ = f.Close(), os.Remove(f.Name()) }() // a copy that is no longer needed
	d := Delivery{Entry: e.ID, Name: name, At: p.time(nil), Policy: p.policyFor(e.ID), Rests: p.digests()}
	if d.Data.Blob, d.Data.Size, err = p.Store.PutBlob(ctx, io.TeeReader(r, f), MaxData); err != nil {
		return nil, err
	}
	d.Report, err = catalog.Reality(ctx, &e.Entry, f, d.Data.Size, name, catalog.RealityAt(d.At))
	if err != nil {
		return nil, &RefusedError{Code: "data", Reason: err.Error()}
	}
	d.Rows = d.Report.Rows
	for _, finding := range d.Report.Findings {
		if d.Policy == "" && finding.Severity == catalog.SeverityError {
			return nil, &RefusedError{Code: "release", Reason: "交付的数据与目录不符，或者含有个人标识，且没有脱敏策略", Detail: d.Report.Findings}
		}
	}
	stream := "data/" + e.ID
	_, err = p.act(ctx, func(s *state) ([]store.Expect, []store.NewEvent, error) {
		return []store.Expect{s.expect(stream)}, []store.NewEvent{event(who, stream, "data.delivered", d, identity.Opener)}, nil
	})
	return &d, err
}

func (p *Platform) applyData(e *store.Event) error {
	d, err := decode[Delivery](e)
	if err != nil {
		return err
	}
	p.s.data[d.Entry] = &d
	return nil
}

// policyFor is the de-identification policy of a data set; "" for none.
func (p *Platform) policyFor(entry string) string { return p.Policies[entry] }

// Delivered is what is offered of an entry, and nil where nothing is.
func (p *Platform) Delivered(entry string) *Delivery {
	return view(p, func(s *state) *Delivery { return s.data[entry] })
}

// Suspended reports whether somebody has suspended an entry because of an objection that is not yet answered (Article 65).
func (s *state) suspended(entry string) bool {
	for _, c := range s.cases {
		if c.Kind != Objections || c.Entry != entry || c.Standing.Final {
			continue
		}
		for _, step := range c.Standing.History {
			if step.Event == "opening_held" {
				return true
			}
		}
	}
	return false
}

// usable is the permission, if it lets its user have the data now: active, within its time, of an entry that is still open and not held (Articles 40, 42, 63).
func (p *Platform) usable(ctx context.Context, who identity.Identity, id string) (*Case, *Listed, error) {
	c, err := p.Case(ctx, who, Permissions, id)
	if err != nil {
		return nil, nil, err
	}
	if c.Owner != who.Subject {
		return nil, nil, ErrForbidden
	}
	e, err := p.Entry(c.Entry)
	switch {
	case errors.Is(err, ErrNotFound):
		return nil, nil, &RefusedError{Code: "not_open", Reason: "该数据已不在开放目录中"}
	case err != nil:
		return nil, nil, err
	case c.Standing.State != "active":
		return nil, nil, &RefusedError{Code: "permission", Reason: "使用权限现为：" + c.Standing.Label, Detail: c.Standing.State}
	case c.From == "" && e.OpenType != catalog.Unconditional: // what was open to all is so no longer
		return nil, nil, &RefusedError{Code: "not_unconditional", Reason: "该数据已改为有条件开放，须先申请（第四十一条）"}
	case view(p, func(s *state) bool { return s.suspended(e.ID) }):
		return nil, nil, &RefusedError{Code: "held", Reason: "因意见处理，该数据暂停开放（第六十五条）"}
	}
	if a := c.Agreement; a != nil && p.Clock().In(zone).Format(time.DateOnly) < a.Period.From {
		return nil, nil, &RefusedError{Code: "not_yet", Reason: "协议约定自 " + a.Period.From + " 起使用"}
	}
	until, ok := c.Standing.Facts["valid_until"].(string)
	if day := p.Clock().In(zone).Format(time.DateOnly); !ok || day > until {
		return nil, nil, &RefusedError{Code: "expired", Reason: "使用权限已过有效期 " + until}
	}
	return c, e, nil
}
