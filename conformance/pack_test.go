package conformance_test

import (
	"os"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/require"

	"github.com/banfa-go/banfa"
	"github.com/banfa-go/banfa/conformance"
	"github.com/banfa-go/banfa/measures/shenzhen"
)

func TestThePackPassesItsOwnSuites(t *testing.T) {
	rules, err := banfa.Load(shenzhen.FS(), banfa.Strict())
	require.NoError(t, err)
	require.GreaterOrEqual(t, check(t, rules), 325, "a run that shrinks must be noticed")
}

// check runs every case as a test of its own and returns how many there are.
func check(t *testing.T, rules *banfa.Rules) int {
	n := 0
	for c := range conformance.Cases(rules) {
		n++
		t.Run(c.Name(), func(t *testing.T) {
			if f := c.Check(t.Context()); f != nil {
				t.Errorf("\n%s", f.Text("zh"))
			}
		})
	}
	return n
}

// The design's example is a file of its own beside the pack: its suite is the specification by example.
func TestTheDesignsExampleSuitePasses(t *testing.T) {
	const folder = "../../shared/design/examples/"
	fsys := fstest.MapFS{}
	for _, name := range []string{"open-type.yaml", "open-type_test.yaml"} {
		text, err := os.ReadFile(folder + name)
		if err != nil {
			t.Skipf("the design's example is not on this machine: %v", err)
		}
		fsys[name] = &fstest.MapFile{Data: text}
	}
	rules, err := banfa.Load(fsys, banfa.Citable(shenzhen.FS()))
	require.NoError(t, err)
	require.Equal(t, 12, check(t, rules))
}
