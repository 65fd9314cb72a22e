package bench

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"iter"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	_ "modernc.org/sqlite" // the driver

	"github.com/banfa-go/banfa/catalog"
)

// store is a database in the form in which this compares it.
type store struct {
	name    string
	exec    func(string) error
	count   func(string) (int64, error)
	load    func(table string, entries []catalog.Entry) // into a table like base
	cpu     func() time.Duration
	project string // the items of a base entry, as much of them as may leave
}

// itemProjection is, for the JSON of one database, the list of a base entry's items without those that are stricter than the entry, and of
// the others what may leave. get is how a member is read, as text.
func itemProjection(list, object, each, get string) string {
	var members []string
	for _, m := range []string{"name", "type", "length", "summary", "semantic", "granularity", "open_type"} {
		members = append(members, "'"+m+"', "+fmt.Sprintf(get, m))
	}
	own := fmt.Sprintf(get, "open_type")
	return fmt.Sprintf("(select %s(%s(%s)) from %s where %s is null or %[5]s = 'unconditional' or %[5]s = open_type)", list, object, strings.Join(members, ", "), each, own)
}

// itemColumns is what the databases hold of every item of an open entry: one row each, the namespace worked out beforehand.
var itemColumns = []string{"entry", "semantic", "subject", "class", "granularity", "namespace"}

func itemRows(entries []catalog.Entry) iter.Seq[[]any] {
	return func(yield func([]any) bool) {
		for i := range entries {
			if !entries[i].OpenType.Open() {
				continue
			}
			for _, it := range entries[i].Items {
				namespace := it.Namespace
				if namespace == "owner" {
					namespace = entries[i].Unit
				}
				if !yield([]any{i, it.Semantic, string(it.Subject), string(it.Identifier), it.Granularity, namespace}) {
					return
				}
			}
		}
	}
}

var baseColumns = []string{"id", "name", "summary", "format", "open_type", "unit", "frequency", "system", "items"}

func baseRow(e *catalog.Entry) []any {
	items, _ := json.Marshal(e.Items) // text and numbers only
	return []any{e.ID, e.Name, e.Summary, e.Format, string(e.OpenType), e.Unit, string(e.UpdateFrequency), e.System, string(items)}
}

const (
	createItem = "create table item (entry integer, semantic text, subject text, class text, granularity text, namespace text)"
	createBase = "create table %s (id text primary key, name text, summary text, format text, open_type text, unit text, frequency text, system text, items text)"
)

func baseRows(entries []catalog.Entry) iter.Seq[[]any] {
	return func(yield func([]any) bool) {
		for i := range entries {
			if !yield(baseRow(&entries[i])) {
				return
			}
		}
	}
}

// sqliteStore is SQLite in this process, in memory and with its journal off.
func sqliteStore(t *testing.T, entries []catalog.Entry) store {
	t.Helper()
	db, err := sql.Open("sqlite", ":memory:")
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, db.Close()) })
	db.SetMaxOpenConns(1) // each connection would have a database of its own
	ctx := t.Context()
	exec := func(q string) error { _, err := db.ExecContext(ctx, q); return err }
	for _, q := range []string{"pragma journal_mode = off", "pragma synchronous = off", createItem} {
		require.NoError(t, exec(q))
	}
	fill := func(statement string, rows iter.Seq[[]any]) {
		tx, err := db.BeginTx(ctx, nil)
		require.NoError(t, err)
		insert, err := tx.PrepareContext(ctx, statement)
		require.NoError(t, err)
		for row := range rows {
			_, err := insert.ExecContext(ctx, row...)
			require.NoError(t, err)
		}
		require.NoError(t, tx.Commit())
	}
	fill("insert into item values (?, ?, ?, ?, ?, ?)", itemRows(entries))
	load := func(table string, entries []catalog.Entry) {
		require.NoError(t, exec(fmt.Sprintf(createBase, table)))
		fill("insert into "+table+" values (?, ?, ?, ?, ?, ?, ?, ?, ?)", baseRows(entries))
		require.NoError(t, exec("analyze"))
	}
	load("base", entries)
	return store{
		"SQLite", exec, func(q string) (n int64, err error) { return n, db.QueryRowContext(ctx, q).Scan(&n) }, load, ownTime,
		itemProjection("json_group_array", "json_object", "json_each(items)", "json_extract(value, '$.%s')"),
	}
}

// postgresStore is a cluster of its own in a temporary folder, with tables that are not logged and without syncing.
func postgresStore(t *testing.T, entries []catalog.Entry) (store, bool) {
	t.Helper()
	dir, ok := postgresCluster(t)
	if !ok {
		return store{}, false
	}
	ctx := t.Context()
	db, err := pgx.Connect(ctx, "host="+dir+" user=postgres dbname=postgres")
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, db.Close(context.WithoutCancel(ctx))) })
	exec := func(q string) error { _, err := db.Exec(ctx, q); return err }
	create := func(q string) {
		require.NoError(t, exec(strings.Replace(q, "create table", "create unlogged table", 1)))
	}
	fill := func(table string, columns []string, rows iter.Seq[[]any]) {
		next, stop := iter.Pull(rows)
		defer stop()
		_, err := db.CopyFrom(ctx, pgx.Identifier{table}, columns, pgx.CopyFromFunc(func() ([]any, error) { row, _ := next(); return row, nil }))
		require.NoError(t, err)
		require.NoError(t, exec("analyze"))
	}
	create(createItem)
	fill("item", itemColumns, itemRows(entries))
	load := func(table string, entries []catalog.Entry) {
		create(fmt.Sprintf(createBase, table))
		fill(table, baseColumns, baseRows(entries))
	}
	load("base", entries)
	count := func(q string) (n int64, err error) { return n, db.QueryRow(ctx, q).Scan(&n) }
	pid, err := count("select pg_backend_pid()")
	require.NoError(t, err)
	return store{
		"PostgreSQL", exec, count, load, func() time.Duration { return timeOf(pid) },
		itemProjection("json_agg", "json_build_object", "json_array_elements(items::json) as value", "value ->> '%s'"),
	}, true
}

// postgresCluster starts a server that listens on a socket only, and returns the socket's folder.
func postgresCluster(t *testing.T) (string, bool) {
	t.Helper()
	initdb, err := exec.LookPath("initdb")
	if err != nil {
		found, _ := filepath.Glob("/usr/lib/postgresql/*/bin/initdb") // the pattern is a good one
		if len(found) == 0 {
			t.Log("PostgreSQL is left out: there is no initdb (apt-get install postgresql-15)")
			return "", false
		}
		initdb = found[len(found)-1]
	}
	if initdb, err = filepath.EvalSymlinks(initdb); err != nil {
		t.Logf("PostgreSQL is left out: %v", err)
		return "", false
	}
	dir, err := os.MkdirTemp("", "banfa-pg") // short: the path of a socket has at most 107 bytes
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, os.RemoveAll(dir)) })
	as := &syscall.SysProcAttr{}
	if os.Getuid() == 0 { // the server does not run as root
		u, err := user.Lookup("postgres")
		if err != nil {
			t.Logf("PostgreSQL is left out: %v", err)
			return "", false
		}
		uid, err := strconv.Atoi(u.Uid)
		require.NoError(t, err)
		gid, err := strconv.Atoi(u.Gid)
		require.NoError(t, err)
		require.NoError(t, os.Chown(dir, uid, gid))
		as.Credential = &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}
	}
	run := func(name string, args ...string) {
		c := exec.Command(filepath.Join(filepath.Dir(initdb), name), args...)
		c.Dir, c.SysProcAttr = dir, as
		text, err := c.CombinedOutput()
		require.NoError(t, err, "%s: %s", name, text)
	}
	data := filepath.Join(dir, "data")
	run("initdb", "-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync")
	settings := "-c listen_addresses='' -c fsync=off -c synchronous_commit=off -c shared_buffers=512MB -c work_mem=256MB -k " + dir
	run("pg_ctl", "-D", data, "-w", "-l", filepath.Join(dir, "log"), "-o", settings, "start")
	t.Cleanup(func() { run("pg_ctl", "-D", data, "-w", "-m", "immediate", "stop") })
	return dir, true
}

// ownTime is what this process has taken, in itself and in the kernel.
func ownTime() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// timeOf is that of another process, to a hundredth of a second; 0 where the system does not tell. Helpers of a backend are not in it.
func timeOf(pid int64) time.Duration {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return 0
	}
	_, rest, _ := strings.Cut(string(text), ") ")
	const user, system = 11, 12 // behind the name
	f := strings.Fields(rest)
	if len(f) <= system {
		return 0
	}
	ticks := 0
	for _, at := range []int{user, system} {
		n, err := strconv.Atoi(f[at])
		if err != nil {
			return 0
		}
		ticks += n
	}
	return time.Duration(ticks) * 10 * time.Millisecond
}
