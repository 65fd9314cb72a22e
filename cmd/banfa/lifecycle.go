package main

import "errors"

// lifecycleCommand is a placeholder until its owner writes it.
type lifecycleCommand struct{}

// Run runs it.
func (c *lifecycleCommand) Run(*app) error { return errors.New("not built yet") }
