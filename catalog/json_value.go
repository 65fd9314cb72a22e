package catalog

import (
	"math"
	"strconv"
)

// any reads any value, as encoding/json does into an interface.
func (s *jsonScan) any(depth int) (any, bool) {
	switch c := s.peek(); c {
	case '"':
		return s.anyText()
	case '{':
		return s.object(depth)
	case '[':
		return s.array(depth)
	case 't':
		return true, s.word("true")
	case 'f':
		return false, s.word("false")
	case 'n':
		return nil, s.word("null")
	case 0:
		if s.pos >= len(s.data) {
			return nil, s.ended()
		}
	}
	at := s.pos
	b, ok := s.number()
	if !ok {
		return nil, false
	}
	f, err := strconv.ParseFloat(string(b), 64)
	if err != nil || math.IsInf(f, 0) {
		return nil, s.fail(at, "the number is too large")
	}
	return f, true
}

func (s *jsonScan) anyText() (any, bool) {
	t, ok := s.text()
	return t, ok
}

// object reads an object; null is nil.
func (s *jsonScan) object(depth int) (map[string]any, bool) {
	if s.null() {
		return nil, true
	}
	m := map[string]any{}
	ok := s.members(depth, func(key string, at int) bool {
		if _, twice := m[key]; twice {
			return s.fail(at, "the key "+strconv.Quote(key)+" stands here for the second time")
		}
		v, ok := s.any(depth + 1)
		m[key] = v
		return ok
	})
	return m, ok
}

// members calls f at the value of each member of an object; at is where its key is.
func (s *jsonScan) members(depth int, f func(key string, at int) bool) bool {
	if !s.expect('{', "an object is expected here") {
		return false
	}
	if depth >= s.maxDepth {
		return s.fail(s.pos-1, "nested deeper than the limit of "+strconv.Itoa(s.maxDepth))
	}
	if s.peek() == '}' {
		s.pos++
		return true
	}
	for {
		s.peek()
		at := s.pos
		key, ok := s.text()
		if !ok || !s.expect(':', "a colon is expected here") || !f(key, at) {
			return false
		}
		if s.peek() == ',' {
			s.pos++
			continue
		}
		return s.expect('}', "a comma or } is expected here")
	}
}

func (s *jsonScan) array(depth int) ([]any, bool) {
	list := []any{}
	ok := s.elements(depth, func() bool {
		v, ok := s.any(depth + 1)
		list = append(list, v)
		return ok
	})
	return list, ok
}

// elements calls f at each element of an array.
func (s *jsonScan) elements(depth int, f func() bool) bool {
	if !s.expect('[', "a list is expected here") {
		return false
	}
	if depth >= s.maxDepth {
		return s.fail(s.pos-1, "nested deeper than the limit of "+strconv.Itoa(s.maxDepth))
	}
	if s.peek() == ']' {
		s.pos++
		return true
	}
	for {
		if !f() {
			return false
		}
		if s.peek() == ',' {
			s.pos++
			continue
		}
		return s.expect(']', "a comma or ] is expected here")
	}
}
