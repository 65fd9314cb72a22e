package bench

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"testing"
	"time"

	"cel.dev/cel-go/cel"
	"github.com/cedar-policy/cedar-go"
	"github.com/cedar-policy/cedar-go/types"
	"github.com/expr-lang/expr"
	"github.com/expr-lang/expr/vm"
	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/open-policy-agent/opa/v1/rego"
	"github.com/stretchr/testify/require"

	"github.com/banfa-go/banfa"
	"github.com/banfa-go/banfa/classify"
)

var at = time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)

// engine answers for the records it was made with. run decides on one and keeps what came of it; answer says what that was.
type engine struct {
	name   string
	run    func(i int) error
	answer func() Answer
}

var (
	bools = []string{
		"state_secret", "commercial_secret", "personal_privacy", "consent_obtained", "opening_prohibited_by_law",
		"opening_required_conditional_by_law", "already_public", "desensitized",
	}
	texts = []string{"infra_load", "security_capability_required", "risk_level", "domain"}
	ranks = map[string]int{"unconditional": 0, "conditional": 1, "closed": 2}
)

// of puts the number of a rule into an answer.
func (a *Answer) of(rules []Rule, i int) {
	a.Outcome = max(a.Outcome, ranks[rules[i].Outcome])
	if n := len(Rules()); i >= n {
		a.Sector |= 1 << ((i - n) % 4)
	} else {
		a.Matches |= 1 << i
	}
}

func handEngine(records []*Record, extra int) engine {
	h := NewHand(extra)
	var last Answer
	return engine{"hand-written Go", func(i int) error { last = h.Decide(records[i]); return nil }, func() Answer { return last }}
}

// banfaEngines answer with a verdict, and in full, with facts in each of their forms.
func banfaEngines(t testing.TB, records []*Record, extra int) (list []engine) {
	loaded, err := Load(extra)
	require.NoError(t, err)
	c, err := classify.New(loaded)
	require.NoError(t, err)
	bound, err := banfa.Bind[Record](loaded, "Classification/w1")
	require.NoError(t, err)
	maps, docs := make([]banfa.Map, len(records)), make([]banfa.JSON, len(records))
	for i, r := range records {
		maps[i] = r.Map()
		docs[i], err = json.Marshal(maps[i])
		require.NoError(t, err)
	}
	ctx := context.Background()
	rules := AllRules(extra)
	number := func(a *Answer, id string) {
		if i, err := strconv.Atoi(strings.TrimPrefix(id, "r")); err == nil {
			a.of(rules, i)
		}
	}
	var v classify.Verdict
	verdict := func() (a Answer) {
		for _, id := range v.Rules {
			number(&a, id)
		}
		require.True(t, v.Determined)
		a.Outcome = ranks[v.Outcome]
		return a
	}
	list = append(list,
		engine{"banfa verdict, struct", func(i int) error { return c.Verdict(ctx, bound.Facts(records[i]), &v) }, verdict},
		engine{"banfa verdict, map", func(i int) error { return c.Verdict(ctx, maps[i], &v) }, verdict},
		engine{"banfa verdict, JSON", func(i int) error { return c.Verdict(ctx, docs[i], &v) }, verdict},
	)
	for _, form := range []struct {
		name  string
		facts func(i int) banfa.Facts
	}{
		{"struct", func(i int) banfa.Facts { return bound.Facts(records[i]) }},
		{"map", func(i int) banfa.Facts { return maps[i] }},
		{"JSON", func(i int) banfa.Facts { return docs[i] }},
	} {
		var last *classify.Result
		list = append(list, engine{"banfa full answer, " + form.name, func(i int) (err error) {
			last, err = c.Classify(ctx, form.facts(i), classify.At(at))
			return err
		}, func() (a Answer) {
			for _, r := range last.Rules {
				number(&a, r.ID)
			}
			require.True(t, last.Determined)
			a.Outcome = ranks[last.Outcome]
			return a
		}})
	}
	return list
}

// celEngine evaluates a program of cel-go for each rule.
func celEngine(t testing.TB, records []*Record, extra int) engine {
	opts := []cel.EnvOption{
		cel.Variable("sensitivity", cel.IntType), cel.Variable("endangers_security", cel.ListType(cel.StringType)),
		cel.Variable("fields", cel.ListType(cel.MapType(cel.StringType, cel.DynType))),
	}
	for _, n := range bools {
		opts = append(opts, cel.Variable(n, cel.BoolType))
	}
	for _, n := range texts {
		opts = append(opts, cel.Variable(n, cel.StringType))
	}
	env, err := cel.NewEnv(opts...)
	require.NoError(t, err)
	rules := AllRules(extra)
	programs := make([]cel.Program, len(rules))
	for i, r := range rules {
		ast, iss := env.Compile(r.When)
		require.NoError(t, iss.Err())
		programs[i], err = env.Program(ast)
		require.NoError(t, err)
	}
	maps := mapsOf(records)
	var last Answer
	return engine{"cel-go v0.33.2, map", func(i int) error {
		last = Answer{}
		for n, p := range programs {
			v, _, err := p.Eval(maps[i])
			if err != nil {
				return err
			}
			if v.Value() == true {
				last.of(rules, n)
			}
		}
		return nil
	}, func() Answer { return last }}
}

func mapsOf(records []*Record) []map[string]any {
	maps := make([]map[string]any, len(records))
	for i, r := range records {
		maps[i] = r.Map()
	}
	return maps
}

// exprEngine runs a program of expr-lang for each rule in one virtual machine.
func exprEngine(t testing.TB, records []*Record, extra int) engine {
	maps := mapsOf(records)
	rules := AllRules(extra)
	programs := make([]*vm.Program, len(rules))
	for i, r := range rules {
		text := strings.NewReplacer(
			"size(endangers_security)", "len(endangers_security)", "fields.exists(i, i.identifier && i.type == 'id_card')",
			"any(fields, .identifier && .type == 'id_card')",
		).Replace(r.When)
		var err error
		programs[i], err = expr.Compile(text, expr.Env(maps[0]), expr.AsBool())
		require.NoError(t, err, text)
	}
	machine := new(vm.VM)
	var last Answer
	return engine{"expr-lang v1.17.8, map", func(i int) error {
		last = Answer{}
		for n, p := range programs {
			v, err := machine.Run(p, maps[i])
			if err != nil {
				return err
			}
			if v == true {
				last.of(rules, n)
			}
		}
		return nil
	}, func() Answer { return last }}
}

// cedarEngine has a policy for each rule, and records made into Cedar's beforehand. Cedar cannot look into the elements of a list: whether
// there is an identity card is found out beforehand too.
func cedarEngine(t testing.TB, records []*Record, extra int) engine {
	rules := AllRules(extra)
	set := cedar.NewPolicySet()
	for i, r := range rules {
		text := strings.NewReplacer(
			"size(endangers_security) > 0", "!endangers_security.isEmpty()", "fields.exists(i, i.identifier && i.type == 'id_card')", "has_id_card", "'", `"`,
		).Replace(r.When)
		for _, name := range append(append([]string{"endangers_security", "has_id_card", "sensitivity"}, bools...), texts...) {
			text = replaceWord(text, name, "context."+name)
		}
		var p cedar.Policy
		require.NoError(t, p.UnmarshalCedar([]byte("permit (principal, action, resource) when { "+text+" };")), text)
		set.Add(cedar.PolicyID(strconv.Itoa(i)), &p)
	}
	requests := make([]cedar.Request, len(records))
	for i, r := range records {
		m := types.RecordMap{"has_id_card": types.Boolean(hasIDCard(r.Fields)), "sensitivity": types.Long(r.Sensitivity)}
		facts := r.Map()
		for _, n := range bools {
			m[types.String(n)] = types.Boolean(facts[n].(bool))
		}
		for _, n := range texts {
			m[types.String(n)] = types.String(facts[n].(string))
		}
		var security []types.Value
		for _, s := range r.EndangersSecurity {
			security = append(security, types.String(s))
		}
		m["endangers_security"] = types.NewSet(security...)
		uid := types.NewEntityUID("T", "x")
		requests[i] = cedar.Request{Principal: uid, Action: uid, Resource: uid, Context: types.NewRecord(m)}
	}
	var last cedar.Diagnostic
	return engine{"cedar-go v1.9.0, record made before", func(i int) error {
		_, last = cedar.Authorize(set, nil, requests[i])
		if len(last.Errors) > 0 {
			return fmt.Errorf("%v", last.Errors)
		}
		return nil
	}, func() (a Answer) {
		for _, r := range last.Reasons {
			i, _ := strconv.Atoi(string(r.PolicyID))
			a.of(rules, i)
		}
		return a
	}}
}

// replaceWord replaces a name where it stands alone.
func replaceWord(text, word, by string) string {
	isPart := func(i int) bool {
		return i >= 0 && i < len(text) && (text[i] == '_' || text[i] == '.' || text[i] == '"' || text[i] >= 'a' && text[i] <= 'z')
	}
	for i := 0; ; {
		n := strings.Index(text[i:], word)
		if n < 0 {
			return text
		}
		i += n
		if isPart(i-1) || isPart(i+len(word)) && text[i+len(word)] != '.' {
			i += len(word)
			continue
		}
		text = text[:i] + by + text[i+len(word):]
		i += len(by)
	}
}

// opaEngine has the rules in Rego, whose index looks sector rules up by domain, and input parsed beforehand.
func opaEngine(t testing.TB, records []*Record, extra int) engine {
	rules := AllRules(extra)
	var b strings.Builder
	b.WriteString("package w\n")
	for i, r := range rules {
		conditions := []string{r.When}
		if strings.HasPrefix(r.When, "(commercial_secret || personal_privacy)") {
			rest := strings.TrimPrefix(r.When, "(commercial_secret || personal_privacy)")
			conditions = []string{"commercial_secret" + rest, "personal_privacy" + rest}
		}
		for _, c := range conditions {
			c = strings.NewReplacer(
				"size(endangers_security)", "count(endangers_security)", "fields.exists(i, i.identifier && i.type == 'id_card')",
				"some f in input.fields; f.identifier; f.type == \"id_card\"", " && ", "; ", "!", "not ", "'", `"`,
			).Replace(c)
			for _, name := range append(append([]string{"endangers_security", "sensitivity"}, bools...), texts...) {
				c = replaceWord(c, name, "input."+name)
			}
			fmt.Fprintf(&b, "matches contains %d if { %s }\n", i, c)
		}
	}
	q, err := rego.New(rego.Query("data.w.matches"), rego.Module("w.rego", b.String())).PrepareForEval(context.Background())
	require.NoError(t, err)
	inputs := make([]ast.Value, len(records))
	for i, r := range records {
		inputs[i], err = ast.InterfaceToValue(r.Map())
		require.NoError(t, err)
	}
	var last rego.ResultSet
	ctx := context.Background()
	return engine{"OPA v1.22.2, input parsed before", func(i int) (err error) {
		last, err = q.Eval(ctx, rego.EvalParsedInput(inputs[i]))
		return err
	}, func() (a Answer) {
		for _, v := range last[0].Expressions[0].Value.([]any) {
			i, err := strconv.Atoi(fmt.Sprint(v))
			require.NoError(t, err)
			a.of(rules, i)
		}
		return a
	}}
}

func engines(t testing.TB, records []*Record, extra int) []engine {
	return append(append([]engine{handEngine(records, extra)}, banfaEngines(t, records, extra)...),
		celEngine(t, records, extra), exprEngine(t, records, extra), cedarEngine(t, records, extra), opaEngine(t, records, extra))
}
