package serve

import (
	"bytes"
	"context"
	"io/fs"
	"maps"
	"net/http"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/banfa-go/banfa/examples/quickstart/data"
	"github.com/banfa-go/banfa/examples/server/identity"
	"github.com/banfa-go/banfa/examples/server/platform"
	"github.com/banfa-go/banfa/measures/shenzhen"
)

// folder is a folder of rule files that somebody edits.
type folder struct {
	mu    sync.Mutex
	files fstest.MapFS
}

func (f *folder) Open(name string) (fs.File, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.files.Open(name)
}

func (f *folder) edit(change func(fstest.MapFS)) {
	f.mu.Lock()
	defer f.mu.Unlock()
	change(f.files)
}

func (f *folder) all() fstest.MapFS {
	f.mu.Lock()
	defer f.mu.Unlock()
	return maps.Clone(f.files)
}

// cases is the file of what applications go through.
const cases = "application.yaml"

// turned turns the guard of the first event of every application round.
func turned(m fstest.MapFS) {
	replaced(m, cases, "require: real_name_verified\n", "require: '!real_name_verified'\n")
}

func replaced(m fstest.MapFS, name, old, by string) {
	m[name] = &fstest.MapFile{Data: bytes.Replace(m[name].Data, []byte(old), []byte(by), 1)}
}

func pack(t *testing.T) *folder {
	t.Helper()
	f := &folder{files: fstest.MapFS{}}
	require.NoError(t, fs.WalkDir(shenzhen.FS(), ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		text, err := fs.ReadFile(shenzhen.FS(), name)
		f.files[name] = &fstest.MapFile{Data: text}
		return err
	}))
	return f
}

// Rules come into force while the server runs, with the results of their suites, and with the log as it is; rules that do not pass do not.
func TestRulesComeIntoForceWhenTheirFilesChange(t *testing.T) {
	f := pack(t)
	ticks := make(chan time.Time)
	s := start(t, func(c *Config) {
		c.Rules, c.RuleFiles, c.RuleTicks, c.Policies = nil, f, ticks, nil
		c.Seed = func(ctx context.Context, p *platform.Platform) error {
			base, err := data.Files.Open("city-catalog.jsonl")
			if err == nil {
				_, err = p.PublishCatalog(ctx, identity.Identity{Subject: "a", Roles: []identity.Role{identity.Authority}}, "c.jsonl", base)
			}
			return err
		}
	})
	p := s.as("dev-applicant")
	p.made("/api/v1/applications", map[string]any{"entry": s.entry("conditional"), "facts": stated()})
	look := func() { ticks <- time.Time{}; ticks <- time.Time{} } // the first has been dealt with
	book := func() string { _, text := p.call(http.MethodGet, "/api/v1/rules", nil); return text }
	before := book()
	assert.Contains(t, before, `"failed":0`)

	f.edit(func(m fstest.MapFS) {
		replaced(m, "objection.yaml", "title: 意见和建议", "title: 意见与建议")
	})
	look()
	after := book()
	assert.NotEqual(t, before, after)
	assert.Contains(t, after, "意见与建议")
	assert.Contains(t, after, `"failed":0`)
	assert.Contains(t, s.log.String(), "the rules have changed")
	status, text := p.call(http.MethodGet, "/api/v1/applications/A-000001", nil)
	assert.Equal(t, http.StatusOK, status, text)
	p.made("/api/v1/applications", map[string]any{"entry": s.entry("conditional"), "facts": stated()})

	for _, c := range []struct {
		why, says string
		edit      func(fstest.MapFS)
	}{
		{"a file that is cut off", "BF", func(m fstest.MapFS) { m[cases] = &fstest.MapFile{Data: m[cases].Data[:len(m[cases].Data)/2]} }},
		{"a guard that its suite is against", "conformance: ", turned},
		{"a guard that the log is against", "platform: event 2", func(m fstest.MapFS) { turned(m); delete(m, "application_test.yaml") }},
	} {
		good := f.all()
		f.edit(c.edit)
		look()
		assert.Equal(t, after, book(), c.why)
		assert.Contains(t, s.log.String(), c.says, c.why)
		f.edit(func(m fstest.MapFS) { maps.Copy(m, good) })
		look()
	}
	assert.Contains(t, s.log.String(), "do not come into force")
	status, _ = p.call(http.MethodGet, "/readyz", nil)
	assert.Equal(t, http.StatusOK, status)
	verified(t, s.store)
}
