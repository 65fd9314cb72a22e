package deid

import (
	"crypto/hkdf"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"hash"
	"io"
	"strings"

	"github.com/emmansun/gmsm/sm3"
)

// MinKey is the least number of bytes a key may have. 32 are recommended.
const MinKey = 16

// Key is a secret of the host's with the name by which policies call it. It shows its name and nothing else, however it is printed; the secret
// sits in a function because package fmt calls no methods on what it reaches through unexported fields, and follows pointers for a verb it does not know.
type Key struct {
	id     string
	secret func() []byte
}

// KeyError says why a key cannot be used. It names the key and never has a part of it.
type KeyError struct {
	ID       string // its name, empty where it has none
	Got, Min int    // bytes
}

func (e *KeyError) Error() string {
	switch {
	case e.ID == "":
		return "deid: a key without a name"
	case e.Got == 0:
		return fmt.Sprintf("deid: key %q is empty or was not supplied; give it at least %d random bytes", e.ID, e.Min)
	default:
		return fmt.Sprintf("deid: key %q has %d bytes, needs at least %d (32 are recommended)", e.ID, e.Got, e.Min)
	}
}

// Message says the error in a language, "zh" or English.
func (e *KeyError) Message(lang string) string {
	switch {
	case lang != "zh":
		return strings.TrimPrefix(e.Error(), "deid: ")
	case e.ID == "":
		return "密钥没有名称"
	case e.Got == 0:
		return fmt.Sprintf("密钥 %s 为空，或者没有给出；请给出至少 %d 字节的随机数", e.ID, e.Min)
	}
	return fmt.Sprintf("密钥 %s 只有 %d 字节，至少要 %d 字节（建议 32 字节）", e.ID, e.Got, e.Min)
}

// NewKey returns the key with the name, and a *KeyError for one too short. The bytes are copied.
func NewKey(id string, b []byte) (Key, error) {
	if id == "" || len(b) < MinKey {
		return Key{}, &KeyError{ID: id, Got: len(b), Min: MinKey}
	}
	own := append([]byte(nil), b...)
	return Key{id: id, secret: func() []byte { return own }}, nil
}

// ID is the name of the key.
func (k Key) ID() string { return k.id }

// IsZero reports whether k is no key.
func (k Key) IsZero() bool { return k.secret == nil }

func (k Key) text() string { return "key:" + k.id }

// String shows the name.
func (k Key) String() string { return k.text() }

// GoString shows the name.
func (k Key) GoString() string { return k.text() }

// Format shows the name for every verb, %x and %+v too.
func (k Key) Format(s fmt.State, _ rune) {
	_, _ = io.WriteString(s, k.text()) // package fmt keeps the error of its own writer
}

// MarshalJSON writes the name.
func (k Key) MarshalJSON() ([]byte, error) { return json.Marshal(k.text()) }

// MarshalText writes the name.
func (k Key) MarshalText() ([]byte, error) { return []byte(k.text()), nil }

// check is a *KeyError where k is no key.
func (k Key) check() error {
	if k.secret == nil {
		return &KeyError{ID: k.id, Min: MinKey}
	}
	return nil
}

// Hash is a hash function for keyed functions.
type Hash string

// The hash functions: SHA-256 of FIPS 180-4 and SM3 of GB/T 32905-2016.
const (
	SHA256 Hash = "sha256"
	SM3    Hash = "sm3"
)

func (h Hash) new() (func() hash.Hash, error) {
	switch h {
	case SHA256, "":
		return sha256.New, nil
	case SM3:
		return sm3.New, nil
	default:
		return nil, BadArgument("transform.no-hash", h, SHA256, SM3)
	}
}

// Domain separates what is made with one key: values made in two domains have nothing to do with each other, so that data sets join only
// where a policy gives their columns the same domain.
type Domain struct {
	DataSet string // or the name of the group of data sets that are declared to join
	Column  string // or the name that the joining columns share
	Purpose string // what the release is for; empty where it makes no difference
}

// derive makes a key of n bytes for one use of k (HKDF, RFC 5869). The parts of the info are length-prefixed, so that no two uses have the same.
func (k Key) derive(use string, h Hash, d Domain, n int) ([]byte, error) {
	if err := k.check(); err != nil {
		return nil, err
	}
	newHash, err := h.new()
	if err != nil {
		return nil, err
	}
	info := make([]byte, 0, 128)
	for _, part := range []string{use, string(h), d.DataSet, d.Column, d.Purpose} {
		info = binary.BigEndian.AppendUint32(info, uint32(len(part)))
		info = append(info, part...)
	}
	key, err := hkdf.Key(newHash, k.secret(), []byte("banfa/deid/v1"), string(info), n)
	if err != nil {
		return nil, fmt.Errorf("deid: key %q cannot be derived: %w", k.id, err)
	}
	return key, nil
}

// Derive makes a key of n bytes for a use outside this package, such as a vault's. It is not a part of k: it tells nothing about k or other uses.
func (k Key) Derive(use string, d Domain, n int) ([]byte, error) {
	return k.derive("host/"+use, SHA256, d, n)
}

// Fingerprint tells keys apart in records without telling anything about them: 32 hexadecimal digits derived from the key.
func (k Key) Fingerprint() (string, error) {
	b, err := k.derive("fingerprint", SHA256, Domain{}, 16)
	if err != nil {
		return "", err
	}
	return hex.EncodeToString(b), nil
}
