package condition

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"github.com/banfa-go/banfa/internal/expr"
	"github.com/banfa-go/banfa/internal/ruleset"
)

// Published is what Article 41p1 wants listed up front of conditionally open data: conditions, materials, and what the agreement will ask. The self-check
// of an applicant is Decide, the reviewer's own.
type Published struct {
	Ruleset         string                    `json:"ruleset"` // KIND/NAME
	Digest          string                    `json:"digest"`  // of the rule file and those it extends
	Status          string                    `json:"status"`
	Title           string                    `json:"title"`
	Issuer          string                    `json:"issuer"`
	Datasets        []string                  `json:"datasets"`
	Lang            string                    `json:"lang"`
	Dimensions      []PublishedDimension      `json:"dimensions"` // those with conditions: user, scenario, usage
	Materials       []Material                `json:"materials"`
	Obligations     []PublishedObligation     `json:"obligations"`
	Interpretations []PublishedInterpretation `json:"interpretations"`
}

// PublishedDimension is the conditions of one of the dimensions of Articles 25 to 27.
type PublishedDimension struct {
	ID         string               `json:"id"` // user, scenario or usage
	Label      string               `json:"label"`
	Conditions []PublishedCondition `json:"conditions"`
}

// PublishedCondition is one requirement as an applicant reads it.
type PublishedCondition struct {
	ID       string   `json:"id"`
	Basis    string   `json:"basis"`
	Short    string   `json:"short"`
	Text     string   `json:"text"`
	Risks    []string `json:"risks"` // that it answers (Article 24)
	Evidence []string `json:"evidence"`
	Remedy   string   `json:"remedy"`
	Applies
}

// Applies says whether something concerns every application, and otherwise which facts decide that.
type Applies struct {
	Always    bool     `json:"always"`
	When      string   `json:"when"`       // the expression of the rule file; empty where it always applies
	DependsOn []string `json:"depends_on"` // labels of the facts that When reads
}

// Material is a document to hand in, once for all requirements that ask for it.
type Material struct {
	Name         string   `json:"name"`
	Requirements []string `json:"requirements"` // that ask for it
	Always       bool     `json:"always"`       // one of them concerns every application
	DependsOn    []string `json:"depends_on"`   // labels of the facts that decide whether it is asked for; empty where always
}

// PublishedObligation is what the agreement will bind the user to.
type PublishedObligation struct {
	ID    string `json:"id"`
	Basis string `json:"basis"`
	Short string `json:"short"`
	Text  string `json:"text"`
	Applies
}

// PublishedInterpretation is a choice of the rule file where the law leaves a question open.
type PublishedInterpretation struct {
	ID       string `json:"id"`
	Question string `json:"question"`
	Choice   string `json:"choice"`
	Reason   string `json:"reason"`
}

// Published returns what to list up front, with texts in lang where the bundle has labels of that language, and otherwise in the rule file's own.
// Requirements with a window are listed where it contains the day of the Access's clock.
func (a *Access) Published(lang string) (*Published, error) {
	what, err := a.at(a.clock())
	if err != nil {
		return nil, err
	}
	p := &Published{
		Ruleset: a.c.ID(), Digest: a.c.Sum, Status: a.c.Status, Title: a.title(lang), Issuer: a.c.Issuer, Lang: lang,
		Datasets: append([]string{}, a.c.Datasets...), Dimensions: []PublishedDimension{}, Materials: []Material{},
		Obligations: []PublishedObligation{}, Interpretations: []PublishedInterpretation{},
	}
	for _, d := range []string{"user", "scenario", "usage"} {
		group := PublishedDimension{ID: d, Label: publishText(lang, "dimension."+d)}
		for _, i := range what.requirements {
			if r := a.c.Requirements[i]; r.Dimension == d {
				group.Conditions = append(group.Conditions, a.publish(lang, r))
			}
		}
		if len(group.Conditions) > 0 {
			p.Dimensions = append(p.Dimensions, group)
		}
	}
	p.Materials = materialsOf(p.Dimensions)
	for _, i := range what.obligations {
		o := a.c.Obligations[i]
		q := PublishedObligation{ID: o.ID, Text: cmp.Or(a.publishLabel(lang, "obligations."+o.ID), o.Text), Applies: a.applies(lang, o.When)}
		q.Basis, q.Short = bases(o.Basis)
		p.Obligations = append(p.Obligations, q)
	}
	for _, in := range a.c.Interpretations {
		say := func(key, own string) string {
			return cmp.Or(a.publishLabel(lang, "interpretations."+in.ID+"."+key), own)
		}
		p.Interpretations = append(p.Interpretations, PublishedInterpretation{in.ID, say("question", in.Question), say("choice", in.Choice), say("reason", in.Reason)})
	}
	return p, nil
}

// Materials returns the documents that the conditions ask for, each once, in the order in which they are first asked for.
func (a *Access) Materials(lang string) ([]Material, error) {
	p, err := a.Published(lang)
	if err != nil {
		return nil, err
	}
	return p.Materials, nil
}

func (a *Access) publish(lang string, r *ruleset.AccessRequirement) PublishedCondition {
	key := "requirements." + r.ID + "."
	c := PublishedCondition{
		ID: r.ID, Text: cmp.Or(a.publishLabel(lang, key+"message"), r.Message, r.Require.Text), Remedy: cmp.Or(a.publishLabel(lang, key+"remedy"), r.Remedy),
		Risks: a.texts(lang, key+"mitigates", r.Mitigates), Evidence: a.texts(lang, key+"evidence", r.Evidence), Applies: a.applies(lang, r.When),
	}
	c.Basis, c.Short = bases(r.Basis)
	return c
}

// texts are those of a list in a language: labels give them in the order of the rule file.
func (a *Access) texts(lang, under string, own []string) []string {
	out := make([]string, len(own))
	for i, s := range own {
		out[i] = cmp.Or(a.publishLabel(lang, under+"."+strconv.Itoa(i)), s)
	}
	return out
}

func (a *Access) applies(lang string, when *expr.Expr) Applies {
	if when == nil {
		return Applies{Always: true, DependsOn: []string{}}
	}
	out := Applies{When: when.Text, DependsOn: []string{}}
	for _, leaf := range when.Leaves() {
		if f := a.c.FactAt(a.c.Env.Leaves()[leaf].Slot); f != nil {
			if label := cmp.Or(a.publishLabel(lang, "facts."+f.Name+".label"), f.Label); !slices.Contains(out.DependsOn, label) {
				out.DependsOn = append(out.DependsOn, label)
			}
		}
	}
	return out
}

func materialsOf(dimensions []PublishedDimension) []Material {
	out := []Material{}
	at := map[string]int{}
	for _, d := range dimensions {
		for _, c := range d.Conditions {
			for _, name := range c.Evidence {
				i, ok := at[name]
				if !ok {
					i = len(out)
					at[name] = i
					out = append(out, Material{Name: name, DependsOn: []string{}})
				}
				m := &out[i]
				m.Requirements = append(m.Requirements, c.ID)
				m.Always = m.Always || c.Always
				for _, f := range c.DependsOn {
					if !slices.Contains(m.DependsOn, f) {
						m.DependsOn = append(m.DependsOn, f)
					}
				}
			}
		}
	}
	for i := range out {
		if out[i].Always {
			out[i].DependsOn = []string{}
		}
	}
	return out
}

// Markdown writes the list for a web page or a notice (CommonMark). Texts are escaped.
func (p *Published) Markdown() []byte {
	var b strings.Builder
	say := func(key string, args ...string) string { return publishText(p.Lang, key, args...) }
	basis := func(long, short string) string {
		if p.Lang == "zh" {
			return long
		}
		return say("article", short)
	}
	depends := func(always bool, on []string) string {
		if always || len(on) == 0 {
			return ""
		}
		return say("depends", markdownLine(strings.Join(on, say("comma"))))
	}
	list := func(key string, texts []string) {
		if len(texts) > 0 {
			b.WriteString("  " + say(key, markdownLine(strings.Join(texts, say("comma")))) + "\\\n")
		}
	}
	b.WriteString("# " + markdownLine(p.Title) + "\n\n")
	if p.Status == "draft" {
		b.WriteString("> " + say("draft") + "\n\n")
	}
	if p.Issuer != "" {
		b.WriteString(say("issuer", markdownLine(p.Issuer)) + "\n\n")
	}
	if len(p.Datasets) > 0 {
		b.WriteString(say("datasets", markdownLine(strings.Join(p.Datasets, say("comma")))) + "\n\n")
	}
	b.WriteString("## " + say("conditions") + "\n\n")
	for _, d := range p.Dimensions {
		b.WriteString("### " + d.Label + "\n\n")
		for _, c := range d.Conditions {
			b.WriteString("- **" + markdownLine(c.Text) + "**" + say("basis", markdownLine(basis(c.Basis, c.Short))) + depends(c.Always, c.DependsOn) + "\\\n")
			list("risks", c.Risks)
			list("evidence", c.Evidence)
			if c.Remedy != "" {
				list("remedy", []string{c.Remedy})
			}
			trimmed := strings.TrimSuffix(b.String(), "\\\n")
			b.Reset()
			b.WriteString(trimmed + "\n")
		}
		b.WriteByte('\n')
	}
	b.WriteString("## " + say("materials") + "\n\n" + say("materials-head") + "\n|---|---|---|\n")
	for _, m := range p.Materials {
		when := say("always")
		if !m.Always {
			when = markdownLine(say("depends-on", strings.Join(m.DependsOn, say("comma"))))
		}
		b.WriteString("| " + markdownLine(m.Name) + " | " + markdownLine(strings.Join(p.named(m.Requirements), say("semicolon"))) + " | " + when + " |\n")
	}
	if len(p.Obligations) > 0 {
		b.WriteString("\n## " + say("obligations") + "\n\n")
		for _, o := range p.Obligations {
			b.WriteString("- " + markdownLine(o.Text) + say("basis", markdownLine(basis(o.Basis, o.Short))) + depends(o.Always, o.DependsOn) + "\n")
		}
	}
	if len(p.Interpretations) > 0 {
		b.WriteString("\n## " + say("interpretations") + "\n\n")
		for _, in := range p.Interpretations {
			b.WriteString("- " + markdownLine(in.Question) + " " + markdownLine(in.Choice) + "\n")
		}
	}
	return []byte(b.String())
}

// named are the texts of requirements.
func (p *Published) named(ids []string) []string {
	var out []string
	for _, d := range p.Dimensions {
		for _, c := range d.Conditions {
			if slices.Contains(ids, c.ID) {
				out = append(out, c.Text)
			}
		}
	}
	return out
}

func markdownLine(s string) string { return markdownText(agreementLine(s)) }

// publishText returns a sentence of what is published. Its arguments are escaped already.
func publishText(lang, key string, args ...string) string {
	template := publishTexts[key][0]
	if lang == "zh" {
		template = publishTexts[key][1]
	}
	for _, arg := range args {
		template = strings.Replace(template, "{}", arg, 1)
	}
	return template
}

// publishTexts are the words of what is published: English, Chinese.
var publishTexts = map[string][2]string{
	"dimension.user":     {"Who may use it", "利用主体"},
	"dimension.scenario": {"For what", "应用场景"},
	"dimension.usage":    {"How", "使用方式"},
	"draft":              {"The rule file is a draft.", "本规则文件是草案。"},
	"issuer":             {"Set by: {}", "设定单位：{}"},
	"datasets":           {"Data sets: {}", "适用的数据集：{}"},
	"conditions":         {"Conditions", "开放条件"},
	"risks":              {"Risk it answers: {}", "所应对的风险：{}"},
	"evidence":           {"Show by: {}", "证明材料：{}"},
	"remedy":             {"If not met: {}", "不符合时：{}"},
	"materials":          {"Materials", "申请材料"},
	"materials-head":     {"| Material | Asked for by | When |", "| 材料 | 用于证明 | 何时需要 |"},
	"obligations":        {"What the agreement will ask", "协议将约定的义务"},
	"interpretations":    {"Where the law leaves a question open", "条文未明确之处的处理"},
	"always":             {"always", "都需要"},
	"depends":            {" (depends on: {})", "（视{}而定）"},
	"depends-on":         {"depends on: {}", "视{}而定"},
	"basis":              {" ({})", "（{}）"},
	"article":            {"Article {}", "{}"},
	"comma":              {", ", "、"},
	"semicolon":          {"; ", "；"},
}
