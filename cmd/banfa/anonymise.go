package main

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/banfa-go/banfa/desensitize"
	"github.com/banfa-go/banfa/internal/atomicfile"
	"github.com/banfa-go/banfa/internal/stream"
)

type anonymiseCommand struct {
	File       string          `arg:"" help:"The table: csv, JSON lines, Parquet or a spreadsheet, plain or compressed; - for standard input."`
	Quasi      []string        `help:"The quasi-identifying columns." placeholder:"COLUMN"`
	Hierarchy  []hierarchyFlag `help:"The hierarchy of a column: a file, or interval:5,10,20, age, date, date:quarter, division, cn.division, cn.division_name, ip, prefix:8,6,4 or suppress; again for each." placeholder:"COLUMN=FILE" sep:"none"`
	K          int             `name:"k" help:"Every class has at least so many rows." placeholder:"N"`
	Suppress   ratioFlag       `help:"The share of rows that may be suppressed." default:"0" placeholder:"RATIO"`
	Local      bool            `help:"Suppress single cells instead of whole rows where that meets the model; a suppressed cell is a value of its own."`
	Sensitive  []string        `help:"Sensitive columns, for l and t." placeholder:"COLUMN"`
	L          int             `name:"l" help:"Every class has at least so many sensitive values." placeholder:"N"`
	Diversity  string          `help:"How they are counted: distinct, entropy or recursive." enum:"distinct,entropy,recursive" default:"distinct"`
	C          ratioFlag       `name:"c" help:"The c of recursive (c,l)-diversity." placeholder:"RATIO"`
	T          ratioFlag       `name:"t" help:"The greatest distance of a class's sensitive values from the table's." placeholder:"RATIO"`
	Distance   string          `help:"The distance of t: equal, ordered or hierarchy=FILE." default:"equal" placeholder:"DISTANCE"`
	GBT42460   string          `name:"gbt42460" help:"Reach level 3 of GB/T 42460 under this model: public, controlled or enclave." enum:",public,controlled,enclave" default:"" placeholder:"MODEL"`
	Control    string          `help:"The recipient's controls: high, medium or low." enum:",high,medium,low" default:"" placeholder:"WORD"`
	Motive     string          `help:"The recipient's motive and ability to re-identify: low, medium or high." enum:",low,medium,high" default:"" placeholder:"WORD"`
	Known      ratioFlag       `help:"The share of people who are in the data, for the chance that the recipient knows one." placeholder:"P"`
	Circle     int             `help:"How many people one person knows." default:"150" placeholder:"M"`
	Pr         ratioFlag       `help:"pr(context) as determined elsewhere, instead of the four above." placeholder:"P"`
	Metric     string          `help:"What loss is: entropy, loss, discernibility, average-class, precision or height." enum:"entropy,loss,discernibility,average-class,precision,height" default:"entropy"`
	Suppressed string          `help:"The text that stands for a suppressed cell." default:"*" placeholder:"TEXT"`
	Drop       []string        `help:"Columns that are left out of what is written." placeholder:"COLUMN"`
	Out        string          `help:"Write the anonymised table to this file." placeholder:"FILE"`
	Freeze     string          `help:"Keep the result in this file, to be applied to later files." placeholder:"FILE"`
	Apply      string          `help:"Apply a frozen result instead of searching; a file that departs is refused (status 5)." placeholder:"FILE"`
	Shift      ratioFlag       `help:"With --freeze: how far a column's distribution may move in later files." default:"1/10" placeholder:"RATIO"`
	Report     string          `help:"Write a report (HTML) to this file: distributions, class sizes, utility." placeholder:"FILE"`
	tableFlags
}

// hierarchyFlag is column=hierarchy.
type hierarchyFlag struct{ column, from string }

// UnmarshalText reads COLUMN=FILE.
func (h *hierarchyFlag) UnmarshalText(text []byte) error {
	column, from, ok := strings.Cut(string(text), "=")
	if !ok || column == "" || from == "" {
		return fmt.Errorf("%q: write COLUMN=FILE", text)
	}
	h.column, h.from = column, from
	return nil
}

// Run searches, or applies what was found before.
func (c *anonymiseCommand) Run(a *app) error {
	if err := c.usage(); err != nil {
		return err
	}
	t, err := a.readTable(c.File, c.tableFlags, nil)
	if err != nil {
		return err
	}
	var got *desensitize.Anonymised
	if c.Apply != "" {
		got, err = c.apply(a, t)
	} else {
		got, err = c.search(a, t)
	}
	var none *desensitize.InfeasibleError
	var drift *desensitize.DriftError
	switch {
	case errors.As(err, &none):
		return c.infeasible(a, none)
	case errors.As(err, &drift):
		return c.departs(a, drift)
	case err != nil:
		return err
	}
	if err := c.write(a, got); err != nil {
		return err
	}
	if a.JSON {
		return a.printJSON(got)
	}
	text := &riskText{a.lang, a.stdout, nil}
	text.anonymised(got)
	if got.Verdict != nil {
		text.verdict(got.Verdict)
	}
	return text.err
}

func (c *anonymiseCommand) usage() error {
	if c.Apply != "" {
		if len(c.Quasi)+len(c.Hierarchy) > 0 || c.K != 0 || c.L != 0 || c.T.Rat != nil || c.GBT42460 != "" || c.Freeze != "" || c.Local {
			return fail(statusUsage, said("--apply takes columns, hierarchies and the model from its file; leave the other flags out", "--apply 的列、层次和模型都出自其文件，请去掉其他选项"))
		}
		return nil
	}
	if len(c.Quasi) == 0 {
		return fail(statusUsage, said("--quasi: name the quasi-identifying columns", "--quasi：请写出准标识列"))
	}
	if c.K < 2 && c.L < 2 && c.T.Rat == nil && c.GBT42460 == "" {
		return fail(statusUsage, said("say what is to be met: --k N from 2 on, --l N from 2 on, --t X or --gbt42460 MODEL", "请写明要求：--k N（2 以上）、--l N（2 以上）、--t X 或者 --gbt42460 模式"))
	}
	for _, h := range c.Hierarchy {
		if !slices.Contains(c.Quasi, h.column) {
			return fail(statusUsage, said("--hierarchy %s: the column is not among --quasi", "--hierarchy %s：该列不在 --quasi 之中", h.column))
		}
	}
	return nil
}

func (c *anonymiseCommand) search(a *app, t *desensitize.Table) (*desensitize.Anonymised, error) {
	o := desensitize.AnonymiseOptions{
		Quasi: c.Quasi, Hierarchies: map[string]*desensitize.Hierarchy{}, K: c.K, Suppress: c.Suppress.Rat,
		Sensitive: c.Sensitive, L: c.L, Local: c.Local, Diversity: desensitize.Diversity(c.Diversity), C: c.C.Rat, T: c.T.Rat,
		Sharing: desensitize.Sharing(c.GBT42460), Metric: desensitize.Metric(c.Metric), Suppressed: c.Suppressed,
		Context: (&contextFlags{Control: c.Control, Motive: c.Motive, Known: c.Known, Circle: c.Circle, Pr: c.Pr}).context(),
	}
	for _, h := range c.Hierarchy {
		if o.Hierarchies[h.column] != nil {
			return nil, fail(statusUsage, said("--hierarchy %s: given twice", "--hierarchy %s：重复", h.column))
		}
		got, err := readHierarchy(h.from)
		if err != nil {
			return nil, err
		}
		o.Hierarchies[h.column] = got
	}
	var err error
	if o.Distance, o.DistanceHierarchy, err = a.distance(c.Distance); err != nil {
		return nil, err
	}
	return desensitize.Anonymise(a.ctx, t, o)
}

func (c *anonymiseCommand) apply(a *app, t *desensitize.Table) (*desensitize.Anonymised, error) {
	text, err := os.ReadFile(c.Apply)
	if err != nil {
		return nil, err
	}
	frozen, err := desensitize.ParseFrozen(text)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", c.Apply, err)
	}
	return frozen.Apply(a.ctx, t)
}

// write writes the files that were asked for. Each appears whole or not at all; the table comes last.
func (c *anonymiseCommand) write(a *app, got *desensitize.Anonymised) error {
	if c.Freeze != "" {
		frozen, err := got.Freeze(c.Shift.Rat)
		if err != nil {
			return err
		}
		var b bytes.Buffer
		if err := frozen.Write(&b); err != nil {
			return err
		}
		if err := atomicfile.Write(c.Freeze, b.Bytes(), 0o600); err != nil {
			return err
		}
	}
	if c.Report != "" {
		var b bytes.Buffer
		page, err := anonymiseReport(a.lang, c.File, got)
		if err != nil {
			return err
		}
		if err := page.Write(&b); err != nil {
			return err
		}
		if err := atomicfile.Write(c.Report, b.Bytes(), 0o600); err != nil {
			return err
		}
	}
	if c.Out == "" {
		return nil
	}
	t, err := got.Table().Without(c.Drop...)
	if err != nil {
		return err
	}
	var plain []string
	for _, n := range t.Columns() {
		if !slices.ContainsFunc(got.Levels, func(l desensitize.ColumnLevel) bool { return l.Column == n }) && !slices.Contains(c.Sensitive, n) {
			plain = append(plain, n)
		}
	}
	if len(plain) > 0 {
		_, _ = fmt.Fprintf(a.stderr, pick(a.lang, "banfa: written as they were read: %s (--drop leaves columns out)\n", "banfa：原样写出的列：%s（--drop 可以去掉列）\n"),
			strings.Join(plain, pick(a.lang, ", ", "、"))) // only a remark
	}
	return c.table(a, t)
}

// table writes the table in the format that the name of the file says, by default as csv with the delimiter it was read with.
func (c *anonymiseCommand) table(a *app, t *desensitize.Table) (err error) {
	out, err := atomicfile.Create(c.Out, 0o600)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, out.Discard()) }()
	o := desensitize.SinkOptions{Delimiter: byte(t.Delimiter())}
	o.Format, o.Compression = stream.SuffixFormat(c.Out)
	sink, err := desensitize.NewSink(out, o, t.Columns())
	if err != nil {
		return inLanguage(a.lang, err)
	}
	if err := errors.Join(t.Write(sink), sink.Close()); err != nil {
		return inLanguage(a.lang, err)
	}
	return out.Commit()
}

// infeasible says what comes nearest. Nothing is written.
func (c *anonymiseCommand) infeasible(a *app, none *desensitize.InfeasibleError) error {
	if a.JSON {
		v := struct {
			Error   failure                 `json:"error"`
			Nearest *desensitize.Anonymised `json:"nearest"`
		}{failure{Code: "infeasible", Message: none.Error()}, none.Nearest}
		if err := a.printJSON(v); err != nil {
			return err
		}
		return quiet(statusRefused)
	}
	n := none.Nearest
	text := &riskText{a.lang, a.stdout, nil}
	text.line("no generalisation meets the model with at most %d of %d rows suppressed; the nearest suppresses %d:", "没有满足要求的泛化：最多可抑制 %d 行（共 %d 行），最接近的需要抑制 %d 行：", n.Limit, n.Rows, n.Suppressed)
	text.anonymised(n)
	if text.err != nil {
		return text.err
	}
	return quiet(statusRefused)
}

// departs says how a file departs from the one that was frozen. Nothing is written.
func (c *anonymiseCommand) departs(a *app, drift *desensitize.DriftError) error {
	if a.JSON {
		v := struct {
			Error    failure             `json:"error"`
			Findings []desensitize.Drift `json:"findings"`
		}{failure{Code: "drift", Message: drift.Error()}, drift.Findings}
		if err := a.printJSON(v); err != nil {
			return err
		}
		return quiet(statusRefused)
	}
	text := &riskText{a.lang, a.stdout, nil}
	text.line("refused: the file departs from the one that was frozen", "拒绝：文件与冻结时的不一致")
	for _, d := range drift.Findings {
		text.drift(d)
	}
	if text.err != nil {
		return text.err
	}
	return quiet(statusRefused)
}

func (t *riskText) drift(d desensitize.Drift) {
	switch d.Code {
	case desensitize.DriftSchema:
		switch d.Got {
		case "missing":
			t.line("  column %s is missing", "  缺少列 %s", d.Column)
		case "new":
			t.line("  column %s is new", "  列 %s 是新增的", d.Column)
		default:
			t.line("  the columns stand in another order", "  列的顺序不同")
		}
	case desensitize.DriftValue:
		t.line("  column %s: %d rows have a value that the hierarchy does not have, the first is row %d", "  列 %s：%d 行的值不在层次之中，首个在第 %d 行", d.Column, d.Count, d.Row)
	case desensitize.DriftSuppress:
		t.line("  %d rows (%s) would have to be suppressed, at most %s may be", "  需要抑制 %d 行（%s），最多为 %s", d.Count, d.Got, d.Limit)
	case desensitize.DriftModel:
		t.line("  the classes together do not meet the model", "  各等价类合起来不满足要求")
	case desensitize.DriftShift:
		t.line("  column %s: the distribution moved by %s, at most %s is taken for the same", "  列 %s：分布偏移 %s，最多为 %s", d.Column, d.Got, d.Limit)
	}
}

func (t *riskText) anonymised(r *desensitize.Anonymised) {
	for _, l := range r.Levels {
		t.line("%s: level %d", "%s：第 %d 级", l.Column, l.Level)
	}
	t.line("loss (%s) %s; rows %d, suppressed %d, classes %d, k = %d", "损失（%s）%s；行 %d，抑制 %d，等价类 %d，k = %d",
		r.Metric, share(r.Loss), r.Rows, r.Suppressed, r.Classes, r.K)
	if l := r.Local; l != nil {
		t.line("single cells suppressed: %d in %d rows; share of the content lost %s instead of %s", "只抑制了单元格的：%[2]d 行中的 %[1]d 格；丢失的内容占 %[3]s，整行抑制为 %[4]s",
			l.Cells, l.Rows, share(l.Loss), share(l.WholeLoss))
	}
}
