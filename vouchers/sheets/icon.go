package sheets

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/png"

	"golang.org/x/image/draw"

	"mtandao/internal/paper"
	"mtandao/internal/site"
	"mtandao/themes"
)

// ticket is the icon of a brand without a logo.
const ticket = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 64 64"><path d="M12 22h40v8a5 5 0 0 0 0 10v8H12v-8a5 5 0 0 0 0-10z" fill="%s"/><path d="M38 24v4M38 33v4M38 42v4" stroke="%s" stroke-width="4" stroke-linecap="round"/></svg>`

// Icon is a brand as a square PNG for a phone's home screen: its logo on white, or a ticket on its colour. A phone may cut the corners off
// as it likes: what matters is within the middle four fifths.
func Icon(b site.Brand, size int) ([]byte, error) {
	t := themes.Pour(b.Accent, b.AccentInk, white.String(), black.String())
	ground, mark, part := white, paper.Logo(b.Logo, b.LogoType), 0.72
	if mark == nil {
		ground, part = t.Accent, 1
		mark = paper.Logo(fmt.Appendf(nil, ticket, t.OnAccent, t.Accent), "image/svg+xml")
	}
	icon := image.NewRGBA(image.Rect(0, 0, size, size))
	draw.Draw(icon, icon.Bounds(), image.NewUniform(color.RGBA{ground.Red, ground.Green, ground.Blue, 0xff}), image.Point{}, draw.Src)
	if mark != nil {
		from := mark.Bounds()
		scale := float64(size) * part / float64(max(from.Dx(), from.Dy()))
		w, h := int(float64(from.Dx())*scale), int(float64(from.Dy())*scale)
		x, y := (size-w)/2, (size-h)/2
		draw.CatmullRom.Scale(icon, image.Rect(x, y, x+w, y+h), mark, from, draw.Over, nil)
	}
	var out bytes.Buffer
	err := png.Encode(&out, icon)
	return out.Bytes(), err
}
