package deid

import (
	"bytes"
	"fmt"
	"net/netip"
	"strings"
	"unicode/utf8"

	"github.com/banfa-go/banfa/internal/ident"
)

// MaskKind masks identifiers of one kind, as Mask does, and refuses everything else: a column of telephone numbers never shows seven characters of a
// remark. What is masked is the canonical spelling, half-width and without separators. Kinds whose parts are not counted in characters (names, addresses, e-mail addresses,
// IP addresses) are only masked as usual: MaskUsual.
func MaskKind(kind ident.Kind, left, right int) (Func, error) {
	if err := checkMask(left, right); err != nil {
		return nil, err
	}
	switch kind {
	case ident.PersonName, ident.Address, ident.Email, ident.IP:
		return nil, BadArgument("transform.mask-parts", left, right, kind)
	}
	if !known(kind) {
		return nil, fmt.Errorf("deid: no kind of identifiers %q", string(kind))
	}
	least := leastHidden(left, right)
	return func(dst []byte, c Cell) ([]byte, error) {
		value, ok := ident.Canonical(kind, c.Text)
		if !ok {
			return dst, ErrInvalid
		}
		return mask(dst, value, left, right, least)
	}, nil
}

func known(kind ident.Kind) bool {
	for _, k := range ident.Kinds() {
		if k == kind {
			return true
		}
	}
	return false
}

// MaskUsual masks identifiers of a kind as is customary, where the custom holds, and refuses everything else:
//
//	cn.resident_id, cn.resident_id_15  440303************ (the county; of the customary forms the only one under which millions share a mask)
//	cn.credit_code                     91************26XG
//	bank_card                          6222********1234
//	cn.mobile                          138****5678
//	cn.landline                        0755-******88
//	cn.passport                        E*****678
//	cn.permit                          H*****78
//	hk.id, tw.id                       P*******
//	cn.plate                           粤B1***5
//	cn.officer_id                      南字第********号
//	email                              d********@126.com (of a mailbox of one letter: *@126.com)
//	ip                                 192.168.1.0/24, 2001:db8:1::/48
//	mac                                00:1A:2B:**:**:**
//	cn.person_name                     王**, 欧阳*, 买**·**
//	cn.address                         广东省深圳市南山区********
func MaskUsual(kind ident.Kind) (Func, error) {
	switch kind {
	case ident.PersonName:
		return byKind(kind, maskName), nil
	case ident.Address:
		return byKind(kind, maskAddress), nil
	case ident.Email:
		return byKind(kind, maskEmail), nil
	case ident.IP:
		return byKind(kind, maskIP), nil
	case ident.MAC:
		return byKind(kind, maskMAC), nil
	case ident.Landline:
		return byKind(kind, maskLandline), nil
	case ident.OfficerID:
		return byKind(kind, maskOfficer), nil
	case ident.ResidentID, ident.ResidentID15:
		return MaskKind(kind, 6, 0)
	case ident.CreditCode:
		return MaskKind(kind, 2, 4)
	case ident.BankCard:
		return MaskKind(kind, 4, 4)
	case ident.Mobile:
		return MaskKind(kind, 3, 4)
	case ident.Passport:
		return MaskKind(kind, 1, 3)
	case ident.Permit:
		return MaskKind(kind, 1, 2)
	case ident.HongKongID, ident.TaiwanID:
		return MaskKind(kind, 1, 0)
	case ident.Plate:
		return MaskKind(kind, 3, 1)
	default:
		return nil, fmt.Errorf("deid: no kind of identifiers %q", string(kind))
	}
}

// MaskName keeps the surname: 王**. See MaskUsual, also for the others.
func MaskName() Func { return byKind(ident.PersonName, maskName) }

// MaskAddress keeps province, city and county.
func MaskAddress() Func { return byKind(ident.Address, maskAddress) }

// MaskEmail keeps the first character and what follows the @.
func MaskEmail() Func { return byKind(ident.Email, maskEmail) }

// MaskIP keeps the network of 24 bits, of version 6 of 48.
func MaskIP() Func { return byKind(ident.IP, maskIP) }

// MaskMAC keeps what tells the maker.
func MaskMAC() Func { return byKind(ident.MAC, maskMAC) }

// byKind gives the canonical spelling of a value of the kind to f.
func byKind(kind ident.Kind, f func(dst, value []byte) ([]byte, error)) Func {
	return func(dst []byte, c Cell) ([]byte, error) {
		value, ok := ident.Canonical(kind, c.Text)
		if !ok {
			return dst, ErrInvalid
		}
		return f(dst, value)
	}
}

func maskName(dst, value []byte) ([]byte, error) {
	name := string(value)
	n := ident.SurnameLen(name)
	if n == 0 { // parts with dots: the first character is kept
		_, n = utf8.DecodeRuneInString(name)
		dst = append(dst, name[:n]...)
		for _, r := range name[n:] {
			if r == '·' {
				dst = append(dst, "·"...)
			} else {
				dst = append(dst, '*')
			}
		}
		return dst, nil
	}
	if n >= len(name) {
		return dst, ErrInvalid
	}
	return stars(append(dst, name[:n]...), utf8.RuneCountInString(name[n:])), nil
}

func maskAddress(dst, value []byte) ([]byte, error) {
	address := string(value)
	p, ok := ident.ParsePlace(address)
	if !ok || p.Rest == "" {
		return dst, ErrInvalid
	}
	dst = append(dst, address[:len(address)-len(p.Rest)]...)
	return stars(dst, utf8.RuneCountInString(p.Rest)), nil
}

func maskEmail(dst, value []byte) ([]byte, error) {
	at := bytes.IndexByte(value, '@')
	if at < 1 {
		return dst, ErrInvalid
	}
	kept := min(1, at-1)
	dst = append(dst, value[:kept]...)
	return append(stars(dst, at-kept), value[at:]...), nil
}

func maskIP(dst, value []byte) ([]byte, error) { return prefixIP(dst, value, 24, 48) }

// prefixIP writes the network of an address, of bits4 bits in version 4 and bits6 in version 6.
func prefixIP(dst, value []byte, bits4, bits6 int) ([]byte, error) {
	addr, err := netip.ParseAddr(string(value))
	if err != nil {
		return dst, ErrInvalid
	}
	addr = addr.Unmap().WithZone("")
	bits := bits6
	if addr.Is4() {
		bits = bits4
	}
	prefix, err := addr.Prefix(bits)
	if err != nil {
		return dst, ErrInvalid
	}
	return prefix.AppendTo(dst), nil
}

func maskMAC(dst, value []byte) ([]byte, error) {
	if len(value) != len("00:1A:2B:3C:4D:5E") {
		return dst, ErrInvalid
	}
	return append(append(dst, value[:9]...), "**:**:**"...), nil
}

func maskLandline(dst, value []byte) ([]byte, error) {
	hyphen := bytes.IndexByte(value, '-')
	if hyphen < 0 || len(value)-hyphen < 6 {
		return dst, ErrInvalid
	}
	dst = append(dst, value[:hyphen+1]...)
	return append(stars(dst, len(value)-hyphen-3), value[len(value)-2:]...), nil
}

func maskOfficer(dst, value []byte) ([]byte, error) {
	head, rest, ok := strings.Cut(string(value), "第")
	if !ok {
		return dst, ErrInvalid
	}
	number, ok := strings.CutSuffix(rest, "号")
	if !ok || number == "" {
		return dst, ErrInvalid
	}
	dst = append(append(dst, head...), "第"...)
	return append(stars(dst, utf8.RuneCountInString(number)), "号"...), nil
}
