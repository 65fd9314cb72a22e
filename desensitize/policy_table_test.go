package desensitize

import (
	"bytes"
	"context"
	"errors"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// fakeRows stands for *sql.Rows.
type fakeRows struct {
	rows   [][]any
	at     int
	fails  error
	closed int
}

func (f *fakeRows) Columns() ([]string, error) {
	return []string{"plate_no", "phone", "birth", "district", "fee"}, nil
}
func (f *fakeRows) Next() bool { f.at++; return f.at <= len(f.rows) }
func (f *fakeRows) Err() error { return f.fails }
func (f *fakeRows) Close() error {
	f.closed++
	return nil
}

func (f *fakeRows) Scan(dest ...any) error {
	for i, v := range f.rows[f.at-1] {
		p, ok := dest[i].(*any)
		if !ok {
			return errors.New("want *any")
		}
		*p = v
	}
	return nil
}

func TestADatabaseFeedsARun(t *testing.T) {
	p := newPolicy(t, parking)
	rows := &fakeRows{rows: [][]any{
		{"粤B12345", []byte("13812345678"), "1988-05-06", "福田区", "12.50"},
		{nil, int64(138), "1989-05-06", "福田区", nil},
	}}
	source, err := SQLSource(rows)
	require.NoError(t, err)
	var out bytes.Buffer
	sink, err := NewSink(&out, SinkOptions{}, source.Columns())
	require.NoError(t, err)
	r, err := p.Run(context.Background(), source, sink, Workers(2))
	require.NoError(t, err)
	require.NoError(t, sink.Close())
	assert.Equal(t, "plate_no,phone,birth,district,fee\n4a66b73fb37796faad1fe4f533d13cab,138****5678,1980s,福田区,x\n,,1980s,福田区,\n", out.String())
	assert.EqualValues(t, 1, r.Facts.Invalid.Cells)
	assert.Equal(t, 1, rows.closed)
}

func TestAnErrorOfTheDatabaseEndsTheRun(t *testing.T) {
	away := errors.New("the connection is gone")
	source, err := SQLSource(&fakeRows{rows: [][]any{{"粤B12345", nil, "1988-05-06", "福田区", nil}}, fails: away})
	require.NoError(t, err)
	r, err := newPolicy(t, parking).Run(context.Background(), source, nil)
	require.ErrorIs(t, err, away)
	assert.Nil(t, r)
}
