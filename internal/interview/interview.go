// Package interview is what interviews of every kind of rule file have in common: the facts as they stand, what was answered and put aside, and the
// way back. What is still missing is the evaluation's to say.
package interview

import "maps"

// Session is one interview; R is the answer of an evaluation. It is used by one goroutine.
type Session[R any] struct {
	evaluate func(facts map[string]any) (R, error)
	facts    map[string]any
	result   R
	skipped  map[string]bool
	steps    []step
}

// step is one answer or one skip, with what it replaced.
type step struct {
	name    string
	before  any
	had     bool
	skipped bool
}

// New starts from the facts already known, which may be nil and are not changed.
func New[R any](facts map[string]any, evaluate func(map[string]any) (R, error)) (*Session[R], error) {
	s := &Session[R]{evaluate: evaluate, facts: maps.Clone(facts), skipped: map[string]bool{}}
	if s.facts == nil {
		s.facts = map[string]any{}
	}
	return s, s.update()
}

func (s *Session[R]) update() error {
	r, err := s.evaluate(s.facts)
	if err != nil {
		return err
	}
	s.result = r
	return nil
}

// Skipped reports whether a fact was put aside.
func (s *Session[R]) Skipped(name string) bool { return s.skipped[name] }

// Answer gives the value of a fact. After an error the session stands as it did.
func (s *Session[R]) Answer(name string, value any) error {
	before, had := s.facts[name]
	s.facts[name] = value
	if err := s.update(); err != nil {
		s.restore(name, before, had)
		return err
	}
	s.steps = append(s.steps, step{name, before, had, s.skipped[name]})
	return nil
}

func (s *Session[R]) restore(name string, before any, had bool) {
	delete(s.facts, name)
	if had {
		s.facts[name] = before
	}
}

// Skip puts a fact aside. It stays absent.
func (s *Session[R]) Skip(name string) {
	before, had := s.facts[name]
	s.steps = append(s.steps, step{name, before, had, s.skipped[name]})
	s.skipped[name] = true
}

// Back takes the last answer, or the last skip, back, and returns the fact it was about; "" where there is none.
func (s *Session[R]) Back() (string, error) {
	if len(s.steps) == 0 {
		return "", nil
	}
	last := s.steps[len(s.steps)-1]
	s.steps = s.steps[:len(s.steps)-1]
	s.restore(last.name, last.before, last.had)
	s.skipped[last.name] = last.skipped
	return last.name, s.update()
}

// Result is the answer as it stands.
func (s *Session[R]) Result() R { return s.result }

// Facts are the facts as they stand.
func (s *Session[R]) Facts() map[string]any { return maps.Clone(s.facts) }

// Asked are the facts asked for so far, in order.
func (s *Session[R]) Asked() []string {
	names := make([]string, len(s.steps))
	for i, x := range s.steps {
		names[i] = x.name
	}
	return names
}
