package sheets

import (
	"archive/zip"
	"bytes"
	"image"
	"image/color"
	"image/png"
	"io"
	"strings"

	"mtandao/internal/words"
)

const (
	dotsPerMM = 8.0 // 203 an inch, as thermal printers have
	finer     = 2   // pixels of a picture for each dot of a printer, a side
)

// slipPicture draws a slip as dots, which are black or not, so many a millimetre; no printer has others.
func (p *Paper) slipPicture(v printedCard, perMM float64) *image.Paletted {
	w, edge := float64(p.dots)/dotsPerMM, 1.0
	r := newRaster(w, slip(ruler{}, p, v, w, edge), perMM, p.mark)
	slip(r, p, v, w, edge)
	dots := image.NewPaletted(r.picture.Rect, color.Palette{color.White, color.Black})
	for i := range dots.Pix {
		pixel := r.picture.Pix[i*4:]
		if int(pixel[0])*299+int(pixel[1])*587+int(pixel[2])*114 < 150*1000 {
			dots.Pix[i] = 1
		}
	}
	return dots
}

// printer writes what thermal printers understand (ESC/POS). All is sent as dots: it looks the same on each, in any script.
type printer struct {
	p   *Paper
	out io.Writer
}

const bandHeight = 128 // dots of a command; small printers have little memory

func (d printer) add(v printedCard, _ int) error {
	if v.dead != "" {
		return nil
	}
	picture := d.p.slipPicture(v, dotsPerMM)
	bytesWide := (picture.Rect.Dx() + 7) / 8
	out := []byte("\x1b@") // as switched on
	for top := 0; top < picture.Rect.Dy(); top += bandHeight {
		rows := min(bandHeight, picture.Rect.Dy()-top)
		out = append(out, 0x1d, 'v', '0', 0, byte(bytesWide), byte(bytesWide>>8), byte(rows), byte(rows>>8))
		for y := top; y < top+rows; y++ {
			line := make([]byte, bytesWide)
			for x := range picture.Rect.Dx() {
				line[x/8] |= picture.Pix[y*picture.Stride+x] << (7 - x%8)
			}
			out = append(out, line...)
		}
	}
	_, err := d.out.Write(append(out, 0x1b, 'd', 2, 0x1d, 'V', 'B', 0)) // two lines on, and cut
	return err
}

func (printer) close() error { return nil }

// pictures is a ZIP of a PNG for each voucher.
type pictures struct {
	p   *Paper
	out *zip.Writer
}

func (d pictures) add(v printedCard, _ int) error {
	if v.dead != "" {
		return nil
	}
	w, err := d.out.CreateHeader(&zip.FileHeader{Name: v.serial + ".png", Method: zip.Store, Modified: d.p.At})
	if err == nil {
		err = png.Encode(w, d.p.slipPicture(v, dotsPerMM*finer))
	}
	return err
}

func (d pictures) close() error { return d.out.Close() }

// texts is what can be sent to somebody, a voucher after another.
type texts struct {
	p   *Paper
	out io.Writer
}

func (d texts) add(v printedCard, _ int) error {
	if v.dead != "" {
		return nil
	}
	_, err := io.WriteString(d.out, d.p.share(v)+"\n\n")
	return err
}

func (texts) close() error { return nil }

// share is a voucher as a message.
func (p *Paper) share(v printedCard) string {
	lines := []string{joined(p.brand, p.plan) + " · " + p.price, p.gives, words.Text(p.Lang, "paper.code", "Code", v.code), v.link,
		words.Text(p.Lang, "paper.open", "Brand", p.brand), joined(p.valid, p.help), v.named()}
	var out bytes.Buffer
	for _, line := range lines {
		if line != "" {
			out.WriteString(line + "\n")
		}
	}
	return strings.TrimSuffix(out.String(), "\n")
}
