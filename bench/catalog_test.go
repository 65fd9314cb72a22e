package bench

import (
	"context"
	"database/sql"
	"encoding/json"
	"flag"
	"fmt"
	"math/rand/v2"
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

var catalogEntries = flag.Int("catalog.entries", 0, "compare catalogs of so many entries with SQLite and PostgreSQL: 100000 or 1000000; 0 leaves it out")

// cityItems are the items that the entries are made of: persons, their keys and what nobody should learn, among much that is neither.
func cityItems() []catalog.Item {
	person := catalog.SubjectPerson
	out := []catalog.Item{
		{Semantic: "cn.person_name", Subject: person, Identifier: catalog.WeakKey, Namespace: "national"},
		{Semantic: "cn.resident_id", Subject: person, Identifier: catalog.StrongKey, Namespace: "national"},
		{Semantic: "cn.mobile", Subject: person, Identifier: catalog.Direct, Namespace: "national"},
		{Semantic: "cn.mobile", Subject: catalog.SubjectOrganisation, Identifier: catalog.Direct, Namespace: "national"},
		{Semantic: "local_id", Subject: person, Identifier: catalog.StrongKey, Namespace: "owner"},
		{Semantic: "birth_date", Subject: person, Identifier: catalog.Quasi, Granularity: "day"},
		{Semantic: "birth_date", Subject: person, Identifier: catalog.Quasi, Granularity: "year"},
		{Semantic: "gender", Subject: person, Identifier: catalog.Quasi},
		{Semantic: "address_full", Subject: person, Identifier: catalog.Quasi, Granularity: "full"},
		{Semantic: "health", Subject: person, Identifier: catalog.Sensitive},
		{Semantic: "health", Subject: person, Identifier: catalog.Sensitive, Granularity: "aggregate"},
		{Semantic: "benefit", Subject: person, Identifier: catalog.Sensitive},
		{Semantic: "penalty", Subject: person, Identifier: catalog.Sensitive},
	}
	for i := range 60 {
		out = append(out, catalog.Item{Semantic: "neutral_" + strconv.Itoa(i), Subject: catalog.SubjectPlace, Identifier: catalog.NoKey})
	}
	for i := range out {
		out[i].Name = out[i].Semantic
	}
	return out
}

// city is a base catalog of n entries with eight items each, as many open as in the lists that were looked at.
func city(n int) []catalog.Entry {
	rnd := rand.New(rand.NewPCG(20, 4))
	kinds := cityItems()
	types := []catalog.OpenType{catalog.Unconditional, catalog.Conditional, catalog.Closed, catalog.Closed, catalog.Undetermined}
	out := make([]catalog.Entry, n)
	for i := range out {
		items := make([]catalog.Item, 8)
		for j := range items {
			items[j] = kinds[rnd.IntN(len(kinds))]
		}
		out[i] = catalog.Entry{
			ID: fmt.Sprintf("e%07d", i), Name: fmt.Sprintf("entry %d", i), Summary: "a dataset of the city", Format: "csv,xlsx", UpdateFrequency: "daily",
			Unit: fmt.Sprintf("unit %04d", rnd.IntN(2000)), System: "system", OpenType: types[rnd.IntN(len(types))], Items: items,
		}
	}
	return out
}

// itemColumns is what the databases hold of every item of an open entry: one row each, the namespace worked out beforehand.
var itemColumns = []string{"entry", "semantic", "subject", "class", "granularity", "namespace"}

func itemRows(entries []catalog.Entry, yield func([]any) error) error {
	for i := range entries {
		if !entries[i].OpenType.Open() {
			continue
		}
		for _, it := range entries[i].Items {
			namespace := it.Namespace
			if namespace == "owner" {
				namespace = entries[i].Unit
			}
			if err := yield([]any{i, it.Semantic, string(it.Subject), string(it.Identifier), it.Granularity, namespace}); err != nil {
				return err
			}
		}
	}
	return nil
}

// coverSQL is the class of every entry in every rule.
func coverSQL(rules []catalog.FusionRule) string {
	var cols []string
	for r, rule := range rules {
		var terms []string
		for g, group := range rule.Groups {
			var any []string
			for _, m := range group {
				name, fine, limited := strings.Cut(m, ":")
				c := "semantic = '" + name + "'"
				if limited {
					c += " and granularity in ('', '" + strings.ReplaceAll(fine, "|", "', '") + "')"
				}
				any = append(any, c)
			}
			c := "(" + strings.Join(any, " or ") + ")"
			if rule.ExcludeAggregates {
				c += " and granularity <> 'aggregate'"
			}
			if rule.Subject == catalog.SubjectPerson {
				c += " and subject <> 'organisation'"
			}
			terms = append(terms, fmt.Sprintf("max(case when %s then %d else 0 end)", c, 1<<g))
		}
		cols = append(cols, strings.Join(terms, " + ")+" as r"+strconv.Itoa(r))
	}
	return "select entry, " + strings.Join(cols, ", ") + " from item group by entry"
}

// fusionSQL counts with the same histogram: pairs of classes, never pairs of entries. The rules are all about persons.
func fusionSQL(rules []catalog.FusionRule) (statements []string, pairs string) {
	var names, sums []string
	for r, rule := range rules {
		names = append(names, "r"+strconv.Itoa(r))
		full := 1<<len(rule.Groups) - 1
		h := fmt.Sprintf("(select semantic, namespace, r%d as c, sum(n) as n from h where r%[1]d > 0 and r%[1]d < %d group by semantic, namespace, r%[1]d)", r, full)
		sums = append(sums, fmt.Sprintf(
			"select coalesce(sum(a.n * b.n), 0) as n from %s a join %[1]s b on a.semantic = b.semantic and a.namespace = b.namespace and a.c < b.c and (a.c | b.c) = %d",
			h, full))
	}
	cols := strings.Join(names, ", ")
	return []string{
		"create temp table cover as " + coverSQL(rules),
		`create temp table posting as select distinct entry, semantic, namespace from item
			where class in ('direct', 'strong_key', 'weak_key') and granularity <> 'aggregate' and subject in ('', 'person')`,
		"create temp table h as select semantic, namespace, " + cols + ", count(*) as n from posting join cover using (entry) group by semantic, namespace, " + cols,
	}, "select cast(sum(n) as bigint) from (" + strings.Join(sums, " union all ") + ") t"
}

// store is a database in the form in which this compares it.
type store struct {
	name  string
	exec  func(string) error
	count func(string) (int64, error)
}

// TestCatalogBesideDatabases compares derivation and fusion review with the same in SQL, in one run, and requires the same answers. Not with equal
// guarantees: databases can do much else, and theirs is kept.
func TestCatalogBesideDatabases(t *testing.T) {
	if *catalogEntries == 0 {
		t.Skip("name the size: -catalog.entries 100000")
	}
	entries := city(*catalogEntries)
	stores := []store{sqliteStore(t, entries)}
	if s, ok := postgresStore(t, entries); ok {
		stores = append(stores, s)
	}
	rules := catalog.DefaultFusionRules()

	at := time.Now()
	index, err := catalog.NewFusionIndex(entries)
	require.NoError(t, err)
	review, err := index.Review(t.Context())
	require.NoError(t, err)
	fusion := time.Since(at)
	var pairs int64
	for _, f := range review.Findings {
		pairs += int64(f.Pairs)
	}
	t.Logf("fusion: %d entries, %d findings, %d pairs: %v", review.Entries, len(review.Findings), pairs, fusion)

	at = time.Now()
	derived, err := catalog.Derive(&catalog.Catalog{Entries: entries})
	require.NoError(t, err)
	open := len(derived.Open().Entries) // made, as the databases make theirs
	derive := time.Since(at)
	t.Logf("derive: %d of %d entries open: %v", open, len(entries), derive)

	for _, s := range stores {
		at := time.Now()
		statements, question := fusionSQL(rules)
		for _, q := range statements {
			require.NoError(t, s.exec(q), s.name)
		}
		got, err := s.count(question)
		require.NoError(t, err, s.name)
		took := time.Since(at)
		assert.Equal(t, pairs, got, "%s counts other pairs", s.name)
		t.Logf("fusion in %s: %v, %.0f times as long", s.name, took, took.Seconds()/fusion.Seconds())

		at = time.Now()
		require.NoError(t, s.exec(`create table open_entry as select id, name, summary, format, open_type, unit, frequency, items from base
			where open_type in ('unconditional', 'conditional')`))
		got, err = s.count("select count(*) from open_entry")
		require.NoError(t, err)
		took = time.Since(at)
		assert.Equal(t, int64(open), got, s.name)
		t.Logf("derive in %s: %v, %.1f times as long", s.name, took, took.Seconds()/derive.Seconds())
	}
}

var baseColumns = []string{"id", "name", "summary", "format", "open_type", "unit", "frequency", "system", "items"}

func baseRow(e *catalog.Entry) []any {
	items, _ := json.Marshal(e.Items) // text and numbers only
	return []any{e.ID, e.Name, e.Summary, e.Format, string(e.OpenType), e.Unit, string(e.UpdateFrequency), e.System, string(items)}
}

const (
	createItem = "create table item (entry integer, semantic text, subject text, class text, granularity text, namespace text)"
	createBase = "create table base (id text primary key, name text, summary text, format text, open_type text, unit text, frequency text, system text, items text)"
)

// sqliteStore is SQLite in this process, in memory and with its journal off.
func sqliteStore(t *testing.T, entries []catalog.Entry) store {
	t.Helper()
	db, err := sql.Open("sqlite", ":memory:")
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, db.Close()) })
	db.SetMaxOpenConns(1) // each connection would have a database of its own
	ctx := t.Context()
	exec := func(q string) error { _, err := db.ExecContext(ctx, q); return err }
	for _, q := range []string{"pragma journal_mode = off", "pragma synchronous = off", createItem, createBase} {
		require.NoError(t, exec(q))
	}
	tx, err := db.BeginTx(ctx, nil)
	require.NoError(t, err)
	item, err := tx.PrepareContext(ctx, "insert into item values (?, ?, ?, ?, ?, ?)")
	require.NoError(t, err)
	require.NoError(t, itemRows(entries, func(row []any) error { _, err := item.ExecContext(ctx, row...); return err }))
	base, err := tx.PrepareContext(ctx, "insert into base values (?, ?, ?, ?, ?, ?, ?, ?, ?)")
	require.NoError(t, err)
	for i := range entries {
		_, err := base.ExecContext(ctx, baseRow(&entries[i])...)
		require.NoError(t, err)
	}
	require.NoError(t, tx.Commit())
	require.NoError(t, exec("analyze"))
	return store{"SQLite", exec, func(q string) (n int64, err error) { return n, db.QueryRowContext(ctx, q).Scan(&n) }}
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
	require.NoError(t, exec(strings.Replace(createItem, "create table", "create unlogged table", 1)))
	require.NoError(t, exec(strings.Replace(createBase, "create table", "create unlogged table", 1)))
	var rows [][]any
	require.NoError(t, itemRows(entries, func(row []any) error { rows = append(rows, row); return nil }))
	_, err = db.CopyFrom(ctx, pgx.Identifier{"item"}, itemColumns, pgx.CopyFromRows(rows))
	require.NoError(t, err)
	_, err = db.CopyFrom(ctx, pgx.Identifier{"base"}, baseColumns, pgx.CopyFromSlice(len(entries), func(i int) ([]any, error) { return baseRow(&entries[i]), nil }))
	require.NoError(t, err)
	require.NoError(t, exec("analyze"))
	return store{"PostgreSQL", exec, func(q string) (n int64, err error) { return n, db.QueryRow(ctx, q).Scan(&n) }}, true
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
