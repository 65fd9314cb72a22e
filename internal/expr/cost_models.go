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

		// cel-go's own bound is right about the length and takes the lists inside for the elements.
		cost.MemberOverload("list_flatten", cost.EvalCost(cost.AllocList(cost.Length(cost.Result()))),
			cost.ResultSize(cost.AtMost(cost.List(cost.Mul(cost.Target(), cost.AtLeastOneQuantity(cost.TargetElem())), cost.ElemOf(cost.TargetElem()))))),

		// cel-go takes a length that is not constant for endless; here it is an error beyond rangeLimit.
		cost.Overload("lists_range", cost.EvalCost(cost.AllocList(cost.Length(cost.Result()))),
			cost.ResultSize(cost.List(cost.Min(cost.IntArg(0, rangeLimit), cost.Const(rangeLimit)), cost.Const(1)))),

		// The encoders are pinned to a version of theirs that has no cost.
		cost.Overload("base64_encode_bytes", cost.EvalCost(cost.Sum(cost.Const(cost.CallCost), cost.StringScan(cost.Length(cost.Arg(0))))),
			cost.ResultSize(cost.AtMost(cost.Sum(cost.Scale(cost.Arg(0), 2), cost.Const(4))))),
		cost.Overload("base64_decode_string", cost.EvalCost(cost.Sum(cost.Const(cost.CallCost), cost.StringScan(cost.Length(cost.Arg(0))))),
			cost.ResultSize(cost.AtMost(cost.Arg(0)))),
	}
	models = append(models, cost.MemberOverload(overloads.ExtFormatString, cost.ManualCost(estimateFormat, trackFormat)))
	return append(models, regexModels()...)
}

func sized(overload string, shortest, longest uint64) cost.OverloadModel {
	return cost.Overload(overload, cost.EvalCost(cost.Const(1)), cost.ResultSize(cost.Ranged(cost.Const(shortest), cost.Const(longest))))
}

func scanned(overload string) cost.OverloadModel {
	return cost.Overload(overload, cost.EvalCost(cost.Sum(cost.Const(1), cost.StringScan(cost.Arg(0)))))
}

// formatWidth is the longest text that format() writes for a value that is no text: a double with a hundred digits behind
// its point. A text can become eight times as long, in hexadecimal.
const (
	formatWidth = 500
	formatGrown = 8
)

// writtenLength bounds the text that is written for a value: for a list or a map, that of all that is in it.
func writtenLength(size *cost.SizeEstimate) uint64 {
	longest := cost.SafeAdd(cost.SafeMultiply(size.Max, formatGrown), formatWidth)
	if size.Elem == nil && size.Key == nil {
		return longest
	}
	item := uint64(len(": , "))
	for _, part := range []*cost.SizeEstimate{size.Key, size.Elem} {
		if part != nil {
			item = cost.SafeAdd(item, writtenLength(part))
		}
	}
	return max(longest, cost.SafeAdd(cost.SafeMultiply(size.Max, item), uint64(len("{}"))))
}

// estimateFormat prices template.format(values) at reading the template and writing the result.
func estimateFormat(estimator cost.Estimator, target *cost.AstNode, args []cost.AstNode) *cost.CallEstimate {
	if target == nil || len(args) != 1 {
		return nil
	}
	template, values := cost.EstimateSize(estimator, *target), cost.EstimateSize(estimator, args[0])
	longest := cost.SafeAdd(template.Max, writtenLength(&values))
	scan := template.MultiplyByCostFactor(cost.StringTraversalCostFactor)
	size := cost.RangedSizeEstimate(0, longest)
	return cost.NewCallEstimate(cost.Estimate{
		Min: cost.SafeAdd(cost.CallCost, scan.Min), Max: cost.SafeAdd(cost.CallCost, scan.Max, longest),
	}, &size)
}

func trackFormat(args []ref.Val, result ref.Val) *uint64 {
	if len(args) == 0 {
		return nil
	}
	total := cost.SafeAdd(cost.CallCost,
		cost.SafeMultiplyByFactor(cost.ActualSize(args[0]), cost.StringTraversalCostFactor), cost.ActualSize(result))
	return &total
}

// regexModels price regular expressions by the size of the program that the pattern stands for. cel-go prices them by
// the length of the pattern, although .{1000} takes seven characters and a thousand instructions.
func regexModels() []cost.OverloadModel {
	part := cost.AtMost(cost.Arg(0))
	parts := cost.List(cost.AtMost(cost.Sum(cost.Arg(0), cost.Const(1))), part)
	// Each of at most n+1 matches writes the replacement, and each reference in it writes parts of the text that do not
	// overlap, so that together they are no longer than the text.
	grown := cost.AtMost(cost.Sum(cost.Arg(0), cost.Mul(cost.Sum(cost.Scale(cost.Arg(0), 2), cost.Const(1)), cost.Arg(2))))
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
		est := cost.CallEstimate{CostEstimate: cost.Estimate{
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

// patternWeight bounds the number of instructions that a regular expression compiles to, times every count of repetition in
// it: three around it and one for each byte, but two for an alternative or a star, whose operand can be empty. It is at most
// regexLimit, beyond which a pattern is refused, and needs no compiling, so that it can be asked at each call.
func patternWeight(pattern string) uint64 {
	weight := uint64(len(pattern)+strings.Count(pattern, "|")+strings.Count(pattern, "*")) + 3
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
