package main

import "errors"

// decideCommand is a placeholder until its owner writes it.
type decideCommand struct{}

// Run runs it.
func (c *decideCommand) Run(*app) error { return errors.New("not built yet") }
