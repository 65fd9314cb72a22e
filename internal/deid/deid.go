// Package deid has the transforms of single values: pure functions of a cell's text, its place and keys, without any notion of policies,
// files or rules. Everything here is deterministic: whatever looks random is drawn from a keyed function of the cell's place.
package deid

import "errors"

// Cell is what a transform may look at.
type Cell struct {
	// Text is the cell's value as it stands in the file, UTF-8; it is only valid during the call, and never changed.
	Text []byte
	// UTF8 says that Text is known to be UTF-8; false says nothing.
	UTF8 bool
	// Null says that there is no value: an empty cell of a csv file, null in JSON and Parquet. Transforms are not called for nulls unless they
	// ask for them.
	Null bool
	// Row is the row's number in the input, from 1, the header aside.
	Row int64
	// Subject is what tells persons apart, for transforms that must treat all rows of a person alike; empty where the policy names none.
	Subject []byte
}

// Func appends the transformed value to dst and returns it. ErrSuppress: there is to be no value. ErrInvalid (or an error that wraps it): the value is
// not of the form the transform takes; the policy says what then becomes of it, and it is never passed through. A Func is safe
// for any number of goroutines and does not keep dst or the cell.
type Func func(dst []byte, c Cell) ([]byte, error)

var (
	// ErrSuppress says that the value is left out.
	ErrSuppress = errors.New("deid: suppressed")
	// ErrInvalid says that a transform cannot take the value.
	ErrInvalid = errors.New("deid: not a value of the expected form")
)
