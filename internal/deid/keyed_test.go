package deid

import (
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/emmansun/gmsm/sm3"
	"github.com/emmansun/gmsm/sm4"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/banfa-go/banfa/internal/ident"
)

func TestAKeyShowsItsNameHoweverItIsPrinted(t *testing.T) {
	k, err := NewKey("plate", []byte("TOPSECRETTOPSECRET"))
	require.NoError(t, err)
	type holder struct {
		k    Key
		list []Key
		p    *Key
	}
	h := holder{k, []Key{k}, &k}
	var out strings.Builder
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "%d", "%t"} {
		fmt.Fprintf(&out, verb+" "+verb+" "+verb+"\n", k, &k, h)
	}
	b, err := json.Marshal(map[string]any{"k": k, "list": []Key{k}})
	require.NoError(t, err)
	assert.JSONEq(t, `{"k": "key:plate", "list": ["key:plate"]}`, string(b))
	shown := out.String() + string(b)
	for _, secret := range []string{"TOPSECRET", hex.EncodeToString([]byte("TOPSECRET")), "84 79 80", strings.ToUpper(hex.EncodeToString([]byte("TOP")))} {
		assert.NotContains(t, shown, secret)
	}
	assert.Equal(t, "plate", k.ID())
}

func TestAKeyTooShortIsNamedAndNotShown(t *testing.T) {
	for _, c := range []struct {
		id, secret, want string
	}{
		{"plate", "hunter2hunter2!", `deid: key "plate" has 15 bytes, needs at least 16 (32 are recommended)`},
		{"plate", "", `deid: key "plate" is empty or was not supplied; give it at least 16 random bytes`},
		{"", "0123456789abcdef", "deid: a key without a name"},
	} {
		_, err := NewKey(c.id, []byte(c.secret))
		var key *KeyError
		require.ErrorAs(t, err, &key)
		assert.EqualError(t, err, c.want)
	}
	for name, err := range map[string]error{
		"pseudonym": second(Pseudonym(Key{}, PseudonymOptions{})), "shift": second(Shift(Key{}, "", Domain{}, Date, 5)),
		"ff1": second(EncryptFF1(Key{}, FF1Options{})), "sample": second(Sample(Key{}, "", Domain{}, dec("0.5"), false)),
		"shuffle": second(Shuffle(Key{}, "", Domain{})), "noise": second(Noise(Key{}, NoiseOptions{Kind: Laplace, Max: dec("1"), Epsilon: dec("1")})),
	} {
		var key *KeyError
		assert.ErrorAs(t, err, &key, name)
	}
}

// vectors are shared between projects and not a part of this repository.
func vectors(t *testing.T, file string, into any) {
	data, err := os.ReadFile("../../../shared/data/vectors/" + file)
	if errors.Is(err, fs.ErrNotExist) {
		t.Skipf("the shared vectors are not here (%s)", file)
	}
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(data, into))
}

func unhex(t *testing.T, s string) []byte {
	b, err := hex.DecodeString(s)
	require.NoError(t, err)
	return b
}

func TestHMACOfThePooledStatesIsThatOfTheVectors(t *testing.T) {
	var all struct {
		Vectors []struct {
			Key, Data string
			SHA256    string `json:"hmac_sha256"`
			SM3       string `json:"hmac_sm3"`
		}
		GMT []struct {
			Key, Data string
			ASCII     string `json:"data_ascii"`
			SM3       string `json:"hmac_sm3"`
		} `json:"gmt0042_candidates"`
	}
	vectors(t, "hmac_sha256_rfc4231.json", &all)
	n := 0
	for i := range 2 {
		if i == 1 {
			vectors(t, "hmac_sm3_computed.json", &all)
		}
		for _, v := range all.Vectors {
			hash, want := SHA256, v.SHA256
			if i == 1 {
				hash, want = SM3, v.SM3
			}
			newHash, err := hash.new()
			require.NoError(t, err)
			p := rawPRF(newHash, unhex(t, v.Key))
			for range 3 { // the state of the pool is used again
				s := p.get()
				s.in = append(s.in, unhex(t, v.Data)...)
				require.Equal(t, want, hex.EncodeToString(s.sum()), "%s of %s", hash, v.Data)
				p.put(s)
			}
			n++
		}
	}
	require.Len(t, all.GMT, 2)
	for _, v := range all.GMT {
		s := rawPRF(sm3.New, unhex(t, v.Key)).get()
		s.in = append(s.in, unhex(t, v.Data)...)
		if text, twice := strings.CutSuffix(v.ASCII, " x2"); twice {
			s.in = append(s.in, text+text...)
		}
		require.Equal(t, v.SM3, hex.EncodeToString(s.sum()))
	}
	assert.Equal(t, 14, n)
}

func TestSM3AndSM4AreThoseOfTheStandards(t *testing.T) {
	var hashes struct {
		Vectors []struct {
			Message string `json:"message_hex"`
			Digest  string
		}
	}
	vectors(t, "sm3.json", &hashes)
	require.NotEmpty(t, hashes.Vectors)
	for _, v := range hashes.Vectors {
		sum := sm3.Sum(unhex(t, v.Message))
		assert.Equal(t, v.Digest, hex.EncodeToString(sum[:]))
	}
	var blocks struct {
		Vectors []struct {
			Key, Plaintext, Ciphertext string
			Iterations                 int
		}
	}
	vectors(t, "sm4.json", &blocks)
	require.NotEmpty(t, blocks.Vectors)
	for _, v := range blocks.Vectors {
		c, err := sm4.NewCipher(unhex(t, v.Key))
		require.NoError(t, err)
		b := unhex(t, v.Plaintext)
		for range v.Iterations {
			c.Encrypt(b, b)
		}
		assert.Equal(t, v.Ciphertext, hex.EncodeToString(b))
	}
}

func TestPseudonymsJoinOnlyWhereTheyAreMeantTo(t *testing.T) {
	base := PseudonymOptions{Domain: Domain{DataSet: "parking", Column: "plate", Purpose: "open"}}
	with := func(change func(*PseudonymOptions)) PseudonymOptions {
		o := base
		change(&o)
		return o
	}
	other, err := NewKey("test", []byte("another key of thirty-two bytes."))
	require.NoError(t, err)
	seen := map[string]string{}
	for name, f := range map[string]Func{
		"as it is":          must(t)(Pseudonym(testKey(t, "test"), base)),
		"another key":       must(t)(Pseudonym(other, base)),
		"another hash":      must(t)(Pseudonym(testKey(t, "test"), with(func(o *PseudonymOptions) { o.Hash = SM3 }))),
		"another data set":  must(t)(Pseudonym(testKey(t, "test"), with(func(o *PseudonymOptions) { o.Domain.DataSet = "parkin" }))),
		"another column":    must(t)(Pseudonym(testKey(t, "test"), with(func(o *PseudonymOptions) { o.Domain.Column = "gplate" }))),
		"another purpose":   must(t)(Pseudonym(testKey(t, "test"), with(func(o *PseudonymOptions) { o.Domain.Purpose = "" }))),
		"the parts moved":   must(t)(Pseudonym(testKey(t, "test"), with(func(o *PseudonymOptions) { o.Domain = Domain{"parkin", "gplate", "open"} }))),
		"an int":            must(t)(Pseudonym(testKey(t, "test"), with(func(o *PseudonymOptions) { o.Type = Int }))),
		"a decimal":         must(t)(Pseudonym(testKey(t, "test"), with(func(o *PseudonymOptions) { o.Type = Decimal }))),
		"a kind of its own": must(t)(Pseudonym(testKey(t, "test"), with(func(o *PseudonymOptions) { o.Kind = ident.Mobile }))),
	} {
		p := show(f, "13800138000")
		assert.Regexp(t, "^[0-9a-f]{32}$", p, name)
		assert.Empty(t, seen[p], "%s is the same as %s", name, seen[p])
		seen[p] = name
		assert.Equal(t, p, show(f, "13800138000"))
		assert.NotEqual(t, p, show(f, "13800138001"))
	}
	again := must(t)(Pseudonym(testKey(t, "renamed"), base))
	assert.Equal(t, "as it is", seen[show(again, "13800138000")], "the name of a key is no part of it")
}

func TestOneValueHasOnePseudonymHoweverItIsWritten(t *testing.T) {
	for _, c := range []struct {
		of     Type
		kind   ident.Kind
		same   []string
		others []string
		no     []string
	}{
		{Int, "", []string{"42", "042"}, []string{"-42", "420"}, []string{"", "4 2", "42.0", "４２", "+42"}},
		{Decimal, "", []string{"1.5", "1.50", "01.5", "15e-1"}, []string{"15", "-1.5"}, []string{"1,5", "NaN"}},
		{Decimal, "", []string{"0", "-0", "0.00"}, nil, nil},
		{Date, "", []string{"2024-01-05", "2024/1/5", "20240105", "2024年1月5日", "2024年01月05日"}, []string{"2024-05-01"}, []string{"2024-1-5", "2024-02-30"}},
		{
			Timestamp, "",
			[]string{"2024-01-05T02:00:00Z", "2024-01-05 10:00+08:00", "2024-01-05T10:00:00.000+08:00", "2024-01-04T21:00:00-05:00"},
			[]string{"2024-01-05T10:00:00", "2024-01-05T10:00:00.5+08:00"},
			[]string{"2024-01-05"},
		},
		{Bool, "", []string{"true", "1", "是"}, []string{"否"}, []string{"yes"}},
		{String, "", []string{"张三"}, []string{"张三 ", "张三\u200b"}, []string{"", "\xff"}},
		{String, ident.ResidentID, []string{"11010519491231002X", "11010519491231002x", "１１０１０５１９４９１２３１００２Ｘ", "110105 19491231 002X"}, []string{"440524188001010014"}[:0], []string{"110105194912310021"}},
		{String, ident.PersonName, []string{"王芳", "王 芳", "王　芳"}, []string{"王方"}, []string{"x"}},
		{String, ident.Email, []string{"A@b.cn", "a@B.CN"}, []string{"aa@b.cn"}, []string{"a"}},
	} {
		f := must(t)(Pseudonym(testKey(t, "k"), PseudonymOptions{Type: c.of, Kind: c.kind, Hash: SM3}))
		want := show(f, c.same[0])
		assert.Len(t, want, 32)
		for _, s := range c.same {
			assert.Equal(t, want, show(f, s), "%s %q", c.of, s)
		}
		for _, s := range c.others {
			assert.NotEqual(t, want, show(f, s), "%s %q", c.of, s)
			assert.Len(t, show(f, s), 32, "%s %q", c.of, s)
		}
		for _, s := range c.no {
			assert.Equal(t, "(invalid)", show(f, s), "%s %q", c.of, s)
		}
	}
}

func TestPseudonymsAreWrittenAsAsked(t *testing.T) {
	for _, c := range []struct {
		encoding Encoding
		chars    int
		want     string
	}{
		{Hex, 0, `[0-9a-f]{32}`},
		{Hex, 17, `[0-9a-f]{17}`},
		{Hex, 64, `[0-9a-f]{64}`},
		{Base32, 0, `[0-9A-HJKMNP-TV-Z]{26}`},
		{Base32, 51, `[0-9A-HJKMNP-TV-Z]{51}`},
		{Letters, 0, `[b-df-hjkmnp-tv]{32}`},
	} {
		f := must(t)(Pseudonym(testKey(t, "k"), PseudonymOptions{Encoding: c.encoding, Chars: c.chars}))
		assert.Regexp(t, "^"+c.want+"$", show(f, "x"))
	}
	long := show(must(t)(Pseudonym(testKey(t, "k"), PseudonymOptions{Chars: 33})), "x")
	short := show(must(t)(Pseudonym(testKey(t, "k"), PseudonymOptions{})), "x")
	assert.Equal(t, short, long[:32], "the two ways to write hexadecimal digits agree")
	for _, c := range []struct {
		encoding Encoding
		chars    int
		want     string
	}{{Hex, 15, "60 bits"}, {Hex, 65, "260 bits"}, {Base32, 12, "60 bits"}, {Hex, -1, "-4 bits"}, {"base64", 0, "no encoding"}} {
		_, err := Pseudonym(testKey(t, "k"), PseudonymOptions{Encoding: c.encoding, Chars: c.chars})
		assert.ErrorContains(t, err, c.want)
	}
	assert.Error(t, second(Pseudonym(testKey(t, "k"), PseudonymOptions{Hash: "md5"})))
	assert.Error(t, second(Pseudonym(testKey(t, "k"), PseudonymOptions{Type: "text"})))
	assert.Error(t, second(Pseudonym(testKey(t, "k"), PseudonymOptions{Type: Int, Kind: ident.Mobile})))
}

func TestFormatPreservingEncryption(t *testing.T) {
	for _, o := range []FF1Options{{}, {Cipher: SM4}, {Kind: ident.Mobile}, {Domain: Domain{Column: "phone"}}} {
		f, back := must(t)(EncryptFF1(testKey(t, "k"), o)), must(t)(DecryptFF1(testKey(t, "k"), o))
		got := show(f, "13800138000")
		assert.Regexp(t, "^[0-9]{11}$", got)
		assert.NotEqual(t, "13800138000", got)
		assert.Equal(t, "13800138000", show(back, got))
		assert.Equal(t, "(invalid)", show(f, "12345"), "fewer than a million values")
		assert.Equal(t, "(invalid)", show(f, "1380013800X"))
	}
	f := must(t)(EncryptFF1(testKey(t, "k"), FF1Options{Kind: ident.Mobile}))
	assert.Equal(t, show(f, "13800138000"), show(f, "+86 138-0013-8000"))
	assert.Equal(t, "(invalid)", show(f, "23800138000"))
	f = must(t)(EncryptFF1(testKey(t, "k"), FF1Options{Alphabet: "0123456789X", Kind: ident.ResidentID}))
	assert.Regexp(t, "^[0-9X]{18}$", show(f, "11010519491231002x"))
	for _, o := range []FF1Options{{Cipher: "des"}, {Alphabet: "0"}, {Kind: "cn.nothing"}} {
		_, err := EncryptFF1(testKey(t, "k"), o)
		assert.Error(t, err)
	}
}

func TestAShiftKeepsTheIntervalsOfASubject(t *testing.T) {
	const days = 30
	f := must(t)(Shift(testKey(t, "k"), SM3, Domain{DataSet: "visits"}, Date, days))
	at := must(t)(Shift(testKey(t, "k"), SM3, Domain{DataSet: "visits"}, Timestamp, days))
	parse := func(s string) time.Time {
		v, err := time.Parse(time.DateOnly, s)
		require.NoError(t, err)
		return v
	}
	counts := map[int]int{}
	for i := range 6000 {
		subject := fmt.Sprint("person ", i)
		a, b := parse(showFor(f, "2024-02-20", subject)), parse(showFor(f, "2024/03/31", subject)[:4]+"-01-01")
		_ = b // the form of the second stays with slashes; its distance is checked below
		moved := int(a.Sub(parse("2024-02-20")).Hours() / 24)
		counts[moved]++
		second := parse(strings.ReplaceAll(showFor(f, "2024/03/31", subject), "/", "-"))
		require.Equal(t, 40*24*time.Hour, second.Sub(a))
		require.Equal(t, a.Format(time.DateOnly)+" 10:20:30.5+08:00", showFor(at, "2024-02-20 10:20:30.5+08:00", subject))
	}
	assert.NotContains(t, counts, 0)
	assert.Len(t, counts, 2*days)
	chi := 0.0
	for _, n := range counts {
		chi += (float64(n) - 100) * (float64(n) - 100) / 100
	}
	assert.Less(t, chi, 100.0, "60 cells: a uniform draw exceeds this once in 1,500 keys, and the key is fixed")

	for _, c := range []struct{ in, subject string }{
		{"2024-01-01", ""}, {"yesterday", "a"}, {"9999-12-31", "a"}, {"9999-12-31", "b"}, {"0001-01-01", "c"}, {"0001-01-01", "d"}, {"", "a"},
	} {
		got := showFor(f, c.in, c.subject)
		assert.NotEqual(t, c.in, got)
		if !strings.HasPrefix(c.in, "9999") && !strings.HasPrefix(c.in, "0001") {
			assert.Equal(t, "(invalid)", got)
		}
	}
	_, err := f(nil, Cell{Text: []byte("2024-01-01")})
	assert.ErrorContains(t, err, "no subject")
	for _, n := range []int{0, -1, maxShift + 1} {
		assert.Error(t, second(Shift(testKey(t, "k"), "", Domain{}, Date, n)))
	}
	assert.Error(t, second(Shift(testKey(t, "k"), "", Domain{}, String, 5)))
}

func TestASampleHasItsRateAndKeepsSubjectsTogether(t *testing.T) {
	keep, err := Sample(testKey(t, "k"), "", Domain{}, dec("0.25"), false)
	require.NoError(t, err)
	bySubject, err := Sample(testKey(t, "k"), "", Domain{}, dec("0.25"), true)
	require.NoError(t, err)
	kept, keptSubjects := 0, 0
	for i := range 20000 {
		if keep(Cell{Row: int64(i + 1)}) {
			kept++
		}
		a := bySubject(Cell{Row: int64(2 * i), Subject: []byte(fmt.Sprint(i))})
		require.Equal(t, a, bySubject(Cell{Row: int64(2*i + 1), Subject: []byte(fmt.Sprint(i))}))
		if a {
			keptSubjects++
		}
	}
	assert.InDelta(t, 5000, kept, 250)
	assert.InDelta(t, 5000, keptSubjects, 250)
	assert.False(t, bySubject(Cell{Row: 1}), "a row without a subject goes")
	all, err := Sample(testKey(t, "k"), "", Domain{}, dec("1"), false)
	require.NoError(t, err)
	for i := range 1000 {
		require.True(t, all(Cell{Row: int64(i)}))
	}
	for _, rate := range []string{"0", "-0.1", "1.01", "0.0000000000000000000000001"} {
		assert.Error(t, second(Sample(testKey(t, "k"), "", Domain{}, dec(rate), false)), rate)
	}
}

func TestAShuffleMovesEveryValueOfAGroup(t *testing.T) {
	shuffle, err := Shuffle(testKey(t, "k"), SM3, Domain{Column: "fee"})
	require.NoError(t, err)
	other, err := Shuffle(testKey(t, "k"), SM3, Domain{Column: "tax"})
	require.NoError(t, err)
	mix := func(f func([]byte, int, func(i, j int)), group string, n int) []int {
		places := make([]int, n)
		for i := range places {
			places[i] = i
		}
		f([]byte(group), n, func(i, j int) { places[i], places[j] = places[j], places[i] })
		return places
	}
	a := mix(shuffle, "甲", 100)
	assert.Equal(t, a, mix(shuffle, "甲", 100))
	assert.NotEqual(t, a, mix(shuffle, "乙", 100), "another group")
	assert.NotEqual(t, a, mix(other, "甲", 100), "another column")
	sorted := slices.Clone(a)
	slices.Sort(sorted)
	for i, v := range sorted {
		require.Equal(t, i, v, "each value is there once")
	}
	var first [10]int // where value 0 of ten comes to
	for i := range 9000 {
		for place, v := range mix(shuffle, strconv.Itoa(i), 10) {
			require.NotEqual(t, place, v, "no place keeps its own")
			if v == 0 {
				first[place]++
			}
		}
	}
	for place, n := range first[1:] {
		assert.InDelta(t, 1000, n, 150, "place %d", place+1)
	}
	assert.Equal(t, []int{0}, mix(shuffle, "", 1))
	assert.Empty(t, mix(shuffle, "", 0))
}

func TestLocalSuppressionLooksAtTheRow(t *testing.T) {
	f := SuppressIf(func(c Cell) bool { return c.Row == 2 }, Replace("x"))
	out, err := f(nil, Cell{Row: 1})
	assert.NoError(t, err)
	assert.Equal(t, "x", string(out))
	_, err = f(nil, Cell{Row: 2})
	assert.ErrorIs(t, err, ErrSuppress)
}
