package platform_test

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/banfa-go/banfa"
	"github.com/banfa-go/banfa/catalog"
	"github.com/banfa-go/banfa/condition"
	"github.com/banfa-go/banfa/examples/server/identity"
	"github.com/banfa-go/banfa/examples/server/platform"
	"github.com/banfa-go/banfa/examples/server/store"
	"github.com/banfa-go/banfa/measures/shenzhen"
)

var (
	applicant = identity.Identity{Subject: "u1", Name: "张三", Verified: true, Roles: []identity.Role{identity.Applicant}}
	unnamed   = identity.Identity{Subject: "u2", Name: "李四", Roles: []identity.Role{identity.Applicant}}
	opener    = identity.Identity{Subject: "o1", Name: "王五", Unit: "市交通运输局", Roles: []identity.Role{identity.Opener}}
	stranger  = identity.Identity{Subject: "o2", Name: "钱八", Unit: "市民政局", Roles: []identity.Role{identity.Opener}}
	authority = identity.Identity{Subject: "a1", Name: "赵六", Roles: []identity.Role{identity.Authority}}
	auditor   = identity.Identity{Subject: "x1", Name: "孙七", Roles: []identity.Role{identity.Auditor}}
)

// city is a platform over a store in a file, with a clock that a test moves.
type city struct {
	*platform.Platform
	store store.Store
	now   time.Time
	path  string
	t     *testing.T
}

func rules(t *testing.T) *banfa.Rules {
	t.Helper()
	r, err := banfa.Load(shenzhen.FS())
	require.NoError(t, err)
	return r
}

func newCity(t *testing.T) *city {
	t.Helper()
	c := &city{now: time.Date(2026, 11, 23, 9, 0, 0, 0, time.FixedZone("", 8*3600)), path: filepath.Join(t.TempDir(), "log.db"), t: t}
	c.open()
	t.Cleanup(func() { assert.NoError(t, c.store.Close()) })
	return c
}

func (c *city) clock() time.Time { return c.now }

func (c *city) open() {
	var err error
	c.store, err = store.OpenSQLite(context.Background(), c.path, c.clock)
	require.NoError(c.t, err)
	c.Platform, err = platform.New(context.Background(), platform.Config{Store: c.store, Rules: rules(c.t), Clock: c.clock, Spool: filepath.Dir(c.path)})
	require.NoError(c.t, err)
}

// reopen is a restart: all that is known comes from the log.
func (c *city) reopen() {
	require.NoError(c.t, c.store.Close())
	c.open()
}

func (c *city) publish() *platform.Published {
	f, err := os.Open("../../quickstart/data/city-catalog.jsonl")
	require.NoError(c.t, err)
	defer func() { assert.NoError(c.t, f.Close()) }()
	p, err := c.PublishCatalog(c.t.Context(), authority, "city-catalog.jsonl", f)
	require.NoError(c.t, err)
	return p
}

// first is the first open entry of an open type and a unit.
func (c *city) first(openType catalog.OpenType, unit string) string {
	for _, e := range c.Catalog().Entries {
		if e.OpenType == openType && e.Unit == unit {
			return e.ID
		}
	}
	c.t.Fatalf("no %s entry of %s", openType, unit)
	return ""
}

func refused(t *testing.T, code string, err error) {
	t.Helper()
	var r *platform.RefusedError
	require.ErrorAs(t, err, &r)
	assert.Equal(t, code, r.Code, "%v", err)
}

func asJSON(t *testing.T, v any) string {
	t.Helper()
	b, err := json.Marshal(v)
	require.NoError(t, err)
	return string(b)
}

func TestOnlyWhatIsOpenIsPublished(t *testing.T) {
	c := newCity(t)
	_, err := c.PublishCatalog(t.Context(), opener, "x", strings.NewReader("{}"))
	require.ErrorIs(t, err, platform.ErrForbidden)
	p := c.publish()
	assert.NotEmpty(t, p.Entries)
	for _, e := range p.Entries {
		assert.True(t, e.OpenType.Open(), e.ID)
		assert.Empty(t, e.System, "base-only")
		assert.Empty(t, e.Facts)
	}
	assert.Equal(t, len(p.Entries), p.Counts.Conditional+p.Counts.Unconditional)
	c.reopen()
	assert.Equal(t, asJSON(t, p.Entries), asJSON(t, c.Catalog().Entries), "the same after a restart")
}

func TestSearch(t *testing.T) {
	c := newCity(t)
	assert.Zero(t, c.Search(platform.Query{}).Total, "before the first catalog")
	p := c.publish()
	all := c.Search(platform.Query{Limit: 5})
	assert.Equal(t, len(p.Entries), all.Total)
	assert.Len(t, all.Entries, 5)
	next := c.Search(platform.Query{Limit: 5, Offset: 5})
	assert.NotEqual(t, all.Entries[0].ID, next.Entries[0].ID)
	parking := c.Search(platform.Query{Text: "停车场"})
	require.NotZero(t, parking.Total)
	assert.Contains(t, parking.Entries[0].Name, "停车场", "names first")
	assert.Zero(t, c.Search(platform.Query{Text: "停车场 没有这个词"}).Total)
	one := c.Search(platform.Query{Unit: "市交通运输局", OpenType: "conditional"})
	for _, e := range one.Entries {
		assert.Equal(t, "市交通运输局", e.Unit)
		assert.Equal(t, catalog.Conditional, e.OpenType)
	}
	assert.Equal(t, one.Total, one.Facets["unit"][0].N)
	assert.Empty(t, c.Search(platform.Query{Offset: 1 << 40}).Entries)
	assert.NotPanics(t, func() { c.Search(platform.Query{Text: strings.Repeat("好", 1000), Offset: -5, Limit: -1}) })
}

func complete() map[string]any {
	return map[string]any{
		"qualification_materials": "provided", "security_materials": "provided", "scenario_described": true, "agreement_accepted": true,
	}
}

// An application from hand-in to data, by each of those who take part (Articles 41 to 43, 63).
func TestTheWholeWayOfAnApplication(t *testing.T) {
	c := newCity(t)
	c.publish()
	entry := c.first(catalog.Conditional, "市交通运输局")

	_, err := c.Apply(t.Context(), opener, entry, nil)
	require.ErrorIs(t, err, platform.ErrForbidden)
	_, err = c.Apply(t.Context(), unnamed, entry, map[string]any{"real_name_verified": true})
	refused(t, "illegal_event", err) // what somebody says of themselves is not believed

	facts := complete()
	delete(facts, "scenario_described")
	a, err := c.Apply(t.Context(), applicant, entry, facts)
	require.NoError(t, err)
	assert.Equal(t, "A-000001", a.ID)
	assert.Equal(t, condition.Incomplete, a.Advice.Decision)
	assert.Equal(t, []string{"scenario_described"}, a.Advice.Missing)
	assert.Equal(t, "2026-12-07", a.Standing.Deadlines[0].Due)

	_, err = c.Case(t.Context(), unnamed, platform.Applications, a.ID)
	require.ErrorIs(t, err, platform.ErrNotFound, "somebody else's application is not there")
	_, err = c.Case(t.Context(), stranger, platform.Applications, a.ID)
	require.ErrorIs(t, err, platform.ErrNotFound)
	_, err = c.Accept(t.Context(), applicant, a.ID)
	require.ErrorIs(t, err, platform.ErrForbidden)
	_, err = c.Accept(t.Context(), authority, a.ID)
	refused(t, "illegal_event", err) // not complete
	_, err = c.Do(t.Context(), authority, platform.Applications, a.ID, "supplement_requested", map[string]any{"lacking": []any{"应用场景说明"}})
	require.NoError(t, err)

	c.now = c.now.AddDate(0, 0, 10)
	c.reopen()
	a, err = c.Supplement(t.Context(), applicant, a.ID, map[string]any{"scenario_described": true})
	require.NoError(t, err)
	assert.Equal(t, condition.Approve, a.Advice.Decision)
	assert.Greater(t, a.Standing.Deadlines[0].Due, "2026-12-07", "the days of the supplement do not count")

	inbox, err := c.Inbox(t.Context(), authority)
	require.NoError(t, err)
	require.Len(t, inbox, 1)
	_, err = c.Inbox(t.Context(), applicant)
	require.ErrorIs(t, err, platform.ErrForbidden)

	_, err = c.Accept(t.Context(), authority, a.ID)
	require.NoError(t, err)
	_, err = c.Answer(t.Context(), opener, a.ID, condition.Approve, "")
	require.ErrorIs(t, err, platform.ErrForbidden)
	_, err = c.Answer(t.Context(), authority, a.ID, condition.Reject, "")
	refused(t, "record", err) // against the advice, and without a reason
	a, err = c.Answer(t.Context(), authority, a.ID, condition.Approve, "")
	require.NoError(t, err)
	assert.Equal(t, "approved", a.Standing.State)
	_, err = c.OpenPermission(t.Context(), authority, a.ID)
	require.Error(t, err, "before the agreement")

	draft, err := c.Draft(t.Context(), opener, a.ID, "zh")
	require.NoError(t, err)
	_, err = c.Sign(t.Context(), opener, a.ID, draft)
	refused(t, "agreement", err) // blanks
	_, err = c.Sign(t.Context(), opener, a.ID, fill(draft))
	require.NoError(t, err)
	permission, err := c.OpenPermission(t.Context(), authority, a.ID)
	require.NoError(t, err)
	assert.Equal(t, "active", permission.Standing.State)
	assert.Equal(t, "2027-11-30", permission.Standing.Facts["valid_until"])

	now := c.now
	c.now = time.Date(2026, 10, 1, 0, 0, 0, 0, time.UTC)
	_, err = c.Download(t.Context(), applicant, permission.ID)
	refused(t, "not_yet", err)
	c.now = now
	_, err = c.Do(t.Context(), applicant, platform.Permissions, permission.ID, "permission_given_up", map[string]any{"valid_until": "2099-01-01"})
	refused(t, "illegal_event", err) // no event moves what it is not about

	c.reopen()
	permission, err = c.Case(t.Context(), applicant, platform.Permissions, permission.ID)
	require.NoError(t, err)
	assert.Equal(t, a.ID, permission.From)
	_, err = c.Do(t.Context(), opener, platform.Permissions, permission.ID, "breach_found",
		map[string]any{"breach": "agreement", "opinion": "超范围使用", "rectify_by": "2026-12-31"})
	require.NoError(t, err)
	n, err := store.Verify(t.Context(), c.store)
	require.NoError(t, err)
	assert.Positive(t, n)
}

// fill writes into the blanks of a draft what a person would.
func fill(a *condition.Agreement) *condition.Agreement {
	out := *a
	out.Provider.Code, out.Provider.Contact = "11440300000000000X", "0755-00000000"
	out.User.Code, out.User.Contact = "440300190001010000", "test@example.cn"
	out.Scenario, out.Usage = "智慧交通研究", condition.UsageTerm{Code: "download", Label: "下载"}
	out.Period = condition.AgreementPeriod{From: "2026-11-01", Until: "2027-11-30"}
	terms := make([]condition.Term, 0, len(a.Terms))
	for _, t := range a.Terms {
		clauses := []condition.Clause{}
		have := map[string]bool{}
		for _, cl := range t.Clauses {
			if strings.Contains(cl.Text, "【") {
				cl.Text = "按双方约定的期限和方式履行"
			}
			have[cl.Part] = true
			clauses = append(clauses, cl)
		}
		for _, part := range t.ID.Parts() {
			if !have[part] {
				clauses = append(clauses, condition.Clause{Part: part, Text: "按双方约定的期限和方式履行"})
			}
		}
		t.Clauses = clauses
		terms = append(terms, t)
	}
	out.Terms = terms
	return &out
}

func TestUnconditionalDataAskForANameAndACommitment(t *testing.T) {
	c := newCity(t)
	c.publish()
	entry := c.first(catalog.Unconditional, "市交通运输局")
	_, err := c.Commit(t.Context(), unnamed, entry, true)
	refused(t, "requirements", err)
	_, err = c.Commit(t.Context(), applicant, entry, false)
	refused(t, "requirements", err)
	_, err = c.Commit(t.Context(), applicant, c.first(catalog.Conditional, "市交通运输局"), true)
	refused(t, "not_unconditional", err)
	p, err := c.Commit(t.Context(), applicant, entry, true)
	require.NoError(t, err)
	assert.Equal(t, "active", p.Standing.State)
	_, err = c.Apply(t.Context(), applicant, entry, nil)
	refused(t, "not_conditional", err)
}

func TestObjections(t *testing.T) {
	c := newCity(t)
	c.publish()
	entry := c.first(catalog.Unconditional, "市交通运输局")
	_, err := c.Object(t.Context(), identity.Identity{}, entry, "quality", "经纬度有误")
	require.ErrorIs(t, err, platform.ErrForbidden)
	_, err = c.Object(t.Context(), applicant, entry, "no such ground", "x")
	refused(t, "illegal_event", err)
	o, err := c.Object(t.Context(), applicant, entry, "rights", "含有我的电话")
	require.NoError(t, err)
	assert.Equal(t, "2026-12-07", o.Standing.Deadlines[0].Due)
	_, err = c.Do(t.Context(), stranger, platform.Objections, o.ID, "feedback_given", map[string]any{"upheld": true, "reason": "x"})
	require.ErrorIs(t, err, platform.ErrNotFound)
	o, err = c.Do(t.Context(), opener, platform.Objections, o.ID, "feedback_given", map[string]any{"upheld": false, "reason": "经查无此内容"})
	require.NoError(t, err)
	assert.Equal(t, "rejected", o.Standing.State)
	assert.True(t, o.Standing.Deadlines[0].InTime)
}

func TestUseBeyondTheAgreementRaisesAnAlert(t *testing.T) {
	c := newCity(t)
	c.publish()
	p, err := c.Commit(t.Context(), applicant, c.first(catalog.Unconditional, "市交通运输局"), true)
	require.NoError(t, err)
	use := map[string]any{
		"id": "e1", "at": "2026-11-23T09:00:00+08:00", "permission": p.ID, "user": "u1", "action": "download", "dataset": "another", "scenario": "any",
		"usage_mode": "download", "rows": 10, "abroad": false, "raw": false,
	}
	_, err = c.Use(t.Context(), unnamed, use)
	require.ErrorIs(t, err, platform.ErrForbidden)
	alerts, err := c.Use(t.Context(), applicant, use)
	require.NoError(t, err)
	require.NotEmpty(t, alerts)
	assert.Equal(t, "art59-dataset", alerts[0].Alert.Rule)
	before := asJSON(t, alerts)
	c.reopen()
	seen, n, err := c.Alerts(auditor, 0, 10)
	require.NoError(t, err)
	assert.Equal(t, len(alerts), n)
	assert.Equal(t, before, asJSON(t, seen), "the same alerts from the log")
	_, _, err = c.Alerts(applicant, 0, 10)
	require.ErrorIs(t, err, platform.ErrForbidden)
	_, n, err = c.Alerts(stranger, 0, 10)
	require.NoError(t, err)
	assert.Zero(t, n)
}

func TestDataAreHeldAgainstTheirEntry(t *testing.T) {
	c := newCity(t)
	c.publish()
	entry := c.first(catalog.Unconditional, "市交通运输局")
	e, err := c.Entry(entry)
	require.NoError(t, err)
	var names []string
	for _, i := range e.Items {
		names = append(names, i.Name)
	}
	file := strings.Join(names, ",") + "\n" + "P001" + strings.Repeat(",", len(names)-1) + "\n"
	_, err = c.Deliver(t.Context(), stranger, entry, "data.csv", strings.NewReader(file))
	require.ErrorIs(t, err, platform.ErrForbidden)
	d, err := c.Deliver(t.Context(), opener, entry, "data.csv", strings.NewReader(file))
	require.NoError(t, err)
	assert.Equal(t, 1, d.Rows)
	_, err = c.Deliver(t.Context(), opener, entry, "data.csv", strings.NewReader(strings.Join(names, ",")+"\n"+"11010519491231002X"+strings.Repeat(",", len(names)-1)+"\n"))
	refused(t, "release", err)
	assert.Equal(t, d.Data, c.Delivered(entry).Data, "the file before stays")
}

func TestDownloads(t *testing.T) {
	c := newCity(t)
	c.publish()
	entry := c.first(catalog.Unconditional, "市交通运输局")
	p, err := c.Commit(t.Context(), applicant, entry, true)
	require.NoError(t, err)
	_, err = c.Download(t.Context(), applicant, p.ID)
	refused(t, "not_delivered", err)
	e, err := c.Entry(entry)
	require.NoError(t, err)
	var names []string
	for _, i := range e.Items {
		names = append(names, i.Name)
	}
	content := strings.Join(names, ",") + "\nP001" + strings.Repeat(",", len(names)-1) + "\n"
	_, err = c.Deliver(t.Context(), opener, entry, "data.csv", strings.NewReader(content))
	require.NoError(t, err)
	for _, who := range []identity.Identity{{}, unnamed, opener, authority, auditor} {
		_, err = c.Download(t.Context(), who, p.ID)
		require.Error(t, err, who.Name)
	}
	f, err := c.Download(t.Context(), applicant, p.ID)
	require.NoError(t, err)
	got, err := io.ReadAll(f)
	require.NoError(t, errors.Join(err, f.Close()))
	assert.Equal(t, content, string(got))
	left, err := filepath.Glob(filepath.Join(filepath.Dir(c.path), "banfa-*"))
	require.NoError(t, err)
	assert.Empty(t, left, "nothing stays behind")
	_, n, err := c.Alerts(authority, 0, 10)
	require.NoError(t, err)
	assert.Zero(t, n, "a download as agreed raises nothing")

	c.now = c.now.AddDate(1, 0, 2)
	_, err = c.Download(t.Context(), applicant, p.ID)
	refused(t, "expired", err)
}

func TestDataThatAreHeldDoNotLeave(t *testing.T) {
	c := newCity(t)
	c.publish()
	entry := c.first(catalog.Unconditional, "市交通运输局")
	p, err := c.Commit(t.Context(), applicant, entry, true)
	require.NoError(t, err)
	o, err := c.Object(t.Context(), unnamed, entry, "rights", "含有我的电话")
	require.NoError(t, err)
	_, err = c.Do(t.Context(), opener, platform.Objections, o.ID, "opening_held", nil)
	require.NoError(t, err)
	_, err = c.Download(t.Context(), applicant, p.ID)
	refused(t, "held", err)
	_, err = c.Do(t.Context(), opener, platform.Permissions, p.ID, "breach_found", map[string]any{"breach": "other", "opinion": "x", "rectify_by": "2026-12-31"})
	require.NoError(t, err)
	_, err = c.Download(t.Context(), applicant, p.ID)
	refused(t, "permission", err)
}

func TestTwoServersOnOneLogSeeTheSame(t *testing.T) {
	c := newCity(t)
	c.publish()
	other, err := platform.New(t.Context(), platform.Config{Store: c.store, Rules: rules(t), Clock: c.clock})
	require.NoError(t, err)
	entry := c.first(catalog.Conditional, "市交通运输局")
	a, err := c.Apply(t.Context(), applicant, entry, complete())
	require.NoError(t, err)
	b, err := other.Apply(t.Context(), applicant, entry, complete())
	require.NoError(t, err)
	assert.Equal(t, "A-000002", b.ID)
	_, err = other.Accept(t.Context(), authority, a.ID)
	require.NoError(t, err)
	_, err = c.Accept(t.Context(), authority, a.ID)
	refused(t, "illegal_event", err)
	require.NoError(t, c.Sync(t.Context()))
	seqC, hashC := c.Head()
	seqO, hashO := other.Head()
	assert.Equal(t, seqC, seqO)
	assert.Equal(t, hashC, hashO)
}

func TestAClockThatGoesBackMovesNoDueDate(t *testing.T) {
	c := newCity(t)
	c.publish()
	a, err := c.Apply(t.Context(), applicant, c.first(catalog.Conditional, "市交通运输局"), complete())
	require.NoError(t, err)
	due := a.Standing.Deadlines[0].Due
	c.now = c.now.AddDate(-1, 0, 0)
	_, err = c.Accept(t.Context(), authority, a.ID)
	require.NoError(t, err)
	a, err = c.Case(t.Context(), applicant, platform.Applications, a.ID)
	require.NoError(t, err)
	assert.Equal(t, due, a.Standing.Deadlines[0].Due)
}
