package workday

import (
	"bytes"
	"fmt"
	"io"
	"io/fs"
	"path"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"github.com/banfa-go/banfa/internal/civil"
	"github.com/banfa-go/banfa/internal/message"
)

// MaxFile bounds a data file, in bytes.
const MaxFile = 1 << 20

// Extension is that of data files.
const Extension = ".txt"

const (
	header = "banfa-calendar 1 cn"
	closer = "end"
)

// DataError says what is wrong with the data of a calendar, and where. Nothing of a file with an error is used.
type DataError struct {
	File string // empty where the error is not one of a file
	Line int    // counted from 1; 0 where the error is one of the file as a whole
	Key  string
	Args []string
}

// Error says it in English; Text in either language.
func (e *DataError) Error() string { return e.Text("en") }

// Text says where and what it is, in lang ("zh", or English).
func (e *DataError) Text(lang string) string {
	s := Text(lang, e.Key, e.Args...)
	switch {
	case e.File == "":
		return s
	case e.Line == 0:
		return message.Visible(e.File) + ": " + s
	default:
		return fmt.Sprintf("%s:%d: %s", message.Visible(e.File), e.Line, s)
	}
}

// Load reads every data file in the root of fsys and puts their notices together.
func Load(fsys fs.FS) (*Schedule, error) {
	entries, err := fs.ReadDir(fsys, ".")
	if err != nil {
		return nil, &DataError{Key: "data.read", Args: []string{err.Error()}}
	}
	var notices []Notice
	for _, e := range entries { // ReadDir sorts by name
		if e.IsDir() || path.Ext(e.Name()) != Extension {
			continue
		}
		data, err := read(fsys, e.Name())
		if err != nil {
			return nil, &DataError{File: e.Name(), Key: "data.read", Args: []string{err.Error()}}
		}
		n, err := Parse(e.Name(), data)
		if err != nil {
			return nil, err
		}
		notices = append(notices, n...)
	}
	if len(notices) == 0 {
		return nil, &DataError{Key: "data.none", Args: []string{"*" + Extension}}
	}
	return NewSchedule(notices)
}

// read stops one byte after the limit, so that Parse sees that there is more.
func read(fsys fs.FS, name string) ([]byte, error) {
	f, err := fsys.Open(name)
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }() // nothing was written
	return io.ReadAll(io.LimitReader(f, MaxFile+1))
}

// Parse reads one data file. An error is a *DataError with the line.
func Parse(file string, data []byte) ([]Notice, error) {
	if len(data) > MaxFile {
		return nil, &DataError{File: file, Key: "data.size", Args: []string{strconv.Itoa(len(data)), strconv.Itoa(MaxFile)}}
	}
	p := parser{file: file}
	for line := range bytes.Lines(data) {
		p.line++
		line = bytes.TrimSuffix(bytes.TrimSuffix(line, []byte("\n")), []byte("\r"))
		s := string(line)
		if message.Visible(s) != s {
			return nil, p.wrong("data.utf8")
		}
		if s == "" || s[0] == '#' {
			continue
		}
		if err := p.statement(s); err != nil {
			return nil, err
		}
	}
	if p.state != afterEnd {
		return nil, p.wrong("data.truncated")
	}
	return p.notices, nil
}

// state is how far the parser has come: which statements may follow depends on it.
type state uint8

const (
	atHeader state = iota
	betweenNotices
	atYear
	atSigned
	atPublished
	atSource
	atDays
	atBalance
	afterEnd
)

type parser struct {
	file    string
	line    int
	state   state
	notices []Notice
}

func (p *parser) wrong(key string, args ...string) error {
	return &DataError{File: p.file, Line: p.line, Key: key, Args: args}
}

// allowed says in which states a statement may stand, and which state follows it.
var allowed = map[string]struct {
	from []state
	to   state
}{
	"notice":    {[]state{betweenNotices, atBalance}, atYear},
	"year":      {[]state{atYear}, atSigned},
	"amends":    {[]state{atYear}, atSigned},
	"signed":    {[]state{atSigned}, atPublished},
	"published": {[]state{atSigned, atPublished}, atSource},
	"source":    {[]state{atSource}, atDays},
	"off":       {[]state{atSource, atDays}, atDays},
	"work":      {[]state{atSource, atDays}, atDays},
	"plain":     {[]state{atSource, atDays}, atDays},
	"balance":   {[]state{atSource, atDays, atBalance}, atBalance},
	closer:      {[]state{betweenNotices, atBalance}, afterEnd},
}

func (p *parser) statement(s string) error {
	switch p.state {
	case atHeader:
		if s != header {
			return p.wrong("data.header", s)
		}
		p.state = betweenNotices
		return nil
	case afterEnd:
		return p.wrong("data.after-end")
	default:
	}
	word, rest, _ := strings.Cut(s, " ")
	rule, ok := allowed[word]
	if !ok {
		return p.wrong("data.statement", word)
	}
	if !slices.Contains(rule.from, p.state) {
		return p.wrong("data.order", word)
	}
	if word == "notice" || word == closer {
		if err := p.finish(); err != nil {
			return err
		}
	}
	p.state = rule.to
	if word == closer {
		return p.end(rest)
	}
	if word == "notice" {
		return p.notice(rest)
	}
	return p.inNotice(word, rest, &p.notices[len(p.notices)-1])
}

func (p *parser) notice(id string) error {
	if id == "" || strings.TrimSpace(id) != id {
		return p.wrong("data.fields", "notice", "NUMBER")
	}
	p.notices = append(p.notices, Notice{ID: id, file: p.file, line: p.line})
	return nil
}

func (p *parser) inNotice(word, rest string, n *Notice) (err error) {
	switch word {
	case "year", "amends":
		n.Amends = word == "amends"
		n.Year, err = p.year(rest)
	case "signed":
		n.Signed, err = p.date(rest)
	case "published":
		n.Published, err = p.date(rest)
		if err == nil {
			err = p.published(n)
		}
	case "source":
		if rest == "" || strings.ContainsFunc(rest, unicode.IsSpace) {
			return p.wrong("data.fields", word, "URL")
		}
		n.Source = rest
	case "balance":
		err = p.balance(rest, n)
	default:
		err = p.day(word, rest, n)
	}
	return err
}

func (p *parser) published(n *Notice) error {
	if n.Signed > n.Published {
		return p.wrong("data.signed", n.Signed.String(), n.Published.String())
	}
	if y, _, _ := n.Published.Civil(); y != n.Year && y != n.Year-1 {
		return p.wrong("data.published", n.Published.String(), yearText(n.Year))
	}
	return nil
}

// day reads off DATE WEEKDAY KIND NAME, work DATE WEEKDAY NAME or plain DATE WEEKDAY.
func (p *parser) day(word, rest string, n *Notice) error {
	form := map[string]string{"off": "DATE WEEKDAY KIND NAME", "work": "DATE WEEKDAY NAME", "plain": "DATE WEEKDAY"}[word]
	fields := strings.Split(rest, " ")
	if len(fields) != strings.Count(form, " ")+1 || slices.Contains(fields, "") {
		return p.wrong("data.fields", word, form)
	}
	d, err := p.date(fields[0])
	if err != nil {
		return err
	}
	c := Change{Date: d, Kind: Makeup, Name: fields[len(fields)-1]}
	weekday := d.Weekday().String()[:3]
	if fields[1] != weekday {
		return p.wrong("data.weekday", d.String(), weekday, fields[1])
	}
	switch word {
	case "off":
		if c.Kind, err = p.kind(fields[2]); err != nil {
			return err
		}
	case "plain":
		c.Kind, c.Name = Ordinary, ""
	}
	if key := misplaced(c); key != "" {
		return p.wrong(key, d.String(), weekday)
	}
	if k := len(n.Changes); k > 0 && n.Changes[k-1].Date >= d {
		return p.wrong("data.sorted", d.String())
	}
	if y, m, _ := d.Civil(); y != n.Year && (y != n.Year-1 || m != 12) {
		return p.wrong("data.outside", d.String(), yearText(n.Year))
	}
	n.Changes = append(n.Changes, c)
	return nil
}

// misplaced returns the key of what is wrong with a kind of day on this weekday.
func misplaced(c Change) string {
	weekend := isWeekend(c.Date)
	switch {
	case c.Kind == Makeup && !weekend:
		return "data.makeup"
	case c.Kind == Adjusted && weekend:
		return "data.adjusted"
	case c.Kind == Weekend && !weekend:
		return "data.weekend"
	}
	return ""
}

var kindNames = map[string]Kind{"statutory": Statutory, "adjusted": Adjusted, "weekend": Weekend, "extended": Extended}

func (p *parser) kind(s string) (Kind, error) {
	k, ok := kindNames[s]
	if !ok {
		return 0, p.wrong("data.kind", s)
	}
	return k, nil
}

func (p *parser) balance(rest string, n *Notice) error {
	year, days, _ := strings.Cut(rest, " ")
	y, err := p.year(year)
	if err != nil {
		return err
	}
	v, err := p.number(days)
	if err != nil {
		return err
	}
	if k := len(n.Balances); y != n.Year && y != n.Year-1 || k > 0 && n.Balances[k-1].Year >= y {
		return p.wrong("data.balance-year", year, yearText(n.Year))
	}
	n.Balances = append(n.Balances, Balance{y, v})
	return nil
}

// finish checks the notice that ends here, if one does.
func (p *parser) finish() error {
	if p.state == betweenNotices {
		return nil
	}
	n := &p.notices[len(p.notices)-1]
	years := []int{n.Year}
	for _, c := range n.Changes {
		if y, _, _ := c.Date.Civil(); y != n.Year {
			years = append(years, y)
		}
	}
	for _, y := range years {
		if !slices.ContainsFunc(n.Balances, func(b Balance) bool { return b.Year == y }) {
			return n.wrong("data.balance", n.ID, yearText(y))
		}
	}
	return nil
}

func (p *parser) end(rest string) error {
	v, err := p.number(rest)
	if err != nil {
		return err
	}
	if v != len(p.notices) {
		return p.wrong("data.count", rest, strconv.Itoa(len(p.notices)))
	}
	return nil
}

func (p *parser) date(s string) (civil.Date, error) {
	d, err := civil.Parse(s)
	if err != nil {
		return 0, p.wrong("data.date", s)
	}
	return d, nil
}

func (p *parser) year(s string) (int, error) {
	v, err := strconv.ParseUint(s, 10, 16)
	if err != nil || len(s) != 4 || v <= civil.MinYear {
		return 0, p.wrong("data.year", s)
	}
	return int(v), nil
}

func (p *parser) number(s string) (int, error) {
	v, err := strconv.ParseUint(s, 10, 16)
	if err != nil || strconv.FormatUint(v, 10) != s {
		return 0, p.wrong("data.number", s)
	}
	return int(v), nil
}
