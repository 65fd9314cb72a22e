package main

import "errors"

// desensitizeCommand is a placeholder until its owner writes it.
type desensitizeCommand struct{}

// Run runs it.
func (c *desensitizeCommand) Run(*app) error { return errors.New("not built yet") }
