package ruleset

// Monitoring is a compiled file of that kind.
type Monitoring struct {
	Head
}
