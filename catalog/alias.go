package catalog

import (
	"bytes"
	_ "embed"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"sync"
	"unicode"

	"go.yaml.in/yaml/v4"
	"golang.org/x/text/unicode/norm"
)

//go:embed alias.yaml
var importAliasFile []byte

// importAliasBytes bounds a file of aliases.
const importAliasBytes = 4 << 20

// importFields are the fields that a label can mean: those of Entry as in JSON, items for a list of items in one cell, open_flag for
// a yes or no, and the same of Item behind "item.".
var importFields = []string{
	"id", "name", "summary", "items", "format", "sharing", "open_type", "open_flag", "conditions", "reason", "system", "update_frequency",
	"unit", "theme", "granularity", "level", "catalog_updated_at", "updated_at", "materials", "registration_code", "url", "source",
	"local_id", "version", "security_review", "base_id", "base_version", "review", "desensitization",
	"item.name", "item.type", "item.length", "item.summary", "item.semantic", "item.subject", "item.identifier", "item.granularity",
	"item.namespace", "item.masking", "item.sharing", "item.open_type", "item.open_flag", "item.level",
}

// importAlias is what a label means.
type importAlias struct {
	field string
	rank  int // the lower the better, among the labels of a field
}

// importAliases are the labels and the code tables that are known.
type importAliases struct {
	labels map[string]importAlias       // by importLabel of the label
	codes  map[string]map[string]string // of the chosen table: field → number → word
}

// importCodeTables are code tables by name: field → number → word.
type importCodeTables map[string]map[string]map[string]string

// importOwn is what alias.yaml says.
type importOwn struct {
	labels map[string]importAlias
	tables importCodeTables
}

// importOwnAliases reads the library's own file once.
var importOwnAliases = sync.OnceValues(func() (importOwn, error) {
	a, tables := &importAliases{labels: map[string]importAlias{}}, importCodeTables{}
	err := a.add(importAliasFile, 0, tables)
	return importOwn{a.labels, tables}, err
})

type importAliasDoc struct {
	Fields map[string][]string `yaml:"fields"`
	Codes  importCodeTables    `yaml:"codes"`
}

// newImportAliases reads the library's aliases and then the user's, which replace what they name anew.
func newImportAliases(files []io.Reader, table string) (*importAliases, error) {
	own, err := importOwnAliases()
	if err != nil {
		return nil, fmt.Errorf("alias.yaml: %w", err)
	}
	a := &importAliases{labels: maps.Clone(own.labels)}
	tables := importCodeTables{}
	for name, table := range own.tables {
		tables[name] = map[string]map[string]string{}
		for field, codes := range table {
			tables[name][field] = maps.Clone(codes)
		}
	}
	for i, f := range files {
		data, err := io.ReadAll(io.LimitReader(f, importAliasBytes+1))
		if err == nil && len(data) > importAliasBytes {
			err = fmt.Errorf("more than the limit of %d bytes", importAliasBytes)
		}
		if err == nil {
			const perFile = 1_000_000 // more labels than a file can hold
			err = a.add(data, -(i+1)*perFile, tables)
		}
		if err != nil {
			return nil, fmt.Errorf("aliases: %w", err)
		}
	}
	if table == "" {
		return a, nil
	}
	codes, ok := tables[table]
	if !ok {
		names := make([]string, 0, len(tables))
		for n := range tables {
			names = append(names, n)
		}
		slices.Sort(names)
		return nil, fmt.Errorf("no code table %q; there are %s, and --aliases can add one", table, strings.Join(names, ", "))
	}
	a.codes = codes
	return a, nil
}

func (a *importAliases) add(data []byte, rank int, tables importCodeTables) error {
	var doc importAliasDoc
	d := yaml.NewDecoder(bytes.NewReader(data))
	d.KnownFields(true)
	if err := d.Decode(&doc); err != nil && !errors.Is(err, io.EOF) {
		return err
	}
	here := map[string]string{}
	for _, field := range importFields {
		for i, label := range doc.Fields[field] {
			key := importLabel(label)
			if key == "" {
				return fmt.Errorf("fields: %s: the label %q has no letters", field, label)
			}
			if other, ok := here[key]; ok {
				return fmt.Errorf("fields: the label %q is given for %s and for %s", label, other, field)
			}
			here[key] = field
			a.labels[key] = importAlias{field, rank + i}
		}
		delete(doc.Fields, field)
	}
	for field := range doc.Fields {
		return fmt.Errorf("fields: no field %q; there are %s", field, strings.Join(importFields, ", "))
	}
	for name, table := range doc.Codes {
		if tables[name] == nil {
			tables[name] = map[string]map[string]string{}
		}
		for field, codes := range table {
			if field != "sharing" && field != "open_type" && field != "update_frequency" {
				return fmt.Errorf("codes: %s: %s has no codes; sharing, open_type and update_frequency have", name, field)
			}
			if tables[name][field] == nil {
				tables[name][field] = map[string]string{}
			}
			for code, word := range codes {
				tables[name][field][importCode(code)] = word
			}
		}
	}
	return nil
}

// word returns what a value stands for in the chosen code table, or the value itself. It reports false for a number without one.
func (a *importAliases) word(field, value string) (string, bool) {
	code := importCode(value)
	field = strings.TrimPrefix(field, "item.")
	if word, ok := a.codes[field][code]; ok {
		return word, true
	}
	return value, strings.IndexFunc(value, func(r rune) bool { return !unicode.IsDigit(r) && r != '.' }) >= 0
}

// importCode is a code without what spreadsheets add to or take from numbers: 01, 1 and 1.0 are one code.
func importCode(s string) string {
	s = strings.TrimSuffix(norm.NFKC.String(strings.TrimSpace(s)), ".0")
	if t := strings.TrimLeft(s, "0"); t != "" {
		return t
	}
	return s
}

// importLabel is the form in which labels are compared.
func importLabel(s string) string {
	var b strings.Builder
	depth := 0
	for _, r := range norm.NFKC.String(s) {
		switch {
		case r == '(' || r == '[' || r == '【' || r == '〔':
			depth++
		case r == ')' || r == ']' || r == '】' || r == '〕':
			depth = max(0, depth-1)
		case depth == 0 && (unicode.IsLetter(r) || unicode.IsDigit(r)):
			b.WriteRune(unicode.ToLower(r))
		}
	}
	if b.Len() == 0 && depth == 0 && strings.ContainsAny(s, "【[") { // the whole label is in brackets
		return importLabel(strings.NewReplacer("【", "", "】", "", "[", "", "]", "").Replace(s))
	}
	return b.String()
}
