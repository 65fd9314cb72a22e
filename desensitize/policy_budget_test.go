package desensitize

import (
	"bytes"
	"context"
	"crypto/ecdh"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/banfa-go/banfa/internal/stream"
)

// noisy is a policy with noise of two columns; ε is how much all releases may cost.
func noisy(epsilon string) string {
	return `apiVersion: banfa/v1
kind: Desensitization
metadata: {name: fees, title: 费用, status: draft, owner: 市交通运输局}
instrument: shenzhen
keys: [noise]
columns:
  fee: {label: 费用, type: decimal, class: plain}
  hours: {label: 时长, type: decimal, class: plain}
parameters:
  epsilon: {value: '` + epsilon + `', set_by: 测试, why: 测试}
  delta: {value: '0.000001', set_by: 测试, why: 测试}
  unit: {value: vehicle, set_by: 测试, why: 测试}
  rows_per_unit: {value: 2, set_by: 测试, why: 测试}
rules:
  - {id: fee, basis: 第三十六条, where: column.name == 'fee', apply: "value.noise('noise', {'kind': 'laplace', 'epsilon': '0.5', 'min': '0', 'max': '100'})"}
  - {id: hours, basis: 第三十六条, where: column.name == 'hours', apply: "value.noise('noise', {'kind': 'gaussian', 'sigma': '100', 'min': '0', 'max': '10'})"}
`
}

const noisyRows = "fee,hours\n1,2\n3,4\n"

// ledgerFile is a privacy ledger in memory, read from its beginning each time.
type ledgerFile struct {
	bytes.Buffer
	read bytes.Reader
}

func (l *ledgerFile) Read(p []byte) (int, error) { return l.read.Read(p) }

func (l *ledgerFile) open() *ledgerFile {
	l.read = *bytes.NewReader(bytes.Clone(l.Bytes()))
	return l
}

func TestNoiseWithoutALedgerIsRefused(t *testing.T) {
	p := newPolicy(t, noisy("3"))
	assert.True(t, p.Noisy())
	_, r, err := runCSV(t, p, noisyRows)
	var e *BudgetMissingError
	require.ErrorAs(t, err, &e)
	assert.Equal(t, []string{"fee", "hours"}, e.Columns)
	assert.Nil(t, r)
	assert.Contains(t, e.Message("zh"), "fee、hours")
	_, _, err = runCSV(t, p, noisyRows, Unbudgeted())
	require.NoError(t, err, "unless somebody says that none is kept")
	_, _, err = runCSV(t, p, noisyRows, Budgeted(&Budget{policy: "another"}))
	require.ErrorAs(t, err, &e, "the ledger of another policy is no ledger")
	assert.False(t, newPolicy(t, parking).Noisy())
}

func TestARunSpendsItsBudgetOnceAndNeverBeyond(t *testing.T) {
	p := newPolicy(t, noisy("3.1"))
	ledger := &ledgerFile{}
	b, err := p.SpendBudget(ledger.open(), "sha256:january")
	require.NoError(t, err)
	assert.False(t, b.Again)
	// Two rows of a vehicle: twice 0.5, and of Gaussian noise ρ = 2·10²/(2·100²) = 1/100.
	assert.Equal(t, []RecordSpent{{"fee", "1", "0"}, {"hours", "0.753384438", "0.000001"}}, b.Spent)
	assert.Equal(t, `{"sequence":1,"at":"2026-11-24T04:00:00Z","dataset":"fees","unit":"vehicle","release":"sha256:january fee","epsilon":"1","delta":"0","rho":"0"}
{"sequence":2,"at":"2026-11-24T04:00:00Z","dataset":"fees","unit":"vehicle","release":"sha256:january hours","epsilon":"0","delta":"0","rho":"1/100"}
`, ledger.String())
	_, r, err := runCSV(t, p, noisyRows, Budgeted(b))
	require.NoError(t, err)
	assert.True(t, r.Released)

	before := ledger.String()
	b, err = p.SpendBudget(ledger.open(), "sha256:january")
	require.NoError(t, err)
	assert.True(t, b.Again, "the same noise shows nothing more")
	assert.Equal(t, before, ledger.String())

	_, err = p.SpendBudget(ledger.open(), "sha256:february") // costs less than twice as much: losses compose
	require.NoError(t, err)
	before = ledger.String()
	_, err = p.SpendBudget(ledger.open(), "sha256:march")
	var e *BudgetError
	require.ErrorAs(t, err, &e)
	assert.Equal(t, "3.1", e.Limit)
	assert.Equal(t, before, ledger.String(), "a refused release spends nothing, of no column")
	assert.Contains(t, e.Message("zh"), "隐私预算不足")

	_, err = newPolicy(t, strings.Replace(noisy("3"), "  delta: {value: '0.000001', set_by: 测试, why: 测试}\n", "", 1)).SpendBudget((&ledgerFile{}).open(), "a")
	require.ErrorAs(t, err, &e, "Gaussian noise needs a δ")
	_, err = newPolicy(t, strings.Replace(noisy("3"), "value: 2", "value: 0", 1)).SpendBudget((&ledgerFile{}).open(), "a")
	require.ErrorContains(t, err, "rows_per_unit")
}

func TestALedgerOnDiskIsContinued(t *testing.T) {
	name := filepath.Join(t.TempDir(), "ledger.jsonl")
	p := newPolicy(t, noisy("1.8"))
	_, err := p.SpendBudgetFile(name, "a")
	require.NoError(t, err)
	_, err = p.SpendBudgetFile(name, "b")
	var e *BudgetError
	require.ErrorAs(t, err, &e)
}

func TestReleasesAreToldApartByPolicyKeysAndInput(t *testing.T) {
	seen := map[string]bool{}
	add := func(p *Policy, in string) {
		id, err := p.ReleaseID(inputOf(t, in))
		require.NoError(t, err)
		assert.False(t, seen[id])
		seen[id] = true
	}
	add(newPolicy(t, noisy("3")), "a")
	add(newPolicy(t, noisy("3")), "b")
	add(newPolicy(t, noisy("4")), "a")
	add(newPolicy(t, noisy("3"), KeySource(func(string) ([]byte, error) { return bytes.Repeat([]byte{9}, 32), nil })), "a")
}

const reversal = "reversal: {basis: 第三十六条, holder: archive, columns: [plate_no]}\nrules:\n"

func TestAVaultIsKeptWhereThePolicyAllowsIt(t *testing.T) {
	key, err := ecdh.X25519().GenerateKey(rand.Reader)
	require.NoError(t, err)
	holder, private := pems(t, key)
	public, err := VaultHolderOf(holder)
	require.NoError(t, err)
	opener, err := VaultKeyOf(private)
	require.NoError(t, err)
	assert.Equal(t, public.ID(), opener.ID())

	p := newPolicy(t, strings.Replace(parking, "rules:\n", reversal, 1))
	for name, spool := range map[string]*crashFile{"a run": nil, "a run that was interrupted": {left: 3000}} {
		t.Run(name, func(t *testing.T) {
			var file bytes.Buffer
			run := func() (string, error) {
				file.Reset()
				w, err := NewVaultWriter(&file, public, rand.Reader, p.Name(), "plate_no")
				require.NoError(t, err)
				source, err := stream.NewSource(strings.NewReader(parkingRows(60)), stream.Options{Format: stream.CSV, Chunk: 256})
				require.NoError(t, err)
				var out bytes.Buffer
				sink, err := stream.Create(&out, stream.SinkOptions{}, source.Columns())
				require.NoError(t, err)
				opts := []RunOption{KeepVault("plate_no", w)}
				if spool != nil {
					s, err := NewSpool(spool, inputOf(t, parkingRows(60)), "csv")
					require.NoError(t, err)
					opts = append(opts, Resumable(s))
				}
				_, err = p.Run(context.Background(), source, sink, opts...)
				return out.String(), err
			}
			out, err := run()
			if spool != nil {
				require.ErrorIs(t, err, errCrash)
				spool.left = -1
				out, err = run()
			}
			require.NoError(t, err)
			log, err := NewVaultLog(&bytes.Buffer{}, nil, p.conf.clock)
			require.NoError(t, err)
			vault, err := OpenVault(&file, opener, log)
			require.NoError(t, err)
			assert.Equal(t, 60, vault.Tokens())
			token, _, _ := strings.Cut(strings.Split(out, "\n")[1], ",")
			value, err := vault.Reveal(VaultRequest{Token: token, Who: "甲", Approver: "乙", Why: "测试"})
			require.NoError(t, err)
			assert.Equal(t, "粤B10000", string(value))
		})
	}
}

func TestAVaultIsRefusedWhereThePolicyDoesNotAllowIt(t *testing.T) {
	key, err := ecdh.X25519().GenerateKey(rand.Reader)
	require.NoError(t, err)
	holder, err := X25519Holder(key.PublicKey())
	require.NoError(t, err)
	for policy, column := range map[string]string{parking: "plate_no", strings.Replace(parking, "rules:\n", reversal, 1): "phone"} {
		w, err := NewVaultWriter(&bytes.Buffer{}, holder, rand.Reader, "parking", column)
		require.NoError(t, err)
		_, r, err := runCSV(t, newPolicy(t, policy), parkingRows(60), KeepVault(column, w))
		var e *VaultError
		require.ErrorAs(t, err, &e)
		assert.Nil(t, r)
		assert.NotEmpty(t, e.Message("zh"))
	}
}

func pems(t *testing.T, key *ecdh.PrivateKey) (public, private []byte) {
	t.Helper()
	der, err := x509.MarshalPKIXPublicKey(key.PublicKey())
	require.NoError(t, err)
	public = pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der})
	der, err = x509.MarshalPKCS8PrivateKey(key)
	require.NoError(t, err)
	return public, pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der})
}

func TestKeysOfHoldersThatAreNone(t *testing.T) {
	for _, text := range []string{"", "x", "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n", "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"} {
		_, err := VaultHolderOf([]byte(text))
		require.Error(t, err)
		_, err = VaultKeyOf([]byte(text))
		require.Error(t, err)
		assert.NotContains(t, err.Error(), "AAAA")
	}
	key, err := NewRecordKey(Ed25519, rand.Reader)
	require.NoError(t, err)
	text, err := key.Public().PEM()
	require.NoError(t, err)
	_, err = VaultHolderOf(text)
	require.Error(t, err, "a key that signs seals nothing")
}
