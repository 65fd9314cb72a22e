// Command quickstart is the main job in one file: it loads the embedded rule pack, streams a city's data sets through it and reports
// what may be opened, what is still to be asked, and what could lawfully be more open.
//
//	go run ./examples/quickstart [-lang zh|en] [FACTS.jsonl]
//
// The sample city is invented, and the pack rests on a consultation draft: the report is no legal advice.
package main

import (
	"bufio"
	"bytes"
	"context"
	_ "embed"
	"flag"
	"fmt"
	"io"
	"iter"
	"os"
	"os/signal"

	"github.com/banfa-go/banfa"
	"github.com/banfa-go/banfa/classify"
	"github.com/banfa-go/banfa/measures/shenzhen"
)

//go:embed data/city.jsonl
var city []byte

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	err := run(ctx, os.Args[1:], os.Stdout)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "quickstart:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string, w io.Writer) error {
	flags := flag.NewFlagSet("quickstart", flag.ContinueOnError)
	lang := flags.String("lang", "zh", "language of the report: zh or en")
	if err := flags.Parse(args); err != nil {
		return err
	}
	words, ok := languages[*lang]
	if !ok {
		return fmt.Errorf("-lang %q: write zh or en", *lang)
	}
	in := io.Reader(bytes.NewReader(city))
	if flags.NArg() > 0 {
		f, err := os.Open(flags.Arg(0))
		if err != nil {
			return err
		}
		defer f.Close()
		in = f
	}
	rules, err := banfa.Load(shenzhen.FS())
	if err != nil {
		return err
	}
	c, err := classify.New(rules)
	if err != nil {
		return err
	}
	r := newReport(rules, c, *lang, words)
	for answer, err := range c.Stream(ctx, documents(in), 0) {
		r.add(answer, err)
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	if _, err := io.WriteString(w, r.text()); err != nil {
		return err
	}
	if n := len(r.failed); n > 0 {
		return fmt.Errorf("%d of %d lines could not be answered", n, r.total)
	}
	return nil
}

// documents yields each line as one facts document. An unreadable input ends the stream with its error.
func documents(r io.Reader) iter.Seq2[banfa.Facts, error] {
	const longest = 1 << 20 // a facts document is at most that long
	return func(yield func(banfa.Facts, error) bool) {
		lines := bufio.NewScanner(r)
		lines.Buffer(nil, longest+1)
		for lines.Scan() {
			line := bytes.TrimSpace(lines.Bytes())
			if len(line) == 0 {
				continue
			}
			// The scanner reuses its buffer while other workers still read the document.
			if !yield(banfa.JSON(bytes.Clone(line)), nil) {
				return
			}
		}
		if err := lines.Err(); err != nil {
			yield(nil, err)
		}
	}
}
