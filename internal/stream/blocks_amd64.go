//go:build amd64 && !purego

package stream

import "golang.org/x/sys/cpu"

// hasBlocks reports whether the processor can look at blocks of bytes.
var hasBlocks = cpu.X86.HasAVX2

// validBlocks reports whether a text of blocks of 32 bytes, of which there is at least one, has nothing that is not UTF-8. A character that is cut off at its
// end is none that it sees.
//
//go:noescape
func validBlocks(text *byte, blocks int) bool

// markBlocks is marks for so many words, of which there is at least one.
//
//go:noescape
func markBlocks(dst *uint64, text *byte, blocks int, comma byte)
