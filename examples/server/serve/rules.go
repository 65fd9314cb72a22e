package serve

import (
	"context"
	"time"

	"github.com/banfa-go/banfa"
	"github.com/banfa-go/banfa/conformance"
	"github.com/banfa-go/banfa/examples/server/identity"
	"github.com/banfa-go/banfa/examples/server/platform"
)

// rulesTime is how often the files of the rules are looked at.
const rulesTime = 10 * time.Second

// loadRules reads the rules, where they are files that may change.
func (s *Server) loadRules(ctx context.Context) (*banfa.Live, error) {
	if s.RuleFiles == nil {
		return nil, nil
	}
	live, err := banfa.NewLive(ctx, s.RuleFiles, []func(context.Context, *banfa.Rules) error{conformance.Accept(true), s.acceptRules}, s.RuleOptions...)
	if err != nil {
		return nil, err
	}
	s.Rules = live.Rules()
	return live, nil
}

// acceptRules reads the log by rules that would come into force, from its beginning, as a server that starts with them does: where it cannot, they do not.
func (s *Server) acceptRules(ctx context.Context, candidate *banfa.Rules) (err error) {
	if s.app.Load() != nil {
		s.next, err = s.platform(ctx, candidate)
	}
	return withoutSecrets(err, s.Store)
}

func (s *Server) platform(ctx context.Context, r *banfa.Rules) (*platform.Platform, error) {
	return platform.New(ctx, platform.Config{Store: s.store, Rules: r, Clock: s.Clock, Keys: s.Keys, Policies: s.Policies, Spool: s.Spool})
}

// followRules lets rules come into force when their files change. Requests that are there end by the rules that they began with.
func (s *Server) followRules(ctx context.Context, live *banfa.Live, signIn *identity.Provider) {
	ticks := s.RuleTicks
	if ticks == nil {
		t := time.NewTicker(rulesTime)
		defer t.Stop()
		ticks = t.C
	}
	live.Poll(ctx, ticks, func(changed bool, err error) {
		if err != nil && ctx.Err() == nil {
			s.metrics.reloads.WithLabelValues("refused").Inc()
			s.Log.Error("the rules have changed and do not come into force", "error", err)
		}
		if changed {
			s.app.Store(s.newApp(s.next, signIn))
			s.metrics.reloads.WithLabelValues("in_force").Inc()
			s.Log.Info("the rules have changed", "digest", live.Rules().Digest())
		}
	})
}
