package paper

import (
	"bytes"
	"image"
	"image/color"
	_ "image/jpeg" // logos are PNG, JPEG or SVG
	_ "image/png"

	"github.com/srwiley/oksvg"
	"github.com/srwiley/rasterx"
)

const (
	logoPixels  = 384 // of the longer side: 300 an inch at 32 mm
	logoSlender = 3   // how many times wider than high one may be, and the other way
)

// Logo is a file as a picture; nil when there is none, or none that can be drawn: then the name stands alone.
func Logo(file []byte, mime string) image.Image {
	if len(file) == 0 {
		return nil
	}
	picture := drawn(file)
	if mime != "image/svg+xml" {
		picture, _, _ = image.Decode(bytes.NewReader(file))
	}
	if picture == nil {
		return nil
	}
	size := picture.Bounds().Size()
	if size.X < 1 || size.Y < 1 || size.X > logoSlender*size.Y || size.Y > logoSlender*size.X {
		return nil
	}
	return picture
}

// drawn is an SVG as pixels; nil when the library gives up on it, in whichever way.
func drawn(svg []byte) (whole image.Image) {
	defer func() {
		if recover() != nil {
			whole = nil
		}
	}()
	icon, err := oksvg.ReadIconStream(bytes.NewReader(svg), oksvg.StrictErrorMode)
	if err != nil || icon.ViewBox.W <= 0 || icon.ViewBox.H <= 0 {
		return nil
	}
	scale := logoPixels / max(icon.ViewBox.W, icon.ViewBox.H)
	w, h := int(icon.ViewBox.W*scale), int(icon.ViewBox.H*scale)
	if w < 1 || h < 1 {
		return nil
	}
	for i := range icon.SVGPaths { // the library scales paths, but not how thick their lines are
		icon.SVGPaths[i].LineWidth *= scale
	}
	icon.SetTarget(0, 0, float64(w), float64(h))
	picture := image.NewNRGBA(image.Rect(0, 0, w, h))
	icon.Draw(rasterx.NewDasher(w, h, rasterx.NewScannerGV(w, h, picture, picture.Bounds())), 1)
	for _, pixel := range picture.Pix {
		if pixel != 0 {
			return picture
		}
	}
	return nil
}

// Opaque is a logo on white, for printers.
func Opaque(picture image.Image) *image.RGBA {
	flat := image.NewRGBA(image.Rectangle{Max: picture.Bounds().Size()})
	for y := range flat.Rect.Dy() {
		for x := range flat.Rect.Dx() {
			at := picture.At(picture.Bounds().Min.X+x, picture.Bounds().Min.Y+y)
			r, g, b, a := at.RGBA()
			rest := 0xffff - a
			flat.Set(x, y, color.RGBA64{R: uint16(r + rest), G: uint16(g + rest), B: uint16(b + rest), A: 0xffff})
		}
	}
	return flat
}
