package stream

import (
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

func TestMarksStandWhereDelimitersAndLineEndsDo(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := []byte(rapid.StringOfN(rapid.SampledFrom([]rune(",;\n\r\"a,\u8f66")), 0, 300, -1).Draw(t, "text"))
		comma := rapid.SampledFrom([]byte{',', ';', '\t'}).Draw(t, "delimiter")
		words := make([]uint64, len(text)/markBytes+1)
		n := marks(words, text, comma)
		require.Equal(t, (len(text)+markBytes-1)/markBytes, n)
		for k := range n {
			require.Equal(t, markWords(text[k*markBytes:], lanesOf(comma)), words[k], "word %d of %q by words", k, text)
		}
		for i, c := range text {
			require.Equal(t, c == comma || c == '\n', words[i/markBytes]>>(i%markBytes)&1 == 1, "byte %d of %q", i, text)
		}
	})
}
