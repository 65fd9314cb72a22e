package desensitize

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"math/big"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// BuiltHierarchy builds a hierarchy from its description:
//
//	interval:5,10,20   numbers into intervals [low,high) of these widths, each a multiple of the one before, and then *
//	date               days into months, years, decades and then *
//	division           codes of administrative divisions (GB/T 2260): district, city, province, *
//	prefix:8,6,4       texts to their first so many characters, the rest as *, and then *
//	suppress           the value, and then *
//
// Empty cells are * at every level but their own.
func BuiltHierarchy(spec string) (*Hierarchy, error) {
	kind, rest, _ := strings.Cut(spec, ":")
	h := &Hierarchy{name: spec, spec: spec}
	var err error
	switch kind {
	case "interval":
		err = h.intervals(rest)
	case "prefix":
		err = h.prefixes(rest)
	case "suppress":
		h.levels, h.built = 2, func(value string) ([]string, error) { return []string{value, "*"}, nil }
	case "date":
		h.levels, h.built = 5, hierarchyDate
	case "division":
		h.levels, h.built = 4, hierarchyDivision
	default:
		err = fmt.Errorf("%q is no built-in hierarchy: interval:5,10,20, date, division, prefix:8,6,4 or suppress", kind)
	}
	if err == nil && (kind == "date" || kind == "division" || kind == "suppress") && rest != "" {
		err = fmt.Errorf("%q takes no further words", kind)
	}
	if err != nil {
		return nil, &HierarchyError{Name: spec, What: err.Error()}
	}
	inner := h.built
	levels := h.levels
	h.built = func(value string) ([]string, error) {
		if strings.TrimSpace(value) == "" || value == "*" {
			row := slices.Repeat([]string{"*"}, levels)
			row[0] = value
			return row, nil
		}
		return inner(value)
	}
	sum := sha256.Sum256([]byte(spec))
	h.digest = "sha256:" + hex.EncodeToString(sum[:])
	return h, nil
}

func hierarchySteps(rest string) ([]int64, error) {
	var steps []int64
	for _, s := range strings.Split(rest, ",") {
		n, err := strconv.ParseInt(strings.TrimSpace(s), 10, 32)
		if err != nil || n < 1 {
			return nil, fmt.Errorf("%q: write whole numbers above 0, with commas between them", rest)
		}
		steps = append(steps, n)
	}
	if len(steps) > hierarchyLevels-2 {
		return nil, fmt.Errorf("more than %d levels", hierarchyLevels)
	}
	return steps, nil
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
	h.levels = len(steps) + 2
	h.built = func(value string) ([]string, error) {
		r, err := ParseRatio(strings.TrimSpace(value))
		if err != nil || strings.Contains(value, "/") {
			return nil, fmt.Errorf("no number")
		}
		row := []string{value}
		for _, n := range steps {
			// Half-open, as there may be numbers between the last whole one and the next interval.
			q := new(big.Int).Div(r.Num(), new(big.Int).Mul(r.Denom(), big.NewInt(n))) // rounds down, as the divisor is positive
			low := q.Mul(q, big.NewInt(n))
			row = append(row, fmt.Sprintf("[%s,%s)", low, new(big.Int).Add(low, big.NewInt(n))))
		}
		return append(row, "*"), nil
	}
	return nil
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
	h.levels = len(steps) + 2
	h.built = func(value string) ([]string, error) {
		if !utf8.ValidString(value) {
			return nil, fmt.Errorf("is not UTF-8")
		}
		runes := []rune(value)
		row := []string{value}
		for _, n := range steps {
			cut := runes[:min(int(n), len(runes))]
			row = append(row, string(cut)+"*")
		}
		return append(row, "*"), nil
	}
	return nil
}

func hierarchyDate(value string) ([]string, error) {
	for _, layout := range []string{"2006-01-02", "20060102", "2006/01/02", "2006/1/2", "2006-1-2", "2006年1月2日"} {
		d, err := time.Parse(layout, strings.TrimSpace(value))
		if err != nil {
			continue
		}
		decade := d.Year() / 10 * 10
		return []string{value, d.Format("2006-01"), d.Format("2006"), fmt.Sprintf("%04d-%04d", decade, decade+9), "*"}, nil
	}
	return nil, fmt.Errorf("no date; write it as 2026-10-09")
}

func hierarchyDivision(value string) ([]string, error) {
	v := strings.TrimSpace(value)
	if len(v) != 6 || strings.Trim(v, "0123456789") != "" || v[0] == '0' {
		return nil, fmt.Errorf("no code of an administrative division: six digits")
	}
	return []string{value, v[:4] + "00", v[:2] + "0000", "*"}, nil
}
