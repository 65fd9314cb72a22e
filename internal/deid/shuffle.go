package deid

import (
	"encoding/binary"
	"math/rand/v2"
)

// MinShuffle is the least number of values that are exchanged among each other: of fewer it is too easily guessed which one was whose.
const MinShuffle = 10

// Shuffle returns a function that exchanges the values of a group (置换): swap exchanges those at two places from 0 to n-1. The permutation depends on the key, the domain,
// the group and n alone. It is one of the (n-1)! that are one circle, each as likely (Sattolo 1986), so that no place gets back its own value, but for one that
// is equal to it. The values themselves are published: shuffle what identifies nobody without its row.
func Shuffle(k Key, h Hash, d Domain) (func(group []byte, n int, swap func(i, j int)), error) {
	p, err := newPRF(k, "shuffle", h, d)
	if err != nil {
		return nil, err
	}
	return func(group []byte, n int, swap func(i, j int)) {
		s := p.get()
		s.field(group)
		s.in = binary.BigEndian.AppendUint64(s.in, uint64(n))
		seed := [32]byte(s.sum())
		p.put(s)
		// ChaCha8 has a specification of its own (C2SP chacha8rand), so that the bytes of a release do not depend on a version of Go.
		words := chachaSource{rand.NewChaCha8(seed)}
		for i := n - 1; i > 0; i-- {
			swap(i, int(below(words, uint64(i))))
		}
	}, nil
}

// chachaSource is a stream of words that has no end.
type chachaSource struct{ *rand.ChaCha8 }

func (c chachaSource) word() uint64 { return c.Uint64() }
func (chachaSource) err() error     { return nil }
