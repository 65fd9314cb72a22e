package catalog

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"
	"unicode"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/banfa-go/banfa/internal/ident"
	"github.com/banfa-go/banfa/internal/message"
)

func inHan(s string) bool {
	return strings.ContainsFunc(s, func(r rune) bool { return unicode.Is(unicode.Han, r) })
}

func TestEveryKeyOfASentenceIsInTheCatalogue(t *testing.T) {
	files, err := filepath.Glob("*.go")
	require.NoError(t, err)
	literal := regexp.MustCompile(`"(finding\.[a-z0-9_.-]*[a-z0-9_])"`)
	found := 0
	for _, file := range files {
		code, err := os.ReadFile(file)
		require.NoError(t, err)
		for _, m := range literal.FindAllStringSubmatch(string(code), -1) {
			found++
			assert.True(t, message.Has(m[1]), "%s of %s", m[1], file)
		}
	}
	assert.Greater(t, found, 50)
	for _, k := range []ident.Kind{
		ident.ResidentID, ident.ResidentID15, ident.CreditCode, ident.BankCard, ident.Mobile, ident.Landline, ident.Passport, ident.Permit,
		ident.HongKongID, ident.TaiwanID, ident.Plate, ident.OfficerID, ident.Email, ident.IP, ident.MAC, ident.PersonName,
	} {
		assert.True(t, message.Has("finding.kind."+string(k)), k)
	}
}

// The inputs are in ASCII, so that every Chinese character of an English text is one that nobody translated.
func TestFindingsSpeakBothLanguages(t *testing.T) {
	var found []Finding
	person := &Entry{ID: "r1", Name: "penalties", Unit: "market", Format: "json", UpdateFrequency: "monthly", Items: []Item{
		{Name: "id", Masking: "hash"}, {Name: "amount", Type: "decimal"}, {Name: "area (m2)"}, {Name: "gone"},
	}}
	for _, file := range []string{
		"title,,,,,\nid,amount,area,extra,extra,\n110101199003074514,1,2,110101199003074514,13800138000,\n110101199003074514,x,2,110101199003074514,13800138001,2020-01-01\n",
		"1,2,3\n4,5,6\n",
	} {
		found = append(found, realityCheck(t, person, "published.xlsx", file, RealityAt(time.Date(2026, 11, 24, 0, 0, 0, 0, time.UTC))).Findings...)
	}
	merged, err := Merge([]Part{
		{Source: "a", Catalog: &Catalog{Entries: []Entry{{}, {ID: "1", Name: "n", Unit: "u", Review: "accepted"}, {ID: "1"}, {ID: "2", Name: "n", Unit: "u", Review: "accepted"}, {ID: "3", Name: "m", Unit: "u", System: "s", Review: "accepted"}}}},
		{Source: "b", Catalog: &Catalog{Entries: []Entry{{ID: "1", Name: "m", Unit: "v", System: "s", Review: "accepted"}}}},
		{Source: "c", Catalog: &Catalog{}, Previous: &Catalog{Entries: []Entry{{ID: "1"}}}},
		{Source: "d", Catalog: &Catalog{}, Previous: &Catalog{Entries: []Entry{{ID: "1"}}}, Deleted: []string{"1"}},
	})
	require.NoError(t, err)
	found = append(found, merged.Findings...)
	base := &Catalog{Entries: []Entry{
		{ID: "1", OpenType: Conditional, Items: []Item{{Name: "x"}}},
		{ID: "2", OpenType: Unconditional, Items: []Item{{Name: "x", OpenType: Closed}}},
		{ID: "3", OpenType: Closed},
		{ID: "4", OpenType: Unconditional, SecurityReview: "failed"},
		{OpenType: Unconditional},
		{ID: "5", OpenType: Unconditional},
	}}
	proof, err := Prove(base, &Catalog{Entries: []Entry{
		{ID: "1", BaseID: "1", OpenType: Conditional, Items: []Item{{Name: "y"}}, System: "s", Name: "other"}, {ID: "3", BaseID: "3", OpenType: Closed}, {ID: "6", BaseID: "6", OpenType: Conditional},
	}})
	require.NoError(t, err)
	found = append(found, proof.Breaches...)
	table := "note,,,\nid,name,open_type,open_type\n,,conditional,\n1,a,closed,\n1,b,closed,\nid,name,open_type,open_type\n1,2\n"
	in, err := Import(t.Context(), strings.NewReader(table), int64(len(table)), "c.csv")
	require.NoError(t, err)
	found = append(found, in.Findings...)

	rules := map[string]bool{}
	for i := range found {
		f := &found[i]
		rules[f.Rule] = true
		zh, zhFix := f.Text(message.Chinese)
		en, enFix := f.Text(message.English)
		assert.True(t, inHan(zh), zh)
		assert.True(t, zhFix == "" && enFix == "" || inHan(zhFix) && enFix != "", "%s: %s", f.Rule, enFix)
		assert.NotEmpty(t, en, f.Rule)
		assert.False(t, inHan(en) || inHan(enFix), "%s: %s; %s", f.Rule, en, enFix)
		assert.NotContains(t, en+enFix+zh+zhFix, "[finding", f.Rule)
	}
	assert.GreaterOrEqual(t, len(rules), 25, "%v", rules)
}

func TestWhatHasNoEnglishIsSaidAsItIs(t *testing.T) {
	f := Finding{Message: "缺少名称", Fix: "请补填", FixEN: "fill it in"}
	what, fix := f.Text(message.English)
	assert.Equal(t, []string{"缺少名称", "fill it in"}, []string{what, fix})
}

func TestEveryKindOfChangeHasALabel(t *testing.T) {
	for _, k := range []LedgerKind{
		LedgerAdded, LedgerRemoved, LedgerLooser, LedgerStricter, LedgerDeleted, LedgerItemGone, LedgerItemClosed, LedgerConditions,
		LedgerFrequency, LedgerFormat, LedgerRenumbered, LedgerMoved, LedgerSplit, LedgerMerged,
	} {
		assert.True(t, inHan(k.Label(message.Chinese)), k)
		assert.False(t, inHan(k.Label(message.English)) || strings.Contains(k.Label(message.English), "ledger."), k)
	}
	for _, s := range []FusionState{FusionOpen, FusionSettled, FusionReopened} {
		assert.True(t, inHan(s.Label(message.Chinese)), s)
	}
	for _, r := range DefaultFusionRules() {
		assert.True(t, inHan(r.Title) && r.TitleEN != "" && !inHan(r.TitleEN), r.ID)
	}
}
