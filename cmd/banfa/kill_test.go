//go:build unix

package main

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const killPolicy = `apiVersion: banfa/v1
kind: Desensitization
metadata: {name: fees, title: 费用, status: draft, owner: 市交通运输局}
instrument: shenzhen
keys: [secret]
columns:
  plate_no: {label: 车牌号, type: string, class: direct, semantic: cn.plate}
  area: {label: 片区, type: string, class: quasi}
  paid: {label: 已付, type: decimal, class: plain}
  fee: {label: 费用, type: decimal, class: plain}
parameters:
  epsilon: {value: 1, set_by: 样例, why: 样例}
rules:
  - {id: plate, basis: 第三十六条, where: column.class == 'direct', apply: "value.pseudonym('secret', {'encoding': 'letters'})"}
  - {id: area, basis: 第三十六条, where: column.class == 'quasi', apply: keep()}
  - {id: paid, basis: 第三十六条, where: column.name == 'paid', apply: "value.shuffle('secret', row.area)"}
  - {id: fee, basis: 第三十六条, where: column.name == 'fee', apply: "value.noise('secret', {'kind': 'laplace', 'epsilon': '1', 'min': '0', 'max': '100'})"}
`

// killed is a run of the built command that is killed again and again. Nothing that is asserted depends on when.
type killed struct {
	t       *testing.T
	program string
	dir     string
	random  *rand.Rand
	kills   int
}

func (k *killed) path(name string) string { return filepath.Join(k.dir, name) }

// start runs the command into a file of the name; until says when to kill it, nil never. It reports whether the command ended by itself.
func (k *killed) start(name string, resume bool, until func() bool) bool {
	k.t.Helper()
	args := []string{
		"desensitize", "--rules", k.path("p.yaml"), "--in", k.path("in.csv"), "--out", k.path(name), "--key", "secret=file:" + k.path("key"),
		"--budget", k.path(name + ".ledger"), "--record", k.path(name + ".record"), "--at", "2026-11-24T00:00:00Z",
	}
	if resume {
		args = append(args, "--resume")
	}
	cmd := exec.Command(k.program, args...)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	require.NoError(k.t, cmd.Start())
	done := make(chan error, 1)
	go func() { done <- cmd.Wait() }()
	tick := time.NewTicker(time.Millisecond)
	defer tick.Stop()
	for {
		select {
		case err := <-done:
			require.NoError(k.t, err, stderr.String())
			return true
		case <-tick.C:
			if until == nil || !until() {
				continue
			}
			if err := cmd.Process.Kill(); !errors.Is(err, os.ErrProcessDone) {
				require.NoError(k.t, err)
			}
			if <-done == nil { // it was faster
				return true
			}
			k.kills++
			return false
		}
	}
}

func (k *killed) read(name string) string {
	k.t.Helper()
	text, err := os.ReadFile(k.path(name))
	require.NoError(k.t, err)
	return string(text)
}

// size is how many bytes a file has, 0 where it is not there.
func (k *killed) size(name string) int64 {
	info, err := os.Stat(k.path(name))
	if errors.Is(err, fs.ErrNotExist) {
		return 0
	}
	require.NoError(k.t, err)
	return info.Size()
}

func TestARunThatIsKilledLeavesAllOrNothing(t *testing.T) {
	const rows, limit = 40_000, 4 * time.Second
	k := &killed{t: t, program: build(t), dir: t.TempDir(), random: rand.New(rand.NewPCG(1, 2))}
	var in strings.Builder
	in.WriteString("plate_no,area,paid,fee\n")
	for i := range rows {
		fmt.Fprintf(&in, "粤B%05d,片区%d,%d.5,%d\n", i, i%50, i%300, i%100)
	}
	for name, text := range map[string]string{"p.yaml": killPolicy, "in.csv": in.String(), "key": strings.Repeat("k", 32)} {
		require.NoError(t, os.WriteFile(k.path(name), []byte(text), 0o600))
	}
	begun := time.Now()
	require.True(t, k.start("want", false, nil))
	took := time.Since(begun)
	want := k.read("want")
	require.Equal(t, rows+1, strings.Count(want, "\n"))
	whole := func(name string) {
		t.Helper()
		if got := k.size(name); got > 0 {
			require.Equal(t, want, k.read(name), "a part became visible")
		}
	}
	charged := func(name string) {
		t.Helper()
		assert.Equal(t, 1, strings.Count(k.read(name+".ledger"), "\n"), "the budget is spent once")
	}
	for _, resume := range []bool{false, true} {
		name := fmt.Sprintf("out-%t", resume)
		ended := false
		for i := 0; !ended && time.Since(begun) < limit; i++ {
			at := time.Now().Add(time.Duration(k.random.Int64N(int64(took) + 1)))
			until := func() bool { return time.Now().After(at) }
			if spool := "." + name + ".banfa-partial"; resume && i > 0 {
				more := k.size(spool) + 1 + k.random.Int64N(1<<20)
				until = func() bool { return k.size(spool) >= more || time.Now().After(at.Add(took)) }
			}
			ended = k.start(name, resume, until)
			whole(name)
			if k.size(name+".ledger") > 0 {
				charged(name)
			}
			if !resume && i == 4 {
				break
			}
		}
		if !ended {
			require.True(t, k.start(name, resume, nil))
		}
		assert.Equal(t, want, k.read(name))
		charged(name)
		require.Zero(t, k.size("."+name+".banfa-partial"))
		last := strings.TrimSpace(k.read(name + ".record"))
		assert.Contains(t, last[strings.LastIndex(last, "\n")+1:], fmt.Sprintf(`"rows_out":%d`, rows))
	}
	t.Logf("killed %d times; an undisturbed run takes %s", k.kills, took)
}
