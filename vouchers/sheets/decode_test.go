package sheets

import (
	"bytes"
	"encoding/xml"
	"image"
	"image/png"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"mtandao/internal/words"
	"mtandao/vouchers"
)

// decodeDPI is a little less than what a phone's camera sees of a card.
const decodeDPI = 200

// read is what a picture's file says.
func read(t *testing.T, picture []byte) string {
	t.Helper()
	at := filepath.Join(t.TempDir(), "picture.png")
	if err := os.WriteFile(at, picture, 0o600); err != nil {
		t.Fatal(err)
	}
	said, err := exec.Command("zbarimg", "--nodbus", "--quiet", "--raw", "-Sdisable", "-Sqrcode.enable", at).CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %s", err, said)
	}
	return strings.TrimSpace(string(said))
}

// scanned cuts a page of a PDF at its marks and reads the picture of each card, by a program that has nothing to do with what drew them.
func scanned(t *testing.T, p *Paper, pdf string, page int) (links map[int]string) {
	t.Helper()
	folder := t.TempDir()
	cmd := exec.Command("pdftoppm", "-r", strconv.Itoa(decodeDPI), "-gray", "-png", "-singlefile", "-f", strconv.Itoa(page), "-l", strconv.Itoa(page), pdf, filepath.Join(folder, "page"))
	if said, err := cmd.CombinedOutput(); err != nil || len(said) > 0 {
		t.Fatalf("pdftoppm: %v %s", err, said)
	}
	file, err := os.Open(filepath.Join(folder, "page.png"))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	whole, err := png.Decode(file)
	if err != nil {
		t.Fatal(err)
	}
	args := []string{"--nodbus", "--quiet", "--xml", "-Sdisable", "-Sqrcode.enable"}
	for n := range p.Cards() {
		area := whole.Bounds()
		if p.cols > 0 {
			x, y := p.at(n)
			px := func(mm float64) int { return int(mm * decodeDPI / 25.4) }
			area = image.Rect(px(x), px(y), px(x+p.w), px(y+p.h))
		}
		var card bytes.Buffer
		if err := (&png.Encoder{CompressionLevel: png.BestSpeed}).Encode(&card, whole.(interface {
			SubImage(image.Rectangle) image.Image
		}).SubImage(area)); err != nil {
			t.Fatal(err)
		}
		args = append(args, filepath.Join(folder, strconv.Itoa(n)+".png"))
		if err := os.WriteFile(args[len(args)-1], card.Bytes(), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	said, _ := exec.Command("zbarimg", args...).Output() // it fails when one card has no picture, which the comparison says better
	var read struct {
		Sources []struct {
			Name    string   `xml:"href,attr"`
			Symbols []string `xml:"index>symbol>data"`
		} `xml:"source"`
	}
	if err := xml.Unmarshal(said, &read); err != nil {
		t.Fatalf("%v: %s", err, said)
	}
	links = map[int]string{}
	for _, s := range read.Sources {
		n, err := strconv.Atoi(strings.TrimSuffix(filepath.Base(s.Name), ".png"))
		if err != nil {
			t.Fatal(err)
		}
		if len(s.Symbols) > 0 {
			links[n] = strings.Join(s.Symbols, " and ")
		}
	}
	return links
}

// proveSheets prints a batch, reads every picture and every code off the paper, and compares each with the row whose place it is in.
func proveSheets(t *testing.T, p *Paper, all []vouchers.Voucher) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "sheets.pdf")
	out, err := os.Create(file)
	if err != nil {
		t.Fatal(err)
	}
	p.write(t, out, all)
	if err := out.Close(); err != nil {
		t.Fatal(err)
	}
	for page := 1; (page-1)*p.Cards() < len(all); page++ {
		here := all[(page-1)*p.Cards() : min(page*p.Cards(), len(all))]
		text, err := exec.Command("pdftotext", "-f", strconv.Itoa(page), "-l", strconv.Itoa(page), "-layout", file, "-").Output()
		if err != nil {
			t.Fatal(err)
		}
		links := scanned(t, p, file, page)
		for n, v := range here {
			if want := p.Link(v.Code); links[n] != want {
				t.Errorf("sheet %d, place %d: the picture says %q, not %q", page, n, links[n], want)
			}
			if !bytes.Contains(text, []byte(vouchers.Serial(p.Batch.Number, v.Serial))) || p.face != (stamp{}) && !bytes.Contains(text, []byte(v.Code.Grouped(p.Batch.Group))) {
				t.Errorf("sheet %d does not name %s %s:\n%s", page, vouchers.Serial(p.Batch.Number, v.Serial), v.Code, text)
			}
		}
		if len(links) != len(here) {
			t.Errorf("sheet %d has %d pictures of %d", page, len(links), len(here))
		}
	}
}

// TestEveryPictureIsThatOfItsRow: MTANDAO_LONG=1 reads ten thousand.
func TestEveryPictureIsThatOfItsRow(t *testing.T) {
	for layout, size := range map[string]int{"24": 26, "36": 36, "50": 50, "counter": 2, "slip58": 1, "slip80": 1} {
		t.Run(layout, func(t *testing.T) {
			p := mustPaper(t, baraka(words.Swahili), layout)
			p.Batch.Size = size
			proveSheets(t, p, some(p.Batch, size))
		})
	}
	t.Run("long names and addresses", func(t *testing.T) {
		p := mustPaper(t, nyota(words.English), "24")
		proveSheets(t, p, some(p.Batch, 6))
	})
	if os.Getenv("MTANDAO_LONG") != "" {
		p := mustPaper(t, baraka(words.English), "50")
		proveSheets(t, p, some(p.Batch, 10_000))
		t.Log("10000 pictures read off 200 sheets: each is that of its row")
	}
}
