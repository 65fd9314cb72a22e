package expr

import (
	"slices"
	"strings"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/ext"
	"cel.dev/cel-go/interpreter"
)

// The versions of cel-go's libraries. They are the highest that cel-go v0.33.2 has, and are pinned because the default is
// "latest": an upgrade of cel-go must not change what a rule means. Encoders stay at version 0, base64 only: later
// versions parse JSON and YAML, whose cost nothing bounds. Bindings, network and protos are left out, as no rule
// needs them, and so is everything that could read a clock, a file or a network.
const (
	stringsVersion        = 5
	mathVersion           = 3
	listsVersion          = 5
	setsVersion           = 0
	encodersVersion       = 0
	regexVersion          = 0
	comprehensionsVersion = 0
	optionalVersion       = 4

	// rangeLimit bounds lists.range(n), which builds its list before any cost is charged.
	rangeLimit = 10_000

	// precisionLimit bounds the digits that format() writes behind a point.
	precisionLimit = 100
)

// libraries declares everything of cel-go that expressions may use, for cel.NewCustomEnv. All of it is pure.
func libraries() []cel.EnvOption {
	return append(unpinnedLibraries(), cel.CostModelVersion(costVersion))
}

func unpinnedLibraries() []cel.EnvOption {
	return []cel.EnvOption{
		cel.StdLib(),
		cel.OptionalTypes(cel.OptionalTypesVersion(optionalVersion)),
		ext.Strings(ext.StringsVersion(stringsVersion), ext.StringsValidateFormatCalls(true), ext.StringsMaxPrecision(precisionLimit)),
		ext.Math(ext.MathVersion(mathVersion)),
		ext.Lists(ext.ListsVersion(listsVersion), ext.ListsMaxRangeSize(rangeLimit)),
		ext.Sets(ext.SetsVersion(setsVersion)),
		ext.Encoders(ext.EncodersVersion(encodersVersion)),
		ext.Regex(ext.RegexVersion(regexVersion)),
		ext.TwoVarComprehensions(ext.TwoVarComprehensionsVersion(comprehensionsVersion)),
		cel.CostModel(standardModels()...),
		cel.Lib(constantRegex{}),
	}
}

// constantRegex compiles the constant patterns of matches() once, when the program is planned, instead of at each call.
type constantRegex struct{}

// LibraryName implements cel.SingletonLibrary.
func (constantRegex) LibraryName() string { return "banfa.regex" }

// CompileOptions implements cel.Library.
func (constantRegex) CompileOptions() []cel.EnvOption { return nil }

// ProgramOptions implements cel.Library.
func (constantRegex) ProgramOptions() []cel.ProgramOption {
	return []cel.ProgramOption{cel.OptimizeRegex(interpreter.MatchesRegexOptimization)}
}

// costVersion is the revision of cel-go's cost model. The same reason pins it as the libraries.
const costVersion = 1

// The limits of an expression that are not the host's to set: no rule that a person can read comes near them.
const (
	// nodeLimit bounds the syntax tree after macros.
	nodeLimit = 20_000

	// regexLimit bounds the instructions of a compiled regular expression. It is what makes the cost of a match
	// bounded by the length of the text: a few characters of pattern can stand for any number of instructions.
	regexLimit = 1000

	// comprehensionLimit bounds how deep comprehensions stand in each other.
	comprehensionLimit = 4

	// recoveryLimit is how often cel-go's parser tries again after a syntax error. Once is enough: our own issues come
	// from another parser (see syntaxIssues), and each try costs time on hostile text.
	recoveryLimit = 1
)

// The names under which limits are known in issues and to hosts.
const (
	limitSize    = "expression.size"
	limitDepth   = "expression.depth"
	limitNodes   = "expression.nodes"
	limitNesting = "expression.comprehensions"
	limitRegex   = "expression.regex"
)

// limitOptions bounds the text, the depth and the tree of every expression, and refuses constants that could only fail:
// regular expressions, timestamps, durations, dates, decimals and time zones.
func limitOptions(maxRunes, maxDepth int) []cel.EnvOption {
	return []cel.EnvOption{
		cel.ParserExpressionSizeLimit(maxRunes),
		cel.ParserRecursionLimit(maxDepth),
		cel.ParserErrorRecoveryLimit(recoveryLimit),
		cel.ExpressionNestingDepthLimit(maxDepth),
		cel.ExpressionNodeLimit(nodeLimit),
		cel.RegexProgramSizeLimit(regexLimit),
		cel.ASTValidators(strictValidator{}),
	}
}

// functionNames returns the names of the functions that expressions may call, in order, for the suggestions of translate:
// methods by their own name, functions of a library with its prefix (math.greatest). Operators have no name to mistype.
func functionNames(env *cel.Env) []string {
	var names []string
	for name := range env.Functions() {
		if isLetter(rune(name[0])) && name[0] != '_' && name != "in" && !strings.Contains(name, "@") {
			names = append(names, name)
		}
	}
	for _, m := range env.Macros() {
		switch name := m.Function(); name {
		case "greatest", "least":
			names = append(names, "math."+name)
		default:
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// costOptions makes a program measure its cost and stop at the limit. Its units and rules are those of the estimate.
func costOptions(limit uint64) []cel.ProgramOption {
	return []cel.ProgramOption{cel.CostTracking(nil), cel.CostLimit(limit)}
}
