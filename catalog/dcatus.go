package catalog

import "strings"

// dcatUS reads a dataset of a data.json of DCAT-US 1.1. accessLevel says the open type: public is unconditional, restricted public is
// conditional, non-public is closed, and what is missing or anything else is undetermined.
func (f *foreignRecord) dcatUS() {
	e := f.e
	delete(f.m, "@type")
	e.ID, e.Name, e.Summary = f.take("identifier"), f.take("title"), f.take("description")
	e.URL = f.take("landingPage")
	f.access("accessLevel")
	if e.OpenType == Conditional {
		if t := f.take("rights"); t != "" { // rights says why and how
			e.Conditions = []string{t}
		}
	}
	f.frequency("accrualPeriodicity")
	f.dcatUSModified()
	f.dcatUSPublisher()
	f.dcatUSTheme()
	f.dcatUSDistributions()
}

// dcatUSModified reads modified, which may be an interval: then it says how often.
func (f *foreignRecord) dcatUSModified() {
	if t, ok := f.m["modified"].(string); ok {
		if code, ok := ParseFrequency(t); ok && strings.HasPrefix(t, "R") {
			if f.e.UpdateFrequency == "" {
				f.e.UpdateFrequency = code
			}
			return // and stays in Extra
		}
		if first, _, ok := strings.Cut(t, "/"); ok { // 2013-01-01/2013-12-31
			f.m["modified"] = first
			jsonPut(&f.e.Extra, "modified", t)
		}
	}
	f.e.UpdatedAt = f.time("modified")
}

func (f *foreignRecord) dcatUSPublisher() {
	if f.e.Unit = f.take("publisher"); f.e.Unit != "" { // of version 1.0
		return
	}
	p, _ := f.m["publisher"].(map[string]any)
	name := foreignText(p["name"])
	if name == "" {
		return
	}
	f.e.Unit = name
	delete(p, "name")
	delete(p, "@type")
}

// dcatUSTheme takes a theme that is the only one; of several none is the subject area, and they stay in Extra.
func (f *foreignRecord) dcatUSTheme() {
	if list, ok := f.m["theme"].([]any); ok && len(list) == 1 {
		if t, ok := list[0].(string); ok {
			f.e.Theme = t
			delete(f.m, "theme")
		}
	}
}

func (f *foreignRecord) dcatUSDistributions() {
	var formats []string
	list, _ := f.m["distribution"].([]any)
	for _, d := range list {
		m, _ := d.(map[string]any)
		formats = append(formats, foreignFormat(foreignText(m["format"]), foreignText(m["mediaType"]))...)
	}
	formats = append(formats, foreignFormat(f.take("format"), "")...) // of version 1.0
	f.e.Format = foreignFormats(formats)
}
