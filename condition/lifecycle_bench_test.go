package condition_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/banfa-go/banfa"
	"github.com/banfa-go/banfa/condition"
)

// BenchmarkFoldAnApplication folds a whole application: received, accepted, answered, signed, opened.
func BenchmarkFoldAnApplication(b *testing.B) {
	l := packLifecycle(b, "application")
	events := append(lifecycleReview(b),
		lifecycleHappened(b, "application_answered", "2026-03-12 09:00", "authority", banfa.Map{"approved": true}),
		lifecycleHappened(b, "agreement_signed", "2026-03-20 09:00", "opening_body", banfa.Map{"agreement_terms_complete": true}),
		lifecycleHappened(b, "permission_opened", "2026-03-23 09:00", "authority", nil))
	b.ReportAllocs()
	for b.Loop() {
		s, err := l.Fold(b.Context(), events)
		require.NoError(b, err)
		require.Equal(b, "opened", s.State)
	}
	b.ReportMetric(float64(len(events)*b.N)/b.Elapsed().Seconds(), "events/s")
}

// BenchmarkFoldALongLog folds the most events a case may have.
func BenchmarkFoldALongLog(b *testing.B) {
	l := packLifecycle(b, "permission")
	events := []condition.CaseEvent{
		lifecycleHappened(b, "permission_opened", "2026-03-23 09:00", "authority", banfa.Map{"valid_until": "2027-03-22"}),
		lifecycleHappened(b, "breach_found", "2026-05-11 09:00", "opening_body",
			banfa.Map{"breach": "other", "opinion": "x", "rectify_by": "2026-05-25"}),
	}
	for len(events) < condition.MaxLifecycleEvents {
		events = append(events, lifecycleHappened(b, "rectification_reported", "2026-05-12 09:00", "user", nil))
	}
	b.ReportAllocs()
	for b.Loop() {
		_, err := l.Fold(b.Context(), events)
		require.NoError(b, err)
	}
	b.ReportMetric(float64(len(events)*b.N)/b.Elapsed().Seconds(), "events/s")
}
