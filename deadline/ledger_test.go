package deadline_test

import (
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/banfa-go/banfa/deadline"
)

var update = flag.Bool("update", false, "write the expected parts of testdata/ledger anew")

// TestLedgers holds each file of testdata/ledger: the deadline in its first lines, below it the ledger in Chinese, in
// English and as JSON.
func TestLedgers(t *testing.T) {
	files, err := filepath.Glob("testdata/ledger/*.txt")
	require.NoError(t, err)
	require.NotEmpty(t, files)
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txt"), func(t *testing.T) {
			data, err := os.ReadFile(file)
			require.NoError(t, err)
			input, want, _ := strings.Cut(string(data), "-- zh --\n")
			c, d := readDeadline(t, input)
			got := written(t, c, d)
			if *update {
				require.NoError(t, os.WriteFile(file, []byte(input+"-- zh --\n"+got), 0o644))
				return
			}
			assert.Equal(t, want, got, "go test ./deadline -run TestLedgers -update writes it anew; read the change")
		})
	}
}

// written is everything that a ledger says, without the digest of the calendar, which changes with every notice.
func written(t *testing.T, c *deadline.Calendar, d deadline.Deadline) string {
	t.Helper()
	l, err := c.Ledger(d)
	if err != nil {
		return deadline.Explain(err, "zh") + "\n-- en --\n" + deadline.Explain(err, "en") + "\n"
	}
	data, err := l.JSON("zh")
	require.NoError(t, err)
	s := l.Text("zh") + "-- en --\n" + l.Text("en") + "-- json --\n" + strings.ReplaceAll(string(data), `{"date`, "\n"+`{"date`) + "\n"
	return strings.ReplaceAll(s, l.CalendarDigest, "sha256:…")
}

// readDeadline reads "key: value" lines. Free text stands behind the values, separated by " | ".
func readDeadline(t *testing.T, input string) (*deadline.Calendar, deadline.Deadline) {
	t.Helper()
	c := deadline.China()
	var d deadline.Deadline
	for _, line := range strings.Split(strings.TrimSpace(input), "\n") {
		if strings.HasPrefix(line, "#") {
			continue
		}
		key, value, ok := strings.Cut(line, ": ")
		require.True(t, ok, line)
		f := append(strings.Split(value, " | "), "", "", "")
		switch key {
		case "id":
			d.ID = f[0]
		case "basis":
			d.Basis = f[0]
		case "trigger":
			d.Trigger = deadline.Trigger{At: at(f[0]), Event: f[1], Basis: f[2]}
		case "workdays", "days", "months":
			n, err := strconv.Atoi(f[0])
			require.NoError(t, err)
			d.Period = map[string]func(int) deadline.Period{"workdays": deadline.Workdays, "days": deadline.Days, "months": deadline.Months}[key](n)
		case "roll":
			d.Roll = map[string]deadline.Roll{"following": deadline.RollFollowing, "preceding": deadline.RollPreceding, "none": deadline.RollNone}[f[0]]
		case "suspend":
			s := suspended(f[0])[0]
			s.Reason, s.Basis = f[1], f[2]
			d.Suspensions = append(d.Suspensions, s)
		case "restart":
			d.Restarts = append(d.Restarts, deadline.Restart{At: at(f[0]), Reason: f[1], Basis: f[2]})
		case "extend":
			n, err := strconv.Atoi(f[0])
			require.NoError(t, err)
			d.Allow.Times++
			d.Extensions = append(d.Extensions, deadline.Extension{N: n, Reason: f[1], Basis: f[2], Approver: f[3]})
		case "close":
			closed, err := c.WithClosures(deadline.Closure{From: day(f[0]), To: day(f[0]), Name: f[1], Citation: f[2], Published: day(f[0])})
			require.NoError(t, err)
			c = closed
		case "as-of":
			c = c.AsOf(day(f[0]))
		default:
			t.Fatalf("unknown key %q", key)
		}
	}
	return c, d
}

func TestLedgerJSONHasTheDocumentedShape(t *testing.T) {
	l, err := deadline.China().Ledger(received("2026-12-28T09:00:00+08:00", deadline.Workdays(1)))
	require.NoError(t, err)
	data, err := json.Marshal(l)
	require.NoError(t, err)
	assert.Equal(t, `{"deadline":"d","basis":"","due":"2026-12-29","before":"2026-12-30T00:00:00+08:00","provisional":true,`+
		`"ledger":[{"date":"2026-12-28","counted":false,"n":0,"why":"起算日，不计入"},{"date":"2026-12-29","counted":true,"n":1,"why":""}],`+
		`"notices":["国办发明电〔2025〕7号"]}`, string(data))
}

func TestLedgerDigestChangesWithAnythingThatItSays(t *testing.T) {
	base := received("2026-03-02T09:00:00+08:00", deadline.Workdays(10))
	digest := func(c *deadline.Calendar, change func(*deadline.Deadline)) string {
		d := base
		change(&d)
		l, err := c.Ledger(d)
		require.NoError(t, err)
		s, err := l.Digest()
		require.NoError(t, err)
		return s
	}
	china := deadline.China()
	seen := map[string]string{}
	for name, s := range map[string]string{
		"as it is":        digest(china, func(*deadline.Deadline) {}),
		"another period":  digest(china, func(d *deadline.Deadline) { d.Period.N++ }),
		"another case":    digest(china, func(d *deadline.Deadline) { d.Case = "2" }),
		"another basis":   digest(china, func(d *deadline.Deadline) { d.Basis = "第四十二条" }),
		"another trigger": digest(china, func(d *deadline.Deadline) { d.Trigger.At = at("2026-03-03T09:00:00+08:00") }),
		"another event":   digest(china, func(d *deadline.Deadline) { d.Trigger.Event = "收到" }),
		"a suspension":    digest(china, func(d *deadline.Deadline) { d.Suspensions = suspended("2026-03-07..2026-03-07") }),
		"as of a date":    digest(china.AsOf(day("2026-01-01")), func(*deadline.Deadline) {}),
	} {
		assert.Regexp(t, `^sha256:[0-9a-f]{64}$`, s)
		assert.Empty(t, seen[s], "%s reads like %s", name, seen[s])
		seen[s] = name
	}
}

func TestLedgerHasALimit(t *testing.T) {
	d := received("2026-03-02T09:00:00+08:00", deadline.Days(deadline.MaxLedger))
	d.Roll = deadline.RollNone
	_, err := deadline.China().Ledger(d)
	assert.EqualError(t, err, "deadline: period: the ledger has 40001 days, more than the limit of 40000 (days of a ledger)")
	_, err = deadline.China().Due(d)
	assert.NoError(t, err, "the date itself has none")
}

func TestTextsOfOthersCannotActOnATerminal(t *testing.T) {
	d := received("2026-03-02T09:00:00+08:00", deadline.Workdays(1))
	d.ID, d.Trigger.Event = "a\x1b[31mb", "x\u202ey\n{0}"
	l, err := deadline.China().Ledger(d)
	require.NoError(t, err)
	s := l.Text("en")
	assert.Contains(t, s, `deadline a\x1b[31mb`)
	assert.Contains(t, s, `day of the trigger (x\u202ey\n{0}), not counted`)
}

func TestErrorsThatAreNotOurs(t *testing.T) {
	other := errors.New("other")
	assert.Empty(t, deadline.CodeOf(other))
	assert.Empty(t, deadline.CodeOf(nil))
	assert.Equal(t, "other", deadline.Explain(other, "zh"))
	assert.Empty(t, deadline.Explain(nil, "zh"))
	_, err := deadline.ParseDate("x")
	assert.Equal(t, deadline.InvalidInput, deadline.CodeOf(fmt.Errorf("wrapped: %w", err)))
}
