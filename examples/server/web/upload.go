package web

import (
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"net/url"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/banfa-go/banfa/catalog"
	"github.com/banfa-go/banfa/examples/server/identity"
	"github.com/banfa-go/banfa/examples/server/platform"
)

// maxToken bounds the parts of a form that stand before its file.
const maxToken = 4096

// overhead is what a form may have around its file.
const overhead = 64 << 10

// filePart reads a form with a file as it comes: the token first, then the file, whose bytes are not kept here. Nothing of the file is read before the token was
// found to be the session's.
func (s *server) filePart(q *request, most int64) (*multipart.Part, string, error) {
	q.Body = http.MaxBytesReader(q.w, q.Body, most+overhead)
	r, err := q.MultipartReader()
	if err != nil {
		return nil, "", errForm
	}
	admitted := false
	for {
		part, err := r.NextPart()
		if err != nil {
			if !admitted {
				return nil, "", errToken
			}
			return nil, "", errForm
		}
		switch part.FormName() {
		case "token":
			text, err := io.ReadAll(io.LimitReader(part, maxToken))
			if err != nil || !s.sessions.TokenValid(q.who, string(text)) {
				return nil, "", errToken
			}
			admitted = true
		case "file":
			if !admitted {
				return nil, "", errToken
			}
			return part, fileName(part.FileName()), nil
		}
	}
}

// fileName is the name of an uploaded file without any folder, whichever system it comes from.
func fileName(name string) string {
	name = filepath.Base(strings.ReplaceAll(name, `\`, "/"))
	name = strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f || r == '/' {
			return -1
		}
		return r
	}, name)
	if name == "" || name == "." || name == ".." {
		return "upload"
	}
	const longest = 120 // runes
	if r := []rune(name); len(r) > longest {
		name = string(r[len(r)-longest:])
	}
	return name
}

type catalogData struct {
	Published *platform.Published
	MayUpload bool
	Outcomes  *chart
	Unread    int
	Findings  int
}

// catalog shows the catalog in force and, to the authority, the form for the next.
func (s *server) catalog(q *request) error { return s.catalogPage(q, http.StatusOK, nil) }

func (s *server) catalogPage(q *request, status int, p *problem) error {
	review, err := s.Review(q.who)
	if err != nil {
		return err
	}
	d := catalogData{Published: s.Catalog(), MayUpload: q.who.Is(identity.Authority), Unread: len(review.Unread), Findings: len(review.Findings)}
	if d.Published != nil {
		d.Outcomes = barChart(q.lang, "outcomes", say(q.lang, "chart.outcomes"), say(q.lang, "facet.open_type"), outcomeBars(q.lang, d.Published.Rest))
	}
	return s.show(q, status, "catalog", say(q.lang, "nav.catalog"), d, p)
}

// outcomeBars are outcomes in the order from open to closed.
func outcomeBars(lang string, counts map[string]int) []bar {
	var out []bar
	for _, o := range []string{"unconditional", "conditional", "closed", "undetermined", "out_of_scope"} {
		if counts[o] > 0 {
			out = append(out, bar{Label: outcomeLabel(lang, o), N: counts[o], Class: "bar " + o})
		}
	}
	return out
}

func (s *server) publish(q *request) error {
	part, name, err := s.filePart(q, platform.MaxCatalog)
	if err != nil {
		return err
	}
	if _, err = s.PublishCatalog(q.Context(), q.who, name, part); err == nil {
		return q.seeOther("/catalog")
	}
	p := s.problemOf(q, err)
	return s.catalogPage(q, p.Status, p)
}

func (s *server) deliver(q *request) error {
	part, name, err := s.filePart(q, platform.MaxData)
	if err != nil {
		return err
	}
	id := q.PathValue("id")
	if _, err = s.Deliver(q.Context(), q.who, id, name, part); err == nil {
		return q.seeOther(entryAddress(id) + "#data")
	}
	p := s.problemOf(q, err)
	p.found(err)
	return s.entryPage(q, p.Status, entryData{Where: "deliver"}, nil, p)
}

// found says what the check of the file against its entry found.
func (p *problem) found(err error) {
	var refused *platform.RefusedError
	if errors.As(err, &refused) {
		for _, text := range findingTexts(refused.Detail) {
			p.Faults = append(p.Faults, fault{Text: text})
		}
	}
}

// download sends the data of a permission. It is a form, and not a link, since the use is reported to the supervision.
func (s *server) download(q *request) error {
	f, err := s.Download(q.Context(), q.who, q.PathValue("id"))
	if err != nil {
		if errors.Is(err, platform.ErrNotFound) || errors.Is(err, platform.ErrForbidden) {
			return err
		}
		return s.caseOf(q, platform.Permissions, &posted{action: "download", problem: s.problemOf(q, err)})
	}
	defer func() {
		if err := f.Close(); err != nil {
			s.cfg.Log.ErrorContext(q.Context(), "a download was not cleaned up", "error", err)
		}
	}()
	h := q.w.Header()
	h.Set("Content-Type", "application/octet-stream")
	if strings.EqualFold(filepath.Ext(f.Name), ".csv") {
		h.Set("Content-Type", "text/csv; charset=utf-8")
	}
	disposition := mime.FormatMediaType("attachment", map[string]string{"filename": fileName(f.Name)})
	if disposition == "" {
		disposition = "attachment"
	}
	h.Set("Content-Disposition", disposition)
	h.Set("Cache-Control", "no-store")
	h.Set("Content-Length", strconv.FormatInt(f.Size, 10))
	h.Set("Content-Digest", f.Digest)
	h.Set("Accept-Ranges", "none")
	_, _ = io.Copy(q.w, f) // the client has gone
	return nil
}

func entryAddress(id string) string { return "/entries/" + url.PathEscape(id) }

// findingTexts are the sentences of findings that a refusal carries.
func findingTexts(detail any) []string {
	findings, _ := detail.([]catalog.Finding)
	var out []string
	for i := range findings {
		if findings[i].Severity == catalog.SeverityError {
			out = append(out, findings[i].Message)
		}
	}
	return out
}
