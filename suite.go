package banfa

// suite reads a file of kind Suite.
func (d *document) suite() {}
