// Package source reads rule files: one YAML document with the position of every node, and nothing in it that
// could mean something else than it seems to.
//
// YAML is read twice. Our own lexer finds where every scalar begins and ends, what misleads, and what is broken; it
// masks what it has reported and goes on, so that one run finds all problems, and it enforces the limits before
// anything costs time or memory. The masked text then goes to go.yaml.in/yaml/v4, which builds the tree and
// decodes the values. The two must agree scalar by scalar; where they do not, the file is refused.
//
// Where to look:
//
//	parse.go       Parse and Limits: the order of the stages
//	position.go    Position, Range, Edit, File: text and places in it
//	problem.go     Problem: what is wrong, as data
//	text.go        bytes and characters that no rule file may hold
//	lex.go         the lexer: one step of block context, comments, --- and ...
//	lexframe.go    which collection a line belongs to, and the limits; lexkey.go keys; lextab.go tabs
//	lexscalar.go   plain and quoted scalars; lexblock.go | and >
//	lexflow.go     the lexer inside [] and {}; lexflowscalar.go scalars there
//	property.go    tags, anchors, aliases
//	recover.go     how the lexer goes on after a problem
//	diagnose.go    which mistake a line that fits nowhere most likely is
//	plain.go       what type a plain scalar has, and which ones YAML versions read differently
//	tree.go        from the library's nodes and the lexer's tokens to Node
//	node.go        Node; at.go positions inside a scalar; expression.go which scalars may hold CEL
package source
