package sheets

import (
	"image"
	"image/color"
	"math"

	"golang.org/x/image/draw"
	"golang.org/x/image/font"
	"golang.org/x/image/math/fixed"

	"mtandao/internal/paper"
	"mtandao/themes"
)

// raster draws pixels, so many a millimetre.
type raster struct {
	picture *image.RGBA
	perMM   float64
	mark    image.Image
	faces   map[faceSize]font.Face
}

type faceSize struct {
	t    *paper.Face
	size float64
}

func newRaster(w, h, perMM float64, mark image.Image) *raster {
	r := &raster{picture: image.NewRGBA(image.Rect(0, 0, int(math.Round(w*perMM)), int(math.Round(h*perMM)))), perMM: perMM, mark: mark, faces: map[faceSize]font.Face{}}
	r.clear()
	return r
}

func (r *raster) clear() { draw.Draw(r.picture, r.picture.Rect, image.White, image.Point{}, draw.Src) }

func (r *raster) px(mm float64) int { return int(math.Round(mm * r.perMM)) }

func (r *raster) fill(c themes.Colour, x, y, w, h float64) {
	area := image.Rect(r.px(x), r.px(y), max(r.px(x+w), r.px(x)+1), max(r.px(y+h), r.px(y)+1))
	draw.Draw(r.picture, area, image.NewUniform(ink(c)), image.Point{}, draw.Src)
}

func ink(c themes.Colour) color.RGBA {
	return color.RGBA{R: c.Red, G: c.Green, B: c.Blue, A: 0xff}
}

func (r *raster) text(t *paper.Face, size float64, c themes.Colour, x, base float64, s string) {
	key := faceSize{t, size}
	if r.faces[key] == nil {
		face, err := t.Sized(size * paper.Point * r.perMM)
		if err != nil {
			return // of an embedded font at a size above 0
		}
		r.faces[key] = face
	}
	at := fixed.Point26_6{X: fixed.Int26_6(x * r.perMM * 64), Y: fixed.Int26_6(base * r.perMM * 64)}
	(&font.Drawer{Dst: r.picture, Src: image.NewUniform(ink(c)), Face: r.faces[key], Dot: at}).DrawString(s)
}

func (r *raster) logo(x, y, h float64) {
	size := r.mark.Bounds().Size()
	w := h * float64(size.X) / float64(size.Y)
	draw.CatmullRom.Scale(r.picture, image.Rect(r.px(x), r.px(y), r.px(x+w), r.px(y+h)), r.mark, r.mark.Bounds(), draw.Over, nil)
}

// code draws modules of whole pixels, in the middle of where it belongs.
func (r *raster) code(m *paper.Matrix, x, y, size float64) {
	module := max(r.px(size)/m.N, 1)
	free := (r.px(size) - module*m.N) / 2
	left, top := r.px(x)+free, r.px(y)+free
	for _, run := range m.Runs {
		area := image.Rect(left+run.X*module, top+run.Y*module, left+(run.X+run.N)*module, top+(run.Y+1)*module)
		draw.Draw(r.picture, area, image.Black, image.Point{}, draw.Src)
	}
}
