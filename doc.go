// Package banfa turns regulation on opening public data into rule files: YAML frames with CEL expressions that a host loads and
// evaluates. It is what every kind of rule file shares; the packages beside it evaluate them:
//
//   - classify decides open types, catalog keeps base and open catalogs right,
//   - condition decides access and follows cases and use, deadline computes working-day periods,
//   - desensitize de-identifies tables and measures what risk is left,
//   - conformance runs the suites that say what rule files must answer,
//   - measures/shenzhen is the pack for the Shenzhen measures (a consultation draft).
//
// One way leads through all of them:
//
//	rules, err := banfa.Load(shenzhen.FS())   // every problem of every file, as *Diagnostics
//	c, err := classify.New(rules)             // immutable, for any number of goroutines
//	r, err := c.Classify(ctx, banfa.JSON(document))
//
// What it is not: legal advice, a workflow, a database. It does not guess: a fact that is not given is unknown, an answer that an
// unknown fact could change is not given, and an error opens nothing.
//
// # Map of the package
//
//   - Load, Check and their options; Rules; Live for files that change while the host runs.
//   - Diagnostics and Diagnostic: findings as data, with views as text, JSON, SARIF 2.1.0 and GitHub annotations.
//   - Facts (Map, JSON, Bind for Go structs), Fact, FactError.
//   - Instrument, Article and Citation: the law that rules cite.
//   - Trace: how an answer came about.
package banfa
