package jsonschema_test

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"net/textproto"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/banfa-go/banfa/cmd/banfa/internal/jsonschema"
	"github.com/banfa-go/banfa/internal/grammar"
	"github.com/banfa-go/banfa/measures/shenzhen"
)

// yamlLanguageServer is the version that the schemas were tried with.
const yamlLanguageServer = "yaml-language-server@2.0.0"

// An editor with yaml-language-server, which many have, must accept good rule files and mark bad ones, by the modeline alone.
// It needs npm and its registry: BANFA_YAMLLS=1 asks for it.
func TestAnEditorValidatesRuleFiles(t *testing.T) {
	if os.Getenv("BANFA_YAMLLS") != "1" {
		t.Skip("installs yaml-language-server from the npm registry; set BANFA_YAMLLS=1 to run it")
	}
	npm, err := exec.LookPath("npm")
	if err != nil {
		t.Skip("npm is not installed")
	}
	dir := t.TempDir()
	install := exec.Command(npm, "install", "--prefix", dir, "--no-audit", "--no-fund", "--ignore-scripts", yamlLanguageServer)
	out, err := install.CombinedOutput()
	require.NoError(t, err, string(out))
	server := start(t, filepath.Join(dir, "node_modules", ".bin", "yaml-language-server"))

	all, err := jsonschema.All()
	require.NoError(t, err)
	schemas := map[string][]byte{"all": all}
	for _, kind := range grammar.Kinds() {
		text, err := jsonschema.Kind(kind)
		require.NoError(t, err)
		schemas[kind] = text
	}
	for name, text := range schemas {
		require.NoError(t, os.WriteFile(filepath.Join(dir, name+".json"), text, 0o644))
	}
	check := func(t *testing.T, schema, text string) []string {
		t.Helper()
		return server.diagnose(t, filepath.Join(dir, "rules.yaml"), "# yaml-language-server: $schema=./"+schema+".json\n"+text)
	}
	files, err := fs.Glob(shenzhen.FS(), "*.yaml")
	require.NoError(t, err)
	for _, name := range files {
		t.Run(name, func(t *testing.T) {
			text, err := fs.ReadFile(shenzhen.FS(), name)
			require.NoError(t, err)
			assert.Empty(t, check(t, kindOf(t, decode(t, text)), string(text)), "by the schema of its kind")
			assert.Empty(t, check(t, "all", string(text)), "by the schema of all kinds")
		})
	}
	for _, c := range []struct{ name, old, new, says string }{
		{"an unknown key", "outcome: closed}", "outcome: closed, outcom: closed}", "Property outcom is not allowed"},
		{"a missing key", "when: state_secret, ", "", `Missing property "when"`},
		{"a status that does not exist", "status: draft", "status: final", `"draft", "in-force", "repealed"`},
		{"an id with a capital", "id: art12-1", "id: Art12-1", "lower-case letters"},
	} {
		t.Run(c.name, func(t *testing.T) {
			require.Contains(t, minimal, c.old)
			for _, schema := range []string{"Classification", "all"} {
				found := check(t, schema, strings.Replace(minimal, c.old, c.new, 1))
				if assert.Len(t, found, 1, schema) {
					assert.Contains(t, found[0], c.says, schema)
				}
			}
		})
	}
}

// languageServer is a client of the Language Server Protocol that opens files and waits for what is found.
type languageServer struct {
	in      io.Writer
	out     *bufio.Reader
	id      int
	version int
}

func start(t *testing.T, program string) *languageServer {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	cmd := exec.CommandContext(ctx, program, "--stdio")
	in, err := cmd.StdinPipe()
	require.NoError(t, err)
	out, err := cmd.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	t.Cleanup(func() {
		cancel()
		_ = cmd.Wait() // it was killed
	})
	s := &languageServer{in: in, out: bufio.NewReader(out)}
	s.request(t, "initialize", map[string]any{
		"processId": nil, "rootUri": nil,
		"capabilities": map[string]any{"workspace": map[string]any{"configuration": true}},
	})
	s.send(t, map[string]any{"method": "initialized", "params": map[string]any{}})
	return s
}

type rpc struct {
	ID     json.RawMessage `json:"id"`
	Method string          `json:"method"`
	Params json.RawMessage `json:"params"`
}

func (s *languageServer) send(t *testing.T, message map[string]any) {
	t.Helper()
	message["jsonrpc"] = "2.0"
	text, err := json.Marshal(message)
	require.NoError(t, err)
	_, err = fmt.Fprintf(s.in, "Content-Length: %d\r\n\r\n%s", len(text), text)
	require.NoError(t, err)
}

func (s *languageServer) receive(t *testing.T) rpc {
	t.Helper()
	head, err := textproto.NewReader(s.out).ReadMIMEHeader()
	require.NoError(t, err)
	length, err := strconv.Atoi(head.Get("Content-Length"))
	require.NoError(t, err)
	text := make([]byte, length)
	_, err = io.ReadFull(s.out, text)
	require.NoError(t, err)
	var m rpc
	require.NoError(t, json.Unmarshal(text, &m))
	// What it asks of an editor, it gets in the shortest form: no special configuration.
	if m.Method != "" && len(m.ID) > 0 {
		var result any
		if m.Method == "workspace/configuration" {
			var p struct{ Items []json.RawMessage }
			require.NoError(t, json.Unmarshal(m.Params, &p))
			result = make([]any, len(p.Items))
		}
		s.send(t, map[string]any{"id": m.ID, "result": result})
	}
	return m
}

func (s *languageServer) request(t *testing.T, method string, params any) {
	t.Helper()
	s.id++
	s.send(t, map[string]any{"id": s.id, "method": method, "params": params})
	for {
		if m := s.receive(t); m.Method == "" && string(m.ID) == strconv.Itoa(s.id) {
			return
		}
	}
}

// diagnose opens a file and returns the messages about it.
func (s *languageServer) diagnose(t *testing.T, path, text string) []string {
	t.Helper()
	s.version++
	uri := (&url.URL{Scheme: "file", Path: fmt.Sprintf("%s.%d.yaml", path, s.version)}).String()
	s.send(t, map[string]any{"method": "textDocument/didOpen", "params": map[string]any{
		"textDocument": map[string]any{"uri": uri, "languageId": "yaml", "version": 1, "text": text},
	}})
	for {
		m := s.receive(t)
		if m.Method != "textDocument/publishDiagnostics" {
			continue
		}
		var p struct {
			URI         string
			Diagnostics []struct{ Message string }
		}
		require.NoError(t, json.Unmarshal(m.Params, &p))
		if p.URI != uri {
			continue
		}
		var out []string
		for _, d := range p.Diagnostics {
			out = append(out, d.Message)
		}
		return out
	}
}
