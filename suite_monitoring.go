package banfa

import "github.com/banfa-go/banfa/internal/ruleset"

// monitoringSubject is what a suite may name of a file of kind Monitoring, or nil while it cannot be evaluated.
func monitoringSubject(*ruleset.Monitoring) *suiteSubject { return nil }
