package desensitize

import (
	"crypto/ecdh"
	"crypto/ecdsa"
	"encoding/pem"
	"errors"
	"io"
	"os"
	"time"

	"github.com/emmansun/gmsm/sm2"
	"github.com/emmansun/gmsm/smx509"
)

// VaultHolderOf takes a holder's public key in PEM (PKIX): X25519 or SM2.
func VaultHolderOf(text []byte) (VaultHolder, error) {
	block, _ := pem.Decode(text)
	if block == nil || block.Type != "PUBLIC KEY" {
		return nil, errors.New("desensitize: not a public key in PEM (BEGIN PUBLIC KEY)")
	}
	key, err := smx509.ParsePKIXPublicKey(block.Bytes)
	if err != nil {
		return nil, errors.New("desensitize: not a public key of a holder: X25519 or SM2")
	}
	switch k := key.(type) {
	case *ecdh.PublicKey:
		return X25519Holder(k)
	case *ecdsa.PublicKey:
		return SM2Holder(k)
	}
	return nil, errors.New("desensitize: not a public key of a holder: X25519 or SM2")
}

// VaultKeyOf takes a holder's private key in PEM (PKCS #8): X25519 or SM2.
func VaultKeyOf(text []byte) (VaultKey, error) {
	block, _ := pem.Decode(text)
	if block == nil || block.Type != "PRIVATE KEY" {
		return nil, errors.New("desensitize: not a private key in PEM (BEGIN PRIVATE KEY)")
	}
	key, err := smx509.ParsePKCS8PrivateKey(block.Bytes)
	if err != nil {
		return nil, errors.New("desensitize: not a private key of a holder: X25519 or SM2") // the cause could quote the key
	}
	switch k := key.(type) {
	case *ecdh.PrivateKey:
		return X25519Key(k)
	case *sm2.PrivateKey:
		return SM2Key(k)
	}
	return nil, errors.New("desensitize: not a private key of a holder: X25519 or SM2")
}

// OpenVaultLog continues the log in the file of that name, which is made where it is not there. No other process writes to it until it is closed.
func OpenVaultLog(name string, clock func() time.Time) (*VaultLog, io.Closer, error) {
	f, err := os.OpenFile(name, os.O_RDWR|os.O_CREATE|os.O_APPEND, 0o600) // #nosec G304 -- the host names it
	if err != nil {
		return nil, nil, err
	}
	if err := lockRecords(f); err != nil {
		return nil, nil, errors.Join(err, f.Close())
	}
	l, err := NewVaultLog(f, f, clock)
	if err != nil {
		return nil, nil, errors.Join(err, f.Close())
	}
	return l, f, nil
}
