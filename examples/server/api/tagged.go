package api

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"net/http"
	"strings"
)

// Tagged is an answer with an ETag, which is not sent again to who has it.
type Tagged[T any] struct {
	Status int
	ETag   string `header:"ETag"`
	Link   string `header:"Link" doc:"the next page, where there is one"`
	Type   string `header:"Content-Type" hidden:"true"`
	Body   T
}

// tagged answers with a value under a tag; without one, it is a digest of the value.
func tagged[T any](ctx context.Context, tag string, v T) (*Tagged[T], error) {
	if tag == "" {
		text, err := json.Marshal(v)
		if err != nil {
			return nil, problem(ctx, err)
		}
		sum := sha256.Sum256(text)
		tag = hex.EncodeToString(sum[:16])
	}
	out := &Tagged[T]{Status: http.StatusOK, ETag: `"` + tag + `"`, Body: v}
	if r := request(ctx); r != nil && matches(strings.Join(r.Header.Values("If-None-Match"), ","), out.ETag) {
		return &Tagged[T]{Status: http.StatusNotModified, ETag: out.ETag}, nil
	}
	return out, nil
}

// matches reads If-None-Match.
func matches(header, etag string) bool {
	for tag := range strings.SplitSeq(header, ",") {
		if tag = strings.TrimPrefix(strings.TrimSpace(tag), "W/"); tag == etag || tag == "*" {
			return true
		}
	}
	return false
}

// Text is an answer that is not JSON.
type Text struct {
	Status      int
	ETag        string `header:"ETag"`
	Disposition string `header:"Content-Disposition" hidden:"true"`
	Type        string `header:"Content-Type" hidden:"true"`
	Body        []byte
}

// Case answers with what is for one case alone, and not kept.
type Case struct {
	Disposition string `header:"Content-Disposition" hidden:"true"`
	Type        string `header:"Content-Type" hidden:"true"`
	Body        []byte
}

// The types of texts.
const (
	markdown = "text/markdown; charset=utf-8"
	sheet    = "text/csv; charset=utf-8"
	mermaid  = "text/vnd.mermaid; charset=utf-8"
	docx     = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
)

// text answers with a text under a tag that is its digest; a name makes it a file.
func text(ctx context.Context, kind, name string, body []byte) (*Text, error) {
	t, err := tagged(ctx, "", body)
	if err != nil {
		return nil, err
	}
	out := &Text{Status: t.Status, ETag: t.ETag, Body: t.Body}
	if t.Status == http.StatusOK {
		if out.Type = kind; name != "" {
			out.Disposition = attachment(name)
		}
	}
	return out, nil
}
