// Package format lays rule files out in one way: two spaces for each level, keys in the order of internal/grammar, at most one
// empty line between things, no white space at line ends. Comments stay with what they are about. Scalars, literal blocks and
// flow collections stay as their author wrote them, but for their indentation.
//
// What a file says never changes: the result is read again and compared with what it was made from, value by value and
// comment by comment, and where they differ nothing is returned.
//
// Where to look:
//
//	format.go  Source: the order of the stages, and the comparison at the end
//	gap.go     what stands between two scalars: comments, dashes, empty lines
//	layout.go  from source.Node and the gaps to blocks of entries, each with its comments
//	order.go   the order of keys
//	leaf.go    scalars and flow collections of several lines in their new place
//	print.go   from blocks to text
//	diff.go    the difference of two texts, for people
package format
