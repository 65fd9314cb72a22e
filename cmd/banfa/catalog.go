package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/banfa-go/banfa/catalog"
)

// catalogCommand is the life of a catalog (Articles 15, 17 to 23 and 56).
type catalogCommand struct {
	Import  catalogImportCommand  `cmd:"" help:"Read a catalog of any form, and say what was not understood (Art. 17)."`
	Check   catalogCheckCommand   `cmd:"" help:"Check a base or open catalog (Arts. 10 to 23)."`
	Derive  catalogDeriveCommand  `cmd:"" help:"Derive the open catalog from the base catalog (Art. 18)."`
	Diff    catalogDiffCommand    `cmd:"" help:"List what changed between two catalogs, and which changes need a ground (Art. 15)."`
	Merge   catalogMergeCommand   `cmd:"" help:"Merge the catalogs of agencies and districts into one (Art. 19)."`
	Fusion  catalogFusionCommand  `cmd:"" help:"Review what the open entries say together (Art. 20)."`
	Reality catalogRealityCommand `cmd:"" help:"Compare a published file with its entry (Arts. 38 and 70)."`
	Export  catalogExportCommand  `cmd:"" help:"Write the open catalog in a format of other programs (Art. 21)."`
}

// maxCatalog bounds a catalog that comes from standard input.
const maxCatalog = 1 << 30

// readCatalog reads the catalog that a path names, - being standard input.
func (a *app) readCatalog(path string, opts ...catalog.ImportOption) (in *catalog.Imported, err error) {
	if path == "-" {
		text, err := io.ReadAll(io.LimitReader(a.stdin, maxCatalog+1))
		if err != nil {
			return nil, err
		}
		if len(text) > maxCatalog {
			return nil, fmt.Errorf("<stdin>: more than the limit of %d bytes", maxCatalog)
		}
		return catalog.Import(a.ctx, bytes.NewReader(text), int64(len(text)), "<stdin>", opts...)
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	return catalog.Import(a.ctx, f, info.Size(), path, opts...)
}
