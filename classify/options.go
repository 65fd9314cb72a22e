package classify

import "time"

// Option changes a Classifier.
type Option interface{ apply(*config) }

type optionFunc func(*config)

func (f optionFunc) apply(c *config) { f(c) }

type config struct {
	name  string
	clock func() time.Time
}

// Named chooses the rule file by its name, where a bundle has several of kind Classification. By default a bundle must have
// exactly one.
func Named(name string) Option { return optionFunc(func(c *config) { c.name = name }) }

// Clock gives the time of evaluations that name none with At. The default is time.Now.
func Clock(now func() time.Time) Option { return optionFunc(func(c *config) { c.clock = now }) }

// CallOption changes one evaluation.
type CallOption interface{ callOption() }

type (
	atOption      struct{ at time.Time }
	noPathsOption struct{}
)

func (atOption) callOption()      {}
func (noPathsOption) callOption() {}

type call struct {
	at      time.Time // zero: the clock's
	noPaths bool
}

// readCall reads options by a switch, and not by their methods, so that they need not be put on the heap.
func readCall(opts []CallOption) (k call) {
	for _, o := range opts {
		switch o := o.(type) {
		case atOption:
			k.at = o.at
		case noPathsOption:
			k.noPaths = true
		}
	}
	return k
}

// At sets the time of the evaluation: rules outside their effective window on its civil date in Asia/Shanghai do not exist. The
// default is the Classifier's clock.
func At(t time.Time) CallOption { return atOption{t} }

// WithoutPaths leaves out the search for lawful acts that would open more.
func WithoutPaths() CallOption { return noPathsOption{} }
