package banfa

import "github.com/banfa-go/banfa/internal/ruleset"

// desensitizationSubject is what a suite may name of a file of kind Desensitization, or nil while it cannot be evaluated.
func desensitizationSubject(*ruleset.Desensitization) *suiteSubject { return nil }
