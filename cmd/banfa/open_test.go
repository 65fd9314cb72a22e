package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func namesIn(t *testing.T, dir string) (names []string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	require.NoError(t, err)
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return names
}

func TestAFolderOfResultsAppearsWholeOrNotAtAll(t *testing.T) {
	files := []namedFile{{"a.json", []byte("new a")}, {"b.json", []byte("new b")}}
	own := []string{"a.json", "b.json", "c.json"}
	for _, tc := range []struct {
		name  string
		have  map[string]string // nil: no folder
		force bool
		want  map[string]string
		fails string
	}{
		{"no folder", nil, false, map[string]string{"a.json": "new a", "b.json": "new b"}, ""},
		{"an empty folder", map[string]string{}, false, map[string]string{"a.json": "new a", "b.json": "new b"}, ""},
		{"a folder of somebody's", map[string]string{"notes.txt": "mine"}, false, map[string]string{"notes.txt": "mine"}, "--force"},
		{
			"the same, forced: what is not ours stays, and what this run did not write goes",
			map[string]string{"notes.txt": "mine", "a.json": "old", "c.json": "old"},
			true,
			map[string]string{"notes.txt": "mine", "a.json": "new a", "b.json": "new b"},
			"",
		},
	} {
		t.Run(tc.name, func(t *testing.T) {
			parent := t.TempDir()
			dir := filepath.Join(parent, "out")
			if tc.have != nil {
				require.NoError(t, os.Mkdir(dir, 0o755))
			}
			for name, text := range tc.have {
				require.NoError(t, os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644))
			}
			err := (&outFolder{path: dir, own: own, force: tc.force}).write(files)
			if tc.fails == "" {
				require.NoError(t, err)
			} else {
				require.ErrorContains(t, err, tc.fails)
			}
			got := map[string]string{}
			for _, name := range namesIn(t, dir) {
				text, err := os.ReadFile(filepath.Join(dir, name))
				require.NoError(t, err)
				got[name] = string(text)
			}
			assert.Equal(t, tc.want, got)
			assert.Equal(t, []string{"out"}, namesIn(t, parent), "no temporary folder is left")
		})
	}
}

func TestAFolderThatCannotBeWrittenIsRefusedBeforeTheWork(t *testing.T) {
	parent := t.TempDir()
	file := filepath.Join(parent, "file")
	require.NoError(t, os.WriteFile(file, nil, 0o644))
	folder := filepath.Join(parent, "folder")
	require.NoError(t, os.MkdirAll(filepath.Join(folder, "a.json"), 0o755))
	for path, why := range map[string]string{
		file:                            "a file stands there",
		filepath.Join(file, "out"):      "its parent is a file",
		filepath.Join(parent, "no/out"): "its parent is missing",
		folder:                          "a folder has the name of one of our files",
	} {
		assert.Error(t, (&outFolder{path: path, own: []string{"a.json"}, force: true}).check(), why)
	}
}

func cityCatalog(t *testing.T) string {
	t.Helper()
	path, err := filepath.Abs("../../examples/quickstart/data/city-catalog.jsonl")
	require.NoError(t, err)
	return path
}

// The sample city through the whole command. What it must find is planted; data/README.md lists it.
func TestTheSampleCityOpensWhatItsFactsAllowAndFindsWhatWasPlanted(t *testing.T) {
	var first map[string]string
	for _, dir := range []string{filepath.Join(t.TempDir(), "out"), filepath.Join(t.TempDir(), "out")} {
		got := invoke(t, "", "open", "--catalog", cityCatalog(t), "--out", dir, "--at", "2026-11-23", "--json", "--lang", "zh")
		require.Zero(t, got.status, got.stderr)
		var ans openAnswer
		require.NoError(t, json.Unmarshal([]byte(got.stdout), &ans))
		assert.Equal(t, 46, ans.Entries)
		assert.Equal(t, map[string]int{"unconditional": 14, "conditional": 8, "closed": 14, "out_of_scope": 3, "undetermined": 7}, ans.Outcomes)
		assert.Equal(t, 22, ans.Open)
		slices.Sort(ans.Files)
		assert.Equal(t, ans.Files, namesIn(t, dir))

		texts := map[string]string{}
		for _, name := range ans.Files {
			text, err := os.ReadFile(filepath.Join(dir, name))
			require.NoError(t, err)
			texts[name] = string(text)
		}
		if first == nil {
			first = texts
			continue
		}
		for name, text := range texts {
			assert.True(t, text == first[name], "%s: the same input gives the same bytes", name)
		}
	}
	for _, rule := range []string{
		"base.unit", "base.update_frequency", "classify.differs", "classify.denied", "art17-2-same-title", "art17-2-repeated-items",
		"art38-1-overdue", "derive.conditions",
	} {
		assert.True(t, strings.Contains(first[fileFindings], `{"rule":"`+rule+`"`), "%s is not in %s", rule, fileFindings)
	}
}

// What is closed, undetermined or out of scope is in the report for the inside, and in no file that may leave.
func TestNothingThatIsNotOpenIsInTheOpenCatalog(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "out")
	require.Zero(t, invoke(t, "", "open", "--catalog", cityCatalog(t), "--out", dir, "--at", "2026-11-23").status)
	open, err := os.ReadFile(filepath.Join(dir, fileOpenJSON))
	require.NoError(t, err)
	report, err := os.ReadFile(filepath.Join(dir, fileReport))
	require.NoError(t, err)
	lines, err := os.ReadFile(filepath.Join(dir, fileClassification))
	require.NoError(t, err)
	n := 0
	for line := range strings.Lines(string(lines)) {
		var e struct{ Entry, Outcome, Name string }
		require.NoError(t, json.Unmarshal([]byte(line), &e))
		isOpen := e.Outcome == "unconditional" || e.Outcome == "conditional"
		assert.Equal(t, isOpen, strings.Contains(string(open), e.Entry), "%s is %s", e.Entry, e.Outcome)
		n++
	}
	assert.Equal(t, 46, n)
	for _, inside := range []string{"交通运行监测平台", "personal_privacy", `"sharing"`, `"system"`} {
		assert.NotContains(t, string(open), inside)
	}
	assert.Contains(t, string(report), "<!DOCTYPE html>")
	assert.NotContains(t, string(report), "<script")
}

// What the READMEs show below their first command is what it prints.
func TestTheReadmesShowWhatTheirFirstCommandPrints(t *testing.T) {
	for lang, page := range map[string]string{"en": "README.md", "zh": "README.zh-CN.md"} {
		t.Run(lang, func(t *testing.T) {
			page, err := filepath.Abs(filepath.Join("..", "..", page))
			require.NoError(t, err)
			dir := filepath.Join(t.TempDir(), "open")
			got := invoke(t, "", "open", "--catalog", cityCatalog(t), "--out", dir, "--at", "2026-11-23", "--lang", lang)
			require.Zero(t, got.status, got.stderr)
			text, err := os.ReadFile(page)
			require.NoError(t, err)
			block := regexp.MustCompile("(?s)(<!-- open -->\n```text\n)(.*?)(```\n)").FindSubmatchIndex(text)
			require.NotNil(t, block, "%s has no block <!-- open -->", page)
			want := strings.ReplaceAll(got.stdout, dir, "/tmp/open")
			if *update {
				out := string(text[:block[4]]) + want + string(text[block[5]:])
				require.NoError(t, os.WriteFile(page, []byte(out), 0o644))
				return
			}
			assert.Equal(t, want, string(text[block[4]:block[5]]))
		})
	}
}
