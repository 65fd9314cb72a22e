// Command loadtest sends search, decide and download mixed to the reference server over loopback for some seconds, then the same number of requests at a time to a
// net/http server that does nothing, and says how many were answered, how long they took, and how much memory the servers took.
package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"net/http/cookiejar"
	"net/http/pprof"
	"net/url"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/banfa-go/banfa/examples/server/sample"
	"github.com/banfa-go/banfa/examples/server/serve"
)

// role makes the program one of the servers: each runs in a process of its own, so that its memory is its own.
const role = "BANFA_LOADTEST_ROLE"

func main() {
	var err error
	switch os.Getenv(role) {
	case "banfa":
		err = banfaServer()
	case "nothing":
		err = nothingServer()
	default:
		err = run()
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "loadtest:", err)
		os.Exit(1)
	}
}

func banfaServer() error {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	rules, err := sample.Rules()
	if err != nil {
		return err
	}
	keys := map[string][]byte{}
	for _, name := range sample.Keys() {
		keys[name] = bytes.Repeat([]byte{1}, 32)
	}
	s, err := serve.Start(ctx, serve.Config{
		Listen: "127.0.0.1:0", Store: os.Getenv("BANFA_LOADTEST_STORE"), Rules: rules, Keys: keys, Policies: sample.Policies(), Seed: sample.Seed, Version: "loadtest",
		Limits: serve.Limits{PerSecond: 1e9, Burst: 1e9}, // one address asks for everybody
	})
	if err != nil {
		return err
	}
	fmt.Println(s.BaseURL)
	if at := os.Getenv("BANFA_LOADTEST_PPROF"); at != "" {
		mux := http.NewServeMux()
		mux.HandleFunc("/debug/pprof/profile", pprof.Profile)
		go func() {
			fmt.Fprintln(os.Stderr, (&http.Server{Addr: at, Handler: mux, ReadHeaderTimeout: time.Second}).ListenAndServe())
		}()
	}
	<-ctx.Done()
	return s.Stop(context.WithoutCancel(ctx))
}

func nothingServer() error {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	fmt.Println("http://" + l.Addr().String())
	s := &http.Server{ReadHeaderTimeout: time.Second, Handler: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "ok\n") })}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	go func() { <-ctx.Done(); _ = s.Close() }() // the end of the program
	if err := s.Serve(l); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}

// child is one of the servers.
type child struct {
	*exec.Cmd
	base string
}

func launch(as, store string) (*child, error) {
	c := exec.Command(os.Args[0]) //nolint:gosec // this program itself
	c.Env = append(os.Environ(), role+"="+as, "BANFA_LOADTEST_STORE="+store)
	c.Stderr = os.Stderr
	out, err := c.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := c.Start(); err != nil {
		return nil, err
	}
	line := make([]byte, 200)
	n, err := out.Read(line)
	return &child{c, strings.TrimSpace(string(line[:n]))}, err
}

// memory is the resident memory of the process in MiB: the most it had, and what it has now. Linux only; elsewhere nothing.
func (c *child) memory() string {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", c.Process.Pid))
	if err != nil {
		return "unknown"
	}
	var kib [2]int
	for line := range strings.Lines(string(text)) {
		for i, name := range []string{"VmHWM:", "VmRSS:"} {
			if rest, ok := strings.CutPrefix(line, name); ok {
				_, _ = fmt.Sscan(rest, &kib[i]) // stays 0
			}
		}
	}
	return fmt.Sprintf("peak %d MiB, at the end %d MiB", kib[0]>>10, kib[1]>>10)
}

func (c *child) end() error {
	return errors.Join(c.Process.Signal(os.Interrupt), c.Wait())
}

// timings are of one kind of request.
type timings struct {
	took   []time.Duration
	failed int
}

func (t *timings) line(name string, over time.Duration) string {
	slices.Sort(t.took)
	at := func(q float64) time.Duration {
		if len(t.took) == 0 {
			return 0
		}
		return t.took[min(len(t.took)-1, int(q*float64(len(t.took))))].Round(10 * time.Microsecond)
	}
	return fmt.Sprintf("| %s | %d | %.0f | %s | %s | %s | %d |", name, len(t.took), float64(len(t.took))/over.Seconds(), at(0.5), at(0.99), at(1), t.failed)
}

func run() (err error) {
	seconds := flag.Duration("for", 10*time.Second, "how long each server is asked")
	clients := flag.Int("clients", 16, "requests at a time")
	flag.Parse()
	dir, err := os.MkdirTemp("", "banfa-load")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	fmt.Printf("%s, %s/%s, %d CPUs, %d clients, %s each\n\n", runtime.Version(), runtime.GOOS, runtime.GOARCH, runtime.NumCPU(), *clients, *seconds)

	s, err := launch("banfa", filepath.Join(dir, "log.db"))
	if err != nil {
		return err
	}
	idle := s.memory()
	m, err := newMix(s.base)
	if err != nil {
		return errors.Join(err, s.end())
	}
	kinds, over := load(*clients, *seconds, func(client int) (string, bool) { return m.next(client) })
	fmt.Println("| request | answered | a second | p50 | p99 | most | failed |\n|---|---:|---:|---:|---:|---:|---:|")
	all := &timings{}
	for _, name := range []string{"search", "check", "apply", "download"} {
		if t := kinds[name]; t != nil {
			fmt.Println(t.line(name, over))
			all.took, all.failed = append(all.took, t.took...), all.failed+t.failed
		}
	}
	fmt.Println(all.line("all", over))
	after := s.memory()
	if err := s.end(); err != nil {
		return err
	}

	nothing, err := launch("nothing", "")
	if err != nil {
		return err
	}
	tr := &http.Transport{MaxIdleConnsPerHost: *clients}
	plain := &http.Client{Transport: tr}
	kinds, over = load(*clients, *seconds, func(int) (string, bool) {
		return "net/http doing nothing", ask(plain, http.MethodGet, nothing.base, nil)
	})
	for name, t := range kinds {
		fmt.Println(t.line(name, over))
	}
	fmt.Printf("\nMemory of the server: at the start %s; after the load %s. Of net/http doing nothing: %s.\n", idle, after, nothing.memory())
	tr.CloseIdleConnections()
	return nothing.end()
}

// load asks for as long as it may, so many at a time.
func load(clients int, long time.Duration, ask func(client int) (kind string, ok bool)) (map[string]*timings, time.Duration) {
	var mu sync.Mutex
	kinds := map[string]*timings{}
	began := time.Now()
	var wg sync.WaitGroup
	for i := range clients {
		wg.Go(func() {
			own := map[string]*timings{}
			for time.Since(began) < long {
				at := time.Now()
				kind, ok := ask(i)
				t := own[kind]
				if t == nil {
					t = &timings{}
					own[kind] = t
				}
				if !ok {
					t.failed++
					continue
				}
				t.took = append(t.took, time.Since(at))
			}
			mu.Lock()
			defer mu.Unlock()
			for kind, t := range own {
				if kinds[kind] == nil {
					kinds[kind] = &timings{}
				}
				kinds[kind].took, kinds[kind].failed = append(kinds[kind].took, t.took...), kinds[kind].failed+t.failed
			}
		})
	}
	wg.Wait()
	return kinds, time.Since(began)
}

// mix is what people do: mostly search, sometimes check whether they would qualify, hand in an application or download.
type mix struct {
	base, conditional, permission string
	who                           *http.Client
}

func newMix(base string) (*mix, error) {
	jar, err := cookiejar.New(nil)
	if err != nil {
		return nil, err
	}
	m := &mix{base: base, who: &http.Client{Jar: jar, Transport: &http.Transport{MaxIdleConnsPerHost: 1000}}}
	res, err := m.who.Get(base + "/auth/signin?next=/healthz")
	if err != nil {
		return nil, err
	}
	if err := res.Body.Close(); err != nil {
		return nil, err
	}
	if res, err = m.who.PostForm(res.Request.URL.String(), url.Values{"person": {"dev-applicant"}}); err != nil {
		return nil, err
	}
	if err := res.Body.Close(); err != nil {
		return nil, err
	}
	var found struct{ Entries []struct{ ID string } }
	if err := m.get("/api/v1/entries?open_type=conditional&limit=1", &found); err != nil {
		return nil, err
	}
	if len(found.Entries) == 0 {
		return nil, errors.New("there is nothing to apply for")
	}
	m.conditional = found.Entries[0].ID
	for entry := range sample.Policies() { // that is downloaded, de-identified each time
		var p struct{ ID string }
		text, err := json.Marshal(map[string]any{"entry": entry, "commitment_signed": true})
		if err != nil {
			return nil, err
		}
		res, err := m.who.Post(base+"/api/v1/permissions", "application/json", bytes.NewReader(text))
		if err != nil {
			return nil, err
		}
		if err := errors.Join(json.NewDecoder(res.Body).Decode(&p), res.Body.Close()); err != nil {
			return nil, err
		}
		if m.permission = p.ID; m.permission == "" {
			return nil, fmt.Errorf("%s is not open unconditionally", entry)
		}
	}
	return m, nil
}

func (m *mix) get(path string, to any) error {
	res, err := m.who.Get(m.base + path)
	if err != nil {
		return err
	}
	return errors.Join(json.NewDecoder(res.Body).Decode(to), res.Body.Close())
}

func (m *mix) next(int) (string, bool) {
	switch n := rand.IntN(100); {
	case n < 80:
		return "search", ask(m.who, http.MethodGet, m.base+"/api/v1/entries?limit=20&q="+url.QueryEscape([]string{"停车", "公园", "企业", "医院", ""}[rand.IntN(5)]), nil)
	case n < 90:
		return "check", ask(m.who, http.MethodPost, m.base+"/api/v1/entries/"+m.conditional+"/check", []byte(`{"facts":{"scenario_described":true,"agreement_accepted":true}}`))
	case n < 95:
		return "apply", ask(m.who, http.MethodPost, m.base+"/api/v1/applications", []byte(`{"entry":"`+m.conditional+`","facts":{"scenario_described":true}}`))
	}
	return "download", ask(m.who, http.MethodGet, m.base+"/api/v1/permissions/"+m.permission+"/data", nil)
}

func ask(c *http.Client, method, address string, body []byte) bool {
	q, err := http.NewRequest(method, address, bytes.NewReader(body))
	if err != nil {
		return false
	}
	if body != nil {
		q.Header.Set("Content-Type", "application/json")
	}
	res, err := c.Do(q)
	if err != nil {
		return false
	}
	_, err = io.Copy(io.Discard, res.Body)
	return errors.Join(err, res.Body.Close()) == nil && res.StatusCode == http.StatusOK
}
