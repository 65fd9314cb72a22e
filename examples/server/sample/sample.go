// Package sample is the city that the server shows when nobody has given it another: the quickstart's catalog, rules and data, all invented.
package sample

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"testing/fstest"

	"github.com/banfa-go/banfa"
	"github.com/banfa-go/banfa/catalog"
	"github.com/banfa-go/banfa/examples/quickstart/data"
	"github.com/banfa-go/banfa/examples/quickstart/rules"
	"github.com/banfa-go/banfa/examples/server/identity"
	"github.com/banfa-go/banfa/examples/server/platform"
	"github.com/banfa-go/banfa/measures/shenzhen"
)

// Rules are the embedded pack with the sample city's own files.
func Rules() (*banfa.Rules, error) {
	all := fstest.MapFS{}
	for _, fsys := range []fs.FS{shenzhen.FS(), rules.Files} {
		err := fs.WalkDir(fsys, ".", func(name string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() {
				return err
			}
			text, err := fs.ReadFile(fsys, name)
			all[name] = &fstest.MapFile{Data: text}
			return err
		})
		if err != nil {
			return nil, fmt.Errorf("sample: %w", err)
		}
	}
	return banfa.Load(all)
}

// Keys names the keys that the sample's policies need.
func Keys() []string { return []string{"plate-pseudonym"} }

// Policies says which data set is de-identified by which policy.
func Policies() map[string]string { return map[string]string{parkingRecords: "parking-records"} }

// parkingRecords is the data set that the sample delivers.
const parkingRecords = "YW01003"

// catalogName is the name that the sample catalog is published by.
const catalogName = "city-catalog.jsonl"

// Seed publishes the sample catalog into an empty log, and delivers the records of car parks; where it was cut off between the two, it goes on. Any other log is somebody's, and
// stays as it is. In the quickstart's catalog the records are closed for the privacy of drivers; here they are de-identified by a policy on their way out, which is what
// Article 15, first paragraph, lets them be opened for.
func Seed(ctx context.Context, p *platform.Platform) (err error) {
	switch seq, _ := p.Head(); {
	case seq == 0:
		base, err := city(ctx)
		if err != nil {
			return err
		}
		who := identity.Identity{Subject: "sample", Name: "样例", Roles: []identity.Role{identity.Authority}}
		if _, err := p.PublishCatalog(ctx, who, catalogName, base); err != nil {
			return err
		}
	case seq > 1 || p.Catalog() == nil || p.Catalog().Name != catalogName:
		return nil
	}
	e, err := p.Entry(parkingRecords)
	if errors.Is(err, platform.ErrNotFound) { // a catalog of the same name that is not this one
		return nil
	}
	if err != nil {
		return err
	}
	records, err := data.Files.Open("parking-records.csv")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, records.Close()) }()
	who := identity.Identity{Subject: "sample", Name: "样例", Unit: e.Unit, Roles: []identity.Role{identity.Opener}}
	_, err = p.Deliver(ctx, who, e.ID, "parking-records.csv", records)
	return err
}

func city(ctx context.Context) (*bytes.Buffer, error) {
	text, err := data.Files.ReadFile(catalogName)
	if err != nil {
		return nil, err
	}
	in, err := catalog.ReadJSON(ctx, bytes.NewReader(text), catalogName)
	if err != nil {
		return nil, err
	}
	for i := range in.Catalog.Entries {
		if e := &in.Catalog.Entries[i]; e.ID == parkingRecords {
			e.OpenType = ""
			e.Facts["desensitized"], e.Facts["residual_risk_acceptable"] = true, true
		}
	}
	var out bytes.Buffer
	return &out, catalog.WriteJSONLines(ctx, &out, in.Catalog.Entries)
}
