package main

import (
	"cmp"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/banfa-go/banfa"
	"github.com/banfa-go/banfa/cmd/banfa/internal/jsonschema"
	"github.com/banfa-go/banfa/internal/atomicfile"
	"github.com/banfa-go/banfa/internal/grammar"
)

type schemaCommand struct {
	Kind  string `arg:"" optional:"" help:"The kind of rule file; all kinds by default."`
	Facts string `help:"The facts of one file instead: KIND/NAME, or KIND/NAME/EVENT of a lifecycle." placeholder:"KIND/NAME"`
	Out   string `help:"Write one schema per kind, and one of all, into a folder." placeholder:"DIR"`
}

// Run prints a JSON Schema (draft 2020-12).
func (c *schemaCommand) Run(a *app) error {
	if c.Facts != "" {
		rules, err := a.use()
		if err != nil {
			return err
		}
		facts, ok := rules.Facts(c.Facts)
		if !ok {
			return fail(statusError, noFacts(rules, c.Facts))
		}
		text, err := jsonschema.Facts(c.Facts, a.labelled(rules, c.Facts, facts))
		if err != nil {
			return err
		}
		_, err = a.stdout.Write(text)
		return err
	}
	if c.Out != "" {
		return c.folder()
	}
	if c.Kind == "" {
		text, err := jsonschema.All()
		if err != nil {
			return err
		}
		_, err = a.stdout.Write(text)
		return err
	}
	text, err := jsonschema.Kind(c.Kind)
	if err != nil {
		return fail(statusUsage, err)
	}
	_, err = a.stdout.Write(text)
	return err
}

// labelled gives facts their labels in the user's language, where the bundle has them.
func (a *app) labelled(rules *banfa.Rules, id string, facts []banfa.Fact) []banfa.Fact {
	out := slices.Clone(facts)
	subject, event := id, ""
	if parts := strings.SplitN(id, "/", 3); len(parts) == 3 { // KIND/NAME/EVENT
		subject, event = parts[0]+"/"+parts[1], "events."+parts[2]+"."
	}
	for i := range out {
		f := &out[i]
		label := func(key, own string) string {
			key = "facts." + f.Name + "." + key
			return cmp.Or(rules.Label(a.lang, subject, event+key), rules.Label(a.lang, subject, key), own)
		}
		f.Label, f.Ask = label("label", f.Label), label("ask", f.Ask)
		f.Values = slices.Clone(f.Values)
		for j, v := range f.Values {
			f.Values[j].Label = label("values."+v.Code, v.Label)
		}
	}
	return out
}

// noFacts names the files that could have been meant.
func noFacts(rules *banfa.Rules, id string) error {
	var have []string
	for f := range rules.Files() {
		if facts, _ := rules.Facts(f.Kind + "/" + f.Name); len(facts) > 0 {
			have = append(have, f.Kind+"/"+f.Name)
		}
	}
	for _, l := range rules.Bundle().Lifecycles {
		if !strings.HasPrefix(id, l.ID()+"/") {
			continue
		}
		have = nil // one of its events was meant
		for i := range l.Events {
			have = append(have, l.ID()+"/"+l.Events[i].Name)
		}
		break
	}
	return said("no rule file %s with facts; there is %s", "没有声明事实的规则文件 %s；现有 %s", id, strings.Join(have, ", "))
}

func (c *schemaCommand) folder() error {
	const folderPerm, filePerm = 0o755, 0o644
	if c.Kind != "" {
		return fail(statusUsage, said("--out writes all kinds; leave the kind out", "--out 写出全部种类；请去掉种类"))
	}
	if err := os.MkdirAll(c.Out, folderPerm); err != nil {
		return err
	}
	all, err := jsonschema.All()
	if err != nil {
		return err
	}
	if err := atomicfile.Write(filepath.Join(c.Out, "rule-file.json"), all, filePerm); err != nil {
		return err
	}
	for _, kind := range grammar.Kinds() {
		text, err := jsonschema.Kind(kind)
		if err != nil {
			return err
		}
		if err := atomicfile.Write(filepath.Join(c.Out, kind+".json"), text, filePerm); err != nil {
			return err
		}
	}
	return nil
}
