package platform

import (
	"errors"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/banfa-go/banfa/examples/server/store"
)

// A fault in deciding is the request's that asked; the others that wait with it go on.
func TestAPanicIsOnesOwn(t *testing.T) {
	errOwn := errors.New("decided that there is nothing")
	p := &Platform{s: &state{versions: map[string]int64{}}}
	ask := func(f decision) *deed { return &deed{ctx: t.Context(), decide: f, done: make(chan struct{})} }
	bad := ask(func(*state) ([]store.Expect, []store.NewEvent, error) { panic("a fault") })
	none := ask(func(*state) ([]store.Expect, []store.NewEvent, error) { return nil, nil, errOwn })
	good := ask(func(s *state) ([]store.Expect, []store.NewEvent, error) {
		return []store.Expect{s.expect("x/1")}, []store.NewEvent{{Stream: "x/1"}}, nil
	})
	late := ask(good.decide)
	b := p.decideAll([]*deed{bad, none, good, late})
	assert.Equal(t, []*deed{good}, b.deeds)
	assert.Equal(t, []*deed{late}, b.later, "it rests on what the other changes")
	<-bad.done
	assert.Equal(t, "a fault", bad.panic)
	<-none.done
	assert.Equal(t, errOwn, none.err)
}
