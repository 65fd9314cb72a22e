package expr

import (
	"fmt"

	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"
)

// call guards a function from outside: a panic in it, or a result of another type than it declares, is an error of the
// rule and never reaches the host's stack or passes as an answer.
func (f Function) call(args ...ref.Val) (out ref.Val) {
	defer func() {
		if r := recover(); r != nil {
			out = types.NewErr("function %s failed: %v", f.Name, r)
		}
	}()
	in := make([]Value, len(args))
	for i, a := range args {
		in[i] = Value{a}
	}
	v, err := f.Call(in)
	if err != nil {
		return types.WrapErr(fmt.Errorf("function %s: %w", f.Name, err))
	}
	if !v.Present() {
		return types.NewErr("function %s returned nothing", f.Name)
	}
	r, err := f.Result.convert(v)
	if err != nil {
		return types.NewErr("function %s: %v", f.Name, err)
	}
	return r
}
