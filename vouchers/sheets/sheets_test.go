package sheets

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"encoding/csv"
	"image"
	"image/color"
	"image/png"
	"io"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"mtandao/internal/fault"
	"mtandao/internal/paper"
	"mtandao/internal/words"
	"mtandao/vouchers"
)

// textOf is what a PDF says, as another program reads it.
func textOf(t *testing.T, pdf []byte) string {
	t.Helper()
	cmd := exec.Command("pdftotext", "-layout", "-", "-")
	cmd.Stdin = bytes.NewReader(pdf)
	said, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	return string(said)
}

func (p *Paper) printed(t testing.TB, all []vouchers.Voucher) []byte {
	t.Helper()
	var out bytes.Buffer
	p.write(t, &out, all)
	return out.Bytes()
}

// namesOf are names as the provider might write them, the third with its accents apart.
var namesOf = map[string]string{"Latin": "Kĩrĩnyaga Ɓǝŋ Œuvre ẽ", "Greek": "Ωκεανός Internet", "Cyrillic": "Ўзбек Щука Интернет", "Ethiopic": "ሰላም ኢንተርኔት ፩"}

// TestNamesOfFourScriptsArePrinted on every layout: as text where there is text, and else as dots that are other dots for another letter.
func TestNamesOfFourScriptsArePrinted(t *testing.T) {
	for script, name := range namesOf {
		for _, layout := range Layouts {
			look := baraka(words.English)
			look.Brand.Name, look.Batch.NameEN = name, name+" 1"
			p := mustPaper(t, look, layout.Key)
			all := some(p.Batch, 2)
			print := p.printed(t, all)
			switch layout.form {
			case asPDF:
				if text := textOf(t, print); !strings.Contains(text, paper.Plain(name)) && !strings.Contains(text, strings.Fields(paper.Plain(name))[0]) {
					t.Errorf("%s on %s:\n%s", script, layout.Key, text)
				}
			case asText:
				if !strings.Contains(string(print), paper.Plain(name)) && !strings.Contains(string(print), name) {
					t.Errorf("%s as a message:\n%s", script, print)
				}
			case asPrinter, asPicture:
				letters := []rune(name)
				letters[0], letters[1] = letters[1], letters[0]
				look.Brand.Name = string(letters)
				if other := mustPaper(t, look, layout.Key).printed(t, all); bytes.Equal(print, other) {
					t.Errorf("%s on %s: %q looks like %q", script, layout.Key, name, look.Brand.Name)
				}
			}
		}
		for _, r := range paper.Plain(name) {
			if !paper.Regular.Has(r) || !paper.Bold.Has(r) {
				t.Errorf("no letter for %c", r)
			}
		}
	}
}

// TestLongNamesAreCut: a name without a blank that is longer than any card stays within its card and slip, in each script, and what matters is all there.
func TestLongNamesAreCut(t *testing.T) {
	for script, name := range namesOf {
		long := strings.Repeat(strings.Fields(name)[0], 40)
		for _, layout := range Layouts {
			if layout.form != asPDF && layout.form != asPicture {
				continue
			}
			look := baraka(words.English)
			look.Brand.Name, look.Batch.NameEN = long, long
			p := mustPaper(t, look, layout.Key)
			all := some(p.Batch, 2)
			if layout.form == asPicture {
				if dots := p.slipPicture(p.mustCard(t, all[0]), dotsPerMM); !freeEdges(dots) {
					t.Errorf("%s on %s runs over the edge", script, layout.Key)
				}
				continue
			}
			text := textOf(t, p.printed(t, all))
			if strings.Contains(text, paper.Plain(long)) || !strings.Contains(text, "…") || !strings.Contains(text, vouchers.Serial(p.Batch.Number, 1)) || !strings.Contains(text, "KES 50") {
				t.Errorf("%s on %s:\n%s", script, layout.Key, text)
			}
			if layout.cols > 0 && script == "Ethiopic" {
				proveSheets(t, p, all)
			}
		}
	}
}

func (p *Paper) mustCard(t *testing.T, v vouchers.Voucher) printedCard {
	t.Helper()
	c, err := p.card(v)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// freeEdges says that a picture has no dot at its left and right edge, where a text that is too long would end.
func freeEdges(dots *image.Paletted) bool {
	for y := range dots.Rect.Dy() {
		if dots.ColorIndexAt(0, y) != 0 || dots.ColorIndexAt(dots.Rect.Dx()-1, y) != 0 {
			return false
		}
	}
	return true
}

// TestLettersAreDrawn: no two of a name's letters look the same, as the box of a missing one would.
func TestLettersAreDrawn(t *testing.T) {
	for script, name := range namesOf {
		seen := map[string]rune{}
		for _, r := range strings.ReplaceAll(paper.Plain(name), " ", "") {
			picture := newRaster(10, 10, 8, nil)
			picture.text(paper.Bold, 20, black, 1, 8, string(r))
			if other, there := seen[string(picture.picture.Pix)]; there && other != r {
				t.Errorf("%s: %c looks like %c", script, r, other)
			}
			seen[string(picture.picture.Pix)] = r
		}
	}
}

func TestAnotherScriptIsRefusedByName(t *testing.T) {
	l, _ := LayoutOf("24")
	for name, want := range map[string]string{"شبكة": "Arabic", "网络": "Han", "नेटवर्क": "Devanagari", "เน็ต": "Thai"} {
		for _, set := range []func(*Look){func(k *Look) { k.Brand.Name = "Net " + name }, func(k *Look) { k.Batch.NameEN = name }} {
			look := baraka(words.English)
			set(&look)
			_, err := New(look, l)
			if said := words.Fault(words.English, err); fault.KeyOf(err) != "paper.script" || !strings.Contains(said, want) || !strings.Contains(said, name) {
				t.Errorf("%s: %v", name, said)
			}
		}
	}
	look := baraka(words.Swahili)
	look.Brand.Name = "Baraka 🔥"
	if _, err := New(look, l); fault.KeyOf(err) != "paper.sign" || !strings.Contains(words.Fault(words.Swahili, err), "U+1F525") {
		t.Error(err)
	}
}

func TestAReprintIsMarkedAndTheDeadAreNotPrinted(t *testing.T) {
	p := mustPaper(t, baraka(words.English), "24")
	all := some(p.Batch, 30)[24:]
	all[1].Prints, all[2].State, all[3].State, all[4].State = 2, vouchers.Void, vouchers.Used, vouchers.Expired
	text := textOf(t, p.printed(t, all))
	for _, want := range []string{"12-000026 Copy 3", "Sheet 2 of 417", "12-000027", "Void", "Used", "Expired", "Batch 12", "KES 50", "0712 345 678", "26.11.2026 14:02"} {
		if !strings.Contains(strings.Join(strings.Fields(text), " "), want) {
			t.Errorf("no %q in\n%s", want, text)
		}
	}
	for _, v := range all[2:5] {
		if strings.Contains(text, v.Code.Grouped(5)) {
			t.Errorf("the dead %s is printed again", v.Code)
		}
	}
	if strings.Count(text, "Copy") != 1 {
		t.Error(text)
	}
	for _, layout := range []string{"slip58", "printer58", "picture", "text"} { // of which each voucher is a piece of its own
		p := mustPaper(t, baraka(words.English), layout)
		one, some := p.printed(t, all[:1]), p.printed(t, slices.Concat(all[:1], all[2:5]))
		if len(some) > len(one)+200 {
			t.Errorf("%s prints the dead: %d bytes, %d", layout, len(one), len(some))
		}
	}
}

// dots reads a printer's commands back into what it prints.
func dots(t *testing.T, sent []byte) *image.Gray {
	t.Helper()
	if !bytes.HasPrefix(sent, []byte("\x1b@")) || !bytes.HasSuffix(sent, []byte("\x1dVB\x00")) {
		t.Fatal("neither begun nor cut")
	}
	var lines [][]byte
	rest := sent[2:]
	for bytes.HasPrefix(rest, []byte("\x1dv0\x00")) {
		wide, high := int(binary.LittleEndian.Uint16(rest[4:])), int(binary.LittleEndian.Uint16(rest[6:]))
		for rest = rest[8:]; high > 0; high-- {
			lines, rest = append(lines, rest[:wide]), rest[wide:]
		}
	}
	picture := image.NewGray(image.Rect(-40, -40, len(lines[0])*8+40, len(lines)+40))
	for i := range picture.Pix {
		picture.Pix[i] = 0xff
	}
	for y, line := range lines {
		for x := range len(line) * 8 {
			if line[x/8]>>(7-x%8)&1 == 1 {
				picture.SetGray(x, y, color.Gray{})
			}
		}
	}
	return picture
}

func TestSlipsOfPrintersAndPhonesAreRead(t *testing.T) {
	for _, look := range []Look{baraka(words.Swahili), nyota(words.English)} {
		v := some(look.Batch, 1)
		for key, wide := range map[string]int{"printer58": 384, "printer80": 576} {
			p := mustPaper(t, look, key)
			picture := dots(t, p.printed(t, v))
			if picture.Rect.Dx() != wide+80 {
				t.Errorf("%s: %d dots", key, picture.Rect.Dx())
			}
			var out bytes.Buffer
			if err := png.Encode(&out, picture); err != nil {
				t.Fatal(err)
			}
			if got := read(t, out.Bytes()); got != p.Link(v[0].Code) {
				t.Errorf("%s says %q", key, got)
			}
		}
		p := mustPaper(t, look, "picture")
		file := p.printed(t, v)
		packed, err := zip.NewReader(bytes.NewReader(file), int64(len(file)))
		if err != nil || len(packed.File) != 1 || packed.File[0].Name != vouchers.Serial(look.Batch.Number, 1)+".png" {
			t.Fatal(err)
		}
		r, err := packed.File[0].Open()
		if err != nil {
			t.Fatal(err)
		}
		picture, err := io.ReadAll(r)
		if err != nil || read(t, picture) != p.Link(v[0].Code) {
			t.Error(err)
		}
		if said := string(mustPaper(t, look, "text").printed(t, v)); !strings.Contains(said, p.Link(v[0].Code)+"\n") || !strings.Contains(said, v[0].Code.Grouped(5)+"\n") || !strings.Contains(said, look.Batch.Price.String()) {
			t.Error(said)
		}
	}
}

func TestTablesHaveTheSameColumnsAndNoFormulas(t *testing.T) {
	look := baraka(words.English)
	look.Batch.NameEN = "شبكة" // a table has every script
	all := some(look.Batch, 700)
	all[0].Holder, all[1].Holder, all[2].Holder = `=HYPERLINK("http://x")`, "@SUM(A1)", "Mama Njeri"
	rows, err := csv.NewReader(bytes.NewReader(mustPaper(t, look, "csv").printed(t, all))).ReadAll()
	if err != nil || len(rows) != 701 {
		t.Fatal(len(rows), err)
	}
	if rows[1][8] != `'=HYPERLINK("http://x")` || rows[2][8] != "'@SUM(A1)" || rows[3][8] != "Mama Njeri" || rows[700][0] != "12-000700" || rows[1][3] != "شبكة" {
		t.Error(rows[:4])
	}
	book, err := excelize.OpenReader(bytes.NewReader(mustPaper(t, look, "xlsx").printed(t, all)))
	if err != nil {
		t.Fatal(err)
	}
	defer book.Close()
	cells, err := book.GetRows("Sheet1")
	if err != nil || len(cells) != len(rows) {
		t.Fatal(len(cells), err)
	}
	for i := range rows {
		for n, cell := range cells[i] {
			if cell != strings.TrimPrefix(rows[i][n], "'") {
				t.Fatalf("row %d: %q in one table, %q in the other", i, rows[i][n], cell)
			}
		}
	}
	if formula, err := book.GetCellFormula("Sheet1", "I2"); err != nil || formula != "" {
		t.Error(formula, err)
	}
}

// TestTheSameIsPrintedTheSame, to the byte; whatever lies before the first serial on its sheet stays free.
func TestTheSameIsPrintedTheSame(t *testing.T) {
	for _, layout := range Layouts {
		p := mustPaper(t, nyota(words.Swahili), layout.Key)
		if all := some(p.Batch, 70)[60:]; !layout.Table() && !bytes.Equal(p.printed(t, all), p.printed(t, all)) {
			t.Errorf("%s differs", layout.Key)
		}
	}
}

func TestALogoThatCannotBeDrawnLeavesTheName(t *testing.T) {
	for _, logo := range []string{`<svg xmlns="http://www.w3.org/2000/svg"><text>x</text></svg>`, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 0 0"/>`, "<svg", "\x89PNG\r\n",
		`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1 400"><path d="M0 0h1v400H0z"/></svg>`, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 8 8"><path d="M0 0 A"/></svg>`} {
		look := baraka(words.English)
		if look.Brand.Logo = []byte(logo); !strings.HasPrefix(logo, "<") {
			look.Brand.LogoType = "image/png"
		}
		p := mustPaper(t, look, "24")
		if p.mark != nil {
			t.Errorf("%q was drawn", logo)
		}
		if !strings.Contains(textOf(t, p.printed(t, some(p.Batch, 1))), "Baraka Wi-Fi") {
			t.Errorf("%q", logo)
		}
	}
}
