package banfa

import "github.com/banfa-go/banfa/internal/ruleset"

// conditionsSubject is what a suite may name of a file of kind Conditions, or nil while it cannot be evaluated.
func conditionsSubject(*ruleset.Conditions) *suiteSubject { return nil }
