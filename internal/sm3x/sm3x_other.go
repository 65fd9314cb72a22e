//go:build !amd64 || purego

package sm3x

// Has reports whether the processor can run Compress.
func Has() bool { return false }

func compress(*States, *Words) { panic("sm3x: no assembler for this processor") }
