//go:build amd64 && !purego

package sha2x

import "golang.org/x/sys/cpu"

// Has reports whether the processor can run Compress.
func Has() bool { return has }

var has = cpu.X86.HasAVX && cpu.X86.HasSSE41 && cpu.X86.HasSSSE3 && features()&(1<<29) != 0

func compress(h *States, b *Blocks) { compress2((*[2][8]uint32)(h), (*[2][64]byte)(b)) }

//go:noescape
func compress2(h *[2][8]uint32, b *[2][64]byte)

// features is EBX of CPUID for leaf 7, of which bit 29 says that there are instructions for SHA; 0 where there is no such leaf.
func features() uint32
