package incoming

import (
	"archive/zip"
	"bytes"
	"compress/flate"
	"compress/gzip"
	"io"
	"math/rand/v2"
	"runtime"
	"runtime/debug"
	"strings"
	"testing"
	"time"

	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"

	"mtandao/internal/fault"
	"mtandao/internal/words"
)

// mostHeld is what reading one file may hold in memory, above what was held before.
const mostHeld = 300 << 20

// book is a workbook (XLSX) with one sheet, whose rows are written so, and of more parts with a lot of nothing.
func book(t *testing.T, rows func(w io.Writer), more ...string) []byte {
	t.Helper()
	var out bytes.Buffer
	z := zip.NewWriter(&out)
	z.RegisterCompressor(zip.Deflate, func(w io.Writer) (io.WriteCloser, error) { return flate.NewWriter(w, flate.BestSpeed) })
	const xml = `<?xml version="1.0" encoding="UTF-8" standalone="yes"?>`
	for _, part := range [][2]string{
		{"[Content_Types].xml", xml + `<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="xml" ContentType="application/xml"/><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/><Override PartName="/xl/worksheets/sheet1.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/></Types>`},
		{"_rels/.rels", xml + `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>`},
		{"xl/_rels/workbook.xml.rels", xml + `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.xml"/></Relationships>`},
		{"xl/workbook.xml", xml + `<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets><sheet name="Sheet1" sheetId="1" r:id="r1"/></sheets></workbook>`},
	} {
		w, err := z.Create(part[0])
		if err == nil {
			_, err = io.WriteString(w, part[1])
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	w, err := z.Create("xl/worksheets/sheet1.xml")
	if err != nil {
		t.Fatal(err)
	}
	_, _ = io.WriteString(w, xml+`<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>`)
	rows(w)
	_, _ = io.WriteString(w, `</sheetData></worksheet>`)
	for _, name := range more {
		if w, err = z.Create(name); err != nil {
			t.Fatal(err)
		}
		repeat(w, "\x00", 400<<20)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func repeat(w io.Writer, text string, octets int) {
	piece := []byte(strings.Repeat(text, 1+1<<16/len(text)))
	for ; octets > 0; octets -= len(piece) {
		_, _ = w.Write(piece)
	}
}

func gzipped(t *testing.T, write func(w io.Writer)) []byte {
	t.Helper()
	var out bytes.Buffer
	z, err := gzip.NewWriterLevel(&out, gzip.BestSpeed)
	if err != nil {
		t.Fatal(err)
	}
	write(z)
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// hostileFiles are what somebody might bring by mistake, or to see what happens.
func hostileFiles(t *testing.T) map[string][]byte {
	t.Helper()
	said := statementHead + statementRows
	noise := make([]byte, 2<<20)
	chance := rand.New(rand.NewPCG(1, 2))
	for n := range noise {
		noise[n] = byte(chance.Uint32())
	}
	wide, err := unicode.UTF16(unicode.LittleEndian, unicode.IgnoreBOM).NewEncoder().Bytes([]byte(said))
	if err != nil {
		t.Fatal(err)
	}
	windows, err := charmap.Windows1252.NewEncoder().String(strings.Replace(said, "Pay Bill", "Pay “Bill” é", 1))
	if err != nil {
		t.Fatal(err)
	}
	return map[string][]byte{
		"nothing": {}, "one nul": {0}, "noise": noise, "a picture": append([]byte("\x89PNG\r\n\x1a\n"), noise[:4096]...), "a mark alone": []byte("\xef\xbb\xbf"), "half of UTF-16": []byte("\xff\xfeR\x00e"),
		"UTF-16 without a mark": wide, "Windows-1252": []byte(windows), "nuls between": []byte(strings.ReplaceAll(said, ",", ",\x00")), "a line of 10 MB": []byte(statementHead + strings.Repeat("x", 10<<20)),
		"a cell of 10 MB": []byte(statementHead + `"` + strings.Repeat("x\n", 5<<20) + `",1` + "\n"), "a quote that never ends": []byte(statementHead + `"` + strings.Repeat("SKA0000001,\n", 100_000)),
		"a million columns": []byte(strings.Repeat("Receipt No.,", 1_000_000) + "\n" + strings.Repeat("1,", 1_000_000)), "a million lines": []byte(statementHead + strings.Repeat("\n", 1_000_000)),
		"packed a thousand times":  gzipped(t, func(w io.Writer) { repeat(w, "x", 100<<20) }),
		"packed twice":             gzipped(t, func(w io.Writer) { _, _ = w.Write(gzipped(t, func(w io.Writer) { repeat(w, "\x00", 64<<20) })) }),
		"a workbook that explodes": book(t, func(w io.Writer) { repeat(w, `<row><c t="inlineStr"><is><t>boom</t></is></c></row>`, 530<<20) }),
		"a cell that explodes": book(t, func(w io.Writer) {
			_, _ = io.WriteString(w, `<row r="1"><c r="A1" t="inlineStr"><is><t>`)
			repeat(w, "x", 200<<20)
			_, _ = io.WriteString(w, `</t></is></c></row>`)
		}),
		"a workbook of the last column": book(t, func(w io.Writer) { repeat(w, `<row><c r="XFD1" t="inlineStr"><is><t>x</t></is></c></row>`, 2<<20) }),
		"a column that is none":         book(t, func(w io.Writer) { _, _ = io.WriteString(w, `<row r="1"><c r="ZZZZZZZ1"><v>1</v></c></row>`) }),
		"a row that is none": book(t, func(w io.Writer) {
			_, _ = io.WriteString(w, `<row r="2147483647"><c r="A2147483647"><v>1</v></c></row>`)
		}),
		"a picture that explodes": book(t, func(w io.Writer) {}, "xl/media/image1.png"),
		"an entity":               []byte("PK\x03\x04<!DOCTYPE x [<!ENTITY a \"aaaa\">]>"),
	}
}

// TestHostileFiles: whatever is brought as a statement, a table, a dump or an export is read or refused in a person's words, in bounded memory.
func TestHostileFiles(t *testing.T) {
	defer debug.SetGCPercent(debug.SetGCPercent(20)) // what is let go of is not held
	readers := map[string]func(in []byte) error{
		"statement": func(in []byte) error { _, err := hear(t, in); return err },
		"table":     func(in []byte) error { _, err := ReadCSV(bytes.NewReader(in), CSVOptions{Zone: nairobi}); return err },
		"dump":      func(in []byte) error { _, err := ReadPHPNuxBill(bytes.NewReader(in), nairobi); return err },
		"radius":    func(in []byte) error { _, err := ReadFreeRADIUS(bytes.NewReader(in), nairobi); return err },
		"export":    func(in []byte) error { _, err := ReadRouter(bytes.NewReader(in), "R", nairobi); return err },
	}
	for name, in := range hostileFiles(t) {
		for kind, read := range readers {
			held, err := measured(func() error { return read(in) })
			if held > mostHeld {
				t.Errorf("%s as a %s: %d MB held", name, kind, held>>20)
			}
			if err == nil {
				continue
			}
			if !fault.Is(err, fault.Invalid) {
				t.Errorf("%s as a %s: %v", name, kind, err)
			}
			for _, l := range []words.Lang{words.English, words.Swahili} {
				if text := words.Fault(l, err); text == "" || strings.Contains(text, "incoming.") || strings.Contains(text, "<no value>") {
					t.Errorf("%s as a %s says %q", name, kind, text)
				}
			}
		}
	}
}

// measured tells how much memory something held at most.
func measured(do func() error) (held int64, err error) {
	runtime.GC()
	var before, now runtime.MemStats
	runtime.ReadMemStats(&before)
	done := make(chan error)
	go func() { done <- do() }()
	for {
		select {
		case err = <-done:
			return held, err
		case <-time.After(20 * time.Millisecond):
			runtime.ReadMemStats(&now)
			held = max(held, int64(now.HeapInuse)-int64(before.HeapInuse))
		}
	}
}
