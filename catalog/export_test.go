package catalog

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/csv"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/xuri/excelize/v2"
	"pgregory.net/rapid"
)

var exportUpdate = flag.Bool("update-export", false, "rewrite testdata/export/*.golden")

func exportDay(day string) time.Time {
	t, err := time.ParseInLocation(time.DateOnly, day, time.FixedZone("", 8*60*60))
	if err != nil {
		panic(err)
	}
	return t
}

// exportSample has an entry of each open type. What must not leave is called 内部.
func exportSample() *Catalog {
	return &Catalog{Version: "2026-11", Unit: "示例市", Level: "city", At: exportDay("2026-11-20"), Entries: []Entry{
		{
			ID: "JT-001", Name: "公交站点", Summary: "全市公交站点的名称和位置。", Format: "csv,xlsx", Sharing: SharedFreely, OpenType: Unconditional,
			System: "内部交通系统", UpdateFrequency: Monthly, Unit: "市交通运输局", Theme: "交通出行", Level: 1,
			CatalogUpdated: exportDay("2026-10-08"), UpdatedAt: exportDay("2026-11-01"), URL: "https://data.example.cn/JT-001",
			Items: []Item{
				{Name: "站点名称", Type: "string", Length: 50, Summary: "站牌上的名称", Level: 1},
				{Name: "经度", Type: "decimal", Semantic: "geo.longitude"},
				{Name: "内部管理人电话", Type: "string", OpenType: Closed, Level: 3},
				{Name: "内部客流", Type: "int", OpenType: Conditional},
			},
		},
		{
			ID: "SJ-002", Name: "企业用水量", Summary: "按月汇总的企业用水量。", Format: "api", Sharing: SharedConditionally, OpenType: Conditional,
			Conditions: []string{"申请人具备相应的数据安全保护能力。", "仅用于申请的用途。"}, Materials: []string{"数据利用方案"}, Reason: "13(2)",
			System: "内部水务系统", UpdateFrequency: Irregular, Unit: "市水务局", Theme: "资源能源", Level: 2,
			CatalogUpdated: exportDay("2026-09-01"), UpdatedAt: exportDay("2026-10-31"), URL: "https://data.example.cn/SJ-002",
			BaseID: "B-SJ-002", BaseVersion: "sha256:内部", Facts: map[string]any{"内部": true}, Extra: map[string]any{"备注": "内部"},
			Items: []Item{
				{Name: "月份", Type: "date", Granularity: "month"},
				{Name: "用水量", Type: "decimal", Namespace: "内部水务系统", Masking: "内部", Identifier: NoKey},
			},
		},
		{
			ID: "GA-003", Name: "内部人口信息", Summary: "内部", OpenType: Closed, Sharing: NotShared, Unit: "市公安局", Level: 4,
			Items: []Item{{Name: "内部身份证号", Semantic: "cn.resident_id", Identifier: StrongKey}},
		},
	}}
}

func exportAbout() ExportOption {
	return ExportAbout(About{
		BaseURL: "https://data.example.cn/catalog", Licence: "https://creativecommons.org/licenses/by/4.0/",
		ContactName: "数据开放服务", ContactEmail: "open@example.cn",
	})
}

func exportBytes(t require.TestingT, c *Catalog, format Format, opts ...ExportOption) []byte {
	var b bytes.Buffer
	require.NoError(t, Export(context.Background(), &b, Open(c), format, opts...))
	return b.Bytes()
}

func exportBaseBytes(t require.TestingT, c *Catalog, format Format, opts ...ExportOption) []byte {
	var b bytes.Buffer
	require.NoError(t, ExportBase(context.Background(), &b, c, format, opts...))
	return b.Bytes()
}

// exportPlain is the text of an export: of a spreadsheet that of all its parts.
func exportPlain(t require.TestingT, format Format, data []byte) string {
	if format != FormatXLSX {
		return string(data)
	}
	z, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	require.NoError(t, err)
	var all strings.Builder
	for _, f := range z.File {
		r, err := f.Open()
		require.NoError(t, err)
		_, err = io.Copy(&all, r)
		require.NoError(t, err)
	}
	return all.String()
}

func TestExportOfTheSampleIsAsTheGoldens(t *testing.T) {
	for _, format := range Formats() {
		for name, data := range map[string][]byte{
			string(format):           exportBytes(t, exportSample(), format, exportAbout()),
			"base-" + string(format): exportBaseBytes(t, exportSample(), format, exportAbout()),
		} {
			t.Run(name, func(t *testing.T) {
				if format == FormatXLSX {
					data = exportSheetText(t, data)
				}
				path := filepath.Join("testdata", "export", name+".golden")
				if *exportUpdate {
					require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o755))
					require.NoError(t, os.WriteFile(path, data, 0o644))
				}
				want, err := os.ReadFile(path)
				require.NoError(t, err)
				assert.Equal(t, string(want), string(data))
			})
		}
	}
}

// exportSheetText is a spreadsheet as lines of cells.
func exportSheetText(t *testing.T, data []byte) []byte {
	t.Helper()
	f, err := excelize.OpenReader(bytes.NewReader(data))
	require.NoError(t, err)
	defer func() { require.NoError(t, f.Close()) }()
	var b bytes.Buffer
	for _, sheet := range f.GetSheetList() {
		rows, err := f.GetRows(sheet)
		require.NoError(t, err)
		b.WriteString("# " + sheet + "\n")
		for _, row := range rows {
			b.WriteString(strings.ReplaceAll(strings.Join(row, "|"), "\n", "\\n") + "\n")
		}
	}
	return b.Bytes()
}

func TestExportOfTheSameCatalogIsTheSameBytes(t *testing.T) {
	for _, format := range Formats() {
		assert.Equal(t, exportBytes(t, exportSample(), format), exportBytes(t, exportSample(), format), format)
		assert.Equal(t, exportBaseBytes(t, exportSample(), format), exportBaseBytes(t, exportSample(), format), format)
	}
}

func TestNothingInsideLeavesWithTheSample(t *testing.T) {
	for _, format := range Formats() {
		text := exportPlain(t, format, exportBytes(t, exportSample(), format, exportAbout()))
		assert.NotContains(t, text, "内部", format)
		assert.NotContains(t, text, "GA-003", format)
		assert.Contains(t, text, "公交站点", format)
	}
}

// exportLeaves are the fields of entries and items that may leave. A field that the model gets is inside until it is named here.
func exportLeaves() map[string]bool {
	leaves := map[string]bool{}
	for _, name := range []string{
		"ID", "Version", "Name", "Summary", "Format", "OpenType", "Conditions", "UpdateFrequency", "Unit", "Theme", "Granularity",
		"CatalogUpdated", "UpdatedAt", "Materials", "URL", "BaseID", "Items",
		"Item.Name", "Item.Type", "Item.Length", "Item.Summary", "Item.Semantic", "Item.Granularity", "Item.OpenType",
	} {
		leaves[name] = true
	}
	return leaves
}

// exportMark fills every field of a struct, by reflection so that none is forgotten, with a text or a number of its own. What may not
// leave has the mark.
func exportMark(v reflect.Value, prefix string, leaves map[string]bool) {
	for i := range v.NumField() {
		name := prefix + v.Type().Field(i).Name
		text := "free" + strings.ReplaceAll(name, ".", "")
		number := int64(7)
		if !leaves[name] {
			text, number = "SECRET"+strings.ReplaceAll(name, ".", ""), 987654321
		}
		f := v.Field(i)
		switch f.Interface().(type) {
		case time.Time:
			f.Set(reflect.ValueOf(time.Date(2026, 1, 2, 3, 4, 5, 0, time.FixedZone("SECRETZONE", 8*60*60))))
		case map[string]any:
			f.Set(reflect.ValueOf(map[string]any{text: text}))
		case []string:
			f.Set(reflect.ValueOf([]string{text}))
		default:
			switch f.Kind() {
			case reflect.String:
				f.SetString(text)
			case reflect.Int:
				f.SetInt(number)
			case reflect.Bool:
				f.SetBool(true)
			}
		}
	}
}

// By construction: every field is filled, and what is not on the list is nowhere in any format.
func TestNoFieldOfTheInsideLeavesInAnyFormat(t *testing.T) {
	leaves := exportLeaves()
	entry := func(open OpenType) Entry {
		var e Entry
		exportMark(reflect.ValueOf(&e).Elem(), "", leaves)
		e.OpenType, e.SecurityReview = open, "passed"
		e.Origin = &Origin{Layout: &Layout{File: "SECRETFILE", Sheet: "SECRETSHEET"}}
		for _, own := range []OpenType{"", Unconditional, Conditional, Closed, Undetermined, "SECRETTYPE"} {
			var item Item
			exportMark(reflect.ValueOf(&item).Elem(), "Item.", leaves)
			if open == Unconditional && own == Conditional || own != "" && !own.Open() {
				item.Name, item.Summary, item.Type, item.Semantic = "SECRETITEM", "SECRETITEM", "SECRETITEM", "SECRETITEM"
			}
			item.OpenType = own
			e.Items = append(e.Items, item)
		}
		return e
	}
	c := &Catalog{Version: "1", Unit: "freeUnit", Level: "SECRETLEVEL", At: exportDay("2026-01-02")}
	for _, open := range []OpenType{Unconditional, Conditional} {
		e := entry(open)
		e.ID += string(open)
		c.Entries = append(c.Entries, e)
	}
	for _, closed := range []OpenType{"", Closed, Undetermined, "SECRETTYPE", "Unconditional", "无条件开放"} {
		e := entry(Unconditional)
		e.ID, e.Name, e.Summary, e.OpenType, e.URL, e.Theme = "SECRETID"+string(closed), "SECRETNAME", "SECRETSUMMARY", closed, "SECRETURL", "SECRETTHEME"
		c.Entries = append(c.Entries, e)
	}
	failed := entry(Unconditional)
	failed.Name, failed.SecurityReview = "SECRETREVIEW", "failed"
	c.Entries = append(c.Entries, failed)

	for _, format := range Formats() {
		for _, lang := range []string{"zh", "en"} {
			text := exportPlain(t, format, exportBytes(t, c, format, ExportLanguage(lang), exportAbout()))
			assert.NotContains(t, text, "SECRET", "%s", format)
			assert.NotContains(t, text, "987654321", "%s", format)
			assert.Contains(t, text, "freeName", "%s", format)
		}
		inside := exportPlain(t, format, exportBaseBytes(t, c, format))
		assert.Contains(t, inside, "SECRETNAME", "the test can see what is inside: %s", format)
	}
}

// Conditions and materials are of conditional entries; what stands in them for an unconditional one stays inside.
func TestConditionsLeaveWithConditionalEntriesOnly(t *testing.T) {
	c := &Catalog{Entries: []Entry{
		{ID: "1", Name: "a", OpenType: Unconditional, Conditions: []string{"SECRET"}, Materials: []string{"SECRET"}},
		{ID: "2", Name: "b", OpenType: Conditional, Conditions: []string{"条件甲"}, Materials: []string{"材料乙"}},
	}}
	for _, format := range Formats() {
		assert.NotContains(t, exportPlain(t, format, exportBytes(t, c, format)), "SECRET", format)
	}
}

func TestAnOpenCatalogIsNotChangedThroughWhatItWasMadeOf(t *testing.T) {
	c := exportSample()
	o := Open(c)
	c.Entries[1].Conditions[0], c.Entries[0].Items[0].Name = "SECRET", "SECRET"
	out := o.Catalog()
	out.Entries[1].Conditions[0], out.Entries[0].Items[0].Name = "SECRET", "SECRET"
	var b bytes.Buffer
	require.NoError(t, Export(t.Context(), &b, o, FormatJSON))
	assert.NotContains(t, b.String(), "SECRET")
}

func TestOpenSaysWhatItKeptBack(t *testing.T) {
	assert.Equal(t, []Withheld{
		{"JT-001", "内部管理人电话", WithheldType},
		{"JT-001", "内部客流", WithheldStricter},
		{"GA-003", "", WithheldType},
	}, Open(exportSample()).Withheld())
	only := &Catalog{Entries: []Entry{{ID: "1", OpenType: Unconditional, Items: []Item{{Name: "x", OpenType: Closed}}}}}
	assert.Equal(t, []Withheld{{"1", "x", WithheldType}, {"1", "", WithheldItems}}, Open(only).Withheld())
	assert.Empty(t, Open(only).Catalog().Entries, "an entry without an open item has nothing to open")
}

// Whatever Open lets through, it lets through again: an open catalog stays as it is.
func TestOpenOfAnOpenCatalogIsTheSame(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		once := Open(exportRandom().Draw(t, "catalog"))
		twice := Open(once.Catalog())
		assert.Equal(t, once.Catalog(), twice.Catalog())
		assert.Empty(t, twice.Withheld())
	})
}

// exportRandom draws catalogs whose inside texts have the mark.
func exportRandom() *rapid.Generator[*Catalog] {
	types := []OpenType{Unconditional, Conditional, Closed, Undetermined, "", "other"}
	texts := rapid.SampledFrom([]string{"", "公交", "=1+1", "a,b", "x\ny", `"`, "<&>", "\x00\x1f", "\xff", "[]", "'=1"})
	secret := rapid.SampledFrom([]string{"SECRET1", "=SECRET2", "SECRET\n3"})
	return rapid.Custom(func(t *rapid.T) *Catalog {
		c := &Catalog{Unit: texts.Draw(t, "unit")}
		for i := range rapid.IntRange(0, 4).Draw(t, "entries") {
			e := Entry{
				ID: fmt.Sprint(texts.Draw(t, "id"), rapid.SampledFrom([]int{i, 0}).Draw(t, "number")), Name: texts.Draw(t, "name"), Summary: texts.Draw(t, "summary"), OpenType: rapid.SampledFrom(types).Draw(t, "type"),
				System: secret.Draw(t, "system"), Reason: secret.Draw(t, "reason"), Sharing: Sharing(secret.Draw(t, "sharing")),
				Conditions: []string{texts.Draw(t, "condition")}, Format: rapid.SampledFrom([]string{"", "csv", "api,csv", "odd"}).Draw(t, "format"),
				UpdateFrequency: rapid.SampledFrom(append(Frequencies(), "", "odd")).Draw(t, "frequency"),
			}
			if !e.OpenType.Open() {
				e.ID, e.Name, e.Summary = secret.Draw(t, "closed id"), secret.Draw(t, "closed name"), secret.Draw(t, "closed summary")
			}
			for range rapid.IntRange(0, 3).Draw(t, "items") {
				item := Item{Name: texts.Draw(t, "item"), OpenType: rapid.SampledFrom(types).Draw(t, "item type"), Namespace: secret.Draw(t, "namespace")}
				if item.OpenType != "" && (!item.OpenType.Open() || item.OpenType == Conditional && e.OpenType == Unconditional) || !e.OpenType.Open() {
					item.Name = secret.Draw(t, "closed item")
				}
				e.Items = append(e.Items, item)
			}
			c.Entries = append(c.Entries, e)
		}
		return c
	})
}

func TestNothingInsideLeavesFromAnyCatalog(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := exportRandom().Draw(t, "catalog")
		for _, format := range Formats() {
			var b bytes.Buffer
			err := Export(context.Background(), &b, Open(c), format)
			if err != nil && strings.Contains(err.Error(), "number") {
				assert.NotContains(t, err.Error(), "SECRET")
				continue
			}
			require.NoError(t, err)
			data := b.Bytes()
			text := exportPlain(t, format, data)
			if strings.Contains(text, "SECRET") {
				t.Fatalf("%s: %s", format, text)
			}
			if format == FormatXLSX || format == FormatCSV || format == FormatJSONLines {
				continue
			}
			require.True(t, json.Valid(data), "%s: %s", format, text)
		}
	})
}

// A name that begins as a formula does must not be run by the program that opens the catalog.
func TestNoCellIsAFormula(t *testing.T) {
	c := &Catalog{Entries: []Entry{{
		ID: "1", Name: `=HYPERLINK("http://x")`, Summary: "+cmd|' /C calc'!A0", OpenType: Unconditional, Unit: "@SUM(1)", Theme: "-2+3", Items: []Item{{Name: "\t=1"}, {Name: "-3"}},
	}}}
	rows, err := csv.NewReader(bytes.NewReader(bytes.TrimPrefix(exportBytes(t, c, FormatCSV), []byte("\ufeff")))).ReadAll()
	require.NoError(t, err)
	assert.Equal(t, []string{"1", `'=HYPERLINK("http://x")`, "'+cmd|' /C calc'!A0", "'-2+3", "'@SUM(1)", "无条件开放", "1", "'\t=1"}, rows[1])
	assert.Equal(t, "-3", rows[2][7], "a number is no formula")
	assert.NotContains(t, exportPlain(t, FormatXLSX, exportBytes(t, c, FormatXLSX)), "<f>")
}

func TestAnExportThatDoesNotFitIsAnErrorAndNotShortened(t *testing.T) {
	c := &Catalog{Entries: []Entry{{ID: "1", Name: "a", OpenType: Unconditional, Summary: strings.Repeat("字", 32768)}}}
	err := Export(t.Context(), io.Discard, Open(c), FormatXLSX)
	var fault *ExportError
	require.ErrorAs(t, err, &fault)
	assert.Equal(t, "catalog: export as xlsx: entry 1: summary: a cell holds 32767 characters: use csv or jsonl", err.Error())
	require.NoError(t, Export(t.Context(), io.Discard, Open(c), FormatCSV))
	require.ErrorAs(t, Export(t.Context(), io.Discard, Open(c), "ods"), &fault)
}

func TestTwoEntriesOfOneNumberDoNotBecomeOne(t *testing.T) {
	twice := &Catalog{Entries: []Entry{{ID: "1", OpenType: Unconditional}, {ID: "1", OpenType: Unconditional}}}
	without := &Catalog{Entries: []Entry{{Name: "公交站点", OpenType: Unconditional}}}
	for _, format := range []Format{FormatDCATAP, FormatDCATUS, FormatCKAN, FormatTableSchema} {
		require.ErrorContains(t, ExportBase(t.Context(), io.Discard, twice, format), "entry 1: id: two entries have this number")
		require.ErrorContains(t, ExportBase(t.Context(), io.Discard, without, format), "公交站点 has no number")
	}
	require.NoError(t, ExportBase(t.Context(), io.Discard, twice, FormatCSV))
	assert.Equal(t, []Withheld{{"1", "", WithheldNumber}, {"1", "", WithheldNumber}}, Open(twice).Withheld(), "neither is open")
	assert.Equal(t, []Withheld{{"", "", WithheldNumber}}, Open(without).Withheld())
}

func TestNothingToExportIsAnEmptyExport(t *testing.T) {
	for _, format := range Formats() {
		require.NoError(t, Export(t.Context(), io.Discard, nil, format))
		require.NoError(t, Export(t.Context(), io.Discard, &OpenCatalog{}, format))
		require.NoError(t, ExportBase(t.Context(), io.Discard, nil, format))
		assert.Empty(t, Gaps(Open(nil), FormatXLSX))
	}
}

func TestAnExportEndsWithItsContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for _, format := range Formats() {
		require.ErrorIs(t, Export(ctx, io.Discard, Open(exportSample()), format), context.Canceled, format)
	}
}

func TestSlugsAreWhatCKANTakesAndDifferForDifferentTexts(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, b := rapid.String().Draw(t, "a"), rapid.String().Draw(t, "b")
		assert.Regexp(t, `^[a-z0-9_-]{2,100}$`, exportSlug(a))
		assert.Equal(t, a == b, exportSlug(a) == exportSlug(b))
	})
}
