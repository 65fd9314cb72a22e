//go:build !amd64 || purego

package stream

const hasBlocks = false

func validBlocks(*byte, int) bool { panic("stream: no assembler for this processor") }

func markBlocks(*uint64, *byte, int, byte) { panic("stream: no assembler for this processor") }
