package platform

import (
	"context"
	"errors"
	"time"

	"github.com/banfa-go/banfa"
	"github.com/banfa-go/banfa/catalog"
	"github.com/banfa-go/banfa/condition"
	"github.com/banfa-go/banfa/examples/server/identity"
	"github.com/banfa-go/banfa/examples/server/store"
)

// The rule files of kind Conditions that data sets without one of their own are decided by (Articles 40 and 41).
const (
	baseConditions          = "conditional-access"
	unconditionalConditions = "unconditional-access"
)

// verified is the fact that only the provider of identities states: an applicant who states it otherwise is not believed (Articles 30 and 41).
const verified = "real_name_verified"

// Access returns what decides on the use of an open entry: the entry's own conditions, or the base conditions.
func (p *Platform) Access(entry string) (*condition.Access, error) {
	e, err := p.Entry(entry)
	if err != nil {
		return nil, err
	}
	return p.access(e)
}

func (p *Platform) access(e *Listed) (*condition.Access, error) {
	clock := condition.Clock(p.Clock)
	if e.OpenType != catalog.Conditional {
		return condition.New(p.Rules, condition.Named(unconditionalConditions), clock)
	}
	a, err := condition.New(p.Rules, condition.ForDataset(e.ID), clock)
	var none *condition.NotFoundError
	if errors.As(err, &none) {
		return condition.New(p.Rules, condition.Named(baseConditions), clock)
	}
	return a, err
}

// decide asks the library, with what the provider says of the person in place of what the person says.
func (p *Platform) decide(ctx context.Context, a *condition.Access, who identity.Identity, stated map[string]any, at time.Time) (*condition.Result, error) {
	facts := banfa.Map(merge(stated, nil))
	for _, f := range a.Facts() {
		if f.Name == verified {
			facts[verified] = who.Verified
		}
	}
	return a.Decide(ctx, facts, condition.At(at))
}

// SelfCheck is what the reviewer's check will say, before anything is handed in (Article 41).
func (p *Platform) SelfCheck(ctx context.Context, who identity.Identity, entry string, stated map[string]any) (*condition.Result, error) {
	a, err := p.Access(entry)
	if err != nil {
		return nil, err
	}
	return p.decide(ctx, a, who, stated, p.time(nil))
}

// Apply hands in an application for conditionally open data (Article 41). An incomplete one is taken in, and says what is missing.
func (p *Platform) Apply(ctx context.Context, who identity.Identity, entry string, stated map[string]any) (*Case, error) {
	if !who.Is(identity.Applicant) {
		return nil, ErrForbidden
	}
	e, err := p.Entry(entry)
	if err != nil {
		return nil, err
	}
	if e.OpenType != catalog.Conditional {
		return nil, &RefusedError{Code: "not_conditional", Reason: "该数据无条件开放，实名认证并签署承诺书后即可使用，无须申请（第四十条）"}
	}
	a, err := p.access(e)
	if err != nil {
		return nil, err
	}
	var id string
	_, err = p.act(ctx, func(s *state) ([]store.Expect, []store.NewEvent, error) {
		at := p.time(nil)
		advice, err := p.decide(ctx, a, who, stated, at)
		if err != nil {
			return nil, nil, err
		}
		begin := Begin{Entry: e.ID, EntryName: e.Name, Unit: e.Unit, Owner: who.Subject, OwnerName: who.Name, Conditions: a.Name()}
		var made store.NewEvent
		var x store.Expect
		id, made, x, err = p.begin(ctx, s, who, Applications, identity.Applicant, begin, CaseEvent{
			Event: "application_received", At: at, By: "applicant", Stated: stated, Advice: advice, Facts: applicationFacts(who, advice),
		})
		return []store.Expect{x}, []store.NewEvent{made}, err
	})
	if err != nil {
		return nil, err
	}
	return p.Case(ctx, who, Applications, id)
}

func applicationFacts(who identity.Identity, advice *condition.Result) map[string]any {
	return map[string]any{verified: who.Verified, "materials_complete": advice.Decision != condition.Incomplete}
}

// Supplement hands in what was asked for: facts that are stated anew take the place of those before.
func (p *Platform) Supplement(ctx context.Context, who identity.Identity, id string, stated map[string]any) (*Case, error) {
	return p.happen(ctx, who, Applications, id, "supplement_received", nil, func(_ *state, c *Case, d *CaseEvent) ([]store.Expect, []store.NewEvent, error) {
		a, err := condition.New(p.Rules, condition.Named(c.Conditions), condition.Clock(p.Clock))
		if err != nil {
			return nil, nil, err
		}
		advice, err := p.decide(ctx, a, who, merge(c.Stated, stated), d.At)
		if err != nil {
			return nil, nil, err
		}
		d.Stated, d.Advice, d.Facts = stated, advice, applicationFacts(who, advice)
		return nil, nil, nil
	})
}

// Accept takes an application into review.
func (p *Platform) Accept(ctx context.Context, who identity.Identity, id string) (*Case, error) {
	return p.happen(ctx, who, Applications, id, "application_accepted", nil, nil)
}

// Answer records what the authority decided (Article 42). A decision that differs from the advice needs a reason, and so does a refusal.
func (p *Platform) Answer(ctx context.Context, who identity.Identity, id string, decision condition.Decision, reason string) (*Case, error) {
	return p.happen(ctx, who, Applications, id, "application_answered", nil, func(_ *state, c *Case, d *CaseEvent) ([]store.Expect, []store.NewEvent, error) {
		if decision != condition.Approve && decision != condition.Reject {
			return nil, nil, &RefusedError{Code: "decision", Reason: "答复应当是通过或者不通过"}
		}
		record, err := c.Advice.Record(condition.Recorded{Decision: decision, Reason: reason, By: who.Name, At: d.At})
		var re *condition.RecordError
		if errors.As(err, &re) {
			return nil, nil, &RefusedError{Code: "record", Reason: re.Message("zh")}
		}
		if err != nil {
			return nil, nil, err
		}
		d.Record = record
		d.Facts = map[string]any{"approved": decision == condition.Approve, "reason": reason}
		return nil, nil, nil
	})
}

// Draft is the agreement as it follows from the decision, with marked blanks (Article 43).
func (p *Platform) Draft(ctx context.Context, who identity.Identity, id, lang string) (*condition.Agreement, error) {
	c, err := p.Case(ctx, who, Applications, id)
	if err != nil {
		return nil, err
	}
	if c.Agreement != nil {
		return c.Agreement, nil
	}
	if c.Record == nil || c.Record.Decision != condition.Approve {
		return nil, &RefusedError{Code: "not_approved", Reason: "审核通过之后才有协议"}
	}
	a, err := condition.New(p.Rules, condition.Named(c.Conditions), condition.Clock(p.Clock))
	if err != nil {
		return nil, err
	}
	advice, err := p.recall(ctx, a, c)
	if err != nil {
		return nil, err
	}
	return a.Draft(advice, condition.Parties{
		Provider: condition.Party{Name: c.Unit}, User: condition.Party{Name: c.OwnerName}, Datasets: []string{c.EntryName}, Approved: true,
	}, lang)
}

// recall works out the advice of a case anew, from what was stated and verified then: one that is read back from the log has no facts, and a draft takes
// scenario and way of use from them. Where the rules have changed since, the advice stays what it was.
func (p *Platform) recall(ctx context.Context, a *condition.Access, c *Case) (*condition.Result, error) {
	at, err := time.Parse(time.RFC3339, c.Advice.At)
	if err != nil {
		return nil, err
	}
	named, _ := c.Standing.Facts[verified].(bool)
	again, err := p.decide(ctx, a, identity.Identity{Verified: named}, c.Stated, at)
	if err != nil {
		return nil, err
	}
	if again.Digest != c.Advice.Digest || again.FactsDigest() != c.Advice.FactsDigest() {
		return c.Advice, nil
	}
	return again, nil
}

// Sign signs an agreement. What the library finds missing in it refuses the signature.
func (p *Platform) Sign(ctx context.Context, who identity.Identity, id string, agreement *condition.Agreement) (*Case, error) {
	return p.happen(ctx, who, Applications, id, "agreement_signed", nil, func(_ *state, _ *Case, d *CaseEvent) ([]store.Expect, []store.NewEvent, error) {
		var faults []string
		for _, f := range condition.CheckAgreement(*agreement) {
			if f.Severity == "error" {
				faults = append(faults, f.Text("zh"))
			}
		}
		if len(faults) > 0 {
			return nil, nil, &RefusedError{Code: "agreement", Reason: "协议不完整", Detail: faults}
		}
		d.Agreement, d.Facts = agreement, map[string]any{"agreement_terms_complete": true}
		return nil, nil, nil
	})
}

// OpenPermission opens the permission that an agreement gives, until the day that it names: both happen or neither.
func (p *Platform) OpenPermission(ctx context.Context, who identity.Identity, id string) (*Case, error) {
	c, err := p.happen(ctx, who, Applications, id, "permission_opened", nil, func(s *state, c *Case, d *CaseEvent) ([]store.Expect, []store.NewEvent, error) {
		if c.Agreement == nil {
			return nil, nil, &RefusedError{Code: "no_agreement", Reason: "签订协议之后方可开通权限（第四十二条）"}
		}
		begin := c.Begin
		begin.From = c.ID
		permission, made, x, err := p.begin(ctx, s, who, Permissions, identity.Authority, begin, CaseEvent{
			Event: "permission_opened", At: d.At, By: "authority", Facts: map[string]any{"valid_until": c.Agreement.Period.Until}, Agreement: c.Agreement,
		})
		d.Opens = permission
		return []store.Expect{x}, []store.NewEvent{made}, err
	})
	if err != nil {
		return nil, err
	}
	return p.Case(ctx, who, Permissions, c.Opens)
}

// commitmentTime is how long a commitment under Article 40 lasts before it is asked for again.
const commitmentTime = 365 * 24 * time.Hour

// Commit takes the signed commitment to unconditionally open data, and opens the permission at once: nothing is reviewed (Article 40).
func (p *Platform) Commit(ctx context.Context, who identity.Identity, entry string, signed bool) (*Case, error) {
	if !who.Is(identity.Applicant) {
		return nil, ErrForbidden
	}
	e, err := p.Entry(entry)
	if err != nil {
		return nil, err
	}
	if e.OpenType != catalog.Unconditional {
		return nil, &RefusedError{Code: "not_unconditional", Reason: "该数据有条件开放，须先申请（第四十一条）"}
	}
	a, err := p.access(e)
	if err != nil {
		return nil, err
	}
	var id string
	_, err = p.act(ctx, func(s *state) ([]store.Expect, []store.NewEvent, error) {
		at := p.time(nil)
		stated := map[string]any{"commitment_signed": signed}
		advice, err := p.decide(ctx, a, who, stated, at)
		if err != nil {
			return nil, nil, err
		}
		if advice.Decision != condition.Approve {
			return nil, nil, &RefusedError{Code: "requirements", Reason: "尚不符合第四十条的要求", Detail: advice}
		}
		begin := Begin{Entry: e.ID, EntryName: e.Name, Unit: e.Unit, Owner: who.Subject, OwnerName: who.Name, Conditions: a.Name()}
		var made store.NewEvent
		var x store.Expect
		id, made, x, err = p.begin(ctx, s, who, Permissions, identity.Applicant, begin, CaseEvent{
			Event: "permission_opened", At: at, By: "authority", Stated: stated, Advice: advice,
			Facts: map[string]any{"valid_until": at.Add(commitmentTime).In(zone).Format(time.DateOnly)},
		})
		return []store.Expect{x}, []store.NewEvent{made}, err
	})
	if err != nil {
		return nil, err
	}
	return p.Case(ctx, who, Permissions, id)
}

// zone is the one that civil dates of the Measures are of.
var zone = time.FixedZone("Asia/Shanghai", 8*60*60)

// Object raises an objection to an entry of the open catalog (Article 65). Anybody who is signed in may, on one of its five grounds.
func (p *Platform) Object(ctx context.Context, who identity.Identity, entry, ground, statement string) (*Case, error) {
	if !who.SignedIn() {
		return nil, ErrForbidden
	}
	e, err := p.Entry(entry)
	if err != nil {
		return nil, err
	}
	var id string
	_, err = p.act(ctx, func(s *state) ([]store.Expect, []store.NewEvent, error) {
		begin := Begin{Entry: e.ID, EntryName: e.Name, Unit: e.Unit, Owner: who.Subject, OwnerName: who.Name}
		var made store.NewEvent
		var x store.Expect
		var err error
		id, made, x, err = p.begin(ctx, s, who, Objections, identity.Public, begin, CaseEvent{
			Event: "objection_received", At: p.time(nil), By: "objector", Facts: map[string]any{"ground": ground, "statement": statement},
		})
		return []store.Expect{x}, []store.NewEvent{made}, err
	})
	if err != nil {
		return nil, err
	}
	return p.Case(ctx, who, Objections, id)
}
