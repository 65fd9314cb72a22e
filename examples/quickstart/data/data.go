// Package data is the sample city: invented throughout.
package data

import "embed"

// Files are the sample data of the quickstart and of the reference server.
//
//go:embed *.json *.jsonl *.csv
var Files embed.FS
