package catalog

import "time"

// OpenType is the open type of an entry or an item, as classify names it in the pack for Shenzhen (Articles 11 to 14).
type OpenType string

// The open types. Undetermined is the library's own word for what nobody has decided yet: an entry of that type is never open.
const (
	Unconditional OpenType = "unconditional"
	Conditional   OpenType = "conditional"
	Closed        OpenType = "closed"
	Undetermined  OpenType = "undetermined"
)

// Open reports whether data of that type belongs in the open catalog (Article 18, first paragraph).
func (t OpenType) Open() bool { return t == Unconditional || t == Conditional }

// Sharing is the sharing attribute of a base entry (Article 17, second paragraph).
type Sharing string

// The sharing attributes.
const (
	SharedFreely        Sharing = "unconditional"
	SharedConditionally Sharing = "conditional"
	NotShared           Sharing = "none"
)

// Frequency is how often data is updated, by the codes of frequency.go.
type Frequency string

// Subject is what a record, or the value of an item, is about.
type Subject string

// The subjects.
const (
	SubjectPerson       Subject = "person"
	SubjectOrganisation Subject = "organisation"
	SubjectPlace        Subject = "place"
	SubjectEvent        Subject = "event"
	SubjectThing        Subject = "thing"
)

// Identifier is what an item does to the identity of its subject.
type Identifier string

// The identifier classes.
const (
	Direct    Identifier = "direct"     // names one subject by itself, such as a name or a telephone number
	StrongKey Identifier = "strong_key" // one subject, one value, everywhere in its namespace: a resident ID, a credit code
	WeakKey   Identifier = "weak_key"   // joins records, but several subjects can share a value: a name
	Quasi     Identifier = "quasi"      // identifies together with others: a birth date
	Sensitive Identifier = "sensitive"  // what nobody should learn: a diagnosis
	NoKey     Identifier = "none"       // joins nothing: a serial number of rows, a count
)

// Catalog is one version of a catalog: a base catalog (Article 17) or an open catalog (Article 18).
type Catalog struct {
	Version string    `json:"version,omitempty"` // of the whole; a digest of it is Digest
	Unit    string    `json:"unit,omitempty"`    // the agency, district or city that submits it
	Level   string    `json:"level,omitempty"`   // agency, district or city
	At      time.Time `json:"at,omitzero"`       // when it was submitted or taken
	Entries []Entry   `json:"entries"`
}

// Entry is one entry of a base catalog (Article 17, second paragraph). A field that is empty is not known.
type Entry struct {
	ID              string         `json:"id"` // the catalog number, unique in a catalog
	Version         string         `json:"version,omitempty"`
	Name            string         `json:"name"`
	Summary         string         `json:"summary,omitempty"`
	Items           []Item         `json:"items,omitempty"`
	Format          string         `json:"format,omitempty"` // lower-case file formats or api, sorted, joined by commas: "csv,xlsx"
	Sharing         Sharing        `json:"sharing,omitempty"`
	OpenType        OpenType       `json:"open_type,omitempty"`
	Conditions      []string       `json:"conditions,omitempty"` // of opening, each a sentence
	Reason          string         `json:"reason,omitempty"`     // the citation that carries the open type, in short form: 12(3)
	System          string         `json:"system,omitempty"`     // the owning system: only in a base catalog
	UpdateFrequency Frequency      `json:"update_frequency,omitempty"`
	Unit            string         `json:"unit,omitempty"`  // the responsible unit; of an open entry the opening body
	Theme           string         `json:"theme,omitempty"` // subject area, as the platform names it
	Granularity     string         `json:"granularity,omitempty"`
	Level           int            `json:"level,omitempty"`             // sensitivity level 1 to 4, 0 not graded (Article 16)
	CatalogUpdated  time.Time      `json:"catalog_updated_at,omitzero"` // when the entry was last changed (Article 22)
	UpdatedAt       time.Time      `json:"updated_at,omitzero"`         // when its data was last updated (Article 38)
	Materials       []string       `json:"materials,omitempty"`         // what an applicant hands in (Article 41)
	Registration    string         `json:"registration_code,omitempty"` // of the resource's registration, where it has one
	URL             string         `json:"url,omitempty"`               // where its data is published
	Source          string         `json:"source,omitempty"`            // the catalog it came from; with LocalID its identity in aggregation
	LocalID         string         `json:"local_id,omitempty"`          // its number there
	Review          string         `json:"review,omitempty"`            // state of review of the level that holds it: pending, accepted, returned
	SecurityReview  string         `json:"security_review,omitempty"`   // passed, failed or empty: the review before opening (Article 56)
	Desensitization string         `json:"desensitization,omitempty"`   // id of the processing record, where it was de-identified (Article 55)
	BaseID          string         `json:"base_id,omitempty"`           // of an open entry: its base entry
	BaseVersion     string         `json:"base_version,omitempty"`      // of an open entry: Digest of the base entry it was derived from
	Facts           map[string]any `json:"facts,omitempty"`             // the officer's facts for classify, as its rule file declares them
	Extra           map[string]any `json:"extra,omitempty"`             // what the input had beside all this, by its own names
	Origin          *Origin        `json:"-"`                           // where it was read from
}

// Item is one data item of an entry.
type Item struct {
	Name        string         `json:"name"`
	Type        string         `json:"type,omitempty"` // data type, as fact types are named: string, int, decimal, date, timestamp, bool
	Length      int            `json:"length,omitempty"`
	Summary     string         `json:"summary,omitempty"`
	Semantic    string         `json:"semantic,omitempty"`    // semantic type, such as cn.resident_id
	Subject     Subject        `json:"subject,omitempty"`     // what its value is about
	Identifier  Identifier     `json:"identifier,omitempty"`  // identifier class
	Granularity string         `json:"granularity,omitempty"` // exact, day, month, year, band; full, street, district; aggregate
	Namespace   string         `json:"namespace,omitempty"`   // of a key: national, or the unit and system that issue it
	Masking     string         `json:"masking,omitempty"`     // how it is masked or de-identified, empty where it is not
	Sharing     Sharing        `json:"sharing,omitempty"`
	OpenType    OpenType       `json:"open_type,omitempty"` // where the item has one of its own
	Level       int            `json:"level,omitempty"`     // sensitivity level 1 to 4, 0 not graded
	Facts       map[string]any `json:"facts,omitempty"`     // the officer's facts for classify
	Row         int            `json:"-"`                   // of the input, 0 where it has none
}

// Origin is where an entry was read from. Entries of one sheet share their Layout.
type Origin struct {
	Layout *Layout
	Row    int // from 1, as spreadsheets count; of JSON lines the line
}

// Layout is how one table of an input was read.
type Layout struct {
	File    string
	Sheet   string         // empty where the format has no sheets
	Columns map[string]int // field as in JSON → column, from 1
}

// Place is a place in an input.
type Place struct {
	File   string `json:"file,omitempty"`
	Sheet  string `json:"sheet,omitempty"`
	Row    int    `json:"row,omitempty"`    // from 1; 0: not known
	Column string `json:"column,omitempty"` // as spreadsheets name it: A, B … AA; or the key of a JSON object
}
