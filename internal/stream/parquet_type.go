package stream

import (
	"bytes"
	"encoding/binary"
	"encoding/hex"
	"math"
	"math/big"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/format"
)

// Schema is the types of a Parquet file's columns. It passes from a source to a sink, so that what is still of its type is written as such.
type Schema struct{ types []parquetType }

// parquetForm is how a value of a column reads as text.
type parquetForm int

const (
	formText parquetForm = iota
	formBool
	formInt
	formUint
	formFloat32
	formFloat64
	formDecimal
	formDate
	formTime
	formTimestamp
	formInt96
	formUUID
	formNone // what has no text
)

// parquetType is the type of one column.
type parquetType struct {
	form  parquetForm
	node  parquet.Node
	kind  parquet.Kind
	bits  int // of integers
	scale int // of decimals
	size  int // of fixed-length values
	unit  time.Duration
	utc   bool
	name  string // for messages
}

// typeOfParquet tells the type of a leaf.
func typeOfParquet(n parquet.Node) parquetType {
	t := n.Type()
	p := parquetType{node: parquet.Leaf(t), kind: t.Kind(), name: t.String()}
	switch t.Kind() {
	case parquet.Boolean:
		p.form = formBool
	case parquet.Int32:
		p.form, p.bits = formInt, 32
	case parquet.Int64:
		p.form, p.bits = formInt, 64
	case parquet.Int96:
		p.form = formInt96
	case parquet.Float:
		p.form = formFloat32
	case parquet.Double:
		p.form = formFloat64
	case parquet.FixedLenByteArray:
		p.form, p.size = formNone, t.Length()
	}
	logical := t.LogicalType()
	if logical == nil {
		return p
	}
	switch l := logical.Value.(type) {
	case *format.DecimalType:
		p.form, p.scale = formDecimal, int(l.Scale)
	case *format.DateType:
		p.form = formDate
	case *format.TimeType:
		p.form, p.unit, p.utc = formTime, unitOf(l.Unit), l.IsAdjustedToUTC
	case *format.TimestampType:
		p.form, p.unit, p.utc = formTimestamp, unitOf(l.Unit), l.IsAdjustedToUTC
	case *format.IntType:
		p.bits = int(l.BitWidth)
		if !l.IsSigned {
			p.form = formUint
		}
	case *format.UUIDType:
		p.form = formUUID
	case *format.StringType, *format.EnumType, *format.JsonType:
		p.form = formText
	default: // lists, maps, BSON, geometry, half floats
		p.form = formNone
	}
	return p
}

func unitOf(u format.TimeUnit) time.Duration {
	switch u.Value.(type) {
	case *format.MilliSeconds:
		return time.Millisecond
	case *format.MicroSeconds:
		return time.Microsecond
	}
	return time.Nanosecond
}

// kindOf is what the cells of the column are in formats that tell text from numbers.
func (p *parquetType) cellKind() Kind {
	switch p.form {
	case formBool:
		return Bool
	case formInt, formUint, formFloat32, formFloat64, formDecimal:
		return Number
	}
	return Text
}

const (
	parquetDay       = "2006-01-02"
	parquetClock     = "15:04:05.999999999"
	parquetTimestamp = parquetDay + "T" + parquetClock
)

// append appends the text of a value; false: it has none, which is a fault of the file.
func (p *parquetType) append(dst []byte, v parquet.Value) ([]byte, bool) {
	switch p.form {
	case formText:
		b := v.ByteArray()
		if !utf8.Valid(b) || bytes.IndexByte(b, 0) >= 0 {
			return dst, false
		}
		return append(dst, b...), true
	case formBool:
		return strconv.AppendBool(dst, v.Boolean()), true
	case formInt:
		if p.kind == parquet.Int32 {
			return strconv.AppendInt(dst, int64(v.Int32()), 10), true
		}
		return strconv.AppendInt(dst, v.Int64(), 10), true
	case formUint:
		if p.kind == parquet.Int32 {
			return strconv.AppendUint(dst, uint64(v.Uint32()), 10), true
		}
		return strconv.AppendUint(dst, v.Uint64(), 10), true
	case formFloat32:
		return appendFloat(dst, float64(v.Float()), 32), true
	case formFloat64:
		return appendFloat(dst, v.Double(), 64), true
	case formDecimal:
		return p.appendDecimal(dst, v), true
	case formDate:
		return time.Unix(int64(v.Int32())*secondsOfDay, 0).UTC().AppendFormat(dst, parquetDay), true
	case formTime:
		n := v.Int64()
		if p.kind == parquet.Int32 {
			n = int64(v.Int32())
		}
		return time.Unix(0, 0).UTC().Add(time.Duration(n)*p.unit).AppendFormat(dst, parquetClock), true
	case formTimestamp:
		perSecond := int64(time.Second / p.unit)
		n := v.Int64()
		second := n / perSecond
		rest := n % perSecond
		return p.appendInstant(dst, time.Unix(second, rest*int64(p.unit))), true
	case formInt96:
		return p.appendInt96(dst, v), true
	case formUUID:
		b := v.ByteArray()
		const size = 16
		if len(b) != size {
			return dst, false
		}
		for i, n := range []int{4, 2, 2, 2, 6} {
			if i > 0 {
				dst = append(dst, '-')
			}
			dst, b = hex.AppendEncode(dst, b[:n]), b[n:]
		}
		return dst, true
	}
	return dst, false
}

const secondsOfDay = 24 * 60 * 60

func (p *parquetType) appendInstant(dst []byte, t time.Time) []byte {
	dst = t.UTC().AppendFormat(dst, parquetTimestamp)
	if p.utc {
		dst = append(dst, 'Z')
	}
	return dst
}

// appendInt96 reads the old timestamps: nanoseconds of a day, and its Julian number. They have no zone.
func (p *parquetType) appendInt96(dst []byte, v parquet.Value) []byte {
	const epoch = 2440588 // 1970-01-01
	n := v.Int96()
	nanos := int64(uint64(n[1])<<32 | uint64(n[0]))
	return p.appendInstant(dst, time.Unix((int64(n[2])-epoch)*secondsOfDay, nanos))
}

// appendFloat writes the shortest text that reads back as the same number, as JSON does.
func appendFloat(dst []byte, f float64, bits int) []byte {
	const low, high = 1e-6, 1e21
	form := byte('f')
	if a := math.Abs(f); a != 0 && (a < low || a >= high) {
		form = 'e'
	}
	return strconv.AppendFloat(dst, f, form, -1, bits)
}

func (p *parquetType) appendDecimal(dst []byte, v parquet.Value) []byte {
	n := new(big.Int)
	switch p.kind {
	case parquet.Int32:
		n.SetInt64(int64(v.Int32()))
	case parquet.Int64:
		n.SetInt64(v.Int64())
	default:
		b := v.ByteArray()
		n.SetBytes(b)
		if len(b) > 0 && b[0]&0x80 != 0 { // two's complement
			n.Sub(n, new(big.Int).Lsh(big.NewInt(1), uint(8*len(b))))
		}
	}
	text := new(big.Int).Abs(n).String()
	if p.scale > 0 {
		if pad := p.scale + 1 - len(text); pad > 0 {
			text = strings.Repeat("0", pad) + text
		}
		text = text[:len(text)-p.scale] + "." + text[len(text)-p.scale:]
	}
	if n.Sign() < 0 {
		dst = append(dst, '-')
	}
	return append(dst, text...)
}

// value reads a text as a value of the column. Only a text that the value reads as again is one, so that nothing is lost.
func (p *parquetType) value(text []byte) (parquet.Value, bool) {
	v, ok := p.parse(string(text))
	if !ok {
		return v, false
	}
	var buf [64]byte
	again, ok := p.append(buf[:0], v)
	return v, ok && bytes.Equal(again, text)
}

func (p *parquetType) parse(s string) (v parquet.Value, ok bool) {
	var err error
	switch p.form {
	case formText:
		return parquet.ByteArrayValue([]byte(s)), true
	case formBool:
		return parquet.BooleanValue(s == "true"), true
	case formInt:
		var n int64
		n, err = strconv.ParseInt(s, 10, p.bits)
		v = p.integer(n)
	case formUint:
		var n uint64
		n, err = strconv.ParseUint(s, 10, p.bits)
		v = p.integer(int64(n))
	case formFloat32:
		var f float64
		f, err = strconv.ParseFloat(s, 32)
		v = parquet.FloatValue(float32(f))
	case formFloat64:
		var f float64
		f, err = strconv.ParseFloat(s, 64)
		v = parquet.DoubleValue(f)
	case formDecimal:
		return p.parseDecimal(s)
	case formDate:
		var t time.Time
		t, err = time.Parse(parquetDay, s)
		v = parquet.Int32Value(int32(t.Unix() / secondsOfDay))
	case formTime:
		var t time.Time
		t, err = time.Parse(parquetClock, s)
		v = p.integer(int64(t.Sub(time.Date(0, 1, 1, 0, 0, 0, 0, time.UTC)) / p.unit))
	case formTimestamp:
		var t time.Time
		t, err = time.Parse(parquetTimestamp, strings.TrimSuffix(s, "Z"))
		perSecond := int64(time.Second / p.unit)
		v = parquet.Int64Value(t.Unix()*perSecond + int64(t.Nanosecond())/int64(p.unit))
	case formUUID:
		var b []byte
		b, err = hex.DecodeString(strings.ReplaceAll(s, "-", ""))
		const size = 16
		if len(b) != size {
			return v, false
		}
		v = parquet.FixedLenByteArrayValue(b)
	default:
		return v, false
	}
	return v, err == nil
}

func (p *parquetType) integer(n int64) parquet.Value {
	if p.kind == parquet.Int32 {
		return parquet.Int32Value(int32(n))
	}
	return parquet.Int64Value(n)
}

func (p *parquetType) parseDecimal(s string) (v parquet.Value, ok bool) {
	const longest = 100 // digits
	if len(s) > longest {
		return v, false
	}
	whole, fraction, _ := strings.Cut(s, ".")
	n, ok := new(big.Int).SetString(whole+fraction, 10)
	if !ok || len(fraction) != p.scale {
		return v, false
	}
	switch p.kind {
	case parquet.Int32:
		return parquet.Int32Value(int32(n.Int64())), n.IsInt64() && n.Int64() == int64(int32(n.Int64()))
	case parquet.Int64:
		return parquet.Int64Value(n.Int64()), n.IsInt64()
	case parquet.FixedLenByteArray:
		b, ok := complement(n, p.size)
		return parquet.FixedLenByteArrayValue(b), ok
	case parquet.ByteArray:
		b, ok := complement(n, n.BitLen()/8+1)
		return parquet.ByteArrayValue(b), ok
	}
	return v, false
}

// complement is a number as size bytes in two's complement.
func complement(n *big.Int, size int) ([]byte, bool) {
	if n.BitLen() >= 8*size {
		return nil, false
	}
	if n.Sign() < 0 {
		n = new(big.Int).Add(n, new(big.Int).Lsh(big.NewInt(1), uint(8*size)))
	}
	return n.FillBytes(make([]byte, size)), true
}

// written is the type of the column in an output: Int96, which is of the past, becomes a timestamp.
func (p parquetType) written() parquetType {
	if p.form == formInt96 {
		return typeOfParquet(parquet.TimestampAdjusted(parquet.Nanosecond, false))
	}
	return p
}

// textType is a column of text.
func textType() parquetType { return typeOfParquet(parquet.String()) }

// appendCell and nextCell are how rows stand between workers and the writer: a length and one more, 0 for no value.
func appendCell(dst, cell []byte) []byte {
	if cell == nil {
		return append(dst, 0)
	}
	dst = binary.AppendUvarint(dst, uint64(len(cell))+1)
	return append(dst, cell...)
}

func nextCell(b []byte) (cell, rest []byte, ok bool) {
	n, size := binary.Uvarint(b)
	if size <= 0 || n > uint64(len(b)-size)+1 {
		return nil, nil, false
	}
	b = b[size:]
	if n == 0 {
		return nil, b, true
	}
	return b[: n-1 : n-1], b[n-1:], true
}
