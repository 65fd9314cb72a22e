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
	"log/slog"
	"os"
	"os/signal"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/banfa-go/banfa"
	"github.com/banfa-go/banfa/examples/server/sample"
	"github.com/banfa-go/banfa/examples/server/serve"
	"github.com/banfa-go/banfa/examples/server/store"
	"github.com/banfa-go/banfa/measures/shenzhen"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	status := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	stop()
	os.Exit(status)
}

const usage = `banfa reference server

  server [flags]                       serve; by default at http://127.0.0.1:8080 with the sample city
  server verify [flags] [SEQ=HASH…]    recompute the log; heads noted before show that nothing was cut off
  server backup [flags] FILE           write a copy of the log while the server goes on
  server restore [flags] FILE          put a copy into an empty store

flags:
`

// options are the flags of all subcommands. Secrets come from files, never from flags: other users of a machine see those.
type options struct {
	listen, store, rules, baseURL, issuer, clientID, secretFile, sessionFile string
	keys                                                                     keyFiles
	empty, jsonLog                                                           bool
}

type keyFiles map[string]string

// String is for the flag package.
func (k keyFiles) String() string { return "" }

// Set takes NAME=FILE.
func (k keyFiles) Set(s string) error {
	name, file, ok := strings.Cut(s, "=")
	if !ok || name == "" || file == "" {
		return errors.New("write NAME=FILE")
	}
	k[name] = file
	return nil
}

func run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	command := "serve"
	if len(args) > 0 && !strings.HasPrefix(args[0], "-") {
		command, args = args[0], args[1:]
	}
	o := options{keys: keyFiles{}}
	flags := flag.NewFlagSet("server", flag.ContinueOnError)
	flags.SetOutput(stderr)
	flags.Usage = func() { _, _ = io.WriteString(stderr, usage); flags.PrintDefaults() }
	flags.StringVar(&o.listen, "listen", "127.0.0.1:8080", "`address` to listen on")
	flags.StringVar(&o.store, "store", "banfa.db", "`file` of SQLite, or URL of PostgreSQL (postgres://…)")
	flags.StringVar(&o.rules, "rules", "", "`folder` of rule files; by default the embedded pack and the sample's")
	flags.StringVar(&o.baseURL, "base-url", "", "`URL` by which people reach the server")
	flags.StringVar(&o.issuer, "issuer", "", "`URL` of the OpenID Connect issuer; by default a development provider in the process, on loopback only")
	flags.StringVar(&o.clientID, "client-id", "banfa", "`id` of this server at the issuer")
	flags.StringVar(&o.secretFile, "client-secret-file", "", "`file` with its secret there")
	flags.StringVar(&o.sessionFile, "session-key-file", "", "`file` with 32 bytes or more, the same for all servers of one address; by default new at each start")
	flags.Var(o.keys, "key", "`NAME=FILE` of a key of de-identification policies, in hex; again for each")
	flags.BoolVar(&o.empty, "empty", false, "do not put the sample city into an empty store")
	flags.BoolVar(&o.jsonLog, "log-json", false, "log as JSON")
	if err := flags.Parse(args); err != nil {
		if errors.Is(err, flag.ErrHelp) {
			return 0
		}
		return 2
	}
	var err error
	switch command {
	case "serve":
		err = o.serve(ctx, stdout, stderr)
	case "verify":
		err = o.verify(ctx, flags.Args(), stdout)
	case "backup":
		err = o.backup(ctx, flags.Args(), stdout)
	case "restore":
		err = o.restore(ctx, flags.Args(), stdout)
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
		Listen: o.listen, Store: o.store, BaseURL: o.baseURL, Issuer: o.issuer, ClientID: o.clientID, Clock: time.Now, Version: "dev",
		Log: slog.New(slog.NewTextHandler(stderr, nil)), Keys: map[string][]byte{},
	}
	if o.jsonLog {
		c.Log = slog.New(slog.NewJSONHandler(stderr, nil))
	}
	var err error
	if c.Rules, err = o.load(); err != nil {
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
	if !o.empty {
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
	s, err := serve.Start(ctx, c)
	if err != nil {
		return err
	}
	_, _ = fmt.Fprintf(stdout, "banfa: %s  (store: %s)\n", s.BaseURL, shown(o.store))
	<-ctx.Done()
	return s.Stop(context.WithoutCancel(ctx))
}

// shown is a store's name without what may be a password.
func shown(name string) string {
	if strings.Contains(name, "://") {
		return "PostgreSQL"
	}
	return name
}

func (o *options) load() (*banfa.Rules, error) {
	if o.rules == "" {
		return sample.Rules()
	}
	return banfa.Load(os.DirFS(o.rules), banfa.Citable(shenzhen.FS()))
}

func (o *options) open(ctx context.Context) (store.Store, error) {
	if !strings.Contains(o.store, "://") {
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
	n, err := store.Verify(ctx, s, anchors...)
	if err != nil {
		return err
	}
	_, hash, err := s.Head(ctx)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(stdout, "%d events, all as they were written. Note the head outside: %d=%s\n", n, n, hash)
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
	to, err := serve.OpenStore(ctx, o.store, time.Now)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, to.Close()) }()
	if err := store.Copy(ctx, from, to); err != nil {
		return err
	}
	_, err = fmt.Fprintln(stdout, "restored:", shown(o.store))
	return err
}
