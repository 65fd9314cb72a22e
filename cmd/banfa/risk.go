package main

import (
	"errors"
	"fmt"
	"io"
	"math/big"
	"os"
	"slices"
	"strconv"
	"strings"

	"github.com/banfa-go/banfa/desensitize"
	"github.com/banfa-go/banfa/internal/deid"
)

// tableFlags say how tables are read.
type tableFlags struct {
	Encoding  string `help:"The encoding of a text table, instead of detecting it."`
	Delimiter string `help:"The delimiter of a text table, instead of detecting it; tab for a tab." placeholder:"CHARACTER"`
	Sheet     string `help:"The one sheet of a spreadsheet to read." placeholder:"NAME"`
}

// contextFlags are what the GB/T 42460 verdict asks about sharing.
type contextFlags struct {
	Model   string    `help:"How the data are shared: public, controlled or enclave." enum:"public,controlled,enclave" default:"public"`
	Control string    `help:"The recipient's controls: high, medium or low." enum:",high,medium,low" default:"" placeholder:"WORD"`
	Motive  string    `help:"The recipient's motive and ability to re-identify: low, medium or high." enum:",low,medium,high" default:"" placeholder:"WORD"`
	Known   ratioFlag `help:"The share of people who are in the data, for the chance that the recipient knows one." placeholder:"P"`
	Circle  int       `help:"How many people one person knows." default:"150" placeholder:"M"`
	Pr      ratioFlag `help:"pr(context) as determined elsewhere, instead of the four above." placeholder:"P"`
}

func (c *contextFlags) context() desensitize.Context {
	return desensitize.Context{Control: c.Control, Motive: c.Motive, Known: c.Known.Rat, Circle: c.Circle, Pr: c.Pr.Rat}
}

// ratioFlag is an exact ratio: a decimal or a fraction.
type ratioFlag struct{ *big.Rat }

// UnmarshalText reads 0.05 or 1/20.
func (r *ratioFlag) UnmarshalText(text []byte) error {
	var err error
	r.Rat, err = desensitize.ParseRatio(string(text))
	return err
}

type riskCommand struct {
	File         string    `arg:"" help:"The table: csv, JSON lines, Parquet or a spreadsheet, plain or compressed; - for standard input."`
	Quasi        []string  `help:"The quasi-identifying columns." placeholder:"COLUMN"`
	Sensitive    []string  `help:"Sensitive columns, for l and t." placeholder:"COLUMN"`
	Direct       []string  `help:"Columns that hold direct identifiers." placeholder:"COLUMN"`
	Population   string    `help:"The table that the file is a sample of, for the journalist's risk." placeholder:"FILE"`
	PopRows      int       `name:"population-rows" help:"How many rows the population has of which the file is a sample, where it is not at hand: estimates who is alone in it." placeholder:"N"`
	Distance     string    `help:"The distance of t: equal, ordered or hierarchy=FILE." default:"equal" placeholder:"DISTANCE"`
	RecursiveL   int       `help:"The l of recursive (c,l)-diversity." default:"3" placeholder:"N"`
	Threshold    ratioFlag `help:"A row is at risk where 1/size of its class is above this." default:"1/5" placeholder:"RATIO"`
	Suppressed   string    `help:"The text of a suppressed cell; rows with it in every quasi-identifying column are not counted. Empty: none." default:"*" placeholder:"TEXT"`
	Contribution bool      `help:"Measure each column by leaving it out."`
	FailAbove    ratioFlag `help:"Refuse (status 5) where the greatest prosecutor risk is above this." placeholder:"RATIO"`
	Level        int       `help:"Refuse (status 5) where the GB/T 42460 level is below this." placeholder:"N"`
	contextFlags
	tableFlags
}

// Run measures a table.
func (c *riskCommand) Run(a *app) error {
	if len(c.Quasi) == 0 && len(c.Direct) == 0 {
		return fail(statusUsage, said("--quasi: name the quasi-identifying columns", "--quasi：请写出准标识列"))
	}
	if c.File == "-" && c.Population == "-" {
		return fail(statusUsage, said("standard input (-) can be read once only", "标准输入（-）只能读一次"))
	}
	o := desensitize.RiskOptions{
		Quasi: c.Quasi, Sensitive: c.Sensitive, Direct: c.Direct, Threshold: c.Threshold.Rat, RecursiveL: c.RecursiveL, Suppressed: c.Suppressed,
		Sharing: desensitize.Sharing(c.Model), Context: c.context(), Contribution: c.Contribution, PopulationRows: c.PopRows,
	}
	var err error
	if o.Distance, o.Hierarchy, err = a.distance(c.Distance); err != nil {
		return err
	}
	t, err := a.readTable(c.File, c.tableFlags, slices.Concat(c.Quasi, c.Sensitive, c.Direct))
	if err != nil {
		return err
	}
	if c.Population != "" {
		if o.Population, err = a.readTable(c.Population, c.tableFlags, c.Quasi); err != nil {
			return err
		}
	}
	r, err := desensitize.MeasureRisk(t, o)
	if err != nil {
		return err
	}
	if a.JSON {
		err = a.printJSON(r)
	} else {
		err = (&riskText{a.lang, a.stdout, nil}).print(r)
	}
	if err != nil {
		return err
	}
	return c.verdict(r)
}

// verdict refuses by the limits the caller set.
func (c *riskCommand) verdict(r *desensitize.Risk) error {
	if c.FailAbove.Rat != nil && r.K > 0 && big.NewRat(1, int64(r.K)).Cmp(c.FailAbove.Rat) > 0 {
		return quiet(statusRefused)
	}
	if c.Level > 0 && (r.GBT42460 == nil || r.GBT42460.Level < c.Level) {
		return quiet(statusRefused)
	}
	return nil
}

// distance reads the flag of the same name.
func (a *app) distance(word string) (desensitize.Distance, *desensitize.Hierarchy, error) {
	if from, ok := strings.CutPrefix(word, "hierarchy="); ok {
		h, err := readHierarchy(from)
		return desensitize.DistanceHierarchical, h, err
	}
	if word == "equal" || word == "ordered" {
		return desensitize.Distance(word), nil, nil
	}
	return "", nil, fail(statusUsage, said("--distance %q: equal, ordered or hierarchy=FILE", "--distance %q：可以是 equal、ordered 或者 hierarchy=文件", word))
}

// readHierarchy reads a hierarchy: a file, or the description of a built-in one.
func readHierarchy(from string) (h *desensitize.Hierarchy, err error) {
	f, err := os.Open(from)
	if err != nil {
		built, wrong := desensitize.BuiltHierarchy(from)
		var unknown *deid.UnknownHierarchyError
		if errors.Is(err, os.ErrNotExist) && !errors.As(wrong, &unknown) {
			return built, wrong
		}
		return nil, err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	return desensitize.ReadHierarchy(f, info.Size(), from)
}

// readTable reads the table that a path names, - being standard input; only some columns where only is not nil.
func (a *app) readTable(path string, f tableFlags, only []string) (t *desensitize.Table, err error) {
	o := desensitize.SourceOptions{Name: path, Encoding: f.Encoding}
	if o.Delimiter, err = delimiterOf(f.Delimiter); err != nil {
		return nil, err
	}
	in := a.stdin
	if path == "-" {
		o.Name = "<stdin>"
	} else {
		file, err := os.Open(path)
		if err != nil {
			return nil, err
		}
		defer func() { err = errors.Join(err, file.Close()) }()
		in = file
	}
	source, err := desensitize.TableSource(in, o, f.Sheet)
	if err != nil {
		return nil, inLanguage(a.lang, err)
	}
	t, err = desensitize.LoadTable(a.ctx, source, o.Name, desensitize.TableOptions{Only: only})
	return t, inLanguage(a.lang, errors.Join(err, source.Close()))
}

// riskText writes a measurement for people.
type riskText struct {
	lang string
	w    io.Writer
	err  error
}

func (t *riskText) line(en, zh string, args ...any) {
	if t.err == nil {
		_, t.err = fmt.Fprintf(t.w, pick(t.lang, en, zh)+"\n", args...)
	}
}

// share writes a ratio with six digits behind the point, without the zeros at its end.
func share(x float64) string {
	s := strings.TrimRight(strconv.FormatFloat(x, 'f', 6, 64), "0")
	return strings.TrimSuffix(s, ".")
}

func (t *riskText) print(r *desensitize.Risk) error {
	if len(r.Quasi) > 0 {
		t.line("rows %d, classes %d, k = %d, alone in their class %d", "行 %d，等价类 %d，k = %d，独自成类的 %d 行", r.Rows, r.Classes, r.K, r.Singletons)
		if r.Suppressed > 0 {
			t.line("suppressed rows, not counted: %d", "被抑制、不计入的行：%d", r.Suppressed)
		}
		t.attack("prosecutor", "检察官风险", r.Threshold, r.Prosecutor)
		if r.Journalist != nil {
			t.attack("journalist", "记者风险", r.Threshold, *r.Journalist)
		}
		t.line("marketer: %s", "营销者风险：%s", share(r.Marketer))
		if u := r.Uniques; u != nil {
			t.line("unique in the file %d, of these in the population too %d", "文件中唯一的 %d 行，其中在总体中也唯一的 %d 行", u.Sample, u.Population)
		}
		if e := r.Estimate; e != nil {
			pitman := "-"
			if e.Pitman != nil {
				pitman = fmt.Sprintf("%.0f", *e.Pitman)
			}
			t.line("unique in a population of %d rows, estimated: %.0f by %s (pitman %s, zayatz %.0f)", "总体 %d 行中唯一的，估计 %.0f 行，依 %s（pitman %s，zayatz %.0f）",
				e.Population, e.Uniques, e.Model, pitman, e.Zayatz)
		}
	}
	for _, s := range r.Sensitive {
		c := pick(t.lang, "no c (a class has fewer values)", "没有合适的 c（有等价类的取值过少）")
		if s.C != nil {
			c = "c > " + share(*s.C)
		}
		t.line("%s: l = %d, entropy l = %s, recursive (c,%d): %s, t (%s) = %s", "%s：l = %d，熵 l = %s，递归 (c,%d)：%s，t（%s）= %s",
			s.Column, s.Distinct, share(s.Entropy), s.L, c, s.Distance, share(s.T))
	}
	for _, c := range r.Columns {
		t.line("without %s: classes %d, k = %d, alone %d, mean risk %s (the column adds %s)", "去掉 %s：等价类 %d，k = %d，独自成类 %d，平均风险 %s（该列增加 %s）",
			c.Column, c.Classes, c.K, c.Singletons, share(c.Avg), share(c.Adds))
	}
	if r.GBT42460 != nil {
		t.verdict(r.GBT42460)
	}
	for _, d := range r.DirectSeen {
		t.line("note: most values of column %s look like %s (%s of them), and it is not among --direct; with direct identifiers the level is 1",
			"注意：列 %s 的值多像 %s（占 %s），而 --direct 中没有这一列；含有直接标识符时为 1 级", d.Column, d.Kind, share(d.Share))
	}
	return t.err
}

func (t *riskText) attack(en, zh, threshold string, a desensitize.Attack) {
	t.line("%s: greatest %s, mean %s, rows above %s: %s", "%s：最大 %s，平均 %s，高于 %s 的行占 %s", pick(t.lang, en, zh), share(a.Max), share(a.Avg), threshold, share(a.AtRisk))
}

func (t *riskText) verdict(v *desensitize.Verdict) {
	t.line("GB/T 42460-2023: level %d (%s sharing)", "GB/T 42460-2023：%d 级（%s）", v.Level, pick(t.lang, string(v.Model), map[desensitize.Sharing]string{
		desensitize.SharingPublic: "完全公开共享", desensitize.SharingControlled: "受控公开共享", desensitize.SharingEnclave: "领地公开共享",
	}[v.Model]))
	switch v.Reason {
	case "direct":
		t.line("  there are direct identifiers", "  含有直接标识符")
	case "none":
		t.line("  no column identifies", "  没有标识符")
	}
	if v.Classes > 0 {
		t.line("  R_a = %d/%d = %s (classes with 1/size above %s)", "  R_a = %d/%d = %s（1/规模 高于 %s 的等价类）", v.Above, v.Classes, share(v.Ra), v.Tau)
		t.line("  R_b = %s = %s (the smallest class has %d rows)", "  R_b = %s = %s（最小的等价类有 %d 行）", v.Exact.Rb, share(v.Rb), v.Smallest)
		t.line("  R_c = %s (mean of 1/size over classes)", "  R_c = %s（各等价类 1/规模 的平均）", share(v.Rc))
		t.context(v)
		t.line("  R = %s; acceptable where lower than %s", "  R = %s；低于 %s 为可接受", share(v.R), v.Threshold)
	}
	if v.Needs > 0 && v.Level == 2 {
		t.line("  every class needs at least %d rows", "  每个等价类至少要有 %d 行", v.Needs)
	}
	t.line("  the figures of the standard are from secondary sources", "  标准中的数值引自二手资料")
}

func (t *riskText) context(v *desensitize.Verdict) {
	c := v.Context
	if c == nil || c.Given {
		t.line("  pr(context) = %s", "  pr(环境) = %s", share(v.PrContext))
		return
	}
	show := func(x *float64) string {
		if x == nil {
			return pick(t.lang, "not given, taken as 1", "未给出，按 1 计")
		}
		return share(*x)
	}
	t.line("  pr(context) = %s: deliberate attempt %s; acquaintance %s; breach %s", "  pr(环境) = %s：蓄意攻击 %s；熟人识别 %s；数据泄露 %s",
		share(v.PrContext), show(c.Deliberate), show(c.Acquaintance), show(c.Breach))
}
