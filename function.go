package banfa

import (
	"fmt"

	"github.com/banfa-go/banfa/internal/expr"
)

// Function is a pure function that a host adds to CEL. It must give the same result for the same arguments, must not read
// the clock or the network, and may be called from many goroutines at once. A panic in it, or a result of another type than
// it declares, is an error of the rule that called it.
type Function struct {
	Name   string   // a CEL identifier that CEL does not use itself
	Params []string // simple types by name: bool, int, double, string, decimal, date, timestamp, duration
	Result string   // likewise
	Cost   uint64   // CEL cost units of one call, 1 where zero
	// Call gets bool, int64, float64 and string arguments; decimals, dates, timestamps and durations come as their text.
	// It returns the same Go types.
	Call func(args []any) (any, error)
}

// problem says why a function cannot be declared, and "" where it can.
func (f Function) problem() string {
	simple := func(name string) bool {
		k, ok := kinds[name]
		return ok && k < expr.Enum
	}
	switch {
	case !nameForm.MatchString(f.Name) || reserved[f.Name]:
		return fmt.Sprintf("the name of the host function %q is no CEL identifier", f.Name)
	case f.Call == nil:
		return "the host function " + f.Name + " has no Call"
	case !simple(f.Result):
		return fmt.Sprintf("the host function %s has a result of no simple type: %q", f.Name, f.Result)
	}
	for _, p := range f.Params {
		if !simple(p) {
			return fmt.Sprintf("the host function %s has a parameter of no simple type: %q", f.Name, p)
		}
	}
	return ""
}

func (f Function) internal() expr.Function {
	simple := func(name string) *expr.Type {
		k, ok := kinds[name]
		if !ok || k >= expr.Enum {
			k = expr.Invalid
		}
		return &expr.Type{Kind: k}
	}
	out := expr.Function{Name: f.Name, Result: simple(f.Result), Cost: f.Cost}
	for _, p := range f.Params {
		out.Params = append(out.Params, simple(p))
	}
	result := out.Result
	out.Call = func(args []expr.Value) (expr.Value, error) {
		in := make([]any, len(args))
		for i, a := range args {
			in[i] = a.Go()
		}
		v, err := f.Call(in)
		if err != nil {
			return expr.Value{}, err
		}
		converted, err := result.FromGo(v)
		if err != nil {
			return expr.Value{}, fmt.Errorf("result of %s: %w", f.Name, err)
		}
		return converted, nil
	}
	return out
}
