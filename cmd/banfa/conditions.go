package main

import "errors"

// conditionsCommand is a placeholder until its owner writes it.
type conditionsCommand struct{}

// Run runs it.
func (c *conditionsCommand) Run(*app) error { return errors.New("not built yet") }
