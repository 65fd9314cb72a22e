package catalog

import (
	"fmt"
	"testing"
)

func deriveBenchBase(n int) []Entry {
	types := []OpenType{Unconditional, Conditional, Closed, Undetermined, "", "public"}
	entries := make([]Entry, n)
	for i := range entries {
		entries[i] = Entry{ID: fmt.Sprintf("SZ-%07d", i), OpenType: types[i%len(types)]}
	}
	return entries
}

func deriveBenchSize() int {
	if testing.Short() {
		return 10_000
	}
	return 1_000_000
}

func BenchmarkDeriveView(b *testing.B) {
	entries := deriveBenchBase(deriveBenchSize())
	b.ReportAllocs()
	for b.Loop() {
		deriveView(entries)
	}
}

func BenchmarkDeriveAssociate(b *testing.B) {
	entries := deriveBenchBase(deriveBenchSize())
	b.ReportAllocs()
	for b.Loop() {
		newDeriveIndex(deriveEntries(entries), func(_, again int) { b.Fatal(again) })
	}
}
