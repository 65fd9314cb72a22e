// Package sha2x is the compression function of SHA-256 (FIPS 180-4) on two messages at once, with the instructions that processors have for it. Each of them
// waits for the one before, so that two messages cost hardly more than one.
//
// Where the processor has no such instructions, Has is false, and callers go on with package crypto/sha256.
package sha2x

//go:generate sh -c "go run gen.go > sha2x_amd64.s"

// Lanes is how many messages there are.
const Lanes = 2

// States are the chaining values of the messages.
type States [Lanes][8]uint32

// Blocks are the next 64 bytes of the messages.
type Blocks [Lanes][64]byte

// Compress takes one block of each message in. It must only be called where Has is true.
func Compress(h *States, b *Blocks) { compress(h, b) }
