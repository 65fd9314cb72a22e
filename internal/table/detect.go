package table

import (
	"io"

	"golang.org/x/text/encoding"
)

// DetectEncoding tells what a text is encoded in, and how many bytes of a byte-order mark it begins with, for readers that do not keep a whole
// table in memory.
func DetectEncoding(r io.ReaderAt, size int64) (name string, bom int, err error) {
	return detectEncoding(r, size)
}

// DecoderOf returns the decoding of an encoding, nil for UTF-8 itself, and its name in one spelling.
func DecoderOf(name string) (encoding.Encoding, string, error) { return decoderOf(name) }

// DetectDelimiter tells what delimits the fields of a sample in UTF-8: one of , ; tab |. whole says that the sample is all there is.
func DetectDelimiter(sample []byte, whole bool) rune {
	return detectDelimiter(sample, whole, Limits{}.orDefault())
}

// Refused says what an input is that is no table of text, and what to do about it; empty where nothing speaks against it.
func Refused(head []byte) string { return refused(head) }

// SameEncoding reports whether two names are of one encoding, with a byte-order mark or without.
func SameEncoding(a, b string) bool {
	_, a, errA := decoderOf(a)
	_, b, errB := decoderOf(b)
	return errA == nil && errB == nil && a == b
}
