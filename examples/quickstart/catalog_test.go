package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"os"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// cityEntry is a line of the sample city as a catalog, as far as it says what city.jsonl says.
type cityEntry struct {
	ID    string         `json:"id"`
	Name  string         `json:"name"`
	Facts map[string]any `json:"facts"`
	Items []struct {
		Name  string         `json:"name"`
		Facts map[string]any `json:"facts"`
	} `json:"items"`
}

// planted are the defects of the sample catalog that touch names and items; data/README.md lists them all.
var planted = struct {
	twice string            // the id of an entry that stands there twice
	items map[string]string // by the name of the data set, an item added at its end
}{"YW09009", map[string]string{"食品抽检结果": "抽样人员身份证号", "景区实时客流": "在园人数"}}

func readLines(t *testing.T, name string) [][]byte {
	t.Helper()
	text, err := os.ReadFile(name)
	require.NoError(t, err)
	var out [][]byte
	lines := bufio.NewScanner(bytes.NewReader(text))
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		out = append(out, bytes.Clone(lines.Bytes()))
	}
	require.NoError(t, lines.Err())
	return out
}

// The two files describe one city: the same data sets in the same order, the same items and the same facts, but for what was planted.
func TestTheSampleCatalogStatesTheFactsOfTheSampleCity(t *testing.T) {
	var entries []cityEntry
	ids := map[string]bool{}
	for _, line := range readLines(t, "data/city-catalog.jsonl") {
		var e cityEntry
		require.NoError(t, json.Unmarshal(line, &e))
		assert.False(t, ids[e.ID], "id %s twice", e.ID)
		ids[e.ID] = true
		if e.ID != planted.twice {
			entries = append(entries, e)
		}
	}
	sets := readLines(t, "data/city.jsonl")
	require.Len(t, entries, len(sets))
	for i, line := range sets {
		var want map[string]any
		require.NoError(t, json.Unmarshal(line, &want))
		e := entries[i]
		got := map[string]any{"name": e.Name}
		for k, v := range e.Facts {
			got[k] = v
		}
		var items []any
		for k, it := range e.Items {
			if k == len(e.Items)-1 && it.Name == planted.items[e.Name] {
				continue
			}
			m := map[string]any{"name": it.Name}
			for f, v := range it.Facts {
				m[f] = v
			}
			items = append(items, m)
		}
		got["items"] = items
		assert.Equal(t, want, got, e.Name)
	}
}
