package platform

import (
	"context"
	"strings"
	"unicode"

	"github.com/banfa-go/banfa/examples/server/identity"
	"github.com/banfa-go/banfa/examples/server/store"
)

// sessionStream counts how often all sessions of somebody were ended.
func sessionStream(subject string) string { return "session/" + subject }

// Epoch is how often all sessions of somebody were ended: a session that began in an earlier one is none any more.
func (p *Platform) Epoch(subject string) int64 {
	return view(p, func(s *state) int64 { return s.versions[sessionStream(subject)] })
}

// EndSessions ends all sessions of somebody, on every server: one's own, or, by the authority, anybody's. Who may sign in again is the provider's to say.
func (p *Platform) EndSessions(ctx context.Context, who identity.Identity, subject string) error {
	if !who.SignedIn() || who.Subject != subject && !who.Is(identity.Authority) {
		return ErrForbidden
	}
	if strings.ContainsFunc(subject, unicode.IsControl) { // no provider's
		return ErrNotFound
	}
	role := identity.Public
	if who.Subject != subject {
		role = identity.Authority
	}
	_, err := p.act(ctx, func(*state) ([]store.Expect, []store.NewEvent, error) {
		return nil, []store.NewEvent{event(who, sessionStream(subject), SessionsEnded, struct{}{}, role)}, nil
	})
	return err
}

// SessionsEnded is the kind of the event that ends all sessions of the subject that its stream names.
const SessionsEnded = "session.ended"

// EndsSessions is that event as the operator of the machine writes it, who has no session.
func EndsSessions(subject string) store.NewEvent {
	return store.NewEvent{Stream: sessionStream(subject), Kind: SessionsEnded, Role: string(identity.System), Data: struct{}{}}
}
