package main

import "errors"

// riskCommand is a placeholder until its owner writes it.
type riskCommand struct{}

// Run runs it.
func (c *riskCommand) Run(*app) error { return errors.New("not built yet") }
