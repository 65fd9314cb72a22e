package expr

import (
	"strings"

	"cel.dev/cel-go/common/cost"
	"cel.dev/cel-go/common/overloads"
	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"
)

// standardModels are the costs of functions for which cel-go has none, or one that hostile input can slip under. A model
// prices a call both when it is estimated and when it is run, which is what keeps the two consistent.
func standardModels() []cost.OverloadModel {
	models := []cost.OverloadModel{
		// Conversions. cel-go prices them at 1 and does not bound their results.
		sized(overloads.BoolToString, 4, 5),
		sized(overloads.IntToString, 1, 20),
		sized(overloads.UintToString, 1, 20),
		sized(overloads.DoubleToString, 1, 32),
		sized(overloads.DurationToString, 1, 40),
		sized(overloads.TimestampToString, 1, 40),
		cost.Overload(overloads.StringToString, cost.EvalCost(cost.Const(1)), cost.ResultSize(cost.Arg(0))),
		cost.Overload(overloads.BytesToBytes, cost.EvalCost(cost.Const(1)), cost.ResultSize(cost.Arg(0))),
		scanned(overloads.StringToBool),
		scanned(overloads.StringToInt),
		scanned(overloads.StringToUint),
		scanned(overloads.StringToDouble),
		scanned(overloads.StringToDuration),
		scanned(overloads.StringToTimestamp),

		// Ends of a list.
		cost.MemberOverload("list_first", cost.EvalCost(cost.Const(1)), cost.ResultSize(cost.Optional(cost.AtMost(cost.TargetElem())))),
		cost.MemberOverload("list_last", cost.EvalCost(cost.Const(1)), cost.ResultSize(cost.Optional(cost.AtMost(cost.TargetElem())))),
		cost.Overload("optional_unwrap", cost.EvalCost(cost.AllocList(cost.Length(cost.Arg(0)))),
			cost.ResultSize(cost.List(cost.AtMost(cost.Arg(0)), cost.AtMost(cost.ArgElem(0))))),
		cost.MemberOverload("optional_unwrapOpt", cost.EvalCost(cost.AllocList(cost.Length(cost.Target()))),
			cost.ResultSize(cost.List(cost.AtMost(cost.Target()), cost.AtMost(cost.TargetElem())))),

		// cel-go takes a length that is not constant for endless; here it is an error beyond rangeLimit.
		cost.Overload("lists_range", cost.EvalCost(cost.AllocList(cost.Length(cost.Result()))),
			cost.ResultSize(cost.List(cost.Min(cost.IntArg(0, rangeLimit), cost.Const(rangeLimit)), cost.Const(1)))),

		// The encoders are pinned to a version of theirs that has no cost.
		cost.Overload("base64_encode_bytes", cost.EvalCost(cost.Sum(cost.Const(cost.CallCost), cost.StringScan(cost.Length(cost.Arg(0))))),
			cost.ResultSize(cost.AtMost(cost.Sum(cost.Scale(cost.Arg(0), 2), cost.Const(4))))),
		cost.Overload("base64_decode_string", cost.EvalCost(cost.Sum(cost.Const(cost.CallCost), cost.StringScan(cost.Length(cost.Arg(0))))),
			cost.ResultSize(cost.AtMost(cost.Arg(0)))),
	}
	return append(models, regexModels()...)
}

func sized(overload string, shortest, longest uint64) cost.OverloadModel {
	return cost.Overload(overload, cost.EvalCost(cost.Const(1)), cost.ResultSize(cost.Ranged(cost.Const(shortest), cost.Const(longest))))
}

func scanned(overload string) cost.OverloadModel {
	return cost.Overload(overload, cost.EvalCost(cost.Sum(cost.Const(1), cost.StringScan(cost.Arg(0)))))
}

// regexModels price regular expressions by the size of the program that the pattern stands for. cel-go prices them by
// the length of the pattern, although .{1000} takes seven characters and a thousand instructions.
func regexModels() []cost.OverloadModel {
	part := cost.AtMost(cost.Arg(0))
	parts := cost.List(cost.AtMost(cost.Sum(cost.Arg(0), cost.Const(1))), part)
	grown := cost.AtMost(cost.Sum(cost.Arg(0),
		cost.Mul(cost.Sum(cost.Arg(0), cost.Const(1)), cost.Arg(2), cost.Sum(cost.Arg(0), cost.Const(1)))))
	return []cost.OverloadModel{
		regexModel(overloads.Matches, false, nil),
		regexModel(overloads.MatchesString, true, nil),
		regexModel("regex_extract_string_string", false, cost.Optional(part)),
		regexModel("regex_extractAll_string_string", false, parts),
		regexModel("regex_replace_string_string_string", false, grown),
		regexModel("regex_replace_string_string_string_int", false, grown),
	}
}

// regexModel prices overload at the weight of the pattern for compiling it, the text times the weight for searching, and
// the length of the result.
func regexModel(overload string, member bool, size cost.QuantityExpr) cost.OverloadModel {
	// The size of the result is worked out by a model of cel-go's, whose price is thrown away.
	var sizing cost.FunctionEstimator
	if size != nil {
		sizing = cost.Overload(overload, cost.EvalCost(cost.Const(1)), cost.ResultSize(size)).FunctionEstimator()
	}
	estimate := func(estimator cost.Estimator, target *cost.AstNode, args []cost.AstNode) *cost.CallEstimate {
		operands := args
		if member {
			if target == nil {
				return nil
			}
			operands = append([]cost.AstNode{*target}, args...)
		}
		if len(operands) < 2 {
			return nil
		}
		text := cost.EstimateSize(estimator, operands[0])
		lowest, highest, again := uint64(1), uint64(regexLimit), uint64(0)
		if pattern, ok := stringLiteral(operands[1].Expr()); ok {
			lowest = patternWeight(pattern)
			highest = lowest
		} else {
			again = referenceCost(operands[1].Expr()) // cel-go works the argument out twice; see strictWalk.pattern
		}
		est := cost.CallEstimate{CostEstimate: cost.CostEstimate{
			Min: searchCost(text.Min, lowest), Max: cost.SafeAdd(searchCost(text.Max, highest), again),
		}}
		if sizing != nil {
			est.ResultSize = sizing(estimator, target, args).ResultSize
			est.Max = cost.SafeAdd(est.Max, est.ResultSize.Max)
		}
		return &est
	}
	track := func(args []ref.Val, result ref.Val) *uint64 {
		if len(args) < 2 {
			return nil
		}
		pattern, ok := args[1].(types.String)
		if !ok {
			return nil
		}
		total := searchCost(cost.ActualSize(args[0]), patternWeight(string(pattern)))
		if sizing != nil {
			total = cost.SafeAdd(total, resultLength(result))
		}
		return &total
	}
	if member {
		return cost.MemberOverload(overload, cost.ManualCost(estimate, track))
	}
	return cost.Overload(overload, cost.ManualCost(estimate, track))
}

// resultLength is the length of a text, a list, or an optional text.
func resultLength(v ref.Val) uint64 {
	if o, ok := v.(*types.Optional); ok {
		if !o.HasValue() {
			return 1
		}
		return cost.SafeAdd(1, cost.ActualSize(o.GetValue()))
	}
	return cost.ActualSize(v)
}

// searchCost is the price of compiling a pattern of some weight and of searching a text of n runes with it: each rune
// can meet each instruction.
func searchCost(n, weight uint64) uint64 {
	perRune := cost.StringTraversalCostFactor * cost.RegexStringLengthCostFactor
	return cost.SafeAdd(cost.CallCost, weight, cost.SafeMultiplyByFactor(cost.SafeMultiply(cost.SafeAdd(n, 1), weight), perRune))
}

// patternWeight bounds the number of instructions that a regular expression compiles to: its length, times every count of
// repetition in it. It is at most regexLimit, beyond which a pattern is refused, and needs no compiling, so that it can be
// asked at each call.
func patternWeight(pattern string) uint64 {
	weight := uint64(len(pattern)) + 1
	for rest := pattern; weight < regexLimit; {
		_, after, found := strings.Cut(rest, "{")
		if !found {
			break
		}
		rest = after
		weight = cost.SafeMultiply(weight, repetition(after))
	}
	return min(weight, regexLimit)
}

// repetition is the greater count of {n}, {n,} or {n,m} whose text after the brace is given, and 1 for what is no count.
func repetition(after string) uint64 {
	counts, _, found := strings.Cut(after, "}")
	if !found {
		return 1
	}
	most := uint64(1)
	for _, count := range strings.SplitN(counts, ",", 2) {
		digits, rest := takeDigits(count)
		if rest != "" {
			return 1
		}
		n := uint64(0)
		for _, d := range []byte(digits) {
			if n = n*10 + uint64(d-'0'); n > regexLimit {
				n = regexLimit
				break
			}
		}
		most = max(most, n)
	}
	return most
}
