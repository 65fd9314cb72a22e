package ident

import (
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// vectors are shared between projects and not a part of this repository.
const vectors = "../../../shared/data/vectors/cn_identifiers.json"

type vector struct {
	Value string `json:"value"`
	Valid *bool  `json:"valid"`
	To18  string `json:"to18"`
	Type  string `json:"type"`
	In    string `json:"in_"`
	Note  string `json:"note"`
}

func TestSharedVectorsAreJudgedAsTheySay(t *testing.T) {
	data, err := os.ReadFile(vectors)
	if errors.Is(err, fs.ErrNotExist) {
		t.Skipf("the shared vectors are not here (%s); the tables of this package are tested without them", vectors)
	}
	require.NoError(t, err)
	var all struct {
		ID18  struct{ Cases []vector }
		ID15  []vector
		USCC  struct{ Cases []vector }
		Luhn  []vector
		HKID  []vector
		TWID  []vector
		Masks []vector `json:"masks_hutool"`
	}
	require.NoError(t, json.Unmarshal(data, &all))

	// The standard's own second example was born in 1880; all else has to hold from 1900 on.
	old := Detector{Earliest: time.Date(1850, 1, 1, 0, 0, 0, 0, time.UTC)}
	for kind, cases := range map[Kind][]vector{
		ResidentID: all.ID18.Cases, CreditCode: all.USCC.Cases, BankCard: all.Luhn, HongKongID: all.HKID, TaiwanID: all.TWID,
	} {
		require.NotEmpty(t, cases, kind)
		for _, c := range cases {
			if c.Valid == nil {
				continue
			}
			assert.Equal(t, *c.Valid, old.Is(kind, c.Value), "%s %s: %s", kind, c.Value, c.Note)
			if !*c.Valid {
				for _, m := range Find(nil, "号码"+c.Value+"，") {
					assert.NotEqual(t, kind, m.Kind, c.Value)
				}
			}
		}
	}
	require.NotEmpty(t, all.ID15)
	for _, c := range all.ID15 {
		assert.True(t, Is(ResidentID15, c.Value), c.Value)
		assert.True(t, Is(ResidentID, c.To18), c.To18)
	}
	kinds := map[string]Kind{
		"name": PersonName, "id18": ResidentID, "landline": Landline, "mobile": Mobile, "address": Address, "email": Email,
		"plate": Plate, "plate_nev": Plate, "ipv4": IP,
	}
	known := 0
	for _, c := range all.Masks {
		if kind, ok := kinds[c.Type]; ok {
			known++
			assert.True(t, Is(kind, c.In), "%s %s", kind, c.In)
		}
	}
	assert.Equal(t, len(kinds), known)
}
