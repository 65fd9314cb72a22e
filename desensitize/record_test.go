package desensitize

import (
	"bytes"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// sampleRecord is a run that was released.
func sampleRecord() *Record {
	digest := strings.Repeat("ab", 32)
	at := time.Date(2026, 11, 24, 9, 30, 0, 0, time.UTC)
	return &Record{
		Version: 1,
		Plan:    RecordPlan{Policy: "parking-records", PolicyDigest: "sha256:" + digest, Library: "(devel)", Sharing: "public"},
		Identifiers: []RecordColumn{
			{Column: "plate_no", Type: "string", Class: "direct", Semantic: "cn.plate", Rule: "plate", Transform: "value.pseudonym('plate-pseudonym')", Values: 100, Changed: 100},
		},
		Calculation: RecordCalculation{After: &RecordRisk{Rows: 100, Classes: 4, K: 25, Level: 3, Prosecutor: "0.04", Marketer: "0.04", RA: "0", RB: "1/25"}},
		Evaluation:  RecordEvaluation{Gates: []RecordGate{{"k-anonymity", "holds"}, {"no-leftover-identifiers", "holds"}}, Released: true, Approver: "市交通运输局数据处"},
		Operation: RecordOperation{
			Started: at, Finished: at.Add(time.Minute), RowsIn: 100, RowsOut: 100,
			Inputs:  []RecordFile{{Format: "csv", Bytes: 4096, SHA256: digest, SM3: digest}},
			Outputs: []RecordFile{{Format: "csv", Bytes: 2048, SHA256: digest, SM3: digest}},
			Keys:    []RecordKey{{Name: "plate-pseudonym", ID: "00112233445566778899aabbccddeeff"}},
		},
	}
}

func newKey(t testing.TB, algorithm string) RecordPrivateKey {
	t.Helper()
	k, err := NewRecordKey(algorithm, rand.Reader)
	require.NoError(t, err)
	return k
}

// chain is a file of n records.
func chain(t testing.TB, n int, key RecordPrivateKey) (path, head string) {
	t.Helper()
	path = filepath.Join(t.TempDir(), "records.jsonl")
	for i := range n {
		r := sampleRecord()
		r.Operation.RowsIn = int64(i)
		var err error
		head, err = AppendRecord(path, r, key)
		require.NoError(t, err)
	}
	return path, head
}

func verify(t testing.TB, text []byte, head string, keys ...RecordPublicKey) *RecordReport {
	t.Helper()
	heads := []string{head}
	if head == "" {
		heads = nil
	}
	r, err := VerifyRecords(bytes.NewReader(text), keys, heads...)
	require.NoError(t, err)
	return r
}

func contents(t testing.TB, path string) []byte {
	t.Helper()
	text, err := os.ReadFile(path)
	require.NoError(t, err)
	return text
}

func TestARecordIsOneLineOfCanonicalJSON(t *testing.T) {
	path, head := chain(t, 1, RecordPrivateKey{})
	text := contents(t, path)
	assert.Equal(t, `{"version":1,"sequence":1,"previous":"sha256:0000000000000000000000000000000000000000000000000000000000000000",`+
		`"plan":{"policy":"parking-records","policy_digest":"sha256:D","library":"(devel)","library_digest":"","sharing":"public","draft":false},`+
		`"identifiers":[{"column":"plate_no","type":"string","class":"direct","semantic":"cn.plate","rule":"plate","transform":"value.pseudonym('plate-pseudonym')",`+
		`"values":100,"empty":0,"changed":100,"suppressed":0,"invalid":0}],`+
		`"calculation":{"before":null,"after":{"rows":100,"classes":4,"k":25,"l":0,"t":"","uniques":0,"prosecutor":"0.04","marketer":"0.04","level":3,`+
		`"ra":"0","rb":"1/25","rc":"","environment":"","overall":""}},`+
		`"evaluation":{"gates":[{"rule":"k-anonymity","result":"holds"},{"rule":"no-leftover-identifiers","result":"holds"}],"identifiers":0,"repeated":0,"released":true,"approver":"市交通运输局数据处"},`+
		`"operation":{"started":"2026-11-24T09:30:00Z","finished":"2026-11-24T09:31:00Z","rows_in":0,"rows_out":100,"dropped":0,"undecided":0,`+
		`"inputs":[{"format":"csv","bytes":4096,"sha256":"D","sm3":"D"}],"outputs":[{"format":"csv","bytes":2048,"sha256":"D","sm3":"D"}],`+
		`"keys":[{"name":"plate-pseudonym","id":"00112233445566778899aabbccddeeff"}],"budgets":[]},"signature":""}`+"\n",
		strings.ReplaceAll(string(text), strings.Repeat("ab", 32), "D"))
	r := verify(t, text, head)
	assert.True(t, r.OK())
	assert.Equal(t, int64(1), r.Records)
}

func TestTheFileOfRecordsIsPrivate(t *testing.T) {
	path, _ := chain(t, 1, RecordPrivateKey{})
	info, err := os.Stat(path)
	require.NoError(t, err)
	assert.Equal(t, os.FileMode(0o600), info.Mode().Perm())
}

func TestSignedRecordsVerifyWithTheirKeyAlone(t *testing.T) {
	for _, algorithm := range []string{Ed25519, SM2} {
		t.Run(algorithm, func(t *testing.T) {
			key := newKey(t, algorithm)
			path, head := chain(t, 3, key)
			text := contents(t, path)
			r := verify(t, text, head, key.Public())
			assert.True(t, r.OK(), "%v", r.Faults)
			assert.Equal(t, int64(3), r.Signatures)
			assert.Equal(t, head, r.Head)

			r = verify(t, text, head, newKey(t, algorithm).Public())
			require.Len(t, r.Faults, 3)
			assert.Equal(t, RecordUnknownKey, r.Faults[0].Code)

			again, _ := chain(t, 3, key)
			assert.Equal(t, text, contents(t, again), "the same records and key give the same bytes")
		})
	}
}

func TestKeysSurviveTheirPEM(t *testing.T) {
	for _, algorithm := range []string{Ed25519, SM2} {
		key := newKey(t, algorithm)
		private, err := key.PEM()
		require.NoError(t, err)
		public, err := key.Public().PEM()
		require.NoError(t, err)
		k, err := RecordKeyOf(private)
		require.NoError(t, err)
		p, err := RecordPublicKeyOf(public)
		require.NoError(t, err)
		assert.Equal(t, key.Public().ID(), p.ID())
		path, head := chain(t, 1, k)
		assert.True(t, verify(t, contents(t, path), head, p).OK())
		_, err = RecordKeyOf(public)
		require.Error(t, err)
		_, err = RecordPublicKeyOf(private)
		require.Error(t, err)
	}
}

func TestTamperingIsFoundWithItsLine(t *testing.T) {
	key := newKey(t, Ed25519)
	path, head := chain(t, 4, key)
	text := string(contents(t, path))
	lines := strings.SplitAfter(text, "\n")[:4]
	join := func(l ...string) string { return strings.Join(l, "") }
	for name, c := range map[string]struct {
		text string
		want string
	}{
		"a digit of a count": {
			join(lines[0], strings.Replace(lines[1], `"rows_out":100`, `"rows_out":101`, 1), lines[2], lines[3]),
			"2 signature, 3 chain",
		},
		"white space":            {join(lines[0], strings.Replace(lines[1], ":1", ": 1", 1), lines[2], lines[3]), "2 unreadable, 3 chain"},
		"a key of its own":       {join(lines[0], strings.Replace(lines[1], `{"version"`, `{"extra":1,"version"`, 1), lines[2], lines[3]), "2 unreadable, 3 chain"},
		"the signature":          {join(lines[0], strings.Replace(lines[1], `"signature":"`, `"signature":"AAAA`, 1), lines[2], lines[3]), "2 signature, 3 chain"},
		"a record removed":       {join(lines[0], lines[2], lines[3]), "2 chain, 2 sequence"},
		"the first removed":      {join(lines[1:]...), "1 chain, 1 sequence"},
		"two in another order":   {join(lines[0], lines[2], lines[1], lines[3]), "2 chain, 2 sequence, 3 chain, 3 sequence, 4 chain, 4 sequence"},
		"one twice":              {join(lines[0], lines[1], lines[1], lines[2], lines[3]), "3 chain, 3 sequence"},
		"the last removed":       {join(lines[:3]...), "4 missing"},
		"the last cut off":       {strings.TrimSuffix(text, lines[3]) + lines[3][:50], "4 truncated, 4 missing"},
		"its line end cut off":   {text[:len(text)-1], "4 truncated"},
		"everything removed":     {"", "1 missing"},
		"a line that is no JSON": {join(lines[0], "x\n", lines[1:2][0], lines[2], lines[3]), "2 unreadable, 3 chain, 3 sequence"},
	} {
		t.Run(name, func(t *testing.T) {
			r := verify(t, []byte(c.text), head, key.Public())
			var got []string
			for _, f := range r.Faults {
				got = append(got, fmt.Sprintf("%d %s", f.Line, f.Code))
			}
			assert.Equal(t, c.want, strings.Join(got, ", "))
			assert.False(t, r.OK())
		})
	}
}

func TestADamagedFileTakesNoMoreRecords(t *testing.T) {
	path, _ := chain(t, 2, RecordPrivateKey{})
	text := contents(t, path)
	require.NoError(t, os.WriteFile(path, bytes.Replace(text, []byte(`"rows_in":0`), []byte(`"rows_in":7`), 1), 0o600))
	_, err := AppendRecord(path, sampleRecord(), RecordPrivateKey{})
	require.ErrorIs(t, err, ErrRecord)
	var f *RecordFault
	require.ErrorAs(t, err, &f)
	assert.Equal(t, int64(2), f.Line)
}

func TestManyWritersMakeOneChain(t *testing.T) {
	path := filepath.Join(t.TempDir(), "records.jsonl")
	var group sync.WaitGroup
	for range 8 {
		group.Go(func() {
			for range 3 {
				_, err := AppendRecord(path, sampleRecord(), RecordPrivateKey{})
				assert.NoError(t, err)
			}
		})
	}
	group.Wait()
	r := verify(t, contents(t, path), "")
	assert.True(t, r.OK(), "%v", r.Faults)
	assert.Equal(t, int64(24), r.Records)
}

func TestARecordTakesOnlyWhatItsFieldsAreFor(t *testing.T) {
	for name, change := range map[string]func(*Record){
		"a cell for a digest":       func(r *Record) { r.Operation.Inputs[0].SHA256 = "11010519491231002X" },
		"a cell for a figure":       func(r *Record) { r.Calculation.After.T = "张三" },
		"a cell for a result":       func(r *Record) { r.Evaluation.Gates[0].Result = "fails for 张三" },
		"a cell for a format":       func(r *Record) { r.Operation.Outputs[0].Format = "张三.csv" },
		"a key for its id":          func(r *Record) { r.Operation.Keys[0].ID = "secret!" },
		"an end before the start":   func(r *Record) { r.Operation.Finished = r.Operation.Started.Add(-time.Hour) },
		"no time":                   func(r *Record) { r.Operation.Started = time.Time{} },
		"no input":                  func(r *Record) { r.Operation.Inputs = nil },
		"a release without outputs": func(r *Record) { r.Operation.Outputs = nil },
		"no text":                   func(r *Record) { r.Evaluation.Approver = "\xff" },
	} {
		t.Run(name, func(t *testing.T) {
			r := sampleRecord()
			change(r)
			path := filepath.Join(t.TempDir(), "records.jsonl")
			_, err := AppendRecord(path, r, RecordPrivateKey{})
			require.ErrorIs(t, err, ErrRecord)
			assert.Empty(t, contents(t, path))
			assert.NotContains(t, err.Error(), "张三")
		})
	}
}

func TestOnlyAReleaseWithEveryGateHoldsMakesTheResidualRiskAcceptable(t *testing.T) {
	assert.Equal(t, map[string]any{"desensitized": true, "residual_risk_acceptable": true}, sampleRecord().Facts())
	for name, change := range map[string]func(*Record){
		"not released":         func(r *Record) { r.Evaluation.Released = false },
		"a gate fails":         func(r *Record) { r.Evaluation.Gates[1].Result = "fails" },
		"a gate is unknown":    func(r *Record) { r.Evaluation.Gates[1].Result = "unknown" },
		"no gates":             func(r *Record) { r.Evaluation.Gates = nil },
		"an identifier left":   func(r *Record) { r.Evaluation.Identifiers = 1 },
		"not scanned":          func(r *Record) { r.Evaluation.Identifiers = -1 },
		"a name repeated":      func(r *Record) { r.Evaluation.Repeated = 1 },
		"risk not measured":    func(r *Record) { r.Calculation.After = nil },
		"risk above the limit": func(r *Record) { r.Calculation.After.Level = 2 },
	} {
		t.Run(name, func(t *testing.T) {
			r := sampleRecord()
			change(r)
			assert.Equal(t, false, r.Facts()["residual_risk_acceptable"])
		})
	}
}

func TestAnyChangedByteIsFound(t *testing.T) {
	key := newKey(t, Ed25519)
	path, head := chain(t, 2, key)
	text := contents(t, path)
	rapid.Check(t, func(t *rapid.T) {
		changed := bytes.Clone(text)
		i := rapid.IntRange(0, len(changed)-1).Draw(t, "at")
		changed[i] ^= byte(rapid.IntRange(1, 255).Draw(t, "bits"))
		r, err := VerifyRecords(bytes.NewReader(changed), []RecordPublicKey{key.Public()}, head)
		require.NoError(t, err)
		if r.OK() {
			t.Fatalf("byte %d was changed and nobody noticed", i)
		}
	})
}

// FuzzVerifyRecords: no input is a reason to panic, and what passes is what AppendRecord wrote.
func FuzzVerifyRecords(f *testing.F) {
	path, _ := chain(f, 2, RecordPrivateKey{})
	text := contents(f, path)
	f.Add(text)
	f.Add(text[:len(text)-10])
	f.Add([]byte(`{"signature":""}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		r, err := VerifyRecords(bytes.NewReader(text), nil)
		require.NoError(t, err)
		if !r.OK() || len(text) == 0 {
			return
		}
		for _, line := range bytes.Split(bytes.TrimSuffix(text, []byte("\n")), []byte("\n")) {
			record, _, _, ok := parseRecord(line)
			require.True(t, ok)
			again, err := encodeRecord(record)
			require.NoError(t, err)
			require.True(t, bytes.HasPrefix(line, again[:len(again)-1]))
			require.True(t, json.Valid(line))
		}
	})
}
