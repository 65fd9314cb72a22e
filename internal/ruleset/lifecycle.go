package ruleset

// Lifecycle is a compiled file of that kind.
type Lifecycle struct {
	Head
}
