package identity

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"html/template"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"
)

// Dev is an OpenID Connect provider for trying the server out: it lets everybody be any of its persons, so it must never stand on a network. The server
// starts it only on a loopback address.
type Dev struct {
	issuer, client, redirect string
	key                      *ecdsa.PrivateKey
	now                      func() time.Time
	mu                       sync.Mutex
	codes                    map[string]devGrant
	persons                  []Identity
}

type devGrant struct {
	person           Identity
	nonce, challenge string
	until            time.Time
}

// DevPersons are the persons of the development provider, one for each role.
func DevPersons() []Identity {
	return []Identity{
		{Subject: "dev-applicant", Name: "申请人 张三", Verified: true, Roles: []Role{Applicant}},
		{Subject: "dev-unverified", Name: "未实名 李四", Roles: []Role{Applicant}},
		{Subject: "dev-opener", Name: "开放主体 王五", Verified: true, Unit: "市交通运输局", Roles: []Role{Opener}},
		{Subject: "dev-authority", Name: "主管部门 赵六", Verified: true, Unit: "市公共数据主管部门", Roles: []Role{Authority}},
		{Subject: "dev-auditor", Name: "审计 孙七", Verified: true, Roles: []Role{Auditor}},
	}
}

// NewDev makes a provider at an issuer's URL for one client.
func NewDev(issuer, client, redirect string, now func() time.Time, persons []Identity) (*Dev, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	return &Dev{issuer: issuer, client: client, redirect: redirect, key: key, now: now, codes: map[string]devGrant{}, persons: persons}, nil
}

// ServeHTTP serves discovery, keys, the choice of a person and tokens.
func (d *Dev) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	u, err := url.Parse(d.issuer)
	if err != nil {
		http.Error(w, "the issuer's URL is broken", http.StatusInternalServerError)
		return
	}
	switch strings.TrimPrefix(r.URL.Path, strings.TrimSuffix(u.Path, "/")) {
	case "/.well-known/openid-configuration":
		devJSON(w, map[string]any{
			"issuer": d.issuer, "authorization_endpoint": d.issuer + "/authorize", "token_endpoint": d.issuer + "/token", "jwks_uri": d.issuer + "/keys",
			"response_types_supported": []string{"code"}, "subject_types_supported": []string{"public"},
			"id_token_signing_alg_values_supported": []string{"ES256"}, "code_challenge_methods_supported": []string{"S256"},
		})
	case "/keys":
		devJSON(w, jose.JSONWebKeySet{Keys: []jose.JSONWebKey{{Key: d.key.Public(), KeyID: "dev", Algorithm: "ES256", Use: "sig"}}})
	case "/authorize":
		d.authorize(w, r)
	case "/token":
		d.token(w, r)
	default:
		http.NotFound(w, r)
	}
}

func devJSON(w http.ResponseWriter, v any) {
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(v) // the client has gone
}

var devPage = template.Must(template.New("").Parse(`<!doctype html><html lang="zh"><meta charset="utf-8"><title>开发用登录</title>
<main><h1>开发用登录 / development sign-in</h1><p>仅供试用：任何人都可以选择任何身份。Anybody can be anybody here.</p>
<form method="post">{{range .Query}}<input type="hidden" name="{{.Name}}" value="{{.Value}}">{{end}}
{{range .Persons}}<p><button name="person" value="{{.Subject}}">{{.Name}}</button></p>{{end}}</form></main></html>`))

func (d *Dev) authorize(w http.ResponseWriter, r *http.Request) {
	q := func(name string) string { return r.FormValue(name) }
	if q("client_id") != d.client || q("redirect_uri") != d.redirect || q("response_type") != "code" || q("code_challenge_method") != "S256" {
		http.Error(w, "not a request of this server", http.StatusBadRequest)
		return
	}
	if r.Method != http.MethodPost {
		type field struct{ Name, Value string }
		var fields []field
		for _, name := range []string{"client_id", "redirect_uri", "response_type", "code_challenge_method", "code_challenge", "state", "nonce", "scope"} {
			fields = append(fields, field{name, q(name)})
		}
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		_ = devPage.Execute(w, map[string]any{"Query": fields, "Persons": d.persons}) // the client has gone
		return
	}
	for _, p := range d.persons {
		if p.Subject != q("person") {
			continue
		}
		code := rand.Text()
		d.mu.Lock()
		for c, g := range d.codes { // those that nobody came for
			if d.now().After(g.until) {
				delete(d.codes, c)
			}
		}
		d.codes[code] = devGrant{p, q("nonce"), q("code_challenge"), d.now().Add(time.Minute)}
		d.mu.Unlock()
		http.Redirect(w, r, d.redirect+"?"+url.Values{"code": {code}, "state": {q("state")}}.Encode(), http.StatusSeeOther)
		return
	}
	http.Error(w, "no such person", http.StatusBadRequest)
}

func (d *Dev) token(w http.ResponseWriter, r *http.Request) {
	d.mu.Lock()
	g, ok := d.codes[r.FormValue("code")]
	delete(d.codes, r.FormValue("code")) // once
	d.mu.Unlock()
	sum := sha256.Sum256([]byte(r.FormValue("code_verifier")))
	if !ok || d.now().After(g.until) || subtle.ConstantTimeCompare([]byte(base64.RawURLEncoding.EncodeToString(sum[:])), []byte(g.challenge)) != 1 {
		w.WriteHeader(http.StatusBadRequest)
		devJSON(w, map[string]string{"error": "invalid_grant"})
		return
	}
	id, err := d.sign(g)
	if err != nil {
		http.Error(w, "cannot sign", http.StatusInternalServerError)
		return
	}
	devJSON(w, map[string]any{"access_token": rand.Text(), "token_type": "Bearer", "expires_in": 60, "id_token": id})
}

func (d *Dev) sign(g devGrant) (string, error) {
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.ES256, Key: jose.JSONWebKey{Key: d.key, KeyID: "dev"}}, nil)
	if err != nil {
		return "", fmt.Errorf("identity: %w", err)
	}
	now := d.now()
	return jwt.Signed(signer).Claims(map[string]any{
		"iss": d.issuer, "aud": d.client, "sub": g.person.Subject, "iat": now.Unix(), "exp": now.Add(time.Minute).Unix(), "nonce": g.nonce,
		"name": g.person.Name, "roles": g.person.Roles, "unit": g.person.Unit, "realname_verified": g.person.Verified,
	}).Serialize()
}
