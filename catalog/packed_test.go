package catalog

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// packedDraw is a random entry that has what packing could lose: empty lists, zones, rows, facts, texts that many have and that none has.
func packedDraw(t *rapid.T) Entry {
	word := rapid.SampledFrom([]string{"", "a", "甲乙", "b\x00c", strings.Repeat("长", 40)})
	list := rapid.SampledFrom([][]string{nil, {}, {"一"}, {"一", "", "二"}})
	at := rapid.SampledFrom([]time.Time{
		{},
		time.Unix(0, 1).UTC(), time.Date(2026, 1, 2, 3, 4, 5, 6, time.FixedZone("", 8*3600)), time.Date(1, 1, 1, 0, 0, 0, 0, time.FixedZone("", 0)),
		time.Date(2026, 1, 2, 3, 4, 5, 0, time.FixedZone("CST", 8*3600)), time.Date(-5, 1, 2, 3, 4, 5, 0, time.FixedZone("", 5*3600+1800)),
	})
	types := rapid.SampledFrom([]OpenType{Unconditional, Conditional, Closed, Undetermined, "", "public"})
	facts := rapid.SampledFrom([]map[string]any{nil, {}, {"secret": true}})
	e := Entry{
		ID: fmt.Sprint(rapid.IntRange(0, 12).Draw(t, "id")), Version: word.Draw(t, "version"), Name: word.Draw(t, "name"), Summary: word.Draw(t, "summary"),
		OpenType: types.Draw(t, "type"), Unit: word.Draw(t, "unit"), System: word.Draw(t, "system"), Level: rapid.IntRange(-1, 4).Draw(t, "level"),
		Conditions: list.Draw(t, "conditions"), Materials: list.Draw(t, "materials"), CatalogUpdated: at.Draw(t, "updated"), UpdatedAt: at.Draw(t, "at"),
		SecurityReview: rapid.SampledFrom([]string{"", "passed", "failed"}).Draw(t, "security"), Facts: facts.Draw(t, "facts"), Extra: facts.Draw(t, "extra"),
	}
	if n := rapid.IntRange(-1, 4).Draw(t, "items"); n >= 0 {
		e.Items = []Item{}
		for range n {
			e.Items = append(e.Items, Item{
				Name: word.Draw(t, "item"), Length: rapid.IntRange(-1, 2).Draw(t, "length"), OpenType: types.Draw(t, "item type"), Namespace: word.Draw(t, "namespace"),
				Row: rapid.IntRange(0, 2).Draw(t, "row"), Facts: facts.Draw(t, "item facts"), Subject: SubjectPerson, Masking: word.Draw(t, "masking"),
			})
		}
	}
	if rapid.Bool().Draw(t, "origin") {
		e.Origin = &Origin{Row: rapid.IntRange(0, 9).Draw(t, "row")}
		if rapid.Bool().Draw(t, "layout") {
			e.Origin.Layout = &Layout{File: "f"}
		}
	}
	return e
}

func packedCatalog(t *rapid.T) *Catalog {
	return &Catalog{Version: "v", Unit: "u", Level: "city", At: time.Unix(9, 0).UTC(), Entries: rapid.SliceOf(rapid.Custom(packedDraw)).Draw(t, "base")}
}

func TestPackedLosesNothing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := packedCatalog(t)
		p := Pack(c)
		got := p.Catalog()
		require.Equal(t, len(c.Entries), p.Len())
		for i := range c.Entries {
			require.Equal(t, c.Entries[i], got.Entries[i])
		}
		for i, e := range p.All() {
			require.Equal(t, c.Entries[i], *e)
		}
		got.Entries = c.Entries
		assert.Equal(t, c, got)
	})
}

func TestPackedHasEveryFieldOfTheModel(t *testing.T) {
	e, item := Entry{}, Item{}
	exportMark(reflect.ValueOf(&e).Elem(), "", map[string]bool{})
	exportMark(reflect.ValueOf(&item).Elem(), "Item.", map[string]bool{})
	e.Items, e.Origin = []Item{item}, &Origin{Layout: &Layout{File: "f"}, Row: 7}
	for _, v := range []reflect.Value{reflect.ValueOf(e), reflect.ValueOf(e.Items[0])} {
		for i := range v.NumField() {
			require.False(t, v.Field(i).IsZero(), v.Type().Field(i).Name)
		}
	}
	assert.Equal(t, e, Pack(&Catalog{Entries: []Entry{e}}).Entry(0))
}

func TestPackedWritesOutWhatIsTooManyToNumber(t *testing.T) {
	c := &Catalog{Entries: make([]Entry, 70_000)}
	for i := range c.Entries {
		name := fmt.Sprint(i)
		c.Entries[i] = Entry{ID: name, Unit: "u" + name, OpenType: Conditional, Conditions: []string{"c" + name}, Items: []Item{
			{Name: name, Semantic: "s" + name, Length: i, Level: -i}, {Name: "same"}, {Name: name, Row: i, Facts: map[string]any{name: i}},
		}}
	}
	p := Pack(c)
	require.Positive(t, p.overflow)
	require.Greater(t, len(p.blocks), 1)
	assert.Equal(t, c, p.Catalog())
	assert.Equal(t, c.Digest(), p.Catalog().Digest())
}

func TestDerivePackedIsDerive(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := packedCatalog(t)
		plain, err := Derive(c)
		require.NoError(t, err)
		packed, err := DerivePacked(Pack(c))
		require.NoError(t, err)
		for range rapid.IntRange(1, 4).Draw(t, "rounds") {
			require.Equal(t, plain.Open(), packed.Open())
			require.Equal(t, plain.Proof(), packed.Proof())
			require.Equal(t, plain.Open().Digest(), packed.Digest())
			i := 0
			for e := range packed.Entries() {
				require.Equal(t, plain.Open().Entries[i], *e)
				i++
			}
			require.Equal(t, plain.Counts().Open, i)
			e := packedDraw(t)
			change := Change{Upsert: &e}
			if rapid.Bool().Draw(t, "delete") {
				change = Change{Delete: e.ID}
			}
			require.NoError(t, plain.Apply([]Change{change}))
			require.NoError(t, packed.Apply([]Change{change}))
		}
	})
}

// plainDerive is what Article 18 says, written down once more and with nothing shared: no bits, no blocks, no workers.
func plainDerive(base *Catalog) []Entry {
	var out []Entry
	for i, b := range base.Entries {
		twice := slices.ContainsFunc(append(slices.Clone(base.Entries[:i]), base.Entries[i+1:]...), func(e Entry) bool { return e.ID == b.ID })
		if b.ID == "" || twice || (b.OpenType != Unconditional && b.OpenType != Conditional) || (b.SecurityReview != "" && b.SecurityReview != "passed") {
			continue
		}
		o := Entry{
			ID: b.ID, Name: b.Name, Summary: b.Summary, Format: b.Format, OpenType: b.OpenType, UpdateFrequency: b.UpdateFrequency, Unit: b.Unit,
			Theme: b.Theme, Granularity: b.Granularity, CatalogUpdated: openTime(b.CatalogUpdated), UpdatedAt: openTime(b.UpdatedAt), URL: b.URL,
			BaseID: b.ID, BaseVersion: b.Digest(),
		}
		if b.OpenType == Conditional {
			o.Conditions, o.Materials = b.Conditions, b.Materials
		}
		for _, it := range b.Items {
			if it.OpenType == "" || it.OpenType == Unconditional || (it.OpenType == Conditional && b.OpenType == Conditional) {
				o.Items = append(o.Items, Item{
					Name: it.Name, Type: it.Type, Length: it.Length, Summary: it.Summary, Semantic: it.Semantic, Granularity: it.Granularity, OpenType: it.OpenType,
				})
			}
		}
		if len(b.Items) == 0 || len(o.Items) > 0 {
			out = append(out, o)
		}
	}
	slices.SortFunc(out, func(a, b Entry) int { return strings.Compare(a.ID, b.ID) })
	return out
}

// plainDigest is the digest of a catalog by its definition.
func plainDigest(entries []Entry) string {
	sums := map[string][]string{} // the first 16 bits → digests
	for i := range entries {
		sum, err := hex.DecodeString(strings.TrimPrefix(entries[i].Digest(), "sha256:"))
		if err != nil {
			panic(err)
		}
		sums[string(sum[:2])] = append(sums[string(sum[:2])], string(sum))
	}
	root := []byte("c")
	for g := range digestGroups {
		group := string(binary.BigEndian.AppendUint16(nil, uint16(g)))
		if list := sums[group]; len(list) > 0 {
			slices.Sort(list)
			sum := sha256.Sum256([]byte("g" + strings.Join(list, "")))
			root = append(append(root, group...), sum[:]...)
		}
	}
	return fmt.Sprintf("sha256:%x", sha256.Sum256(root))
}

func TestDeriveIsThePlainDerivation(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := packedCatalog(t)
		want := plainDerive(c)
		d, err := Derive(c)
		require.NoError(t, err)
		require.Equal(t, len(want), d.Counts().Open)
		open := d.Open().Entries
		for i := range want {
			require.Equal(t, want[i], open[i])
		}
		require.Equal(t, plainDigest(want), d.Digest())
		for i := range open { // what an entry has is its own
			open[i].Items = append(open[i].Items, Item{Name: "more"})
		}
		for i := range want {
			for j := range want[i].Items {
				require.Equal(t, want[i].Items[j], open[i].Items[j])
			}
		}
	})
}

func TestDigestOfALargeCatalogIsTheDefinition(t *testing.T) {
	c := &Catalog{Entries: make([]Entry, 9000)}
	for i := range c.Entries {
		c.Entries[i] = Entry{ID: fmt.Sprint(i / 2), OpenType: Unconditional}
	}
	require.Equal(t, plainDigest(c.Entries), c.Digest())
	var sums []digestSum
	for i := range c.Entries {
		sums = append(sums, digestOf(&c.Entries[i]))
	}
	slices.SortFunc(sums, func(a, b digestSum) int { return bytes.Compare(a[:], b[:]) })
	s := newDigestSet(sums, digestRoot(sums))
	for i := range 3000 { // and while entries come and go, with what is there twice among them
		require.True(t, s.remove(digestOf(&c.Entries[i])))
	}
	more := Entry{ID: "more"}
	s.add(digestOf(&more))
	assert.Equal(t, plainDigest(append(slices.Clone(c.Entries[3000:]), more)), s.text())
	assert.False(t, s.remove(digestOf(&Entry{ID: "none"})))
}

func TestPackedTellsItemsApartByEveryField(t *testing.T) {
	var first Item
	exportMark(reflect.ValueOf(&first).Elem(), "Item.", map[string]bool{})
	items := []Item{first}
	for i := range reflect.TypeFor[Item]().NumField() {
		other := first
		reflect.ValueOf(&other).Elem().Field(i).SetZero()
		items = append(items, other)
	}
	assert.Equal(t, items, Pack(&Catalog{Entries: []Entry{{ID: "1", Items: items}}}).Entry(0).Items)
}
