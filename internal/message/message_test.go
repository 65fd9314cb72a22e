package message

import (
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// sentence is one entry of the catalogue, whichever table it stands in.
type sentence struct{ key, en, zh string }

// paired are the tables that hold both languages side by side.
func paired() map[string]map[string][2]string {
	return map[string]map[string][2]string{"prose": prose, "cel": celSentences, "yaml": yamlSentences, "catalog": catalogSentences}
}

func everySentence() []sentence {
	var all []sentence
	for key, en := range english {
		all = append(all, sentence{key, en, chinese[key]})
	}
	for _, table := range paired() {
		for key, both := range table {
			all = append(all, sentence{key, both[0], both[1]})
		}
	}
	slices.SortFunc(all, func(a, b sentence) int { return strings.Compare(a.key, b.key) })
	return all
}

func TestBothLanguagesHaveTheSameSentencesWithTheSameArguments(t *testing.T) {
	assert.Equal(t, slices.Sorted(maps.Keys(english)), slices.Sorted(maps.Keys(chinese)))
	for _, s := range everySentence() {
		assert.NotEmpty(t, s.en, s.key)
		assert.Equal(t, arguments(s.en), arguments(s.zh), "arguments of %s", s.key)
	}
}

func TestEachKeyStandsInOneTable(t *testing.T) {
	all := everySentence()
	for i := range all[1:] {
		assert.NotEqual(t, all[i].key, all[i+1].key)
	}
}

func TestTextFindsEverySentenceOfEveryTable(t *testing.T) {
	for _, s := range everySentence() {
		en, ok := text(English, s.key)
		assert.True(t, ok && Has(s.key), s.key)
		assert.Equal(t, s.en, en)
		zh, _ := text(Chinese, s.key)
		assert.Equal(t, s.zh, zh)
	}
}

// keyInCode is a string literal that can only be a key of the families that these packages use.
var keyInCode = regexp.MustCompile(`"((?:conditions|frame|name|limit|value|fact|rule|outcome|law|logic|suite|input|hint|related|fix|severity|` +
	`yaml|text|expression|cel|trace|word|explain)\.[a-z0-9_.-]*[a-z0-9])"`)

// notKeys look like keys and are the names that limits and cel-go validators have.
var notKeys = regexp.MustCompile(`^expression\.(size|depth|nodes|comprehensions|regex)$|^cel\.validator\.`)

func TestEveryKeyThatTheCodeNamesHasASentence(t *testing.T) {
	found := 0
	for _, folder := range []string{"../..", "../source", "../expr"} {
		files, err := filepath.Glob(filepath.Join(folder, "*.go"))
		require.NoError(t, err)
		for _, file := range files {
			if strings.HasSuffix(file, "_test.go") {
				continue
			}
			code, err := os.ReadFile(file)
			require.NoError(t, err)
			for _, m := range keyInCode.FindAllStringSubmatch(string(code), -1) {
				found++
				assert.True(t, Has(m[1]) || notKeys.MatchString(m[1]), "%s of %s", m[1], file)
			}
		}
	}
	assert.Greater(t, found, 100, "the code names its keys as literals")
}

// arguments returns which arguments a template uses, in ascending order.
func arguments(template string) []int {
	var used []int
	for i := range template {
		if n, width := placeholder(template[i:]); width > 0 {
			used = append(used, n)
		}
	}
	slices.Sort(used)
	return slices.Compact(used)
}

func TestNoSentenceSkipsAnArgument(t *testing.T) {
	for _, s := range everySentence() {
		for i, n := range arguments(s.en) {
			assert.Equal(t, i, n, "%s does not use {%d}", s.key, i)
		}
	}
}

func TestEachSentenceIsInItsLanguage(t *testing.T) {
	han := func(r rune) bool { return unicode.Is(unicode.Han, r) }
	for _, s := range everySentence() {
		assert.NotContains(t, s.en, "，", s.key)
		assert.NotContains(t, s.en, "；", s.key)
		words := strings.ContainsFunc(s.zh, unicode.IsLetter)
		assert.True(t, !words || strings.ContainsFunc(s.zh, han), "%s: %s", s.key, s.zh)
	}
}

func TestFindingsAreOneLineWithoutAFullStop(t *testing.T) {
	for _, s := range everySentence() {
		if _, report := prose[s.key]; report {
			continue // lines of a text, with their own layout
		}
		for _, template := range []string{s.en, s.zh} {
			assert.NotContains(t, template, "\n", s.key)
			assert.Equal(t, strings.TrimSpace(template), template, s.key)
			assert.False(t, strings.HasSuffix(template, ".") || strings.HasSuffix(template, "。"), "%s: %s", s.key, template)
		}
	}
}

func TestTextPutsArgumentsIn(t *testing.T) {
	assert.Equal(t, "unknown key overides in rules; remove it or use a key that rules has", Text("en", "frame.unknown-key", "overides", "rules"))
	assert.Equal(t, "rules 中没有键 overides；请删除，或者改用 rules 已有的键", Text("zh", "frame.unknown-key", "overides", "rules"))
	assert.Equal(t, Text("en", "value.empty", "x"), Text("fr", "value.empty", "x"), "another language reads as English")
	assert.Equal(t, "if this is meant, accept it in waivers: {code: BF4003, rules: [a], why: …, by: …}", Text("en", "hint.waive", "BF4003", "a"),
		"braces that are no arguments stay")
}

func TestArgumentsAreNotTemplates(t *testing.T) {
	assert.Equal(t, "{1} lacks the key {0}; add it", Text("en", "frame.missing-key", "{0}", "{1}"))
}

func TestWhatIsMissingInTheCatalogueShows(t *testing.T) {
	assert.Equal(t, `[no.such-key | a | b\n]`, Text("zh", "no.such-key", "a", "b\n"))
	assert.Equal(t, "[]", Text("en", ""))
	assert.Equal(t, "{1} lacks the key id; add it", Text("en", "frame.missing-key", "id"), "a missing argument")
	assert.True(t, Has("frame.missing-key"))
	assert.False(t, Has("no.such-key"))
}

func TestOverlongArgumentsAreCut(t *testing.T) {
	long := strings.Repeat("据", maxArgument)
	assert.Equal(t, long+" is empty; fill it in or remove it", Text("en", "value.empty", long))
	assert.Equal(t, long+"… is empty; fill it in or remove it", Text("en", "value.empty", long+"尾"))
}

func TestVisibleEscapesWhatActsOnATerminal(t *testing.T) {
	for in, want := range map[string]string{
		"数据，ok é 🙂":        "数据，ok é 🙂",
		"a\nb\tc\x00":      `a\nb\tc\x00`,
		"\x1b[31m":         `\x1b[31m`,
		"\u202eabc\u2066":  `\u202eabc\u2066`,
		"\u0085\u2028":     `\u0085\u2028`,
		"\ufeff\U000e0041": `\ufeff\U000e0041`,
		"\xff\xc3":         `\xff\xc3`,
		"\ufffd":           "\ufffd",
	} {
		assert.Equal(t, want, Visible(in))
	}
}

func TestEveryCodeHasATitleInBothLanguages(t *testing.T) {
	counts := map[string]int{"BF1": 18, "BF2": 10, "BF3": 7, "BF4": 15, "BF5": 7}
	for _, code := range Codes() {
		assert.NotEmpty(t, Title("en", code))
		assert.NotEqual(t, Title("en", code), Title("zh", code))
		counts[code[:3]]--
	}
	for block, rest := range counts {
		assert.Zero(t, rest, "codes of %sxxx too few or too many", block)
	}
	assert.True(t, slices.IsSorted(Codes()))
	assert.Equal(t, "citation form", Title("en", "BF3001"))
	assert.Equal(t, "条文引用的写法", Title("zh", "BF3001"))
	assert.Equal(t, `BF9999\n`, Title("zh", "BF9999\n"))
}

func TestNoSentenceLetsAnArgumentActOnATerminal(t *testing.T) {
	keys := slices.Sorted(maps.Keys(english))
	rapid.Check(t, func(t *rapid.T) {
		key := rapid.OneOf(rapid.SampledFrom(keys), rapid.String()).Draw(t, "key")
		lang := rapid.SampledFrom([]string{"zh", "en"}).Draw(t, "lang")
		args := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) string {
			return string(rapid.SliceOf(rapid.Byte()).Draw(t, "bytes")) + rapid.String().Draw(t, "text")
		}), 0, 5).Draw(t, "args")
		text := Text(lang, key, args...)
		if !utf8.ValidString(text) || strings.ContainsFunc(text, func(r rune) bool { return acts(r) && r != utf8.RuneError }) {
			t.Fatalf("%s gives %s", key, strconv.Quote(text))
		}
	})
}

// FuzzVisible states that what Visible returns can be shown, and that what can be shown is left alone.
func FuzzVisible(f *testing.F) {
	for _, s := range []string{"", "数据", "\x1b[2J", "\xff\ufffd", "a\u202eb", "\u0301"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		shown := Visible(s)
		if again := Visible(shown); again != shown {
			t.Fatalf("%q becomes %q, which becomes %q", s, shown, again)
		}
		if !utf8.ValidString(shown) || strings.ContainsFunc(shown, unicode.IsControl) {
			t.Fatalf("%q becomes %q", s, shown)
		}
	})
}

func TestProseHasTheSameArgumentsInBothLanguages(t *testing.T) {
	catalogue := maps.Clone(prose)
	maps.Copy(catalogue, celSentences)
	maps.Copy(catalogue, yamlSentences)
	maps.Copy(catalogue, catalogSentences)
	assert.Len(t, catalogue, len(prose)+len(celSentences)+len(yamlSentences)+len(catalogSentences), "a key stands in two catalogues")
	for key, both := range catalogue {
		assert.Equal(t, arguments(both[0]), arguments(both[1]), key)
		_, twice := english[key]
		assert.False(t, twice, "%s stands in both catalogues", key)
	}
}
