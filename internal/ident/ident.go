// Package ident finds identifiers of people and organisations in Chinese data: resident IDs, credit codes, bank cards, telephone
// numbers, passports, plates, addresses of networks and more.
//
// Two kinds of evidence are kept apart. A match is Strong where a check digit of the identifier holds; a match without one only has the
// shape. Column names are never looked at: what is published under a wrong heading is exactly what has to be found.
//
// Everything is lenient about writing (full-width digits, spaces and hyphens inside, a lower-case x, Chinese text directly before or
// after) and strict about content: digits are never cut out of a longer run of digits.
package ident

import "time"

// Kind is a semantic type, as the dictionary of package catalog names it.
type Kind string

// The kinds.
const (
	ResidentID   Kind = "cn.resident_id"    // GB 11643-1999, 18 characters, with check digit; also residence permits of 81, 82, 83 and 9…
	ResidentID15 Kind = "cn.resident_id_15" // the old form without a check digit
	CreditCode   Kind = "cn.credit_code"    // GB 32100-2015, with check character
	BankCard     Kind = "bank_card"         // 16 to 19 digits of a known issuer, with Luhn digit
	Mobile       Kind = "cn.mobile"
	Landline     Kind = "cn.landline" // with area code, or 400 and 800 numbers
	Passport     Kind = "cn.passport"
	Permit       Kind = "cn.permit"     // between the mainland and Hong Kong, Macao and Taiwan
	HongKongID   Kind = "hk.id"         // with check digit
	TaiwanID     Kind = "tw.id"         // with check digit
	Plate        Kind = "cn.plate"      // of a vehicle
	OfficerID    Kind = "cn.officer_id" // of the armed forces
	Email        Kind = "email"
	IP           Kind = "ip" // version 4 or 6
	MAC          Kind = "mac"
	PersonName   Kind = "cn.person_name" // weak, whole values only: Find never reports it
	Address      Kind = "cn.address"     // weak, whole values only: Find never reports it
)

// Kinds lists all kinds, in the order of the constants.
func Kinds() []Kind {
	return []Kind{
		ResidentID, ResidentID15, CreditCode, BankCard, Mobile, Landline, Passport, Permit, HongKongID, TaiwanID, Plate, OfficerID,
		Email, IP, MAC, PersonName, Address,
	}
}

// Match is one identifier in a text.
type Match struct {
	Kind       Kind
	Start, End int    // byte offsets in the text
	Value      string // normalised: half-width, upper case (an e-mail address: lower case), without separators
	Strong     bool   // a check digit holds
	Ambiguous  bool   // valid as a resident ID and as a credit code: the text then has a match of either kind at this place
}

// Detector finds identifiers. The zero value is ready: it accepts births from 1900 to 2099. It holds no state, so that goroutines may
// share it.
type Detector struct {
	// Births outside the two dates make no resident ID; the zero value of either leaves the default. Give the day of the data as Latest:
	// nothing here reads a clock.
	Earliest, Latest time.Time
}

// births are the bounds as numbers YYYYMMDD.
func (d Detector) births() (earliest, latest int) {
	earliest, latest = 1900_01_01, 2099_12_31
	if !d.Earliest.IsZero() {
		earliest = number(d.Earliest)
	}
	if !d.Latest.IsZero() {
		latest = number(d.Latest)
	}
	return earliest, latest
}

func number(t time.Time) int {
	y, m, day := t.Date()
	return y*10000 + int(m)*100 + day
}

// Find appends the identifiers of s to dst, by place, with the zero Detector.
func Find(dst []Match, s string) []Match { return Detector{}.Find(dst, s) }

// Is reports whether s as a whole is an identifier of the kind, with the zero Detector.
func Is(kind Kind, s string) bool { return Detector{}.Is(kind, s) }
