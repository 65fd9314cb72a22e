package classify

import "github.com/banfa-go/banfa/internal/decide"

// Plain returns a Classifier of the same file that has cel-go answer everything.
func (c *Classifier) Plain() *Classifier {
	return &Classifier{
		c: c.c, engine: decide.Plain(c.c), rules: c.rules, schema: c.schema, transition: c.transition, clock: c.clock, always: c.always,
	}
}

// Quick reports whether verdicts are had from marks.
func (c *Classifier) Quick() bool { return c.quick }
