package stream

// Keep is the schema with the types of some columns; the others become text. What becomes of a type then does not depend on the values.
func (s *Schema) Keep(keep []bool) *Schema {
	if s == nil {
		return nil
	}
	out := &Schema{types: make([]parquetType, len(s.types))}
	for i, t := range s.types {
		if i >= len(keep) || !keep[i] { //nolint:gosec // i is within keep
			t = textType()
		}
		out.types[i] = t
	}
	return out
}
