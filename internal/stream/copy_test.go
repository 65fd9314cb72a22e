package stream

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"iter"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// numbered is a table whose rows have their own number.
func numbered(rows int) string {
	var b strings.Builder
	b.WriteString("n,text\n")
	for i := range rows {
		fmt.Fprintf(&b, "%d,\"row %d\n, %s\"\n", i+1, i+1, strings.Repeat("x", i%50))
	}
	return b.String()
}

func TestTheOutputStandsInTheOrderOfTheInputWithAnyNumberOfWorkers(t *testing.T) {
	const rows = 5000
	text := numbered(rows)
	for _, workers := range []int{0, 1, 2, 7} {
		s, err := NewSource(strings.NewReader(text), Options{Chunk: 1000})
		require.NoError(t, err)
		var out bytes.Buffer
		sink, err := Create(&out, SinkOptions{}, s.Columns())
		require.NoError(t, err)
		var last Progress
		err = Copy(context.Background(), s, sink, workers, func(int) Transform {
			random := rand.New(rand.NewPCG(1, 2))
			return func(b *Block) (*Block, error) {
				time.Sleep(time.Duration(random.IntN(300)) * time.Microsecond)
				for i := range b.Rows {
					if want := fmt.Sprint(b.First + int64(i)); string(b.Row(i)[0]) != want {
						return nil, fmt.Errorf("row %s is %s", want, b.Row(i)[0])
					}
					if want := 2 * (b.First + int64(i) - 1); b.Lines[i] != want+2 {
						return nil, fmt.Errorf("row %d is on line %d", b.First+int64(i), b.Lines[i])
					}
				}
				return b, nil
			}
		}, func(p Progress) {
			assert.GreaterOrEqual(t, p.Rows, last.Rows)
			last = p
		})
		require.NoError(t, err)
		require.NoError(t, sink.Close())
		assert.Equal(t, text, out.String(), "%d workers", workers)
		assert.Equal(t, int64(rows), last.Rows)
		assert.Equal(t, int64(len(text)), last.Read)
	}
}

func TestTheErrorOfTheFirstRowWins(t *testing.T) {
	text := numbered(3000) + "bad\n"
	for _, workers := range []int{1, 2, 8} {
		for range 5 {
			s, err := NewSource(strings.NewReader(text), Options{Chunk: 500})
			require.NoError(t, err)
			err = Copy(context.Background(), s, nil, workers, func(int) Transform {
				return func(b *Block) (*Block, error) {
					for i := range b.Rows {
						if n := b.First + int64(i); n >= 1000 && n%100 == 0 {
							if n == 1000 {
								time.Sleep(5 * time.Millisecond)
							}
							return nil, fmt.Errorf("row %d", n)
						}
					}
					return b, nil
				}
			}, nil)
			require.EqualError(t, err, "row 1000", "%d workers", workers)
		}
	}
}

func TestACopyEndsWithItsContext(t *testing.T) {
	for _, workers := range []int{1, 4} {
		ctx, cancel := context.WithCancelCause(context.Background())
		stop := errors.New("enough")
		s, err := NewSource(&endless{head: "a\n" + strings.Repeat("1\n", 1<<20)}, Options{Chunk: 1000})
		require.NoError(t, err)
		err = Copy(ctx, s, nil, workers, func(int) Transform {
			return func(b *Block) (*Block, error) {
				if b.First > 10_000 {
					cancel(stop)
				}
				return b, nil
			}
		}, nil)
		require.ErrorIs(t, err, stop, "%d workers", workers)
	}
}

func TestAPanicOfATransformIsAnError(t *testing.T) {
	for _, workers := range []int{1, 4} {
		s, err := NewSource(strings.NewReader(numbered(100)), Options{})
		require.NoError(t, err)
		err = Copy(context.Background(), s, nil, workers, func(int) Transform {
			return func(*Block) (*Block, error) { panic("oh") }
		}, nil)
		require.ErrorContains(t, err, "internal error: oh")
	}
}

// failing writes until it fails.
type failing struct{ left int }

func (f *failing) Write(p []byte) (int, error) {
	if f.left -= len(p); f.left < 0 {
		return 0, errors.New("disk full")
	}
	return len(p), nil
}

func TestAnOutputThatFailsEndsTheCopy(t *testing.T) {
	for _, workers := range []int{1, 4} {
		s, err := NewSource(strings.NewReader(numbered(5000)), Options{Chunk: 1000})
		require.NoError(t, err)
		sink, err := Create(&failing{left: 20_000}, SinkOptions{}, s.Columns())
		require.NoError(t, err)
		err = Copy(context.Background(), s, sink, workers, func(int) Transform { return func(b *Block) (*Block, error) { return b, nil } }, nil)
		require.EqualError(t, err, "disk full")
	}
}

func seq(rows [][]any, failure error) iter.Seq2[[]any, error] {
	return func(yield func([]any, error) bool) {
		for _, r := range rows {
			if !yield(r, nil) {
				return
			}
		}
		if failure != nil {
			yield(nil, failure)
		}
	}
}

func TestRowsOfADatabaseAreASourceToo(t *testing.T) {
	zone := time.FixedZone("", 8*3600)
	s, err := NewRows([]string{"a", "b", "c", "d"}, seq([][]any{
		{int64(1), "x", []byte("y"), nil},
		{uint8(2), 1.5, true, time.Date(2026, 1, 2, 8, 0, 0, 0, zone)},
		{sql.NullString{}, sql.NullInt64{Int64: 7, Valid: true}, "", []byte{}},
	}, nil), Options{})
	require.NoError(t, err)
	rows, err := shown(t, s)
	require.NoError(t, err)
	require.NoError(t, s.Close())
	assert.Equal(t, [][]string{{"a", "b", "c", "d"}, {"1", "x", "y", "␀"}, {"2", "1.5", "true", "2026-01-02T00:00:00Z"}, {"␀", "7", "", ""}}, rows)
}

func TestWhatIsWrongWithRowsOfADatabase(t *testing.T) {
	for name, c := range map[string]struct {
		rows    [][]any
		failure error
		want    string
	}{
		"too few":      {[][]any{{1, 2}, {3}}, nil, "query (row 2): the row has 1 columns, the header 2"},
		"no text":      {[][]any{{1, struct{}{}}}, nil, `query (row 1, column "b"): a value of type struct {} has no text form`},
		"not UTF-8":    {[][]any{{1, "\xff"}}, nil, `query (row 1, column "b"): bytes that are not UTF-8: the file mixes encodings or is damaged; convert it as a whole, or name its encoding`},
		"the database": {[][]any{{1, 2}}, errors.New("connection lost"), "query (row 2): cannot be read: connection lost"},
	} {
		t.Run(name, func(t *testing.T) {
			s, err := NewRows([]string{"a", "b"}, seq(c.rows, c.failure), Options{Name: "query"})
			require.NoError(t, err)
			_, err = shown(t, s)
			require.EqualError(t, err, c.want)
			require.NoError(t, s.Close())
		})
	}
	_, err := NewRows([]string{"a", "a"}, seq(nil, nil), Options{Name: "query"})
	require.Error(t, err)
}
