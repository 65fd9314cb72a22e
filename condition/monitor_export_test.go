package condition

import "crypto/sha256"

// SealMonitorState gives a state the checksum that it ought to have, so that tests reach what lies behind it.
func SealMonitorState(state []byte) []byte {
	if len(state) < sha256.Size {
		return state
	}
	body := state[: len(state)-sha256.Size : len(state)-sha256.Size]
	sum := sha256.Sum256(body)
	return append(body, sum[:]...)
}
