package conformance_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/banfa-go/banfa"
	"github.com/banfa-go/banfa/conformance"
	"github.com/banfa-go/banfa/measures/shenzhen"
)

func TestThePackPassesItsOwnSuites(t *testing.T) {
	rules, err := banfa.Load(shenzhen.FS(), banfa.Strict())
	require.NoError(t, err)
	n := 0
	for c := range conformance.Cases(rules) {
		n++
		t.Run(c.Suite+"/"+c.ID, func(t *testing.T) {
			if f := c.Check(context.Background()); f != nil {
				t.Errorf("\n%s", f.Text("en"))
			}
		})
	}
	require.Greater(t, n, 300, "a run that shrinks must be noticed")
}
