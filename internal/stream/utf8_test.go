package stream

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// TestUTF8IsWhatPackageUTF8TakesForIt puts every two bytes, with two behind them of each range that matters, across the end of a block and the end of a text.
func TestUTF8IsWhatPackageUTF8TakesForIt(t *testing.T) {
	t.Parallel()
	edges := []byte{0x00, 0x7f, 0x80, 0x8f, 0x90, 0x9f, 0xa0, 0xbf, 0xc0, 0xff}
	for _, at := range []int{29, 30, 31, 60} {
		text := bytes.Repeat([]byte{'x'}, 64)
		for first := 0x7f; first <= 0xff; first++ {
			for second := range 0x100 {
				for _, third := range edges {
					for _, fourth := range edges {
						copy(text[at:], []byte{byte(first), byte(second), third, fourth})
						if validUTF8(text) != utf8.Valid(text) {
							t.Fatalf("% x at %d: %t", text[at:at+4], at, validUTF8(text))
						}
					}
				}
			}
		}
	}
}

func TestUTF8OfAnyText(t *testing.T) {
	t.Parallel()
	part := rapid.OneOf(rapid.String(), rapid.SampledFrom([]string{
		"，张三的车", "\xe5\xbc", "\x80", "\xed\xa0\x80", "\xf4\x90\x80\x80", "\xf0\x9f\x9a\x97", "\xf0\x9f", "\xc3", "é", strings.Repeat("a", 31), strings.Repeat("停", 11),
	}))
	rapid.Check(t, func(t *rapid.T) {
		text := []byte(strings.Join(rapid.SliceOfN(part, 0, 12).Draw(t, "parts"), ""))
		require.Equal(t, utf8.Valid(text), validUTF8(text), "%q", text)
		require.Equal(t, utf8.Valid(text), validUTF8Words(text), "%q by words", text)
	})
}

func BenchmarkValidUTF8(b *testing.B) {
	var text []byte
	for i := 0; len(text) < chunkBytes; i++ {
		text = fmt.Appendf(text, "440305198001%06d,6222021200000000,王小明,13800000000,1980-01-02,南山区科技园路%d号,12.50,东停车场,lot-001,按次收费，现场缴清\n", i%1_000_000, i%999)
	}
	for name, valid := range map[string]func([]byte) bool{"blocks": validUTF8, "words": validUTF8Words, "package utf8": utf8.Valid} {
		b.Run(name, func(b *testing.B) {
			b.SetBytes(int64(len(text)))
			for b.Loop() {
				valid(text)
			}
		})
	}
}
