package deid

import (
	"bytes"
	"fmt"
	"math/big"
	"strconv"
	"strings"
	"unicode/utf8"
)

// hierarchySteps reads the steps of a built-in hierarchy.
func hierarchySteps(rest string) ([]int64, error) {
	var steps []int64
	for _, s := range strings.Split(rest, ",") {
		n, err := strconv.ParseInt(strings.TrimSpace(s), 10, 32)
		if err != nil || n < 1 {
			return nil, fmt.Errorf("%q: write whole numbers above 0, with commas between them", rest)
		}
		steps = append(steps, n)
	}
	if len(steps) > MaxHierarchyLevels-2 {
		return nil, fmt.Errorf("more than %d levels", MaxHierarchyLevels)
	}
	return steps, nil
}

// stepLevels describes the levels of steps.
func stepLevels(steps []int64, format string) []string {
	levels := []string{"value"}
	for _, n := range steps {
		levels = append(levels, fmt.Sprintf(format, n))
	}
	return levels
}

func (h *Hierarchy) intervals(rest string) error {
	steps, err := hierarchySteps(rest)
	if err != nil {
		return err
	}
	for i, n := range steps {
		if i > 0 && (n%steps[i-1] != 0 || n == steps[i-1]) {
			return fmt.Errorf("%d is no multiple of %d: an interval must hold whole ones of the level below", n, steps[i-1])
		}
	}
	h.make(func(dst, text []byte, level int) ([]byte, error) {
		low, ok := wholePart(text)
		switch {
		case !ok:
			return dst, ErrInvalid
		case level == 0:
			return append(dst, text...), nil
		}
		// Half-open, as there may be numbers between the last whole one and the next interval. A number lies in an interval of whole
		// ends where its whole part does.
		width := big.NewInt(steps[level-1])
		low.Mul(low.Div(low, width), width) // rounds down, as the width is positive
		dst = low.Append(append(dst, '['), 10)
		return append(low.Add(low, width).Append(append(dst, ','), 10), ')'), nil
	}, "no number", stepLevels(steps, "[n,n+%d)")...)
	return nil
}

// wholePart is the greatest whole number that is not above a decimal. Exponents are refused: they could make a number of any length.
func wholePart(text []byte) (*big.Int, bool) {
	const most = 40 // characters
	text = bytes.TrimSpace(text)
	if len(text) > most || bytes.ContainsAny(text, "/eEpPxXbBoO_") {
		return nil, false
	}
	r, ok := new(big.Rat).SetString(string(text))
	if !ok {
		return nil, false
	}
	return new(big.Int).Div(r.Num(), r.Denom()), true
}

func (h *Hierarchy) prefixes(rest string) error {
	steps, err := hierarchySteps(rest)
	if err != nil {
		return err
	}
	for i, n := range steps {
		if i > 0 && n >= steps[i-1] {
			return fmt.Errorf("%d is not shorter than %d", n, steps[i-1])
		}
	}
	h.make(func(dst, text []byte, level int) ([]byte, error) {
		switch {
		case !utf8.Valid(text):
			return dst, ErrInvalid
		case level == 0:
			return append(dst, text...), nil
		}
		at := 0
		for n := int64(0); n < steps[level-1] && at < len(text); n++ {
			_, size := utf8.DecodeRune(text[at:])
			at += size
		}
		return append(append(dst, text[:at]...), anything...), nil
	}, "is not UTF-8", stepLevels(steps, "%d characters")...)
	return nil
}
