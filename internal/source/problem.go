package source

import (
	"cmp"
	"slices"
)

// Code is one of the stable diagnostic codes BF1000 to BF1014.
const (
	codeSyntax      = "BF1000"
	codeFolded      = "BF1001"
	codeEscape      = "BF1002"
	codeNegation    = "BF1003"
	codeDuplicate   = "BF1004"
	codeBoolean     = "BF1006"
	codeAnchor      = "BF1007"
	codeTag         = "BF1008"
	codeDate        = "BF1009"
	codeCharacter   = "BF1010"
	codeDocuments   = "BF1011"
	codeLimit       = "BF1012"
	codeWrongShape  = "BF1014"
	keyProblemLimit = "limit.problems"
)

// Problem is one thing wrong with a rule file, as data: the sentence is made from Key and Args by the reader's
// language.
type Problem struct {
	Code string   // stable code, BF1000 to BF1014
	Key  string   // message key, such as "yaml.duplicate-key"
	Args []string // arguments of the message, in its order
	// Range is the text concerned; it can be empty, where something is missing.
	Range Range
	// Related are other places that explain the problem, such as the first of two equal keys.
	Related []Range
	// Edits, made together, are the most likely fix. None where only the author can know.
	Edits []Edit
}

// sink collects problems up to a limit, so that a hostile file cannot fill memory with them.
type sink struct {
	file  *File
	limit int
	list  []Problem
	full  bool
}

func (s *sink) add(p Problem) {
	if s.full {
		return
	}
	if len(s.list) >= s.limit {
		s.full = true
		s.list = append(s.list, Problem{
			Code: codeLimit, Key: keyProblemLimit, Args: []string{itoa(s.limit)},
			Range: Range{p.Range.Start, p.Range.Start},
		})
		return
	}
	s.list = append(s.list, p)
}

// at reports a problem about the bytes from start to end.
func (s *sink) at(code, key string, start, end int, args ...string) *Problem {
	before := len(s.list)
	s.add(Problem{Code: code, Key: key, Args: args, Range: s.file.rangeOf(start, end)})
	if s.full || before == len(s.list) {
		// The caller may still attach edits; nobody will see them.
		return &Problem{}
	}
	return &s.list[len(s.list)-1]
}

// sorted returns the problems by position, each once.
func (s *sink) sorted() []Problem {
	slices.SortStableFunc(s.list, func(a, b Problem) int {
		return cmp.Or(
			comparePositions(a.Range.Start, b.Range.Start),
			cmp.Compare(a.Code, b.Code),
			cmp.Compare(a.Key, b.Key),
		)
	})
	return slices.CompactFunc(s.list, func(a, b Problem) bool {
		return a.Code == b.Code && a.Key == b.Key && a.Range == b.Range
	})
}

// fix sets the edit that replaces the bytes from start to end.
func (p *Problem) fix(f *File, start, end int, text string) {
	p.Edits = append(p.Edits, Edit{f.rangeOf(start, end), text})
}
