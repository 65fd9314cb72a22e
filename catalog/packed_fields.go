package catalog

// A record is the length and the bytes of the entry's id and then, of each field that is not empty, its number and its value, and a 0.

// The numbers of what is no text. Those of texts are below, by the places in the lists.
const (
	packedEnd byte = iota
	packedItems
	packedConditions
	packedMaterials
	packedLevel
	packedLength
	packedCatalogUpdated
	packedUpdatedAt
	packedFacts
	packedExtra
	packedOrigin
	packedRow
	packedTexts // the first text
)

// packedText is a text of an entry or an item. Words are those that many have: they are numbered.
type packedText[T any] struct {
	word bool
	of   func(*T) *string
}

var packedEntryTexts = [...]packedText[Entry]{
	{false, func(e *Entry) *string { return &e.Version }},
	{false, func(e *Entry) *string { return &e.Name }},
	{false, func(e *Entry) *string { return &e.Summary }},
	{true, func(e *Entry) *string { return &e.Format }},
	{true, func(e *Entry) *string { return (*string)(&e.Sharing) }},
	{true, func(e *Entry) *string { return (*string)(&e.OpenType) }},
	{true, func(e *Entry) *string { return &e.Reason }},
	{true, func(e *Entry) *string { return &e.System }},
	{true, func(e *Entry) *string { return (*string)(&e.UpdateFrequency) }},
	{true, func(e *Entry) *string { return &e.Unit }},
	{true, func(e *Entry) *string { return &e.Theme }},
	{true, func(e *Entry) *string { return &e.Granularity }},
	{false, func(e *Entry) *string { return &e.Registration }},
	{false, func(e *Entry) *string { return &e.URL }},
	{true, func(e *Entry) *string { return &e.Source }},
	{false, func(e *Entry) *string { return &e.LocalID }},
	{true, func(e *Entry) *string { return &e.Review }},
	{true, func(e *Entry) *string { return &e.SecurityReview }},
	{false, func(e *Entry) *string { return &e.Desensitization }},
	{false, func(e *Entry) *string { return &e.BaseID }},
	{false, func(e *Entry) *string { return &e.BaseVersion }},
}

var packedItemTexts = [...]packedText[Item]{
	{false, func(it *Item) *string { return &it.Name }},
	{true, func(it *Item) *string { return &it.Type }},
	{false, func(it *Item) *string { return &it.Summary }},
	{true, func(it *Item) *string { return &it.Semantic }},
	{true, func(it *Item) *string { return (*string)(&it.Subject) }},
	{true, func(it *Item) *string { return (*string)(&it.Identifier) }},
	{true, func(it *Item) *string { return &it.Granularity }},
	{true, func(it *Item) *string { return &it.Namespace }},
	{true, func(it *Item) *string { return &it.Masking }},
	{true, func(it *Item) *string { return (*string)(&it.Sharing) }},
	{true, func(it *Item) *string { return (*string)(&it.OpenType) }},
}
