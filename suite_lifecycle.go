package banfa

import "github.com/banfa-go/banfa/internal/ruleset"

// lifecycleSubject is what a suite may name of a file of kind Lifecycle, or nil while it cannot be evaluated.
func lifecycleSubject(*ruleset.Lifecycle) *suiteSubject { return nil }
