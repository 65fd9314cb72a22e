// Package conformance runs suites: the files in which policy authors and testers say what the rules must answer.
//
//	report, err := conformance.Run(ctx, rules)
//
// A go test needs three lines, and this package never imports testing:
//
//		for c := range conformance.Cases(rules) {
//			t.Run(c.Suite+"/"+c.ID, func(t *testing.T) { if f := c.Check(ctx); f != nil { t.Errorf("\n%s", f.Text("en")) } })
//		}
//
//	  - Run, Cases: this implementation. A run of no case at all is an error: a suite that tests nothing must not be green.
//	  - Report writes as a tree, JSON, JUnit and TAP.
//	  - Coverage: which rules, articles and facts' values the suites exercise.
//	  - Serve and RunExecutor: another implementation, over JSON lines, certified with the same files.
package conformance
