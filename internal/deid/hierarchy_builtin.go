package deid

import (
	"fmt"
	"strconv"

	"github.com/banfa-go/banfa/internal/ident"
)

// The names of the built-in hierarchies.
const (
	DivisionCodes = "cn.division"      // 440305 → 4403 → 44 → * (GB/T 2260)
	DivisionNames = "cn.division_name" // an address → county → city → province → *
	DateLevels    = "date"             // day → month → quarter → year → decade → *
	AgeLevels     = "age"              // years → 5 → 10 → 20 → *
	IPLevels      = "ip"               // address → /24, /48 → /16, /32 → /8, /24 → *
)

// Builtin returns a built-in hierarchy.
func Builtin(name string) (*Hierarchy, error) {
	switch name {
	case DivisionCodes:
		return &Hierarchy{name, []string{"6 digits", "4 digits", "2 digits", anything}, divisionCode}, nil
	case DivisionNames:
		return &Hierarchy{name, []string{"address", "county", "city", "province", anything}, divisionName}, nil
	case DateLevels:
		return &Hierarchy{name, []string{"day", "month", "quarter", "year", "decade", anything}, dateLevel}, nil
	case AgeLevels:
		return &Hierarchy{name, []string{"years", "5 years", "10 years", "20 years", anything}, ageLevel}, nil
	case IPLevels:
		return &Hierarchy{name, []string{"address", "/24 or /48", "/16 or /32", "/8 or /24", anything}, ipLevel}, nil
	default:
		return nil, fmt.Errorf("deid: no built-in hierarchy %q: use one of %v", name, Builtins())
	}
}

// Builtins lists the names of the built-in hierarchies.
func Builtins() []string {
	return []string{DivisionCodes, DivisionNames, DateLevels, AgeLevels, IPLevels}
}

// divisionCode takes the six digits of a county, city (440300) or province (440000). Provinces are looked up, counties are not: their codes come and go, and data keeps
// the code of its day.
func divisionCode(dst, text []byte, level int) ([]byte, error) {
	if len(text) != 6 || !isInt(text) || text[0] == '-' || !ident.ProvinceCode(int(text[0]-'0')*10+int(text[1]-'0')) {
		return dst, ErrInvalid
	}
	if level == 3 {
		return append(dst, anything...), nil
	}
	return append(dst, text[:6-2*level]...), nil
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
	case 3:
		if p.Province == "" {
			return dst, ErrInvalid
		}
		return append(dst, p.Province...), nil
	default:
		return append(dst, anything...), nil
	}
}

func dateLevel(dst, text []byte, level int) ([]byte, error) {
	d, ok := parseDate(text)
	if !ok {
		return dst, ErrInvalid
	}
	if level == 5 {
		return append(dst, anything...), nil
	}
	return d.truncate(dst, [...]Unit{Day, Month, Quarter, Year, Decade}[level]), nil
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
	switch level {
	case 0:
		return strconv.AppendInt(dst, int64(n), 10), nil
	case 4:
		return append(dst, anything...), nil
	}
	width := [...]int{1, 5, 10, 20}[level]
	from := n / width * width
	dst = append(strconv.AppendInt(dst, int64(from), 10), '-')
	return strconv.AppendInt(dst, int64(from+width-1), 10), nil
}

func ipLevel(dst, text []byte, level int) ([]byte, error) {
	if level == 4 {
		if _, err := prefixIP(nil, text, 8, 8); err != nil {
			return dst, err
		}
		return append(dst, anything...), nil
	}
	if level == 0 {
		value, ok := ident.Canonical(ident.IP, text)
		if !ok {
			return dst, ErrInvalid
		}
		return append(dst, value...), nil
	}
	return prefixIP(dst, text, [...]int{32, 24, 16, 8}[level], [...]int{128, 48, 32, 24}[level])
}
