package ruleset

// Desensitization is a compiled file of that kind.
type Desensitization struct {
	Head
}
