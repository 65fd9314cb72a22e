//go:build amd64 && !purego

package sm3x

import "golang.org/x/sys/cpu"

// Has reports whether the processor can run Compress.
func Has() bool { return cpu.X86.HasAVX2 }

func compress(h *States, w *Words) { compress8((*[8][8]uint32)(h), (*[68][8]uint32)(w)) }

//go:noescape
func compress8(h *[8][8]uint32, w *[68][8]uint32)
