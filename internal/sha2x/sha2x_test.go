package sha2x

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// first is the chaining value before the first block (FIPS 180-4, 5.3.3).
var first = [8]uint32{0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19}

// sums are the hashes of two messages that have one number of blocks.
func sums(messages [Lanes][]byte) (out [Lanes]string) {
	h := States{first, first}
	var padded [Lanes][]byte
	for lane, m := range messages {
		p := append(bytes.Clone(m), 0x80)
		p = append(p, make([]byte, (120-len(p)%64)%64)...)
		padded[lane] = binary.BigEndian.AppendUint64(p, uint64(len(m))*8)
	}
	for at := 0; at < len(padded[0]); at += 64 {
		var b Blocks
		for lane, p := range padded {
			copy(b[lane][:], p[at:])
		}
		Compress(&h, &b)
	}
	for lane, words := range h {
		var sum []byte
		for _, w := range words {
			sum = binary.BigEndian.AppendUint32(sum, w)
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
		"abc": "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
		"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq": "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1",
	} {
		for _, got := range sums([Lanes][]byte{[]byte(text), []byte(text)}) {
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
			want := sha256.Sum256(m[i])
			require.Equal(t, hex.EncodeToString(want[:]), got)
		}
	})
}

// BenchmarkCompress is to be held against two blocks of crypto/sha256.
func BenchmarkCompress(b *testing.B) {
	skipWithout(b)
	b.Run("two at once", func(b *testing.B) {
		var h States
		var blocks Blocks
		for b.Loop() {
			Compress(&h, &blocks)
		}
	})
	b.Run("two blocks alone", func(b *testing.B) {
		d, block := sha256.New(), make([]byte, 64)
		for b.Loop() {
			d.Write(block) // hash.Hash never returns an error
			d.Write(block)
		}
	})
}
