package desensitize

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/banfa-go/banfa/internal/stream"
)

// crashFile is a file in memory that dies in the middle of a write: what was written up to then stays.
type crashFile struct {
	data  []byte
	left  int // bytes until it dies; negative: it does not
	syncs int
}

var errCrash = errors.New("the machine is gone")

func (f *crashFile) ReadAt(p []byte, at int64) (int, error) {
	if at >= int64(len(f.data)) {
		return 0, io.EOF
	}
	n := copy(p, f.data[at:])
	if n < len(p) {
		return n, io.EOF
	}
	return n, nil
}

func (f *crashFile) WriteAt(p []byte, at int64) (int, error) {
	n, err := len(p), error(nil)
	if f.left >= 0 && n > f.left {
		n, err = f.left, errCrash
	}
	if f.left >= 0 {
		f.left -= n
	}
	if need := int(at) + n; need > len(f.data) {
		f.data = append(f.data, make([]byte, need-len(f.data))...)
	}
	copy(f.data[at:], p[:n])
	return n, err
}

func (f *crashFile) Truncate(n int64) error {
	f.data = f.data[:min(int(n), len(f.data))]
	return nil
}

func (f *crashFile) Sync() error { f.syncs++; return nil }

// inputOf is the input of a run as a record has it.
func inputOf(t testing.TB, in string) RecordFile {
	f, err := DigestFile(strings.NewReader(in), "csv")
	require.NoError(t, err)
	return f
}

// spooled runs a policy over csv text with a spool, and returns what reached the output and the report as JSON.
func spooled(t testing.TB, p *Policy, in string, f SpoolFile, format stream.Format, opts ...RunOption) (out, report string, err error) {
	t.Helper()
	source, err := stream.NewSource(strings.NewReader(in), stream.Options{Name: "in.csv", Format: stream.CSV, Chunk: 256})
	require.NoError(t, err)
	var b bytes.Buffer
	sink, err := stream.Create(&b, stream.SinkOptions{Format: format}, source.Columns())
	require.NoError(t, err)
	if f != nil {
		spool, err := NewSpool(f, inputOf(t, in), string(format))
		require.NoError(t, err)
		if at, _, ok := spool.Resumed(); ok {
			opts = append(opts, At(at))
		}
		opts = append(opts, Resumable(spool))
	}
	r, err := p.Run(context.Background(), source, sink, opts...)
	require.NoError(t, sink.Close())
	if r == nil {
		return b.String(), "", err
	}
	text, encodeErr := json.Marshal(r)
	require.NoError(t, encodeErr)
	return b.String(), string(text), err
}

// spoolRowsOf are rows of all sorts: some dropped, some malformed, some empty.
func resumeInput(n int) string {
	return parkingRows(n) + "不是车牌,12345,1985-05-06,福田区,五元\n,,1985-05-06,\"\",\n粤B99999,13800000000,2020-01-01,南山区,1\n,,,,\n"
}

func TestARunThatCrashedAnywhereGoesOnToTheSameBytes(t *testing.T) {
	p := newPolicy(t, strings.Replace(parking, "value: 2", "value: 1", 1))
	in := resumeInput(40)
	for _, format := range []stream.Format{stream.CSV, stream.JSONLines} {
		want, wantReport, err := spooled(t, p, in, nil, format, MeasureBefore())
		require.NoError(t, err)
		whole := &crashFile{left: -1}
		got, report, err := spooled(t, p, in, whole, format, MeasureBefore())
		require.NoError(t, err)
		require.Equal(t, want, got, "a run with a spool writes what one without writes")
		require.Equal(t, wantReport, report)
		step := 1
		if testing.Short() {
			step = 97
		}
		for left := 0; left < len(whole.data); left += step {
			f := &crashFile{left: left}
			got, report, err := spooled(t, p, in, f, format, MeasureBefore(), Workers(1+left%3))
			require.ErrorIs(t, err, errCrash)
			require.Empty(t, report)
			require.LessOrEqual(t, strings.Count(got, "\n"), 1, "nothing reaches the output before the gate has decided")
			f.left = -1
			got, report, err = spooled(t, p, in, f, format, MeasureBefore(), Workers(1+left%2))
			require.NoError(t, err, "crashed after %d bytes", left)
			require.Equal(t, want, got, "crashed after %d bytes", left)
			require.Equal(t, wantReport, report, "crashed after %d bytes", left)
		}
	}
}

func TestARunMayCrashAgainAndAgain(t *testing.T) {
	p := newPolicy(t, strings.Replace(parking, "value: 2", "value: 1", 1))
	rapid.Check(t, func(t *rapid.T) {
		in := resumeInput(rapid.IntRange(1, 60).Draw(t, "rows"))
		run := func(f SpoolFile, workers int) (string, error) {
			source, err := stream.NewSource(strings.NewReader(in), stream.Options{Name: "in.csv", Format: stream.CSV, Chunk: 128})
			require.NoError(t, err)
			var b bytes.Buffer
			sink, err := stream.Create(&b, stream.SinkOptions{}, source.Columns())
			require.NoError(t, err)
			opts := []RunOption{Workers(workers)}
			if f != nil {
				input, err := DigestFile(strings.NewReader(in), "csv")
				require.NoError(t, err)
				spool, err := NewSpool(f, input, "csv")
				require.NoError(t, err)
				opts = append(opts, Resumable(spool))
			}
			_, err = p.Run(context.Background(), source, sink, opts...)
			return b.String(), err
		}
		want, err := run(nil, 1)
		require.NoError(t, err)
		f := &crashFile{}
		for range 200 {
			f.left = rapid.IntRange(0, 2000).Draw(t, "bytes until the next crash")
			got, err := run(f, rapid.IntRange(1, 3).Draw(t, "workers"))
			if err == nil {
				require.Equal(t, want, got)
				return
			}
			require.ErrorIs(t, err, errCrash)
		}
		f.left = -1
		got, err := run(f, 2)
		require.NoError(t, err)
		require.Equal(t, want, got)
	})
}

func TestGarbageBehindTheLastWholeFrameCountsForNothing(t *testing.T) {
	p := newPolicy(t, strings.Replace(parking, "value: 2", "value: 1", 1))
	in := resumeInput(40)
	whole := &crashFile{left: -1}
	want, _, err := spooled(t, p, in, whole, stream.CSV)
	require.NoError(t, err)
	for name, damage := range map[string]func([]byte) []byte{
		"zeros, as after a loss of power": func(b []byte) []byte { return append(b[:len(b)-100], make([]byte, 5000)...) },
		"a flipped bit in the middle":     func(b []byte) []byte { b[len(b)/2] ^= 1; return b },
		"a length beyond the file":        func(b []byte) []byte { return append(b, 0, 0, 0, 0, 0x3f, 0xff, 0xff, 0xff, 1) },
		"a length beyond all limits":      func(b []byte) []byte { return append(b, bytes.Repeat([]byte{0xff}, 64)...) },
		"nothing but garbage":             func([]byte) []byte { return []byte("garbage, and no header at all, of some length") },
	} {
		t.Run(name, func(t *testing.T) {
			got, _, err := spooled(t, p, in, &crashFile{data: damage(bytes.Clone(whole.data)), left: -1}, stream.CSV)
			require.NoError(t, err)
			assert.Equal(t, want, got)
		})
	}
}

func TestARunGoesOnOnlyWithWhatItBeganWith(t *testing.T) {
	one := strings.Replace(parking, "value: 2", "value: 1", 1)
	in := resumeInput(40)
	cases := []struct {
		name   string
		policy *Policy
		in     string
		format stream.Format
		opts   []RunOption
		want   string
	}{
		{"another policy", newPolicy(t, strings.Replace(one, "decade", "year", 1)), in, stream.CSV, nil, "policy"},
		{"another key", newPolicy(t, one, KeySource(func(string) ([]byte, error) { return bytes.Repeat([]byte{7}, 32), nil })), in, stream.CSV, nil, "key plates"},
		{"another input", newPolicy(t, one), in + "\n", stream.CSV, nil, "input"},
		{"another time", newPolicy(t, one), in, stream.CSV, []RunOption{At(noon.Add(time.Hour))}, "time"},
		{"another form of the output", newPolicy(t, one), in, stream.JSONLines, nil, "output options"},
		{"the risk before is asked for too", newPolicy(t, one), in, stream.CSV, []RunOption{MeasureBefore()}, "whether the risk before is measured"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			f := &crashFile{left: 3000}
			_, _, err := spooled(t, newPolicy(t, one), in, f, stream.CSV)
			require.ErrorIs(t, err, errCrash)
			before := bytes.Clone(f.data)
			f.left = -1
			source, err := stream.NewSource(strings.NewReader(c.in), stream.Options{Format: stream.CSV, Chunk: 256})
			require.NoError(t, err)
			spool, err := NewSpool(f, inputOf(t, c.in), string(c.format))
			require.NoError(t, err)
			_, err = c.policy.Run(context.Background(), source, nil, append(c.opts, Resumable(spool))...)
			var e *ResumeError
			require.ErrorAs(t, err, &e)
			assert.Equal(t, []string{c.want}, e.Changed)
			assert.Equal(t, before, f.data, "a refused run touches nothing")
			assert.NotEmpty(t, e.Message("zh"))
		})
	}
}

func TestARefusedReleaseReachesNoOutput(t *testing.T) {
	got, report, err := spooled(t, newPolicy(t, strings.Replace(parking, "value: 2", "value: 1000", 1)), resumeInput(40), &crashFile{left: -1}, stream.CSV)
	var e *ReleaseRefusedError
	require.ErrorAs(t, err, &e)
	assert.Contains(t, report, `"released":false`)
	assert.Equal(t, "plate_no,phone,birth,district,fee\n", got)
}

func TestASpoolOnDiskIsLockedAndRemoved(t *testing.T) {
	name := filepath.Join(t.TempDir(), ".out.csv.banfa-partial")
	input := inputOf(t, "a\n")
	s, err := OpenSpool(name, input, "csv")
	require.NoError(t, err)
	info, err := os.Stat(name)
	require.NoError(t, err)
	assert.Equal(t, os.FileMode(0o600), info.Mode().Perm(), "it holds rows that nobody has let out")
	waited := make(chan error)
	go func() {
		other, err := OpenSpool(name, input, "csv")
		if err == nil {
			err = other.Remove()
		}
		waited <- err
	}()
	select {
	case err := <-waited:
		require.Fail(t, "two runs have one spool", "%v", err)
	case <-time.After(50 * time.Millisecond):
	}
	require.NoError(t, s.Remove())
	require.NoError(t, <-waited)
	assert.NoFileExists(t, name)
}

func FuzzSpool(f *testing.F) {
	p := newPolicy(f, strings.Replace(parking, "value: 2", "value: 1", 1))
	in := resumeInput(20)
	whole := &crashFile{left: -1}
	_, _, err := spooled(f, p, in, whole, stream.CSV)
	require.NoError(f, err)
	f.Add(whole.data)
	f.Add([]byte("\x00\x00\x00\x00\x00\x00\x00\x02{}"))
	f.Fuzz(func(t *testing.T, data []byte) {
		s, err := NewSpool(&crashFile{data: data, left: -1}, inputOf(t, in), "csv")
		if err != nil {
			return
		}
		for _, c := range s.chunks {
			payload, err := s.payload(c)
			require.NoError(t, err)
			var rows spoolRows
			if rows.decode(payload, 5, 1) == nil {
				require.Len(t, rows.block.Cells, rows.block.Rows*5)
			}
		}
	})
}

func FuzzSpoolRows(f *testing.F) {
	rows := spoolRows{counts: make([]cellCounts, 2), dropped: make([]RowFacts, 1), numbers: []int64{3, 9}}
	rows.block = stream.Block{First: 2, Rows: 2, Columns: 2, Cells: [][]byte{[]byte("a"), nil, {}, []byte("b")}}
	f.Add(rows.encode(nil))
	f.Fuzz(func(t *testing.T, payload []byte) {
		var got spoolRows
		if got.decode(payload, 2, 1) != nil {
			return
		}
		var again spoolRows
		require.NoError(t, again.decode(got.encode(nil), 2, 1))
		require.Equal(t, fmt.Sprint(got.block.Cells, got.numbers, got.counts), fmt.Sprint(again.block.Cells, again.numbers, again.counts))
	})
}
