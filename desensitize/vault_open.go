package desensitize

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"
	"time"
)

// VaultRequest asks for the value behind a token. All its parts are kept.
type VaultRequest struct {
	Token    string
	Who      string // the person who asks
	Why      string // the legal ground and the case
	Approver string // another person who agreed
}

// VaultEvent is a line of a VaultLog: one question to a vault. It never has a value.
type VaultEvent struct {
	Sequence int64  `json:"sequence"` // from 1
	Previous string `json:"previous"` // SHA-256 of the line before; empty for the first
	At       string `json:"at"`       // RFC 3339, UTC
	Who      string `json:"who"`
	Approver string `json:"approver"`
	Why      string `json:"why"`
	Vault    string `json:"vault"`
	Holder   string `json:"holder"` // of the key
	DataSet  string `json:"dataset"`
	Column   string `json:"column"`
	Token    string `json:"token"`
	Outcome  string `json:"outcome"` // revealed, unknown (no such token), damaged
}

// The outcomes of a question.
const (
	VaultRevealed = "revealed"
	VaultUnknown  = "unknown"
	VaultDamaged  = "damaged"
)

// ErrVaultUnknown says that a vault does not hold the token.
var ErrVaultUnknown = errors.New("desensitize: the vault does not hold this token")

// VaultRequestError says what a request lacks.
type VaultRequestError struct{ Missing []string }

func (e *VaultRequestError) Error() string {
	return "desensitize: a vault answers no request without " + strings.Join(e.Missing, ", ")
}

func (r VaultRequest) check() error {
	var missing []string
	for _, part := range []struct{ name, text string }{{"a token", r.Token}, {"who asks", r.Who}, {"why", r.Why}, {"an approver", r.Approver}} {
		if strings.TrimSpace(part.text) == "" {
			missing = append(missing, part.name)
		}
	}
	if len(missing) == 0 && strings.TrimSpace(r.Approver) == strings.TrimSpace(r.Who) {
		missing = append(missing, "an approver who is somebody else")
	}
	if len(missing) > 0 {
		return &VaultRequestError{missing}
	}
	return nil
}

// Reveal returns the value behind a token. The event is in the log before the value is returned: where it cannot be written, there is no value. A question for a token the
// vault does not have is logged too, and is ErrVaultUnknown.
func (v *Vault) Reveal(r VaultRequest) ([]byte, error) {
	if err := r.check(); err != nil {
		return nil, err
	}
	e := VaultEvent{
		Who: r.Who, Approver: r.Approver, Why: r.Why, Vault: v.ID(), Holder: v.header.Holder, DataSet: v.header.DataSet, Column: v.header.Column, Token: r.Token,
		Outcome: VaultUnknown,
	}
	var value []byte
	err := ErrVaultUnknown
	if line, ok := v.tokens[r.Token]; ok {
		e.Outcome, err = VaultDamaged, ErrVault
		if plain, opened := v.unseal(line); opened {
			if plain, opened = vaultUnpad(plain); opened {
				value, err = plain, nil
				e.Outcome = VaultRevealed
			}
		}
	}
	if failed := v.log.append(e); failed != nil {
		return nil, fmt.Errorf("desensitize: nothing is revealed because the log cannot be written: %w", failed)
	}
	return value, err
}

// VaultLog is the chain of all questions to vaults. It is safe for any number of goroutines.
type VaultLog struct {
	mu    sync.Mutex
	w     io.Writer
	clock func() time.Time
	last  int64
	prev  string
	err   error
}

// NewVaultLog continues the log in old, which is checked and may be empty or nil, and appends to w. Where w has a method Sync, as *os.File has, a line is on the disk before a
// value is returned. clock tells the time of events: time.Now.
func NewVaultLog(w io.Writer, old io.Reader, clock func() time.Time) (*VaultLog, error) {
	l := &VaultLog{w: w, clock: clock}
	events, prev, err := readVaultLog(old)
	if err != nil {
		return nil, err
	}
	l.last, l.prev = int64(len(events)), prev
	return l, nil
}

// ReadVaultLog reads a log and checks its chain.
func ReadVaultLog(r io.Reader) ([]VaultEvent, error) {
	events, _, err := readVaultLog(r)
	return events, err
}

// VaultLogError says where a log's chain is broken.
type VaultLogError struct {
	Line int // from 1
	Text string
}

func (e *VaultLogError) Error() string {
	return fmt.Sprintf("desensitize: vault log, line %d: %s", e.Line, e.Text)
}

func readVaultLog(r io.Reader) (events []VaultEvent, prev string, err error) {
	if r == nil {
		r = strings.NewReader("")
	}
	text, err := io.ReadAll(r)
	if err != nil {
		return nil, "", fmt.Errorf("desensitize: vault log: %w", err)
	}
	for n := 1; len(text) > 0; n++ {
		line, rest, whole := strings.Cut(string(text), "\n")
		text = []byte(rest)
		var e VaultEvent
		switch err := vaultJSON([]byte(line), &e); {
		case !whole:
			return nil, "", &VaultLogError{n, "the line does not end"}
		case err != nil:
			return nil, "", &VaultLogError{n, err.Error()}
		case e.Sequence != int64(n):
			return nil, "", &VaultLogError{n, fmt.Sprintf("event %d stands where event %d belongs: a line was taken out, put in or moved", e.Sequence, n)}
		case e.Previous != prev:
			return nil, "", &VaultLogError{n, "the line before was changed"}
		}
		events, prev = append(events, e), vaultHash([]byte(line))
	}
	return events, prev, nil
}

func vaultHash(line []byte) string {
	sum := sha256.Sum256(line)
	return hex.EncodeToString(sum[:])
}

func (l *VaultLog) append(e VaultEvent) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.err != nil {
		return l.err // a line may stand there in part
	}
	e.Sequence, e.Previous, e.At = l.last+1, l.prev, l.clock().UTC().Format(time.RFC3339)
	line, err := json.Marshal(e)
	if err != nil {
		return err
	}
	if _, err := l.w.Write(append(line, '\n')); err != nil {
		l.err = err
		return err
	}
	if s, ok := l.w.(interface{ Sync() error }); ok {
		if err := s.Sync(); err != nil {
			l.err = err
			return err
		}
	}
	l.last, l.prev = e.Sequence, vaultHash(line)
	return nil
}
