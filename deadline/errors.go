package deadline

import (
	"errors"

	"github.com/banfa-go/banfa/internal/civil"
	"github.com/banfa-go/banfa/internal/message"
	"github.com/banfa-go/banfa/internal/workday"
)

// Code says what kind of error a computation met. The command prints it.
type Code string

// The codes.
const (
	InvalidInput Code = "invalid_input" // the input says something impossible
	Suspended    Code = "suspended"     // an open suspension: there is no due date yet
	NotCovered   Code = "not_covered"   // the count needs a year without a published schedule
	NotFound     Code = "not_found"     // no such rule file or deadline
	NotInForce   Code = "not_in_force"  // outside its effective window
)

// What errors.Is finds in the errors of this package, by code.
var (
	ErrInvalidInput = errors.New("deadline: invalid input")
	ErrSuspended    = errors.New("deadline: suspended")
	ErrNotCovered   = errors.New("deadline: not covered")
	ErrNotFound     = errors.New("deadline: not found")
	ErrNotInForce   = errors.New("deadline: not in force")
)

// CodeOf returns the code of an error of this package, and "" for any other.
func CodeOf(err error) Code {
	var in *InputError
	switch {
	case errors.As(err, &in):
		return in.Code
	case errors.Is(err, ErrNotCovered):
		return NotCovered
	case errors.Is(err, ErrInvalidInput):
		return InvalidInput
	case errors.Is(err, ErrNotFound):
		return NotFound
	case errors.Is(err, ErrNotInForce):
		return NotInForce
	default:
		return ""
	}
}

// Explain returns the text of an error in lang ("zh"; every other language reads as English). The errors of this
// package say what is wrong, where, and what to do; of any other error it is what Error says.
func Explain(err error, lang string) string {
	var t interface{ Text(lang string) string }
	if errors.As(err, &t) {
		return t.Text(lang)
	}
	if err == nil {
		return ""
	}
	return err.Error()
}

// InputError says that the input of a computation cannot be answered as it stands: it is wrong (InvalidInput) or
// its suspension is still open (Suspended). errors.Is finds ErrInvalidInput or ErrSuspended in it.
type InputError struct {
	Code  Code
	Field string // which part of the input, such as "suspensions[1]"
	Since Date   // for Suspended: the first day of the open suspension

	key  string
	args []string
}

func invalid(field, key string, args ...string) *InputError {
	return &InputError{Code: InvalidInput, Field: field, key: key, args: args}
}

// Error says it in English; Text in either language.
func (e *InputError) Error() string { return "deadline: " + e.Text(message.English) }

// Text says where, what is wrong and what to do, in lang ("zh", or English).
func (e *InputError) Text(lang string) string { return e.Field + ": " + text(lang, e.key, e.args...) }

// Is makes errors.Is find the sentinel of the code.
func (e *InputError) Is(target error) bool {
	return target == ErrInvalidInput && e.Code == InvalidInput || target == ErrSuspended && e.Code == Suspended
}

// CoverageError says that a count needs a day of a year whose schedule is not published, or not loaded. No answer
// is guessed for such a year. errors.Is finds ErrNotCovered in it.
type CoverageError struct {
	Calendar    string // the name of the calendar
	Year        int    // the year that is not covered; it can lie outside 0001 to 9999
	Needed      Date   // the first day that was needed and is not covered; zero where it is no Date
	First, Last Date   // what the calendar covers; zero where it covers nothing

	text workday.CoverageError
}

// Error says it in English; Text in either language.
func (e *CoverageError) Error() string { return "deadline: " + e.Text(message.English) }

// Text names the year and says what to do, in lang ("zh", or English).
func (e *CoverageError) Text(lang string) string { return e.text.Text(lang) }

// Is makes errors.Is find ErrNotCovered.
func (e *CoverageError) Is(target error) bool { return target == ErrNotCovered }

// DataError says what is wrong with a data file of a calendar, and where. A file with an error is refused whole.
// errors.Is finds ErrInvalidInput in it.
type DataError struct {
	File string // "" where the error is not one of a file
	Line int    // counted from 1; 0 where the error is one of the file as a whole

	text *workday.DataError
}

// Error says it in English; Text in either language.
func (e *DataError) Error() string { return "deadline: " + e.Text(message.English) }

// Text says where and what it is, in lang ("zh", or English).
func (e *DataError) Text(lang string) string { return e.text.Text(lang) }

// Is makes errors.Is find ErrInvalidInput.
func (e *DataError) Is(target error) bool { return target == ErrInvalidInput }

// public turns an error of internal/workday into one of this package.
func (c *Calendar) public(err error) error {
	var cover *workday.CoverageError
	if errors.As(err, &cover) {
		return c.uncovered(*cover)
	}
	return err
}

func (c *Calendar) uncovered(e workday.CoverageError) *CoverageError {
	out := &CoverageError{Calendar: c.name, Year: e.Year, text: e}
	if e.First <= e.Last {
		out.First, out.Last = dateOf(e.First), dateOf(e.Last)
	}
	if e.Year >= civil.MinYear && e.Year <= civil.MaxYear {
		out.Needed = dateOf(e.Needed)
	}
	return out
}

func publicData(err error) error {
	var data *workday.DataError
	if errors.As(err, &data) {
		return &DataError{File: data.File, Line: data.Line, text: data}
	}
	return err
}
