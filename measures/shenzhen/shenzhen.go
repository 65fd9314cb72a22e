// Package shenzhen is the rule pack for the Shenzhen measures on opening public data, as rule files with their suites.
//
// The source is the consultation draft published on 2023-09-26, not law in force: every answer computed from the pack has the
// status "draft".
package shenzhen

import (
	"embed"
	"io/fs"
)

//go:embed *.yaml
var files embed.FS

// FS returns the pack's rule files, labels and suites. Give it to banfa.Load, or to banfa.Citable to cite the Measures from rule
// files of your own.
func FS() fs.FS { return files }
