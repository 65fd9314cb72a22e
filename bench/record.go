package bench

import (
	"fmt"
	"math/rand"
)

// Record is one data set of the workload W1: eleven rules over fifteen facts, of which all that match are collected and the most
// restrictive outcome is taken.
type Record struct {
	StateSecret         bool   `banfa:"state_secret"`
	CommercialSecret    bool   `banfa:"commercial_secret"`
	PersonalPrivacy     bool   `banfa:"personal_privacy"`
	ConsentObtained     bool   `banfa:"consent_obtained"`
	Prohibited          bool   `banfa:"opening_prohibited_by_law"`
	RequiredConditional bool   `banfa:"opening_required_conditional_by_law"`
	AlreadyPublic       bool   `banfa:"already_public"`
	Desensitized        bool   `banfa:"desensitized"`
	InfraLoad           string `banfa:"infra_load"`
	Capability          string `banfa:"security_capability_required"`
	RiskLevel           string `banfa:"risk_level"`
	Domain              string `banfa:"domain"`
	Sensitivity         int64  `banfa:"sensitivity"`

	EndangersSecurity []string `banfa:"endangers_security"`
	Fields            []Field  `banfa:"fields"`
}

// Field is a field of a data set; design pages call them items.
type Field struct {
	Name       string `banfa:"name"`
	Type       string `banfa:"type"`
	Identifier bool   `banfa:"identifier"`
}

// Map returns the record as a facts document.
func (r *Record) Map() map[string]any {
	fields := make([]any, len(r.Fields))
	for i, f := range r.Fields {
		fields[i] = map[string]any{"name": f.Name, "type": f.Type, "identifier": f.Identifier}
	}
	security := make([]any, len(r.EndangersSecurity))
	for i, s := range r.EndangersSecurity {
		security[i] = s
	}
	return map[string]any{
		"state_secret": r.StateSecret, "commercial_secret": r.CommercialSecret, "personal_privacy": r.PersonalPrivacy,
		"consent_obtained": r.ConsentObtained, "opening_prohibited_by_law": r.Prohibited,
		"opening_required_conditional_by_law": r.RequiredConditional, "already_public": r.AlreadyPublic,
		"desensitized": r.Desensitized, "infra_load": r.InfraLoad, "security_capability_required": r.Capability,
		"risk_level": r.RiskLevel, "domain": r.Domain, "sensitivity": r.Sensitivity, "endangers_security": security,
		"fields": fields,
	}
}

// Records returns n seeded random records, the same in every run.
func Records(n int) []*Record {
	rnd := rand.New(rand.NewSource(20261123))
	pick := func(s ...string) string { return s[rnd.Intn(len(s))] }
	chance := func(percent int) bool { return rnd.Intn(100) < percent }
	out := make([]*Record, n)
	for i := range out {
		r := &Record{
			StateSecret: chance(3), CommercialSecret: chance(15), PersonalPrivacy: chance(30), ConsentObtained: chance(40),
			Prohibited: chance(5), RequiredConditional: chance(15), AlreadyPublic: chance(20), Desensitized: chance(30),
			InfraLoad: pick("none", "light", "severe"), Capability: pick("low", "medium", "high"),
			RiskLevel: pick("low", "medium", "high"), Domain: fmt.Sprintf("d%04d", rnd.Intn(2500)), Sensitivity: int64(rnd.Intn(5)),
		}
		if chance(8) {
			r.EndangersSecurity = []string{pick("public", "economic")}
		}
		for range 2 + rnd.Intn(7) {
			r.Fields = append(r.Fields, Field{
				Name: pick("a", "b", "c"), Type: pick("id_card", "text", "number", "date", "text"), Identifier: chance(20),
			})
		}
		out[i] = r
	}
	return out
}

// Answer is what every engine must find: the rules that match, as bits in the order of Rules, the sector rules among them as bits of their
// thresholds, and the most restrictive outcome.
type Answer struct {
	Matches uint32
	Sector  uint8
	Outcome int // 0 unconditional, 1 conditional, 2 closed
}

func (a *Answer) match(bit, outcome int, ok bool) {
	if ok {
		a.Matches |= 1 << bit
		a.Outcome = max(a.Outcome, outcome)
	}
}

// Hand is the workload by hand: the limit for any engine. Its sector rules are looked up by domain.
type Hand struct{ thresholds map[string][]int64 }

// NewHand returns the workload with extra sector rules.
func NewHand(extra int) *Hand {
	h := &Hand{map[string][]int64{}}
	for i := range extra {
		domain, least := sector(i)
		h.thresholds[domain] = append(h.thresholds[domain], least)
	}
	return h
}

// Decide answers for one record.
func (h *Hand) Decide(r *Record) (a Answer) {
	private := r.CommercialSecret || r.PersonalPrivacy
	a.match(0, 2, r.StateSecret)
	a.match(1, 2, len(r.EndangersSecurity) > 0)
	a.match(2, 2, private && !r.ConsentObtained)
	a.match(3, 2, r.Prohibited)
	a.match(4, 2, !r.Desensitized && hasIDCard(r.Fields))
	a.match(5, 1, private && r.ConsentObtained && !r.Prohibited)
	a.match(6, 1, r.InfraLoad == "severe")
	a.match(7, 1, r.Capability == "high")
	a.match(8, 1, r.RequiredConditional)
	a.match(9, 0, r.AlreadyPublic)
	a.match(10, 0, r.RiskLevel == "low")
	if len(h.thresholds) > 0 {
		for k, least := range h.thresholds[r.Domain] {
			if r.Sensitivity >= least {
				a.Sector |= 1 << k
				a.Outcome = max(a.Outcome, 1)
			}
		}
	}
	return a
}

func hasIDCard(fields []Field) bool {
	for i := range fields {
		if fields[i].Identifier && fields[i].Type == "id_card" {
			return true
		}
	}
	return false
}
