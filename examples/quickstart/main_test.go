package main

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

var update = flag.Bool("update", false, "write what the tests get to testdata")

func output(t *testing.T, args ...string) string {
	t.Helper()
	var out bytes.Buffer
	require.NoError(t, run(t.Context(), args, &out))
	return out.String()
}

func TestTheReportOnTheSampleCity(t *testing.T) {
	for _, lang := range []string{"zh", "en"} {
		t.Run(lang, func(t *testing.T) {
			got := output(t, "-lang", lang)
			file := filepath.Join("testdata", "report."+lang+".txt")
			if *update {
				require.NoError(t, os.MkdirAll("testdata", 0o755))
				require.NoError(t, os.WriteFile(file, []byte(got), 0o644))
			}
			want, err := os.ReadFile(file)
			require.NoError(t, err, "run go test -update once the report is right")
			assert.Equal(t, string(want), got)
		})
	}
}

func TestAFileNamedOnTheCommandLineIsReadInsteadOfTheSample(t *testing.T) {
	assert.Equal(t, output(t), output(t, filepath.Join("data", "city.jsonl")))
}

func TestALineThatCannotBeTakenIsReportedInItsPlaceAndFailsTheRun(t *testing.T) {
	file := filepath.Join(t.TempDir(), "facts.jsonl")
	lines := []string{`{"name":"甲","state_secret":true}`, `{"name":"乙","state_secrt":true}`, `{"name":"丙","security_risk":"none"}`}
	require.NoError(t, os.WriteFile(file, []byte(strings.Join(lines, "\n\n")), 0o644))
	var out bytes.Buffer
	err := run(t.Context(), []string{"-lang", "en", file}, &out)
	assert.ErrorContains(t, err, "2 of 3 lines")
	assert.Contains(t, out.String(), "3 data sets")
	assert.Contains(t, out.String(), "  2: state_secrt is not a declared fact")
	assert.Contains(t, out.String(), "  3: security_risk")
}

func TestUnknownLanguagesAndMissingFilesAreErrors(t *testing.T) {
	var out bytes.Buffer
	assert.ErrorContains(t, run(t.Context(), []string{"-lang", "fr"}, &out), "write zh or en")
	assert.ErrorIs(t, run(t.Context(), []string{filepath.Join(t.TempDir(), "no.jsonl")}, &out), os.ErrNotExist)
	assert.Empty(t, out.String())
}
