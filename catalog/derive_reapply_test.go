package catalog_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/banfa-go/banfa/catalog"
)

func TestDeriveDigestFollowsASecondChangeOfTheSameEntry(t *testing.T) {
	d, err := catalog.Derive(&catalog.Catalog{Entries: []catalog.Entry{{ID: "1", Name: "甲", OpenType: catalog.Unconditional}}})
	require.NoError(t, err)
	for _, name := range []string{"乙", "丙", "乙"} {
		e := catalog.Entry{ID: "1", Name: name, OpenType: catalog.Unconditional}
		require.NoError(t, d.Apply([]catalog.Change{{Upsert: &e}}))
		fresh, err := catalog.Derive(&catalog.Catalog{Entries: []catalog.Entry{e}})
		require.NoError(t, err)
		assert.Equal(t, fresh.Open().Digest(), d.Digest(), name)
	}
}
