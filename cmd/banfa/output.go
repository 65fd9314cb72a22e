package main

import (
	"bytes"
	"encoding/json"
	"errors"

	"github.com/banfa-go/banfa"
	"github.com/banfa-go/banfa/classify"
	"github.com/banfa-go/banfa/condition"
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
	var anf *condition.NotFoundError
	var ani *condition.NotInForceError
	var mnf *condition.MonitorNotFoundError
	var mni *condition.MonitorNotInForceError
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
	case errors.As(err, &anf):
		out.Code = "not_found"
	case errors.As(err, &ani):
		out.Code = "not_in_force"
	case errors.As(err, &mnf):
		out.Code = "not_found"
	case errors.As(err, &mni):
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
