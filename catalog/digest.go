package catalog

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"
)

// digestBuffers holds the encodings of entries between digests: an entry is a few hundred bytes, and a city has a million of them.
var digestBuffers = sync.Pool{New: func() any { return new([]byte) }}

// Digest is "sha256:" and the hex SHA-256 of what the entry says: all its fields but its versions, its states of review and where it was
// read from. An open entry pins the base entry that it was derived from by it (Article 18, second paragraph).
func (e *Entry) Digest() string { return digestText(digestOf(e)) }

func digestOf(e *Entry) digestSum {
	buf := digestBuffers.Get().(*[]byte)
	*buf = digestEntry((*buf)[:0], e)
	sum := sha256.Sum256(*buf)
	digestBuffers.Put(buf)
	return sum
}

// Digest is "sha256:" and the hex SHA-256 over the digests of the entries. The order of the entries in the catalog does not matter; an
// entry more, less or twice does. How it is made up, digestSet says.
func (c *Catalog) Digest() string {
	sums := make([]digestSum, len(c.Entries))
	sideBySide((len(sums)+63)/64, func(from, to int) {
		for i := from * 64; i < min(to*64, len(sums)); i++ {
			sums[i] = digestOf(&c.Entries[i])
		}
	})
	return digestAll(digestOrdered(sums))
}

func digestText(sum digestSum) string { return "sha256:" + hex.EncodeToString(sum[:]) }

// digestEntry appends the encoding: of each field that is not empty its tag, its length and its bytes. The tags never change meaning.
func digestEntry(b []byte, e *Entry) []byte {
	for i, s := range [...]string{
		e.ID, e.Name, e.Summary, e.Format, string(e.Sharing), string(e.OpenType), e.Reason, e.System, string(e.UpdateFrequency), e.Unit,
		e.Theme, e.Granularity, e.Registration, e.URL, e.Source, e.LocalID, e.Desensitization, e.BaseID,
	} {
		b = digestString(b, byte(i+1), s)
	}
	b = digestInt(b, 32, int64(e.Level))
	b = digestTime(b, 33, e.CatalogUpdated)
	b = digestTime(b, 34, e.UpdatedAt)
	for _, s := range e.Conditions {
		b = digestElement(b, 35, s)
	}
	for _, s := range e.Materials {
		b = digestElement(b, 36, s)
	}
	b = digestMap(b, 37, e.Facts)
	b = digestMap(b, 38, e.Extra)
	for i := range e.Items {
		b = digestItem(append(b, 64), &e.Items[i])
	}
	return b
}

func digestItem(b []byte, it *Item) []byte {
	for i, s := range [...]string{
		it.Name, it.Type, it.Summary, it.Semantic, string(it.Subject), string(it.Identifier), it.Granularity, it.Namespace, it.Masking,
		string(it.Sharing), string(it.OpenType),
	} {
		b = digestString(b, byte(i+65), s)
	}
	b = digestInt(b, 96, int64(it.Length))
	b = digestInt(b, 97, int64(it.Level))
	return digestMap(b, 98, it.Facts)
}

func digestString(b []byte, tag byte, s string) []byte {
	if s == "" {
		return b
	}
	return digestElement(b, tag, s)
}

// digestElement is digestString of a list, where an empty element counts.
func digestElement(b []byte, tag byte, s string) []byte {
	b = binary.AppendUvarint(append(b, tag), uint64(len(s)))
	return append(b, s...)
}

func digestInt(b []byte, tag byte, n int64) []byte {
	if n == 0 {
		return b
	}
	return binary.AppendVarint(append(b, tag), n)
}

func digestTime(b []byte, tag byte, t time.Time) []byte {
	if t.IsZero() {
		return b
	}
	b = binary.AppendVarint(append(b, tag), t.Unix()) // the instant: its zone is how it was written
	return binary.AppendVarint(b, int64(t.Nanosecond()))
}

// digestMap encodes facts as JSON does, which sorts keys, so that a number read from a file is the number that a program set.
func digestMap(b []byte, tag byte, m map[string]any) []byte {
	if len(m) == 0 {
		return b
	}
	text, err := json.Marshal(m)
	if err != nil { // a value that JSON does not have, such as NaN: its Go form, keys in order
		keys := make([]string, 0, len(m))
		for k, v := range m {
			keys = append(keys, fmt.Sprintf("%q=%T:%v", k, v, v))
		}
		slices.Sort(keys)
		text = []byte(strings.Join(keys, "\x00"))
	}
	return digestElement(b, tag, string(text))
}
