package ff1

import (
	"crypto/aes"
	"crypto/cipher"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/emmansun/gmsm/sm4"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

func block(t testing.TB, make func([]byte) (cipher.Block, error), key string) cipher.Block {
	k, err := hex.DecodeString(key)
	require.NoError(t, err)
	b, err := make(k)
	require.NoError(t, err)
	return b
}

func alphabet(t testing.TB, chars string) *Alphabet {
	a, err := NewAlphabet(chars)
	require.NoError(t, err)
	return a
}

func newCipher(t testing.TB, b cipher.Block, chars, tweak string) *Cipher {
	c, err := New(b, alphabet(t, chars), []byte(tweak))
	require.NoError(t, err)
	return c
}

const (
	key128 = "2b7e151628aed2a6abf7158809cf4f3c"
	key192 = key128 + "ef4359d8d580aa4f"
	key256 = key192 + "7f036d6f04fc6a94"
)

// The samples of NIST's FF1samples.pdf.
var samples = []struct{ key, alphabet, tweak, plain, cipher string }{
	{key128, Digits, "", "0123456789", "2433477484"},
	{key128, Digits, "9876543210", "0123456789", "6124200773"},
	{key128, Lower, "7777pqrs777", "0123456789abcdefghi", "a9tv40mll9kdu509eum"},
	{key192, Digits, "", "0123456789", "2830668132"},
	{key192, Digits, "9876543210", "0123456789", "2496655549"},
	{key192, Lower, "7777pqrs777", "0123456789abcdefghi", "xbj3kv35jrawxv32ysr"},
	{key256, Digits, "", "0123456789", "6657667009"},
	{key256, Digits, "9876543210", "0123456789", "1001623463"},
	{key256, Lower, "7777pqrs777", "0123456789abcdefghi", "xs8a0azh2avyalyzuwd"},
}

func TestTheNineSamplesOfNIST(t *testing.T) {
	for i, s := range samples {
		c := newCipher(t, block(t, aes.NewCipher, s.key), s.alphabet, s.tweak)
		for _, way := range []string{"fast", "as the standard writes it"} {
			if way != "fast" {
				c.plan(len(s.plain)).small = false
			}
			got, err := c.Encrypt(nil, []byte(s.plain))
			require.NoError(t, err)
			assert.Equal(t, s.cipher, string(got), "sample %d, %s", i+1, way)
			back, err := c.Decrypt([]byte("kept|"), got)
			require.NoError(t, err)
			assert.Equal(t, "kept|"+s.plain, string(back), "sample %d back, %s", i+1, way)
		}
	}
}

// ciphers are the block ciphers with a key each.
func ciphers(t testing.TB) map[string]cipher.Block {
	return map[string]cipher.Block{
		"AES-128": block(t, aes.NewCipher, key128), "AES-192": block(t, aes.NewCipher, key192),
		"AES-256": block(t, aes.NewCipher, key256), "SM4": block(t, sm4.NewCipher, key128),
	}
}

func chineseNumerals(n int) string {
	var b strings.Builder
	for i := range n {
		b.WriteRune(rune(0x4E00 + i))
	}
	return b.String()
}

func TestDecryptionUndoesEncryptionAndBothWaysAgree(t *testing.T) {
	blocks := ciphers(t)
	names := []string{"AES-128", "AES-192", "AES-256", "SM4"}
	alphabets := []string{"01", Digits, Lower, Credit, chineseNumerals(20000), "01甲"}
	rapid.Check(t, func(t *rapid.T) {
		b := blocks[rapid.SampledFrom(names).Draw(t, "cipher")]
		a, err := NewAlphabet(rapid.SampledFrom(alphabets).Draw(t, "alphabet"))
		require.NoError(t, err)
		tweak := rapid.SliceOfN(rapid.Byte(), 0, 40).Draw(t, "tweak")
		c, err := New(b, a, tweak)
		require.NoError(t, err)
		n := rapid.IntRange(c.MinLen(), 80).Draw(t, "length")
		x := make([]uint16, n)
		for i := range x {
			x[i] = uint16(rapid.IntRange(0, a.Radix()-1).Draw(t, "numeral"))
		}
		plain := a.append(nil, x)
		got, err := c.Encrypt(nil, plain)
		require.NoError(t, err)
		back, err := c.Decrypt(nil, got)
		require.NoError(t, err)
		require.Equal(t, string(plain), string(back))

		p := *c.newPlan(n)
		c.runBig(&p, x, true)
		require.Equal(t, string(a.append(nil, x)), string(got), "the fast way and the standard's differ")
		c.runBig(&p, x, false)
		require.Equal(t, string(plain), string(a.append(nil, x)))
	})
}

func TestEncryptionIsAPermutation(t *testing.T) {
	c := newCipher(t, block(t, sm4.NewCipher, key128), Digits, "t")
	seen := make(map[string]bool, 20000)
	for i := range 20000 {
		got, err := c.Encrypt(nil, fmt.Appendf(nil, "%06d", i))
		require.NoError(t, err)
		require.Len(t, got, 6)
		require.False(t, seen[string(got)])
		seen[string(got)] = true
	}
}

func TestAnotherTweakOrKeyMakesAnotherText(t *testing.T) {
	texts := map[string]bool{}
	n := 0
	for _, b := range ciphers(t) {
		for _, tweak := range []string{"", "a", "b", "aa", strings.Repeat("a", 40)} {
			got, err := newCipher(t, b, Digits, tweak).Encrypt(nil, []byte("4403031990010112"))
			require.NoError(t, err)
			texts[string(got)] = true
			n++
		}
	}
	assert.Len(t, texts, n)
}

func TestSmallDomainsAndOtherTextsAreRefused(t *testing.T) {
	b := block(t, aes.NewCipher, key128)
	for _, c := range []struct {
		alphabet string
		least    int
	}{{"01", 20}, {Digits, 6}, {Lower, 4}, {Credit, 5}, {chineseNumerals(20000), 2}} {
		f := newCipher(t, b, c.alphabet, "")
		assert.Equal(t, c.least, f.MinLen())
		short := []rune(c.alphabet)[:1][0]
		text := []byte(strings.Repeat(string(short), c.least-1))
		out, err := f.Encrypt([]byte("kept"), text)
		var domain *DomainError
		require.ErrorAs(t, err, &domain)
		assert.Equal(t, c.least, domain.Least)
		assert.Equal(t, "kept", string(out), "a refused text is not passed through")
		_, err = f.Encrypt(nil, append(text, string(short)...))
		assert.NoError(t, err)
	}
	f := newCipher(t, b, Digits, "")
	for _, text := range []string{"12345678x", "１２３４５６７８", "1234 5678", "1234567\x00", "\xff\xff\xff\xff\xff\xff", strings.Repeat("1", MaxLen+1)} {
		_, err := f.Encrypt(nil, []byte(text))
		assert.ErrorIs(t, err, ErrText, "%.20q", text)
	}
	_, err := f.Encrypt(nil, []byte(strings.Repeat("1", MaxLen)))
	assert.NoError(t, err)

	for _, chars := range []string{"", "0", "010", "a\xff", chineseNumerals(1)} {
		_, err := NewAlphabet(chars)
		assert.Error(t, err, chars)
	}
	_, err = New(b, alphabet(t, Digits), make([]byte, MaxTweak+1))
	assert.Error(t, err)
	_, err = New(eightBytes{}, alphabet(t, Digits), nil)
	assert.ErrorContains(t, err, "8 bytes a block")
}

type eightBytes struct{ cipher.Block }

func (eightBytes) BlockSize() int { return 8 }

func TestACipherIsSafeForManyGoroutines(t *testing.T) {
	c := newCipher(t, block(t, aes.NewCipher, key128), Digits, "")
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for n := 6; n < 70; n++ {
				text := strings.Repeat("7", n)
				got, err := c.Encrypt(nil, []byte(text))
				back, err2 := c.Decrypt(nil, got)
				if err := errors.Join(err, err2); err != nil || string(back) != text {
					t.Errorf("%s came back as %s: %v", text, back, err)
				}
			}
		})
	}
	wg.Wait()
}

func FuzzFastAndGeneralAgree(f *testing.F) {
	f.Add([]byte("0123456789"), []byte("tweak"), false)
	f.Add([]byte("110105194912310021"), []byte(""), true)
	blocks := ciphers(f)
	digits, lower := alphabet(f, Digits), alphabet(f, Lower)
	f.Fuzz(func(t *testing.T, text, tweak []byte, wide bool) {
		a, b := digits, blocks["AES-256"]
		if wide {
			a, b = lower, blocks["SM4"]
		}
		c, err := New(b, a, tweak)
		if err != nil {
			return
		}
		got, err := c.Encrypt(nil, text)
		if err != nil {
			require.Empty(t, got)
			return
		}
		x, ok := a.numerals(nil, text)
		require.True(t, ok)
		c.runBig(c.newPlan(len(x)), x, true)
		require.Equal(t, string(a.append(nil, x)), string(got))
		back, err := c.Decrypt(nil, got)
		require.NoError(t, err)
		require.Equal(t, string(text), string(back))
	})
}

func BenchmarkEncrypt(b *testing.B) {
	for _, name := range []string{"AES-128", "AES-256", "SM4"} {
		for _, text := range []string{"13800138000", "110105194912310021"} {
			b.Run(fmt.Sprintf("%s/%d", name, len(text)), func(b *testing.B) {
				c := newCipher(b, ciphers(b)[name], Digits, "data set/column")
				in, out := []byte(text), make([]byte, 0, 64)
				b.ReportAllocs()
				for b.Loop() {
					var err error
					if out, err = c.Encrypt(out[:0], in); err != nil {
						b.Fatal(err)
					}
				}
			})
		}
	}
}
