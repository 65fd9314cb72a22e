package identity

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"
)

// Sessions seals sessions into cookies, so that any of several servers with the same key can read them and none has to keep them.
type Sessions struct {
	aead   cipher.AEAD
	csrf   []byte
	random io.Reader
	now    func() time.Time
	secure bool // cookies are for https only
	epoch  func(subject string) int64
}

const (
	sessionCookie = "banfa_session"
	flowCookie    = "banfa_signin"
	sessionTime   = 8 * time.Hour
	flowTime      = 10 * time.Minute
)

// NewSessions makes sessions from a key of at least 32 bytes.
func NewSessions(key []byte, random io.Reader, now func() time.Time, secure bool) (*Sessions, error) {
	if len(key) < 32 {
		return nil, errors.New("identity: the session key must have at least 32 bytes")
	}
	seal, err := hkdf.Key(sha256.New, key, nil, "banfa session seal", 32)
	if err != nil {
		return nil, fmt.Errorf("identity: %w", err)
	}
	csrf, err := hkdf.Key(sha256.New, key, nil, "banfa session csrf", 32)
	if err != nil {
		return nil, fmt.Errorf("identity: %w", err)
	}
	block, err := aes.NewCipher(seal)
	if err != nil {
		return nil, fmt.Errorf("identity: %w", err)
	}
	aead, err := cipher.NewGCM(block)
	if err != nil {
		return nil, fmt.Errorf("identity: %w", err)
	}
	return &Sessions{aead, csrf, random, now, secure, func(string) int64 { return 0 }}, nil
}

// Epochs says how often all sessions of a subject have been ended: a session that begins keeps it. Call it before the first request.
func (s *Sessions) Epochs(f func(subject string) int64) { s.epoch = f }

// seal encrypts a value for a cookie of that name: one cookie cannot be passed off as another.
func (s *Sessions) seal(name string, v any) (string, error) {
	text, err := json.Marshal(v)
	if err != nil {
		return "", err
	}
	nonce := make([]byte, s.aead.NonceSize())
	if _, err := io.ReadFull(s.random, nonce); err != nil {
		return "", err
	}
	return base64.RawURLEncoding.EncodeToString(s.aead.Seal(nonce, nonce, text, []byte(name))), nil
}

var errSealed = errors.New("identity: not a cookie of ours")

func (s *Sessions) open(name, sealed string, to any) error {
	b, err := base64.RawURLEncoding.DecodeString(sealed)
	if err != nil || len(b) < s.aead.NonceSize() {
		return errSealed
	}
	text, err := s.aead.Open(nil, b[:s.aead.NonceSize()], b[s.aead.NonceSize():], []byte(name))
	if err != nil {
		return errSealed
	}
	return json.Unmarshal(text, to)
}

func (s *Sessions) set(w http.ResponseWriter, name, value string, life time.Duration) {
	http.SetCookie(w, &http.Cookie{ //nolint:gosec // Secure is off on loopback only, where there is no https
		Name: name, Value: value, Path: "/", MaxAge: int(life.Seconds()), HttpOnly: true, Secure: s.secure, SameSite: http.SameSiteLaxMode,
	})
}

// Begin starts a session.
func (s *Sessions) Begin(w http.ResponseWriter, i Identity) error {
	i.Until, i.Epoch = s.now().Add(sessionTime).UTC().Truncate(time.Second), s.epoch(i.Subject)
	sealed, err := s.seal(sessionCookie, i)
	if err != nil {
		return err
	}
	s.set(w, sessionCookie, sealed, sessionTime)
	return nil
}

// End ends it.
func (s *Sessions) End(w http.ResponseWriter) { s.set(w, sessionCookie, "", -time.Second) }

// Identity returns who sends a request; the public for anything that is not a valid session. Whether all sessions
// of its subject have been ended since is for who knows their epoch to say.
func (s *Sessions) Identity(r *http.Request) Identity {
	c, err := r.Cookie(sessionCookie)
	if err != nil {
		return Identity{}
	}
	var i Identity
	if s.open(sessionCookie, c.Value, &i) != nil || !s.now().Before(i.Until) {
		return Identity{}
	}
	return i
}

// Middleware puts the identity of each request into its context.
func (s *Sessions) Middleware(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		next.ServeHTTP(w, r.WithContext(With(r.Context(), s.Identity(r))))
	})
}

// Token is what forms of this session carry against requests forged elsewhere.
func (s *Sessions) Token(i Identity) string {
	m := hmac.New(sha256.New, s.csrf)
	m.Write([]byte(i.Subject + "\x00" + i.Until.Format(time.RFC3339)))
	return base64.RawURLEncoding.EncodeToString(m.Sum(nil))
}

// TokenValid reports whether a form's token is the session's.
func (s *Sessions) TokenValid(i Identity, token string) bool {
	return subtle.ConstantTimeCompare([]byte(s.Token(i)), []byte(token)) == 1
}
