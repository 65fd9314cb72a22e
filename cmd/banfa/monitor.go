package main

import "errors"

// monitorCommand is a placeholder until its owner writes it.
type monitorCommand struct{}

// Run runs it.
func (c *monitorCommand) Run(*app) error { return errors.New("not built yet") }
