package deid

import (
	"crypto/aes"
	"crypto/cipher"
	"encoding/binary"
	"errors"
	"fmt"

	"github.com/emmansun/gmsm/sm4"

	"github.com/banfa-go/banfa/internal/ff1"
	"github.com/banfa-go/banfa/internal/ident"
)

// BlockCipher is a cipher for FF1.
type BlockCipher string

// The block ciphers: AES of FIPS 197 with a key of 256 bits, and SM4 of GB/T 32907-2016.
const (
	AES BlockCipher = "aes"
	SM4 BlockCipher = "sm4"
)

// FF1Options say how a value is encrypted.
type FF1Options struct {
	Cipher BlockCipher // AES where empty
	Domain Domain      // the tweak, and what the key is derived for
	// Alphabet has the characters of values and of ciphertexts, in order: ff1.Digits where empty.
	Alphabet string
	Kind     ident.Kind // where given, the value must be of this kind, and its canonical spelling is encrypted
}

// EncryptFF1 replaces a value by a ciphertext of the same length and alphabet (保留格式加密; NIST SP 800-38G FF1). Use it where a contract fixes length and characters; a
// pseudonym is safer everywhere else. A value with another character, or of a length with fewer than 10⁶ values (six digits are enough), is ErrInvalid. Check digits are
// encrypted like the rest and do not hold afterwards; an encrypted telephone number need not begin with 1. As of every permutation, a value is its own ciphertext
// with a chance of one in the number of values.
func EncryptFF1(k Key, o FF1Options) (Func, error) {
	c, err := newFF1(k, o)
	if err != nil {
		return nil, err
	}
	return func(dst []byte, cell Cell) ([]byte, error) {
		text := cell.Text
		if o.Kind != "" {
			var ok bool
			if text, ok = ident.Canonical(o.Kind, text); !ok {
				return dst, ErrInvalid
			}
		}
		return ff1Result(c.Encrypt(dst, text))
	}, nil
}

// DecryptFF1 undoes EncryptFF1 with the same key and options. What it returns is personal data again.
func DecryptFF1(k Key, o FF1Options) (Func, error) {
	c, err := newFF1(k, o)
	if err != nil {
		return nil, err
	}
	return func(dst []byte, cell Cell) ([]byte, error) { return ff1Result(c.Decrypt(dst, cell.Text)) }, nil
}

func ff1Result(dst []byte, err error) ([]byte, error) {
	if err == nil {
		return dst, nil
	}
	var domain *ff1.DomainError
	if errors.Is(err, ff1.ErrText) || errors.As(err, &domain) {
		return dst, fmt.Errorf("%w: %w", ErrInvalid, err)
	}
	return dst, err
}

func newFF1(k Key, o FF1Options) (*ff1.Cipher, error) {
	if o.Kind != "" && !known(o.Kind) {
		return nil, fmt.Errorf("deid: no kind of identifiers %q", string(o.Kind))
	}
	if o.Alphabet == "" {
		o.Alphabet = ff1.Digits
	}
	alphabet, err := ff1.NewAlphabet(o.Alphabet)
	if err != nil {
		return nil, fmt.Errorf("deid: %w", err)
	}
	var block cipher.Block
	var sub []byte
	switch o.Cipher {
	case AES, "":
		if sub, err = k.derive("ff1/aes", SHA256, o.Domain, 32); err == nil {
			block, err = aes.NewCipher(sub)
		}
	case SM4:
		if sub, err = k.derive("ff1/sm4", SM3, o.Domain, 16); err == nil {
			block, err = sm4.NewCipher(sub)
		}
	default:
		err = BadArgument("transform.no-cipher", o.Cipher, AES, SM4)
	}
	if err != nil {
		return nil, err
	}
	var tweak []byte
	for _, part := range []string{o.Domain.DataSet, o.Domain.Column, o.Domain.Purpose} {
		tweak = binary.BigEndian.AppendUint32(tweak, uint32(len(part)))
		tweak = append(tweak, part...)
	}
	return ff1.New(block, alphabet, tweak)
}
