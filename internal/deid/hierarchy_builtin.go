package deid

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/banfa-go/banfa/internal/ident"
)

// The names of the built-in hierarchies that take no steps.
const (
	DivisionCodes = "cn.division"      // 440305 → 4403 → 44 → * (GB/T 2260)
	DivisionZeros = "division"         // 440305 → 440300 → 440000 → *
	DivisionNames = "cn.division_name" // an address → county → city → province → *
	DayLevels     = "date"             // day → month → year → decade (1980-1989) → *
	DateLevels    = "date:quarter"     // day → month → quarter → year → decade (1980s) → *
	AgeLevels     = "age"              // years → 5 → 10 → 20 → *
	IPLevels      = "ip"               // address → /24, /48 → /16, /32 → /8, /24 → *
	SuppressLevel = "suppress"         // the value → *
)

// builtinHelp says how built-in hierarchies are written.
const builtinHelp = "interval:5,10,20, age, date, date:quarter, division, cn.division, cn.division_name, ip, prefix:8,6,4 or suppress"

// Builtins lists the built-in hierarchies; of those with steps, an example.
func Builtins() []string {
	return []string{
		"interval:5,10,20", AgeLevels, DayLevels, DateLevels, DivisionZeros, DivisionCodes, DivisionNames, IPLevels, "prefix:8,6,4", SuppressLevel,
	}
}

// UnknownHierarchyError says that there is no built-in hierarchy of a name.
type UnknownHierarchyError struct{ Name string }

func (e *UnknownHierarchyError) Error() string {
	return fmt.Sprintf("deid: no built-in hierarchy %q: use one of %s", e.Name, builtinHelp)
}

// Builtin returns a built-in hierarchy by its description:
//
//	interval:5,10,20   numbers into intervals [low,high) of these widths, each a multiple of the one before, and then *
//	age                whole years from 0 to 130 into 30-34, 30-39, 20-39 and then *
//	date               days into months, years, decades and then *
//	date:quarter       days into months, quarters, years, decades and then *
//	division           codes of administrative divisions (GB/T 2260): district, city 440300, province 440000, *
//	cn.division        the same, without the zeros: 4403, 44, *
//	cn.division_name   addresses into county, city, province and then *
//	ip                 addresses of networks into ever shorter prefixes, and then *
//	prefix:8,6,4       texts to their first so many characters, and then *
//	suppress           the value, and then *
//
// A cell that is empty or * already is * at every level but its own. The error is an *UnknownHierarchyError or a *HierarchyError.
func Builtin(spec string) (*Hierarchy, error) {
	h := &Hierarchy{name: spec, spec: spec}
	var err error
	switch kind, rest, _ := strings.Cut(spec, ":"); {
	case kind == "interval":
		err = h.intervals(rest)
	case kind == "prefix":
		err = h.prefixes(rest)
	case spec == SuppressLevel:
		h.make(func(dst, text []byte, _ int) ([]byte, error) { return append(dst, text...), nil }, "", "value")
	case spec == DayLevels:
		h.make(decadeDate, wantsDate, "day", "month", "year", "decade")
	case spec == DateLevels:
		h.make(quarterDate, wantsDate, "day", "month", "quarter", "year", "decade")
	case spec == DivisionZeros:
		h.make(divisionZeros, wantsDivision, "district", "city", "province")
	case spec == DivisionCodes:
		h.make(divisionCode, wantsDivision, "6 digits", "4 digits", "2 digits")
	case spec == DivisionNames:
		h.make(divisionName, "no address that names its province and city", "address", "county", "city", "province")
	case spec == AgeLevels:
		h.make(ageLevel, "no age: whole years from 0 to 130", "years", "5 years", "10 years", "20 years")
	case spec == IPLevels:
		h.make(ipLevel, "no address of a network", "address", "/24 or /48", "/16 or /32", "/8 or /24")
	case kind == SuppressLevel, kind == DayLevels, kind == DivisionZeros, kind == DivisionCodes, kind == DivisionNames, kind == AgeLevels, kind == IPLevels:
		err = fmt.Errorf("%q takes no such words; write %s", kind, builtinHelp)
	default:
		return nil, &UnknownHierarchyError{spec}
	}
	if err != nil {
		return nil, &HierarchyError{Name: spec, What: err.Error()}
	}
	sum := sha256.Sum256([]byte(spec))
	h.digest = "sha256:" + hex.EncodeToString(sum[:])
	return h, nil
}

// Why a value is not in a built-in hierarchy.
const (
	wantsDate     = "no date; write it as 2026-10-09"
	wantsDivision = "no code of an administrative division: six digits"
)

// make adds what all built-in hierarchies share: the level * above the others, and cells that show nothing. at is asked for the levels below only, with
// level 0 also where the answer is *, to check the value.
func (h *Hierarchy) make(at func(dst, text []byte, level int) ([]byte, error), wants string, levels ...string) {
	h.levels, h.wants = slices.Concat(levels, []string{anything}), wants
	top := len(levels)
	h.at = func(dst, text []byte, level int) ([]byte, error) {
		if trimmed := bytes.TrimSpace(text); len(trimmed) == 0 || string(trimmed) == anything {
			if level == 0 {
				return append(dst, text...), nil
			}
			return append(dst, anything...), nil
		}
		if level < top {
			return at(dst, text, level)
		}
		n := len(dst)
		dst, err := at(dst, text, 0)
		if err != nil {
			return dst[:n], err
		}
		return append(dst[:n], anything...), nil
	}
}

// divisionCode takes the six digits of a county, city (440300) or province (440000). Provinces are looked up, counties are not: their codes come and go, and data keeps
// the code of its day.
func divisionCode(dst, text []byte, level int) ([]byte, error) {
	text = bytes.TrimSpace(text)
	if len(text) != 6 || !isInt(text) || text[0] == '-' || !ident.ProvinceCode(int(text[0]-'0')*10+int(text[1]-'0')) {
		return dst, ErrInvalid
	}
	return append(dst, text[:6-2*level]...), nil
}

func divisionZeros(dst, text []byte, level int) ([]byte, error) {
	dst, err := divisionCode(dst, text, level)
	if err != nil {
		return dst, err
	}
	return append(dst, "0000"[:2*level]...), nil
}

// divisionName cuts an address by its names. An address that names less than the level asks for stays as coarse as it is; one whose province and city are not named cannot be
// generalised to them and is ErrInvalid.
func divisionName(dst, text []byte, level int) ([]byte, error) {
	value := string(text)
	p, ok := ident.ParsePlace(value)
	if !ok {
		return dst, ErrInvalid
	}
	switch level {
	case 0:
		return append(dst, value...), nil
	case 1:
		if p.Province == "" && p.City == "" {
			return dst, ErrInvalid // 南山区 alone: 城关区 is in a dozen cities
		}
		return append(append(append(dst, p.Province...), p.City...), p.County...), nil
	case 2:
		if p.Province == "" && p.City == "" {
			return dst, ErrInvalid
		}
		return append(append(dst, p.Province...), p.City...), nil
	default:
		if p.Province == "" {
			return dst, ErrInvalid
		}
		return append(dst, p.Province...), nil
	}
}

// cellDate reads a date in any of the forms of parseDate, and 2026-1-9 too.
func cellDate(text []byte) (day, bool) {
	text = bytes.TrimSpace(text)
	if d, ok := parseDate(text); ok {
		return d, true
	}
	if bytes.Count(text, []byte{'-'}) != 2 || len(text) > len("2006-01-02") {
		return day{}, false
	}
	return parseDate(bytes.ReplaceAll(text, []byte{'-'}, []byte{'/'}))
}

func quarterDate(dst, text []byte, level int) ([]byte, error) {
	d, ok := cellDate(text)
	if !ok {
		return dst, ErrInvalid
	}
	return d.truncate(dst, [...]Unit{Day, Month, Quarter, Year, Decade}[level]), nil
}

func decadeDate(dst, text []byte, level int) ([]byte, error) {
	d, ok := cellDate(text)
	switch {
	case !ok:
		return dst, ErrInvalid
	case level == 3:
		from := d.year / 10 * 10
		return digits4(append(digits4(dst, from), '-'), from+9), nil
	default:
		return d.truncate(dst, [...]Unit{Day, Month, Year}[level]), nil
	}
}

// maxAge is above the greatest age on record.
const maxAge = 130

func ageLevel(dst, text []byte, level int) ([]byte, error) {
	if !isInt(text) || len(text) > 3 {
		return dst, ErrInvalid
	}
	n, err := strconv.Atoi(string(text))
	if err != nil || n < 0 || n > maxAge {
		return dst, ErrInvalid
	}
	if level == 0 {
		return strconv.AppendInt(dst, int64(n), 10), nil
	}
	width := [...]int{1, 5, 10, 20}[level]
	from := n / width * width
	dst = append(strconv.AppendInt(dst, int64(from), 10), '-')
	return strconv.AppendInt(dst, int64(from+width-1), 10), nil
}

func ipLevel(dst, text []byte, level int) ([]byte, error) {
	if level == 0 {
		value, ok := ident.Canonical(ident.IP, text)
		if !ok {
			return dst, ErrInvalid
		}
		return append(dst, value...), nil
	}
	return prefixIP(dst, text, [...]int{32, 24, 16, 8}[level], [...]int{128, 48, 32, 24}[level])
}
