package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"strings"

	"github.com/banfa-go/banfa"
	"github.com/banfa-go/banfa/classify"
	"github.com/banfa-go/banfa/deadline"
)

// printJSON writes one object on one line. Characters that only matter within HTML are left as they are.
func (a *app) printJSON(v any) error {
	text, err := encode(v)
	if err != nil {
		return err
	}
	_, err = a.stdout.Write(text)
	return err
}

func encode(v any) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	err := e.Encode(v)
	return b.Bytes(), err
}

// describe puts an error into the user's language where it can speak several.
func (a *app) describe(err error) string {
	var fe *banfa.FactError
	if errors.As(err, &fe) {
		return fe.Message(a.lang)
	}
	if deadline.CodeOf(err) != "" {
		return deadline.Explain(err, a.lang)
	}
	var nf *classify.NotFoundError
	if errors.As(err, &nf) && nf.Name == "" && len(nf.Have) > 0 {
		return "there are several rule files; give the name of one: " + strings.Join(nf.Have, ", ")
	}
	return withoutPackage(err.Error())
}

// withoutPackage takes away the name of the package that speaks: whoever uses the command knows none.
func withoutPackage(text string) string {
	for _, p := range []string{"banfa", "classify", "conformance", "jsonschema"} {
		if rest, ok := strings.CutPrefix(text, p+": "); ok {
			return rest
		}
	}
	return text
}

// failure is the shape of an error in JSON.
type failure struct {
	Code    string `json:"code"`
	Message string `json:"message"`
	Fact    string `json:"fact,omitempty"`
	Item    string `json:"item,omitempty"`
	Line    int    `json:"line,omitempty"`
	Column  int    `json:"column,omitempty"`
	Year    int    `json:"year,omitempty"`  // without a published schedule
	Since   string `json:"since,omitempty"` // the first day of an open suspension
	Field   string `json:"field,omitempty"` // of the input of a deadline
}

func errorObject(err error) failure {
	var fe *banfa.FactError
	var nf *classify.NotFoundError
	var nif *classify.NotInForceError
	var ce *classify.ChangeError
	out := failure{Code: "error", Message: err.Error()}
	switch {
	case errors.As(err, &fe):
		out.Code, out.Fact, out.Item, out.Line, out.Column = "invalid_input", fe.Fact, fe.Item, fe.Line, fe.Column
	case errors.As(err, &ce):
		out.Code = "invalid_input"
	case errors.As(err, &nf):
		out.Code = "not_found"
	case errors.As(err, &nif):
		out.Code = "not_in_force"
	case deadline.CodeOf(err) != "":
		deadlineFailure(&out, err)
	}
	return out
}

func deadlineFailure(out *failure, err error) {
	out.Code = string(deadline.CodeOf(err))
	var cover *deadline.CoverageError
	var in *deadline.InputError
	switch {
	case errors.As(err, &cover):
		out.Year = cover.Year
	case errors.As(err, &in):
		out.Field, out.Since = in.Field, in.Since.String()
	}
}
