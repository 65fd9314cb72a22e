package conformance_test

import (
	"context"
	"os"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/banfa-go/banfa"
	"github.com/banfa-go/banfa/conformance"
)

// The suites of testdata/semantics read as the page docs/explanation/semantics.md does: each case is one of its sentences.
func TestTheSemanticsAreThoseOfThePage(t *testing.T) {
	rules, err := banfa.Load(os.DirFS("testdata/semantics"))
	require.NoError(t, err)
	report, err := conformance.Run(context.Background(), rules)
	require.NoError(t, err)
	for _, c := range report.Cases {
		assert.True(t, c.OK, "%s: %v, not %v", c.Suite+"/"+c.ID, c.Got, c.Want)
	}
	suites := map[string]bool{}
	for _, c := range report.Cases {
		suites[c.Suite] = true
	}
	assert.Equal(t, map[string]bool{"access": true, "periods": true, "types": true}, suites)
}
