package desensitize

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/ecdh"
	"crypto/ecdsa"
	"crypto/hkdf"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"

	"github.com/emmansun/gmsm/sm2"
	"github.com/emmansun/gmsm/sm4"
)

// VaultHolder is the public key of a second key holder: what a run needs.
type VaultHolder interface {
	// ID names the key without telling it: half of the SHA-256 of the public key, hexadecimal.
	ID() string

	scheme() string
	wrap(random io.Reader) (vaultSeal, []byte, error)
}

// VaultKey is the private key of a second key holder. It prints its id and nothing else.
type VaultKey interface {
	ID() string
	fmt.Stringer

	scheme() string
	unwrap(wrapped []byte) (vaultSeal, error)
}

type vaultSeal = cipher.AEAD

const (
	schemeX25519 = "x25519-hkdf-sha256-aes256gcm"
	schemeSM2    = "sm2-sm4gcm"
)

func vaultID(public []byte) string {
	sum := sha256.Sum256(public)
	return hex.EncodeToString(sum[:16])
}

// X25519Holder seals to an X25519 key: an ephemeral key exchange (RFC 7748), HKDF-SHA-256 and AES-256-GCM.
func X25519Holder(public *ecdh.PublicKey) (VaultHolder, error) {
	if public == nil || public.Curve() != ecdh.X25519() {
		return nil, errors.New("desensitize: a vault's holder needs an X25519 key")
	}
	return x25519Holder{public}, nil
}

type x25519Holder struct{ public *ecdh.PublicKey }

func (h x25519Holder) ID() string     { return vaultID(h.public.Bytes()) }
func (h x25519Holder) scheme() string { return schemeX25519 }

func (h x25519Holder) wrap(random io.Reader) (vaultSeal, []byte, error) {
	var b [32]byte
	if _, err := io.ReadFull(random, b[:]); err != nil {
		return nil, nil, err
	}
	ephemeral, err := ecdh.X25519().NewPrivateKey(b[:])
	if err != nil {
		return nil, nil, err
	}
	shared, err := ephemeral.ECDH(h.public)
	if err != nil {
		return nil, nil, err
	}
	wrapped := ephemeral.PublicKey().Bytes()
	seal, err := x25519Seal(shared, wrapped, h.public.Bytes())
	return seal, wrapped, err
}

func x25519Seal(shared, ephemeral, public []byte) (vaultSeal, error) {
	key, err := hkdf.Key(sha256.New, shared, append(append([]byte(nil), ephemeral...), public...), "banfa/vault/v1", 32)
	if err != nil {
		return nil, err
	}
	return vaultGCM(aes.NewCipher(key))
}

func vaultGCM(block cipher.Block, err error) (vaultSeal, error) {
	if err != nil {
		return nil, err
	}
	return cipher.NewGCM(block)
}

// X25519Key opens what X25519Holder sealed.
func X25519Key(private *ecdh.PrivateKey) (VaultKey, error) {
	if private == nil || private.Curve() != ecdh.X25519() {
		return nil, errors.New("desensitize: a vault's key must be an X25519 key")
	}
	return x25519Key{vaultID(private.PublicKey().Bytes()), func() *ecdh.PrivateKey { return private }}, nil
}

// The private keys are behind functions: package fmt prints what it can reach.
type x25519Key struct {
	id      string
	private func() *ecdh.PrivateKey
}

func (k x25519Key) ID() string     { return k.id }
func (k x25519Key) String() string { return "key:" + k.id }
func (k x25519Key) scheme() string { return schemeX25519 }

func (k x25519Key) unwrap(wrapped []byte) (vaultSeal, error) {
	ephemeral, err := ecdh.X25519().NewPublicKey(wrapped)
	if err != nil {
		return nil, err
	}
	shared, err := k.private().ECDH(ephemeral)
	if err != nil {
		return nil, err
	}
	return x25519Seal(shared, wrapped, k.private().PublicKey().Bytes())
}

// SM2Holder seals to an SM2 key: a digital envelope (GB/T 35276-2017) around an SM4-GCM key.
func SM2Holder(public *ecdsa.PublicKey) (VaultHolder, error) {
	b, err := sm2Bytes(public)
	if err != nil {
		return nil, err
	}
	return sm2Holder{vaultID(b), public}, nil
}

func sm2Bytes(public *ecdsa.PublicKey) ([]byte, error) {
	if public == nil || !sm2.IsSM2PublicKey(public) {
		return nil, errors.New("desensitize: a vault's holder needs an SM2 key")
	}
	key, err := sm2.PublicKeyToECDH(public)
	if err != nil {
		return nil, fmt.Errorf("desensitize: the SM2 key of a vault's holder: %w", err)
	}
	return key.Bytes(), nil
}

type sm2Holder struct {
	id     string
	public *ecdsa.PublicKey
}

func (h sm2Holder) ID() string     { return h.id }
func (h sm2Holder) scheme() string { return schemeSM2 }

func (h sm2Holder) wrap(random io.Reader) (vaultSeal, []byte, error) {
	key := make([]byte, 16)
	if _, err := io.ReadFull(random, key); err != nil {
		return nil, nil, err
	}
	wrapped, err := sm2.EncryptASN1(random, h.public, key)
	if err != nil {
		return nil, nil, err
	}
	seal, err := vaultGCM(sm4.NewCipher(key))
	return seal, wrapped, err
}

// SM2Key opens what SM2Holder sealed.
func SM2Key(private *sm2.PrivateKey) (VaultKey, error) {
	if private == nil {
		return nil, errors.New("desensitize: a vault's key must be an SM2 key")
	}
	b, err := sm2Bytes(&private.PublicKey)
	if err != nil {
		return nil, err
	}
	return sm2Key{vaultID(b), func() *sm2.PrivateKey { return private }}, nil
}

type sm2Key struct {
	id      string
	private func() *sm2.PrivateKey
}

func (k sm2Key) ID() string     { return k.id }
func (k sm2Key) String() string { return "key:" + k.id }
func (k sm2Key) scheme() string { return schemeSM2 }

func (k sm2Key) unwrap(wrapped []byte) (vaultSeal, error) {
	key, err := sm2.Decrypt(k.private(), wrapped)
	if err != nil {
		return nil, err
	}
	return vaultGCM(sm4.NewCipher(key))
}
