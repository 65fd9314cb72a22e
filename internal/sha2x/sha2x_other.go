//go:build !amd64 || purego

package sha2x

// Has reports whether the processor can run Compress.
func Has() bool { return false }

func compress(*States, *Blocks) { panic("sha2x: no assembler for this processor") }
