package site

import (
	"bytes"
	"encoding/xml"
	"errors"
	"image"
	"image/jpeg"
	"image/png"
	"io"
	"regexp"
	"strings"

	"golang.org/x/image/draw"

	"mtandao/internal/fault"
)

const (
	logoBytes    = 6 << 10 // cleaned: it is part of the first page's 14 KB
	uploadBytes  = 2 << 20 // what a camera or a drawing program writes
	logoPixels   = 4096
	logoElements = 500
)

// CleanLogo gives back an SVG rebuilt from an allow-list (what runs, loads or is unknown is left out), or a PNG or JPEG made
// of at most so many octets; an SVG may always have 6 KB. fault.Invalid "brand.logo" when it is none of them, "brand.logo_size" when it is too large.
func CleanLogo(logo []byte, most int) (clean []byte, kind string, err error) {
	switch {
	case len(logo) == 0:
		return []byte{}, "", nil
	case len(logo) > uploadBytes:
		return nil, "", fault.New(fault.Invalid, "brand.logo_size")
	case bytes.HasPrefix(logo, []byte("\x89PNG\r\n")), bytes.HasPrefix(logo, []byte("\xff\xd8\xff")):
		clean, kind, err = smallLogo(logo, most)
	default:
		kind = "image/svg+xml"
		clean, err = cleanSVG(logo)
	}
	if err != nil {
		return nil, "", fault.Wrap(fault.Invalid, "brand.logo", err)
	}
	if len(clean) > logoBytes {
		return nil, "", fault.New(fault.Invalid, "brand.logo_size")
	}
	return clean, kind, nil
}

// smallLogo leaves a small PNG as it is, and scales anything else down until it fits: a PNG to keep edges sharp and the
// ground transparent, a JPEG where that is too large.
func smallLogo(logo []byte, most int) (small []byte, kind string, err error) {
	about, format, err := image.DecodeConfig(bytes.NewReader(logo))
	if err != nil {
		return nil, "", err
	}
	if about.Width > logoPixels || about.Height > logoPixels {
		return nil, "", errors.New("more than 4096 pixels a side")
	}
	whole, _, err := image.Decode(bytes.NewReader(logo))
	if err != nil {
		return nil, "", err
	}
	if format == "png" && len(logo) <= most {
		return logo, "image/png", nil
	}
	if format == "jpeg" && len(logo) <= most && !hasNotes(logo) {
		return logo, "image/jpeg", nil
	}
	for _, side := range []int{160, 128, 96, 72, 48, 36} {
		if small, kind, err = drawnLogo(whole, side, most); err != nil || len(small) <= most {
			return small, kind, err
		}
	}
	return small, kind, nil
}

// drawnLogo is a logo whose longer side has so many pixels.
func drawnLogo(whole image.Image, side, most int) (drawn []byte, kind string, err error) {
	from := whole.Bounds()
	share := min(1, float64(side)/float64(max(from.Dx(), from.Dy())))
	to := image.NewNRGBA(image.Rect(0, 0, max(1, int(float64(from.Dx())*share)), max(1, int(float64(from.Dy())*share))))
	draw.CatmullRom.Scale(to, to.Bounds(), whole, from, draw.Src, nil)
	var out bytes.Buffer
	err = (&png.Encoder{CompressionLevel: png.BestCompression}).Encode(&out, to)
	if err != nil || out.Len() <= most || !to.Opaque() {
		return out.Bytes(), "image/png", err
	}
	out.Reset()
	err = jpeg.Encode(&out, to, &jpeg.Options{Quality: 75})
	return out.Bytes(), "image/jpeg", err
}

const svgSpace = "http://www.w3.org/2000/svg"

var (
	svgElements = set("svg g defs title desc path rect circle ellipse line polyline polygon text tspan use symbol clipPath mask linearGradient radialGradient stop")
	svgDrawing  = set("fill fill-opacity fill-rule stroke stroke-width stroke-linecap stroke-linejoin stroke-miterlimit stroke-dasharray " +
		"stroke-dashoffset stroke-opacity opacity color display visibility clip-path clip-rule mask stop-color stop-opacity font-family font-size " +
		"font-weight font-style text-anchor letter-spacing")
	svgGeometry = set("id d x y x1 y1 x2 y2 cx cy r rx ry fx fy dx dy width height points viewBox preserveAspectRatio transform offset " +
		"gradientUnits gradientTransform spreadMethod clipPathUnits maskUnits maskContentUnits")
	// svgValue: no quotes, angle brackets, ampersands, escapes, colons or at-signs, so that nothing in it can end the
	// attribute or name an address.
	svgValue     = regexp.MustCompile(`^[\pL\pN\s.,#%()+*/_-]*$`)
	svgReference = regexp.MustCompile(`(?i)url\s*\(\s*[^#\s]`)
	svgLocal     = regexp.MustCompile(`^#[A-Za-z0-9_-]+$`)
)

func set(words string) map[string]bool {
	m := map[string]bool{}
	for _, w := range strings.Fields(words) {
		m[w] = true
	}
	return m
}

// cleanSVG reads with encoding/xml (no entities, no DTD) and writes anew; bytes of the original are never copied.
func cleanSVG(source []byte) ([]byte, error) {
	w := svgWriter{decoder: xml.NewDecoder(bytes.NewReader(source))}
	for {
		token, err := w.decoder.Token()
		if err == io.EOF {
			break
		}
		if err == nil {
			err = w.write(token)
		}
		if err != nil {
			return nil, err
		}
	}
	if w.out.Len() == 0 {
		return nil, errors.New("no svg element")
	}
	return w.out.Bytes(), nil
}

type svgWriter struct {
	decoder  *xml.Decoder
	out      bytes.Buffer
	open     []string
	elements int
}

func (w *svgWriter) write(token xml.Token) error {
	switch t := token.(type) {
	case xml.StartElement:
		if w.elements++; w.elements > logoElements {
			return errors.New("too many elements")
		}
		if !allowedElement(t.Name, len(w.open)) {
			return w.decoder.Skip()
		}
		writeStart(&w.out, t, len(w.open) == 0)
		w.open = append(w.open, t.Name.Local)
	case xml.EndElement:
		w.open = w.open[:len(w.open)-1]
		w.out.WriteString("</" + t.Name.Local + ">")
	case xml.CharData:
		if len(w.open) > 0 && isWritten(w.open[len(w.open)-1]) {
			return xml.EscapeText(&w.out, t)
		}
	}
	return nil
}

func allowedElement(name xml.Name, depth int) bool {
	if name.Space != "" && name.Space != svgSpace {
		return false
	}
	return svgElements[name.Local] && (name.Local == "svg") == (depth == 0)
}

func isWritten(element string) bool {
	return element == "text" || element == "tspan" || element == "title" || element == "desc"
}

func writeStart(out *bytes.Buffer, t xml.StartElement, root bool) {
	out.WriteString("<" + t.Name.Local)
	if root {
		out.WriteString(` xmlns="` + svgSpace + `"`)
	}
	written := map[string]bool{}
	write := func(name, value string) {
		if !written[name] && svgValue.MatchString(value) && !svgReference.MatchString(value) {
			written[name] = true
			out.WriteString(" " + name + `="` + value + `"`)
		}
	}
	for _, a := range t.Attr {
		writeAttribute(write, a)
	}
	out.WriteString(">")
}

// writeAttribute turns a style into attributes, because our pages' policy forbids styles inside them.
func writeAttribute(write func(name, value string), a xml.Attr) {
	switch {
	case a.Name.Local == "href" && svgLocal.MatchString(a.Value):
		write("href", a.Value)
	case a.Name.Space != "":
	case a.Name.Local == "style":
		for declaration := range strings.SplitSeq(a.Value, ";") {
			name, value, _ := strings.Cut(declaration, ":")
			if name = strings.TrimSpace(name); svgDrawing[name] {
				write(name, strings.TrimSpace(value))
			}
		}
	case svgDrawing[a.Name.Local] || svgGeometry[a.Name.Local]:
		write(a.Name.Local, a.Value)
	}
}
