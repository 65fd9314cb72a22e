package desensitize

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/hex"
	"encoding/pem"
	"errors"
	"fmt"
	"io"

	"github.com/emmansun/gmsm/sm2"
	"github.com/emmansun/gmsm/smx509"
)

// The algorithms of signatures: RFC 8032, and GB/T 32918 with SM3 and the default identity.
const (
	Ed25519 = "Ed25519"
	SM2     = "SM2"
)

// recordContext stands before what is signed, so that a signature of a record is none of anything else.
const recordContext = "banfa processing record v1\n"

// RecordPrivateKey signs records. The zero value signs nothing.
type RecordPrivateKey struct {
	algorithm string
	key       crypto.Signer
	id        string
}

// RecordPublicKey verifies what a RecordPrivateKey signed.
type RecordPublicKey struct {
	algorithm string
	key       crypto.PublicKey
	id        string
}

// ID is the key's id in records: the first 16 bytes of the SHA-256 of the public key's PKIX form, hexadecimal.
func (k RecordPublicKey) ID() string { return k.id }

// Algorithm is Ed25519 or SM2.
func (k RecordPublicKey) Algorithm() string { return k.algorithm }

// Public is the key that verifies.
func (k RecordPrivateKey) Public() RecordPublicKey {
	if k.key == nil {
		return RecordPublicKey{}
	}
	return RecordPublicKey{k.algorithm, k.key.Public(), k.id}
}

// NewRecordKey makes a key pair. Ed25519 takes its randomness from random, which should be crypto/rand.Reader; so does SM2.
func NewRecordKey(algorithm string, random io.Reader) (RecordPrivateKey, error) {
	var key crypto.Signer
	var err error
	switch algorithm {
	case Ed25519:
		_, key, err = ed25519.GenerateKey(random)
	case SM2:
		key, err = sm2.GenerateKey(random)
	default:
		err = fmt.Errorf("desensitize: no signature algorithm %q: use %s or %s", algorithm, Ed25519, SM2)
	}
	if err != nil {
		return RecordPrivateKey{}, err
	}
	return recordPrivate(key)
}

// RecordKeyOf takes a private key in PEM (PKCS #8).
func RecordKeyOf(text []byte) (RecordPrivateKey, error) {
	block, _ := pem.Decode(text)
	if block == nil || block.Type != "PRIVATE KEY" {
		return RecordPrivateKey{}, errors.New("desensitize: not a private key in PEM (BEGIN PRIVATE KEY)")
	}
	key, err := smx509.ParsePKCS8PrivateKey(block.Bytes)
	if err != nil {
		return RecordPrivateKey{}, errors.New("desensitize: not a private key of a kind that signs records") // the cause could quote the key
	}
	signer, ok := key.(crypto.Signer)
	if !ok {
		return RecordPrivateKey{}, fmt.Errorf("desensitize: a key of type %T signs no records: use %s or %s", key, Ed25519, SM2)
	}
	return recordPrivate(signer)
}

// RecordPublicKeyOf takes a public key in PEM (PKIX).
func RecordPublicKeyOf(text []byte) (RecordPublicKey, error) {
	block, _ := pem.Decode(text)
	if block == nil || block.Type != "PUBLIC KEY" {
		return RecordPublicKey{}, errors.New("desensitize: not a public key in PEM (BEGIN PUBLIC KEY)")
	}
	key, err := smx509.ParsePKIXPublicKey(block.Bytes)
	if err != nil {
		return RecordPublicKey{}, fmt.Errorf("desensitize: not a public key that verifies records: %w", err)
	}
	return recordPublic(key)
}

// PEM is the key in the form that RecordKeyOf reads. Keep it where only the signer can read it.
func (k RecordPrivateKey) PEM() ([]byte, error) {
	der, err := smx509.MarshalPKCS8PrivateKey(k.key)
	if err != nil {
		return nil, err
	}
	return pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}), nil
}

// PEM is the key in the form that RecordPublicKeyOf reads.
func (k RecordPublicKey) PEM() ([]byte, error) {
	der, err := smx509.MarshalPKIXPublicKey(k.key)
	if err != nil {
		return nil, err
	}
	return pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der}), nil
}

func recordPrivate(key crypto.Signer) (RecordPrivateKey, error) {
	public, err := recordPublic(key.Public())
	return RecordPrivateKey{public.algorithm, key, public.id}, err
}

func recordPublic(key crypto.PublicKey) (RecordPublicKey, error) {
	k := RecordPublicKey{key: key}
	switch p := key.(type) {
	case ed25519.PublicKey:
		k.algorithm = Ed25519
	case *ecdsa.PublicKey:
		if p.Curve != sm2.P256() {
			return k, fmt.Errorf("desensitize: a key on the curve %s verifies no records: use %s or %s", p.Params().Name, Ed25519, SM2)
		}
		k.algorithm = SM2
	default:
		return k, fmt.Errorf("desensitize: a key of type %T verifies no records: use %s or %s", key, Ed25519, SM2)
	}
	der, err := smx509.MarshalPKIXPublicKey(key)
	if err != nil {
		return k, err
	}
	const idBytes = 16
	sum := sha256.Sum256(der)
	k.id = hex.EncodeToString(sum[:idBytes])
	return k, nil
}

// sign is deterministic for both algorithms: the same record has the same bytes.
func (k RecordPrivateKey) sign(text []byte) ([]byte, error) {
	message := append([]byte(recordContext), text...)
	if p, ok := k.key.(*sm2.PrivateKey); ok {
		sum, err := sm2.CalculateSM2Hash(&p.PublicKey, message, nil)
		if err != nil {
			return nil, err
		}
		return sm2.SignDeterministic(p, sum, nil)
	}
	return k.key.Sign(nil, message, crypto.Hash(0))
}

func (k RecordPublicKey) verify(text, signature []byte) bool {
	message := append([]byte(recordContext), text...)
	switch p := k.key.(type) {
	case ed25519.PublicKey:
		return ed25519.Verify(p, message, signature)
	case *ecdsa.PublicKey:
		return sm2.VerifyASN1WithSM2(p, nil, message, signature)
	}
	return false
}
