package condition_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/banfa-go/banfa"
	"github.com/banfa-go/banfa/condition"
	"github.com/banfa-go/banfa/measures/shenzhen"
)

var publishUpdate = flag.Bool("update-publish", false, "rewrite testdata/publish/*")

func readPack(name string) ([]byte, error) { return fs.ReadFile(shenzhen.FS(), name) }

// parking is the pack with the sample city's conditions for free parking bays.
func parking(t testing.TB) *condition.Access {
	t.Helper()
	fsys := fstest.MapFS{}
	for _, name := range []string{"shenzhen.yaml", "conditional-access.yaml", "conditional-access.en.yaml"} {
		text, err := readPack(name)
		require.NoError(t, err)
		fsys[name] = &fstest.MapFile{Data: text}
	}
	for _, name := range []string{"parking-bays.yaml", "parking-bays.en.yaml"} {
		text, err := os.ReadFile(filepath.Join("..", "examples", "quickstart", "rules", name))
		require.NoError(t, err)
		fsys[name] = &fstest.MapFile{Data: text}
	}
	rules, err := banfa.Load(fsys, banfa.Strict())
	require.NoError(t, err)
	a, err := condition.New(rules, condition.ForDataset("YW01002"), condition.Clock(func() time.Time { return time.Date(2026, 11, 24, 1, 0, 0, 0, time.UTC) }))
	require.NoError(t, err)
	return a
}

// approved are facts that the conditions for parking bays approve.
func approved() banfa.Map {
	return banfa.Map{
		"real_name_verified": true, "qualification_materials": "provided", "security_materials": "provided", "scenario_described": true,
		"agreement_accepted": true, "mlps_level": 2, "blacklisted": false, "scenario": "guidance", "usage_mode": "in_domain", "requests_per_minute": 0,
	}
}

// golden compares with a file that reads like the document it is.
func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	path := filepath.Join("testdata", "publish", name)
	if *publishUpdate {
		require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o755))
		require.NoError(t, os.WriteFile(path, got, 0o644))
		return
	}
	want, err := os.ReadFile(path)
	require.NoError(t, err)
	assert.Equal(t, string(want), string(got), "go test ./condition -run %s -update-publish writes it anew; read the change", t.Name())
}

func indented(t *testing.T, v any) []byte {
	t.Helper()
	text, err := json.Marshal(v)
	require.NoError(t, err)
	var b bytes.Buffer
	require.NoError(t, json.Indent(&b, text, "", "  "))
	return append(b.Bytes(), '\n')
}

func TestWhatIsPublishedReadsLikeANotice(t *testing.T) {
	a := parking(t)
	for _, lang := range []string{"zh", "en"} {
		p, err := a.Published(lang)
		require.NoError(t, err)
		golden(t, "parking."+lang+".md", p.Markdown())
		golden(t, "form."+lang+".json", indented(t, a.Form(lang)))
	}
	p, err := a.Published("zh")
	require.NoError(t, err)
	golden(t, "parking.json", indented(t, p))
}

func TestADraftFollowsFromTheDecision(t *testing.T) {
	a := parking(t)
	r, err := a.Decide(t.Context(), approved())
	require.NoError(t, err)
	require.Equal(t, condition.Approve, r.Decision)
	for _, lang := range []string{"zh", "en"} {
		d, err := a.Draft(r, condition.Parties{
			User: condition.Party{Name: "云湾出行有限公司"}, Datasets: []string{"停车场实时泊位"}, Period: condition.AgreementPeriod{From: "2026-12-01", Until: "2027-11-30"},
		}, lang)
		require.NoError(t, err)
		golden(t, "agreement."+lang+".md", d.Markdown())
		if lang == "zh" {
			text, err := d.JSON()
			require.NoError(t, err)
			golden(t, "agreement.json", text)
		}
	}
}

// A draft leaves nothing to find but its blanks; once a person has filled these, nothing at all.
func TestADraftLacksNothingButItsBlanks(t *testing.T) {
	a := parking(t)
	for _, mode := range []string{"in_domain", "results_only", "api"} {
		for _, lang := range []string{"zh", "en"} {
			facts := approved()
			facts["usage_mode"] = mode
			if mode == "api" {
				facts["scenario"], facts["mlps_level"] = "emergency", 3
			}
			r, err := a.Decide(t.Context(), facts)
			require.NoError(t, err)
			d, err := a.Draft(r, condition.Parties{}, lang)
			require.NoError(t, err)
			for _, f := range condition.CheckAgreement(*d) {
				assert.Equal(t, "blank", f.Code, "%s %s: %s", mode, lang, f.Text("en"))
			}
			fill(d)
			assert.Empty(t, condition.CheckAgreement(*d), "%s %s", mode, lang)
		}
	}
}

// A draft of conditions without a data set, a scenario or a way of use leaves them to a person, and holds nobody to a blank.
func TestADraftThatKnowsLittleIsCompleteOnceItIsFilled(t *testing.T) {
	rules := bundle(t)
	a, err := condition.New(rules, condition.Named("conditional-access"))
	require.NoError(t, err)
	facts := approved()
	for _, name := range []string{"mlps_level", "blacklisted", "scenario", "usage_mode", "requests_per_minute"} {
		delete(facts, name)
	}
	r, err := a.Decide(t.Context(), facts)
	require.NoError(t, err)
	d, err := a.Draft(r, condition.Parties{}, "zh")
	require.NoError(t, err)
	assert.Contains(t, codes(condition.CheckAgreement(*d)), "error blank datasets[0]")
	fill(d)
	d.Datasets, d.Scenario, d.Usage.Label = []string{"公交位置"}, "研究", "接口调用"
	assert.Empty(t, condition.CheckAgreement(*d))
}

// fill does what a person does with a draft.
func fill(d *condition.Agreement) {
	d.Provider.Contact, d.User = "数据科", condition.Party{Name: "公司", Code: "91440300", Contact: "张三"}
	d.Period = condition.AgreementPeriod{From: "2026-12-01", Until: "2026-12-01"}
	for i := range d.Terms {
		for j := range d.Terms[i].Clauses {
			c := &d.Terms[i].Clauses[j]
			for _, mark := range [][2]string{{"【待填：", "】"}, {"[to be filled: ", "]"}} {
				for strings.Contains(c.Text, mark[0]) {
					before, after, _ := strings.Cut(c.Text, mark[0])
					_, rest, _ := strings.Cut(after, mark[1])
					c.Text = before + "季度" + rest
				}
			}

		}
	}
}

func TestThereIsNoDraftWithoutAnApproval(t *testing.T) {
	a := parking(t)
	facts := approved()
	facts["scenario"] = "marketing"
	r, err := a.Decide(t.Context(), facts)
	require.NoError(t, err)
	_, err = a.Draft(r, condition.Parties{}, "zh")
	var e *condition.AgreementError
	require.ErrorAs(t, err, &e)
	assert.Equal(t, "只有审核通过才能起草协议，而审核结果是 reject", e.Text("zh"))

	d, err := a.Draft(r, condition.Parties{Approved: true}, "zh")
	require.NoError(t, err, "the authority decides")
	assert.Len(t, d.Decision.Obligations, 9, "all obligations bind where nobody computed which")
}

func TestADraftIsRefusedForAResultOfOtherRules(t *testing.T) {
	a := parking(t)
	r, err := a.Decide(t.Context(), approved())
	require.NoError(t, err)
	r.Digest = "sha256:0"
	_, err = a.Draft(r, condition.Parties{}, "zh")
	var e *condition.AgreementError
	require.ErrorAs(t, err, &e)
	assert.Equal(t, "other_rules", e.Reason)
}

func TestANameThatIsTooLongIsRefusedNotCut(t *testing.T) {
	a := parking(t)
	r, err := a.Decide(t.Context(), approved())
	require.NoError(t, err)
	_, err = a.Draft(r, condition.Parties{User: condition.Party{Name: strings.Repeat("长", condition.MaxAgreementName+1)}}, "zh")
	var e *condition.AgreementError
	require.ErrorAs(t, err, &e)
	assert.Equal(t, "user.name 过长：上限 200，实际 201", e.Text("zh"))
}

// What the form lets through, Decide takes; and it leaves nobody with an incomplete application.
func TestTheFormLetsThroughWhatDecideTakesAndAsksForAllThatMatters(t *testing.T) {
	a := parking(t)
	schema := compileForm(t, a)
	form := a.Form("zh")
	rapid.Check(t, func(t *rapid.T) {
		doc := map[string]any{}
		for _, f := range form.Fields {
			if rapid.IntRange(0, 5).Draw(t, f.Name+" is left out") == 0 {
				continue
			}
			switch f.Type {
			case "bool":
				doc[f.Name] = rapid.Bool().Draw(t, f.Name)
			case "int":
				doc[f.Name] = rapid.Float64Range(-2, 7).Draw(t, f.Name)
				if rapid.Bool().Draw(t, "whole") {
					doc[f.Name] = float64(rapid.IntRange(-2, 7).Draw(t, f.Name))
				}
			case "enum":
				codes := []string{"nothing"}
				for _, v := range f.Values {
					codes = append(codes, v.Code)
				}
				doc[f.Name] = rapid.SampledFrom(codes).Draw(t, f.Name)
			}
		}
		text, err := json.Marshal(doc)
		require.NoError(t, err)
		valid := schema.Validate(anyOf(t, text)) == nil
		r, err := a.Decide(t.Context(), banfa.JSON(text))
		if valid {
			require.NoError(t, err, "%s", text)
			require.NotEqual(t, condition.Incomplete, r.Decision, "%s", text)
		}
		if err != nil {
			require.False(t, valid, "%s", text)
		}
	})
}

func anyOf(t require.TestingT, text []byte) any {
	v, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	require.NoError(t, err)
	return v
}

func compileForm(t testing.TB, a *condition.Access) *jsonschema.Schema {
	t.Helper()
	text, err := json.Marshal(a.Form("zh"))
	require.NoError(t, err)
	c := jsonschema.NewCompiler()
	require.NoError(t, c.AddResource("form.json", anyOf(t, text)))
	s, err := c.Compile("form.json")
	require.NoError(t, err)
	return s
}

func TestTheFormRefusesWhatAnApplicantMustNotSend(t *testing.T) {
	schema := compileForm(t, parking(t))
	valid := func(change map[string]any) error {
		doc := map[string]any{}
		for k, v := range approved() {
			doc[k] = v
		}
		for k, v := range change {
			doc[k] = v
			if v == nil {
				delete(doc, k)
			}
		}
		text, err := json.Marshal(doc)
		require.NoError(t, err)
		return schema.Validate(anyOf(t, text))
	}
	require.NoError(t, valid(nil))
	for name, change := range map[string]map[string]any{
		"a fact that nobody declared": {"admin": true}, "a code that does not exist": {"scenario": "停车诱导"}, "a level beyond the scale": {"mlps_level": 6},
		"a text for a bool": {"blacklisted": "no"}, "a name without end": {"name": strings.Repeat("x", 201)}, "no way of use": {"usage_mode": nil},
	} {
		assert.Error(t, valid(change), name)
	}
}

func TestMaterialsAreListedOnceWithAllThatAskForThem(t *testing.T) {
	materials, err := parking(t).Materials("zh")
	require.NoError(t, err)
	byName := map[string]condition.Material{}
	for _, m := range materials {
		_, twice := byName[m.Name]
		assert.False(t, twice, m.Name)
		byName[m.Name] = m
	}
	assert.Equal(t, condition.Material{Name: "应用场景说明", Requirements: []string{"scenario-materials", "scenario-scope"}, Always: true, DependsOn: []string{}}, byName["应用场景说明"])
	assert.Equal(t, condition.Material{Name: "等级保护备案证明", Requirements: []string{"security-level"}, DependsOn: []string{"使用方式"}}, byName["等级保护备案证明"])
}

// What an applicant writes reaches documents as text: here a scenario that is a free text.
func TestAnApplicantsTextStaysTextInTheDraft(t *testing.T) {
	rules := bundle(t, `apiVersion: banfa/v1
kind: Conditions
metadata: {name: free, title: 自由文字, status: draft, issuer: 某局}
instrument: shenzhen
facts:
  scenario: {label: 应用场景, type: string, max_length: 3000}
requirements:
  - {id: some, dimension: scenario, basis: 第二十六条第（三）项, require: scenario != '', mitigates: 用途不明}
`)
	a, err := condition.New(rules, condition.Named("free"))
	require.NoError(t, err)
	for _, f := range a.Form("zh").Fields {
		assert.Equal(t, 3000, f.MaxLength)
	}
	for _, s := range hostile {
		if strings.TrimSpace(s) == "" || s == "\xff\xfe" { // not UTF-8 is no fact
			continue
		}
		r, err := a.Decide(t.Context(), banfa.Map{"scenario": s})
		require.NoError(t, err, "%q", s)
		d, err := a.Draft(r, condition.Parties{}, "zh")
		require.NoError(t, err, "%q", s)
		text := string(d.Markdown())
		for _, bad := range []string{"\x00", "\x1b", "\u202e", "\u200b", "<script", "](", "://evil"} {
			assert.NotContains(t, unescaped(text), bad, "%q", s)
		}
		assert.Equal(t, 7, strings.Count(text, "\n## ")-1, "%q makes headings", s)
		docx, err := d.Docx()
		require.NoError(t, err)
		unzip(t, docx)
	}
	r, err := a.Decide(t.Context(), banfa.Map{"scenario": strings.Repeat("用", 3000)})
	require.NoError(t, err)
	_, err = a.Draft(r, condition.Parties{}, "zh")
	require.NoError(t, err)
}
