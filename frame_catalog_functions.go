package banfa

import (
	"strconv"
	"strings"
	"time"

	"github.com/banfa-go/banfa/internal/expr"
	"github.com/banfa-go/banfa/internal/ruleset"
)

// neverLate is the frequency of data that has no rhythm: longer than any, and half of what a duration can be, so that two of them can
// still be added.
const neverLate = 145 * 365 * 24 * time.Hour

// frequencies are the longest times between two updates, by the codes of package catalog, whose tests hold both against each other.
// Those in minutes come first, then those in days.
var frequencies = readFrequencies("realtime=60 minutely=1 every_5_minutes=5 every_10_minutes=10 every_15_minutes=15 "+
	"every_30_minutes=30 hourly=60 every_2_hours=120 every_3_hours=180 every_12_hours=720",
	"twice_daily=1 daily=1 three_times_weekly=5 twice_weekly=6 weekly=7 dekad=11 biweekly=14 semimonthly=16 monthly=31 bimonthly=62 "+
		"quarterly=92 four_monthly=123 half_yearly=184 yearly=366 biennial=731 triennial=1096 quadrennial=1461 quinquennial=1827 "+
		"decennial=3653 bidecennial=7305 tridecennial=10958")

func readFrequencies(minutes, days string) map[string]time.Duration {
	m := map[string]time.Duration{"irregular": neverLate, "on_demand": neverLate, "static": neverLate}
	for list, unit := range map[string]time.Duration{minutes: time.Minute, days: 24 * time.Hour} {
		for _, f := range strings.Fields(list) {
			code, number, _ := strings.Cut(f, "=")
			n, _ := strconv.Atoi(number) // the table above
			m[code] = time.Duration(n) * unit
		}
	}
	return m
}

// catalogFunctions are what checks of catalogs may use beside the functions of every rule file.
func catalogFunctions() []expr.Function {
	text := &expr.Type{Kind: expr.String}
	texts := &expr.Type{Kind: expr.List, Elem: text}
	duration := &expr.Type{Kind: expr.Duration}
	const each = 10                         // cost of a text
	const all = each * expr.DefaultMaxItems // of a list
	return []expr.Function{
		{ // the longest time between two updates; an unknown code is an error, never "in time"
			Name: "frequency", Params: []*expr.Type{text}, Result: duration,
			Call: func(args []expr.Value) (expr.Value, error) {
				code, _ := args[0].Str()
				d, ok := frequencies[code]
				if !ok {
					return expr.Value{}, &expr.Fault{Key: "cel.fault.frequency"}
				}
				return duration.FromGo(d)
			},
		},
		{ // what texts have in common that differ in width, case, spaces and punctuation alone
			Name: "fold", Params: []*expr.Type{text}, Result: text, Cost: each,
			Call: func(args []expr.Value) (expr.Value, error) {
				s, _ := args[0].Str()
				return expr.NewString(ruleset.Fold(s)), nil
			},
		},
		{ // the texts that stand in a list more than once, folded
			Name: "repeated", Params: []*expr.Type{texts}, Result: texts, Cost: all,
			Call: func(args []expr.Value) (expr.Value, error) {
				seen := map[string]int{}
				out := []string{}
				for _, s := range foldedTexts(args[0]) {
					if seen[s]++; seen[s] == 2 {
						out = append(out, s)
					}
				}
				return texts.FromGo(out)
			},
		},
		{ // the texts of the first list that the second has not, folded
			Name: "excess", Params: []*expr.Type{texts, texts}, Result: texts, Cost: 2 * all,
			Call: func(args []expr.Value) (expr.Value, error) {
				have := map[string]bool{}
				for _, s := range foldedTexts(args[1]) {
					have[s] = true
				}
				out := []string{}
				for _, s := range foldedTexts(args[0]) {
					if !have[s] {
						have[s] = true
						out = append(out, s)
					}
				}
				return texts.FromGo(out)
			},
		},
	}
}

func foldedTexts(list expr.Value) []string {
	texts, _ := list.Go().([]any)
	out := make([]string, len(texts))
	for i := range texts {
		s, _ := texts[i].(string)
		out[i] = ruleset.Fold(s)
	}
	return out
}
