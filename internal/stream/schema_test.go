package stream

import (
	"bytes"
	"context"
	"io"
	"os"
	"path/filepath"
	"testing"

	"github.com/parquet-go/parquet-go"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestOfASchemaOnlyTheColumnsThatAreKeptKeepTheirTypes(t *testing.T) {
	type row struct {
		Fee   int64  `parquet:"fee"`
		Hours int64  `parquet:"hours"`
		Area  string `parquet:"area"`
	}
	path := filepath.Join(t.TempDir(), "in.parquet")
	var in bytes.Buffer
	w := parquet.NewGenericWriter[row](&in)
	_, err := w.Write([]row{{1, 2, "甲"}, {3, 4, "乙"}})
	require.NoError(t, err)
	require.NoError(t, w.Close())
	require.NoError(t, os.WriteFile(path, in.Bytes(), 0o600))
	source, err := Open(path, Options{})
	require.NoError(t, err)
	defer func() { require.NoError(t, source.Close()) }()
	var out bytes.Buffer
	sink, err := Create(&out, SinkOptions{Format: Parquet, Schema: source.Info().Schema.Keep([]bool{true})}, source.Columns())
	require.NoError(t, err)
	require.NoError(t, Copy(context.Background(), source, sink, 1, func(int) Transform { return func(b *Block) (*Block, error) { return b, nil } }, nil))
	require.NoError(t, sink.Close())
	f, err := parquet.OpenFile(bytes.NewReader(out.Bytes()), int64(out.Len()))
	require.NoError(t, err)
	kinds := map[string]parquet.Kind{}
	for _, field := range f.Schema().Fields() {
		kinds[field.Name()] = field.Type().Kind()
	}
	assert.Equal(t, map[string]parquet.Kind{"fee": parquet.Int64, "hours": parquet.ByteArray, "area": parquet.ByteArray}, kinds)
	assert.Nil(t, (*Schema)(nil).Keep([]bool{true}), "a table of no types has none to keep")
	_, err = source.Next(context.Background())
	assert.ErrorIs(t, err, io.EOF)
}
