package ruleset

import (
	"github.com/banfa-go/banfa/internal/deid"
	"github.com/banfa-go/banfa/internal/expr"
	"github.com/banfa-go/banfa/internal/ident"
)

// Desensitization is a compiled file of that kind: a policy.
type Desensitization struct {
	Head
	Owner           string // who answers for it (Art. 55p1)
	Standard        string // the technical standard it follows (Art. 36), as its author names it
	Keys            []PolicyKey
	Columns         []PolicyColumn
	Rules           []*ColumnRule
	Rows            []*RowRule
	Release         []*ReleaseRule
	Hierarchies     []PolicyHierarchy
	Interpretations []Interpretation
	Parameters      []Parameter
	ParamsValue     expr.Value
	Record          []Basis
	Reversal        PolicyReversal
	GateEnv         *expr.Env // of Release
}

// PolicyReversal says who alone may find out what pseudonyms stand for; without a Holder nobody may.
type PolicyReversal struct {
	Holder  string   // the name of the holder's key
	Columns []string // whose pseudonyms
	Basis   []Basis
}

// PolicyKey is the name of a secret that the host supplies.
type PolicyKey struct {
	Name  string
	Place Place
}

// PolicyHierarchy is a named generalisation hierarchy: a built-in one, rows in the policy, or a file beside it.
type PolicyHierarchy struct {
	Name    string
	Builtin string // the name of a built-in one
	Of      *deid.Hierarchy
	Place   Place
}

// PolicyColumn is a declared column.
type PolicyColumn struct {
	Name, Label, Class, Semantic, Join string
	Kind                               expr.Kind
	Published                          []string // the shapes of masks in which it is published elsewhere, such as 6+4
	Optional                           bool     // row.NAME is then an optional value
	Rule                               int      // of Rules: the one that covers it
	Plan                               *CellPlan
	Place                              Place
}

// ColumnRule decides the columns that it covers.
type ColumnRule struct {
	ID, Message, Apply string
	Basis              []Basis
	Where              *expr.Expr
	Refuse             bool // a malformed value refuses the run; otherwise it is suppressed
	YieldsTo           []int
	Columns            []int // those it decides
	Place              Place
}

// RowRule drops rows.
type RowRule struct {
	ID, Message string
	Basis       []Basis
	Plan        *CellPlan // a condition
	Place       Place
}

// ReleaseRule must hold before anything that was written becomes visible.
type ReleaseRule struct {
	ID, Message string
	Basis       []Basis
	Require     *expr.Expr
	Place       Place
}

// CellPlan is the transform of one column, or the condition of a rule of rows.
type CellPlan struct {
	Env   *expr.Env // of all columns of one type
	Expr  *expr.Expr
	Slots CellSlots
	Calls []TransformCall
}

// CellSlots are the slots of an environment; -1 where it has none.
type CellSlots struct {
	Value, Place, Now, Params int
	Row                       []int // by column
}

// TransformCall is one call of a transform in an expression.
type TransformCall struct {
	Name    string
	On      expr.Kind    // of the receiver; Invalid where there is none
	Direct  bool         // the receiver is the value of the cell itself
	Args    []expr.Value // absent: a subject, which is known only when the expression runs
	Key     string       // the name of its key
	Subject bool         // the last argument is the subject
}

// Key returns a declared key.
func (d *Desensitization) Key(name string) bool {
	for _, k := range d.Keys {
		if k.Name == name {
			return true
		}
	}
	return false
}

// Column returns the index of a declared column, -1 where there is none of that name.
func (d *Desensitization) Column(name string) int {
	for i := range d.Columns {
		if d.Columns[i].Name == name {
			return i
		}
	}
	return -1
}

// Detector is a function of expressions that tells whether a text is an identifier of a kind.
type Detector struct {
	Name string
	Kind ident.Kind
}

// Detectors lists the detectors.
func Detectors() []Detector {
	return []Detector{
		{"isResidentId", ident.ResidentID},
		{"isCreditCode", ident.CreditCode},
		{"isBankCard", ident.BankCard},
		{"isMobile", ident.Mobile},
		{"isLandline", ident.Landline},
		{"isPassport", ident.Passport},
		{"isPermit", ident.Permit},
		{"isHongKongId", ident.HongKongID},
		{"isTaiwanId", ident.TaiwanID},
		{"isPlate", ident.Plate},
		{"isOfficerId", ident.OfficerID},
		{"isEmail", ident.Email},
		{"isIP", ident.IP},
		{"isMAC", ident.MAC},
		{"isPersonName", ident.PersonName},
		{"isAddress", ident.Address},
	}
}

// Is reports whether a text as a whole is such an identifier.
func (d Detector) Is(s string) bool { return ident.Detector{}.Is(d.Kind, s) }
