package banfa

import (
	"bytes"
	"encoding/json"
	"io"
)

// diagnosticSchemaVersion changes when a field of the JSON form is renamed, removed or given another meaning. A new
// field does not change it.
const diagnosticSchemaVersion = 1

// The JSON form of a finding. Fields stand in this order, and lists are never null.
type (
	diagnosticJSON struct {
		SchemaVersion int           `json:"schemaVersion"`
		Code          string        `json:"code"`
		Severity      Severity      `json:"severity"`
		File          string        `json:"file"`
		Range         *Range        `json:"range"` // null where the finding concerns the file as a whole
		Message       string        `json:"message"`
		Key           string        `json:"key"`
		Args          []string      `json:"args"`
		Hints         []phraseJSON  `json:"hints"`
		Related       []relatedJSON `json:"related"`
		Fixes         []fixJSON     `json:"fixes"`
		Citation      string        `json:"citation"`
	}
	phraseJSON struct {
		Message string   `json:"message"`
		Key     string   `json:"key"`
		Args    []string `json:"args"`
	}
	relatedJSON struct {
		File  string `json:"file"`
		Range *Range `json:"range"`
		phraseJSON
	}
	fixJSON struct {
		phraseJSON
		Edits []Edit `json:"edits"`
	}
)

// WriteJSON writes one JSON object a line for each finding, for programs: code, severity, range (lines and columns
// from 1, columns in runes, the end exclusive), message key and arguments, hints, related places and fixes. The
// message fields hold the sentences in lang, "zh" or "en"; another reads as "en".
func (ds *Diagnostics) WriteJSON(w io.Writer, lang string) error {
	var out bytes.Buffer
	enc := json.NewEncoder(&out)
	enc.SetEscapeHTML(false)
	for d := range ds.All() {
		if err := enc.Encode(d.json(lang)); err != nil {
			return err
		}
	}
	_, err := out.WriteTo(w)
	return err
}

func (d *Diagnostic) json(lang string) diagnosticJSON {
	j := diagnosticJSON{
		SchemaVersion: diagnosticSchemaVersion,
		Code:          d.Code,
		Severity:      d.Severity,
		File:          d.File,
		Range:         d.Range.orNil(),
		Message:       d.Message(lang),
		Key:           d.Key,
		Args:          orEmpty(d.Args),
		Hints:         []phraseJSON{},
		Related:       []relatedJSON{},
		Fixes:         []fixJSON{},
		Citation:      d.Citation,
	}
	for _, h := range d.Hints {
		j.Hints = append(j.Hints, h.json(lang))
	}
	for _, r := range d.Related {
		j.Related = append(j.Related, relatedJSON{File: r.File, Range: r.Range.orNil(), phraseJSON: Phrase{r.Key, r.Args}.json(lang)})
	}
	for _, f := range d.Fixes {
		j.Fixes = append(j.Fixes, fixJSON{phraseJSON: f.Title.json(lang), Edits: orEmpty(f.Edits)})
	}
	return j
}

func (p Phrase) json(lang string) phraseJSON {
	return phraseJSON{Message: p.Text(lang), Key: p.Key, Args: orEmpty(p.Args)}
}

func (r Range) orNil() *Range {
	if !r.Start.IsValid() {
		return nil
	}
	return &r
}

func orEmpty[T any](list []T) []T {
	if list == nil {
		return []T{}
	}
	return list
}
