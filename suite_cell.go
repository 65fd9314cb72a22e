package banfa

import (
	"encoding/json"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/banfa-go/banfa/internal/expr"
	"github.com/banfa-go/banfa/internal/ruleset"
	"github.com/banfa-go/banfa/internal/source"
)

// Cells with a meaning of their own. A text that happens to be one of them stands in double quotes.
const (
	cellAny    = "-"  // every value of the fact's domain
	cellAbsent = "?"  // no value
	cellNone   = "[]" // of an expected list: nothing
)

// inputCell reads a cell left of ||: nil options mean that the fixture's value stays.
func (s *suiteReader) inputCell(col *tableColumn, c tableCell) (options []tableOption, ok bool) {
	switch c.text {
	case "":
		return nil, true
	case cellAbsent:
		return []tableOption{{absent: true}}, true
	case cellAny:
		domain, finite := col.typ.Enumerate()
		if !finite {
			s.report("BF5007", c.at, "suite.table-any", col.name)
			return nil, false
		}
		for _, v := range domain {
			options = append(options, tableOption{value: jsonValue(v.Go())})
		}
		return options, true
	}
	v, ok := cellValue(col.typ, c.text)
	if !ok {
		g := s.report("BF5007", c.at, "suite.table-cell", col.name, c.text)
		switch c.text {
		case "？":
			g.hint("hint.did-you-mean", cellAbsent).replaceBy(cellAbsent)
		case "－", "—", "–", "−", "*":
			g.hint("hint.did-you-mean", cellAny).replaceBy(cellAny)
		default:
			s.suggestValue(g, col.typ, c.text, true)
		}
		return nil, false
	}
	return []tableOption{{value: v}}, true
}

// cellValue reads a value as a table writes it: bools as 是, 否, true or false, enums by label or code, texts with or without
// double quotes.
func cellValue(t *expr.Type, text string) (any, bool) {
	var in any = text
	switch t.Kind {
	case expr.Bool:
		b, ok := readBool(text)
		return b, ok
	case expr.Enum:
		if i := slices.Index(t.Labels, text); i >= 0 && i < len(t.Values) && !slices.Contains(t.Values, text) {
			return t.Values[i], true
		}
	case expr.List:
		list := []any{}
		for _, word := range strings.Fields(text) {
			v, ok := cellValue(t.Elem, word)
			if !ok {
				return nil, false
			}
			list = append(list, v)
		}
		in = list
	case expr.Int, expr.Double, expr.Decimal:
		in = json.Number(text)
	case expr.String:
		if strings.HasPrefix(text, `"`) {
			var unquoted string
			if json.Unmarshal([]byte(text), &unquoted) != nil {
				return nil, false
			}
			in = unquoted
		}
	}
	v, err := t.FromGo(in)
	if err != nil || !v.Present() {
		return nil, false
	}
	return jsonValue(v.Go()), true
}

func readBool(text string) (value, ok bool) {
	switch text {
	case "是", "true":
		return true, true
	case "否", "false":
		return false, true
	}
	return false, false
}

// expectedCell reads a cell right of || and reports whether it can be compared; id is that of the row.
func (s *suiteReader) expectedCell(k *ruleset.Expectation, x *suiteExpect, c tableCell, id string) bool {
	switch x.shape {
	case ruleset.Flag:
		b, ok := readBool(c.text)
		if !ok {
			g := s.report("BF5007", c.at, "suite.table-cell", x.key, c.text)
			s.suggestValue(g, boolType, c.text, true)
		}
		k.Value = b
		return ok
	case ruleset.Word:
		if x.null && c.text == "null" {
			return true
		}
		word, ok := s.cellWord(x, c.text, c.at, id)
		k.Value = word
		return ok
	case ruleset.Routes:
		paths, ok := s.cellRoutes(x, c)
		k.Value = paths
		return ok
	}
	ids := []any{}
	ok := true
	if c.text != cellNone {
		list := c.words()
		for i, w := range list {
			if strings.HasSuffix(w.text, "*") {
				if w.text == "*" || x.shape != ruleset.Set || i != len(list)-1 {
					s.report("BF5007", w.at, "suite.table-star")
					ok = false
					continue
				}
				k.AtLeast = true
				w.text = strings.TrimSuffix(w.text, "*")
			}
			word, good := s.cellWord(x, w.text, w.at, id)
			ids, ok = append(ids, word), ok && good
		}
	}
	k.Value = ids
	return ok
}

// split divides a cell at each of several signs of one rune, or of the two runes of an ASCII arrow. The parts are without the
// space around them. Their places are that of the whole cell where the text holds escapes, so that a rune of it is no column.
func (c tableCell) split(signs ...string) []tableCell {
	runes := []rune(c.text)
	exact := len(runes) == c.at.End.Column-c.at.Start.Column
	part := func(from, to int) tableCell {
		for from < to && isSpace(runes[from]) {
			from++
		}
		for to > from && isSpace(runes[to-1]) {
			to--
		}
		p := tableCell{text: string(runes[from:to]), at: c.at}
		if exact {
			p.at.Start.Column = c.at.Start.Column + from
			p.at.End.Column = c.at.Start.Column + to
		}
		return p
	}
	var out []tableCell
	from := 0
	for at := 0; at < len(runes); at++ {
		for _, sign := range signs {
			width := utf8.RuneCountInString(sign)
			if at+width <= len(runes) && string(runes[at:at+width]) == sign {
				out = append(out, part(from, at))
				from = at + width
				at = from - 1
				break
			}
		}
	}
	return append(out, part(from, len(runes)))
}

// words divides a cell at its spaces.
func (c tableCell) words() []tableCell {
	return slices.DeleteFunc(c.split(" ", "\t", "\u3000", "\u00a0"), func(w tableCell) bool { return w.text == "" })
}

// cellWord reads an id, or the label that stands for it.
func (s *suiteReader) cellWord(x *suiteExpect, text string, at source.Range, id string) (string, bool) {
	if x.typ != nil {
		return s.word(x, text, at, nil)
	}
	if !x.knows(text) {
		if meant, ok := x.byLabel(text); ok {
			return meant, true
		}
	}
	return text, s.known(x, text, at, &ruleset.Case{ID: id})
}

// cellRoutes reads paths as FACT + FACT=VALUE → OUTCOME, divided by semicolons. A fact without a value is changed by its lawful
// act to what that leads to.
func (s *suiteReader) cellRoutes(x *suiteExpect, c tableCell) ([]any, bool) {
	paths := []any{}
	if c.text == cellNone {
		return paths, true
	}
	group := s.subject.group("facts")
	ok := true
	for _, route := range c.split(";", "；") {
		sides := route.split("→", "->")
		if len(sides) != 2 || sides[1].text == "" {
			return nil, s.badRoute(route)
		}
		outcome, good := s.cellWord(x, sides[1].text, sides[1].at, "")
		ok = ok && good
		facts := map[string]any{}
		for _, step := range sides[0].split("+", "＋") {
			v, good := s.routeStep(group, step)
			ok = ok && good
			facts[step.split("=", "＝")[0].text] = v
		}
		paths = append(paths, map[string]any{"facts": facts, "outcome": outcome})
	}
	return paths, ok
}

func (s *suiteReader) badRoute(c tableCell) bool {
	s.report("BF5007", c.at, "suite.table-path", c.text)
	return false
}

// routeStep reads FACT or FACT=VALUE.
func (s *suiteReader) routeStep(group *suiteGroup, step tableCell) (value any, ok bool) {
	sides := step.split("=", "＝")
	f := group.fact(sides[0].text)
	switch {
	case sides[0].text == "" || len(sides) > 2:
		return nil, s.badRoute(step)
	case f == nil:
		s.unknownFact(sides[0].at, group, sides[0].text)
		return nil, false
	case len(sides) == 2:
		v, good := cellValue(f.typ, sides[1].text)
		if !good {
			g := s.report("BF5007", sides[1].at, "suite.table-cell", f.name, sides[1].text)
			s.suggestValue(g, f.typ, sides[1].text, true)
		}
		return v, good
	case !f.act.Present():
		return nil, s.badRoute(step)
	}
	return jsonValue(f.act.Go()), true
}
