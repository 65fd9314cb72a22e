// Package sm3x is the compression function of SM3 (GB/T 32905-2016) on eight messages at once. One message leaves most of a processor idle: each round waits
// for the one before. Eight of them, one in each lane of a vector, cost about a quarter of eight alone.
//
// Where there is no assembler for the processor, Has is false, and callers go on with package gmsm.
package sm3x

//go:generate sh -c "go run gen.go > sm3x_amd64.s"

// Lanes is how many messages there are.
const Lanes = 8

// States are the chaining values of the messages: word by word, and in each word message by message.
type States [8][Lanes]uint32

// Words are the blocks of the messages in the same order, the first 16 of the 68 words that they are expanded to.
type Words [68][Lanes]uint32

// Compress takes one block of each message in. It must only be called where Has is true.
func Compress(h *States, w *Words) { compress(h, w) }
