package sm3x

import (
	"bytes"
	"encoding/binary"
	"encoding/hex"
	"testing"

	"github.com/emmansun/gmsm/sm3"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// first is the chaining value before the first block (GB/T 32905-2016, 4.1).
var first = [8]uint32{0x7380166f, 0x4914b2b9, 0x172442d7, 0xda8a0600, 0xa96f30bc, 0x163138aa, 0xe38dee4d, 0xb0fb0e4e}

// sums are the hashes of eight messages that have one number of blocks.
func sums(messages [Lanes][]byte) (out [Lanes]string) {
	var h States
	for i, v := range first {
		for lane := range Lanes {
			h[i][lane] = v
		}
	}
	var padded [Lanes][]byte
	for lane, m := range messages {
		p := append(bytes.Clone(m), 0x80)
		p = append(p, make([]byte, (120-len(p)%64)%64)...)
		padded[lane] = binary.BigEndian.AppendUint64(p, uint64(len(m))*8)
	}
	for at := 0; at < len(padded[0]); at += 64 {
		var w Words
		for lane, p := range padded {
			for j := range 16 {
				w[j][lane] = binary.BigEndian.Uint32(p[at+4*j:])
			}
		}
		Compress(&h, &w)
	}
	for lane := range out {
		var sum []byte
		for _, word := range h {
			sum = binary.BigEndian.AppendUint32(sum, word[lane])
		}
		out[lane] = hex.EncodeToString(sum)
	}
	return out
}

func skipWithout(t testing.TB) {
	if !Has() {
		t.Skip("this processor has no instructions for it")
	}
}

func TestTheExamplesOfTheStandard(t *testing.T) {
	skipWithout(t)
	for text, want := range map[string]string{
		"abc": "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0",
		"abcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcd": "debe9ff92275b8a138604889c18e5a4d6fdb70e5387e5765293dcba39c0c5732",
	} {
		var m [Lanes][]byte
		for i := range m {
			m[i] = []byte(text)
		}
		for _, got := range sums(m) {
			assert.Equal(t, want, got)
		}
	}
}

func TestEachLaneIsTheHashOfItsOwnMessage(t *testing.T) {
	skipWithout(t)
	rapid.Check(t, func(t *rapid.T) {
		size := rapid.IntRange(0, 200).Draw(t, "size")
		var m [Lanes][]byte
		for i := range m {
			m[i] = rapid.SliceOfN(rapid.Byte(), size, size).Draw(t, "message")
		}
		for i, got := range sums(m) {
			want := sm3.Sum(m[i])
			require.Equal(t, hex.EncodeToString(want[:]), got)
		}
	})
}

func BenchmarkCompress(b *testing.B) {
	skipWithout(b)
	var h States
	var w Words
	b.SetBytes(64 * Lanes)
	for b.Loop() {
		Compress(&h, &w)
	}
}
