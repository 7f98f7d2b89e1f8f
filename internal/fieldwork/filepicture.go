package fieldwork

import (
	"bytes"
	"encoding/binary"
	"image"
	"image/color"
	"image/jpeg"
	_ "image/png" // what people upload
	"path"
	"strings"
	"sync"
	"unicode"

	"golang.org/x/image/draw"
	_ "golang.org/x/image/webp" // what phones save

	"mtandao/internal/fault"
)

const (
	// MostFileOctets bounds a file as it comes.
	MostFileOctets = 5 << 20
	mostPixels     = 24_000_000 // decoded it takes up to eight octets a pixel
	// KeptSide is how many pixels the longer side of a photograph has as it is kept.
	KeptSide = 1600

	typeJPEG = "image/jpeg"
	typePDF  = "application/pdf"
)

// decoding lets one photograph at a time be taken apart, so that many who send large ones do not fill the memory.
var decoding sync.Mutex

// cleanFile gives back a photograph drawn anew, so that nothing hides in it and what the camera wrote into it is gone, or a PDF as it is. The
// content decides what it is, whatever it is called: fault.Invalid "file.empty", "file.size", "file.type" or "file.picture".
func cleanFile(body []byte) (clean []byte, kind string, err error) {
	switch {
	case len(body) == 0:
		return nil, "", fault.New(fault.Invalid, "file.empty")
	case len(body) > MostFileOctets:
		return nil, "", fault.New(fault.Invalid, "file.size", "Most", MostFileOctets>>20)
	case bytes.HasPrefix(body, []byte("%PDF-1.")) || bytes.HasPrefix(body, []byte("%PDF-2.")):
		if !bytes.Contains(body[max(0, len(body)-2048):], []byte("%%EOF")) {
			return nil, "", fault.New(fault.Invalid, "file.type")
		}
		return body, typePDF, nil
	}
	about, _, err := image.DecodeConfig(bytes.NewReader(body))
	if err != nil {
		return nil, "", fault.Wrap(fault.Invalid, "file.type", err)
	}
	if about.Width < 1 || about.Height < 1 || about.Width > mostPixels/about.Height {
		return nil, "", fault.New(fault.Invalid, "file.picture")
	}
	decoding.Lock()
	defer decoding.Unlock()
	whole, _, err := image.Decode(bytes.NewReader(body))
	if err != nil {
		return nil, "", fault.Wrap(fault.Invalid, "file.type", err)
	}
	var out bytes.Buffer
	err = jpeg.Encode(&out, upright(drawn(whole), orientation(body)), &jpeg.Options{Quality: 80})
	return out.Bytes(), typeJPEG, err
}

// drawn is a photograph as large as it is kept.
func drawn(whole image.Image) *image.RGBA {
	width, height := whole.Bounds().Dx(), whole.Bounds().Dy()
	if longer := max(width, height); longer > KeptSide {
		width, height = max(1, width*KeptSide/longer), max(1, height*KeptSide/longer)
	}
	small := image.NewRGBA(image.Rect(0, 0, width, height))
	draw.Draw(small, small.Bounds(), image.White, image.Point{}, draw.Src) // under what is transparent
	draw.ApproxBiLinear.Scale(small, small.Bounds(), whole, whole.Bounds(), draw.Over, nil)
	return small
}

// orientation is how a camera was held, as a JPEG says it (Exif 2.3 §4.6.4, tag 0x0112): 1 is upright, and what says nothing.
func orientation(photo []byte) int {
	if !bytes.HasPrefix(photo, []byte{0xff, 0xd8}) {
		return 1
	}
	for at := 2; at+4 <= len(photo) && photo[at] == 0xff && photo[at+1] != 0xda; {
		length := int(binary.BigEndian.Uint16(photo[at+2:]))
		if part := photo[at+4 : max(at+4, min(at+2+length, len(photo)))]; photo[at+1] == 0xe1 && bytes.HasPrefix(part, []byte("Exif\x00\x00")) {
			return held(part[6:])
		}
		at += 2 + max(length, 2)
	}
	return 1
}

// held reads the orientation in the first directory of a TIFF header.
func held(tiff []byte) int {
	order, known := map[string]binary.ByteOrder{"II": binary.LittleEndian, "MM": binary.BigEndian}[string(tiff[:min(2, len(tiff))])]
	if !known || len(tiff) < 8 {
		return 1
	}
	first := int64(order.Uint32(tiff[4:]))
	if first+2 > int64(len(tiff)) {
		return 1
	}
	entries := tiff[first+2:]
	for n := int(order.Uint16(tiff[first:])); n > 0 && len(entries) >= 12; n, entries = n-1, entries[12:] {
		if value := int(order.Uint16(entries[8:])); order.Uint16(entries) == 0x0112 && value >= 1 && value <= 8 {
			return value
		}
	}
	return 1
}

// upright turns a photograph as it is to be looked at.
func upright(p *image.RGBA, held int) *image.RGBA {
	w, h := p.Bounds().Dx()-1, p.Bounds().Dy()-1
	var from func(x, y int) color.RGBA
	wide, high := w+1, h+1
	switch held {
	case 2:
		from = func(x, y int) color.RGBA { return p.RGBAAt(w-x, y) }
	case 3:
		from = func(x, y int) color.RGBA { return p.RGBAAt(w-x, h-y) }
	case 4:
		from = func(x, y int) color.RGBA { return p.RGBAAt(x, h-y) }
	case 5:
		from, wide, high = func(x, y int) color.RGBA { return p.RGBAAt(y, x) }, h+1, w+1
	case 6:
		from, wide, high = func(x, y int) color.RGBA { return p.RGBAAt(y, h-x) }, h+1, w+1
	case 7:
		from, wide, high = func(x, y int) color.RGBA { return p.RGBAAt(w-y, h-x) }, h+1, w+1
	case 8:
		from, wide, high = func(x, y int) color.RGBA { return p.RGBAAt(w-y, x) }, h+1, w+1
	default:
		return p
	}
	turned := image.NewRGBA(image.Rect(0, 0, wide, high))
	for y := range high {
		for x := range wide {
			turned.SetRGBA(x, y, from(x, y))
		}
	}
	return turned
}

var endings = map[string]string{typeJPEG: ".jpg", typePDF: ".pdf"}

const mostFileName = 80

// fileName is what a file is called: the last part of a path, without what could lead elsewhere, and with the ending of what it is.
func fileName(typed, kind string) string {
	typed = typed[strings.LastIndexAny(typed, `/\`)+1:]
	name := strings.Map(func(r rune) rune {
		if strings.ContainsRune(`"<>:|?*%;`, r) || !unicode.IsPrint(r) {
			return -1
		}
		return r
	}, strings.ToValidUTF8(typed, ""))
	for known := true; known; {
		ending := path.Ext(name)
		if _, known = plainEndings[strings.ToLower(ending)]; known {
			name = strings.TrimSuffix(name, ending)
		}
	}
	name = strings.Trim(oneLine(strings.ReplaceAll(name, ".", " ")), " ")
	if r := []rune(name); len(r) > mostFileName {
		name = string(r[:mostFileName])
	}
	if name == "" {
		name = "file"
	}
	return name + endings[kind]
}

// plainEndings say nothing that the type of a file does not say.
var plainEndings = map[string]bool{".jpg": true, ".jpeg": true, ".png": true, ".webp": true, ".pdf": true}
