package api

import (
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/banfa-go/banfa/catalog"
	"github.com/banfa-go/banfa/examples/server/identity"
	"github.com/banfa-go/banfa/examples/server/platform"
)

// what each person of the table is told: a status, or that it goes through. An applicant is who the case is of, a stranger another applicant; an opener is of
// the unit whose data they are, and the other one is not.
const (
	goes = "goes"
	s401 = "401" // sign in first
	s403 = "403" // not in this role
	s404 = "404" // nothing that one may know of
)

var persons = []struct {
	name string
	who  identity.Identity
}{
	{"nobody", nobody},
	{"applicant", applicant},
	{"stranger", stranger},
	{"other opener", other},
	{"opener", opener},
	{"authority", authority},
	{"auditor", auditor},
}

// Every operation of the document has a row: one without it fails the test.
//
//	nobody, applicant, stranger, other opener, opener, authority, auditor
var table = map[string][7]string{
	"search":              {goes, goes, goes, goes, goes, goes, goes},
	"search-csv":          {goes, goes, goes, goes, goes, goes, goes},
	"entry":               {goes, goes, goes, goes, goes, goes, goes},
	"conditions":          {goes, goes, goes, goes, goes, goes, goes},
	"conditions-markdown": {goes, goes, goes, goes, goes, goes, goes},
	"form":                {goes, goes, goes, goes, goes, goes, goes},
	"self-check":          {goes, goes, goes, goes, goes, goes, goes},
	"rules":               {goes, goes, goes, goes, goes, goes, goes},
	"lifecycle":           {goes, goes, goes, goes, goes, goes, goes},

	"publish-catalog": {s401, s403, s403, s403, s403, goes, s403},
	"deliver":         {s401, s403, s403, s403, goes, s403, s403},

	"apply":              {s401, goes, goes, s403, s403, s403, s403},
	"list-applications":  {s401, goes, goes, goes, goes, goes, goes},
	"get-applications":   {s401, goes, s404, s404, goes, goes, goes},
	"event-applications": {s401, s403, s404, s404, goes, goes, s403},
	"supplement":         {s401, goes, s404, s403, s403, s403, s403},
	"accept":             {s401, s403, s403, s404, goes, goes, s403},
	"decide":             {s401, s403, s403, s403, s403, goes, s403},
	"draft-agreement":    {s401, goes, s404, s404, goes, goes, goes},
	"agreement-markdown": {s401, goes, s404, s404, goes, goes, goes},
	"agreement-docx":     {s401, goes, s404, s404, goes, goes, goes},
	"sign":               {s401, s403, s403, s404, goes, s403, s403},
	"open-permission":    {s401, s403, s403, s403, s403, goes, s403},
	"inbox":              {s401, s403, s403, goes, goes, goes, s403},

	"commit":            {s401, goes, goes, s403, s403, s403, s403},
	"list-permissions":  {s401, goes, goes, goes, goes, goes, goes},
	"get-permissions":   {s401, goes, s404, s404, goes, goes, goes},
	"event-permissions": {s401, s403, s404, s404, goes, goes, s403},
	"download":          {s401, goes, s404, s403, s403, s403, s403},

	"object":           {s401, goes, goes, goes, goes, goes, goes},
	"list-objections":  {s401, goes, goes, goes, goes, goes, goes},
	"get-objections":   {s401, goes, s404, s404, goes, goes, goes},
	"event-objections": {s401, s403, s404, s404, goes, s403, s403},
	"use":              {s401, goes, s403, s403, goes, goes, s403},
	"alerts":           {s401, s403, s403, goes, goes, goes, goes},
	"review":           {s401, s403, s403, goes, goes, goes, goes},
	"findings":         {s401, s403, s403, goes, goes, goes, goes},
	"fusion":           {s401, s403, s403, s403, s403, goes, goes},
	"settle":           {s401, s403, s403, s403, s403, goes, s403},
	"unread":           {s401, s403, s403, s403, s403, goes, goes},
	"log":              {s401, s403, s403, s403, s403, goes, goes},
	"verify":           {s401, s403, s403, s403, s403, goes, goes},
	"end-sessions":     {s401, goes, goes, goes, goes, goes, goes},
}

// sent is a request of an operation that goes through where somebody may.
type sent struct {
	path string // what stands for the parameters, and the query
	body any
}

// requests are one of each operation, on cases that stand where it may happen.
func requests(c *city) map[string]sent {
	entry, free := c.first(catalog.Conditional), c.first(catalog.Unconditional)
	facts := map[string]any{"facts": complete()}
	lacking := func() string {
		id := applied(c, entry)
		ok[caseOf](c, authority, http.MethodPost, "/api/v1/applications/"+id+"/events", map[string]any{"event": "supplement_requested", "facts": map[string]any{"lacking": []string{"x"}}})
		return id
	}
	commit := map[string]any{"entry": free, "commitment_signed": true}
	ok[any](c, opener, http.MethodPut, "/api/v1/entries/"+free+"/data?name=data.csv", c.file(free))
	permission := ok[caseOf](c, applicant, http.MethodPost, "/api/v1/permissions", commit).ID
	breached := ok[caseOf](c, applicant, http.MethodPost, "/api/v1/permissions", commit).ID
	object := map[string]any{"entry": entry, "ground": "rights", "statement": "x"}
	objection := ok[caseOf](c, applicant, http.MethodPost, "/api/v1/objections", object).ID
	draft := approved(c, entry)
	w := c.do(opener, http.MethodGet, "/api/v1/applications/"+draft+"/agreement", nil)
	agreement := fill(read(c.t, w))
	return map[string]sent{
		"search": {}, "search-csv": {}, "entry": {path: entry}, "conditions": {path: entry}, "conditions-markdown": {path: entry}, "form": {path: entry},
		"self-check": {entry, facts}, "rules": {}, "lifecycle": {path: "application"},
		"publish-catalog":   {"?name=c.jsonl", `{"id":"X1","name":"x"}`},
		"deliver":           {free + "?name=data.csv", c.file(free)},
		"apply":             {"", map[string]any{"entry": entry, "facts": complete()}},
		"list-applications": {}, "get-applications": {path: draft},
		"event-applications": {applied(c, entry), map[string]any{"event": "supplement_requested", "facts": map[string]any{"lacking": []string{"x"}}}},
		"supplement":         {lacking(), facts},
		"accept":             {path: applied(c, entry)},
		"decide":             {accepted(c, entry), map[string]any{"decision": "approve"}},
		"draft-agreement":    {path: draft}, "agreement-markdown": {path: draft}, "agreement-docx": {path: draft},
		"sign":            {draft, agreement},
		"open-permission": {path: signed(c, entry)},
		"inbox":           {},
		"commit":          {"", commit}, "list-permissions": {}, "get-permissions": {path: permission}, "download": {path: permission},
		"event-permissions": {breached, map[string]any{"event": "breach_found", "facts": map[string]any{"breach": "other", "opinion": "x", "rectify_by": "2026-12-31"}}},
		"object":            {"", object}, "list-objections": {}, "get-objections": {path: objection},
		"event-objections": {objection, map[string]any{"event": "opening_held"}},
		"use": {"", map[string]any{
			"id": "e1", "at": "2026-11-23T09:00:00+08:00", "permission": permission, "user": "u1", "action": "view", "dataset": free, "scenario": "any",
			"usage_mode": "download", "rows": 1, "abroad": false, "raw": false,
		}},
		"alerts": {}, "review": {}, "findings": {}, "fusion": {}, "unread": {}, "log": {}, "verify": {},
		"settle": {"", settlement(c)}, "end-sessions": {"", map[string]any{}},
	}
}

// settlement is what settles the first finding of the fusion review.
func settlement(c *city) map[string]any {
	c.t.Helper()
	found := ok[List[platform.FusionFinding]](c, authority, http.MethodGet, "/api/v1/review/fusion", nil)
	require.NotEmpty(c.t, found.Items)
	f := found.Items[0]
	return map[string]any{"finding": f.ID, "digest": f.Digest, "decision": "accept", "reason": "号码均为单位公用号码"}
}

// address puts what stands for its parameters into a path.
func address(path, value string) string {
	value, query, _ := strings.Cut(value, "?")
	before, rest, has := strings.Cut(path, "{")
	if has {
		_, after, _ := strings.Cut(rest, "}")
		path = before + value + after
	}
	if query != "" {
		path += "?" + query
	}
	return path
}

// The wrong role is refused at every route, and nothing is written of it. The table is held against the document.
func TestEveryRouteRefusesTheWrongRole(t *testing.T) {
	c := newCity(t, Config{}).seeded()
	operations := c.spec.operations(t)
	require.Equal(t, slices.Sorted(maps.Keys(operations)), slices.Sorted(maps.Keys(table)), "each operation has its row, and each row its operation")
	sends := requests(c)
	require.Equal(t, slices.Sorted(maps.Keys(table)), slices.Sorted(maps.Keys(sends)))
	bare := newCity(t, Config{open: true}) // the platform of the one, without the gate
	bare.handler = New(c.Platform, Config{open: true})
	before, _ := c.Head()
	for id, row := range table {
		o := operations[id]
		for i, p := range persons {
			if row[i] == goes {
				continue
			}
			at := address(o.path, sends[id].path)
			w := c.do(p.who, o.method, at, sends[id].body)
			assert.Equal(t, row[i], itoa(w.Code), "%s by %s: %s", id, p.name, w.Body)
			problemOf(t, w)
			w = c.do(p.who, o.method, at, `{"nonsense":`)
			assert.Contains(t, []int{401, 403, 404, 400, 422}, w.Code, "%s by %s: nonsense gets no further", id, p.name)
			if !may(p.who, o) {
				assert.Equal(t, row[i], itoa(w.Code), "%s by %s: is told that before what is wrong with the body", id, p.name)
			}
			w = bare.do(p.who, o.method, at, sends[id].body)
			assert.Contains(t, []int{401, 403, 404}, w.Code, "%s by %s: the platform itself refuses: %s", id, p.name, w.Body)
		}
	}
	after, _ := c.Head()
	assert.Equal(t, before, after, "nothing was written")

	for _, id := range slices.Sorted(maps.Keys(table)) { // and who may, does
		row := table[id]
		if id == "publish-catalog" {
			continue // last: it changes what the others stand on
		}
		goesThrough(t, c, operations[id], row, sends[id])
	}
	goesThrough(t, c, operations["publish-catalog"], table["publish-catalog"], sends["publish-catalog"])
	assert.Empty(t, c.faults)
}

// may reports whether somebody has one of an operation's roles.
func may(who identity.Identity, o operation) bool {
	return who.SignedIn() && slices.ContainsFunc(o.roles, func(r string) bool { return who.Is(identity.Role(r)) })
}

// goesThrough sends a request by all who may: it happens at least once, and after that the case may stand elsewhere.
func goesThrough(t *testing.T, c *city, o operation, row [7]string, s sent) {
	t.Helper()
	done, last := false, ""
	for i, p := range persons {
		if row[i] != goes {
			continue
		}
		w := c.do(p.who, o.method, address(o.path, s.path), s.body)
		last = w.Body.String()
		if done = done || w.Code == 200; w.Code != 200 {
			assert.Equal(t, 409, w.Code, "%s by %s: %s", o.id, p.name, w.Body)
		}
	}
	assert.True(t, done, "%s: %v", o.id, last)
}

// What the document says of roles is what the table says.
func TestTheDocumentTellsTheRoles(t *testing.T) {
	operations := newCity(t, Config{}).spec.operations(t)
	for id, row := range table {
		roles := operations[id].roles
		assert.Equal(t, row[0] == s401, len(roles) > 0, id)
		for i, p := range persons {
			if len(roles) > 0 && row[i] == goes {
				assert.True(t, may(p.who, operations[id]), "%s by %s", id, p.name)
			}
		}
	}
}
