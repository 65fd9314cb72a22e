package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"iter"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/banfa-go/banfa"
	"github.com/banfa-go/banfa/classify"
	"github.com/banfa-go/banfa/measures/shenzhen"
)

// beijing is the list of a real open-data portal. It is not ours to pass on, so it stays outside the repository.
const (
	beijing        = "../../../shared/data/catalogs/beijing/catalog_items.jsonl"
	beijingEntries = 4432
)

type entry struct {
	Title string   `json:"title"`
	Items []string `json:"items"`
}

func beijingList(t *testing.T) []entry {
	t.Helper()
	f, err := os.Open(beijing)
	if errors.Is(err, fs.ErrNotExist) {
		t.Skipf("the Beijing list is not here (%s); everything else of the quickstart is tested without it", beijing)
	}
	require.NoError(t, err)
	defer f.Close()
	var list []entry
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		var e entry
		require.NoError(t, json.Unmarshal(lines.Bytes(), &e), "line %d", len(list)+1)
		list = append(list, e)
	}
	require.NoError(t, lines.Err())
	require.Len(t, list, beijingEntries)
	return list
}

// names gives each item a name of its own that a reader recognises: a repeated name gets its number, and an item without a name says so.
func names(items []string) (out []string, empty, repeated int) {
	seen := map[string]int{}
	for i, n := range items {
		n = strings.TrimSpace(n)
		if n == "" {
			n = fmt.Sprintf("（第 %d 项，无名称）", i+1)
			empty++
		}
		seen[n]++
		if k := seen[n]; k > 1 {
			n = fmt.Sprintf("%s（%d）", n, k)
			repeated++
		}
		out = append(out, n)
	}
	return out, empty, repeated
}

func TestNamesOfItemsStayApart(t *testing.T) {
	got, empty, repeated := names([]string{"电话", " ", "电话", "地址", ""})
	assert.Equal(t, []string{"电话", "（第 2 项，无名称）", "电话（2）", "地址", "（第 5 项，无名称）"}, got)
	assert.Equal(t, 2, empty)
	assert.Equal(t, 1, repeated)
}

// What does the list state? That the entry is on the portal, under a title, with these items: nothing about secrets, privacy, consent,
// de-identification or risk, and an item's name (联系电话) is no statement of a fact either.
//
// At the very most, being on the portal states already_public (Article 14(1)): the data has been published by the body that holds it,
// through the channel made for that. Whether it was published as the rules require the list does not say, so even this is the most
// generous reading, and the other takes no fact at all. Both must open nothing: a rule of Article 12 could still apply, and a
// published entry must not be taken for a lawful one.
func readings() map[string]banfa.Map {
	return map[string]banfa.Map{"published on the portal": {"already_public": true}, "nothing stated": {}}
}

func TestTheBeijingListOpensNothingByItself(t *testing.T) {
	list := beijingList(t)
	rules, err := banfa.Load(shenzhen.FS())
	require.NoError(t, err)
	c, err := classify.New(rules)
	require.NoError(t, err)
	for reading, stated := range readings() {
		t.Run(reading, func(t *testing.T) {
			items, empty, repeated, without := 0, 0, 0, 0
			in := func(yield func(banfa.Facts, error) bool) {
				for _, e := range list {
					ns, e1, r1 := names(e.Items)
					items, empty, repeated = items+len(ns), empty+e1, repeated+r1
					if len(ns) == 0 {
						without++
					}
					if !yield(facts(e.Title, ns, stated), nil) {
						return
					}
				}
			}
			start := time.Now()
			n := stream(t, c, list, in)
			took := time.Since(start)

			assert.Equal(t, beijingEntries, n.answers)
			assert.Equal(t, map[string]int{classify.Undetermined: beijingEntries}, n.outcomes, "nothing may be opened, and nothing guessed")
			interview, err := c.Interview(t.Context(), stated)
			require.NoError(t, err)
			first, ok := interview.Next()
			require.True(t, ok)
			assert.Equal(t, map[string]int{first.Name: beijingEntries}, n.first, "the stream and the interview ask the same")
			t.Logf("%d entries, %d items (%d without a name, %d repeated), %d entries without items", n.answers, items, empty, repeated, without)
			t.Logf("outcomes %v; possible %v; first question: %s (%s), %d missing", n.outcomes, n.possible, first.Ask, first.Name, n.missing)
			t.Logf("%v, %.0f entries a second, %.0f items a second", took.Round(time.Millisecond),
				float64(n.answers)/took.Seconds(), float64(items)/took.Seconds())
		})
	}
}

func facts(title string, items []string, stated banfa.Map) banfa.Map {
	m := banfa.Map{"name": title}
	for k, v := range stated {
		m[k] = v
	}
	list := make([]map[string]any, len(items))
	for i, n := range items {
		list[i] = map[string]any{"name": n}
	}
	m["items"] = list
	return m
}

type tally struct {
	answers         int
	outcomes, first map[string]int
	possible        []string
	missing         int
}

// stream counts the answers, and checks that each stands in the place of its entry.
func stream(t *testing.T, c *classify.Classifier, list []entry, in iter.Seq2[banfa.Facts, error]) tally {
	t.Helper()
	n := tally{outcomes: map[string]int{}, first: map[string]int{}}
	for r, err := range c.Stream(t.Context(), in, 0) {
		require.NoError(t, err, "entry %d", n.answers+1)
		require.Less(t, n.answers, len(list))
		e := list[n.answers]
		require.Equal(t, e.Title, r.Name, "entry %d", n.answers+1)
		require.Len(t, r.Items, len(e.Items), "entry %d", n.answers+1)
		if len(e.Items) > 0 {
			want, _, _ := names(e.Items)
			last := len(want) - 1
			require.Equal(t, want[last], r.Items[last].Name, "entry %d", n.answers+1)
		}
		require.NotEmpty(t, r.Missing)
		n.outcomes[r.Outcome]++
		n.first[r.Missing[0]]++
		if n.answers == 0 {
			n.possible, n.missing = r.Possible, len(r.Missing)
		}
		require.True(t, slices.Equal(n.possible, r.Possible), "entry %d: %v", n.answers+1, r.Possible)
		n.answers++
	}
	return n
}
