package desensitize

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"hash"
	"io"
	"sync"
	"unicode/utf8"
)

// A vault is the way back from pseudonyms under split custody: while a run makes pseudonyms it seals the values they stand for to a second key holder, who alone can open them, one at
// a time, and never without a trace. Who runs the policy has the pseudonym's key and no way back through the vault; who holds the vault's key has no data. (Whoever has the
// pseudonym's key can still try out all telephone numbers: keep it as the data is kept.)
//
// The file has a line of JSON for the header, one for each token, and one for the end. Everything is bound to everything: a line that was changed, moved, taken out or
// put in, and an end that was cut off, are noticed when the vault is opened.

// VaultVersion is the version of the file.
const VaultVersion = 1

// The limits of a vault.
const (
	MaxVaultTokens = 50_000_000
	MaxVaultToken  = 1 << 10 // bytes
	MaxVaultValue  = 1 << 17 // bytes
)

// ErrVault says that a vault is not whole, or not one that the key opens. It wraps no detail that could tell a value.
var ErrVault = errors.New("desensitize: the vault is not whole, or sealed to another key")

// vaultHeader is the first line.
type vaultHeader struct {
	Vault   int    `json:"vault"`   // VaultVersion
	Scheme  string `json:"scheme"`  // x25519-hkdf-sha256-aes256gcm or sm2-sm4gcm
	Holder  string `json:"holder"`  // which key opens it: half of the SHA-256 of the public key
	DataSet string `json:"dataset"` // what the tokens are of
	Column  string `json:"column"`
	Wrapped string `json:"wrapped"` // the file's key for the holder, base64
}

// vaultLine is a token or, with an empty token, the end.
type vaultLine struct {
	N      int64  `json:"n"` // from 1
	Token  string `json:"token"`
	Sealed string `json:"sealed"` // base64
}

// VaultWriter writes a vault during a run. It is safe for any number of goroutines.
type VaultWriter struct {
	mu     sync.Mutex
	w      *bufio.Writer
	seal   vaultSeal
	sum    hash.Hash // of all lines before the end
	header [sha256.Size]byte
	seen   map[[16]byte]struct{}
	n      int64
	err    error
}

// NewVaultWriter begins a vault of the tokens of a column. random is where the file's key comes from: crypto/rand.Reader.
func NewVaultWriter(w io.Writer, holder VaultHolder, random io.Reader, dataSet, column string) (*VaultWriter, error) {
	seal, wrapped, err := holder.wrap(random)
	if err != nil {
		return nil, fmt.Errorf("desensitize: vault: %w", err)
	}
	v := &VaultWriter{w: bufio.NewWriter(w), seal: seal, sum: sha256.New(), seen: map[[16]byte]struct{}{}}
	line, err := json.Marshal(vaultHeader{VaultVersion, holder.scheme(), holder.ID(), dataSet, column, base64.StdEncoding.EncodeToString(wrapped)})
	if err != nil {
		return nil, fmt.Errorf("desensitize: vault: %w", err)
	}
	v.header = sha256.Sum256(line)
	v.line(line)
	return v, v.err
}

func (v *VaultWriter) line(b []byte) {
	if v.err != nil {
		return
	}
	b = append(b, '\n')
	v.sum.Write(b) // hash.Hash never returns an error
	if _, err := v.w.Write(b); err != nil {
		v.err = fmt.Errorf("desensitize: vault: %w", err)
	}
}

// Add seals the value behind a token, the first time it sees the token. An error stays, and no run may be released after one.
func (v *VaultWriter) Add(token, value []byte) error {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.err != nil {
		return v.err
	}
	sum := sha256.Sum256(token)
	key := [16]byte(sum[:16])
	if _, twice := v.seen[key]; twice {
		return nil
	}
	switch {
	case len(token) == 0 || len(token) > MaxVaultToken || len(value) > MaxVaultValue || !utf8.Valid(token):
		return v.fail(fmt.Errorf("desensitize: vault: a token is UTF-8 of 1 to %d bytes and a value has at most %d", MaxVaultToken, MaxVaultValue))
	case v.n == MaxVaultTokens:
		return v.fail(fmt.Errorf("desensitize: vault: more than %d tokens", MaxVaultTokens))
	}
	v.seen[key] = struct{}{}
	v.n++
	line, err := json.Marshal(vaultLine{v.n, string(token), v.sealed(v.n, string(token), vaultPad(value))})
	if err != nil {
		return v.fail(fmt.Errorf("desensitize: vault: %w", err))
	}
	v.line(line)
	return v.err
}

func (v *VaultWriter) fail(err error) error {
	v.err = err
	return err
}

func (v *VaultWriter) sealed(n int64, token string, plain []byte) string {
	return base64.StdEncoding.EncodeToString(v.seal.Seal(nil, vaultNonce(n), plain, vaultBound(v.header, n, token)))
}

// Close writes the end. The vault is only whole with it.
func (v *VaultWriter) Close() error {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.err != nil {
		return v.err
	}
	line, err := json.Marshal(vaultLine{N: v.n + 1, Sealed: v.sealed(v.n+1, "", v.sum.Sum(nil))})
	if err != nil {
		return v.fail(fmt.Errorf("desensitize: vault: %w", err))
	}
	v.line(line)
	if v.err == nil {
		if err := v.w.Flush(); err != nil {
			v.err = fmt.Errorf("desensitize: vault: %w", err)
		}
	}
	err = v.err
	v.err = errors.Join(v.err, errors.New("desensitize: the vault is closed"))
	return err
}

// Tokens is how many different tokens were added.
func (v *VaultWriter) Tokens() int64 {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.n
}

// vaultNonce is the number of the line: the key is of this file alone, so that no nonce is used twice.
func vaultNonce(n int64) []byte {
	return binary.BigEndian.AppendUint64(make([]byte, 4, 12), uint64(n))
}

// vaultBound is what a sealed value is bound to: its file, its place and its token.
func vaultBound(header [sha256.Size]byte, n int64, token string) []byte {
	b := append([]byte("banfa/vault/v1"), header[:]...)
	b = binary.BigEndian.AppendUint64(b, uint64(n))
	return append(b, token...)
}

// vaultPad hides the length of a value: 4 bytes of length, the value, zeros up to the next 32 bytes.
func vaultPad(value []byte) []byte {
	b := binary.BigEndian.AppendUint32(make([]byte, 0, len(value)+36), uint32(len(value)))
	b = append(b, value...)
	for len(b)%32 != 0 {
		b = append(b, 0)
	}
	return b
}

func vaultUnpad(b []byte) ([]byte, bool) {
	if len(b) < 4 {
		return nil, false
	}
	n := int64(binary.BigEndian.Uint32(b))
	if n > int64(len(b)-4) {
		return nil, false
	}
	return b[4 : 4+n], true
}

// Vault is an opened vault: whole, and ready to be asked. It holds sealed values only.
type Vault struct {
	header vaultHeader
	bound  [sha256.Size]byte
	open   vaultSeal
	tokens map[string]vaultLine
	log    *VaultLog
}

// maxVaultLine bounds a line of the file: the longest value and token in base64 and JSON.
const maxVaultLine = 2*MaxVaultValue + 8*MaxVaultToken

// OpenVault reads a vault, checks that it is whole, and gets it ready to be asked. Every question is written to the log.
func OpenVault(r io.Reader, key VaultKey, log *VaultLog) (*Vault, error) {
	if log == nil {
		return nil, errors.New("desensitize: a vault is not opened without a log")
	}
	in := bufio.NewScanner(r)
	in.Buffer(make([]byte, 0, 64<<10), maxVaultLine)
	if !in.Scan() {
		return nil, errors.Join(ErrVault, in.Err())
	}
	v := &Vault{tokens: map[string]vaultLine{}, log: log, bound: sha256.Sum256(in.Bytes())}
	if err := vaultJSON(in.Bytes(), &v.header); err != nil || v.header.Vault != VaultVersion {
		return nil, ErrVault
	}
	if v.header.Scheme != key.scheme() || v.header.Holder != key.ID() {
		return nil, fmt.Errorf("%w: it is sealed to key %s (%s), this is %s (%s)", ErrVault, v.header.Holder, v.header.Scheme, key.ID(), key.scheme())
	}
	wrapped, err := base64.StdEncoding.DecodeString(v.header.Wrapped)
	if err != nil {
		return nil, ErrVault
	}
	if v.open, err = key.unwrap(wrapped); err != nil {
		return nil, ErrVault
	}
	if err := v.read(in); err != nil {
		return nil, err
	}
	return v, nil
}

func (v *Vault) read(in *bufio.Scanner) error {
	sum := sha256.New()
	hashLine := func() {
		sum.Write(in.Bytes())
		sum.Write([]byte{'\n'})
	}
	hashLine()
	for n := int64(1); ; n++ {
		if !in.Scan() {
			return errors.Join(ErrVault, in.Err()) // no end
		}
		var line vaultLine
		if err := vaultJSON(in.Bytes(), &line); err != nil || line.N != n || n > MaxVaultTokens+1 {
			return ErrVault
		}
		if line.Token == "" {
			digest, ok := v.unseal(line)
			if !ok || !bytes.Equal(digest, sum.Sum(nil)) || in.Scan() || in.Err() != nil {
				return ErrVault
			}
			return nil
		}
		hashLine()
		v.tokens[line.Token] = line
	}
}

func (v *Vault) unseal(line vaultLine) ([]byte, bool) {
	sealed, err := base64.StdEncoding.DecodeString(line.Sealed)
	if err != nil {
		return nil, false
	}
	plain, err := v.open.Open(nil, vaultNonce(line.N), sealed, vaultBound(v.bound, line.N, line.Token))
	return plain, err == nil
}

// Tokens is how many tokens the vault holds.
func (v *Vault) Tokens() int { return len(v.tokens) }

// ID tells vaults apart in logs: half of the SHA-256 of the header.
func (v *Vault) ID() string { return hex.EncodeToString(v.bound[:16]) }

func vaultJSON(b []byte, into any) error {
	d := json.NewDecoder(bytes.NewReader(b))
	d.DisallowUnknownFields()
	if err := d.Decode(into); err != nil {
		return err
	}
	if d.More() {
		return errors.New("more than one value on a line")
	}
	return nil
}
