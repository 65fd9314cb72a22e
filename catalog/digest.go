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
	return digestText(sha256.Sum256(digestRoot(digestOrdered(sums))))
}

func digestText(sum digestSum) string {
	const name = "sha256:"
	var text [len(name) + 2*sha256.Size]byte
	hex.Encode(text[copy(text[:], name):], sum[:])
	return string(text[:])
}

// digestEntry appends the encoding: of each field that is not empty its tag, its length and its bytes. The tags never change meaning.
func digestEntry(b []byte, e *Entry) []byte {
	b = digestString(b, 1, e.ID)
	b = digestString(b, 2, e.Name)
	b = digestString(b, 3, e.Summary)
	b = digestString(b, 4, e.Format)
	b = digestString(b, 5, string(e.Sharing))
	b = digestString(b, 6, string(e.OpenType))
	b = digestString(b, 7, e.Reason)
	b = digestString(b, 8, e.System)
	b = digestString(b, 9, string(e.UpdateFrequency))
	b = digestString(b, 10, e.Unit)
	b = digestString(b, 11, e.Theme)
	b = digestString(b, 12, e.Granularity)
	b = digestString(b, 13, e.Registration)
	b = digestString(b, 14, e.URL)
	b = digestString(b, 15, e.Source)
	b = digestString(b, 16, e.LocalID)
	b = digestString(b, 17, e.Desensitization)
	b = digestString(b, 18, e.BaseID)
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
	b = digestString(b, 65, it.Name)
	b = digestString(b, 66, it.Type)
	b = digestString(b, 67, it.Summary)
	b = digestString(b, 68, it.Semantic)
	b = digestString(b, 69, string(it.Subject))
	b = digestString(b, 70, string(it.Identifier))
	b = digestString(b, 71, it.Granularity)
	b = digestString(b, 72, it.Namespace)
	b = digestString(b, 73, it.Masking)
	b = digestString(b, 74, string(it.Sharing))
	b = digestString(b, 75, string(it.OpenType))
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
	if len(s) < 0x80 {
		return append(append(b, tag, byte(len(s))), s...)
	}
	return append(binary.AppendUvarint(append(b, tag), uint64(len(s))), s...)
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
