package stream

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/banfa-go/banfa/internal/message"
)

// Code tells faults of tables apart.
type Code string

// The codes.
const (
	Empty           Code = "empty"             // not even a header
	BareQuote       Code = "bare_quote"        // a quote within a field that does not begin with one
	AfterQuote      Code = "after_quote"       // text behind a closing quote
	Unterminated    Code = "unterminated"      // quotes that are never closed
	Ragged          Code = "ragged"            // a row with more or fewer cells than the header
	BadEncoding     Code = "encoding"          // bytes that are not of the file's encoding
	UnknownEncoding Code = "unknown_encoding"  // an encoding that cannot be told, or an option that names none
	NUL             Code = "nul"               // a zero byte
	TooLong         Code = "record_too_long"   // a row beyond Limits.RecordBytes
	TooManyColumns  Code = "too_many_columns"  // a header beyond Limits.Columns
	DuplicateHeader Code = "duplicate_header"  // two columns of one name
	EmptyHeader     Code = "empty_header"      // a column without a name
	CarriageReturns Code = "carriage_returns"  // lines that end in CR alone
	BadJSON         Code = "json"              // a line that is no JSON object
	Nested          Code = "nested"            // an object or a list in a column
	DuplicateKey    Code = "duplicate_key"     // a key twice in one object
	UnknownKey      Code = "unknown_key"       // a key that the first object does not have
	BadFormat       Code = "format"            // not a table that can be read
	BadDelimiter    Code = "delimiter"         // an option that cannot delimit
	BadValue        Code = "value"             // a value of an iterator or of Parquet that has no text
	Unreadable      Code = "unreadable"        // the input fails
	Unwritable      Code = "unwritable"        // a cell that the output's format cannot hold
	miscounted      Code = "internal_mismatch" // a fault of ours: the rows of a chunk were counted wrongly
)

// Error is what is wrong with a table, and where. It never holds anything of a cell.
type Error struct {
	Code   Code
	File   string
	Line   int64  // from 1; 0 where the format has no lines, or the whole file is meant
	Column int    // the character of the line, from 1; 0 where the whole line is meant
	Row    int64  // from 1, the header aside; 0 where no row is meant
	Cell   int    // the column of the table, from 1; 0 where none is meant
	Name   string // of that column, where it is known
	Have   int    // cells of a ragged row
	Want   int    // cells of the header
	Detail string // a limit, a count, a format: never of a cell
	Err    error
}

// Error says it in English.
func (e *Error) Error() string { return e.Message(message.English) }

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// Message says where, what, and what to do.
func (e *Error) Message(lang string) string {
	var at []string
	say := func(en, zh string, args ...any) {
		text := en
		if lang == message.Chinese {
			text = zh
		}
		at = append(at, fmt.Sprintf(text, args...))
	}
	head := e.File
	if e.Line > 0 {
		if head == "" {
			say("line %d", "第 %d 行", e.Line)
		} else {
			head += fmt.Sprintf(":%d", e.Line)
			if e.Column > 0 {
				head += fmt.Sprintf(":%d", e.Column)
			}
		}
	}
	if e.Row > 0 {
		say("row %d", "第 %d 条记录", e.Row)
	}
	if e.Name != "" {
		say("column %q", "列 %q", e.Name)
	} else if e.Cell > 0 {
		say("column %d", "第 %d 列", e.Cell)
	}
	place := strings.Join(at, ", ")
	if head != "" && place != "" {
		place = " (" + place + ")"
	}
	text := faults[e.Code][0]
	if lang == message.Chinese {
		text = faults[e.Code][1]
	}
	text = strings.NewReplacer("{}", e.Detail, "{have}", strconv.Itoa(e.Have), "{want}", strconv.Itoa(e.Want)).Replace(text)
	if e.Err != nil {
		text += ": " + e.Err.Error()
	}
	if head+place == "" {
		return text
	}
	return head + place + ": " + text
}

// faults says each code in English and in Chinese; {} stands for the detail.
var faults = map[Code][2]string{
	Empty:           {"there is no header row; the first row must name the columns", "没有表头；第一行应当是列名"},
	BareQuote:       {"a double quote within a field that is not in quotes; put the field in quotes and double the quote", "未加引号的字段里有双引号；请给该字段加引号，并把其中的双引号写两遍"},
	AfterQuote:      {"text behind the closing quote of a field; double the quotes within a field", "字段的结束引号后面还有文字；字段里的双引号要写两遍"},
	Unterminated:    {"the quote opened here is never closed", "这里开始的引号没有结束"},
	Ragged:          {"the row has {have} columns, the header {want}", "这一行有 {have} 列，表头有 {want} 列"},
	BadEncoding:     {"bytes that are not {}: the file mixes encodings or is damaged; convert it as a whole, or name its encoding", "有不属于 {} 的字节：文件混用了编码，或者已经损坏；请整体转换编码，或者指明编码"},
	UnknownEncoding: {"{}", "{}"},
	NUL:             {"a zero byte: the file is damaged or not text", "有零字节：文件已经损坏，或者不是文本"},
	TooLong:         {"the row is longer than the limit of {} bytes; is a quote left open?", "这一行超过 {} 字节的上限；是否有引号没有结束？"},
	TooManyColumns:  {"more than the limit of {} columns; is the delimiter right?", "超过 {} 列的上限；分隔符是否正确？"},
	DuplicateHeader: {"has the same name as column {}; every column needs a name of its own", "与第 {} 列同名；每列的名称都不能重复"},
	EmptyHeader:     {"has no name in the header", "在表头里没有名称"},
	CarriageReturns: {"lines end in a carriage return alone; save the file with line feeds", "换行只有回车符（CR）；请改用 LF 或 CRLF 换行保存"},
	BadJSON:         {"not a JSON object: {}", "不是 JSON 对象：{}"},
	Nested:          {"the value is an object or a list; only text, numbers, true, false and null can be in a column", "值是对象或者列表；列里只能是文本、数字、true、false 和 null"},
	DuplicateKey:    {"the key stands twice in one object", "同一个对象里这个键出现了两次"},
	UnknownKey:      {"the key is not in the first object, which names the columns; give every column there, null where it has no value", "第一个对象里没有这个键；列由第一个对象决定，没有值的列请写 null"},
	BadFormat:       {"{}", "{}"},
	BadDelimiter:    {"{} cannot delimit fields; use one ASCII character that is no letter, digit or quote", "{} 不能作分隔符；请用一个 ASCII 字符，不能是字母、数字或者引号"},
	BadValue:        {"a value of type {} has no text form", "{} 类型的值没有文本形式"},
	Unreadable:      {"cannot be read", "无法读取"},
	Unwritable:      {"{}", "{}"},
	miscounted:      {"internal error: {}", "内部错误：{}"},
}
