package web

import (
	"encoding/json"
	"fmt"
	"io"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/banfa-go/banfa"
)

// zone is the one in which people of the city read and write times.
func zone() *time.Location { return time.FixedZone("Asia/Shanghai", 8*60*60) }

// field is one question of a form.
type field struct {
	Name, ID         string
	Label, Ask       string
	Basis, Hint      string
	Kind             string // radio, select, checks, int, decimal, date, time, text, long, lines, json, fixed
	Value            string
	Options          []option
	Required         bool
	Min, Max         string
	MaxLength        int
	Rows             int // of a box; 0: 4
	Error            string
	InvalidAttribute bool
}

type option struct {
	Value, Label, ID string
	Checked          bool
}

const (
	fewOptions = 6   // more are a list to choose from
	longText   = 200 // runes: more is a box
)

// formOf makes a form of facts. values are what is known or was typed, and errors what is wrong with it, by name.
func formOf(lang, prefix string, facts []banfa.Fact, values url.Values, errors map[string]string) []field {
	out := make([]field, 0, len(facts))
	for i := range facts {
		f := &facts[i]
		x := field{
			Name: f.Name, ID: prefix + "-" + f.Name, Label: f.Label, Ask: f.Ask, Basis: f.Basis, Min: f.Min, Max: f.Max, MaxLength: f.MaxLength,
			Value: values.Get(f.Name), Error: errors[f.Name], InvalidAttribute: errors[f.Name] != "",
		}
		if x.Label == "" {
			x.Label = f.Name
		}
		if x.Ask == x.Label {
			x.Ask = ""
		}
		x.kind(lang, f, values[f.Name])
		out = append(out, x)
	}
	return out
}

func (x *field) kind(lang string, f *banfa.Fact, values []string) {
	choose := func(options []banfa.EnumValue) {
		for i, o := range options {
			x.Options = append(x.Options, option{o.Code, o.Label, fmt.Sprintf("%s-%d", x.ID, i), slices.Contains(values, o.Code)})
		}
	}
	unknown := banfa.EnumValue{Code: "", Label: say(lang, "field.unknown")}
	switch f.Type {
	case "bool":
		x.Kind = "radio"
		choose([]banfa.EnumValue{{Code: "true", Label: say(lang, "word.yes")}, {Code: "false", Label: say(lang, "word.no")}, unknown})
	case "enum":
		x.Kind = "radio"
		if len(f.Values) > fewOptions {
			x.Kind = "select"
		}
		choose(append(slices.Clone(f.Values), unknown))
	case "int":
		x.Kind = "int"
	case "double", "decimal":
		x.Kind = "decimal"
	case "date":
		x.Kind = "date"
	case "timestamp":
		x.Kind = "time"
		if t, err := time.Parse(time.RFC3339, x.Value); err == nil {
			x.Value = t.In(zone()).Format("2006-01-02T15:04:05")
		}
	case "string":
		x.Kind = "text"
		if f.MaxLength == 0 || f.MaxLength > longText {
			x.Kind = "long"
		}
	case "list":
		x.list(f, choose)
	case "duration":
		x.Kind, x.Hint = "text", say(lang, "field.duration")
	default:
		x.Kind, x.Hint = "json", say(lang, "field.json")
	}
	if x.Kind == "lines" {
		x.Hint, x.Value = say(lang, "field.lines"), strings.Join(values, "\n")
	}
	if x.Min != "" || x.Max != "" {
		x.Hint = say(lang, "field.range", orDash(x.Min), orDash(x.Max))
	}
	if x.Kind == "radio" || x.Kind == "select" {
		if !slices.ContainsFunc(x.Options, func(o option) bool { return o.Checked }) {
			x.Options[len(x.Options)-1].Checked = true
		}
	}
}

func orDash(s string) string {
	if s == "" {
		return "…"
	}
	return s
}

func (x *field) list(f *banfa.Fact, choose func([]banfa.EnumValue)) {
	switch {
	case f.Items != nil && len(f.Items.Values) > 0:
		x.Kind = "checks"
		choose(f.Items.Values)
	case f.Items != nil && f.Items.Type == "object", f.Items != nil && f.Items.Type == "list", f.Items != nil && f.Items.Type == "map":
		x.Kind = "json"
	default:
		x.Kind = "lines"
	}
}

// readForm reads what was typed. What is left empty is not stated. The errors are by name; the library judges everything that can be written down at all.
func readForm(lang string, facts []banfa.Fact, typed url.Values) (map[string]any, map[string]string) {
	out, wrong := map[string]any{}, map[string]string{}
	for i := range facts {
		f := &facts[i]
		text := strings.TrimSpace(typed.Get(f.Name))
		if f.Type == "list" && f.Items != nil && len(f.Items.Values) > 0 {
			if list := typed[f.Name]; len(list) > 0 {
				out[f.Name] = anyList(list)
			}
			continue
		}
		if text == "" {
			continue
		}
		v, key := readFact(f, text)
		if key != "" {
			wrong[f.Name] = say(lang, key)
			continue
		}
		out[f.Name] = v
	}
	return out, wrong
}

// readFact reads one value; key names what is wrong with it.
func readFact(f *banfa.Fact, text string) (v any, key string) {
	switch f.Type {
	case "bool":
		return text == "true", map[bool]string{false: "field.bool"}[text == "true" || text == "false"]
	case "int":
		if _, err := strconv.ParseInt(text, 10, 64); err != nil {
			return nil, "field.int"
		}
		return json.Number(text), ""
	case "double":
		if _, err := strconv.ParseFloat(text, 64); err != nil || !json.Valid([]byte(text)) {
			return nil, "field.number"
		}
		return json.Number(text), ""
	case "decimal":
		if !json.Valid([]byte(text)) || strings.ContainsAny(text, `"{[tfn`) {
			return nil, "field.number"
		}
		return json.Number(text), ""
	case "date":
		if _, err := time.Parse(time.DateOnly, text); err != nil {
			return nil, "field.date"
		}
		return text, ""
	case "timestamp":
		for _, layout := range []string{"2006-01-02T15:04", "2006-01-02T15:04:05"} {
			if t, err := time.ParseInLocation(layout, text, zone()); err == nil {
				return t.Format(time.RFC3339), ""
			}
		}
		return nil, "field.time"
	case "list":
		if f.Items == nil || f.Items.Type != "object" && f.Items.Type != "list" && f.Items.Type != "map" {
			return anyLines(text), ""
		}
	case "map", "object":
	default:
		return text, ""
	}
	d := json.NewDecoder(strings.NewReader(text))
	d.UseNumber()
	if err := d.Decode(&v); err != nil || d.Decode(new(any)) != io.EOF {
		return nil, "field.json"
	}
	if _, ok := v.(map[string]any); f.Type != "list" && ok {
		return v, ""
	}
	if _, ok := v.([]any); f.Type == "list" && ok {
		return v, ""
	}
	return nil, "field.json"
}

func anyList(list []string) []any {
	out := make([]any, 0, len(list))
	for _, s := range list {
		out = append(out, s)
	}
	return out
}

func anyLines(text string) []any {
	out := []any{}
	for line := range strings.Lines(text) {
		if line = strings.TrimSpace(line); line != "" {
			out = append(out, line)
		}
	}
	return out
}

// typedOf writes known facts as a form would send them.
func typedOf(facts map[string]any) url.Values {
	out := url.Values{}
	for name, v := range facts {
		switch v := v.(type) {
		case nil:
		case []any:
			if slices.ContainsFunc(v, composed) {
				out.Set(name, asJSON(v))
				continue
			}
			for _, x := range v {
				out.Add(name, fmt.Sprint(x))
			}
		case map[string]any:
			out.Set(name, asJSON(v))
		default:
			out.Set(name, fmt.Sprint(v))
		}
	}
	return out
}

// composed reports whether a value is written as JSON in a form.
func composed(v any) bool {
	switch v.(type) {
	case map[string]any, []any:
		return true
	}
	return false
}

func asJSON(v any) string {
	text, err := json.Marshal(v)
	if err != nil { // not of what a form was read to
		return ""
	}
	return string(text)
}
