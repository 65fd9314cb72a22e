package condition

import (
	"archive/zip"
	"bytes"
	"encoding/xml"
	"io"
	"strconv"
	"strings"
	"time"
)

// Docx writes the agreement as an Office Open XML document (ISO/IEC 29500), which word processors open and edit. Places to be filled are
// highlighted. The same agreement gives the same bytes: entries have a fixed time and order.
func (a *Agreement) Docx() ([]byte, error) {
	var out bytes.Buffer
	z := zip.NewWriter(&out)
	for _, part := range []struct{ name, text string }{
		{"[Content_Types].xml", docxTypes},
		{"_rels/.rels", docxRelations},
		{"word/document.xml", a.docxDocument()},
		{"word/styles.xml", docxStyles},
		{"word/_rels/document.xml.rels", docxDocumentRelations},
		{"docProps/core.xml", docxHead + `<cp:coreProperties xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/core-properties"` +
			` xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:title>` + xmlText(a.paragraphs()[0].text) +
			`</dc:title></cp:coreProperties>`},
	} {
		w, err := z.CreateHeader(&zip.FileHeader{Name: part.name, Method: zip.Deflate, Modified: docxTime})
		if err != nil {
			return nil, err
		}
		if _, err := io.WriteString(w, part.text); err != nil {
			return nil, err
		}
	}
	if err := z.Close(); err != nil {
		return nil, err
	}
	return out.Bytes(), nil
}

// docxTime stands in every entry: the first that a zip can write, so that bytes do not depend on the clock.
var docxTime = time.Date(1980, time.January, 1, 0, 0, 0, 0, time.UTC)

func (a *Agreement) docxDocument() string {
	var b strings.Builder
	b.WriteString(docxHead + `<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body>`)
	for i, p := range a.paragraphs() {
		b.WriteString(`<w:p><w:pPr><w:pStyle w:val="` + docxStyleIDs[p.style] + `"/></w:pPr>`)
		if p.mark != "" {
			id := strconv.Itoa(i)
			b.WriteString(`<w:bookmarkStart w:id="` + id + `" w:name="` + xmlText(p.mark) + `"/><w:bookmarkEnd w:id="` + id + `"/>`)
		}
		if p.number != "" {
			docxRun(&b, p.number+" ", false)
		}
		rest := p.text
		for _, m := range blankPattern.FindAllString(p.text, -1) {
			before, after, _ := strings.Cut(rest, m)
			docxRun(&b, before, false)
			docxRun(&b, m, true)
			rest = after
		}
		docxRun(&b, rest, false)
		b.WriteString(`</w:p>`)
	}
	// A4 with margins of 2.5 cm, in twentieths of a point.
	b.WriteString(`<w:sectPr><w:pgSz w:w="11906" w:h="16838"/><w:pgMar w:top="1417" w:right="1417" w:bottom="1417" w:left="1417" w:header="708" w:footer="708" w:gutter="0"/></w:sectPr>`)
	b.WriteString(`</w:body></w:document>`)
	return b.String()
}

func docxRun(b *strings.Builder, text string, highlight bool) {
	if text == "" {
		return
	}
	b.WriteString(`<w:r>`)
	if highlight {
		b.WriteString(`<w:rPr><w:highlight w:val="yellow"/></w:rPr>`)
	}
	b.WriteString(`<w:t xml:space="preserve">` + xmlText(text) + `</w:t></w:r>`)
}

// xmlText escapes for XML 1.0; characters that it cannot hold become U+FFFD.
func xmlText(s string) string {
	var b bytes.Buffer
	_ = xml.EscapeText(&b, []byte(s)) // a bytes.Buffer takes everything
	return b.String()
}

var docxStyleIDs = [...]string{styleBody: "Normal", styleTitle: "Title", styleHeading: "Heading1", styleClause: "Clause", styleNote: "Note"}

const (
	docxHead  = `<?xml version="1.0" encoding="UTF-8" standalone="yes"?>` + "\n"
	docxTypes = docxHead + `<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">` +
		`<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>` +
		`<Default Extension="xml" ContentType="application/xml"/>` +
		`<Override PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/>` +
		`<Override PartName="/word/styles.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.styles+xml"/>` +
		`<Override PartName="/docProps/core.xml" ContentType="application/vnd.openxmlformats-package.core-properties+xml"/></Types>`
	docxRelations = docxHead + `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">` +
		`<Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="word/document.xml"/>` +
		`<Relationship Id="rId2" Type="http://schemas.openxmlformats.org/package/2006/relationships/metadata/core-properties" Target="docProps/core.xml"/>` +
		`</Relationships>`
	docxDocumentRelations = docxHead + `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">` +
		`<Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/styles" Target="styles.xml"/></Relationships>`
	docxStyles = docxHead + `<w:styles xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:docDefaults><w:rPrDefault><w:rPr>` +
		`<w:rFonts w:ascii="Times New Roman" w:hAnsi="Times New Roman" w:eastAsia="宋体" w:cs="Times New Roman"/><w:sz w:val="24"/><w:lang w:val="en-US" w:eastAsia="zh-CN"/>` +
		`</w:rPr></w:rPrDefault><w:pPrDefault><w:pPr><w:spacing w:after="120" w:line="360" w:lineRule="auto"/></w:pPr></w:pPrDefault></w:docDefaults>` +
		`<w:style w:type="paragraph" w:default="1" w:styleId="Normal"><w:name w:val="Normal"/></w:style>` +
		`<w:style w:type="paragraph" w:styleId="Title"><w:name w:val="Title"/><w:basedOn w:val="Normal"/><w:pPr><w:jc w:val="center"/></w:pPr><w:rPr><w:b/><w:sz w:val="36"/></w:rPr></w:style>` +
		`<w:style w:type="paragraph" w:styleId="Heading1"><w:name w:val="heading 1"/><w:basedOn w:val="Normal"/><w:pPr><w:keepNext/><w:outlineLvl w:val="0"/></w:pPr><w:rPr><w:b/><w:sz w:val="28"/></w:rPr></w:style>` +
		`<w:style w:type="paragraph" w:styleId="Clause"><w:name w:val="Clause"/><w:basedOn w:val="Normal"/><w:pPr><w:jc w:val="both"/></w:pPr></w:style>` +
		`<w:style w:type="paragraph" w:styleId="Note"><w:name w:val="Note"/><w:basedOn w:val="Normal"/><w:rPr><w:i/><w:sz w:val="20"/></w:rPr></w:style></w:styles>`
)
