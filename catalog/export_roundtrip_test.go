package catalog

import (
	"bytes"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// exportRead imports what was exported.
func exportRead(t *testing.T, data []byte, format Format) *Imported {
	t.Helper()
	in, err := Import(t.Context(), bytes.NewReader(data), int64(len(data)), "export."+string(format))
	require.NoError(t, err)
	return in
}

// exportBare takes away what no format carries: where an entry was read from, and the zone's name of a time.
func exportBare(c *Catalog) *Catalog {
	out := *c
	out.Entries = nil
	for _, e := range c.Entries {
		e.Origin = nil
		e.UpdatedAt, e.CatalogUpdated = openTime(e.UpdatedAt), openTime(e.CatalogUpdated)
		items := e.Items
		e.Items = nil
		for _, i := range items {
			i.Row = 0
			e.Items = append(e.Items, i)
		}
		out.Entries = append(out.Entries, e)
	}
	out.At = openTime(out.At)
	return &out
}

func TestJSONComesBackAsItWas(t *testing.T) {
	for _, c := range []*Catalog{exportSample(), Open(exportSample()).Catalog()} {
		got := exportRead(t, exportBaseBytes(t, c, FormatJSON), FormatJSON)
		assert.Equal(t, exportBare(c), exportBare(got.Catalog))
		assert.Empty(t, got.Unread)
		lines := exportRead(t, exportBaseBytes(t, c, FormatJSONLines), FormatJSONLines)
		assert.Equal(t, exportBare(c).Entries, exportBare(lines.Catalog).Entries)
	}
}

// exportWithoutColumns takes away what tables have no column for.
func exportWithoutColumns(c *Catalog) []Entry {
	c = exportBare(c)
	for i := range c.Entries {
		e := &c.Entries[i]
		e.Facts, e.Extra = nil, nil
		for k := range e.Items {
			e.Items[k].Facts = nil
		}
	}
	return c.Entries
}

func TestSheetsComeBackAsTheyWere(t *testing.T) {
	for _, format := range []Format{FormatXLSX, FormatCSV} {
		for _, lang := range []string{"zh", "en"} {
			t.Run("open "+string(format)+" "+lang, func(t *testing.T) {
				got := exportRead(t, exportBytes(t, exportSample(), format, ExportLanguage(lang)), format)
				assert.Equal(t, exportWithoutColumns(Open(exportSample()).Catalog()), exportWithoutColumns(got.Catalog))
				assert.Empty(t, got.Unread)
				assert.Empty(t, got.Findings)
			})
			t.Run("base "+string(format)+" "+lang, func(t *testing.T) {
				got := exportRead(t, exportBaseBytes(t, exportSample(), format, ExportLanguage(lang)), format)
				assert.Equal(t, exportWithoutColumns(exportSample()), exportWithoutColumns(got.Catalog))
				assert.Empty(t, got.Unread)
			})
		}
	}
}

// Guards, quotes, line ends and escapes of the formats are taken off again.
func TestOddTextsComeBackFromSheets(t *testing.T) {
	for _, name := range []string{"=1+1", "'=1+1", "''@a", "'a", "-3", "+x", "a,b", `say "a"`, "_x0041_", "<&>", "007", "1e5", "2026-01-02"} {
		c := &Catalog{Entries: []Entry{{ID: "1", Name: name, Summary: name, OpenType: Unconditional}, {ID: "2", Name: name, OpenType: Unconditional}}}
		for _, format := range []Format{FormatXLSX, FormatCSV} {
			got := exportRead(t, exportBytes(t, c, format), format)
			require.Len(t, got.Catalog.Entries, 2, "%s %q", format, name)
			e := got.Catalog.Entries[0]
			assert.Equal(t, []string{name, name}, []string{e.Name, e.Summary}, format)
		}
	}
}

// What CKAN and DCAT-US have a place for comes back.
func TestPackagesComeBackInTheFieldsTheyHave(t *testing.T) {
	want := exportBare(Open(exportSample()).Catalog()).Entries
	t.Run("ckan", func(t *testing.T) {
		got := exportBare(exportRead(t, exportBytes(t, exportSample(), FormatCKAN), FormatJSON).Catalog).Entries
		require.Len(t, got, len(want))
		for i := range want {
			w, g := want[i], got[i]
			w.Materials, g.Extra = nil, nil
			for k := range w.Items { // Table Schema keeps a name, a type and a description
				w.Items[k] = Item{Name: w.Items[k].Name, Type: w.Items[k].Type, Summary: w.Items[k].Summary}
			}
			assert.Equal(t, w, g)
		}
	})
	t.Run("dcat-us", func(t *testing.T) {
		got := exportBare(exportRead(t, exportBytes(t, exportSample(), FormatDCATUS, exportAbout()), FormatJSON).Catalog).Entries
		require.Len(t, got, len(want))
		for i, w := range exportBare(Open(exportSample()).Catalog()).Entries {
			g := got[i]
			g.Extra = nil
			w.Items, w.Materials, w.BaseID, w.CatalogUpdated = nil, nil, "", g.CatalogUpdated
			if len(w.Conditions) > 0 {
				w.Conditions = []string{podRights(&w)} // one field for all of them
			}
			assert.Equal(t, w, g)
		}
	})
}

// An exported catalog that is read back and exported again opens nothing more: formats round towards closed.
func TestNoFormatOpensWhatWasNotOpen(t *testing.T) {
	for _, open := range []OpenType{Closed, Undetermined, "", "other"} {
		c := &Catalog{Entries: []Entry{{ID: "1", Name: "a", OpenType: open, Items: []Item{{Name: "x"}}}}}
		for _, format := range []Format{FormatXLSX, FormatCSV, FormatJSON, FormatJSONLines, FormatDCATUS, FormatCKAN} {
			got := exportRead(t, exportBaseBytes(t, c, format), format)
			for _, e := range got.Catalog.Entries {
				assert.False(t, e.OpenType.Open(), "%s %q: %q", format, open, e.OpenType)
			}
		}
	}
}
