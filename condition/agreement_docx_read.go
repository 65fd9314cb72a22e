package condition

import (
	"archive/zip"
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"strings"
)

// The limits of a document that is read back.
const (
	MaxDocxBytes = 4 << 20  // of the file
	MaxDocxText  = 16 << 20 // of its main part, unpacked
	MaxDocxDepth = 256      // of elements within each other
	MaxDocxParts = 1000     // files within it
)

// docxLine is one paragraph as a reader sees it.
type docxLine struct {
	text string
	mark string // the name of our bookmark on it; empty where it has none
}

// docxRead is the text of a document.
type docxRead struct {
	lines   []docxLine
	tracked int // changes that nobody has accepted or rejected yet
}

func docxFault(detail string, args ...any) error {
	return &AgreementError{Field: "agreement", Reason: "docx", Detail: fmt.Sprintf(detail, args...)}
}

// readDocx reads the paragraphs of a document, whoever edited it: texts that are split into runs are put together, insertions count, and what is deleted, struck
// through or hidden does not. Nothing outside the main part is read, and nothing that it refers to.
func readDocx(data []byte) (*docxRead, error) {
	if len(data) > MaxDocxBytes {
		return nil, &AgreementError{Field: "agreement", Reason: "too_long", Limit: MaxDocxBytes, Found: len(data)}
	}
	z, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		return nil, docxFault("%v", err)
	}
	if len(z.File) > MaxDocxParts {
		return nil, &AgreementError{Field: "agreement", Reason: "too_many", Limit: MaxDocxParts, Found: len(z.File)}
	}
	for _, f := range z.File {
		if f.Name == "word/document.xml" {
			return readDocxPart(f)
		}
	}
	return nil, docxFault("it has no word/document.xml")
}

func readDocxPart(f *zip.File) (*docxRead, error) {
	r, err := f.Open()
	if err != nil {
		return nil, docxFault("%v", err)
	}
	defer func() { _ = r.Close() }() // what was read has its checksum compared at the end, or was refused
	limited := &io.LimitedReader{R: r, N: MaxDocxText + 1}
	p := docxParser{out: &docxRead{}}
	d := xml.NewDecoder(limited) // it knows no entities but XML's own, and fetches nothing
	for {
		t, err := d.Token()
		switch {
		case limited.N <= 0:
			return nil, &AgreementError{Field: "word/document.xml", Reason: "too_long", Limit: MaxDocxText, Found: MaxDocxText + 1}
		case errors.Is(err, io.EOF):
			p.end()
			return p.out, nil
		case err != nil:
			return nil, docxFault("word/document.xml: %v", err)
		}
		switch t := t.(type) {
		case xml.Directive:
			return nil, docxFault("word/document.xml has a DOCTYPE")
		case xml.StartElement:
			if len(p.open) == MaxDocxDepth {
				return nil, &AgreementError{Field: "word/document.xml", Reason: "too_many", Limit: MaxDocxDepth, Found: MaxDocxDepth + 1}
			}
			p.start(t)
		case xml.EndElement:
			p.close()
		case xml.CharData:
			if p.within("t") && p.silent == 0 && !p.hidden {
				p.text.Write(t)
			}
		}
	}
}

// docxSpaces are the names of WordprocessingML, as Word writes it and in its strict form.
var docxSpaces = [...]string{"http://schemas.openxmlformats.org/wordprocessingml/2006/main", "http://purl.oclc.org/ooxml/wordprocessingml/main"}

type docxParser struct {
	out    *docxRead
	open   []string // elements that are open; those of another vocabulary as ""
	silent int      // how many of them hold what does not count
	hidden bool     // the run is struck through or hidden
	joins  bool     // the mark that ends the paragraph is deleted: the next one goes on with it
	text   strings.Builder
	mark   string // on the paragraph
	next   string // that stands before one
	depth  int    // of paragraphs within each other
}

func (p *docxParser) within(name string) bool {
	return len(p.open) > 0 && p.open[len(p.open)-1] == name
}

// silences are elements whose text does not count.
func (p *docxParser) silences(name string) bool {
	return name == "del" || name == "moveFrom" || name == "Fallback"
}

func (p *docxParser) start(t xml.StartElement) {
	name := ""
	for _, s := range docxSpaces {
		if t.Name.Space == s {
			name = t.Name.Local
		}
	}
	if t.Name.Local == "Fallback" { // the same content once more, for programs that do not know the first form
		name = "Fallback"
	}
	switch name {
	case "del", "moveFrom", "ins", "moveTo":
		p.out.tracked++
		p.joins = p.joins || name == "del" && p.within("rPr") && len(p.open) > 1 && p.open[len(p.open)-2] == "pPr"
	case "r":
		p.hidden = false
	case "strike", "dstrike", "vanish":
		p.hidden = p.hidden || p.within("rPr") && docxOn(t)
	case "tab", "br", "cr":
		if p.within("r") && p.silent == 0 && !p.hidden {
			p.text.WriteByte(' ')
		}
	case "noBreakHyphen":
		if p.silent == 0 && !p.hidden {
			p.text.WriteByte('-')
		}
	case "p":
		if !p.joins {
			p.end() // of a text box within a paragraph: what stood before it is a line of its own
		}
		p.joins = false
		p.depth++
		p.mark, p.next = p.next, ""
	case "bookmarkStart":
		for _, a := range t.Attr {
			switch {
			case a.Name.Local != "name" || !strings.HasPrefix(a.Value, docxMark):
			case p.depth > 0:
				p.mark = a.Value
			default:
				p.next = a.Value
			}
		}
	}
	if p.silences(name) {
		p.silent++
	}
	p.open = append(p.open, name)
}

// docxOn reports whether a property without a value, or with one that is not false, is on.
func docxOn(t xml.StartElement) bool {
	for _, a := range t.Attr {
		if a.Name.Local == "val" {
			return a.Value != "0" && a.Value != "false" && a.Value != "off"
		}
	}
	return true
}

func (p *docxParser) close() {
	name := p.open[len(p.open)-1]
	p.open = p.open[:len(p.open)-1]
	if p.silences(name) {
		p.silent--
	}
	if name == "p" {
		p.depth--
		if !p.joins {
			p.end()
		}
	}
	if name == "r" {
		p.hidden = false
	}
}

// end ends a paragraph. A mark without a text is gone with it.
func (p *docxParser) end() {
	text := strings.Join(strings.Fields(p.text.String()), " ")
	p.text.Reset()
	if text != "" {
		p.out.lines = append(p.out.lines, docxLine{text, p.mark})
	}
	p.mark = ""
}
