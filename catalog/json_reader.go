package catalog

import (
	"bytes"
	"context"
	"errors"
	"io"
	"strconv"
	"time"
)

// jsonReader reads the entries of one input, a bufferful at a time.
type jsonReader struct {
	ctx    context.Context
	r      io.Reader
	eof    bool
	s      jsonScan
	j      jsonEntry
	o      *jsonOptions
	out    *Imported
	layout *Layout
	yield  func(*Entry) error
	// Origins are made many at a time; each is used once.
	origins []Origin
}

const jsonBuffer = 1 << 18 // bytes

// fill drops what was read and adds what comes next. It reports whether there is more than before.
func (d *jsonReader) fill() (bool, error) {
	if d.eof {
		return false, nil
	}
	if err := d.ctx.Err(); err != nil {
		return false, err
	}
	s := &d.s
	s.mark()
	rest := s.data[s.pos:]
	size := max(jsonBuffer, 2*len(rest))
	if cap(s.data) < size {
		s.data = append(make([]byte, 0, size), rest...)
	} else {
		s.data = append(s.data[:0], rest...)
	}
	s.pos, s.lineFrom = 0, 0
	had := len(s.data)
	for len(s.data) < cap(s.data) && !d.eof {
		n, err := d.r.Read(s.data[len(s.data):cap(s.data)])
		if n < 0 || n > cap(s.data)-len(s.data) {
			return false, errors.New("catalog: the reader returned an impossible count")
		}
		s.data = s.data[:len(s.data)+n]
		if errors.Is(err, io.EOF) {
			d.eof = true
		} else if err != nil {
			return false, err
		}
		if n == 0 && err == nil {
			if err := d.ctx.Err(); err != nil {
				return false, err
			}
		}
	}
	return len(s.data) > had, nil
}

// retry runs f, and again with more of the input while that ends within what f reads. f must be able to begin anew.
func (d *jsonReader) retry(f func() bool) error {
	for {
		from := d.s.pos
		if f() {
			return nil
		}
		if !d.s.short || d.eof {
			return d.s.error()
		}
		d.s.pos = from
		if len(d.s.data)-from > d.o.limits.EntryBytes {
			d.s.at, d.s.what = from, "the value is longer than the limit of "+strconv.Itoa(d.o.limits.EntryBytes)+" bytes"
			return d.s.error()
		}
		d.s.what, d.s.short = "", false
		if _, err := d.fill(); err != nil {
			return err
		}
	}
}

// next is the next byte that is no space, and 0 at the end of the input.
func (d *jsonReader) next() (byte, error) {
	for {
		if c := d.s.peek(); d.s.pos < len(d.s.data) {
			return c, nil
		}
		more, err := d.fill()
		if err != nil || !more && d.eof {
			return 0, err
		}
	}
}

func (d *jsonReader) fail(what string) error {
	d.s.at, d.s.what = d.s.pos, what
	return d.s.error()
}

func (d *jsonReader) run() error {
	if _, err := d.fill(); err != nil {
		return err
	}
	d.j.s, d.j.o = &d.s, d.o
	d.s.data = bytes.TrimPrefix(d.s.data, []byte("\xef\xbb\xbf"))
	c, err := d.next()
	if err != nil {
		return err
	}
	if len(d.s.data)-d.s.pos < jsonBuffer/2 { // many spaces: look again at more of what follows
		if _, err := d.fill(); err != nil {
			return err
		}
	}
	shape := jsonShapeOf(d.s.data[d.s.pos:])
	if shape != jsonOwn && shape != jsonDocument {
		return d.foreign(shape)
	}
	switch {
	case c == 0 && d.s.pos >= len(d.s.data):
		return nil
	case c == '[':
		d.out.Format = "json"
		if err := d.array(); err != nil {
			return err
		}
		return d.end()
	case shape == jsonDocument:
		d.out.Format = "json"
		if err := d.document(); err != nil {
			return err
		}
		return d.end()
	case c == '{':
		return d.lines()
	default:
		return d.fail("a catalog is an object or a list of objects")
	}
}

// end makes sure that nothing follows.
func (d *jsonReader) end() error {
	_, err := d.next()
	if err == nil && d.s.pos < len(d.s.data) {
		return d.fail("nothing may follow the end of the catalog")
	}
	return err
}

// lines reads entries that each begin on a line of their own.
func (d *jsonReader) lines() error {
	last := 0
	for {
		_, err := d.next()
		if err != nil || d.s.pos >= len(d.s.data) {
			return err
		}
		d.s.mark()
		if d.s.line == last {
			return d.fail("every entry begins on a line of its own")
		}
		if err := d.entry(); err != nil {
			return err
		}
		last = d.s.line + bytes.Count(d.s.data[d.s.lineFrom:d.s.pos], []byte{'\n'})
	}
}

// entry reads one and passes it on.
func (d *jsonReader) entry() error {
	d.s.mark()
	if d.out.Rows >= d.o.limits.Entries {
		return d.fail("more entries than the limit of " + strconv.Itoa(d.o.limits.Entries))
	}
	line := d.s.line
	from := d.s.pos
	e := &Entry{}
	err := d.retry(func() bool {
		*e = Entry{}
		line, from = d.s.line, d.s.pos
		return d.j.read(e)
	})
	if err != nil {
		return err
	}
	if d.s.pos-from > d.o.limits.EntryBytes {
		d.s.pos = from
		return d.fail("the value is longer than the limit of " + strconv.Itoa(d.o.limits.EntryBytes) + " bytes")
	}
	for _, u := range d.j.unread {
		u.Row = line
		d.out.Unread = append(d.out.Unread, u)
	}
	if len(d.origins) == 0 {
		const batch = 256
		if err := d.ctx.Err(); err != nil {
			return err
		}
		d.origins = make([]Origin, batch)
	}
	e.Origin = &d.origins[0]
	d.origins = d.origins[1:]
	*e.Origin = Origin{Layout: d.layout, Row: line}
	d.out.Rows++
	return d.yield(e)
}

// array reads the entries of a list.
func (d *jsonReader) array() error {
	d.s.pos++
	c, err := d.next()
	if err != nil {
		return err
	}
	if c == ']' {
		d.s.pos++
		return nil
	}
	for {
		if _, err := d.next(); err != nil {
			return err
		}
		if err := d.entry(); err != nil {
			return err
		}
		c, err := d.next()
		switch {
		case err != nil:
			return err
		case c == ',':
			d.s.pos++
		case c == ']':
			d.s.pos++
			return nil
		default:
			return d.fail("a comma or ] is expected here")
		}
	}
}

// document reads an object with entries.
func (d *jsonReader) document() error {
	d.s.pos++
	seen := map[string]bool{}
	c, err := d.next()
	for ; err == nil; c, err = d.next() {
		if c == '}' && len(seen) == 0 {
			d.s.pos++
			return nil
		}
		if err := d.member(seen); err != nil {
			return err
		}
		switch c, err = d.next(); {
		case err != nil:
			return err
		case c == ',':
			d.s.pos++
		case c == '}':
			d.s.pos++
			return nil
		default:
			return d.fail("a comma or } is expected here")
		}
	}
	return err
}

// member reads one key of the catalog and its value.
func (d *jsonReader) member(seen map[string]bool) error {
	var key string
	d.s.mark()
	line, column := d.s.place(d.s.pos)
	if err := d.retry(func() (ok bool) {
		key, ok = d.s.text()
		return ok && d.s.expect(':', "a colon is expected here")
	}); err != nil {
		return err
	}
	if seen[key] {
		return &JSONError{File: d.s.name, Line: line, Column: column, What: "the key " + strconv.Quote(key) + " stands here for the second time"}
	}
	seen[key] = true
	c, err := d.next()
	if err != nil {
		return err
	}
	out := d.out.Catalog
	var to *string
	switch key {
	case "entries":
		if c == '[' {
			return d.array()
		}
		return d.retry(func() bool { return d.s.null() || d.s.fail(d.s.pos, "entries is a list") })
	case "version":
		to = &out.Version
	case "unit":
		to = &out.Unit
	case "level":
		to = &out.Level
	case "at":
		var text string
		err := d.retry(func() bool { return d.j.str(&text) })
		if err == nil && text != "" && out.At.UnmarshalText([]byte(text)) != nil {
			out.At = time.Time{}
			d.unread(line, key, text, "不是时间；请写 2026-01-31T00:00:00+08:00 的形式")
		}
		return err
	default:
		var raw []byte
		err := d.retry(func() bool {
			from := d.s.pos
			_, ok := d.s.any(1)
			raw = d.s.data[from:d.s.pos]
			return ok
		})
		if err == nil {
			const most = 200 // bytes: of a value that nothing takes the beginning will do
			d.unread(line, key, string(bytes.ToValidUTF8(raw[:min(len(raw), most)], nil)), "目录没有这个字段")
		}
		return err
	}
	return d.retry(func() bool { return d.j.str(to) })
}

func (d *jsonReader) unread(line int, key, value, why string) {
	d.out.Unread = append(d.out.Unread, Unread{Row: line, Column: key, Value: value, Why: why})
}
