package table

import (
	"archive/zip"
	"bufio"
	"encoding/xml"
	"io"
	"strconv"
	"strings"
	"unicode/utf8"
)

// Cell of a workbook is a text, or an amount when Money is set.
type Cell struct {
	Text  string
	Cents int64
	Money bool
}

// XLSX writes a workbook of one sheet (ECMA-376), as it comes: nothing is kept but the row in hand. A text is a text whatever it looks like; only an amount is a
// number, shown with two decimals.
type XLSX struct {
	file  *zip.Writer
	sheet *bufio.Writer
	rows  int
}

const (
	xmlHead    = `<?xml version="1.0" encoding="UTF-8" standalone="yes"?>` + "\n"
	sheetSpace = `xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"`
	linkSpace  = `http://schemas.openxmlformats.org/officeDocument/2006/relationships`
	partSpace  = `http://schemas.openxmlformats.org/package/2006/`
	ofSheets   = `application/vnd.openxmlformats-officedocument.spreadsheetml.`
)

// parts are the files of a workbook but its sheet; NAME stands for the sheet's.
var parts = []struct{ path, text string }{
	{"[Content_Types].xml", `<Types xmlns="` + partSpace + `content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>` +
		`<Default Extension="xml" ContentType="application/xml"/><Override PartName="/xl/workbook.xml" ContentType="` + ofSheets + `sheet.main+xml"/>` +
		`<Override PartName="/xl/worksheets/sheet1.xml" ContentType="` + ofSheets + `worksheet+xml"/><Override PartName="/xl/styles.xml" ContentType="` + ofSheets + `styles+xml"/></Types>`},
	{"_rels/.rels", `<Relationships xmlns="` + partSpace + `relationships"><Relationship Id="rId1" Type="` + linkSpace + `/officeDocument" Target="xl/workbook.xml"/></Relationships>`},
	{"xl/workbook.xml", `<workbook ` + sheetSpace + ` xmlns:r="` + linkSpace + `"><sheets><sheet name="NAME" sheetId="1" r:id="rId1"/></sheets></workbook>`},
	{"xl/_rels/workbook.xml.rels", `<Relationships xmlns="` + partSpace + `relationships"><Relationship Id="rId1" Type="` + linkSpace + `/worksheet" Target="worksheets/sheet1.xml"/>` +
		`<Relationship Id="rId2" Type="` + linkSpace + `/styles" Target="styles.xml"/></Relationships>`},
	{"xl/styles.xml", `<styleSheet ` + sheetSpace + `><fonts count="2"><font><sz val="11"/><name val="Calibri"/></font><font><b/><sz val="11"/><name val="Calibri"/></font></fonts>` +
		`<fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill></fills><borders count="1"><border/></borders>` +
		`<cellStyleXfs count="1"><xf/></cellStyleXfs><cellXfs count="3"><xf numFmtId="0"/><xf numFmtId="4" applyNumberFormat="1"/><xf fontId="1" applyFont="1"/></cellXfs></styleSheet>`},
}

// Styles of cells, by their places in styles.xml.
const (
	asAmount = "1"
	asHead   = "2"
)

// NewXLSX begins a workbook; the first row that is written is its head. Flush ends it.
func NewXLSX(w io.Writer, name string) (*XLSX, error) {
	x := &XLSX{file: zip.NewWriter(w)}
	for _, p := range parts {
		out, err := x.file.Create(p.path)
		if err == nil {
			_, err = io.WriteString(out, xmlHead+strings.ReplaceAll(p.text, "NAME", escaped(sheetName(name))))
		}
		if err != nil {
			return nil, err
		}
	}
	out, err := x.file.Create("xl/worksheets/sheet1.xml")
	if err != nil {
		return nil, err
	}
	x.sheet = bufio.NewWriter(out)
	_, err = x.sheet.WriteString(xmlHead + `<worksheet ` + sheetSpace + `><sheetViews><sheetView workbookViewId="0"><pane ySplit="1" topLeftCell="A2" state="frozen"/></sheetView></sheetViews><sheetData>`)
	return x, err
}

// sheetName is a text without what spreadsheets refuse in a name, of 31 letters at most.
func sheetName(name string) string {
	name = strings.Trim(strings.Map(func(r rune) rune {
		if strings.ContainsRune(`[]:*?/\`, r) || r < ' ' {
			return ' '
		}
		return r
	}, name), " '")
	if letters := []rune(name); len(letters) > 31 {
		name = strings.TrimRight(string(letters[:31]), " '")
	}
	if name == "" {
		return "1"
	}
	return name
}

// escaped is a text as XML takes it; what XML cannot hold is left out.
func escaped(text string) string {
	var out strings.Builder
	_ = xml.EscapeText(&out, []byte(strings.Map(func(r rune) rune { // a builder never fails
		if r == utf8.RuneError || r < ' ' && r != '\t' && r != '\n' || r == '\ufffe' || r == '\uffff' {
			return -1
		}
		return r
	}, text)))
	return out.String()
}

// longestText is what one cell of a workbook may hold.
const longestText = 32_767

// Write adds a row.
func (x *XLSX) Write(cells []Cell) error {
	x.rows++
	_, _ = x.sheet.WriteString(`<row r="` + strconv.Itoa(x.rows) + `">`) // the last error says it for all
	for _, c := range cells {
		switch {
		case c.Money:
			_, _ = x.sheet.WriteString(`<c s="` + asAmount + `"><v>` + decimal(c.Cents) + `</v></c>`)
		default:
			style := ""
			if x.rows == 1 {
				style = ` s="` + asHead + `"`
			}
			text := c.Text
			if letters := []rune(text); len(letters) > longestText {
				text = string(letters[:longestText])
			}
			_, _ = x.sheet.WriteString(`<c t="inlineStr"` + style + `><is><t xml:space="preserve">` + escaped(text) + `</t></is></c>`)
		}
	}
	_, err := x.sheet.WriteString("</row>")
	return err
}

// decimal is cents as a number of the whole.
func decimal(cents int64) string {
	sign, size := "", uint64(cents)
	if cents < 0 {
		sign, size = "-", -uint64(cents)
	}
	rest := strconv.FormatUint(size%100, 10)
	return sign + strconv.FormatUint(size/100, 10) + "." + strings.Repeat("0", 2-len(rest)) + rest
}

// Flush writes what is left.
func (x *XLSX) Flush() error {
	if _, err := x.sheet.WriteString("</sheetData></worksheet>"); err != nil {
		return err
	}
	if err := x.sheet.Flush(); err != nil {
		return err
	}
	return x.file.Close()
}
