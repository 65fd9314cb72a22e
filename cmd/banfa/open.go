package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/banfa-go/banfa/catalog"
	"github.com/banfa-go/banfa/classify"
)

type openCommand struct {
	Catalog       string `required:"" help:"The base catalog: xlsx, csv, JSON or JSON lines; - reads JSON lines from standard input." placeholder:"FILE"`
	Out           string `required:"" help:"Folder for the report and the open catalog; it must not exist, or be empty." placeholder:"DIR"`
	At            atTime `help:"Time of the evaluation (RFC 3339, or a date in Asia/Shanghai); now by default." placeholder:"TIME"`
	Force         bool   `help:"Replace the files of an earlier run in DIR; other files there stay."`
	TrustRecorded bool   `help:"Keep a recorded open type that the facts neither determine nor rule out."`
	Strict        bool   `help:"End with status 3 where there are findings that are errors."`
}

// The files of a run. Only the open catalog may leave.
const (
	fileReport         = "report.html"
	fileOpenJSON       = "open-catalog.json"
	fileOpenXLSX       = "open-catalog.xlsx"
	fileFindings       = "findings.json"
	fileClassification = "classification.jsonl"
	fileFusion         = "fusion.json"
)

func openFiles() []string {
	return []string{fileReport, fileOpenJSON, fileOpenXLSX, fileFindings, fileClassification, fileFusion}
}

// Run does the main job: import, check, classify, derive, review, report.
func (c *openCommand) Run(a *app) error {
	dir := outFolder{path: c.Out, own: openFiles(), force: c.Force}
	if err := dir.check(); err != nil {
		return err // before the work, not after it
	}
	rules, err := a.use()
	if err != nil {
		return err
	}
	bar := a.newStages()
	defer bar.clear()
	bar.show("import", 0, 0)
	in, err := a.readCatalog(c.Catalog)
	if err != nil {
		return err
	}
	at := c.At.Time
	if at.IsZero() {
		at = a.now()
	}
	run, err := catalog.Run(a.ctx, in.Catalog, catalog.RunConfig{
		Rules: rules, At: at, KeepRecorded: c.TrustRecorded, Stage: func(s catalog.Stage, done, of int) { bar.show(string(s), done, of) },
	})
	if err != nil {
		return err
	}
	bar.show("write", 0, 0)
	job := &openJob{app: a, file: c.Catalog, rules: rules, in: in, run: run, opened: run.Open.Catalog()}
	job.findings = append(append([]catalog.Finding{}, in.Findings...), run.Findings...)
	files, err := job.files(a.ctx)
	if err != nil {
		return err
	}
	if err := dir.write(files); err != nil {
		return err
	}
	bar.clear()
	if err := job.say(c.Out, files); err != nil {
		return err
	}
	if c.Strict && job.count()[string(catalog.SeverityError)] > 0 {
		return quiet(statusFindings)
	}
	return nil
}

// namedFile is a file of the folder that is written.
type namedFile struct {
	name string
	data []byte
}

func (j *openJob) files(ctx context.Context) ([]namedFile, error) {
	var out []namedFile
	add := func(name string, write func(io.Writer) error) error {
		var b bytes.Buffer
		if err := write(&b); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		out = append(out, namedFile{name, b.Bytes()})
		return nil
	}
	lines := func(w io.Writer) error {
		for i := range j.run.Classification.Entries {
			text, err := encode(&j.run.Classification.Entries[i])
			if err != nil {
				return err
			}
			if _, err := w.Write(text); err != nil {
				return err
			}
		}
		return nil
	}
	export := func(f catalog.Format) func(io.Writer) error {
		return func(w io.Writer) error { return catalog.Export(ctx, w, j.run.Open, f, catalog.ExportLanguage(j.lang)) }
	}
	return out, errors.Join(
		add(fileReport, func(w io.Writer) error { return j.page().Write(w) }),
		add(fileOpenJSON, export(catalog.FormatJSON)),
		add(fileOpenXLSX, export(catalog.FormatXLSX)),
		add(fileFindings, findingsFile{j.run.At.Format(time.RFC3339), append([]catalog.Unread{}, j.in.Unread...), j.findings}.write),
		add(fileClassification, lines),
		add(fileFusion, indented(j.run.Fusion)),
	)
}

// findingsFile is the shape of findings.json.
type findingsFile struct {
	At       string            `json:"at"`
	Unread   []catalog.Unread  `json:"unread"`
	Findings []catalog.Finding `json:"findings"`
}

// write writes it with one finding a line, which tools for lines can search and compare.
func (f findingsFile) write(w io.Writer) error {
	text, err := encode(struct {
		At     string           `json:"at"`
		Unread []catalog.Unread `json:"unread"`
	}{f.At, f.Unread})
	if err != nil {
		return err
	}
	b := bytes.NewBuffer(bytes.TrimSuffix(text, []byte("}\n")))
	b.WriteString(`,"findings":[`)
	for i := range f.Findings {
		if text, err = encode(&f.Findings[i]); err != nil {
			return err
		}
		if i > 0 {
			b.WriteByte(',')
		}
		b.WriteByte('\n')
		b.Write(bytes.TrimSuffix(text, []byte("\n")))
	}
	b.WriteString("\n]}\n")
	_, err = w.Write(b.Bytes())
	return err
}

func indented(v any) func(io.Writer) error {
	return func(w io.Writer) error {
		e := json.NewEncoder(w)
		e.SetEscapeHTML(false)
		e.SetIndent("", " ")
		return e.Encode(v)
	}
}

// openAnswer is the shape of `banfa open --json`.
type openAnswer struct {
	Entries  int            `json:"entries"`
	Items    int            `json:"items"`
	Unread   int            `json:"unread"`
	Outcomes map[string]int `json:"outcomes"`
	Findings map[string]int `json:"findings"`
	Open     int            `json:"open"`
	Fusion   map[string]int `json:"fusion"`
	Files    []string       `json:"files"`
}

// say prints the summary.
func (j *openJob) say(dir string, files []namedFile) error {
	ans := openAnswer{
		Entries: len(j.run.Base.Entries), Items: j.items(), Unread: len(j.in.Unread), Outcomes: j.run.Classification.Summary.Outcomes,
		Findings: j.count(), Open: len(j.opened.Entries), Fusion: j.fusionCounts(), Files: []string{},
	}
	for _, f := range files {
		ans.Files = append(ans.Files, f.name)
	}
	if j.JSON {
		return j.printJSON(ans)
	}
	var b strings.Builder
	say := func(en, zh string, args ...any) { fmt.Fprintf(&b, pick(j.lang, en, zh), args...) }
	say("%d entries, %d items; in the open catalog %d entries\n", "条目 %d 个，数据项 %d 个；进入开放目录 %d 个\n", ans.Entries, ans.Items, ans.Open)
	if ans.Unread > 0 {
		say("Cells not understood: %d\n", "有 %d 处没有读懂\n", ans.Unread)
	}
	var types []string
	for _, o := range openOutcomes() {
		if n := ans.Outcomes[o]; n > 0 || o != classify.OutOfScope {
			types = append(types, fmt.Sprintf("%s %d", j.outcome(o), n))
		}
	}
	say("Open types: %s\n", "开放类型：%s\n", strings.Join(types, pick(j.lang, ", ", "，")))
	say("Findings: errors %d, warnings %d, cannot be judged %d\n", "问题：错误 %d，警告 %d；缺少事实无法判断 %d\n",
		ans.Findings["error"], ans.Findings["warning"], ans.Findings["unjudged"])
	if next := j.next(); len(next) > 0 {
		b.WriteString(pick(j.lang, "Next\n", "下一步\n"))
		for i, n := range next {
			fmt.Fprintf(&b, "  %d. %s\n", i+1, n)
		}
	}
	say("Written to %s: %s\n", "已写入 %s：%s\n", dir, strings.Join(ans.Files, pick(j.lang, ", ", "、")))
	if j.draft() {
		say("The rules are a draft, not law in force; the report is not legal advice.\n", "依据的是草案，不是现行法；报告不是法律意见。\n")
	}
	_, err := io.WriteString(j.stdout, b.String())
	return err
}

// stages shows on standard error what is being done, where that is a terminal.
type stages struct {
	app  *app
	next time.Time
	last string
	seen bool
}

func (a *app) newStages() *stages {
	if !a.errTerminal {
		return &stages{}
	}
	return &stages{app: a}
}

func (s *stages) show(stage string, done, of int) {
	if s.app == nil {
		return
	}
	now := s.app.now()
	if stage == s.last && now.Before(s.next) {
		return
	}
	s.last, s.next, s.seen = stage, now.Add(progressEvery), true
	names := map[string][2]string{
		"import": {"reading", "读取"}, "annotate": {"typing items", "识别数据项"}, "classify": {"classifying", "判定"}, "check": {"checking", "检查"},
		"derive": {"deriving", "生成开放目录"}, "fusion": {"reviewing links", "关联风险审查"}, "write": {"writing", "写入"},
	}
	text := pick(s.app.lang, names[stage][0], names[stage][1])
	if of > 0 && done > 0 {
		text = fmt.Sprintf("%s %d/%d", text, done, of)
	}
	_, _ = fmt.Fprint(s.app.stderr, "\r\x1b[K", text)
}

func (s *stages) clear() {
	if s.seen {
		s.seen = false
		_, _ = fmt.Fprint(s.app.stderr, "\r\x1b[K")
	}
}
