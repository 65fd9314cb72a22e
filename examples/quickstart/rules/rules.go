// Package rules holds the sample city's own rule files beside the pack: conditions of a data set, and a de-identification policy.
package rules

import "embed"

// Files are the rule files and their suites.
//
//go:embed *.yaml
var Files embed.FS
