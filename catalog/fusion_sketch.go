package catalog

import (
	"cmp"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"iter"
	"slices"
	"strings"
)

// FusionGrade is what the values say about a finding.
type FusionGrade string

// The grades. Without sketches of both sides, or with too little in them, a finding stays possible.
const (
	FusionConfirmed FusionGrade = "confirmed" // the columns share values
	FusionPossible  FusionGrade = "possible"
	FusionRefuted   FusionGrade = "refuted" // the columns share none
)

// ValueSketchSize is how many hashes a sketch keeps by default: 8 kB a column.
const ValueSketchSize = 1024

// The limits of grading: a share of common values from which a join is one, and how many values must have been compared to refute one.
const (
	fusionConfirms = 0.2
	fusionRefutes  = 256
)

// ValueSketch is a sample of the distinct values of a key column, which can be compared with others and tells the values to nobody who
// does not have the secret: the smallest of their HMAC-SHA256 hashes (a bottom-k sketch).
type ValueSketch struct {
	Secret string   `json:"secret"` // fingerprint of the secret: sketches of different secrets cannot be compared
	K      int      `json:"k"`
	Whole  bool     `json:"whole"`  // every distinct value is in it
	Hashes []uint64 `json:"hashes"` // ascending, distinct
}

// ErrSketch is the error of sketches that cannot be made or compared.
var ErrSketch = errors.New("value sketch")

// NewValueSketch makes the sketch of a column. The secret is at least 16 bytes and stays with who makes sketches; blank values do not count.
func NewValueSketch(secret []byte, k int, values iter.Seq[string]) (*ValueSketch, error) {
	if len(secret) < 16 {
		return nil, errors.Join(ErrSketch, errors.New("the secret has less than 16 bytes: values such as telephone numbers could be tried out"))
	}
	if k < 1 || k > 1<<20 {
		return nil, errors.Join(ErrSketch, errors.New("k is not between 1 and 1048576"))
	}
	mac := hmac.New(sha256.New, secret)
	sum := func(s string) []byte {
		mac.Reset()
		_, _ = mac.Write([]byte(s)) // a hash never fails
		return mac.Sum(nil)
	}
	s := &ValueSketch{Secret: hex.EncodeToString(sum("banfa value sketch")[:8]), K: k, Whole: true}
	for v := range values {
		if v = strings.TrimSpace(v); v == "" {
			continue
		}
		s.add(binary.BigEndian.Uint64(sum("value:" + v)))
	}
	s.shrink()
	return s, nil
}

// add keeps up to 2k hashes before they are sorted again, so that a value costs little.
func (s *ValueSketch) add(h uint64) {
	s.Hashes = append(s.Hashes, h)
	if len(s.Hashes) >= 2*s.K {
		s.shrink()
	}
}

func (s *ValueSketch) shrink() {
	slices.Sort(s.Hashes)
	s.Hashes = slices.Compact(s.Hashes)
	if len(s.Hashes) > s.K {
		s.Hashes, s.Whole = s.Hashes[:s.K], false
	}
}

// Containment estimates the share of the distinct values of s that are in t too. compared is how many values of s it rests on: below the
// smaller of the two largest hashes, both sketches know every value.
func (s *ValueSketch) Containment(t *ValueSketch) (share float64, compared int, err error) {
	if s.Secret != t.Secret {
		return 0, 0, errors.Join(ErrSketch, errors.New("the sketches were made with different secrets"))
	}
	limit := min(s.limit(), t.limit())
	common := 0
	for _, h := range s.Hashes {
		if h > limit {
			break
		}
		compared++
		if _, ok := slices.BinarySearchFunc(t.Hashes, h, cmp.Compare[uint64]); ok {
			common++
		}
	}
	if compared == 0 {
		return 0, 0, nil
	}
	return float64(common) / float64(compared), compared, nil
}

// limit is the hash up to which the sketch knows every value.
func (s *ValueSketch) limit() uint64 {
	if s.Whole || len(s.Hashes) == 0 {
		return ^uint64(0)
	}
	return s.Hashes[len(s.Hashes)-1]
}

// GradeSketches says whether two key columns join. A missing sketch, or one of another secret, leaves it possible.
func GradeSketches(a, b *ValueSketch) FusionGrade {
	if a == nil || b == nil {
		return FusionPossible
	}
	ab, n, err := a.Containment(b)
	if err != nil {
		return FusionPossible
	}
	ba, m, err := b.Containment(a)
	if err != nil {
		return FusionPossible
	}
	switch {
	case max(ab, ba) >= fusionConfirms:
		return FusionConfirmed
	case ab == 0 && ba == 0 && a.Whole && b.Whole && n > 0 && m > 0:
		return FusionRefuted
	case ab == 0 && ba == 0 && min(n, m) >= fusionRefutes:
		return FusionRefuted
	}
	return FusionPossible
}

// fusionGradePairs is how many pairs of sketches are compared for one finding.
const fusionGradePairs = 10_000

// GradeReview fills the evidence of the findings of pairs from the sketches of their key columns; sketch returns that of an entry's column
// by semantic type, or nil. A finding is confirmed when one of its pairs is, and refuted only when every pair is.
func GradeReview(r *FusionReview, sketch func(entry, semantic string) *ValueSketch) {
	for i := range r.Findings {
		f := &r.Findings[i]
		if f.Kind == FusionPair && r.index != nil {
			f.Evidence = r.grade(f, sketch)
		}
	}
}

func (r *FusionReview) grade(f *FusionFinding, sketch func(entry, semantic string) *ValueSketch) FusionGrade {
	x := r.index
	semantic, _, _ := strings.Cut(f.Key, "@")
	type side struct {
		class  uint8
		sketch *ValueSketch
	}
	var sides []side
	_, _, play := fusionCount(x.counted(f.rule, f.key), x.plan.full[f.rule])
	for slot := range uint32(len(x.entries)) {
		if x.entries[slot] != nil && x.inPlay(f, slot, &play) {
			sides = append(sides, side{x.coverOf(slot)[f.rule], sketch(x.entries[slot].ID, semantic)})
		}
	}
	grade, left := FusionRefuted, fusionGradePairs
	for i := range sides {
		for j := range i {
			if sides[i].class|sides[j].class != x.plan.full[f.rule] {
				continue
			}
			if left--; left < 0 {
				return FusionPossible
			}
			switch GradeSketches(sides[i].sketch, sides[j].sketch) {
			case FusionConfirmed:
				return FusionConfirmed
			case FusionPossible:
				grade = FusionPossible
			}
		}
	}
	return grade
}
