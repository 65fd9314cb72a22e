package expr

import "strings"

// enumIssue says that a string is compared with an enum that has no such code: the comparison type-checks and is always
// false. The label of a code is the mistake most often made, so it is looked for first.
func enumIssue(got string, t *Type) Issue {
	is := Issue{Code: "BF2004", Key: "cel.enum", Args: []string{got, strings.Join(t.Values, ", ")}}
	for i, label := range t.Labels {
		if label == got && i < len(t.Values) {
			is.Fix = quoted(t.Values[i])
			return is
		}
	}
	if near := Nearest(got, t.Values); near != "" {
		is.Fix = quoted(near)
	}
	return is
}

func quoted(s string) string {
	return "'" + strings.NewReplacer(`\`, `\\`, `'`, `\'`).Replace(s) + "'"
}

// Nearest returns the candidate that differs least from a mistyped word, or "" where none is near. Ties go to the first.
func Nearest(word string, candidates []string) string {
	w := []rune(word)
	best, limit := "", max(1, len(w)/3)
	for _, c := range candidates {
		if d := distance(w, []rune(c), limit); d <= limit {
			best, limit = c, d-1
		}
		if limit < 0 {
			break
		}
	}
	return best
}

// distance is the optimal string alignment distance: insertions, deletions, replacements and swaps of neighbours. It gives
// up with limit+1 when the lengths alone differ by more.
func distance(a, b []rune, limit int) int {
	if len(a)-len(b) > limit || len(b)-len(a) > limit {
		return limit + 1
	}
	var prev2 []int
	prev := make([]int, len(b)+1)
	for j := range prev {
		prev[j] = j
	}
	for i := 1; i <= len(a); i++ {
		cur := make([]int, len(b)+1)
		cur[0] = i
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			cur[j] = min(prev[j]+1, cur[j-1]+1, prev[j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				cur[j] = min(cur[j], prev2[j-2]+1)
			}
		}
		prev2, prev = prev, cur
	}
	return prev[len(b)]
}
