package deid

import "fmt"

// maxShift is the longest shift in days, a hundred years.
const maxShift = 36_525

// Shift moves the dates of a subject by one number of days, drawn for the subject by a keyed function: uniform among the 2·days numbers from -days to
// days without 0, since a subject whose dates did not move would be published as it is. Intervals between the dates of a subject stay; the time of day, the zone
// and the form of the value stay too. All columns whose dates must keep their distance have to share the domain. A row without a subject, and a date that
// would leave the years 0001 to 9999, is ErrInvalid.
func Shift(k Key, h Hash, d Domain, t Type, days int) (Func, error) {
	if days < 1 || days > maxShift {
		return nil, BadArgument("transform.shift-days", days, maxShift)
	}
	if t != Date && t != Timestamp {
		return nil, fmt.Errorf("deid: shift takes dates and timestamps, not %s", t)
	}
	p, err := newPRF(k, "shift", h, d)
	if err != nil {
		return nil, err
	}
	draw := func(subject []byte) int {
		s := p.get()
		defer p.put(s)
		s.field(subject)
		n := int(s.below(uint64(2*days))) - days
		if n >= 0 {
			n++
		}
		return n
	}
	return func(dst []byte, c Cell) ([]byte, error) {
		if len(c.Subject) == 0 {
			return dst, fmt.Errorf("%w: the row has no subject to draw a shift for", ErrInvalid)
		}
		if t == Date {
			v, ok := parseDate(c.Text)
			if !ok {
				return dst, ErrInvalid
			}
			if v, ok = v.addDays(draw(c.Subject)); !ok {
				return dst, ErrInvalid
			}
			return v.append(dst), nil
		}
		v, ok := parseInstant(c.Text)
		if !ok {
			return dst, ErrInvalid
		}
		if v.day, ok = v.addDays(draw(c.Subject)); !ok {
			return dst, ErrInvalid
		}
		return v.append(dst), nil
	}, nil
}
