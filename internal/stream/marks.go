package stream

// markBytes is how many bytes a word of marks is for.
const markBytes = 64

// marks writes down where text has delimiters and line ends, a bit for each byte, and returns how many words that takes.
func marks(dst []uint64, text []byte, comma byte) int {
	n := 0
	if whole := len(text) / markBytes; hasBlocks && whole > 0 {
		markBlocks(&dst[:whole][0], &text[0], whole, comma)
		n = whole
	}
	for ; n*markBytes < len(text); n++ {
		dst[n] = markWords(text[n*markBytes:], lanesOf(comma))
	}
	return n
}

// markWords is the marks of the first bytes of a text, eight of them a step.
func markWords(text []byte, comma uint64) uint64 {
	const gather = 0x0102040810204080 // brings the lowest bits of the lanes together
	end, m := lanesOf('\n'), uint64(0)
	for i := 0; i < min(len(text), markBytes); i += 8 {
		w := word(text, i)
		m |= (zeros(w^comma) | zeros(w^end)) >> 7 * gather >> 56 << i
	}
	return m
}
