package desensitize_test

import (
	"bytes"
	"crypto/ecdh"
	"crypto/rand"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/emmansun/gmsm/sm2"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/banfa-go/banfa/desensitize"
)

type vaultPair struct {
	holder desensitize.VaultHolder
	key    desensitize.VaultKey
}

func vaultPairs(t *testing.T) map[string]vaultPair {
	private, err := ecdh.X25519().NewPrivateKey(bytes.Repeat([]byte{7}, 32))
	require.NoError(t, err)
	x, err := desensitize.X25519Holder(private.PublicKey())
	require.NoError(t, err)
	xk, err := desensitize.X25519Key(private)
	require.NoError(t, err)
	sm, err := sm2.GenerateKey(rand.Reader)
	require.NoError(t, err)
	s, err := desensitize.SM2Holder(&sm.PublicKey)
	require.NoError(t, err)
	sk, err := desensitize.SM2Key(sm)
	require.NoError(t, err)
	return map[string]vaultPair{"X25519": {x, xk}, "SM2": {s, sk}}
}

func vaultClock() time.Time {
	return time.Date(2026, 11, 24, 12, 0, 0, 0, time.FixedZone("CST", 8*3600))
}

func newVaultLog(t *testing.T, w *bytes.Buffer, old string) *desensitize.VaultLog {
	log, err := desensitize.NewVaultLog(w, strings.NewReader(old), vaultClock)
	require.NoError(t, err)
	return log
}

func writeVault(t *testing.T, holder desensitize.VaultHolder, values ...string) string {
	var file bytes.Buffer
	w, err := desensitize.NewVaultWriter(&file, holder, rand.Reader, "parking", "phone")
	require.NoError(t, err)
	for i, v := range values {
		require.NoError(t, w.Add(fmt.Append(nil, "token", i+1), []byte(v)))
		require.NoError(t, w.Add(fmt.Append(nil, "token", i+1), []byte(v)), "a token seen again is not written again")
	}
	require.Equal(t, int64(len(values)), w.Tokens())
	require.NoError(t, w.Close())
	require.Error(t, w.Add([]byte("late"), []byte("x")))
	return file.String()
}

var request = desensitize.VaultRequest{Token: "token2", Who: "李四", Why: "公安机关调取证据通知书 2026-17 号", Approver: "王五"}

func TestAValueIsRevealedToTheSecondKeyHolderAndLoggedFirst(t *testing.T) {
	for name, p := range vaultPairs(t) {
		t.Run(name, func(t *testing.T) {
			file := writeVault(t, p.holder, "13800138000", "13900139000", "")
			for _, secret := range []string{"13800138000", "13900139000", "MTM4MDAxMzgwMDA"} {
				assert.NotContains(t, file, secret)
			}
			var out bytes.Buffer
			v, err := desensitize.OpenVault(strings.NewReader(file), p.key, newVaultLog(t, &out, ""))
			require.NoError(t, err)
			assert.Equal(t, 3, v.Tokens())
			value, err := v.Reveal(request)
			require.NoError(t, err)
			assert.Equal(t, "13900139000", string(value))
			other := request
			other.Token = "token9"
			_, err = v.Reveal(other)
			assert.ErrorIs(t, err, desensitize.ErrVaultUnknown)

			events, err := desensitize.ReadVaultLog(bytes.NewReader(out.Bytes()))
			require.NoError(t, err)
			require.Len(t, events, 2)
			assert.Equal(t, desensitize.VaultEvent{
				Sequence: 1, At: "2026-11-24T04:00:00Z", Who: "李四", Approver: "王五", Why: request.Why, Vault: v.ID(), Holder: p.holder.ID(), DataSet: "parking", Column: "phone",
				Token: "token2", Outcome: "revealed",
			}, events[0])
			assert.Equal(t, "unknown", events[1].Outcome)
			assert.NotContains(t, out.String(), "13900139000")
			assert.Equal(t, "key:"+p.key.ID(), fmt.Sprintf("%v", p.key))
		})
	}
}

type fullDisk struct{}

func (fullDisk) Write([]byte) (int, error) { return 0, errors.New("no space left on device") }

type noSync struct{ bytes.Buffer }

func (*noSync) Sync() error { return errors.New("input/output error") }

func TestWithoutALogLineThereIsNoValue(t *testing.T) {
	p := vaultPairs(t)["X25519"]
	file := writeVault(t, p.holder, "a", "b")
	for want, w := range map[string]interface {
		Write([]byte) (int, error)
	}{"no space left": fullDisk{}, "input/output error": new(noSync)} {
		log, err := desensitize.NewVaultLog(w, nil, vaultClock)
		require.NoError(t, err)
		v, err := desensitize.OpenVault(strings.NewReader(file), p.key, log)
		require.NoError(t, err)
		value, err := v.Reveal(request)
		assert.ErrorContains(t, err, want)
		assert.Nil(t, value)
		_, err = v.Reveal(request)
		assert.Error(t, err, "a log that failed once stays closed")
	}
	_, err := desensitize.OpenVault(strings.NewReader(file), p.key, nil)
	assert.ErrorContains(t, err, "without a log")
}

func TestARequestNeedsAllItsPartsAndTwoPeople(t *testing.T) {
	p := vaultPairs(t)["X25519"]
	var out bytes.Buffer
	v, err := desensitize.OpenVault(strings.NewReader(writeVault(t, p.holder, "a", "b")), p.key, newVaultLog(t, &out, ""))
	require.NoError(t, err)
	for want, change := range map[string]func(*desensitize.VaultRequest){
		"a token":                          func(r *desensitize.VaultRequest) { r.Token = "" },
		"who asks":                         func(r *desensitize.VaultRequest) { r.Who = " " },
		"why":                              func(r *desensitize.VaultRequest) { r.Why = "" },
		"an approver":                      func(r *desensitize.VaultRequest) { r.Approver = "" },
		"an approver who is somebody else": func(r *desensitize.VaultRequest) { r.Approver = r.Who + " " },
	} {
		r := request
		change(&r)
		_, err := v.Reveal(r)
		var missing *desensitize.VaultRequestError
		require.ErrorAs(t, err, &missing)
		assert.Equal(t, []string{want}, missing.Missing)
	}
	assert.Empty(t, out.String())
}

func TestAVaultThatWasTamperedWithDoesNotOpen(t *testing.T) {
	for name, p := range vaultPairs(t) {
		file := writeVault(t, p.holder, "13800138000", "13900139000", "13700137000")
		lines := strings.SplitAfter(strings.TrimSuffix(file, "\n"), "\n")
		require.Len(t, lines, 5)
		lines[4] += "\n"
		other := strings.SplitAfter(writeVault(t, p.holder, "13800138000", "13900139000", "13700137000"), "\n")
		with := func(i int, s string) string {
			c := append([]string(nil), lines...)
			c[i] = s
			return strings.Join(c, "")
		}
		damaged := map[string]string{
			"empty":                         "",
			"only a header":                 lines[0],
			"no end":                        strings.Join(lines[:4], ""),
			"a line is missing":             lines[0] + lines[1] + lines[3] + lines[4],
			"lines exchanged":               lines[0] + lines[2] + lines[1] + lines[3] + lines[4],
			"a line twice":                  strings.Join(lines[:3], "") + strings.Join(lines[2:], ""),
			"more after the end":            file + lines[3],
			"a blank line":                  file + "\n",
			"a line of another vault":       with(2, other[2]),
			"the end of another vault":      with(4, other[4]),
			"the header of another vault":   with(0, other[0]),
			"another token":                 with(2, strings.Replace(lines[2], "token2", "token7", 1)),
			"another data set":              with(0, strings.Replace(lines[0], "parking", "Parking", 1)),
			"an unknown field":              with(2, strings.Replace(lines[2], `{"n"`, `{"x":1,"n"`, 1)),
			"another number":                with(2, strings.Replace(lines[2], `"n":2`, `"n":3`, 1)),
			"another version":               with(0, strings.Replace(lines[0], `"vault":1`, `"vault":2`, 1)),
			"the sealed values exchanged":   strings.Join(exchangeSealed(lines), ""),
			"not JSON":                      with(1, "x\n"),
			"the wrapped key is not base64": with(0, strings.Replace(lines[0], `"wrapped":"`, `"wrapped":"!`, 1)),
		}
		for i := range lines {
			for _, at := range []int{len(lines[i]) / 2, len(lines[i]) - 8} {
				b := []byte(lines[i])
				b[at] ^= 1
				damaged[fmt.Sprintf("line %d, byte %d", i+1, at)] = with(i, string(b))
			}
		}
		for what, text := range damaged {
			var out bytes.Buffer
			v, err := desensitize.OpenVault(strings.NewReader(text), p.key, newVaultLog(t, &out, ""))
			assert.ErrorIs(t, err, desensitize.ErrVault, "%s: %s", name, what)
			assert.Nil(t, v, what)
			if err != nil {
				assert.NotContains(t, err.Error(), "13900139000")
			}
		}
	}
}

func exchangeSealed(lines []string) []string {
	c := append([]string(nil), lines...)
	sealed := func(s string) string {
		_, after, _ := strings.Cut(s, `"sealed":`)
		return after
	}
	c[1] = strings.Replace(lines[1], sealed(lines[1]), sealed(lines[2]), 1)
	c[2] = strings.Replace(lines[2], sealed(lines[2]), sealed(lines[1]), 1)
	return c
}

func TestAnotherKeyDoesNotOpenAVault(t *testing.T) {
	pairs := vaultPairs(t)
	private, err := ecdh.X25519().GenerateKey(rand.Reader)
	require.NoError(t, err)
	stranger, err := desensitize.X25519Key(private)
	require.NoError(t, err)
	file := writeVault(t, pairs["X25519"].holder, "a")
	for _, key := range []desensitize.VaultKey{stranger, pairs["SM2"].key} {
		_, err = desensitize.OpenVault(strings.NewReader(file), key, newVaultLog(t, new(bytes.Buffer), ""))
		assert.ErrorIs(t, err, desensitize.ErrVault)
		assert.ErrorContains(t, err, pairs["X25519"].holder.ID())
		// Also where the header is made to name the other key.
		forged := strings.Replace(file, pairs["X25519"].holder.ID(), key.ID(), 1)
		_, err = desensitize.OpenVault(strings.NewReader(forged), key, newVaultLog(t, new(bytes.Buffer), ""))
		assert.ErrorIs(t, err, desensitize.ErrVault)
	}
	p256, err := ecdh.P256().GenerateKey(rand.Reader)
	require.NoError(t, err)
	for _, err := range []error{
		last(desensitize.X25519Holder(nil)), last(desensitize.X25519Holder(p256.PublicKey())), last(desensitize.X25519Key(p256)), last(desensitize.SM2Holder(nil)),
		last(desensitize.SM2Key(nil)),
	} {
		assert.Error(t, err)
	}
}

func last[T any](_ T, err error) error { return err }

func TestALogThatWasTamperedWithIsNotContinued(t *testing.T) {
	p := vaultPairs(t)["X25519"]
	file := writeVault(t, p.holder, "a", "b", "c")
	var out bytes.Buffer
	v, err := desensitize.OpenVault(strings.NewReader(file), p.key, newVaultLog(t, &out, ""))
	require.NoError(t, err)
	for range 3 {
		_, err := v.Reveal(request)
		require.NoError(t, err)
	}
	whole := out.String()
	lines := strings.SplitAfter(whole, "\n")

	var more bytes.Buffer
	again, err := desensitize.OpenVault(strings.NewReader(file), p.key, newVaultLog(t, &more, whole))
	require.NoError(t, err)
	_, err = again.Reveal(request)
	require.NoError(t, err)
	events, err := desensitize.ReadVaultLog(strings.NewReader(whole + more.String()))
	require.NoError(t, err)
	assert.Len(t, events, 4)

	for what, text := range map[string]string{
		"line 2: event 3 stands where event 2 belongs": lines[0] + lines[2],
		"line 2: the line before was changed":          strings.Replace(lines[0], "李四", "赵六", 1) + lines[1],
		"line 1: event 2 stands where event 1 belongs": lines[1],
		"line 3: the line does not end":                strings.TrimSuffix(whole, "\n"),
		"line 1: invalid":                              "x\n",
	} {
		_, err := desensitize.NewVaultLog(new(bytes.Buffer), strings.NewReader(text), vaultClock)
		var place *desensitize.VaultLogError
		require.ErrorAs(t, err, &place)
		assert.ErrorContains(t, err, what)
	}
}

func TestAVaultIsWrittenByManyGoroutines(t *testing.T) {
	p := vaultPairs(t)["X25519"]
	var file bytes.Buffer
	w, err := desensitize.NewVaultWriter(&file, p.holder, rand.Reader, "d", "c")
	require.NoError(t, err)
	var wg sync.WaitGroup
	for g := range 8 {
		wg.Go(func() {
			for i := range 200 {
				if err := w.Add(fmt.Append(nil, "t", i), fmt.Append(nil, "value ", i)); err != nil {
					t.Errorf("goroutine %d: %v", g, err)
				}
			}
		})
	}
	wg.Wait()
	require.NoError(t, w.Close())
	v, err := desensitize.OpenVault(&file, p.key, newVaultLog(t, new(bytes.Buffer), ""))
	require.NoError(t, err)
	assert.Equal(t, 200, v.Tokens())
	r := request
	r.Token = "t77"
	value, err := v.Reveal(r)
	require.NoError(t, err)
	assert.Equal(t, "value 77", string(value))
}

func TestAWriterThatFailedStaysClosed(t *testing.T) {
	p := vaultPairs(t)["X25519"]
	for name, add := range map[string][2][]byte{
		"no token": {nil, []byte("v")}, "a long token": {make([]byte, desensitize.MaxVaultToken+1), nil}, "a long value": {[]byte("t"), make([]byte, desensitize.MaxVaultValue+1)},
		"a token that is no text": {[]byte("\xff"), []byte("v")},
	} {
		w, err := desensitize.NewVaultWriter(new(bytes.Buffer), p.holder, rand.Reader, "d", "c")
		require.NoError(t, err)
		require.Error(t, w.Add(add[0], add[1]), name)
		assert.Error(t, w.Add([]byte("t"), []byte("v")))
		assert.Error(t, w.Close())
	}
	w, err := desensitize.NewVaultWriter(fullDisk{}, p.holder, rand.Reader, "d", "c")
	require.NoError(t, err)
	assert.ErrorContains(t, w.Close(), "no space left")
	_, err = desensitize.NewVaultWriter(new(bytes.Buffer), p.holder, strings.NewReader("short"), "d", "c")
	assert.Error(t, err, "no randomness, no vault")
}

func FuzzOpenVault(f *testing.F) {
	private, err := ecdh.X25519().NewPrivateKey(bytes.Repeat([]byte{7}, 32))
	require.NoError(f, err)
	holder, err := desensitize.X25519Holder(private.PublicKey())
	require.NoError(f, err)
	key, err := desensitize.X25519Key(private)
	require.NoError(f, err)
	var file bytes.Buffer
	w, err := desensitize.NewVaultWriter(&file, holder, bytes.NewReader(bytes.Repeat([]byte{9}, 64)), "d", "c")
	require.NoError(f, err)
	require.NoError(f, w.Add([]byte("t"), []byte("v")))
	require.NoError(f, w.Close())
	whole := file.String()
	f.Add(whole)
	f.Fuzz(func(t *testing.T, text string) {
		log, err := desensitize.NewVaultLog(new(bytes.Buffer), nil, vaultClock)
		require.NoError(t, err)
		_, err = desensitize.OpenVault(strings.NewReader(text), key, log)
		// Whoever has the public key can write a vault; nobody can change this one.
		if err == nil && strings.HasPrefix(text, strings.SplitAfter(whole, "\n")[0]) && strings.TrimSuffix(text, "\n") != strings.TrimSuffix(whole, "\n") {
			t.Fatalf("a vault that was changed opens: %q", text)
		}
		_, _ = desensitize.ReadVaultLog(strings.NewReader(text)) // must not panic
	})
}
