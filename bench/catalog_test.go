package bench

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"math/rand/v2"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/banfa-go/banfa/catalog"
)

var catalogEntries = flag.Int("catalog.entries", 0, "compare catalogs of so many entries with SQLite and PostgreSQL: 100000 or 1000000; 0 leaves it out")

var catalogRounds = flag.Int("catalog.rounds", 3, "of each measurement of TestCatalogBesideDatabases, of which the best one counts")

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
		if out[i].OpenType == catalog.Conditional {
			out[i].Conditions = []string{"by agreement"}
		}
	}
	return out
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

// taken is what a piece of work took.
type taken struct{ clock, processor time.Duration }

func (t taken) String() string {
	return fmt.Sprintf("%v, processor %v", t.clock.Round(10*time.Microsecond), t.processor.Round(100*time.Microsecond))
}

// measure is the best of some rounds by the processor, which other work on the machine disturbs less than the clock. Garbage of before is
// collected before each.
func measure(cpu func() time.Duration, rounds int, work func()) taken {
	return measureAfter(cpu, rounds, func() {}, work)
}

// measureAfter is measure of work that something has to be prepared for.
func measureAfter(cpu func() time.Duration, rounds int, prepare, work func()) taken {
	var best taken
	for i := range rounds {
		prepare()
		runtime.GC()
		from, at := cpu(), time.Now()
		work()
		t := taken{time.Since(at), cpu() - from}
		if i == 0 || t.processor < best.processor {
			best = t
		}
	}
	return best
}

// cityChanges are changes of one entry of a hundred: of ten four get another open type, four other items, one is new and one is gone.
func cityChanges(entries []catalog.Entry) []catalog.Change {
	rnd := rand.New(rand.NewPCG(15, 18))
	kinds := cityItems()
	var out []catalog.Change
	for i, at := range rnd.Perm(len(entries))[:len(entries)/100] {
		e := entries[at]
		switch {
		case i%10 < 4:
			e.OpenType = map[bool]catalog.OpenType{true: catalog.Closed, false: catalog.Unconditional}[e.OpenType.Open()]
		case i%10 < 8:
			e.Items = append([]catalog.Item{kinds[rnd.IntN(len(kinds))]}, e.Items[1:]...)
		case i%10 < 9:
			e.ID = "new " + e.ID
		default:
			out = append(out, catalog.Change{Delete: e.ID})
			continue
		}
		out = append(out, catalog.Change{Upsert: &e})
	}
	return out
}

// cityLines is the beginning of a catalog as JSON lines, of a size that says enough about reading.
func cityLines(t *testing.T, entries []catalog.Entry) []byte {
	t.Helper()
	var b bytes.Buffer
	require.NoError(t, catalog.WriteJSONLines(t.Context(), &b, entries[:min(len(entries), 100_000)]))
	return b.Bytes()
}

// TestCatalogBesideDatabases compares derivation and fusion review with the same in SQL, in one run, and requires the same answers. Not with equal
// guarantees: databases can do much else, and theirs is kept. Nor is it quite the same work: an open entry here has the digest of its base entry.
func TestCatalogBesideDatabases(t *testing.T) {
	if *catalogEntries == 0 {
		t.Skip("name the size: -catalog.entries 100000")
	}
	n, rounds := *catalogEntries, *catalogRounds
	note := func(what string, t0 taken, more ...any) taken {
		t.Helper()
		t.Log(append([]any{what + ":", t0.String()}, more...)...)
		return t0
	}
	own := func(what string, work func()) taken {
		t.Helper()
		return note(what, measure(ownTime, rounds, work))
	}

	before := heap()
	entries := city(n)
	base := &catalog.Catalog{Entries: entries}
	t.Logf("memory: %d bytes an entry", (heap()-before)/uint64(n))
	before = heap()
	var packed *catalog.Packed
	own("pack", func() { packed = catalog.Pack(base) })
	t.Logf("memory, packed: %d bytes an entry, counted %d", (heap()-before)/uint64(n), packed.Size()/n)

	lines := cityLines(t, entries)
	megabytes := func(t taken) string {
		return fmt.Sprintf("%.0f MB/s of processor time", float64(len(lines))/1e6/t.processor.Seconds())
	}
	read := measure(ownTime, rounds, func() {
		_, err := catalog.DecodeJSON(t.Context(), bytes.NewReader(lines), "city", func(*catalog.Entry) error { return nil })
		require.NoError(t, err)
	})
	note("read JSON lines", read, megabytes(read))
	read = measure(ownTime, rounds, func() {
		p := catalog.NewPacker(&catalog.Catalog{})
		_, err := catalog.DecodeJSON(t.Context(), bytes.NewReader(lines), "city", func(e *catalog.Entry) error { p.Add(e); return nil })
		require.NoError(t, err)
		p.Packed()
	})
	note("read JSON lines and pack", read, megabytes(read))
	read = measure(ownTime, 1, func() {
		d := json.NewDecoder(bytes.NewReader(lines))
		for d.More() {
			var e catalog.Entry
			require.NoError(t, d.Decode(&e))
		}
	})
	note("read JSON lines with encoding/json", read, megabytes(read))

	var index *catalog.FusionIndex
	var review *catalog.FusionReview
	fusion := own("fusion review", func() {
		var err error
		index, err = catalog.NewFusionIndex(entries)
		require.NoError(t, err)
		review, err = index.Review(t.Context())
		require.NoError(t, err)
	})
	var pairs int64
	for _, f := range review.Findings {
		pairs += int64(f.Pairs)
	}
	t.Logf("fusion review: %d entries, %d findings, %d pairs", review.Entries, len(review.Findings), pairs)
	index.Marginal(&entries[0]) // the first makes a table
	const checks = 100_000
	check := measure(ownTime, rounds, func() {
		for i := range checks {
			index.Marginal(&entries[i%n])
		}
	})
	t.Logf("check before opening: %v, processor %v", check.clock/checks, check.processor/checks)
	index, review = nil, nil

	var d, view *catalog.Derivation
	own("derive, as a view with association", func() {
		var err error
		d, err = catalog.Derive(base)
		require.NoError(t, err)
	})
	open := 0
	derive := own("open catalog, made", func() { open = len(d.Open().Entries) }) // as the databases make theirs
	own("open catalog, entry by entry", func() {
		for range d.Entries() {
		}
	})
	own("derive packed, as a view with association", func() {
		var err error
		view, err = catalog.DerivePacked(packed)
		require.NoError(t, err)
	})
	one := own("open catalog, packed from packed", func() {
		p := catalog.NewPacker(&catalog.Catalog{})
		for e := range view.Entries() {
			p.Add(e)
		}
		assert.Equal(t, open, p.Packed().Len())
	})
	t.Logf("derive: %d of %d entries open", open, n)

	changes := cityChanges(entries)
	var after catalog.Counts
	var digest string
	derived := func() {
		var err error
		d, err = catalog.Derive(base)
		require.NoError(t, err)
	}
	note("digest, first", measureAfter(ownTime, rounds, derived, func() { d.Digest() }))
	incremental := measureAfter(ownTime, rounds, func() { derived(); d.Digest() }, func() {
		require.NoError(t, d.Apply(changes))
		for _, c := range changes {
			if c.Upsert != nil {
				catalog.Project(c.Upsert)
			}
		}
		digest, after = d.Digest(), d.Counts()
	})
	note(fmt.Sprintf("%d changes, projected, with the digest", len(changes)), incremental)
	require.NoError(t, view.Apply(changes))
	assert.Equal(t, digest, view.Digest())
	assert.Equal(t, digest, d.Open().Digest(), "a digest that is carried along is that of the whole")

	stores := []store{sqliteStore(t, entries)}
	if s, ok := postgresStore(t, entries); ok {
		stores = append(stores, s)
	}
	var changed []catalog.Entry
	for _, c := range changes {
		if c.Upsert != nil {
			changed = append(changed, *c.Upsert)
		} else {
			changed = append(changed, catalog.Entry{ID: c.Delete})
		}
	}
	for _, s := range stores {
		s.compare(t, comparison{rounds, fusion, derive, one, incremental, pairs, open, after.Open, changed})
	}
}

// comparison is what a database has to find, and what it took here.
type comparison struct {
	rounds                              int
	fusion, derive, packed, incremental taken
	pairs                               int64
	open, after                         int
	changed                             []catalog.Entry
}

func (s *store) compare(t *testing.T, c comparison) {
	t.Helper()
	do := func(q string) { require.NoError(t, s.exec(q), s.name) }
	note := func(what string, took, here taken) {
		t.Logf("%s in %s: %v; %.1f times as long by the clock, %.1f by the processor", what, s.name, took,
			took.clock.Seconds()/here.clock.Seconds(), took.processor.Seconds()/here.processor.Seconds())
	}
	var got int64
	var err error
	statements, question := fusionSQL(catalog.DefaultFusionRules())
	took := measure(s.cpu, 1, func() {
		for _, q := range statements {
			do(q)
		}
		got, err = s.count(question)
	})
	require.NoError(t, err, s.name)
	assert.Equal(t, c.pairs, got, "%s counts other pairs", s.name)
	note("fusion review", took, c.fusion)

	const derived = "select id, name, summary, format, open_type, unit, frequency, %s from %s where open_type in ('unconditional', 'conditional')"
	create := func(items string, rounds int) taken {
		took := measureAfter(s.cpu, rounds, func() { do("drop table if exists open_entry") }, func() {
			do("create table open_entry as " + fmt.Sprintf(derived, items, "base"))
		})
		got, err = s.count("select count(*) from open_entry")
		require.NoError(t, err)
		assert.Equal(t, int64(c.open), got, s.name)
		return took
	}
	note("open catalog with the fields of items that may leave", create(s.project, 1), c.derive)
	took = create("items", c.rounds)
	note("open catalog with the text of items as it is", took, c.derive)
	note("the same, beside packed from packed", took, c.packed)

	s.load("change", c.changed)
	do("create index open_entry_id on open_entry (id)")
	for _, of := range [][2]string{{"items", "the text of items as it is"}, {s.project, "the fields of items that may leave"}} { // the second takes out what the first put in
		took = measure(s.cpu, 1, func() {
			do("delete from open_entry where id in (select id from change)")
			do("insert into open_entry " + fmt.Sprintf(derived, of[0], "change"))
		})
		got, err = s.count("select count(*) from open_entry")
		require.NoError(t, err)
		assert.Equal(t, int64(c.after), got, s.name)
		note("changes with "+of[1], took, c.incremental)
	}
}
