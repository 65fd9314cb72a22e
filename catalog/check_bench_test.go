package catalog_test

import (
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/banfa-go/banfa/catalog"
)

// BenchmarkCheck checks a base catalog of 1,000 entries by the pack's rules about base entries.
func BenchmarkCheck(b *testing.B) {
	c := shenzhenChecker(b)
	in := catalog.Input{Base: &catalog.Catalog{}}
	for i := range 1000 {
		in.Base.Entries = append(in.Base.Entries, soundEntry(strconv.Itoa(i), "数据"+strconv.Itoa(i)+"号"))
	}
	b.ReportAllocs()
	for b.Loop() {
		_, err := c.Check(b.Context(), in, catalog.CheckAt(checkTime))
		require.NoError(b, err)
	}
}
