package banfa

import (
	"github.com/banfa-go/banfa/internal/expr"
	"github.com/banfa-go/banfa/internal/ruleset"
	"github.com/banfa-go/banfa/internal/source"
)

// impliedRecords declares the base and open catalogs where a rule looks at one of them and the file declares neither: every catalog has
// them, with the fields of the library's own entries (Articles 17 and 18), so that a file need not repeat them to add one check.
func impliedRecords(c *ruleset.Catalog, root *source.Node) {
	for _, n := range items(root.Get("rules")) {
		name := text(n, "each")
		if _, declared := c.Record(name); declared || name != "base" && name != "open" || root.Get("records").Get(name) != nil {
			continue
		}
		r := &ruleset.Record{Name: name, Key: "id", Implied: true, Type: &expr.Type{Kind: expr.Object, Name: name}}
		for _, f := range impliedFields(name) {
			f.Type.Name = name + "." + f.Name
			r.Fields = append(r.Fields, f)
			r.Type.Fields = append(r.Type.Fields, expr.Field{Name: f.Name, Type: f.Type})
		}
		c.Records = append(c.Records, r)
	}
}

func impliedFields(record string) []ruleset.Field {
	typed := func(kind expr.Kind, names ...string) (out []ruleset.Field) {
		for _, n := range names {
			out = append(out, ruleset.Field{Name: n, Type: &expr.Type{Kind: kind}})
		}
		return out
	}
	fields := typed(expr.String, "id", "name", "summary", "format", "update_frequency", "unit", "theme", "system", "reason", "url",
		"security_review", "desensitization")
	fields = append(fields, typed(expr.Int, "level")...)
	fields = append(fields, typed(expr.Timestamp, "updated_at", "catalog_updated_at")...)
	if record == "open" {
		fields = append(fields, typed(expr.String, "base_id", "base_version")...)
	}
	for _, n := range []string{"conditions", "materials", "items"} {
		elem := &expr.Type{Kind: expr.String}
		if n == "items" {
			elem = &expr.Type{Kind: expr.Dyn}
		}
		fields = append(fields, ruleset.Field{Name: n, Type: &expr.Type{Kind: expr.List, Elem: elem}})
	}
	return append(fields, ruleset.Field{Name: "open_type", Type: &expr.Type{
		Kind: expr.Enum, Values: []string{"unconditional", "conditional", "closed", "undetermined"},
		Labels: []string{"无条件开放类", "有条件开放类", "不予开放类", "尚未确定"},
	}})
}
