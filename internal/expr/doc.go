// Package expr is the one door to CEL: no other package imports cel-go, and nothing of cel-go leaves this one.
//
//   - types.go, value.go, convert.go, object.go: declared types and values.
//   - env.go, compile.go, host.go: names, compiling, functions of the host.
//   - eval.go: evaluation in four values, from shared atoms or, as the reference, whole in cel-go.
//   - lower.go, shape.go, domain.go: conditions as formulas over atoms, and the values that stand for all values of an absent fact.
//   - decimal*.go, date*.go, small_lib.go: the functions expressions may use. cost*.go: what they may cost.
//   - issue*.go, pratt.go: what is wrong with an expression, with exact ranges.
package expr
