package bench

import (
	"bufio"
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/csv"
	"encoding/hex"
	"errors"
	"flag"
	"fmt"
	"hash"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"syscall"
	"testing"
	"testing/fstest"
	"time"
	"unicode/utf8"

	"github.com/emmansun/gmsm/sm3"
	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/banfa-go/banfa"
	"github.com/banfa-go/banfa/desensitize"
	"github.com/banfa-go/banfa/internal/stream"
	"github.com/banfa-go/banfa/measures/shenzhen"
)

var desensitizeRows = flag.Int("desensitize.rows", 20_000, "rows of the de-identification workload; 1000000 for the figures of the notes")

// desensitizePolicy is the workload of the notes: two masks, HMAC-SM3, HMAC-SHA256, a year, a district, a rounding, three columns as they are.
const desensitizePolicy = `apiVersion: banfa/v1
kind: Desensitization
metadata: {name: bench, title: 基准, status: draft, owner: 基准}
instrument: shenzhen
keys: [k]
columns:
  id: {label: id, type: string, class: direct}
  card: {label: card, type: string, class: direct}
  name: {label: name, type: string, class: direct}
  phone: {label: phone, type: string, class: direct}
  birth: {label: birth, type: date, class: quasi}
  address: {label: address, type: string, class: quasi}
  amount: {label: amount, type: decimal, class: plain}
  shop: {label: shop, type: string, class: plain}
  lot: {label: lot, type: string, class: plain}
  note: {label: note, type: string, class: plain}
rules:
  - {id: id, basis: 第三十六条, where: column.name == 'id', apply: "value.pseudonym('k', {'hash': 'sm3'})"}
  - {id: card, basis: 第三十六条, where: column.name == 'card', apply: "value.pseudonym('k', {'hash': 'sha256'})"}
  - {id: name, basis: 第三十六条, where: column.name == 'name', apply: "value.mask(1, 0)"}
  - {id: phone, basis: 第三十六条, where: column.name == 'phone', apply: "value.mask(3, 4)"}
  - {id: birth, basis: 第三十六条, where: column.name == 'birth', apply: "value.truncate('year')"}
  - {id: address, basis: 第三十六条, where: column.name == 'address', apply: "value.truncate(3)"}
  - {id: amount, basis: 第三十六条, where: column.name == 'amount', apply: "value.roundTo(decimal('10'))"}
  - {id: rest, basis: 第三十六条, where: "column.name in ['shop', 'lot', 'note']", apply: keep()}
`

// persons writes the input: about 160 bytes a row.
func persons(t testing.TB, rows int) (path string, size int64) {
	t.Helper()
	path = filepath.Join(t.TempDir(), "persons.csv")
	f, err := os.Create(path)
	require.NoError(t, err)
	w := bufio.NewWriterSize(f, 1<<20)
	r := rand.New(rand.NewPCG(5, 5))
	pick := func(s ...string) string { return s[r.IntN(len(s))] }
	fmt.Fprintln(w, "id,card,name,phone,birth,address,amount,shop,lot,note")
	for i := range rows {
		birth := time.Date(1940+r.IntN(80), time.Month(1+r.IntN(12)), 1+r.IntN(28), 0, 0, 0, 0, time.UTC)
		fmt.Fprintf(w, "440305%s%04d,62220212%08d,%s%s,13%09d,%s,%s科技园路%d号,%d.%02d,%s停车场,lot-%03d,%s\n",
			birth.Format("20060102"), r.IntN(10000), r.IntN(1e8), pick("王", "李", "张", "欧阳"), pick("小明", "雷", "梅梅", "伟"), r.IntN(1e9),
			birth.Format(time.DateOnly), pick("南山区", "福田区", "罗湖区", "宝安区"), r.IntN(999), r.IntN(500), r.IntN(100), pick("东", "西", "北"), i%1000,
			pick("已缴费", "按次收费，现场缴清", "包月用户已登记入场"))
	}
	require.NoError(t, w.Flush())
	require.NoError(t, f.Close())
	info, err := os.Stat(path)
	require.NoError(t, err)
	return path, info.Size()
}

// cpu is what this process has used.
func cpu(t testing.TB) time.Duration {
	t.Helper()
	var u syscall.Rusage
	require.NoError(t, syscall.Getrusage(syscall.RUSAGE_SELF, &u))
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// hand is what somebody would write by hand for this one table, without any check of a value.
type hand struct {
	sm, sha hash.Hash
	sum     []byte
}

func newHand() *hand {
	key := bytes.Repeat([]byte("k"), 32)
	return &hand{sm: hmac.New(sm3.New, key), sha: hmac.New(sha256.New, key)}
}

func (h *hand) token(dst []byte, f hash.Hash, cell []byte) []byte {
	const half = 16
	f.Reset()
	_, _ = f.Write(cell) // hashes never fail
	h.sum = f.Sum(h.sum[:0])
	return hex.AppendEncode(dst, h.sum[:half])
}

// row appends the row that the policy makes of ten cells.
func (h *hand) row(dst []byte, cells [][]byte) []byte {
	dst = append(h.token(dst, h.sm, cells[0]), ',')
	dst = append(h.token(dst, h.sha, cells[1]), ',')
	_, n := utf8.DecodeRune(cells[2])
	dst = append(dst, cells[2][:n]...)
	for range utf8.RuneCount(cells[2][n:]) {
		dst = append(dst, '*')
	}
	dst = append(dst, ',')
	dst = append(append(append(dst, cells[3][:3]...), "****"...), cells[3][7:]...)
	dst = append(append(dst, ','), cells[4][:4]...)
	dst = append(append(dst, ','), cells[5][:9]...)
	amount, _ := strconv.ParseFloat(string(cells[6]), 64)
	dst = strconv.AppendInt(append(dst, ','), int64(amount/10+0.5)*10, 10)
	for _, c := range cells[7:] {
		dst = append(append(dst, ','), c...)
	}
	return append(dst, '\n')
}

func byEncodingCSV(in io.Reader, out io.Writer) error {
	r := csv.NewReader(bufio.NewReaderSize(in, 1<<17))
	r.ReuseRecord = true
	w := bufio.NewWriterSize(out, 1<<17)
	h := newHand()
	if _, err := r.Read(); err != nil {
		return err
	}
	cells := make([][]byte, 10)
	var line []byte
	for {
		record, err := r.Read()
		if errors.Is(err, io.EOF) {
			return w.Flush()
		}
		if err != nil {
			return err
		}
		for i, s := range record {
			cells[i] = append(cells[i][:0], s...)
		}
		line = h.row(line[:0], cells)
		if _, err := w.Write(line); err != nil {
			return err
		}
	}
}

// byScanner is the hand-written scanner: it knows that the file has no quotes, but looks.
func byScanner(in io.Reader, out io.Writer) error {
	r := bufio.NewReaderSize(in, 1<<17)
	w := bufio.NewWriterSize(out, 1<<17)
	h := newHand()
	cells := make([][]byte, 10)
	var dst []byte
	if _, err := r.ReadSlice('\n'); err != nil {
		return err
	}
	for {
		line, err := r.ReadSlice('\n')
		if errors.Is(err, io.EOF) {
			return w.Flush()
		}
		if err != nil {
			return err
		}
		if bytes.IndexByte(line, '"') >= 0 {
			return errors.New("quotes")
		}
		line = line[:len(line)-1]
		n := 0
		for n < 9 {
			i := bytes.IndexByte(line, ',')
			if i < 0 {
				return errors.New("ragged")
			}
			cells[n], line = line[:i], line[i+1:]
			n++
		}
		cells[9] = line
		dst = h.row(dst[:0], cells)
		if _, err := w.Write(dst); err != nil {
			return err
		}
	}
}

const pythonScript = `
import csv, hmac, hashlib, sys
k = b'k' * 32
r = csv.reader(open(sys.argv[1], encoding='utf-8', newline='')); next(r)
w = csv.writer(open(sys.argv[2], 'w', encoding='utf-8', newline=''), lineterminator='\n')
alg = 'sm3' if 'sm3' in hashlib.algorithms_available else 'sha256'
for c in r:
    w.writerow([hmac.new(k, c[0].encode(), alg).hexdigest()[:32], hmac.new(k, c[1].encode(), 'sha256').hexdigest()[:32], c[2][:1] + '*' * (len(c[2]) - 1),
        c[3][:3] + '****' + c[3][7:], c[4][:4], c[5][:3], str(int(float(c[6]) / 10 + 0.5) * 10), c[7], c[8], c[9]])
`

// TestDesensitizeBesideOthers runs one workload through this library and through what people use otherwise, and prints the ratios of one run.
func TestDesensitizeBesideOthers(t *testing.T) {
	path, size := persons(t, *desensitizeRows)
	t.Logf("%d rows, %.1f MB", *desensitizeRows, float64(size)/1e6)
	base := time.Duration(0)
	say := func(name string, wall, used time.Duration) {
		if base == 0 {
			base = used
		}
		t.Logf("%-34s %8.2fs wall %8.2f CPU-s %7.1f MB per CPU-s %6.2f x the scanner", name, wall.Seconds(), used.Seconds(), float64(size)/1e6/used.Seconds(), float64(used)/float64(base))
	}
	measure := func(name string, f func() error) {
		start, before := time.Now(), cpu(t)
		require.NoError(t, f(), name)
		say(name, time.Since(start), cpu(t)-before)
	}
	through := func(f func(io.Reader, io.Writer) error) func() error {
		return func() error {
			in, err := os.Open(path)
			if err != nil {
				return err
			}
			return errors.Join(f(in, io.Discard), in.Close())
		}
	}
	measure("hand-written scanner", through(byScanner))
	measure("encoding/csv + hand-written Go", through(byEncodingCSV))
	policy := benchPolicy(t)
	for _, workers := range []int{1, 2} {
		measure(fmt.Sprintf("banfa, gate and risk, %d workers", workers), func() error { return run(policy, path, io.Discard, workers) })
	}
	measure("banfa, csv in and out alone", func() error { return copyAlone(path) })
	python(t, path, say)
	postgres(t, path, say)
	if _, err := exec.LookPath("duckdb"); err != nil {
		t.Log("DuckDB is left out: there is no duckdb (npm install -g duckdb, or its command-line program)")
	}
}

func benchPolicy(t testing.TB) *desensitize.Policy {
	t.Helper()
	rules, err := banfa.Load(fstest.MapFS{"policy.yaml": {Data: []byte(desensitizePolicy)}}, banfa.Citable(shenzhen.FS()))
	require.NoError(t, err)
	p, err := desensitize.New(rules, desensitize.Keys(map[string][]byte{"k": bytes.Repeat([]byte("k"), 32)}))
	require.NoError(t, err)
	return p
}

func run(p *desensitize.Policy, path string, out io.Writer, workers int) error {
	source, err := stream.Open(path, stream.Options{})
	if err != nil {
		return err
	}
	sink, err := stream.Create(out, stream.SinkOptions{}, source.Columns())
	if err != nil {
		return err
	}
	_, err = p.Run(context.Background(), source, sink, desensitize.Workers(workers))
	return errors.Join(err, sink.Close(), source.Close())
}

func copyAlone(path string) error {
	source, err := stream.Open(path, stream.Options{})
	if err != nil {
		return err
	}
	sink, err := stream.Create(io.Discard, stream.SinkOptions{}, source.Columns())
	if err != nil {
		return err
	}
	err = stream.Copy(context.Background(), source, sink, 1, func(int) stream.Transform {
		return func(b *stream.Block) (*stream.Block, error) { return b, nil }
	}, nil)
	return errors.Join(err, sink.Close(), source.Close())
}

func python(t *testing.T, path string, say func(string, time.Duration, time.Duration)) {
	t.Helper()
	program, err := exec.LookPath("python3")
	if err != nil {
		t.Log("Python is left out: there is no python3")
		return
	}
	c := exec.Command(program, "-c", pythonScript, path, filepath.Join(t.TempDir(), "out.csv"))
	start := time.Now()
	text, err := c.CombinedOutput()
	if err != nil {
		t.Logf("Python is left out: %v: %s", err, text)
		return
	}
	say("Python's standard library", time.Since(start), c.ProcessState.UserTime()+c.ProcessState.SystemTime())
}

// postgres measures the wall clock alone: the work is done by the server, loading aside.
func postgres(t *testing.T, path string, say func(string, time.Duration, time.Duration)) {
	t.Helper()
	dir, ok := postgresCluster(t)
	if !ok {
		return
	}
	ctx := t.Context()
	db, err := pgx.Connect(ctx, "host="+dir+" user=postgres dbname=postgres")
	require.NoError(t, err)
	defer func() { assert.NoError(t, db.Close(context.WithoutCancel(ctx))) }()
	if _, err := db.Exec(ctx, "create extension pgcrypto"); err != nil {
		t.Logf("PostgreSQL is left out: %v", err)
		return
	}
	_, err = db.Exec(ctx, "create unlogged table p (id text, card text, name text, phone text, birth date, address text, amount numeric, shop text, lot text, note text)")
	require.NoError(t, err)
	f, err := os.Open(path)
	require.NoError(t, err)
	_, err = db.PgConn().CopyFrom(ctx, f, "copy p from stdin with (format csv, header)")
	require.NoError(t, errors.Join(err, f.Close()))
	start := time.Now()
	_, err = db.Exec(ctx, `create unlogged table q as select encode(hmac(id, repeat('k', 32), 'sm3'), 'hex'), encode(hmac(card, repeat('k', 32), 'sha256'), 'hex') c,
		left(name, 1) || repeat('*', length(name) - 1) n, left(phone, 3) || '****' || substr(phone, 8) t, extract(year from birth) y, left(address, 3) a,
		round(amount / 10) * 10 m, shop, lot, note from p`)
	if err != nil {
		t.Logf("PostgreSQL is left out: %v", err)
		return
	}
	wall := time.Since(start)
	say("PostgreSQL 15 + pgcrypto (wall)", wall, wall)
}

// TestDesensitizeByHandIsTheSameWork holds the hand-written peers against each other and against the policy in what both do alike.
func TestDesensitizeByHandIsTheSameWork(t *testing.T) {
	path, _ := persons(t, 100)
	text, err := os.ReadFile(path)
	require.NoError(t, err)
	var a, b, c bytes.Buffer
	require.NoError(t, byScanner(bytes.NewReader(text), &a))
	require.NoError(t, byEncodingCSV(bytes.NewReader(text), &b))
	assert.Equal(t, a.String(), b.String())
	require.NoError(t, run(benchPolicy(t), path, &c, 2))
	ours, err := csv.NewReader(&c).ReadAll()
	require.NoError(t, err)
	theirs, err := csv.NewReader(&a).ReadAll()
	require.NoError(t, err)
	require.Len(t, ours, len(theirs)+1)
	for i, row := range theirs {
		assert.Equal(t, row[2:], ours[i+1][2:])
		assert.Len(t, ours[i+1][0], len(row[0]), "pseudonyms are of one length, but of keys of their own")
	}
}
