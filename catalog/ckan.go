package catalog

import (
	"slices"
	"strings"
)

// ckan reads a package of CKAN, as package_show answers it. A package says nothing of its open type unless it has access_rights or is
// private: being listed is no decision (Article 18), so that it is Undetermined then.
func (f *foreignRecord) ckan() {
	e := f.e
	f.ckanExtras()
	e.ID = f.take("identifier", "guid")
	if id := f.take("id"); e.ID == "" {
		e.ID = id
	} else if id != "" && id != e.ID {
		e.LocalID = id
	}
	name := f.take("name")
	if e.Name = f.take("title"); e.Name == "" {
		e.Name = name
	} else if name != "" && name != e.ID {
		jsonPut(&e.Extra, "name", name) // the last part of its address
	}
	if e.ID == "" {
		e.ID = name
	}
	e.Summary, e.URL, e.Version = f.take("notes"), f.take("url"), f.take("version")
	e.System, e.Theme = f.take("source_system"), f.take("theme")
	e.BaseID, e.BaseVersion = f.take("base_id"), f.take("base_version")
	e.Unit = f.ckanUnit()
	f.ckanSharing()
	f.ckanOpenType()
	f.frequency("frequency")
	f.frequency("accrual_periodicity")
	f.frequency("update_frequency")
	e.UpdatedAt = f.time("modified")
	e.CatalogUpdated = f.time("metadata_modified")
	f.ckanConditions()
	f.ckanResources()
}

// ckanExtras puts the extras beside the other fields. A field that is there already wins, and the extra keeps the name extras/key.
func (f *foreignRecord) ckanExtras() {
	list, ok := f.m["extras"].([]any)
	if !ok {
		return
	}
	left := list[:0:0]
	for _, x := range list {
		m, _ := x.(map[string]any)
		key, ok := m["key"].(string)
		if !ok || key == "" || key == "extras" {
			left = append(left, x)
			continue
		}
		if _, there := f.m[key]; there {
			if key = "extras/" + key; f.m[key] != nil {
				left = append(left, x)
				continue
			}
		}
		f.m[key] = m["value"]
	}
	f.m["extras"] = left
}

func (f *foreignRecord) ckanUnit() string {
	org, ok := f.m["organization"].(map[string]any)
	if ok {
		for _, k := range []string{"title", "display_name", "name"} {
			if t, ok := org[k].(string); ok && t != "" {
				delete(f.m, "organization")
				return t
			}
		}
	}
	return f.take("publisher_name", "owner_org", "author")
}

func (f *foreignRecord) ckanSharing() {
	text := f.take("share_type")
	switch strings.TrimSuffix(text, "类") {
	case "":
	case "unconditional", "无条件共享":
		f.e.Sharing = SharedFreely
	case "conditional", "有条件共享":
		f.e.Sharing = SharedConditionally
	case "none", "不予共享":
		f.e.Sharing = NotShared
	default:
		f.doubt("share_type", text, jsonWhySharing)
	}
}

// ckanOpenType takes the strictest of what the package says.
func (f *foreignRecord) ckanOpenType() {
	f.access("access_rights")
	if f.m["open_type"] == string(f.e.OpenType) {
		delete(f.m, "open_type")
	}
	if v, ok := f.m["private"]; ok {
		if v == true {
			f.e.OpenType = Closed
		}
		if _, isBool := v.(bool); isBool {
			delete(f.m, "private")
		}
	}
	if f.m["state"] == "deleted" || f.m["state"] == "draft" { // no catalog's entry; who reads it decides
		f.e.OpenType = Closed
		f.in.unread(f.row, "state", foreignText(f.m["state"]), "已删除或者草稿状态的数据集按不予开放读入，请核对")
		return
	}
	if f.m["state"] == "active" {
		delete(f.m, "state")
	}
}

func (f *foreignRecord) ckanConditions() {
	if f.e.OpenType != Conditional {
		return
	}
	if t := f.take("conditions"); t != "" { // as the library writes them: a line each
		f.e.Conditions = strings.Split(t, "\n")
		return
	}
	if t := f.take("rights"); t != "" {
		f.e.Conditions = append(f.e.Conditions, t)
	}
	list, _ := f.m["resources"].([]any)
	for _, r := range list {
		m, _ := r.(map[string]any)
		if t, ok := m["rights"].(string); ok && t != "" && !slices.Contains(f.e.Conditions, t) {
			f.e.Conditions = append(f.e.Conditions, t)
		}
	}
}

// ckanResources reads formats and items. The resources stay in Extra: they have addresses of their own.
func (f *foreignRecord) ckanResources() {
	list, _ := f.m["resources"].([]any)
	var formats []string
	for _, r := range list {
		m, _ := r.(map[string]any)
		formats = append(formats, foreignFormat(foreignText(m["format"]), foreignText(m["mimetype"]))...)
		for _, fields := range []any{m["fields"], m["data_dictionary"], m["schema"]} {
			f.fields(fields)
		}
	}
	f.fields(f.m["data_dictionary"])
	f.e.Format = foreignFormats(formats)
}

// fields reads items: the fields of a DataStore (id, type, info), a data dictionary, a Table Schema.
func (f *foreignRecord) fields(v any) {
	if m, ok := v.(map[string]any); ok {
		v = m["fields"]
	}
	list, ok := v.([]any)
	if !ok {
		return
	}
	for n, x := range list {
		m, _ := x.(map[string]any)
		info, _ := m["info"].(map[string]any)
		first := func(texts ...any) string {
			for _, t := range texts {
				if s, ok := t.(string); ok && strings.TrimSpace(s) != "" {
					return strings.TrimSpace(s)
				}
			}
			return ""
		}
		name := first(info["label"], m["name"], m["id"], m["title"])
		if name == "" || name == "_id" { // _id is a number that the DataStore gives rows
			continue
		}
		if slices.ContainsFunc(f.e.Items, func(i Item) bool { return i.Name == name }) {
			continue // of another resource
		}
		if len(f.e.Items) >= f.limit {
			f.in.unread(f.row, "fields", name, "数据项超过上限 "+foreignText(float64(f.limit))+"，从第 "+foreignText(float64(n+1))+" 项起未读入")
			return
		}
		f.e.Items = append(f.e.Items, Item{
			Name: name, Type: foreignType(first(info["type_override"], m["type"])), Summary: first(info["notes"], m["description"]),
		})
	}
}

// foreignType is the type of a field in the model's words. Types without a word stay as they are.
func foreignType(t string) string {
	switch low := strings.ToLower(t); low {
	case "text", "string", "varchar":
		return "string"
	case "int", "int4", "int8", "integer", "bigint":
		return "int"
	case "numeric", "float", "float8", "double", "number", "decimal":
		return "decimal"
	case "timestamp", "timestamptz", "datetime":
		return "timestamp"
	case "bool", "boolean":
		return "bool"
	default:
		return low
	}
}

// foreignFormat is a format in the model's words: csv, xlsx, api.
func foreignFormat(format, media string) []string {
	format = strings.ToLower(strings.TrimPrefix(strings.TrimSpace(format), "."))
	if i := strings.LastIndexByte(format, '/'); i >= 0 && i < len(format)-1 {
		if strings.Contains(format, "://") { // http://publications.europa.eu/resource/authority/file-type/CSV
			format = format[i+1:]
		} else {
			media, format = format, ""
		}
	}
	if format == "" {
		format = foreignMedia[strings.ToLower(media)]
	}
	switch {
	case format == "":
		return nil
	case slices.Contains([]string{"rest", "soap", "web service", "webservice", "esri rest"}, format):
		return []string{"api"}
	}
	return strings.FieldsFunc(format, func(r rune) bool { return r == ',' || r == ';' || r == '，' || r == '、' || r == ' ' })
}

var foreignMedia = map[string]string{
	"text/csv": "csv", "application/json": "json", "application/geo+json": "geojson", "application/xml": "xml", "text/xml": "xml",
	"application/vnd.ms-excel": "xls", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": "xlsx", "application/pdf": "pdf",
	"application/zip": "zip", "text/html": "html", "text/plain": "txt", "application/rdf+xml": "rdf", "application/vnd.geo+json": "geojson",
	"application/vnd.google-earth.kml+xml": "kml", "text/turtle": "ttl", "application/ld+json": "jsonld", "application/x-ndjson": "jsonl",
}

func foreignFormats(list []string) string {
	slices.Sort(list)
	return strings.Join(slices.Compact(list), ",")
}
