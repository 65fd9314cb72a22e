package main

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/banfa-go/banfa/internal/civil"
	"github.com/banfa-go/banfa/internal/workday"
)

// notice is a notice as the facts list it.
type notice struct {
	ID        string `json:"id"`
	Doc       string `json:"doc"`
	Signed    string `json:"signed"`
	Published string `json:"published"`
	URL       string `json:"url"`
	Year      int    `json:"year"`
}

// year is what the facts say of a year.
type year struct {
	SourceNotice string `json:"source_notice"`
	Holidays     []fact `json:"holidays"`
	Makeup       []fact `json:"makeup_workdays"`
}

type fact struct {
	Date   string `json:"date"`
	Name   string `json:"name"`
	Kind   string `json:"kind"`
	Notice string `json:"notice"`
}

// generate returns the data files by name.
func generate(folder string) (map[string][]byte, error) {
	var years map[string]year
	var meta struct {
		Notices []notice `json:"notices"`
	}
	if err := readJSON(filepath.Join(folder, "cn-holidays.json"), &years); err != nil {
		return nil, err
	}
	if err := readJSON(filepath.Join(folder, "cn-holidays.meta.json"), &meta); err != nil {
		return nil, err
	}
	listed := append(slices.Clone(earlyNotices), meta.Notices...)
	listed = slices.DeleteFunc(listed, func(n notice) bool { _, ok := years[strconv.Itoa(n.Year)]; return !ok })
	if len(listed) == 0 {
		return nil, fmt.Errorf("%s: no notice for the years of the facts", folder)
	}
	notices, err := collect(years, listed)
	if err != nil {
		return nil, err
	}
	if err := balance(notices); err != nil {
		return nil, err
	}
	files := make(map[string][]byte)
	for _, n := range notices { // one file for each year, amendments behind the notice that they amend
		name := strconv.Itoa(n.Year) + workday.Extension
		if _, ok := files[name]; ok {
			continue
		}
		var of []workday.Notice
		for _, m := range notices {
			if m.Year == n.Year {
				of = append(of, m)
			}
		}
		comment := fmt.Sprintf("# Days off and make-up working days of %d in China, as the State Council's notices set them.\n"+
			"# Made by internal/workday/gen; internal/workday/doc.go describes the format.\n", n.Year)
		files[name] = append([]byte(comment), workday.Format(of)...)
	}
	if err := verify(files, years); err != nil {
		return nil, err
	}
	return files, nil
}

func readJSON(file string, to any) error {
	data, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	if err := json.Unmarshal(data, to); err != nil {
		return fmt.Errorf("%s: %w", file, err)
	}
	return nil
}

// collect gives each day to the notice that set it.
func collect(years map[string]year, listed []notice) ([]workday.Notice, error) {
	var notices []workday.Notice
	at := make(map[string]int) // by number
	annual := make(map[int]string)
	for _, l := range listed {
		n := workday.Notice{ID: l.Doc, Year: l.Year, Amends: l.ID != strconv.Itoa(l.Year), Source: l.URL}
		var err error
		if n.Published, err = civil.Parse(l.Published); err != nil {
			return nil, fmt.Errorf("notice %s: %w", l.Doc, err)
		}
		if l.Signed != "" {
			if n.Signed, err = civil.Parse(l.Signed); err != nil {
				return nil, fmt.Errorf("notice %s: %w", l.Doc, err)
			}
		}
		if !n.Amends {
			annual[n.Year] = n.ID
			if n.Source == "" {
				n.Source = years[strconv.Itoa(n.Year)].SourceNotice
			}
		}
		for _, f := range superseded[n.ID] {
			c, err := change(f)
			if err != nil {
				return nil, err
			}
			n.Changes = append(n.Changes, c)
		}
		at[n.ID] = len(notices)
		notices = append(notices, n)
	}
	for _, name := range sorted(years) {
		y, err := strconv.Atoi(name)
		if err != nil {
			return nil, err
		}
		for _, f := range append(slices.Clone(years[name].Holidays), years[name].Makeup...) {
			c, err := change(f)
			if err != nil {
				return nil, err
			}
			id := cmp.Or(f.Notice, annual[cmp.Or(setByNextYear[f.Date], y)])
			i, ok := at[id]
			if !ok {
				return nil, fmt.Errorf("%s: no notice %q", f.Date, id)
			}
			notices[i].Changes = append(notices[i].Changes, c)
		}
	}
	for i := range notices {
		slices.SortFunc(notices[i].Changes, func(a, b workday.Change) int { return cmp.Compare(a.Date, b.Date) })
	}
	return notices, nil
}

func sorted(years map[string]year) []string {
	names := make([]string, 0, len(years))
	for n := range years {
		names = append(names, n)
	}
	slices.Sort(names)
	return names
}

// change reads one fact and checks its kind against the weekday.
func change(f fact) (workday.Change, error) {
	d, err := civil.Parse(f.Date)
	if err != nil {
		return workday.Change{}, err
	}
	c := workday.Change{Date: d, Name: f.Name}
	weekend := d.Weekday() == time.Saturday || d.Weekday() == time.Sunday
	switch f.Kind {
	case "statutory":
		c.Kind = workday.Statutory
	case "adjusted":
		c.Kind = workday.Adjusted
	case "weekend":
		c.Kind = workday.Weekend
	case "extended":
		c.Kind = workday.Extended
	case "":
		c.Kind = workday.Makeup
		c.Name = strings.TrimSuffix(f.Name, "调休上班")
	default:
		return c, fmt.Errorf("%s: unknown kind %q", f.Date, f.Kind)
	}
	if c.Kind == workday.Makeup && !weekend || c.Kind == workday.Adjusted && weekend || c.Kind == workday.Weekend && !weekend {
		return c, fmt.Errorf("%s is a %s and cannot be %q", f.Date, d.Weekday(), c.Kind)
	}
	return c, nil
}

// balance works out the balances that each notice leaves behind, and compares the final ones with the law.
func balance(notices []workday.Notice) error {
	days := make(map[civil.Date]workday.Day)
	final := make(map[int]int)
	order := make([]*workday.Notice, len(notices))
	for i := range notices {
		order[i] = &notices[i]
	}
	slices.SortStableFunc(order, func(a, b *workday.Notice) int { return cmp.Compare(a.Published, b.Published) })
	first := order[0].Year
	for _, n := range order {
		touched := []int{n.Year}
		for _, c := range n.Changes {
			days[c.Date] = workday.Day{Date: c.Date, Kind: c.Kind}
			if y, _, _ := c.Date.Civil(); y != n.Year && y >= first && !slices.Contains(touched, y) {
				touched = append(touched, y)
			}
		}
		slices.Sort(touched)
		for _, y := range touched {
			final[y] = workday.BalanceOf(days, y)
			n.Balances = append(n.Balances, workday.Balance{Year: y, Days: final[y]})
		}
	}
	var errs []error
	for y := first; y <= order[len(order)-1].Year; y++ {
		if want := lawful(y) + uneven[y].days; final[y] != want {
			errs = append(errs, fmt.Errorf("%d: %d more weekdays off than make-up days, the law gives %d", y, final[y], want))
		}
	}
	return errors.Join(errs...)
}

// verify reads the files back and compares the final calendar with the facts, day by day.
func verify(files map[string][]byte, years map[string]year) error {
	var notices []workday.Notice
	for name, data := range files {
		n, err := workday.Parse(name, data)
		if err != nil {
			return err
		}
		if !bytes.Contains(data, workday.Format(n)) {
			return fmt.Errorf("%s does not read back as it was written", name)
		}
		notices = append(notices, n...)
	}
	s, err := workday.NewSchedule(notices)
	if err != nil {
		return err
	}
	want := make(map[string]string)
	for _, y := range years {
		for _, f := range append(slices.Clone(y.Holidays), y.Makeup...) {
			want[f.Date] = cmp.Or(f.Kind, "work")
		}
	}
	got := make(map[string]string)
	for _, d := range s.Latest().Days() {
		got[d.Date.String()] = d.Kind.String()
	}
	for date, kind := range want {
		if got[date] != kind {
			return fmt.Errorf("%s should be %s and is %q", date, kind, got[date])
		}
	}
	if len(got) != len(want) {
		return fmt.Errorf("%d days differ from the ordinary week, the facts have %d", len(got), len(want))
	}
	return nil
}
