package table

import (
	"archive/zip"
	"bytes"
	"encoding/xml"
	"io"
	"math"
	"strings"
	"testing"
)

// sheet is what a spreadsheet reads of one.
type sheet struct {
	Rows []struct {
		Cells []struct {
			Type    string  `xml:"t,attr"`
			Style   string  `xml:"s,attr"`
			Value   *string `xml:"v"`
			Text    string  `xml:"is>t"`
			Formula *string `xml:"f"`
		} `xml:"c"`
	} `xml:"sheetData>row"`
}

func written(t *testing.T, name string, rows ...[]Cell) (files map[string][]byte, read sheet) {
	t.Helper()
	var out bytes.Buffer
	x, err := NewXLSX(&out, name)
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range rows {
		if err := x.Write(r); err != nil {
			t.Fatal(err)
		}
	}
	if err := x.Flush(); err != nil {
		t.Fatal(err)
	}
	book, err := zip.NewReader(bytes.NewReader(out.Bytes()), int64(out.Len()))
	if err != nil {
		t.Fatal(err)
	}
	files = map[string][]byte{}
	for _, f := range book.File {
		in, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		if files[f.Name], err = io.ReadAll(in); err != nil {
			t.Fatal(err)
		}
		for d := xml.NewDecoder(bytes.NewReader(files[f.Name])); ; {
			if _, err := d.Token(); err == io.EOF {
				break
			} else if err != nil {
				t.Fatalf("%s is no XML: %v", f.Name, err)
			}
		}
	}
	if err := xml.Unmarshal(files["xl/worksheets/sheet1.xml"], &read); err != nil {
		t.Fatal(err)
	}
	return files, read
}

// TestAWorkbookHoldsWhatWasWritten: texts stay texts whatever they look like, amounts are numbers to the cent.
func TestAWorkbookHoldsWhatWasWritten(t *testing.T) {
	texts := []string{"=1+1", "+254722000001", "0722000001", "<b>&\"'", " spaced ", "two\nlines", "Jo's café", "-5"}
	amounts := map[int64]string{0: "0.00", 5: "0.05", -5: "-0.05", 123456: "1234.56", -100: "-1.00", math.MaxInt64: "92233720368547758.07", math.MinInt64: "-92233720368547758.08"}
	rows := [][]Cell{{{Text: "Plan"}, {Text: "Amount"}}}
	for _, text := range texts {
		rows = append(rows, []Cell{{Text: text}})
	}
	var order []int64
	for cents := range amounts {
		order = append(order, cents)
		rows = append(rows, []Cell{{Cents: cents, Money: true}})
	}
	rows = append(rows, []Cell{{Text: "a\x00b\x1fc\xffd"}}, []Cell{{Text: strings.Repeat("é", longestText+1)}})
	_, read := written(t, "Revenue", rows...)
	if len(read.Rows) != len(rows) || read.Rows[0].Cells[0].Style != asHead {
		t.Fatal(len(read.Rows), read.Rows[0])
	}
	for n, text := range texts {
		if c := read.Rows[1+n].Cells[0]; c.Text != text || c.Type != "inlineStr" || c.Value != nil || c.Formula != nil {
			t.Errorf("%q became %+v", text, c)
		}
	}
	for n, cents := range order {
		if c := read.Rows[1+len(texts)+n].Cells[0]; c.Value == nil || *c.Value != amounts[cents] || c.Type != "" || c.Style != asAmount {
			t.Errorf("%d cents became %+v", cents, c)
		}
	}
	if c := read.Rows[len(rows)-2].Cells[0]; c.Text != "abcd" {
		t.Errorf("what XML cannot hold became %q", c.Text)
	}
	if c := read.Rows[len(rows)-1].Cells[0]; len([]rune(c.Text)) != longestText {
		t.Error("a cell holds", len([]rune(c.Text)))
	}
}

// TestASheetHasANameThatSpreadsheetsTake: without what they refuse, and none too long.
func TestASheetHasANameThatSpreadsheetsTake(t *testing.T) {
	for name, want := range map[string]string{"Revenue by plan": "Revenue by plan", "a/b:c*d": "a b c d", "": "1", "'quoted'": "quoted", "[]": "1", "Tom & Jerry": "Tom &amp; Jerry",
		strings.Repeat("é", 40): strings.Repeat("é", 31)} {
		files, _ := written(t, name)
		if book := string(files["xl/workbook.xml"]); !strings.Contains(book, `<sheet name="`+want+`"`) {
			t.Errorf("%q: %s", name, book)
		}
	}
}
