// Package store keeps what happened: one append-only log of events, each bound to the one before by its hash, and the blobs that events
// name by their digests. Everything else the server knows is folded from the log.
package store

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"iter"
	"time"
)

// Event is something that happened. Once appended it never changes.
type Event struct {
	Seq     int64     `json:"seq"`     // of the whole log, from 1, without gaps
	Stream  string    `json:"stream"`  // what it happened to, such as application/A-000001
	Version int64     `json:"version"` // of the stream, from 1, without gaps
	At      time.Time `json:"at"`      // UTC, to the microsecond; never before the event before it
	Actor   string    `json:"actor"`   // who did it: the subject of the identity; empty for the server itself
	Role    string    `json:"role"`    // in which role
	Kind    string    `json:"kind"`    // such as application.submitted
	// Data is JSON with sorted keys; it names blobs by their digests, and what a decision rests on by the digests of rules, facts and calendar.
	Data json.RawMessage `json:"data"`
	Prev string          `json:"prev"` // the hash of the event before; of the first, 64 zeros
	Hash string          `json:"hash"` // sha256 in hex over all of the above
}

// NewEvent is an event that is yet to be appended.
type NewEvent struct {
	Stream, Actor, Role, Kind string
	Data                      any
}

var (
	// ErrConflict says that something else happened to the stream in between: read again and decide again.
	ErrConflict = errors.New("store: the stream has changed")
	// ErrNotFound says that there is no blob of that digest.
	ErrNotFound = errors.New("store: not found")
	// ErrEvent says that an event cannot be written as it is, whoever asks: nothing was appended.
	ErrEvent = errors.New("store: the event cannot be written")
	// ErrReadOnly says that the disk is full or the database cannot be written: nothing was appended.
	ErrReadOnly = errors.New("store: cannot write")
)

// Expect is the version that a stream must have for an append to go through.
type Expect struct {
	Stream  string
	Version int64
}

// Store is the log. It is safe for any number of goroutines, and of processes on one database.
type Store interface {
	// Append appends all events or none, after everything that is in the log. Each of expect must still hold, or it is ErrConflict.
	// When it returns without an error, the events are on the disk.
	Append(ctx context.Context, expect []Expect, events ...NewEvent) ([]Event, error)
	// Events iterates over the events after seq, in order.
	Events(ctx context.Context, after int64) iter.Seq2[Event, error]
	// Head is the last event's seq and hash; 0 and 64 zeros for an empty log.
	Head(ctx context.Context) (seq int64, hash string, err error)
	// PutBlob keeps what r has and returns its digest, "sha256:" and hex. It is kept whole or not at all. A blob longer than limit bytes is refused.
	PutBlob(ctx context.Context, r io.Reader, limit int64) (digest string, size int64, err error)
	// Blob opens a blob; what it reads is checked against the digest, and reading ends with an error where it does not match.
	Blob(ctx context.Context, digest string) (io.ReadCloser, int64, error)
	// Backup writes a consistent copy while the store is used.
	Backup(ctx context.Context, path string) error
	Ping(ctx context.Context) error
	Close() error
}

// Clock gives the time of appended events; the default of the stores is time.Now. A clock that has gone back gives events the time of the event
// before, never an earlier one.
type Clock func() time.Time
