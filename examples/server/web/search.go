package web

import (
	"encoding/csv"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/banfa-go/banfa/catalog"
	"github.com/banfa-go/banfa/examples/server/platform"
	"github.com/banfa-go/banfa/internal/table"
)

// pageSize is how much of a list is shown at a time.
const pageSize = 20

// pager leads through a list.
type pager struct {
	Previous, Next  string
	From, To, Total int
}

func pagerOf(q *request, offset, shown, total int) pager {
	p := pager{From: min(offset+1, total), To: offset + shown, Total: total}
	at := func(offset int) string {
		return addressWith(q.URL, "offset", strconv.Itoa(offset))
	}
	if offset > 0 {
		p.Previous = at(max(0, offset-pageSize))
	}
	if offset+shown < total {
		p.Next = at(offset + pageSize)
	}
	return p
}

// addressWith is the address of a page with a part of its query changed, or removed where it is empty; the pages of a list begin anew.
func addressWith(u *url.URL, name, value string) string {
	values := u.Query()
	values.Del("lang")
	if name != "offset" {
		values.Del("offset")
	}
	values.Set(name, value)
	if value == "" || name == "offset" && value == "0" {
		values.Del(name)
	}
	if text := values.Encode(); text != "" {
		return u.Path + "?" + text
	}
	return u.Path
}

func offsetOf(q *request) int {
	n, err := strconv.Atoi(q.URL.Query().Get("offset"))
	if err != nil || n < 0 {
		return 0
	}
	return n
}

// facet is what a list of entries can be narrowed by.
type facet struct {
	Name, Key string
	Values    []facetValue
	More      []facetValue
}

type facetValue struct {
	Label, Link string
	N           int
	Chosen      bool
}

// fewFacets are shown of a facet; the others behind a line to click on.
const fewFacets = 6

type searchData struct {
	Query          platform.Query
	Found          platform.Found
	Facets         []facet
	Chosen         []facetValue
	Hidden         []option // of the form: what is chosen beside the words
	Pager          pager
	Types, Themes  *chart
	CSV            string
	Home, Narrowed bool
	Catalog        *platform.Published
}

func queryOf(u *url.URL) platform.Query {
	v := u.Query()
	return platform.Query{
		Text: v.Get("q"), Unit: v.Get("unit"), Theme: v.Get("theme"), OpenType: v.Get("open_type"), Frequency: v.Get("update_frequency"), Format: v.Get("format"),
	}
}

func (s *server) home(q *request) error { return s.searchPage(q, true) }

func (s *server) search(q *request) error { return s.searchPage(q, false) }

func (s *server) searchPage(q *request, home bool) error {
	query := queryOf(q.URL)
	query.Offset, query.Limit = offsetOf(q), pageSize
	u := *q.URL
	u.Path = "/entries"
	d := searchData{Query: query, Found: s.Search(query), Home: home, Catalog: s.Catalog(), CSV: "/entries.csv"}
	q.URL = &u
	d.Pager = pagerOf(q, d.Found.Offset, len(d.Found.Entries), d.Found.Total)
	if _, query, ok := strings.Cut(addressWith(&u, "offset", "0"), "?"); ok {
		d.CSV += "?" + query
	}
	values := u.Query()
	for _, name := range []string{"open_type", "theme", "unit", "update_frequency", "format"} {
		f := facet{Name: name, Key: "facet." + name}
		for i, c := range d.Found.Facets[name] {
			v := facetValue{Label: s.facetLabel(q.lang, name, c.Value), N: c.N, Link: addressWith(&u, name, c.Value), Chosen: values.Get(name) == c.Value}
			if i < fewFacets {
				f.Values = append(f.Values, v)
			} else {
				f.More = append(f.More, v)
			}
		}
		if chosen := values.Get(name); chosen != "" {
			d.Chosen = append(d.Chosen, facetValue{Label: say(q.lang, f.Key) + say(q.lang, "word.colon") + s.facetLabel(q.lang, name, chosen), Link: addressWith(&u, name, "")})
			d.Hidden = append(d.Hidden, option{Label: name, Value: chosen})
		} else if len(f.Values) > 0 {
			d.Facets = append(d.Facets, f)
		}
	}
	d.Narrowed = len(d.Chosen) > 0 || query.Text != ""
	d.Types = barChart(q.lang, "types", say(q.lang, "chart.types"), say(q.lang, "facet.open_type"), s.bars(q.lang, "open_type", d.Found.Facets["open_type"]))
	d.Themes = barChart(q.lang, "themes", say(q.lang, "chart.themes"), say(q.lang, "facet.theme"), s.bars(q.lang, "theme", d.Found.Facets["theme"]))
	title := say(q.lang, "entries.title")
	if query.Text != "" {
		title = say(q.lang, "entries.title_query", query.Text)
	}
	return s.show(q, http.StatusOK, "entries", title, d, nil)
}

func (s *server) bars(lang, name string, counts []platform.Count) []bar {
	out := make([]bar, 0, len(counts))
	for _, c := range counts {
		b := bar{Label: s.facetLabel(lang, name, c.Value), N: c.N}
		if name == "open_type" {
			b.Class = "bar " + c.Value
		}
		out = append(out, b)
	}
	return out
}

func (s *server) facetLabel(lang, name, value string) string {
	switch name {
	case "open_type":
		return outcomeLabel(lang, value)
	case "update_frequency":
		return frequencyLabel(lang, value)
	}
	return value
}

// searchCSV writes everything that was found, for a spreadsheet program: no cell of it is a formula.
func (s *server) searchCSV(q *request) error {
	query := queryOf(q.URL)
	query.Limit = platform.MaxPage
	h := q.w.Header()
	h.Set("Content-Type", "text/csv; charset=utf-8")
	h.Set("Content-Disposition", `attachment; filename="entries.csv"`)
	h.Add("Vary", "Accept-Language, Cookie")
	if _, err := q.w.Write([]byte("\ufeff")); err != nil { // spreadsheet programs take it for UTF-8 then
		return nil //nolint:nilerr // the client has gone
	}
	w := csv.NewWriter(q.w)
	row := func(cells ...string) {
		for i := range cells {
			cells[i] = table.Guard(cells[i])
		}
		_ = w.Write(cells) // the client has gone
	}
	head := []string{}
	for _, key := range []string{"field.id", "field.name", "field.unit", "field.theme", "field.open_type", "field.update_frequency", "field.format", "field.updated", "field.summary", "field.items"} {
		head = append(head, say(q.lang, key))
	}
	row(head...)
	for {
		found := s.Search(query)
		for i := range found.Entries {
			e := &found.Entries[i]
			row(e.ID, e.Name, e.Unit, e.Theme, outcomeLabel(q.lang, string(e.OpenType)), frequencyLabel(q.lang, string(e.UpdateFrequency)), e.Format, when(e.UpdatedAt), e.Summary, itemNames(e))
		}
		query.Offset += len(found.Entries)
		if len(found.Entries) == 0 || query.Offset >= found.Total {
			break
		}
	}
	w.Flush()
	return nil
}

func itemNames(e *catalog.Entry) string {
	names := make([]string, 0, len(e.Items))
	for i := range e.Items {
		names = append(names, e.Items[i].Name)
	}
	return strings.Join(names, "、")
}
