package desensitize

import "github.com/banfa-go/banfa/internal/strength"

// What the strength of a mask is asked with, and answered by.
type (
	// MaskShape is how many characters of an identifier a mask shows on each side.
	MaskShape = strength.Shape
	// Known is what a reader may know of an identifier besides its mask: from other columns of the row, or from other data sets.
	Known = strength.Known
	// MaskStrength is among how many identifiers a reader has to guess.
	MaskStrength = strength.Result
)

// WeakBelow is the number of identifiers below which a mask is weak where a policy names no other: the 10,000 telephone numbers behind 138****5678.
const WeakBelow = strength.WeakBelow

// StrengthKinds lists the kinds of identifiers whose masks can be measured.
func StrengthKinds() []string { return strength.Kinds() }

// Strength is how many identifiers share a masked value when identifiers of the kind are masked in the shape, of all values and lengths the one that fares worst.
//
//	Strength("cn.resident_id", MaskShape{6, 4}, Known{})               2,689 typically, 2,68x at worst
//	Strength("cn.resident_id", MaskShape{6, 4}, Known{BirthYear: 1990}) some 33
//	Strength("cn.mobile", MaskShape{3, 4}, Known{})                    10,000
//
// Facts of Known other than Shapes only need to be given as present: for a shape any year does.
func Strength(kind string, shape MaskShape, known Known) (MaskStrength, error) {
	return strength.OfShape(kind, shape, known)
}

// StrengthOf is how many identifiers of the kind fit a masked value, such as 440303********1234, and all else that is known. A * is one hidden character. An
// identifier that nothing fits has Count 0: the masks are not of one identifier, or the value is not of the kind.
func StrengthOf(kind, masked string, known Known) (MaskStrength, error) {
	return strength.Of(kind, masked, known)
}
