package identity

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"
)

// Provider is an OpenID Connect provider, whichever it is: authorization code flow with PKCE, state and nonce. The claims it must give are "sub" and
// "name"; "roles" (a list), "unit" and "realname_verified" (true) where they are so.
type Provider struct {
	sessions *Sessions
	oauth    oauth2.Config
	verifier *oidc.IDTokenVerifier
	random   io.Reader
	client   *http.Client
}

// Config is how the server is known to the provider.
type Config struct {
	Issuer, ClientID, ClientSecret string
	// BaseURL is the server's own, such as https://data.example.cn.
	BaseURL string
	Client  *http.Client // nil: the default one, with a timeout
}

// CallbackPath is where the provider sends people back to.
const CallbackPath = "/auth/callback"

// Discover asks the provider for its endpoints.
func Discover(ctx context.Context, c Config, s *Sessions) (*Provider, error) {
	client := c.Client
	if client == nil {
		client = &http.Client{Timeout: 10 * time.Second}
	}
	p, err := oidc.NewProvider(oidc.ClientContext(ctx, client), c.Issuer)
	if err != nil {
		return nil, fmt.Errorf("identity: the provider %s: %w", c.Issuer, err)
	}
	return &Provider{
		sessions: s, random: rand.Reader, client: client,
		verifier: p.VerifierContext(oidc.ClientContext(context.WithoutCancel(ctx), client), &oidc.Config{ClientID: c.ClientID, Now: s.now}),
		oauth: oauth2.Config{
			ClientID: c.ClientID, ClientSecret: c.ClientSecret, Endpoint: p.Endpoint(),
			RedirectURL: strings.TrimSuffix(c.BaseURL, "/") + CallbackPath, Scopes: []string{oidc.ScopeOpenID, "profile", "roles"},
		},
	}, nil
}

// flow is one sign-in on its way.
type flow struct {
	State, Nonce, Verifier, Next string
	Until                        time.Time
}

// SignIn sends the visitor to the provider. The query's "next" is where they come back to: a path of this server only.
func (p *Provider) SignIn(w http.ResponseWriter, r *http.Request) {
	word := func() (string, error) {
		b := make([]byte, 32)
		_, err := io.ReadFull(p.random, b)
		return base64.RawURLEncoding.EncodeToString(b), err
	}
	f := flow{Next: LocalPath(r.FormValue("next")), Until: p.sessions.now().Add(flowTime), Verifier: oauth2.GenerateVerifier()}
	var err1, err2 error
	f.State, err1 = word()
	f.Nonce, err2 = word()
	sealed, err3 := p.sessions.seal(flowCookie, f)
	if err := errors.Join(err1, err2, err3); err != nil {
		http.Error(w, "sign-in cannot be started", http.StatusInternalServerError)
		return
	}
	p.sessions.set(w, flowCookie, sealed, flowTime)
	http.Redirect(w, r, p.oauth.AuthCodeURL(f.State, oidc.Nonce(f.Nonce), oauth2.S256ChallengeOption(f.Verifier)), http.StatusSeeOther)
}

// LocalPath returns a path of this server, and / for anything that could lead elsewhere.
func LocalPath(s string) string {
	if !strings.HasPrefix(s, "/") || strings.HasPrefix(s, "//") || strings.ContainsFunc(s, func(r rune) bool { return r < ' ' || r == '\\' || r == 0x7f }) {
		return "/"
	}
	return s
}

// Callback ends the sign-in and begins a session.
func (p *Provider) Callback(w http.ResponseWriter, r *http.Request) {
	i, next, err := p.callback(r)
	if err == nil {
		p.sessions.set(w, flowCookie, "", -time.Second)
		err = p.sessions.Begin(w, i)
	}
	if err != nil {
		http.Error(w, "sign-in failed; please start again / 登录未成功，请重新登录", http.StatusForbidden)
		return
	}
	http.Redirect(w, r, next, http.StatusSeeOther) //nolint:gosec // next went through LocalPath, and was sealed
}

var errFlow = errors.New("identity: no such sign-in is on its way")

func (p *Provider) callback(r *http.Request) (i Identity, next string, err error) {
	c, err := r.Cookie(flowCookie)
	if err != nil {
		return i, "", errFlow
	}
	var f flow
	if err := p.sessions.open(flowCookie, c.Value, &f); err != nil {
		return i, "", err
	}
	if !p.sessions.now().Before(f.Until) || subtle.ConstantTimeCompare([]byte(f.State), []byte(r.FormValue("state"))) != 1 || r.FormValue("code") == "" {
		return i, "", errFlow
	}
	ctx := oidc.ClientContext(r.Context(), p.client)
	token, err := p.oauth.Exchange(ctx, r.FormValue("code"), oauth2.VerifierOption(f.Verifier))
	if err != nil {
		return i, "", err
	}
	raw, _ := token.Extra("id_token").(string)
	id, err := p.verifier.Verify(ctx, raw)
	if err != nil {
		return i, "", err
	}
	if subtle.ConstantTimeCompare([]byte(id.Nonce), []byte(f.Nonce)) != 1 {
		return i, "", errFlow
	}
	i, err = fromClaims(id)
	return i, f.Next, err
}

// fromClaims reads an identity; a role that is not one of ours gives nothing.
func fromClaims(id *oidc.IDToken) (Identity, error) {
	var claims struct {
		Name     string `json:"name"`
		Unit     string `json:"unit"`
		Verified bool   `json:"realname_verified"`
		Roles    []Role `json:"roles"`
	}
	if err := id.Claims(&claims); err != nil {
		return Identity{}, err
	}
	if id.Subject == "" || len(id.Subject) > 200 || len(claims.Name) > 200 || len(claims.Unit) > 200 {
		return Identity{}, errors.New("identity: claims are missing or too long")
	}
	i := Identity{Subject: id.Subject, Name: claims.Name, Unit: claims.Unit, Verified: claims.Verified}
	for _, r := range Roles() {
		if slices.Contains(claims.Roles, r) {
			i.Roles = append(i.Roles, r)
		}
	}
	return i, nil
}
