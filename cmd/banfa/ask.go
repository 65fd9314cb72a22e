package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/banfa-go/banfa"
	"github.com/banfa-go/banfa/classify"
	"github.com/banfa-go/banfa/condition"
	"github.com/banfa-go/banfa/internal/message"
)

type askCommand struct {
	Name  string `arg:"" optional:"" help:"KIND/NAME, or the name of a classification."`
	Facts string `help:"Facts already known, as a JSON file." placeholder:"FILE"`
	At    atTime `help:"Time of the evaluation; now by default." placeholder:"TIME"`
}

// Run asks, on standard input and output, what can still change the answer, until the outcome is determined or the input ends.
func (c *askCommand) Run(a *app) error {
	known := banfa.Map{}
	if c.Facts == "-" {
		return fail(statusUsage, said("--facts: standard input is needed for the answers; name a file", "--facts：标准输入要用来回答问题；请写文件名"))
	}
	if c.Facts != "" {
		text, err := a.readAll(c.Facts)
		if err != nil {
			return err
		}
		if known, err = banfa.JSON(text).Map(); err != nil {
			return err
		}
	}
	in, answer, err := c.start(a, known)
	if err != nil {
		return err
	}
	prompts := a.stdout
	if a.JSON {
		prompts = a.stderr
	}
	if err := a.interview(in, bufio.NewReader(a.stdin), prompts); err != nil {
		return err
	}
	if a.JSON {
		if err := a.printJSON(map[string]any{"facts": in.Facts(), "asked": in.Asked(), "result": answer()}); err != nil {
			return err
		}
		return refusal(answer())
	}
	if r, ok := answer().(*condition.Result); ok {
		return a.advice(r)
	}
	return a.answer(answer().(*classify.Result))
}

// interviewer is an interview of either kind.
type interviewer interface {
	Next() (banfa.Fact, bool)
	Answer(name string, value any) error
	Skip(name string)
	Back() (string, error)
	Label(lang, key, own string) string
	Facts() banfa.Map
	Asked() []string
}

// start begins the interview of a file, Conditions/NAME or one of kind Classification; answer returns how it stands.
func (c *askCommand) start(a *app, known banfa.Map) (in interviewer, answer func() any, err error) {
	if strings.HasPrefix(c.Name, "Conditions/") {
		access, err := a.access(c.Name)
		if err != nil {
			return nil, nil, err
		}
		at := a.now()
		if !c.At.IsZero() {
			at = c.At.Time
		}
		x, err := access.Interview(a.ctx, known, condition.At(at))
		if err != nil {
			return nil, nil, err
		}
		return x, func() any { return x.Result() }, nil
	}
	cl, err := a.classifier(c.Name)
	if err != nil {
		return nil, nil, err
	}
	x, err := cl.Interview(a.ctx, known, a.at(c.At))
	if err != nil {
		return nil, nil, err
	}
	return x, func() any { return x.Result() }, nil
}

func (a *app) interview(in interviewer, r *bufio.Reader, w io.Writer) error {
	help := true
	for {
		f, ok := in.Next()
		if !ok {
			return nil
		}
		if help {
			help = false
			if _, err := fmt.Fprintln(w, message.Text(a.lang, "ask.help")); err != nil {
				return err
			}
		}
		if _, err := fmt.Fprint(w, a.question(in, &f)); err != nil {
			return err
		}
		line, err := r.ReadString('\n')
		if err != nil && (!errors.Is(err, io.EOF) || line == "") {
			_, printErr := fmt.Fprintln(w)
			return errors.Join(printErr, ignoreEOF(err))
		}
		if err := a.take(in, &f, strings.TrimSpace(line), w); err != nil {
			return err
		}
	}
}

// take deals with one answer. An answer that cannot be taken is said, and asked again.
func (a *app) take(in interviewer, f *banfa.Fact, line string, w io.Writer) error {
	switch line {
	case "":
		return nil
	case "?", "？":
		in.Skip(f.Name)
		return nil
	case "b", "back", "返回":
		_, err := in.Back()
		return err
	}
	if n, err := strconv.Atoi(line); err == nil && f.Type == "enum" && n >= 1 && n <= len(f.Values) {
		line = f.Values[n-1].Code
	}
	err := in.Answer(f.Name, readValue(f, line))
	var fe *banfa.FactError
	if errors.As(err, &fe) {
		_, err = fmt.Fprintln(w, fe.Message(a.lang))
	}
	return err
}

func (a *app) question(in interviewer, f *banfa.Fact) string {
	ask := in.Label(a.lang, "facts."+f.Name+".ask", f.Ask)
	if ask == "" {
		ask = in.Label(a.lang, "facts."+f.Name+".label", f.Label)
	}
	var b strings.Builder
	b.WriteString("\n" + ask + " (" + f.Name + ")\n")
	for i, v := range f.Values {
		fmt.Fprintf(&b, "  %d. %s (%s)\n", i+1, in.Label(a.lang, "facts."+f.Name+".values."+v.Code, v.Label), v.Code)
	}
	switch f.Type {
	case "bool":
		b.WriteString(message.Text(a.lang, "ask.bool"))
	default:
		b.WriteString("[" + f.Type + "]")
	}
	b.WriteString(" > ")
	return b.String()
}
