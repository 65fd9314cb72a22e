package main

import "errors"

// anonymiseCommand is a placeholder until its owner writes it.
type anonymiseCommand struct{}

// Run runs it.
func (c *anonymiseCommand) Run(*app) error { return errors.New("not built yet") }
