package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/banfa-go/banfa"
	"github.com/banfa-go/banfa/internal/atomicfile"
	"github.com/banfa-go/banfa/internal/grammar"
	"github.com/banfa-go/banfa/internal/jsonschema"
)

type schemaCommand struct {
	Kind  string `arg:"" optional:"" help:"The kind of rule file; all kinds by default."`
	Facts string `help:"The facts of one file instead: KIND/NAME." placeholder:"KIND/NAME"`
	Out   string `help:"Write one schema per kind into a folder." placeholder:"DIR"`
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
		text, err := jsonschema.Facts(c.Facts, facts)
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

// noFacts names the files that could have been meant.
func noFacts(rules *banfa.Rules, id string) error {
	var have []string
	for _, c := range rules.Bundle().Classifications {
		have = append(have, c.ID())
	}
	return fmt.Errorf("no rule file %s with facts; there is %s", id, strings.Join(have, ", "))
}

func (c *schemaCommand) folder() error {
	const folderPerm, filePerm = 0o755, 0o644
	if c.Kind != "" {
		return fail(statusUsage, errors.New("--out writes all kinds; leave the kind out"))
	}
	if err := os.MkdirAll(c.Out, folderPerm); err != nil {
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
