package strength

import (
	"math/big"
	"strings"

	"github.com/banfa-go/banfa/internal/ident"
)

const (
	creditChars   = "0123456789ABCDEFGHJKLMNPQRTUWXY"
	creditWeights = "\x01\x03\x09\x1b\x13\x1a\x10\x11\x14\x1d\x19\x0d\x08\x18\x0a\x1e\x1c"
	orgWeights    = "\x03\x07\x09\x0a\x05\x08\x04\x02"
)

// credit counts the credit codes that fit a pattern: GB 32100-2015 with its check character, and the check digit of the organisation code inside (GB 11714-1997), which makes
// eleven times fewer. States are the two sums, modulo 31 and 11. Codes of companies are public lists: a mask hides nothing that a list shows.
func credit(pattern []rune, known Known) (Result, error) {
	const states = 31 * 11
	kind := string(ident.CreditCode)
	ways := map[int]*big.Int{0: big.NewInt(1)}
	step := func(i int, allowed string, weigh func(c byte) int) {
		next := make(map[int]*big.Int, states)
		for c := range len(allowed) {
			char := allowed[c]
			if pattern[i] != '*' && pattern[i] != rune(char) {
				continue
			}
			add := strings.IndexByte(creditChars, char) * int(creditWeights[i])
			org := weigh(char)
			for s, n := range ways {
				to := (s/11+add)%31*11 + (s%11+org)%11
				if next[to] == nil {
					next[to] = new(big.Int)
				}
				next[to].Add(next[to], n)
			}
		}
		ways = next
	}
	none := func(byte) int { return 0 }
	step(0, "123456789ANY", none)
	step(1, "123456789", none)
	exact := true
	if len(known.Regions) > 0 {
		ways = creditRegions(pattern, ways, known.Regions)
	} else {
		for i := 2; i < 8; i++ {
			exact = exact && pattern[i] != '*'
			step(i, digitChars, none)
		}
	}
	for i := 8; i < 16; i++ {
		w := int(orgWeights[i-8])
		step(i, creditChars, func(c byte) int { return orgValue(c) * w })
	}
	// The check digit of the organisation code has weight 1: 0 to 9, and X for 10.
	step(16, digitChars+"X", func(c byte) int {
		if c == 'X' {
			return 10
		}
		return int(c - '0')
	})
	count := new(big.Int)
	for s, n := range ways {
		check := rune(creditChars[(31-s/11)%31])
		if s%11 == 0 && (pattern[17] == '*' || pattern[17] == check) {
			count.Add(count, n)
		}
	}
	return result(kind, count, exact), nil
}

// orgValue is the value of a character in an organisation code: letters count from 10, those that credit codes leave out too.
func orgValue(c byte) int {
	if c <= '9' {
		return int(c - '0')
	}
	return int(c-'A') + 10
}

func creditRegions(pattern []rune, ways map[int]*big.Int, regions []string) map[int]*big.Int {
	sums := map[int]int64{}
	for _, code := range regions {
		if len(code) != 6 || strings.Trim(code, digitChars) != "" || !fits(code, pattern[2:]) {
			continue
		}
		sum := 0
		for i := range len(code) {
			sum += int(code[i]-'0') * int(creditWeights[2+i])
		}
		sums[sum%31]++
	}
	next := map[int]*big.Int{}
	for s, n := range ways {
		for sum, times := range sums {
			to := (s/11+sum)%31*11 + s%11
			if next[to] == nil {
				next[to] = new(big.Int)
			}
			next[to].Add(next[to], new(big.Int).Mul(n, big.NewInt(times)))
		}
	}
	return next
}
