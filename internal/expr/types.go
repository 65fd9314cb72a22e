package expr

// Kind is the kind of a declared type, named as rule files name it.
type Kind uint8

// The kinds a fact, a field or a variable may have.
const (
	Invalid Kind = iota
	Bool
	Int
	Double
	String
	Decimal
	Date
	Timestamp
	Duration
	Enum
	List
	Map
	Object
	Dyn // any value: only for names that the library itself declares
)

// Type is a declared type with the bounds that make its values, and the cost of working on them, finite.
type Type struct {
	Kind Kind

	// Values are the codes of an Enum, in the order declared.
	Values []string

	// Labels are the labels of the codes, in the same order.
	Labels []string

	// Min and Max bound Int, Double, Decimal, Date, Timestamp and Duration; the zero Value is no bound.
	Min, Max Value

	// MinItems is the least length of a List, MaxItems bounds that of a List or Map, MaxRunes that of a String.
	MinItems, MaxItems, MaxRunes int

	// Elem is the element type of a List or the value type of a Map (whose keys are strings).
	Elem *Type

	// Name tells the types of objects apart: the path of the fact.
	Name string

	// Fields are those of an Object, in the order declared.
	Fields []Field

	// Optional makes CEL see optional_type(T); an absent value is then optional.none() and never unknown.
	Optional bool
}

// Field is one field of an Object.
type Field struct {
	Name string
	Type *Type
}

// Field returns the type of a field of an Object and whether it is declared.
func (t *Type) Field(name string) (*Type, bool) {
	for i := range t.Fields {
		if t.Fields[i].Name == name {
			return t.Fields[i].Type, true
		}
	}
	return nil, false
}

// Ordered reports whether values of the type have an order, so that they can be bounded.
func (t *Type) Ordered() bool {
	switch t.Kind {
	case Int, Double, Decimal, Date, Timestamp, Duration:
		return true
	}
	return false
}

// Var is a name that expressions may use.
type Var struct {
	Name string
	Type *Type
}

// Issue is something wrong with an expression, as data: the door does not know the file the expression is in, so
// Start and End are offsets in runes into the expression's text (End exclusive).
type Issue struct {
	Code       string // a BF2xxx code
	Key        string // message key
	Args       []string
	Start, End int
	Fix        string // replacement for the range; empty where there is none
	Warning    bool
}
