package ruleset

// Conditions is a compiled file of that kind.
type Conditions struct {
	Head
}
