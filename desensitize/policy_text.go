package desensitize

import (
	"errors"
	"fmt"
	"strings"

	"github.com/banfa-go/banfa/internal/message"
)

// Plan is what a policy would do to an input, said before anything is read.
type Plan struct {
	Policy  string       `json:"policy"`
	Owner   string       `json:"owner"`
	Columns []PlanColumn `json:"columns"` // in the order of the input
	Rows    []PlanRule   `json:"rows"`
	Release []PlanRule   `json:"release"`
	Keys    []string     `json:"keys"`
	Noise   []PlanNoise  `json:"noise,omitempty"`
	Holder  string       `json:"holder,omitempty"`  // who alone may find out what pseudonyms stand for
	Reverse []string     `json:"reverse,omitempty"` // of which columns
}

// PlanNoise is what the noise of a column costs a unit in one release: a decimal or a fraction.
type PlanNoise struct {
	Column  string `json:"column"`
	Unit    string `json:"unit"`
	Epsilon string `json:"epsilon"`
	Rho     string `json:"rho"`
}

// PlanColumn is the decision about one column.
type PlanColumn struct {
	Column
	Basis     []string `json:"basis"`
	OnInvalid string   `json:"on_invalid"` // suppress or refuse
	Native    bool     `json:"native"`     // the transform runs as a native plan, not in the interpreter
}

// PlanRule is a rule on rows or of the gate.
type PlanRule struct {
	ID    string   `json:"id"`
	Basis []string `json:"basis"`
	Text  string   `json:"text"` // the condition
}

// Explain says what the policy would do to an input with these columns. It needs no keys. The error is a *ColumnsError.
func (p *Policy) Explain(columns []string) (*Plan, error) {
	at, err := p.match(columns)
	if err != nil {
		return nil, err
	}
	out := &Plan{Policy: p.spec.Name, Owner: p.spec.Owner, Rows: []PlanRule{}, Release: []PlanRule{}, Keys: p.KeyNames()}
	costs, err := p.noise()
	if err != nil {
		return nil, err
	}
	for _, x := range costs {
		out.Noise = append(out.Noise, PlanNoise{x.column, p.parameter("unit", "row"), x.epsilon.RatString(), x.rho.RatString()})
	}
	out.Holder, out.Reverse = p.Reversible()
	var run *runPlan
	if p.keyErr == nil {
		if run, err = p.newPlan(at, p.conf.clock()); err != nil {
			return nil, err
		}
	}
	for i, c := range p.columnsOf(columns, at) {
		rule := p.spec.Rules[p.spec.Columns[at[i]].Rule]
		x := PlanColumn{Column: c, Basis: []string{}, OnInvalid: "suppress"}
		for _, b := range rule.Basis {
			x.Basis = append(x.Basis, b.Long)
		}
		if rule.Refuse {
			x.OnInvalid = "refuse"
		}
		if run != nil {
			x.Native = run.columns[at[i]].native != nil
		}
		out.Columns = append(out.Columns, x)
	}
	for _, r := range p.spec.Rows {
		x := PlanRule{ID: r.ID, Basis: []string{}, Text: r.Plan.Expr.Text}
		for _, b := range r.Basis {
			x.Basis = append(x.Basis, b.Long)
		}
		out.Rows = append(out.Rows, x)
	}
	for _, r := range p.spec.Release {
		x := PlanRule{ID: r.ID, Basis: []string{}, Text: r.Require.Text}
		for _, b := range r.Basis {
			x.Basis = append(x.Basis, b.Long)
		}
		out.Release = append(out.Release, x)
	}
	return out, nil
}

// lines writes sentences in a language.
type policyLines struct {
	strings.Builder
	zh bool
}

func (l *policyLines) say(en, zh string, args ...any) {
	if l.zh {
		en = zh
	}
	fmt.Fprintf(&l.Builder, en+"\n", args...)
}

// Text says the plan in words, in Chinese ("zh") or English.
func (p *Plan) Text(lang string) string {
	l := &policyLines{zh: lang == message.Chinese}
	l.say("Policy %s, answered for by %s", "策略 %s，责任单位：%s", p.Policy, p.Owner)
	for _, c := range p.Columns {
		name := c.Header
		if c.Label != "" && c.Label != c.Header {
			name += "（" + c.Label + "）"
		}
		l.say("  %s: %s, by rule %s (%s)", "  %s：%s，依规则 %s（%s）", name, c.Apply, c.Rule, strings.Join(c.Basis, "、"))
		if c.OnInvalid == "refuse" {
			l.say("    a malformed value ends the run", "    遇到不合格的值即中止")
		}
	}
	for _, r := range p.Rows {
		l.say("  rows are left out where %s, by rule %s", "  删除符合 %s 的行，依规则 %s", r.Text, r.ID)
	}
	for _, r := range p.Release {
		l.say("  nothing is released unless %s, by rule %s", "  不符合 %s 的不得发布，依规则 %s", r.Text, r.ID)
	}
	for _, x := range p.Noise {
		l.say("  noise of %s costs each %s ε = %s, ρ = %s", "  列 %s 的噪声每次发布消耗每 %s 的隐私预算 ε = %s，ρ = %s", x.Column, x.Unit, x.Epsilon, x.Rho)
	}
	if len(p.Reverse) > 0 {
		l.say("  %s alone can find out what pseudonyms stand for: %s", "  只有 %s 能还原下列各列的假名：%s", p.Holder, strings.Join(p.Reverse, ", "))
	}
	if len(p.Keys) > 0 {
		l.say("  keys: %s", "  密钥：%s", strings.Join(p.Keys, ", "))
	}
	return l.String()
}

// Text says what a run did in words, in Chinese ("zh") or English.
func (r *Report) Text(lang string) string {
	l := &policyLines{zh: lang == message.Chinese}
	f := r.Facts.Rows
	l.say("%s: %d rows read, %d transformed, %d dropped, %d dropped because a rule could not be told",
		"%s：读入 %d 行，处理 %d 行，删除 %d 行，因无法判断而删除 %d 行", r.Policy.Name, f.In, f.Out, f.Dropped, f.Undecided)
	for i := range r.Columns {
		c := &r.Columns[i]
		l.say("  %s: %s: %d changed, %d kept, %d suppressed, %d malformed, %d empty",
			"  %s：%s：改变 %d，保留 %d，抑制 %d，不合格 %d，空 %d", c.Header, c.Apply, c.Changed, c.Kept, c.Suppressed, c.Invalid, c.Empty)
		if x := c.Shuffle; x != nil {
			l.say("    %d values exchanged in %d groups, where those counted as kept got an equal value; %d values withheld, of %d groups too small or of one value",
				"    在 %[2]d 组内置换 %[1]d 个值，计为保留的换来了相等的值；%[4]d 组过小或者只有一种值，其 %[3]d 个值未发布", x.Values, x.Groups, x.Withheld, x.Small)
		}
	}
	for _, g := range r.Gate {
		facts := strings.Join(g.Facts, ", ")
		if g.Holds {
			l.say("  holds: %s (%s)", "  通过：%s（%s）", g.ID, facts)
			continue
		}
		l.say("  FAILS: %s", "  不通过：%s", strings.TrimSpace(g.ID+" ("+facts+") "+g.Message+" "+g.Why))
	}
	if r.Released {
		l.say("released", "准予发布")
	} else {
		l.say("not released: nothing was written", "不予发布：没有写出任何文件")
	}
	return l.String()
}

// policyChinese says in Chinese why a run was refused; "" for an error that is not of a policy.
func policyChinese(err error) string {
	var columns *ColumnsError
	var value *ValueError
	var retyped *RetypedError
	var refused *ReleaseRefusedError
	var force *NotInForceError
	var shuffle *ShuffleError
	switch {
	case errors.As(err, &columns):
		var parts []string
		for _, c := range columns.Duplicated {
			parts = append(parts, fmt.Sprintf("列 %q 重复", c))
		}
		for _, c := range columns.Unknown {
			s := fmt.Sprintf("列 %q 未在策略中声明", c)
			if near := columns.Near[c]; near != "" {
				s += fmt.Sprintf("（由 %q 改名？）", near)
			}
			parts = append(parts, s)
		}
		for _, c := range columns.Missing {
			parts = append(parts, fmt.Sprintf("缺少列 %q", c))
		}
		return fmt.Sprintf("输入的列与策略 %s 不符：%s；没有读取任何数据", columns.Policy, strings.Join(parts, "；"))
	case errors.As(err, &value):
		return fmt.Sprintf("第 %d 行（文件第 %d 行）：列 %q 的值不合规则 %s 的要求，该规则遇到不合格的值即中止", value.Row, value.Line, value.Column, value.Rule)
	case errors.As(err, &retyped):
		return fmt.Sprintf("列 %q 的 %d 个值中有 %d 个不是策略声明的内容（%s），超过 %g 的比例，拒绝处理：可能换了列",
			retyped.Column, retyped.Cells, retyped.Invalid, retyped.Type, retyped.Max)
	case errors.As(err, &refused):
		var parts []string
		for _, g := range refused.Failed {
			parts = append(parts, strings.TrimSpace(g.ID+"（"+strings.Join(g.Facts, ", ")+"）"+g.Message+" "+g.Why))
		}
		return fmt.Sprintf("策略 %s 不予发布：%s", refused.Policy, strings.Join(parts, "；"))
	case errors.As(err, &force):
		return fmt.Sprintf("策略 %s 在 %s 不在施行期内", force.Policy, force.On)
	case errors.As(err, &shuffle):
		return shuffleChinese(shuffle)
	}
	return policyRunChinese(err)
}

// policyMessage says an error of a policy in a language, "zh" or English.
func policyMessage(lang string, err error) string {
	if lang == message.Chinese {
		return policyChinese(err)
	}
	return strings.TrimPrefix(err.Error(), "desensitize: ")
}

// Message says the error in a language, "zh" or English.
func (e *ColumnsError) Message(lang string) string { return policyMessage(lang, e) }

// Message says the error in a language, "zh" or English.
func (e *ValueError) Message(lang string) string { return policyMessage(lang, e) }

// Message says the error in a language, "zh" or English.
func (e *RetypedError) Message(lang string) string { return policyMessage(lang, e) }

// Message says the error in a language, "zh" or English.
func (e *ReleaseRefusedError) Message(lang string) string { return policyMessage(lang, e) }

// Message says the error in a language, "zh" or English.
func (e *NotInForceError) Message(lang string) string { return policyMessage(lang, e) }
