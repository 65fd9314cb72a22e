package serve

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"regexp"
	"strings"
)

var (
	errDev = errors.New("without an OpenID Connect issuer everybody could be anybody: the development sign-in runs on loopback addresses only, " +
		"both to listen on and as base URL; set the issuer, or use 127.0.0.1")
	errNoBase   = errors.New("say how people reach the server: set the base URL, such as https://data.example.cn")
	errInsecure = errors.New("the base URL must begin with https:// unless it is a loopback address: sessions would be sent in the clear; let a proxy speak TLS")
)

// baseURL is how people reach the server, without a slash at its end.
func baseURL(c *Config, listen net.Addr) (*url.URL, error) {
	tcp, ok := listen.(*net.TCPAddr)
	near := ok && tcp.IP.IsLoopback()
	if c.Issuer == "" && !near {
		return nil, errDev
	}
	if c.BaseURL == "" {
		if !near {
			return nil, errNoBase
		}
		return &url.URL{Scheme: "http", Host: listen.String()}, nil
	}
	u, err := url.Parse(c.BaseURL)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Hostname() == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "" || strings.Trim(u.Path, "/") != "" {
		return nil, errors.New("the base URL must be http:// or https:// and a host, and nothing behind it") // not its text, which may hold a password
	}
	here := loopbackName(u.Hostname())
	switch {
	case c.Issuer == "" && !here:
		return nil, errDev
	case u.Scheme == "http" && !here:
		return nil, errInsecure
	}
	return &url.URL{Scheme: u.Scheme, Host: u.Host}, nil
}

// loopbackName reports whether a host can only be this machine.
func loopbackName(host string) bool {
	if strings.EqualFold(host, "localhost") {
		return true
	}
	a, err := netip.ParseAddr(strings.Trim(host, "[]"))
	return err == nil && a.Unmap().IsLoopback()
}

var keywordValue = regexp.MustCompile(`(^|\s)(host|hostaddr|port|dbname|user|password|service|passfile)\s*=`)

// IsPostgres reports whether a store's name means PostgreSQL: a URL, or keywords and values.
func IsPostgres(name string) bool {
	return strings.Contains(name, "://") || keywordValue.MatchString(name)
}

// ShownStore is a store's name without what may be a password.
func ShownStore(name string) string {
	if IsPostgres(name) {
		return "PostgreSQL"
	}
	return name
}

// quietError has the words of an error without secrets, and is still that error to errors.Is.
type quietError struct {
	text string
	err  error
}

func (e *quietError) Error() string { return e.text }

func (e *quietError) Unwrap() error { return e.err }

var passwordValue = regexp.MustCompile(`(?i)password\s*=\s*('(?:[^'\\]|\\.)*'|[^\s&]*)`)

// withoutSecrets takes the password of a store's name out of an error's words, in whatever form it stands there.
func withoutSecrets(err error, name string) error {
	if err == nil || !IsPostgres(name) {
		return err
	}
	text := err.Error()
	hide := func(secret string) {
		if secret != "" {
			text = strings.ReplaceAll(text, secret, "xxxxx")
		}
	}
	hide(name) // the whole of it
	secrets := []string{}
	if _, rest, ok := strings.Cut(name, "://"); ok { // by hand: a URL that cannot be parsed has a password all the same
		if end := strings.LastIndex(rest, "@"); end >= 0 {
			if _, password, ok := strings.Cut(rest[:end], ":"); ok {
				secrets = append(secrets, password)
			}
		}
	}
	for _, m := range passwordValue.FindAllStringSubmatch(name, -1) {
		secrets = append(secrets, m[1], strings.Trim(m[1], "'"))
	}
	for _, x := range secrets {
		for _, unescape := range []func(string) (string, error){url.PathUnescape, url.QueryUnescape} {
			if plain, err := unescape(x); err == nil {
				hide(plain)
				hide(fmt.Sprintf("%q", plain))
			}
		}
		hide(x)
	}
	if text == err.Error() {
		return err
	}
	return &quietError{text, err}
}
