package deid

import (
	"encoding/binary"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/banfa-go/banfa/internal/ident"
)

func TestABatchMakesWhatEachValueAloneBecomes(t *testing.T) {
	k, err := NewKey("k", []byte("0123456789abcdef"))
	require.NoError(t, err)
	value := rapid.OneOf(
		rapid.SampledFrom([]string{
			"", "1", "13800138000", "11010519491231002X", "1１0105 19491231002x", "\xff", "张三", "2024-01-02", strings.Repeat("长", 15), strings.Repeat("x", 46),
			strings.Repeat("x", 47), strings.Repeat("y", 200),
		}),
		rapid.StringN(0, 70, 200),
	)
	rapid.Check(t, func(t *rapid.T) {
		o := PseudonymOptions{
			Hash:     rapid.SampledFrom([]Hash{SM3, SHA256}).Draw(t, "hash"),
			Domain:   Domain{DataSet: "d", Column: "c"},
			Type:     rapid.SampledFrom([]Type{String, String, Int, Date}).Draw(t, "type"),
			Encoding: rapid.SampledFrom([]Encoding{Hex, Base32, Letters}).Draw(t, "encoding"),
		}
		if o.Type == String {
			o.Kind = rapid.SampledFrom([]ident.Kind{"", "", ident.Mobile, ident.ResidentID}).Draw(t, "kind")
		}
		f, err := Pseudonym(k, o)
		require.NoError(t, err)
		batches, err := PseudonymBatch(k, o)
		require.NoError(t, err)
		batch := batches()
		for range 2 { // the state is used again
			values := rapid.SliceOfN(value, 0, 30).Draw(t, "values")
			texts := make([][]byte, len(values))
			for i, v := range values {
				texts[i] = []byte(v)
			}
			ends, errs := make([]int, len(values)), make([]error, len(values))
			got := batch([]byte("before"), texts, ends, errs)
			at := len("before")
			for i := range values {
				want, err := f(nil, Cell{Text: texts[i]})
				assert.ErrorIs(t, errs[i], err)
				assert.Equal(t, string(want), string(got[at:ends[i]]), "%q", values[i])
				at = ends[i]
			}
			assert.Equal(t, at, len(got))
		}
	})
}

func TestEightHexadecimalDigitsAtOnce(t *testing.T) {
	for _, v := range []uint32{0, 1, 0x9a, 0x01234567, 0x89abcdef, 0xffffffff, 0xa0b1c2d3} {
		assert.Equal(t, fmt.Sprintf("%08x", v), string(binary.LittleEndian.AppendUint64(nil, hex8(v))))
	}
	rapid.Check(t, func(t *rapid.T) {
		v := rapid.Uint32().Draw(t, "v")
		assert.Equal(t, fmt.Sprintf("%08x", v), string(binary.LittleEndian.AppendUint64(nil, hex8(v))))
	})
}

func BenchmarkPseudonymBatch(b *testing.B) {
	k, err := NewKey("k", []byte("0123456789abcdef"))
	require.NoError(b, err)
	for _, hash := range []Hash{SM3, SHA256} {
		b.Run(string(hash), func(b *testing.B) {
			batches, err := PseudonymBatch(k, PseudonymOptions{Hash: hash, Domain: Domain{DataSet: "d"}})
			require.NoError(b, err)
			batch := batches()
			const n = 128
			texts, ends, errs := make([][]byte, n), make([]int, n), make([]error, n)
			for i := range texts {
				texts[i] = []byte("440305198001011234")
			}
			var dst []byte
			for b.Loop() {
				dst = batch(dst[:0], texts, ends, errs)
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/n, "ns/value")
		})
	}
}
