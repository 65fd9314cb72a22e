package store

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strings"
	"time"
)

// zeroHash is what the first event is bound to.
var zeroHash = strings.Repeat("0", 2*sha256.Size)

// Sum is the hash that the event must have: SHA-256 over its other fields, each with its length, in the order of the struct.
func (e *Event) Sum() string {
	h := sha256.New()
	var size [8]byte
	put := func(b []byte) {
		binary.BigEndian.PutUint64(size[:], uint64(len(b)))
		h.Write(size[:])
		h.Write(b)
	}
	number := func(n int64) {
		var b [8]byte
		binary.BigEndian.PutUint64(b[:], uint64(n)) //nolint:gosec // the bits are what is hashed
		put(b[:])
	}
	put([]byte("banfa event 1"))
	number(e.Seq)
	put([]byte(e.Stream))
	number(e.Version)
	number(e.At.UnixMicro())
	for _, s := range []string{e.Actor, e.Role, e.Kind} {
		put([]byte(s))
	}
	put(e.Data)
	put([]byte(e.Prev))
	return hex.EncodeToString(h.Sum(nil))
}

// canonical is JSON with sorted keys and without white space, numbers as they were written.
func canonical(v any) (json.RawMessage, error) {
	text, err := json.Marshal(v)
	if err != nil {
		return nil, fmt.Errorf("%w: its data: %w", ErrEvent, err)
	}
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	var whole any
	if err := d.Decode(&whole); err != nil {
		return nil, fmt.Errorf("%w: its data: %w", ErrEvent, err)
	}
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(whole); err != nil {
		return nil, fmt.Errorf("%w: its data: %w", ErrEvent, err)
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), nil
}

// follow makes the event that comes after another.
func follow(prev *Event, n *NewEvent, version int64, now time.Time) (Event, error) {
	data, err := canonical(n.Data)
	if err != nil {
		return Event{}, err
	}
	at := now.UTC().Truncate(time.Microsecond)
	if at.Before(prev.At) { // a clock that went back
		at = prev.At
	}
	e := Event{
		Seq: prev.Seq + 1, Stream: n.Stream, Version: version, At: at, Actor: n.Actor, Role: n.Role, Kind: n.Kind, Data: data, Prev: prev.Hash,
	}
	e.Hash = e.Sum()
	return e, nil
}
