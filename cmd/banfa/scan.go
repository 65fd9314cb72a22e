package main

import "errors"

// scanCommand is a placeholder until its owner writes it.
type scanCommand struct{}

// Run runs it.
func (c *scanCommand) Run(*app) error { return errors.New("not built yet") }
