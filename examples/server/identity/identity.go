// Package identity says who somebody is and what they may do: sign-in by OpenID Connect, sessions in sealed cookies, and roles. The law asks for
// real names of those who use data (Articles 30 and 40); whether a name was verified is the provider's word.
package identity

import (
	"context"
	"slices"
	"time"
)

// Role is what somebody is to the platform. The strings are what providers put into the claim "roles".
type Role string

// The roles.
const (
	Public    Role = "public"       // anybody, signed in or not
	Applicant Role = "applicant"    // a natural or legal person with an account
	Opener    Role = "opening_body" // an officer of the unit that opens data: its own unit's data only
	Authority Role = "authority"    // an officer of the data authority
	Auditor   Role = "auditor"      // reads everything and changes nothing
	System    Role = "system"       // the server itself
)

// Roles lists the roles that a provider may give.
func Roles() []Role { return []Role{Applicant, Opener, Authority, Auditor} }

// Identity is somebody. The zero value is the public.
type Identity struct {
	Subject  string    `json:"sub"`                // the provider's stable id
	Name     string    `json:"name"`               // as the provider says it
	Verified bool      `json:"verified,omitempty"` // the provider has verified the real name
	Unit     string    `json:"unit,omitempty"`     // of an officer
	Roles    []Role    `json:"roles,omitempty"`
	Until    time.Time `json:"until"`           // when the session ends
	Epoch    int64     `json:"epoch,omitempty"` // how often all sessions of the subject had been ended when this one began
}

// SignedIn reports whether it is somebody in particular.
func (i Identity) SignedIn() bool { return i.Subject != "" }

// Is reports whether somebody has one of the roles. Everybody is Public.
func (i Identity) Is(roles ...Role) bool {
	for _, r := range roles {
		if r == Public || slices.Contains(i.Roles, r) {
			return true
		}
	}
	return false
}

// Actor is how the log names somebody, and the first of their roles that an act asks for.
func (i Identity) Actor(roles ...Role) (subject string, role string) {
	for _, r := range roles {
		if slices.Contains(i.Roles, r) {
			return i.Subject, string(r)
		}
	}
	return i.Subject, string(Public)
}

type contextKey struct{}

// With returns a context of a request by somebody.
func With(ctx context.Context, i Identity) context.Context {
	return context.WithValue(ctx, contextKey{}, i)
}

// From returns who makes the request; the public where nobody is signed in.
func From(ctx context.Context) Identity {
	i, _ := ctx.Value(contextKey{}).(Identity)
	return i
}
