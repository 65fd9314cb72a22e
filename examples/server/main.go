// Command server is the reference server of banfa: one binary, one command, no set-up. Everything of substance is a call of the library.
package main

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"maps"
	"net/netip"
	"os"
	"os/signal"
	"path/filepath"
	"runtime/debug"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"

	"go.opentelemetry.io/otel"

	"github.com/banfa-go/banfa"
	"github.com/banfa-go/banfa/examples/server/platform"
	"github.com/banfa-go/banfa/examples/server/sample"
	"github.com/banfa-go/banfa/examples/server/serve"
	"github.com/banfa-go/banfa/examples/server/store"
	"github.com/banfa-go/banfa/measures/shenzhen"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // a second signal ends it at once
	status := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	stop()
	os.Exit(status)
}

const usage = `banfa reference server

  server [flags]                       serve; by default at http://127.0.0.1:8080 with the sample city
  server verify [flags] [SEQ=HASH…]    recompute the log; heads noted before show that nothing was cut off
  server backup [flags] FILE           write a copy of the log while the server goes on
  server restore [flags] FILE          put a copy where no store is yet
  server signout [flags] SUBJECT…      end all sessions of a person, while the server goes on

flags:
`

// options are the flags of all subcommands. Secrets come from files, never from flags: other users of a machine see those.
type options struct {
	listen, store, storeFile, rules, baseURL, issuer, clientID, secretFile, sessionFile, spool, metrics, otlp string
	keys, policies                                                                                            pairs
	proxies                                                                                                   proxies
	empty, jsonLog, version                                                                                   bool
}

// proxies are the networks whose X-Forwarded-For is believed.
type proxies []netip.Prefix

// String is for the flag package.
func (p *proxies) String() string { return "" }

// Set takes an address or a network.
func (p *proxies) Set(s string) error {
	if a, err := netip.ParseAddr(s); err == nil {
		*p = append(*p, netip.PrefixFrom(a, a.BitLen()))
		return nil
	}
	n, err := netip.ParsePrefix(s)
	if err != nil {
		return errors.New("write an address or a network such as 10.0.0.0/8")
	}
	*p = append(*p, n.Masked())
	return nil
}

// pairs are NAME=VALUE.
type pairs map[string]string

// String is for the flag package.
func (k pairs) String() string { return "" }

// Set takes NAME=VALUE.
func (k pairs) Set(s string) error {
	name, value, ok := strings.Cut(s, "=")
	if !ok || name == "" || value == "" {
		return errors.New("write NAME=VALUE")
	}
	k[name] = value
	return nil
}

func run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	command := "serve"
	if len(args) > 0 && !strings.HasPrefix(args[0], "-") {
		command, args = args[0], args[1:]
	}
	o := options{keys: pairs{}, policies: pairs{}}
	flags := flag.NewFlagSet("server", flag.ContinueOnError)
	flags.SetOutput(stderr)
	flags.Usage = func() { _, _ = io.WriteString(stderr, usage); flags.PrintDefaults() }
	flags.StringVar(&o.listen, "listen", "127.0.0.1:8080", "`address` to listen on")
	flags.StringVar(&o.store, "store", "banfa.db", "`file` of SQLite, or URL of PostgreSQL (postgres://…)")
	flags.StringVar(&o.storeFile, "store-file", "", "`file` with the URL of PostgreSQL, which may hold a password, in place of --store")
	flags.StringVar(&o.spool, "spool", "", "`folder` for files on their way, which may hold data; the system's for temporary files by default")
	flags.Var(&o.proxies, "trusted-proxy", "`network` of a proxy whose X-Forwarded-For is believed; again for each")
	flags.StringVar(&o.metrics, "metrics-listen", "", "`address` of its own for /metrics, which is else among the other pages")
	flags.StringVar(&o.otlp, "otlp", "", "`URL` of a collector that takes traces by OpenTelemetry, such as http://127.0.0.1:4318; by default none")
	flags.BoolVar(&o.version, "version", false, "print the version")
	flags.StringVar(&o.rules, "rules", "", "`folder` of rule files, without the sample city, which come into force anew when they change; by default the embedded pack and the sample's")
	flags.StringVar(&o.baseURL, "base-url", "", "`URL` by which people reach the server")
	flags.StringVar(&o.issuer, "issuer", "", "`URL` of the OpenID Connect issuer; by default a development provider in the process, on loopback only")
	flags.StringVar(&o.clientID, "client-id", "banfa", "`id` of this server at the issuer")
	flags.StringVar(&o.secretFile, "client-secret-file", "", "`file` with its secret there")
	flags.StringVar(&o.sessionFile, "session-key-file", "", "`file` with 32 bytes or more, the same for all servers of one address; by default new at each start")
	flags.Var(o.keys, "key", "`NAME=FILE` of a key of de-identification policies, in hex; again for each")
	flags.Var(o.policies, "policy", "`ENTRY=POLICY`: the data of an entry leave by that de-identification policy only; again for each")
	flags.BoolVar(&o.empty, "empty", false, "do not put the sample city into an empty store")
	flags.BoolVar(&o.jsonLog, "log-json", false, "log as JSON")
	if err := flags.Parse(args); err != nil {
		if errors.Is(err, flag.ErrHelp) {
			return 0
		}
		return 2
	}
	if o.version {
		_, _ = fmt.Fprintln(stdout, "banfa-server", version())
		return 0
	}
	err := o.readStore()
	switch {
	case err != nil:
		command = ""
	case command == "serve" && flags.NArg() > 0:
		_, _ = fmt.Fprintf(stderr, "server: %q: flags begin with a dash\n", flags.Arg(0))
		return 2
	}
	switch command {
	case "":
	case "serve":
		err = o.serve(ctx, stdout, stderr)
	case "verify":
		err = o.verify(ctx, flags.Args(), stdout)
	case "backup":
		err = o.backup(ctx, flags.Args(), stdout)
	case "restore":
		err = o.restore(ctx, flags.Args(), stdout)
	case "signout":
		err = o.signOut(ctx, flags.Args(), stdout)
	default:
		flags.Usage()
		return 2
	}
	var broken *store.BrokenError
	switch {
	case errors.As(err, &broken):
		_, _ = fmt.Fprintln(stderr, "server:", err)
		return 3
	case err != nil:
		_, _ = fmt.Fprintln(stderr, "server:", err)
		return 1
	}
	return 0
}

func (o *options) serve(ctx context.Context, stdout, stderr io.Writer) error {
	c := serve.Config{
		Listen: o.listen, Store: o.store, BaseURL: o.baseURL, Issuer: o.issuer, ClientID: o.clientID, Clock: time.Now, Version: version(),
		Spool: o.spool, TrustedProxies: o.proxies, MetricsListen: o.metrics,
		Log: slog.New(slog.NewTextHandler(stderr, nil)), Keys: map[string][]byte{},
	}
	if o.jsonLog {
		c.Log = slog.New(slog.NewJSONHandler(stderr, nil))
	}
	var err error
	if o.rules != "" {
		c.RuleFiles, c.RuleOptions = os.DirFS(o.rules), []banfa.Option{banfa.Citable(shenzhen.FS())}
	} else if c.Rules, err = sample.Rules(); err != nil {
		return err
	}
	if o.secretFile != "" {
		text, err := os.ReadFile(o.secretFile)
		if err != nil {
			return err
		}
		c.ClientSecret = strings.TrimSpace(string(text))
	}
	if o.sessionFile != "" {
		if c.SessionKey, err = os.ReadFile(o.sessionFile); err != nil {
			return err
		}
	}
	for name, file := range o.keys {
		text, err := os.ReadFile(file)
		if err != nil {
			return err
		}
		if c.Keys[name], err = hex.DecodeString(strings.TrimSpace(string(text))); err != nil {
			return fmt.Errorf("%s: the key %q must be hexadecimal digits", file, name)
		}
	}
	c.Policies = map[string]string{}
	if !o.empty && o.rules == "" {
		c.Seed, c.Policies = sample.Seed, sample.Policies()
		for _, name := range sample.Keys() { // of this run alone: what was drawn with another cannot be joined with it
			if c.Keys[name] == nil {
				c.Keys[name] = make([]byte, 32)
				if _, err := rand.Read(c.Keys[name]); err != nil {
					return err
				}
			}
		}
	}
	maps.Copy(c.Policies, o.policies)
	if o.otlp != "" {
		if c.Spans, err = serve.OTLP(ctx, o.otlp); err != nil {
			return fmt.Errorf("--otlp: %w", err)
		}
		otel.SetErrorHandler(otel.ErrorHandlerFunc(func(err error) { c.Log.Warn("traces", "error", err) }))
	}
	s, err := serve.Start(ctx, c)
	if err != nil {
		return err
	}
	_, _ = fmt.Fprintf(stdout, "banfa: %s  (store: %s)\n", s.BaseURL, serve.ShownStore(o.store))
	select {
	case <-ctx.Done():
	case err = <-s.Failed():
	}
	return errors.Join(err, s.Stop(context.WithoutCancel(ctx)))
}

// readStore reads the store's name from its file.
func (o *options) readStore() error {
	if o.storeFile == "" {
		return nil
	}
	text, err := os.ReadFile(o.storeFile)
	if err != nil {
		return err
	}
	if o.store = strings.TrimSpace(string(text)); !serve.IsPostgres(o.store) {
		return fmt.Errorf("%s: write the URL of PostgreSQL, postgres://…", o.storeFile)
	}
	return nil
}

// version is what the program was built from.
func version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "unknown"
	}
	v := info.Main.Version
	for _, s := range info.Settings {
		if s.Key == "vcs.revision" && len(s.Value) >= 12 {
			v += " " + s.Value[:12]
		}
	}
	return v + " " + info.GoVersion
}

func (o *options) open(ctx context.Context) (store.Store, error) {
	if !serve.IsPostgres(o.store) {
		if _, err := os.Stat(o.store); err != nil {
			return nil, err
		}
	}
	return serve.OpenStore(ctx, o.store, time.Now)
}

func (o *options) verify(ctx context.Context, args []string, stdout io.Writer) (err error) {
	var anchors []store.Anchor
	for _, a := range args {
		seq, hash, _ := strings.Cut(a, "=")
		n, err := strconv.ParseInt(seq, 10, 64)
		if err != nil || len(hash) != 64 {
			return fmt.Errorf("%q: write a head as it was printed, SEQ=HASH", a)
		}
		anchors = append(anchors, store.Anchor{Seq: n, Hash: hash})
	}
	s, err := o.open(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	seq, hash, err := s.Head(ctx) // of now: a server may go on writing
	if err != nil {
		return err
	}
	if seq > 0 && !slices.ContainsFunc(anchors, func(a store.Anchor) bool { return a.Seq == seq }) {
		anchors = append(anchors, store.Anchor{Seq: seq, Hash: hash})
	}
	n, err := store.Verify(ctx, s, anchors...)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(stdout, "%d events, all as they were written. Note the head outside: %d=%s\n", n, seq, hash)
	return err
}

func (o *options) backup(ctx context.Context, args []string, stdout io.Writer) (err error) {
	if len(args) != 1 {
		return errors.New("backup: name one file")
	}
	s, err := o.open(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	if err := s.Backup(ctx, args[0]); err != nil {
		return err
	}
	_, err = fmt.Fprintln(stdout, "written:", args[0])
	return err
}

func (o *options) restore(ctx context.Context, args []string, stdout io.Writer) (err error) {
	if len(args) != 1 {
		return errors.New("restore: name one file")
	}
	if _, err := os.Stat(args[0]); err != nil {
		return err
	}
	path, err := filepath.Abs(args[0])
	if err != nil {
		return err
	}
	from, err := store.OpenSQLite(ctx, path, time.Now)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, from.Close()) }()
	if _, err := store.Verify(ctx, from); err != nil {
		return err
	}
	if err := o.putBack(ctx, from); err != nil {
		return err
	}
	_, err = fmt.Fprintln(stdout, "restored:", serve.ShownStore(o.store))
	return err
}

// signOut ends all sessions of persons: servers that run notice at the next request.
func (o *options) signOut(ctx context.Context, subjects []string, stdout io.Writer) (err error) {
	if len(subjects) == 0 || slices.Contains(subjects, "") {
		return errors.New("signout: name the subject, as the log has it")
	}
	s, err := o.open(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	events := make([]store.NewEvent, len(subjects))
	for i, subject := range subjects {
		events[i] = platform.EndsSessions(subject)
	}
	if _, err := s.Append(ctx, nil, events...); err != nil {
		return err
	}
	_, err = fmt.Fprintln(stdout, "signed out:", strings.Join(subjects, " "))
	return err
}

// putBack copies a log into a store that is not there yet. A file has its name only once it is whole.
func (o *options) putBack(ctx context.Context, from store.Store) (err error) {
	name := o.store
	if !serve.IsPostgres(name) {
		if _, err := os.Stat(name); !errors.Is(err, fs.ErrNotExist) {
			return errors.Join(err, fmt.Errorf("%s is there already: restore never writes over a store; move it away first", name))
		}
		name += ".partial"
		if err := os.RemoveAll(name); err != nil {
			return err
		}
	}
	to, err := serve.OpenStore(ctx, name, time.Now)
	if err != nil {
		return err
	}
	err = store.Copy(ctx, from, to)
	if err == nil {
		_, err = store.Verify(ctx, to)
	}
	if err = errors.Join(err, to.Close()); err != nil {
		return err
	}
	if name != o.store {
		return os.Rename(name, o.store)
	}
	return nil
}
