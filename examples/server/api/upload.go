package api

import (
	"errors"
	"io"
	"mime"
	"net"
	"strings"
	"unicode"

	"github.com/danielgtaylor/huma/v2"
)

// Upload takes a body as it comes, without holding it. How long it may be is the platform's to say.
type Upload struct {
	Name string `query:"name" required:"true" minLength:"1" maxLength:"200" doc:"the file's name, which says what format it has"`
	body io.Reader
}

// Resolve keeps the body for the operation.
func (u *Upload) Resolve(ctx huma.Context) []error {
	u.body = uploaded{ctx.BodyReader()}
	stated := u.Name
	if u.Name = baseName(stated); u.Name == "" && stated != "" { // a name that is missing has been told of
		return []error{&huma.ErrorDetail{Location: "query.name", Message: badName}}
	}
	return nil
}

// badName is said of a name that is none.
const badName = "not the name of a file"

// baseName is the last part of a name, whichever system it comes from; empty where it is none.
func baseName(name string) string {
	name = strings.TrimSpace(name[strings.LastIndexAny(name, `/\`)+1:])
	if name == "." || name == ".." || strings.ContainsFunc(name, func(r rune) bool {
		return unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r) || r == unicode.ReplacementChar
	}) {
		return ""
	}
	return name
}

// attachment is a Content-Disposition by which a file is saved under its name, and never shown: in ASCII for old programs, and as it is (RFC 6266).
func attachment(name string) string {
	ascii := strings.Map(func(r rune) rune {
		if r > unicode.MaxASCII || !unicode.IsLetter(r) && !unicode.IsDigit(r) && !strings.ContainsRune("._-", r) {
			return '_'
		}
		return r
	}, name)
	if ascii == name {
		return "attachment; filename=" + name
	}
	whole := mime.FormatMediaType("attachment", map[string]string{"filename": name})
	_, encoded, ok := strings.Cut(whole, "filename*=")
	if !ok { // ASCII that had to be quoted
		return whole
	}
	return `attachment; filename="` + ascii + `"; filename*=` + encoded
}

// uploaded is a body on its way in. What goes wrong with it is the client's or the line's, and not ours.
type uploaded struct{ r io.Reader }

func (u uploaded) Read(b []byte) (int, error) {
	n, err := u.r.Read(b)
	if err != nil && !errors.Is(err, io.EOF) {
		err = &lostError{err}
	}
	return n, err
}

// lostError says that a body did not come to its end.
type lostError struct{ err error }

func (e *lostError) Error() string { return "api: the body was lost: " + e.err.Error() }

func (e *lostError) Unwrap() error { return e.err }

func (e *lostError) code() string {
	var timeout net.Error
	if errors.As(e.err, &timeout) && timeout.Timeout() {
		return "slow"
	}
	return "body"
}

// binary describes a body of bytes.
func binary() *huma.RequestBody {
	return &huma.RequestBody{Required: true, Content: map[string]*huma.MediaType{
		"application/octet-stream": {Schema: &huma.Schema{Type: huma.TypeString, Format: "binary"}},
	}}
}
