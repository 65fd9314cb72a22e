package deid

import (
	"errors"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

func atEachLevel(t *testing.T, h *Hierarchy, text string) string {
	var out []string
	for level := range h.Levels() {
		out = append(out, show(must(t)(Generalize(h, level)), text))
	}
	return strings.Join(out, " | ")
}

func TestTheBuiltInHierarchies(t *testing.T) {
	for _, c := range []struct{ name, in, out string }{
		{DivisionCodes, "440305", "440305 | 4403 | 44 | *"},
		{DivisionCodes, "440000", "440000 | 4400 | 44 | *"},
		{DivisionCodes, "810000", "810000 | 8100 | 81 | *"},
		{DivisionCodes, "990305", "(invalid) | (invalid) | (invalid) | (invalid)"},
		{DivisionCodes, "44030", "(invalid) | (invalid) | (invalid) | (invalid)"},
		{DivisionCodes, "-40305", "(invalid) | (invalid) | (invalid) | (invalid)"},
		{DivisionNames, "广东省深圳市南山区科技园路1号", "广东省深圳市南山区科技园路1号 | 广东省深圳市南山区 | 广东省深圳市 | 广东省 | *"},
		{DivisionNames, "北京市海淀区马连洼街道289号", "北京市海淀区马连洼街道289号 | 北京市海淀区 | 北京市 | 北京市 | *"},
		{DivisionNames, "南山区科技园路1号", "南山区科技园路1号 | (invalid) | (invalid) | (invalid) | *"},
		{DivisionNames, "科技园路1号", "(invalid) | (invalid) | (invalid) | (invalid) | (invalid)"},
		{DateLevels, "2024/3/31", "2024-03-31 | 2024-03 | 2024-Q1 | 2024 | 2020s | *"},
		{DateLevels, "2024-13-31", "(invalid) | (invalid) | (invalid) | (invalid) | (invalid) | (invalid)"},
		{DayLevels, "2024/3/31", "2024-03-31 | 2024-03 | 2024 | 2020-2029 | *"},
		{DayLevels, "2024-3-31", "2024-03-31 | 2024-03 | 2024 | 2020-2029 | *"},
		{DivisionZeros, "440305", "440305 | 440300 | 440000 | *"},
		{DivisionZeros, "990305", "(invalid) | (invalid) | (invalid) | (invalid)"},
		{"interval:5,10", "-0.5", "-0.5 | [-5,0) | [-10,0) | *"},
		{"interval:5,10", "1e9", "(invalid) | (invalid) | (invalid) | (invalid)"},
		{"prefix:3,1", "广东", "广东 | 广东* | 广* | *"},
		{SuppressLevel, "甲", "甲 | *"},
		{AgeLevels, " ", "  | * | * | * | *"},
		{IPLevels, "*", "* | * | * | * | *"},
		{AgeLevels, "34", "34 | 30-34 | 30-39 | 20-39 | *"},
		{AgeLevels, "0", "0 | 0-4 | 0-9 | 0-19 | *"},
		{AgeLevels, "131", "(invalid) | (invalid) | (invalid) | (invalid) | (invalid)"},
		{AgeLevels, "-1", "(invalid) | (invalid) | (invalid) | (invalid) | (invalid)"},
		{IPLevels, "192.168.1.77", "192.168.1.77 | 192.168.1.0/24 | 192.168.0.0/16 | 192.0.0.0/8 | *"},
		{IPLevels, "2001:db8:1:2::3", "2001:db8:1:2::3 | 2001:db8:1::/48 | 2001:db8::/32 | 2001:d00::/24 | *"},
		{IPLevels, "192.168.1", "(invalid) | (invalid) | (invalid) | (invalid) | (invalid)"},
	} {
		h, err := Builtin(c.name)
		require.NoError(t, err)
		assert.Equal(t, c.out, atEachLevel(t, h, c.in), "%s %q", c.name, c.in)
		assert.Equal(t, anything, h.Describe(h.Levels()-1))
		assert.Empty(t, h.Describe(-1))
		for _, level := range []int{-1, h.Levels()} {
			_, err := Generalize(h, level)
			assert.ErrorContains(t, err, "has no level")
			_, err = h.Append(nil, []byte(c.in), level)
			assert.ErrorContains(t, err, "has no level")
		}
	}
	_, err := Builtin("cn.nothing")
	assert.ErrorContains(t, err, "cn.division")
	for _, name := range Builtins() {
		_, err := Builtin(name)
		assert.NoError(t, err)
	}
	for _, name := range []string{"ip:8", "age:5", "date:month", "interval:0", "prefix:2,4"} {
		_, err := Builtin(name)
		var wrong *HierarchyError
		assert.ErrorAs(t, err, &wrong, name)
	}
}

func TestAHierarchyOfAFile(t *testing.T) {
	h, err := ReadHierarchy("job", strings.NewReader("\ufeff医生;卫生;服务\n护士;卫生;服务\n\"农;民\";农业;农业\n"), 0)
	require.NoError(t, err)
	assert.Equal(t, "医生 | 卫生 | 服务", atEachLevel(t, h, "医生"), "nothing is added to what the file says")
	assert.Equal(t, "农;民 | 农业 | 农业", atEachLevel(t, h, "农;民"))
	assert.Equal(t, "(invalid) | (invalid) | (invalid)", atEachLevel(t, h, "律师"), "closed: what is not in the file is invalid")
	assert.Equal(t, []string{"医生", "护士", "农;民"}, h.Values())
	h, err = ReadHierarchy("sex", strings.NewReader("男,*\n女,*\n"), ',')
	require.NoError(t, err)
	assert.Equal(t, "男 | *", atEachLevel(t, h, "男"))
	h, err = ReadHierarchy("gb", strings.NewReader("\xc4\xd0;*\n\xc5\xae;*\n"), 0)
	require.NoError(t, err, "GB 18030 too")
	assert.Equal(t, []string{"男", "女"}, h.Values())
}

func TestOneLevelOfAHierarchy(t *testing.T) {
	file, err := NewHierarchy("job", [][]string{{"医生", "卫生", "服务"}, {"农民", "农业", "*"}})
	require.NoError(t, err)
	built, err := Builtin(DivisionCodes)
	require.NoError(t, err)
	for _, c := range []struct {
		h       *Hierarchy
		level   int
		in, out string
	}{
		{file, 2, "医生", "医生 | 服务"},
		{file, 0, "医生", "医生"},
		{file, 1, "律师", "(invalid) | (invalid)"},
		{built, 2, "440305", "440305 | 44"},
		{built, 3, "440305", "440305 | *"},
		{built, 0, "440305", "440305"},
	} {
		h, err := c.h.Only(c.level)
		require.NoError(t, err)
		assert.Equal(t, c.out, atEachLevel(t, h, c.in))
		assert.Equal(t, c.h.Digest(), h.Digest())
		if row, err := h.Row(c.in); err == nil {
			assert.Equal(t, c.out, strings.Join(row, " | "))
		}
	}
	_, err = file.Only(3)
	assert.ErrorContains(t, err, "has no level 3")
}

func TestAHierarchyThatIsNoneIsRefusedWithItsPlace(t *testing.T) {
	for _, c := range []struct{ file, want string }{
		{"", "h: is empty"},
		{"a;b;*\nc;*\n", `h:2: value "c": has 2 levels, the lines above 3`},
		{"a;b;*\na;c;*\n", `h:2: value "a": stands on two lines; keep one`},
		{"a;b;c;*\nd;b;e;*\n", `h:2: value "b": level 2 generalises it to "e" here and to "c" on line 1; a level may not part what one below it joins`},
		{"a;;*\n", `h:1: value "a": level 1 is empty; write * for what shows nothing`},
		{"a;\"b;*\n", "h:1: the quotes opened in column B are not closed; double the quotes within a cell"},
		{strings.Repeat("a;", 64) + "a\n", "h:1: 65 levels are more than the limit of 64"},
	} {
		_, err := ReadHierarchy("h", strings.NewReader(c.file), ';')
		assert.EqualError(t, err, c.want)
	}
	_, err := ReadHierarchy("h", strings.NewReader("a;b"), '\n')
	assert.Error(t, err)
	_, err = ReadHierarchy("h", broken{}, 0)
	assert.ErrorContains(t, err, "disk on fire")
}

type broken struct{}

func (broken) Read([]byte) (int, error) { return 0, errors.New("disk on fire") }

func TestACoarserLevelNeverTellsValuesApartThatAFinerOneDoesNot(t *testing.T) {
	draw := map[string]*rapid.Generator[string]{
		DivisionCodes: rapid.StringMatching(`[136][1-5][0-9]{4}`),
		DateLevels:    rapid.StringMatching(`20[0-9]{2}-0[13-9]-[12][0-9]`),
		AgeLevels:     rapid.StringMatching(`[1-9]?[0-9]`),
		IPLevels:      rapid.StringMatching(`1[0-9]\.1[0-1]\.[0-9]\.[0-9]`),
		DivisionZeros: rapid.StringMatching(`[136][1-5][0-9]{4}`),
		DayLevels:     rapid.StringMatching(`20[0-9]{2}-(0[13-9]|[13-9])-[12][0-9]`),
		SuppressLevel: rapid.String(),

		"interval:5,10,20": rapid.StringMatching(`-?[1-9]?[0-9](\.[0-9])?`),
		"prefix:8,6,4":     rapid.StringMatching(`[广东深]{1,9}`),
		DivisionNames: rapid.Map(rapid.SliceOfN(rapid.IntRange(0, 2), 3, 3), func(n []int) string {
			return []string{"广东省", "浙江省", "四川省"}[n[0]] + []string{"东山市", "西山市", "北山市"}[n[1]] + []string{"南山区", "东山县", "中山区"}[n[2]] + "科技路1号"
		}),
	}
	for _, name := range Builtins() {
		h, err := Builtin(name)
		require.NoError(t, err)
		g := draw[name]
		require.NotNil(t, g)
		rapid.Check(t, func(t *rapid.T) {
			a, b := g.Draw(t, "a"), g.Draw(t, "b")
			same := false
			for level := range h.Levels() {
				x, err := h.Append(nil, []byte(a), level)
				require.NoError(t, err)
				y, err := h.Append(nil, []byte(b), level)
				require.NoError(t, err)
				if same {
					require.Equal(t, string(x), string(y), "level %d of %s and %s", level, a, b)
				}
				same = same || string(x) == string(y)
			}
			require.True(t, same, "the last level is one value")
		})
	}
}
