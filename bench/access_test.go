package bench

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io/fs"
	"math/rand"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"testing"
	"testing/fstest"

	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/open-policy-agent/opa/v1/rego"
	"github.com/stretchr/testify/require"

	"github.com/banfa-go/banfa"
	"github.com/banfa-go/banfa/condition"
	"github.com/banfa-go/banfa/measures/shenzhen"
)

// An application is decided by the conditions of its data set: five of the pack's, and four of its own file. Files differ in their thresholds.

var (
	accessScenarios = []string{"guidance", "emergency", "research", "marketing", "other"}
	accessModes     = []string{"sandbox", "invisible", "result", "download"}
)

// application is one request; Dataset is the number of the file.
type application struct {
	Dataset     int
	Verified    bool
	Materials   string
	Described   bool
	Accepted    bool
	Level       int64
	Blacklisted bool
	Scenario    string
	Mode        string
}

func (a *application) facts() map[string]any {
	return map[string]any{
		"real_name_verified": a.Verified, "qualification_materials": a.Materials, "security_materials": "provided", "scenario_described": a.Described,
		"agreement_accepted": a.Accepted, "mlps_level": a.Level, "blacklisted": a.Blacklisted, "scenario": a.Scenario, "usage_mode": a.Mode,
	}
}

func datasetID(i int) string { return fmt.Sprintf("city-%04d", i) }

// allowed are the scenarios of file i: three of five.
func allowed(i int) []string {
	n := len(accessScenarios)
	return []string{accessScenarios[i%n], accessScenarios[(i+1)%n], accessScenarios[(i+2)%n]}
}

// applications are seeded: most are fit, some fail in one way or more.
func applications(files, n int) []application {
	rnd := rand.New(rand.NewSource(20261124))
	chance := func(percent int) bool { return rnd.Intn(100) < percent }
	out := make([]application, n)
	for i := range out {
		out[i] = application{
			Dataset: rnd.Intn(files), Verified: !chance(5), Materials: []string{"provided", "provided", "not_asked", "missing"}[rnd.Intn(4)], Described: !chance(10),
			Accepted: !chance(5), Level: int64(rnd.Intn(6)), Blacklisted: chance(5), Scenario: accessScenarios[rnd.Intn(5)], Mode: accessModes[rnd.Intn(4)],
		}
	}
	return out
}

// decideByHand is the workload in Go: the requirements that fail, in order.
func decideByHand(a *application) []string {
	failed := []string{}
	need := func(id string, holds bool) {
		if !holds {
			failed = append(failed, id)
		}
	}
	need("real-name", a.Verified)
	need("qualification-materials", a.Materials != "missing")
	need("scenario-materials", a.Described)
	need("agreement-accepted", a.Accepted)
	need("level", a.Level >= int64(a.Dataset%4))
	need("credit", !a.Blacklisted)
	need("scope", slices.Contains(allowed(a.Dataset), a.Scenario))
	need("domain", a.Scenario == "emergency" && a.Level >= 3 || a.Mode != "download")
	return failed
}

func quoted(list []string) string {
	text, _ := json.Marshal(list) // strings only
	return strings.ReplaceAll(string(text), `"`, `'`)
}

func accessIndex(t testing.TB, files int) *condition.Index {
	t.Helper()
	fsys := fstest.MapFS{}
	for _, name := range []string{"shenzhen.yaml", "conditional-access.yaml"} {
		text, err := fs.ReadFile(shenzhen.FS(), name)
		require.NoError(t, err)
		fsys[name] = &fstest.MapFile{Data: text}
	}
	for i := range files {
		fsys[fmt.Sprintf("c%04d.yaml", i)] = &fstest.MapFile{Data: []byte(fmt.Sprintf(`apiVersion: banfa/v1
kind: Conditions
metadata: {name: c%04d, title: 条件, status: draft, issuer: 某局}
instrument: shenzhen
extends: conditional-access
datasets: [%s]
facts:
  mlps_level: {label: 定级, type: int, min: 0, max: 5}
  blacklisted: {label: 失信, type: bool}
  scenario: {label: 场景, type: enum, values: {guidance: 诱导, emergency: 应急, research: 科研, marketing: 营销, other: 其他}}
  usage_mode: {label: 方式, type: enum, values: {sandbox: 沙箱, invisible: 不可见, result: 结果, download: 下载}}
requirements:
  - {id: level, dimension: user, basis: 第二十五条第（一）项, require: mlps_level >= %d, mitigates: 泄露}
  - {id: credit, dimension: user, basis: 第二十五条第（二）项, require: '!blacklisted', mitigates: 违约}
  - {id: scope, dimension: scenario, basis: 第二十六条第（三）项, require: "scenario in %s", mitigates: 滥用}
  - {id: domain, dimension: usage, basis: 第二十七条第（一）项, when: "!(scenario == 'emergency' && mlps_level >= 3)", require: usage_mode != 'download', mitigates: 外流}
`, i, datasetID(i), i%4, quoted(allowed(i))))}
	}
	rules, ds, err := banfa.Check(fsys, banfa.WithLimits(banfa.Limits{Files: files + 2}))
	require.NoError(t, err)
	require.False(t, ds.HasErrors(), "%v", ds)
	x, err := condition.NewIndex(rules)
	require.NoError(t, err)
	return x
}

// accessRego is the same as one Rego module. Each rule tests input.dataset by equality first, so that OPA's rule index finds those of the data set.
func accessRego(files int) string {
	var b strings.Builder
	b.WriteString(`package access
failed contains "real-name" if not input.real_name_verified
failed contains "qualification-materials" if input.qualification_materials == "missing"
failed contains "security-materials" if input.security_materials == "missing"
failed contains "scenario-materials" if not input.scenario_described
failed contains "agreement-accepted" if not input.agreement_accepted
`)
	for i := range files {
		head := func(id string) string {
			return fmt.Sprintf("failed contains %q if {\n\tinput.dataset == %q\n", id, datasetID(i))
		}
		fmt.Fprintf(&b, "%s\tinput.mlps_level < %d\n}\n", head("level"), i%4)
		fmt.Fprintf(&b, "%s\tinput.blacklisted\n}\n", head("credit"))
		fmt.Fprintf(&b, "%s\tnot input.scenario in %s\n}\n", head("scope"), strings.ReplaceAll(quoted(allowed(i)), "'", `"`))
		fmt.Fprintf(&b, "%s\tnot excepted\n\tinput.usage_mode == \"download\"\n}\n", head("domain"))
	}
	b.WriteString("excepted if {\n\tinput.scenario == \"emergency\"\n\tinput.mlps_level >= 3\n}\n")
	b.WriteString("decision := {\"approve\": count(failed) == 0, \"failed\": failed}\n")
	return b.String()
}

func accessOPA(t testing.TB, files int) rego.PreparedEvalQuery {
	t.Helper()
	q, err := rego.New(rego.Query("data.access.decision"), rego.Module("access.rego", accessRego(files))).PrepareForEval(context.Background())
	require.NoError(t, err)
	return q
}

func opaFailed(t testing.TB, set rego.ResultSet) []string {
	t.Helper()
	require.Len(t, set, 1)
	answer, ok := set[0].Expressions[0].Value.(map[string]any)
	require.True(t, ok)
	out := []string{}
	for _, f := range answer["failed"].([]any) {
		out = append(out, f.(string))
	}
	require.Equal(t, len(out) == 0, answer["approve"])
	return out
}

func withDataset(a *application) map[string]any {
	m := a.facts()
	m["dataset"] = datasetID(a.Dataset)
	return m
}

func TestEveryEngineDecidesApplicationsAsHandWrittenGo(t *testing.T) {
	const files = 10
	x, q := accessIndex(t, files), accessOPA(t, files)
	approved := 0
	for _, app := range applications(files, 512) {
		want := decideByHand(&app)
		a, err := x.For(datasetID(app.Dataset))
		require.NoError(t, err)
		r, err := a.Decide(t.Context(), banfa.Map(app.facts()), condition.At(at))
		require.NoError(t, err)
		require.ElementsMatch(t, want, r.Failed)
		require.Equal(t, len(want) == 0, r.Decision == condition.Approve)
		set, err := q.Eval(t.Context(), rego.EvalInput(withDataset(&app)))
		require.NoError(t, err)
		require.ElementsMatch(t, want, opaFailed(t, set))
		if len(want) == 0 {
			approved++
		}
	}
	require.Greater(t, approved, 50, "too few approvals to tell engines apart")
}

// cpuTime reports the processor time of the process by operation, its garbage collection included: the wall clock of a shared machine says little.
func cpuTime(b *testing.B, loop func(b *testing.B)) {
	b.ReportAllocs()
	before := processorTime(b)
	loop(b)
	b.ReportMetric(float64(processorTime(b)-before)/float64(b.N), "cpu-ns/op")
}

func processorTime(b *testing.B) int64 {
	var u syscall.Rusage
	require.NoError(b, syscall.Getrusage(syscall.RUSAGE_SELF, &u))
	return u.Utime.Nano() + u.Stime.Nano()
}

// BenchmarkAccess is one decision with 10 and 1,000 files of conditions loaded, the file found by the data set. What banfa answers is the full answer: every requirement with
// its reason, remedy and evidence, obligations and digests; OPA answers the ids that fail.
func BenchmarkAccess(b *testing.B) {
	for _, files := range []int{10, 1000} {
		apps := applications(files, sample)
		maps, texts, inputs, parsed := make([]banfa.Map, sample), make([]banfa.JSON, sample), make([]map[string]any, sample), make([]ast.Value, sample)
		inputTexts := make([][]byte, sample)
		for i := range apps {
			maps[i], inputs[i] = apps[i].facts(), withDataset(&apps[i])
			var err error
			texts[i], err = json.Marshal(maps[i])
			require.NoError(b, err)
			inputTexts[i], err = json.Marshal(inputs[i])
			require.NoError(b, err)
			parsed[i], err = ast.InterfaceToValue(inputs[i])
			require.NoError(b, err)
		}
		x := accessIndex(b, files)
		ctx := context.Background()
		decide := func(i int, facts banfa.Facts) (*condition.Result, error) {
			a, err := x.For(datasetID(apps[i].Dataset))
			if err != nil {
				return nil, err
			}
			return a.Decide(ctx, facts, condition.At(at))
		}
		written := func(answer any, err error) error {
			if err == nil {
				_, err = json.Marshal(answer)
			}
			return err
		}
		q := accessOPA(b, files)
		runtime.GC() // what was loaded is not collected during the first of them
		for _, engine := range []struct {
			name string
			run  func(i int) error
		}{
			{"hand-written Go", func(i int) error { decideByHand(&apps[i]); return nil }},
			{"banfa look-up alone", func(i int) error { _, err := x.For(datasetID(apps[i].Dataset)); return err }},
			{"banfa from map", func(i int) error { _, err := decide(i, maps[i]); return err }},
			{"banfa from JSON", func(i int) error { _, err := decide(i, texts[i]); return err }},
			{"banfa from JSON to JSON", func(i int) error { return written(decide(i, texts[i])) }},
			{"OPA from map", func(i int) error { _, err := q.Eval(ctx, rego.EvalInput(inputs[i])); return err }},
			{"OPA from JSON", func(i int) error {
				v, err := ast.ValueFromReader(bytes.NewReader(inputTexts[i]))
				if err == nil {
					_, err = q.Eval(ctx, rego.EvalParsedInput(v))
				}
				return err
			}},
			{"OPA from parsed input", func(i int) error { _, err := q.Eval(ctx, rego.EvalParsedInput(parsed[i])); return err }},
		} {
			b.Run(fmt.Sprintf("%d files/%s", files, engine.name), func(b *testing.B) {
				cpuTime(b, func(b *testing.B) {
					for i := 0; b.Loop(); i++ {
						if err := engine.run(i % sample); err != nil {
							b.Fatal(err)
						}
					}
				})
			})
		}
	}
}

// BenchmarkAccessLoad is loading, checking and indexing files of conditions.
func BenchmarkAccessLoad(b *testing.B) {
	for _, files := range []int{10, 1000} {
		b.Run(fmt.Sprintf("%d files/banfa", files), func(b *testing.B) {
			cpuTime(b, func(b *testing.B) {
				for b.Loop() {
					accessIndex(b, files)
				}
			})
		})
		b.Run(fmt.Sprintf("%d files/OPA", files), func(b *testing.B) {
			cpuTime(b, func(b *testing.B) {
				for b.Loop() {
					accessOPA(b, files)
				}
			})
		})
	}
}
