// Package transform makes the functions that policies call: the loader to see that their arguments make sense, package desensitize to run them.
package transform

import (
	"slices"
	"strconv"
	"unicode/utf8"

	"github.com/shopspring/decimal"

	"github.com/banfa-go/banfa/internal/deid"
	"github.com/banfa-go/banfa/internal/expr"
	"github.com/banfa-go/banfa/internal/ident"
	"github.com/banfa-go/banfa/internal/ruleset"
)

// Target is the column that a call works on.
type Target struct {
	DataSet  string // the policy's name
	Column   string
	Join     string // the name under which pseudonyms may join; "": they do not
	Semantic string
	Type     deid.Type
}

// Maker makes functions for one set of keys and hierarchies.
type Maker struct {
	Key        func(name string) (deid.Key, error)
	Generalise func(hierarchy string, level int) (deid.Func, error)
}

// domain separates what is keyed by data set, column and purpose; a declared join has a domain of its own.
func (t Target) domain(purpose string) deid.Domain {
	if t.Join != "" {
		return deid.Domain{DataSet: "join:" + t.Join, Purpose: purpose} // no policy's name has a colon
	}
	return deid.Domain{DataSet: t.DataSet, Column: t.Column, Purpose: purpose}
}

// call is a call whose arguments are read one by one.
type call struct {
	*ruleset.TransformCall
	Target
	maker Maker
	kind  ident.Kind // of the receiver
	typ   deid.Type
}

// Trial is a Maker that knows every key and hierarchy: it tells whether calls make sense, and its functions are never run.
func Trial() Maker {
	return Maker{
		Key: func(name string) (deid.Key, error) { return deid.NewKey(name, make([]byte, 32)) },
		Generalise: func(name string, level int) (deid.Func, error) {
			if level < 0 {
				return nil, deid.BadArgument("transform.level-negative", name, level)
			}
			return deid.Suppress(), nil
		},
	}
}

// Make returns the function of a call. sample has none: see Sample.
func (m Maker) Make(c *ruleset.TransformCall, t Target) (deid.Func, error) {
	return m.call(c, t).function()
}

func (m Maker) call(c *ruleset.TransformCall, t Target) *call {
	x := &call{TransformCall: c, Target: t, maker: m, typ: deid.Type(c.On.String())}
	if c.Direct || c.On == expr.Invalid {
		x.typ = t.Type
		if k := ident.Kind(t.Semantic); t.Type == deid.String && slices.Contains(ident.Kinds(), k) {
			x.kind = k
		}
	}
	return x
}

func (x *call) function() (deid.Func, error) {
	c := x.TransformCall
	switch c.Name {
	case "keep":
		return deid.Keep(x.typ)
	case "suppress":
		return deid.Suppress(), nil
	case "replace":
		return deid.Replace(x.text(0)), nil
	case "mask":
		return x.mask()
	case "pseudonym":
		return x.pseudonym()
	case "encrypt":
		return x.encrypt()
	case "truncate":
		if c.On == expr.String {
			return first(x.number(0))
		}
		return deid.Truncate(x.typ, deid.Unit(x.text(0)))
	case "band":
		return x.band()
	case "topCode":
		return deid.Top(x.decimal(0), x.text(1))
	case "bottomCode":
		return deid.Bottom(x.decimal(0), x.text(1))
	case "generalize":
		return x.maker.Generalise(x.text(0), x.number(1))
	case "shift":
		return x.shift()
	case "noise":
		return x.noise()
	case "shuffle":
		// One row alone has nobody to exchange its value with: the functions of a run know all rows.
		_, err := x.maker.Shuffle(x.TransformCall, x.Target, 0)
		return deid.Suppress(), err
	}
	return nil, deid.BadArgument("transform.not-of-values", c.Name)
}

func (x *call) text(i int) string {
	if i >= len(x.Args) {
		return ""
	}
	s, _ := x.Args[i].Str()
	return s
}

// number reads a whole number; one beyond the range of an int is made one that no transform takes.
func (x *call) number(i int) int {
	if i >= len(x.Args) {
		return -1
	}
	n, ok := x.Args[i].Int()
	if !ok || n > 1<<30 || n < -1<<30 {
		return -1
	}
	return int(n)
}

func (x *call) decimal(i int) decimal.Decimal {
	d, _ := x.Args[i].Decimal()
	return d
}

// options reads a map of options; an unknown one is an error, since what it was meant to change would silently stay.
func (x *call) options(i int, known ...string) (map[string]string, error) {
	out := map[string]string{}
	if i >= len(x.Args) {
		return out, nil
	}
	m, _ := x.Args[i].Go().(map[string]any)
	for k, v := range m {
		if !slices.Contains(known, k) {
			return nil, deid.BadArgument("transform.no-option", x.Name, k, known)
		}
		out[k], _ = v.(string)
	}
	return out, nil
}

func (x *call) mask() (deid.Func, error) {
	if len(x.Args) == 0 {
		if x.kind == "" {
			return nil, deid.BadArgument("transform.mask-unknown")
		}
		return deid.MaskUsual(x.kind)
	}
	left, right := x.number(0), x.number(1)
	switch x.kind {
	case "", ident.PersonName, ident.Address, ident.Email, ident.IP:
		return deid.Mask(left, right)
	}
	return deid.MaskKind(x.kind, left, right)
}

func (x *call) pseudonym() (deid.Func, error) {
	key, p, err := x.pseudonymOptions()
	if err != nil {
		return nil, err
	}
	return deid.Pseudonym(key, p)
}

// Batch returns what makes many cells of a call at once, nil where nothing does: it makes what the function that Make returns makes.
func (m Maker) Batch(c *ruleset.TransformCall, t Target) (func() deid.Batch, error) {
	if c.Name != "pseudonym" {
		return nil, nil
	}
	key, p, err := m.call(c, t).pseudonymOptions()
	if err != nil {
		return nil, err
	}
	return deid.PseudonymBatch(key, p)
}

func (x *call) pseudonymOptions() (deid.Key, deid.PseudonymOptions, error) {
	none := deid.PseudonymOptions{}
	o, err := x.options(1, "hash", "encoding", "chars", "purpose")
	if err != nil {
		return deid.Key{}, none, err
	}
	key, err := x.maker.Key(x.Key)
	if err != nil {
		return deid.Key{}, none, err
	}
	p := deid.PseudonymOptions{
		Hash: deid.Hash(o["hash"]), Domain: x.domain(o["purpose"]), Type: x.typ, Kind: x.kind, Encoding: deid.Encoding(o["encoding"]),
	}
	if p.Hash == "" {
		p.Hash = deid.SM3
	}
	if c := o["chars"]; c != "" {
		if p.Chars, err = strconv.Atoi(c); err != nil {
			return deid.Key{}, none, deid.BadArgument("transform.pseudonym-chars", c)
		}
	}
	return key, p, nil
}

func (x *call) band() (deid.Func, error) {
	list, _ := x.Args[0].Elements()
	bounds := make([]decimal.Decimal, len(list))
	for i, v := range list {
		bounds[i], _ = v.Decimal()
	}
	return deid.Band(bounds...)
}

func (x *call) shift() (deid.Func, error) {
	key, err := x.maker.Key(x.Key)
	if err != nil {
		return nil, err
	}
	// All columns of a subject move together, whichever they are, so that the column is no part of the domain.
	d := x.domain("")
	d.Column = ""
	f, err := deid.Shift(key, deid.SM3, d, x.typ, x.number(1))
	if err != nil || x.Subject {
		return f, err
	}
	return func(dst []byte, c deid.Cell) ([]byte, error) {
		c.Subject = wholeTable
		return f(dst, c)
	}, nil
}

// wholeTable is the subject where a policy names none: all dates move by one number of days.
var wholeTable = []byte("the whole table")

// first keeps the first n characters of a text, all of which must be longer.
func first(n int) (deid.Func, error) {
	if n < 1 || n > 1024 {
		return nil, deid.BadArgument("transform.truncate-chars")
	}
	return func(dst []byte, c deid.Cell) ([]byte, error) {
		if !c.UTF8 && !utf8.Valid(c.Text) {
			return dst, deid.ErrInvalid
		}
		end := 0
		for range n {
			if end >= len(c.Text) {
				return dst, deid.ErrInvalid // it would show all of itself
			}
			_, size := utf8.DecodeRune(c.Text[end:])
			end += size
		}
		if end >= len(c.Text) || broken(c.Text[:end]) {
			return dst, deid.ErrInvalid
		}
		return append(dst, c.Text[:end]...), nil
	}, nil
}

// broken reports whether a text has line ends or NUL.
func broken(text []byte) bool {
	for _, c := range text {
		if c == 0 || c == '\r' || c == '\n' {
			return true
		}
	}
	return false
}

// Sample decides by a keyed function whether a row, or a subject, is in a sample: the same ones each time, and nobody without the key can tell
// which.
func (m Maker) Sample(c *ruleset.TransformCall, dataSet string) (func(row int64, subject []byte) bool, error) {
	key, err := m.Key(c.Key)
	if err != nil {
		return nil, err
	}
	rate, _ := c.Args[1].Decimal()
	f, err := deid.Sample(key, deid.SM3, deid.Domain{DataSet: dataSet}, rate, c.Subject)
	if err != nil {
		return nil, err
	}
	return func(row int64, subject []byte) bool { return f(deid.Cell{Row: row, Subject: subject}) }, nil
}

// Shuffle returns what exchanges the values of the call with a number in the expression of a column.
func (m Maker) Shuffle(c *ruleset.TransformCall, t Target, number int) (func(group []byte, n int, swap func(i, j int)), error) {
	key, err := m.Key(c.Key)
	if err != nil {
		return nil, err
	}
	return deid.Shuffle(key, deid.SM3, deid.Domain{DataSet: t.DataSet, Column: t.Column, Purpose: strconv.Itoa(number)})
}

// encrypt is format-preserving encryption.
func (x *call) encrypt() (deid.Func, error) {
	o, err := x.options(1, "cipher", "alphabet", "purpose")
	if err != nil {
		return nil, err
	}
	key, err := x.maker.Key(x.Key)
	if err != nil {
		return nil, err
	}
	f := deid.FF1Options{Cipher: deid.BlockCipher(o["cipher"]), Domain: x.domain(o["purpose"]), Alphabet: o["alphabet"], Kind: x.kind}
	if f.Cipher == "" {
		f.Cipher = deid.SM4
	}
	return deid.EncryptFF1(key, f)
}

// noise adds noise to numbers.
func (x *call) noise() (deid.Func, error) {
	o, err := x.noiseOptions()
	if err != nil {
		return nil, err
	}
	key, err := x.maker.Key(x.Key)
	if err != nil {
		return nil, err
	}
	return deid.Noise(key, o)
}

func (x *call) noiseOptions() (o deid.NoiseOptions, err error) {
	m, err := x.options(1, "kind", "step", "min", "max", "epsilon", "sigma", "clip")
	if err != nil {
		return o, err
	}
	o = deid.NoiseOptions{Kind: deid.NoiseKind(m["kind"]), Hash: deid.SM3, Domain: x.domain(""), Clip: m["clip"] == "true"}
	for name, to := range map[string]*decimal.Decimal{
		"step": &o.Step, "min": &o.Min, "max": &o.Max, "epsilon": &o.Epsilon, "sigma": &o.Sigma,
	} {
		if m[name] == "" {
			continue
		}
		v, err := expr.ParseDecimal(m[name])
		if err != nil {
			return o, deid.BadArgument("transform.noise-decimal", name, m[name])
		}
		*to, _ = v.Decimal()
	}
	return o, nil
}

// Loss is what one value costs of the privacy budget; ok is false for a call that is no noise.
func (m Maker) Loss(c *ruleset.TransformCall, t Target) (deid.Loss, bool, error) {
	if c.Name != "noise" {
		return deid.Loss{}, false, nil
	}
	x := &call{TransformCall: c, Target: t, maker: m}
	o, err := x.noiseOptions()
	if err != nil {
		return deid.Loss{}, false, err
	}
	loss, err := o.Loss()
	return loss, err == nil, err
}
