// Command gen makes the data files of internal/workday from the collected facts:
//
//	go run ./internal/workday/gen ../shared/data/calendar
//
// It reads cn-holidays.json and cn-holidays.meta.json in the folder given, checks them against the calendar (kinds
// against weekdays, no make-up day on a weekday) and against the law (the yearly balance), and writes one file for
// each year to internal/workday/data, or to the folder that -out names.
package main

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
)

func main() {
	out := flag.String("out", filepath.Join("internal", "workday", "data"), "folder for the data files")
	flag.Usage = func() { fmt.Fprintln(os.Stderr, "usage: gen [-out DIR] FOLDER-OF-FACTS") }
	flag.Parse()
	if flag.NArg() != 1 {
		flag.Usage()
		os.Exit(2)
	}
	if err := run(flag.Arg(0), *out); err != nil {
		fmt.Fprintln(os.Stderr, "gen:", err)
		os.Exit(1)
	}
}

func run(facts, out string) error {
	files, err := generate(facts)
	if err != nil {
		return err
	}
	names := make([]string, 0, len(files))
	for name := range files {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		if err := os.WriteFile(filepath.Join(out, name), files[name], 0o644); err != nil {
			return err
		}
	}
	fmt.Printf("%d files written to %s\n", len(names), out)
	return nil
}
