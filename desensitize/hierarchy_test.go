package desensitize

import (
	"errors"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/banfa-go/banfa/internal/deid"
	"github.com/banfa-go/banfa/internal/table"
)

func TestAHierarchyIsReadWithAnyDelimiter(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"1;0-4;*\n6;5-9;*\n", "1,0-4,*\r\n6,5-9,*\r\n", "\ufeff1\t0-4\t*\n6\t5-9\t*"} {
		h, err := ParseHierarchy([]byte(text), "h.csv")
		require.NoError(t, err)
		assert.Equal(t, 3, h.Levels())
		got, err := h.Generalise("6", 1)
		require.NoError(t, err)
		assert.Equal(t, "5-9", got)
	}
	a, err := ParseHierarchy([]byte("1;*\n"), "a")
	require.NoError(t, err)
	b, err := ParseHierarchy([]byte("1,*\n"), "b")
	require.NoError(t, err)
	assert.Equal(t, a.Digest(), b.Digest(), "the digest is of the content")
}

func TestAHierarchySaysWhereItIsBroken(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"a;x;*\nb;x;o\n":  `h.csv:2: value "x": level 2 generalises it to "o" here and to "*" on line 1; a level may not part what one below it joins`,
		"a;*\nb;x;*\n":    `h.csv:2: value "b": has 3 levels, the lines above 2`,
		"a;*\nb;*\na;*\n": `h.csv:3: value "a": stands on two lines; keep one`,
		"a;;*\n":          `h.csv:1: value "a": level 1 is empty; write * for what shows nothing`,
	} {
		_, err := ParseHierarchy([]byte(text), "h.csv")
		assert.EqualError(t, err, want)
	}
	_, err := ParseHierarchy([]byte(strings.Repeat("x;", deid.MaxHierarchyLevels+1)+"*\n"), "h.csv")
	assert.ErrorContains(t, err, "more than the limit of 64")
	_, err = ParseHierarchy(nil, "h.csv")
	assert.Error(t, err)
}

func TestAHierarchyMustCoverTheData(t *testing.T) {
	t.Parallel()
	h, err := ParseHierarchy([]byte("x;*\n"), "h.csv")
	require.NoError(t, err)
	in := rowsOf(t, "a\nx\ny")
	_, err = in.Generalise(map[string]*Hierarchy{"a": h}, map[string]int{"a": 1})
	assert.EqualError(t, err, `h.csv: value "y": column "a": the hierarchy does not have this value; add a line for it`)
	for _, levels := range []map[string]int{{"a": 2}, {"a": -1}, {"b": 1}} {
		_, err = rowsOf(t, "a\nx").Generalise(map[string]*Hierarchy{"a": h}, levels)
		assert.Error(t, err)
	}
}

func TestBuiltInHierarchies(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ spec, value, want string }{
		{"interval:5,10,20", "37", "37 [35,40) [30,40) [20,40) *"},
		{"interval:5,10", "-1", "-1 [-5,0) [-10,0) *"},
		{"interval:10", "39.9", "39.9 [30,40) *"},
		{"interval:10", "40", "40 [40,50) *"},
		{"interval:10", "", " * *"},
		{"date", "1986-03-09", "1986-03-09 1986-03 1986 1980-1989 *"},
		{"date", "19860309", "19860309 1986-03 1986 1980-1989 *"},
		{"date", "1986年3月9日", "1986年3月9日 1986-03 1986 1980-1989 *"},
		{"division", "440305", "440305 440300 440000 *"},
		{"prefix:4,2", "广东省深圳市", "广东省深圳市 广东省深* 广东* *"},
		{"prefix:4,2", "广", "广 广* 广* *"},
		{"suppress", "甲", "甲 *"},
	} {
		h, err := BuiltHierarchy(c.spec)
		require.NoError(t, err)
		var got []string
		for l := range h.Levels() {
			v, err := h.Generalise(c.value, l)
			require.NoError(t, err, "%v", c)
			got = append(got, v)
		}
		assert.Equal(t, c.want, strings.Join(got, " "))
	}
	for spec, value := range map[string]string{"interval:5": "三十", "interval:10": "1/2", "date": "1986-02-30", "division": "44030"} {
		h, err := BuiltHierarchy(spec)
		require.NoError(t, err)
		_, err = h.Generalise(value, 1)
		var e *HierarchyError
		require.ErrorAs(t, err, &e, spec)
		assert.Equal(t, value, e.Value)
	}
	for _, spec := range []string{"interval", "interval:5,8", "interval:5,5", "interval:0", "prefix:2,4", "prefix:x", "dates", "date:1", "suppress:1", ""} {
		_, err := BuiltHierarchy(spec)
		assert.Error(t, err, spec)
	}
}

// FuzzHierarchy: whatever is read as a hierarchy is a forest: what a level joins no further level parts.
func FuzzHierarchy(f *testing.F) {
	for _, s := range []string{"a;x;*\nb;x;*\n", "a,x\nb,y", "\"a\"\"\";*\n", "1\t2\n3\t4", "a;x;*\nb;x;o\n", ";*\n"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		h, err := ParseHierarchy(text, "fuzz")
		if err != nil {
			var e *HierarchyError
			var te *table.Error
			if !errors.As(err, &e) && !errors.As(err, &te) {
				t.Fatalf("an error without a place: %v", err)
			}
			return
		}
		for l := 1; l+1 < h.Levels(); l++ {
			parent := map[string]string{}
			for _, v := range h.of.Values() {
				low, err := h.Generalise(v, l)
				require.NoError(t, err)
				high, err := h.Generalise(v, l+1)
				require.NoError(t, err)
				if p, ok := parent[low]; ok {
					require.Equal(t, p, high)
				}
				parent[low] = high
			}
		}
	})
}

// FuzzBuiltHierarchy: a value is generalised as a forest too, or refused.
func FuzzBuiltHierarchy(f *testing.F) {
	for i, v := range []string{"37", "-0.5", "1986-03-09", "440305", "广东", "*", "", "1e9"} {
		f.Add(uint8(i), v, v+"1")
	}
	specs := append(deid.Builtins(), "interval:1,7", "prefix:8,6,4,1")
	f.Fuzz(func(t *testing.T, which uint8, a, b string) {
		h, err := BuiltHierarchy(specs[int(which)%len(specs)])
		require.NoError(t, err)
		x, errA := h.of.Row(a)
		y, errB := h.of.Row(b)
		if errA != nil || errB != nil {
			return
		}
		require.Len(t, x, h.Levels())
		joined := false
		for l := 1; l < h.Levels(); l++ {
			require.False(t, joined && x[l] != y[l], "%q and %q are parted at level %d: %q %q", a, b, l, x, y)
			joined = joined || x[l] == y[l]
		}
	})
}
