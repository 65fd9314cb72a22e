// Package catalog keeps base catalogs and open catalogs right (Articles 15, 17 to 23, 34, 38, 41, 56 and 70 of the Measures): it reads what
// officers have, types the items, checks, decides open types with classify, derives the open catalog, compares versions, merges the
// catalogs of agencies, and reviews what becomes linkable when sources are put together.
//
//	in, err := catalog.Import(ctx, file, size, "目录.xlsx")
//	run, err := catalog.Run(ctx, in.Catalog, catalog.RunConfig{Rules: rules, At: at})
//	err = catalog.Export(ctx, w, run.Open, catalog.FormatXLSX)
//
// It is for catalogs: what data there is, of whom, and how open. It does not hold the data themselves, and it decides nothing that a
// person must decide: what is not known stays undetermined or "cannot be judged", and is never open.
//
// Files:
//   - model.go: entries, items, catalogs and where they were read from. finding.go: what every part reports. digest.go: what identifies a version.
//   - import*.go, alias*, json*.go, ckan.go, dcatus.go: reading; frequency*.go, hant.go: words as officers write them.
//   - dictionary*: the meaning of item names.
//   - check*.go, fixlist.go: rule files of kind Catalog, and what to mend first.
//   - classify*: open types of a whole catalog.
//   - derive*.go, ledger*.go, merge*.go: the open catalog, changes of openness (Article 15), aggregation (Article 19).
//   - fusion*.go: the review of Article 20.
//   - reality*.go: a published file against its entry (Articles 38 and 70).
//   - packed*.go: a catalog in a thirtieth of the memory.
//   - export*.go: every format that leaves. run.go: the main job in one go.
package catalog
