//go:build !amd64 || purego

package stream

const hasValidBlocks = false

func validBlocks(*byte, int) bool { panic("stream: no assembler for this processor") }
