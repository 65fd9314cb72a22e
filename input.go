package banfa

import (
	"encoding/json"
	"errors"
	"fmt"
	"sort"
	"strconv"

	"github.com/banfa-go/banfa/internal/expr"
	"github.com/banfa-go/banfa/internal/input"
	"github.com/banfa-go/banfa/internal/message"
)

// Facts is a facts document: what is known of the thing to be decided. It is one of Map, JSON and what a Binding makes of a Go
// struct. A fact that is left out, or null, is absent: it is not known, which is not the same as false.
//
// Beside the facts that the rule file declares, a document about a data set may have a `name` (a string) and `items`: a list of
// objects with a `name` and facts that override the data set's.
type Facts interface {
	document(s *input.Schema) (*input.Document, error)
}

// Map is a facts document as a Go map. Values are what encoding/json gives, or Go values of the declared types: bool, int, string,
// decimal.Decimal, time.Time, slices and maps of these. A float is never taken for a decimal.
type Map map[string]any

// JSON is a facts document as the bytes of one JSON object.
type JSON []byte

// FactError says which fact of a document cannot be taken, and why.
type FactError struct {
	Fact string // the fact and the way into it, as applicant.level or tags[3]; empty for the document itself
	Item string // the name of the item that states it; empty for the data set
	Code string // undeclared, type, enum, range, length, duplicate, syntax or limit
	Want string // what would be taken, in English; Message says it in either language
	Got  string // what was found

	Line, Column int      // of a syntax error in JSON, from 1, Column in bytes; otherwise 0
	Near         []string // for undeclared: the declared names nearest to it
}

// wantObject is what a JSON document of facts must be.
const wantObject = "one JSON object"

// Error names the fact, what was wanted and what was found, in English.
func (e *FactError) Error() string { return "banfa: " + e.Message(message.English) }

// Message says what is wrong and what to do in a language, "zh" or "en"; another reads as "en".
func (e *FactError) Message(lang string) string {
	name := e.Fact
	if e.Item != "" {
		name = message.Text(lang, "input.of-item", e.Fact, e.Item)
	}
	switch {
	case e.Code == "undeclared":
		s := message.Text(lang, "input.unknown-fact", name)
		if len(e.Near) > 0 {
			s += message.Text(lang, "input.near", e.Near[0])
		}
		return s
	case e.Code == "duplicate":
		return message.Text(lang, "input.duplicate-key", name)
	case e.Code == "syntax" && e.Line > 0:
		return message.Text(lang, "input.syntax", strconv.Itoa(e.Line), strconv.Itoa(e.Column), e.Got)
	case e.Code == "limit":
		return message.Text(lang, "input.limit", message.Input(lang, e.Want), message.Input(lang, e.Got))
	case e.Fact == "" && e.Want == wantObject:
		return message.Text(lang, "input.not-object")
	case e.Fact == "":
		name = message.Text(lang, "word.facts")
	}
	return message.Text(lang, "input.wrong", name, message.Input(lang, e.Want), message.Input(lang, e.Got))
}

// ReadFacts checks a document against a schema. It is for the packages of this module: the schema's type is internal.
func ReadFacts(f Facts, s *input.Schema) (*input.Document, error) {
	switch f := f.(type) { // and not f.document, see MarkFacts
	case nil:
		return Map(nil).document(s)
	case Map:
		return f.document(s)
	case JSON:
		return f.document(s)
	case boundFacts:
		return f.document(s)
	}
	return nil, &FactError{Code: "type", Want: "facts", Got: "facts of another package"}
}

func (m Map) document(s *input.Schema) (*input.Document, error) {
	d := &input.Document{Values: make([]expr.Value, len(s.Facts))}
	for k, v := range m {
		if m.set(s, d, k, v) == nil {
			continue
		}
		for _, first := range sortedNames(m) { // of several errors, the first by name, whatever order the map has
			if err := m.set(s, d, first, m[first]); err != nil {
				return nil, err
			}
		}
	}
	return d, nil
}

// set puts one entry of the map into the document.
func (m Map) set(s *input.Schema, d *input.Document, k string, v any) error {
	switch {
	case s.Items && k == "name":
		name, ok := v.(string)
		if !ok && v != nil {
			return &FactError{Fact: k, Code: "type", Want: "string", Got: jsonKind(v)}
		}
		d.Name = name
		return nil
	case s.Items && k == "items":
		return m.items(s, d, v)
	}
	return setFact(s, d.Values, k, v, "")
}

// maxItems bounds the items of one data set. It is far above what a catalog entry has.
const maxItems = 10_000

func (m Map) items(s *input.Schema, d *input.Document, v any) error {
	if v == nil {
		return nil
	}
	list, ok := v.([]any)
	if !ok {
		maps, isMaps := v.([]map[string]any)
		if !isMaps {
			return &FactError{Fact: "items", Code: "type", Want: "list of objects", Got: jsonKind(v)}
		}
		for _, item := range maps {
			list = append(list, item)
		}
	}
	if len(list) > maxItems {
		return &FactError{
			Fact: "items", Code: "limit", Want: "at most " + strconv.Itoa(maxItems) + " items", Got: strconv.Itoa(len(list)),
		}
	}
	d.Items = make([]input.Item, len(list))
	for i, raw := range list {
		item, err := readItem(s, i, raw)
		if err != nil {
			return err
		}
		d.Items[i] = item
	}
	return nil
}

func readItem(s *input.Schema, i int, raw any) (input.Item, error) {
	path := "items[" + strconv.Itoa(i) + "]"
	facts, ok := raw.(map[string]any)
	if !ok {
		return input.Item{}, &FactError{Fact: path, Code: "type", Want: "object with a name", Got: jsonKind(raw)}
	}
	name, ok := facts["name"].(string)
	if !ok || name == "" {
		got := jsonKind(facts["name"])
		if ok {
			got = `""`
		}
		return input.Item{}, &FactError{Fact: path + ".name", Code: "type", Want: "non-empty string", Got: got}
	}
	item := input.Item{Name: name, Values: make([]expr.Value, len(s.Facts))}
	for _, k := range sortedNames(facts) {
		if k == "name" {
			continue
		}
		if err := setFact(s, item.Values, k, facts[k], name); err != nil {
			return input.Item{}, err
		}
	}
	return item, nil
}

func setFact(s *input.Schema, values []expr.Value, name string, v any, item string) error {
	i, ok := s.Index(name)
	if !ok {
		e := &FactError{Fact: name, Item: item, Code: "undeclared", Want: "a declared fact"}
		var names []string
		for j := range s.Facts {
			names = append(names, s.Facts[j].Name)
		}
		if near := expr.Nearest(name, names); near != "" {
			e.Near = []string{near}
		}
		return e
	}
	value, err := s.Facts[i].Type.FromGo(v)
	if err != nil {
		return factError(name, item, err)
	}
	values[i] = value
	return nil
}

func factError(name, item string, err error) error {
	var ve *expr.ValueError
	if !errors.As(err, &ve) {
		return &FactError{Fact: name, Item: item, Code: "type", Want: "a value", Got: err.Error()}
	}
	return &FactError{Fact: name + ve.Path, Item: item, Code: ve.Code, Want: ve.Want, Got: ve.Got}
}

// jsonKind names what a value is in a document's own terms, and by its Go type where a document could not hold it.
func jsonKind(v any) string {
	switch v.(type) {
	case nil:
		return "null"
	case bool:
		return "bool"
	case string:
		return "string"
	case json.Number, int, float64:
		return "number"
	case []any:
		return "list"
	case map[string]any:
		return "object"
	}
	return fmt.Sprintf("%T", v)
}

func sortedNames(m map[string]any) []string {
	names := make([]string, 0, len(m))
	for k := range m {
		names = append(names, k)
	}
	sort.Strings(names)
	return names
}
