package main

import "errors"

// recordCommand is a placeholder until its owner writes it.
type recordCommand struct{}

// Run runs it.
func (c *recordCommand) Run(*app) error { return errors.New("not built yet") }
