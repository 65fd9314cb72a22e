package catalog

import (
	"bytes"
	_ "embed"
	"fmt"
	"regexp"
	"strings"
	"sync"
)

//go:embed dictionary.csv
var dictionaryFile []byte

// NeutralType is the semantic type of names that say nothing of what they name: 名称, 备注, 状态.
const NeutralType = "neutral"

// subjectOfRecord stands for whom the entry is about, whoever that is.
const subjectOfRecord Subject = "record"

// namespaceOfOwner stands for the unit and the system that number the records of an entry.
const namespaceOfOwner = "owner"

// Typed is what the dictionary knows of a name.
type Typed struct {
	Semantic    string     `json:"semantic"`          // cn.resident_id, birth_date, count, …; NeutralType
	Subject     Subject    `json:"subject,omitempty"` // record: whom the entry is about
	Identifier  Identifier `json:"identifier,omitempty"`
	Granularity string     `json:"granularity,omitempty"`
	Namespace   string     `json:"namespace,omitempty"` // national, or owner: the unit and the system of the entry
	Line        int        `json:"line"`                // of the dictionary, for whoever wants to change it
}

// Neutral reports whether the name says nothing of what it names.
func (t Typed) Neutral() bool { return t.Semantic == NeutralType }

// Dictionary tells by the names of items what they are: the facts that a review of what opened data says together needs (Article 20).
// It is safe for concurrent use.
type Dictionary struct {
	exact   map[string]Typed
	suffix  map[string]Typed
	prefix  map[string]Typed
	within  []dictionaryPattern // the longest first
	forms   []dictionaryForm    // in the order of the file
	longest int                 // bytes, of the affixes

	mu    sync.RWMutex
	cache map[string]*dictionaryAnswer
}

type dictionaryPattern struct {
	text  string
	typed Typed
}

type dictionaryForm struct {
	form  *regexp.Regexp
	typed Typed
}

type dictionaryAnswer struct {
	typed Typed
	ok    bool
}

// dictionaryCacheNames bounds the memory of a dictionary that types the names of a stream.
const dictionaryCacheNames = 1 << 17

var dictionaryOwn = sync.OnceValues(func() (*Dictionary, error) { return LoadDictionary(bytes.NewReader(dictionaryFile)) })

// DefaultDictionary is the library's own. Its file is a good beginning for one of your own: DictionarySource gives it.
func DefaultDictionary() (*Dictionary, error) { return dictionaryOwn() }

// DictionarySource is the text of the library's own dictionary, for officers to edit and LoadDictionary to read.
func DictionarySource() []byte { return bytes.Clone(dictionaryFile) }

// Type is what an item of that name is. Of several patterns that match, a full name goes first, then regular expressions in the order of
// the file, then the longest one; of equally long ones the end of a name weighs more than its beginning, as the noun stands there.
// What is in brackets behind a name counts where the name without it is not known or neutral, or where it names a key that joins across
// the country: 代码(统一社会信用代码).
func (d *Dictionary) Type(name string) (Typed, bool) {
	a := d.lookup(name)
	return a.typed, a.ok
}

func (d *Dictionary) lookup(name string) *dictionaryAnswer {
	d.mu.RLock()
	a, ok := d.cache[name]
	d.mu.RUnlock()
	if ok {
		return a
	}
	a = &dictionaryAnswer{}
	a.typed, a.ok = d.typed(name)
	d.mu.Lock()
	if len(d.cache) < dictionaryCacheNames {
		d.cache[strings.Clone(name)] = a
	}
	d.mu.Unlock()
	return a
}

const dictionaryNameBytes = 300 // longer names are texts

func (d *Dictionary) typed(name string) (Typed, bool) {
	if len(name) > dictionaryNameBytes {
		return Typed{}, false
	}
	head := name
	if i := strings.IndexAny(name, "(（[【"); i > 0 {
		head = name[:i]
	}
	first, ok := d.match(hantFold(head, ""))
	if head == name {
		return first, ok
	}
	second, also := d.match(hantFold(name, ""))
	switch {
	case !ok, also && first.Neutral(), also && second.Namespace == "national" && first.Namespace != second.Namespace:
		return second, also
	default:
		return first, ok
	}
}

func (d *Dictionary) match(key string) (Typed, bool) {
	if key == "" {
		return Typed{}, false
	}
	if t, ok := d.exact[key]; ok {
		return t, true
	}
	for _, f := range d.forms {
		if f.form.MatchString(key) {
			return f.typed, true
		}
	}
	trimmed := strings.TrimRight(key, "0123456789") // 图片1, 地址2
	best, length, found := Typed{}, 0, false
	for n := min(d.longest, len(trimmed)); n > length; n-- {
		if t, ok := d.suffix[trimmed[len(trimmed)-n:]]; ok {
			best, length, found = t, n, true
			break
		}
	}
	for n := min(d.longest, len(key)); n > length; n-- {
		if t, ok := d.prefix[key[:n]]; ok {
			best, length, found = t, n, true
			break
		}
	}
	for _, p := range d.within {
		if len(p.text) <= length {
			break
		}
		if strings.Contains(key, p.text) {
			return p.typed, true
		}
	}
	return best, found
}

// Annotate fills what items do not say of themselves: semantic type, subject, identifier class, granularity and namespace. What an item
// says already stays, and an item whose semantic type says something else than its name gets nothing from the name. Keys that a
// unit's own system numbers get unit and system as their namespace, so that they join nowhere else (Article 20).
func (d *Dictionary) Annotate(c *Catalog) {
	if c == nil {
		return
	}
	for i := range c.Entries {
		d.AnnotateEntry(&c.Entries[i])
	}
}

// AnnotateEntry is Annotate for one entry.
func (d *Dictionary) AnnotateEntry(e *Entry) {
	const usual = 32 // items
	var room [usual]*dictionaryAnswer
	answers := room[:0]
	d.mu.RLock()
	for i := range e.Items {
		answers = append(answers, d.cache[e.Items[i].Name])
	}
	d.mu.RUnlock()
	for i := range answers {
		if answers[i] == nil {
			answers[i] = d.lookup(e.Items[i].Name)
		}
	}
	about := dictionaryAbout(answers)
	for i, a := range answers {
		it, t := &e.Items[i], &a.typed
		if !a.ok || (it.Semantic != "" && it.Semantic != t.Semantic) {
			continue
		}
		it.Semantic = t.Semantic
		if it.Subject == "" {
			if it.Subject = t.Subject; t.Subject == subjectOfRecord {
				it.Subject = about
			}
		}
		if it.Identifier == "" {
			it.Identifier = t.Identifier
		}
		if it.Granularity == "" {
			it.Granularity = t.Granularity
		}
		if it.Namespace == "" {
			it.Namespace = t.Namespace
			if t.Namespace == namespaceOfOwner {
				it.Namespace = dictionaryOwner(e)
			}
		}
	}
}

// dictionaryOwner is the namespace of the numbers that an entry's system gives.
func dictionaryOwner(e *Entry) string {
	switch {
	case e.Unit == "" && e.System == "":
		return fmt.Sprintf("%s %s", namespaceOfOwner, e.ID) // nobody knows: it joins with nothing
	case e.System == "":
		return e.Unit
	default:
		return e.Unit + "/" + e.System
	}
}

// dictionaryAbout is whom an entry is about, as far as its names say so: a person where only people are named, an organisation where one is. A
// person named beside an organisation may be anybody's, so that nothing is said then.
func dictionaryAbout(answers []*dictionaryAnswer) Subject {
	var person, organisation, place bool
	for _, a := range answers {
		t := &a.typed
		names := t.Identifier == Direct || t.Identifier == StrongKey
		switch t.Subject {
		case SubjectPerson:
			person = person || names
		case SubjectOrganisation:
			organisation = organisation || names
		case SubjectPlace:
			place = place || t.Semantic == "place_name"
		}
	}
	switch {
	case person && organisation:
		return ""
	case person:
		return SubjectPerson
	case organisation:
		return SubjectOrganisation
	case place:
		return SubjectPlace
	default:
		return ""
	}
}
