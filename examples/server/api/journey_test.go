package api

import (
	"archive/zip"
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/banfa-go/banfa/catalog"
	"github.com/banfa-go/banfa/condition"
	"github.com/banfa-go/banfa/examples/quickstart/data"
	"github.com/banfa-go/banfa/examples/server/platform"
)

// The way of the issue, over HTTP: from the catalog's upload to the log that proves it. Each answer is held against the document, and every operation of it
// must have gone through once.
func TestTheWholeJourney(t *testing.T) {
	c := newCity(t, Config{})
	base, err := data.Files.ReadFile("city-catalog.jsonl")
	require.NoError(t, err)
	published := ok[platform.CatalogEvent](c, authority, http.MethodPut, "/api/v1/catalog?name=city-catalog.jsonl", string(base))
	assert.Positive(t, published.Counts.Conditional)

	entry := journeyCatalog(c)
	application := journeyApplication(c, entry)
	journeyUse(c, entry, application)
	journeyObjection(c, entry)
	journeyOversight(c)

	for path, item := range c.spec.dig("paths") {
		for method := range item.(map[string]any) {
			route := strings.ToUpper(method) + " " + path
			assert.Contains(t, c.answers[route], 200, "%s never went through", route)
		}
	}
	assert.Empty(t, c.faults)
}

func journeyCatalog(c *city) (entry string) {
	found := ok[platform.Found](c, nobody, http.MethodGet, "/api/v1/entries?q=停车场&limit=3", nil)
	require.NotZero(c.t, found.Total)
	assert.Contains(c.t, found.Entries[0].Name, "停车场")
	entry = c.first(catalog.Conditional)
	view := ok[EntryView](c, nobody, http.MethodGet, "/api/v1/entries/"+entry, nil)
	assert.Equal(c.t, "conditional-access", view.Conditions)
	assert.Nil(c.t, view.Delivered)

	table := c.do(nobody, http.MethodGet, "/api/v1/entries.csv?open_type=conditional", nil)
	assert.Equal(c.t, "attachment; filename=entries.csv", table.Header().Get("Content-Disposition"))
	assert.Contains(c.t, table.Body.String(), entry)
	conditions := ok[condition.Published](c, nobody, http.MethodGet, "/api/v1/entries/"+entry+"/conditions", nil)
	assert.NotEmpty(c.t, conditions.Materials)
	as := c.do(nobody, http.MethodGet, "/api/v1/entries/"+entry+"/conditions", nil, "Accept", "text/markdown")
	assert.Equal(c.t, markdown, as.Header().Get("Content-Type"))
	assert.Equal(c.t, as.Body.String(), c.do(nobody, http.MethodGet, "/api/v1/entries/"+entry+"/conditions.md", nil).Body.String())
	form := ok[map[string]any](c, nobody, http.MethodGet, "/api/v1/entries/"+entry+"/form", nil)
	assert.NotEmpty(c.t, form)
	check := ok[map[string]any](c, nobody, http.MethodPost, "/api/v1/entries/"+entry+"/check", map[string]any{"facts": complete()})
	assert.NotEqual(c.t, "approve", check["decision"], "nobody's name is verified")
	for _, kind := range []string{platform.Applications, platform.Permissions, platform.Objections} {
		assert.Contains(c.t, c.do(nobody, http.MethodGet, "/api/v1/lifecycles/"+kind, nil).Body.String(), "stateDiagram-v2")
	}
	return entry
}

// journeyApplication goes from an application that lacks something to the permission (Articles 41 to 43).
func journeyApplication(c *city, entry string) (permission string) {
	facts := complete()
	delete(facts, "scenario_described")
	a := ok[caseOf](c, applicant, http.MethodPost, "/api/v1/applications", map[string]any{"entry": entry, "facts": facts})
	assert.Equal(c.t, "incomplete", a.Advice["decision"])
	at := "/api/v1/applications/" + a.ID
	ok[caseOf](c, authority, http.MethodPost, at+"/events", map[string]any{"event": "supplement_requested", "facts": map[string]any{"lacking": []string{"应用场景说明"}}})
	c.now = c.now.Add(time.Hour)
	a = ok[caseOf](c, applicant, http.MethodPost, at+"/supplement", map[string]any{"facts": map[string]any{"scenario_described": true}})
	assert.Equal(c.t, "approve", a.Advice["decision"])
	inbox := ok[List[caseOf]](c, authority, http.MethodGet, "/api/v1/inbox", nil)
	require.Equal(c.t, 1, inbox.Total)
	assert.Equal(c.t, a.ID, inbox.Items[0].ID)
	ok[caseOf](c, opener, http.MethodPost, at+"/accept", nil)
	ok[caseOf](c, authority, http.MethodPost, at+"/decision", map[string]any{"decision": "approve"})
	draft := ok[condition.Agreement](c, opener, http.MethodGet, at+"/agreement", nil)
	assert.Contains(c.t, c.do(opener, http.MethodGet, at+"/agreement.md", nil).Body.String(), "# ")
	file := c.do(opener, http.MethodGet, at+"/agreement.docx", nil)
	_, err := zip.NewReader(bytes.NewReader(file.Body.Bytes()), int64(file.Body.Len()))
	require.NoError(c.t, err)
	assert.Equal(c.t, "attachment; filename=agreement-"+a.ID+".docx", file.Header().Get("Content-Disposition"))
	refused := problemOf(c.t, c.do(opener, http.MethodPut, at+"/agreement", draft))
	assert.Equal(c.t, "agreement", refused.Code)
	assert.NotEmpty(c.t, refused.Answer, "what is still blank")
	ok[caseOf](c, opener, http.MethodPut, at+"/agreement", fill(draft))
	p := ok[caseOf](c, authority, http.MethodPost, at+"/permission", nil)
	assert.Equal(c.t, "active", p.Standing.State)
	a = ok[caseOf](c, applicant, http.MethodGet, at, nil)
	assert.Equal(c.t, p.ID, a.Opens)
	list := ok[List[caseOf]](c, applicant, http.MethodGet, "/api/v1/applications", nil)
	assert.Equal(c.t, 1, list.Total)
	return p.ID
}

// journeyUse delivers, downloads, and uses the data, once as agreed and once not (Articles 38, 40, 59).
func journeyUse(c *city, entry, permission string) {
	at := "/api/v1/permissions/" + permission
	assert.Equal(c.t, "not_delivered", problemOf(c.t, c.do(applicant, http.MethodGet, at+"/data", nil)).Code)
	content := c.file(entry)
	ok[map[string]any](c, opener, http.MethodPut, "/api/v1/entries/"+entry+"/data?name=数据.csv", content)
	assert.Equal(c.t, "数据.csv", ok[EntryView](c, nobody, http.MethodGet, "/api/v1/entries/"+entry, nil).Delivered.Name)
	file := c.do(applicant, http.MethodGet, at+"/data", nil)
	assert.Equal(c.t, content, file.Body.String())
	assert.Equal(c.t, `attachment; filename="__.csv"; filename*=utf-8''%E6%95%B0%E6%8D%AE.csv`, file.Header().Get("Content-Disposition"))
	assert.Equal(c.t, "no-store", file.Header().Get("Cache-Control"))

	use := map[string]any{
		"id": "e1", "at": c.now.Format(time.RFC3339), "permission": permission, "user": "u1", "action": "download", "dataset": "another", "scenario": "any",
		"usage_mode": "download", "rows": 10, "abroad": false, "raw": false,
	}
	raised := ok[[]platform.Alert](c, applicant, http.MethodPost, "/api/v1/usage", use)
	require.NotEmpty(c.t, raised)
	alerts := ok[List[platform.Alert]](c, auditor, http.MethodGet, "/api/v1/alerts", nil)
	assert.Contains(c.t, alerts.Items, raised[0])
	free := c.first(catalog.Unconditional)
	second := ok[caseOf](c, applicant, http.MethodPost, "/api/v1/permissions", map[string]any{"entry": free, "commitment_signed": true})
	assert.Equal(c.t, 2, ok[List[caseOf]](c, authority, http.MethodGet, "/api/v1/permissions", nil).Total)
	assert.Equal(c.t, "active", ok[caseOf](c, opener, http.MethodGet, "/api/v1/permissions/"+second.ID, nil).Standing.State)
	breach := map[string]any{"event": "breach_found", "facts": map[string]any{"breach": "agreement", "opinion": "超范围使用", "rectify_by": "2026-12-31"}}
	p := ok[caseOf](c, opener, http.MethodPost, at+"/events", breach)
	assert.NotEqual(c.t, "active", p.Standing.State)
	assert.Equal(c.t, "permission", problemOf(c.t, c.do(applicant, http.MethodGet, at+"/data", nil)).Code)
}

func journeyObjection(c *city, entry string) {
	o := ok[caseOf](c, stranger, http.MethodPost, "/api/v1/objections", map[string]any{"entry": entry, "ground": "quality", "statement": "经纬度有误"})
	assert.Equal(c.t, 1, ok[List[caseOf]](c, stranger, http.MethodGet, "/api/v1/objections", nil).Total)
	assert.Equal(c.t, 0, ok[List[caseOf]](c, applicant, http.MethodGet, "/api/v1/objections", nil).Total, "somebody else's")
	ok[caseOf](c, stranger, http.MethodGet, "/api/v1/objections/"+o.ID, nil)
	answer := map[string]any{"event": "feedback_given", "facts": map[string]any{"upheld": false, "reason": "经查无误"}}
	o = ok[caseOf](c, opener, http.MethodPost, "/api/v1/objections/"+o.ID+"/events", answer)
	assert.Equal(c.t, "rejected", o.Standing.State)
}

func journeyOversight(c *city) {
	for _, path := range []string{"review", "review?outcome=undetermined&limit=1", "review/findings", "review/fusion", "review/unread"} {
		ok[List[any]](c, authority, http.MethodGet, "/api/v1/"+path, nil)
	}
	fusion := ok[platform.FusionFinding](c, authority, http.MethodPost, "/api/v1/review/fusion/dispositions", settlement(c))
	assert.Equal(c.t, catalog.FusionSettled, fusion.State)
	assert.Equal(c.t, authority.Name, fusion.Disposition.By)
	ok[Ended](c, applicant, http.MethodPost, "/api/v1/sessions/end", map[string]any{})
	book := ok[platform.RuleBook](c, nobody, http.MethodGet, "/api/v1/rules", nil)
	assert.Positive(c.t, book.Passed)
	assert.Zero(c.t, book.Failed)
	var kinds []string
	events := 0
	for next := "/api/v1/log?limit=5"; next != ""; {
		w := c.do(auditor, http.MethodGet, next, nil)
		page := ok[[]struct{ Kind, Actor string }](c, auditor, http.MethodGet, next, nil)
		for _, e := range page {
			kinds = append(kinds, e.Kind)
		}
		events += len(page)
		next = linked(c.t, w.Header())
	}
	for _, kind := range []string{"catalog.published", "application.application_received", "data.delivered", "usage.observed", "permission.breach_found", "fusion.settled", "session.ended"} {
		assert.Contains(c.t, kinds, kind)
	}
	v := ok[platform.Verified](c, auditor, http.MethodPost, "/api/v1/log/verify", nil)
	assert.True(c.t, v.OK)
	assert.Equal(c.t, int64(events), v.Events)
}

// linked is the next page of a Link header; empty where there is none.
func linked(t testing.TB, h http.Header) string {
	t.Helper()
	text := h.Get("Link")
	if text == "" {
		return ""
	}
	address, rel, found := strings.Cut(strings.TrimPrefix(text, "<"), ">; ")
	require.True(t, found)
	require.Equal(t, `rel="next"`, rel)
	return address
}

// A policy takes on the way out what must not leave, and cells that are formulas.
func TestDownloadsAreDeidentified(t *testing.T) {
	c := newCity(t, Config{}).seeded()
	p := ok[caseOf](c, applicant, http.MethodPost, "/api/v1/permissions", map[string]any{"entry": "YW01003", "commitment_signed": true}).ID
	w := c.do(applicant, http.MethodGet, "/api/v1/permissions/"+p+"/data", nil)
	require.Equal(t, 200, w.Code, w.Body)
	assert.Equal(t, itoa(w.Body.Len()), w.Header().Get("Content-Length"))
	sum := sha256.Sum256(w.Body.Bytes())
	assert.Equal(t, "sha-256=:"+base64.StdEncoding.EncodeToString(sum[:])+":", w.Header().Get("Content-Digest"))
	assert.NotContains(t, w.Body.String(), "粤BB0029")
	assert.NotContains(t, w.Body.String(), "18727693109")
	assert.Equal(t, "attachment; filename=parking-records.csv", w.Header().Get("Content-Disposition"))
}

func applied(c *city, entry string) string {
	c.t.Helper()
	return ok[caseOf](c, applicant, http.MethodPost, "/api/v1/applications", map[string]any{"entry": entry, "facts": complete()}).ID
}

func accepted(c *city, entry string) string {
	c.t.Helper()
	id := applied(c, entry)
	ok[caseOf](c, authority, http.MethodPost, "/api/v1/applications/"+id+"/accept", nil)
	return id
}

func approved(c *city, entry string) string {
	c.t.Helper()
	id := accepted(c, entry)
	ok[caseOf](c, authority, http.MethodPost, "/api/v1/applications/"+id+"/decision", map[string]any{"decision": "approve"})
	return id
}

func signed(c *city, entry string) string {
	c.t.Helper()
	at := "/api/v1/applications/"
	id := approved(c, entry)
	draft := ok[condition.Agreement](c, opener, http.MethodGet, at+id+"/agreement", nil)
	ok[caseOf](c, opener, http.MethodPut, at+id+"/agreement", fill(draft))
	return id
}
