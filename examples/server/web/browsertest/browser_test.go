package browsertest

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/browser"
	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/banfa-go/banfa/examples/server/sample"
	"github.com/banfa-go/banfa/examples/server/serve"
)

// chromium is the browser on this machine.
func chromium(t *testing.T) string {
	t.Helper()
	for _, name := range []string{"chromium-headless-shell", "chromium", "chromium-browser", "google-chrome", "chrome"} {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	t.Skip("no Chromium on this machine: the pages are not tested in a browser")
	return ""
}

// city starts a server with an empty log on a port of its own.
func city(t *testing.T, seeded bool) *serve.Server {
	t.Helper()
	rules, err := sample.Rules()
	require.NoError(t, err)
	c := serve.Config{
		Listen: "127.0.0.1:0", Store: filepath.Join(t.TempDir(), "log.db"), Rules: rules, Spool: t.TempDir(), Policies: sample.Policies(), Keys: map[string][]byte{},
		Limits: serve.Limits{PerSecond: 1000, Burst: 10_000},
	}
	for _, name := range sample.Keys() {
		c.Keys[name] = bytes.Repeat([]byte{7}, 32)
	}
	if seeded {
		c.Seed = sample.Seed
	}
	s, err := serve.Start(t.Context(), c)
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, s.Stop(context.Background())) })
	return s
}

// window is a browser window that a person sits before.
type window struct {
	t    *testing.T
	ctx  context.Context
	base string
	axe  string // the source of axe; empty: pages are not checked
	dir  string // of downloads
	seen map[string]bool
}

// stepTime bounds one thing that a person does.
const stepTime = time.Minute

func open(t *testing.T, s *serve.Server) *window {
	t.Helper()
	opts := append(chromedp.DefaultExecAllocatorOptions[:len(chromedp.DefaultExecAllocatorOptions):len(chromedp.DefaultExecAllocatorOptions)],
		chromedp.ExecPath(chromium(t)), chromedp.NoSandbox)
	actx, cancel := chromedp.NewExecAllocator(t.Context(), opts...)
	t.Cleanup(cancel)
	ctx, cancel := chromedp.NewContext(actx)
	t.Cleanup(cancel)
	w := &window{t: t, ctx: ctx, base: s.BaseURL, dir: t.TempDir(), seen: map[string]bool{}}
	require.NoError(t, chromedp.Do(ctx, chromedp.EmulateViewport(1200, 900)))
	return w
}

func (w *window) within() context.Context {
	ctx, cancel := context.WithTimeout(w.ctx, stepTime)
	w.t.Cleanup(cancel)
	return ctx
}

// goTo opens a page, and checks its status.
func (w *window) goTo(path string, status int64) {
	w.t.Helper()
	r, err := chromedp.Run(w.within(), chromedp.NavigateResponse(w.base+path))
	require.NoError(w.t, err, path)
	require.Equal(w.t, status, r.Status, "%s: %s", path, w.text("main"))
	w.look()
}

// press clicks on something that leads to another page.
func (w *window) press(css string, status int64) {
	w.t.Helper()
	r, err := chromedp.RunResponse(w.within(), chromedp.Click(chromedp.CSS(css), chromedp.NodeVisible))
	require.NoError(w.t, err, css)
	require.Equal(w.t, status, r.Status, "%s: %s", css, w.text("main"))
	w.look()
}

func (w *window) fill(css, value string) {
	w.t.Helper()
	require.NoError(w.t, chromedp.Do(w.within(), chromedp.SetValue(chromedp.CSS(css), value)), css)
}

func (w *window) click(css string) {
	w.t.Helper()
	require.NoError(w.t, chromedp.Do(w.within(), chromedp.Click(chromedp.CSS(css), chromedp.NodeVisible)), css)
}

func (w *window) choose(css, file string) {
	w.t.Helper()
	require.NoError(w.t, chromedp.Do(w.within(), chromedp.SetUploadFiles(chromedp.CSS(css), []string{file})), css)
}

func (w *window) text(css string) string {
	w.t.Helper()
	s, err := chromedp.Run(w.within(), chromedp.Evaluate[string](`(document.querySelector(`+strconv.Quote(css)+`) || document.body).innerText`))
	require.NoError(w.t, err)
	return s
}

func (w *window) path() string {
	w.t.Helper()
	s, err := chromedp.Run(w.within(), chromedp.Evaluate[string](`location.pathname`))
	require.NoError(w.t, err)
	return s
}

// as signs somebody in with the development provider, in place of who was.
func (w *window) as(person, next string) {
	w.t.Helper()
	w.goTo("/entries", http.StatusOK)
	if strings.Contains(w.text("header"), "退出") {
		w.press(`header form button`, http.StatusOK)
	}
	_, err := chromedp.Run(w.within(), chromedp.NavigateResponse(w.base+"/auth/signin?next="+next))
	require.NoError(w.t, err)
	w.press(`button[value="`+person+`"]`, http.StatusOK)
	require.Equal(w.t, next, w.path())
}

// shoot keeps a picture where BANFA_SHOTS names a folder for them.
func (w *window) shoot(name string) {
	w.t.Helper()
	dir := os.Getenv("BANFA_SHOTS")
	if dir == "" {
		return
	}
	png, err := chromedp.Run(w.within(), chromedp.FullScreenshot(100))
	require.NoError(w.t, err)
	require.NoError(w.t, os.WriteFile(filepath.Join(dir, name+".png"), png, 0o600))
}

// save clicks on a download, and returns what came.
func (w *window) save(css string) (name string, content []byte) {
	w.t.Helper()
	ctx := w.within()
	began := chromedp.Events(ctx, browser.DownloadWillBegin)
	progress := chromedp.Events(ctx, browser.DownloadProgress)
	yes := true
	require.NoError(w.t, chromedp.Do(ctx, chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		_, err := cdp.Call(ctx, t, browser.SetDownloadBehavior, browser.SetDownloadBehaviorParams{
			Behavior: browser.SetDownloadBehaviorBehaviorAllowAndName, DownloadPath: w.dir, EventsEnabled: &yes,
		})
		return err
	}), chromedp.Click(chromedp.CSS(css), chromedp.NodeVisible)))
	for e, err := range began {
		require.NoError(w.t, err)
		name = e.SuggestedFilename
		break
	}
	for e, err := range progress {
		require.NoError(w.t, err)
		if e.State == browser.DownloadProgressStateCompleted {
			content, err = os.ReadFile(filepath.Join(w.dir, e.GUID))
			require.NoError(w.t, err)
			break
		}
		require.NotEqual(w.t, browser.DownloadProgressStateCanceled, e.State)
	}
	return name, content
}

// axeVersion is fetched when the tests run: its licence is MPL-2.0, and it is no part of this module.
const axeVersion = "axe-core@4.14.1"

// fetchAxe returns the source of axe.
func fetchAxe(t *testing.T) string {
	t.Helper()
	npm, err := exec.LookPath("npm")
	if err != nil {
		t.Skip("no npm on this machine: the pages are not checked with axe")
	}
	dir := t.TempDir()
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	c := exec.CommandContext(ctx, npm, "pack", axeVersion, "--pack-destination", dir, "--silent")
	c.Dir = dir
	if out, err := c.CombinedOutput(); err != nil {
		t.Skipf("axe cannot be fetched: the pages are not checked with it: %v %s", err, out)
	}
	names, err := filepath.Glob(filepath.Join(dir, "*.tgz"))
	require.NoError(t, err)
	require.Len(t, names, 1)
	f, err := os.Open(names[0])
	require.NoError(t, err)
	defer func() { assert.NoError(t, f.Close()) }()
	z, err := gzip.NewReader(f)
	require.NoError(t, err)
	for r := tar.NewReader(z); ; {
		h, err := r.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		require.NoError(t, err)
		if h.Name == "package/axe.min.js" {
			text, err := io.ReadAll(r)
			require.NoError(t, err)
			return string(text)
		}
	}
	t.Fatal("the package of axe does not hold axe.min.js")
	return ""
}

// look checks the page that is shown: nothing of it was blocked by the policy on contents, and axe finds no violation.
func (w *window) look() {
	w.t.Helper()
	if w.axe == "" || strings.HasPrefix(w.path(), "/dev/") {
		return
	}
	at, err := chromedp.Run(w.within(), chromedp.Evaluate[string](`location.href + " " + document.documentElement.lang + " " + innerWidth`))
	require.NoError(w.t, err)
	_, err = chromedp.Run(w.within(), chromedp.Evaluate[*runtime.RemoteObject](w.axe))
	require.NoError(w.t, err)
	text, err := chromedp.Run(w.within(), chromedp.Evaluate[string](`axe.run(document, {resultTypes: ["violations"]}).then(r => JSON.stringify(
		r.violations.map(v => ({rule: v.id, impact: v.impact, help: v.help, nodes: v.nodes.slice(0, 3).map(n => n.html + " " + n.failureSummary)}))))`, chromedp.EvalAwaitPromise))
	require.NoError(w.t, err)
	var violations []map[string]any
	require.NoError(w.t, json.Unmarshal([]byte(text), &violations))
	for _, v := range violations {
		shown, err := json.MarshalIndent(v, "", "  ")
		require.NoError(w.t, err)
		assert.Failf(w.t, "axe", "%s: %s", at, shown)
	}
	wide, err := chromedp.Run(w.within(), chromedp.Evaluate[bool](`document.documentElement.scrollWidth > document.documentElement.clientWidth`))
	require.NoError(w.t, err)
	assert.False(w.t, wide, "%s is wider than its window", at)
	w.seen[at] = true
}

// evaluate does with the page what a person would do by hand, where there is much of it.
func (w *window) evaluate(js string) {
	w.t.Helper()
	_, err := chromedp.Run(w.within(), chromedp.Evaluate[*runtime.RemoteObject](js))
	require.NoError(w.t, err)
}
