package site

import (
	"bytes"
	"image"
	"image/jpeg"
	_ "image/png" // what people upload

	"golang.org/x/image/draw"
	_ "golang.org/x/image/webp" // what phones save

	"mtandao/internal/fault"
)

const (
	// pageBytes is what the logo and the picture may add together to a page: the first view is 14 KB in all (G6).
	pageBytes    = 6200
	photoBytes   = 12 << 20
	photoPixels  = 50_000_000 // decoded it takes four octets a pixel
	pictureShape = 3          // width : height
)

// pictureTries go from the best to the smallest that still looks like something.
var pictureTries = []struct{ width, quality int }{{640, 60}, {640, 45}, {560, 40}, {480, 40}, {480, 30}, {400, 30}, {320, 25}, {240, 20}}

// FitPicture makes of any photograph (JPEG, PNG, WebP; up to 12 MB) a JPEG three times as wide as high, cut from its middle,
// of at most so many octets; what a camera wrote into it is gone. One that fits already is left as it is. fault.Invalid
// "brand.picture" when it is none, "brand.picture_size" when it is too large or cannot be made small enough.
func FitPicture(photo []byte, most int) ([]byte, error) {
	if len(photo) == 0 {
		return []byte{}, nil
	}
	if len(photo) > photoBytes {
		return nil, fault.New(fault.Invalid, "brand.picture_size")
	}
	about, kind, err := image.DecodeConfig(bytes.NewReader(photo))
	if err != nil {
		return nil, fault.Wrap(fault.Invalid, "brand.picture", err)
	}
	if about.Width*about.Height > photoPixels || about.Width < 2*pictureShape || about.Height < 2 {
		return nil, fault.New(fault.Invalid, "brand.picture_size")
	}
	if kind == "jpeg" && len(photo) <= most && about.Width <= pictureTries[0].width && about.Width == about.Height*pictureShape && !hasNotes(photo) {
		return photo, nil
	}
	whole, _, err := image.Decode(bytes.NewReader(photo))
	if err != nil {
		return nil, fault.Wrap(fault.Invalid, "brand.picture", err)
	}
	return smaller(whole, most)
}

func smaller(whole image.Image, most int) ([]byte, error) {
	for _, try := range pictureTries {
		small := image.NewRGBA(image.Rect(0, 0, try.width/pictureShape*pictureShape, try.width/pictureShape))
		draw.Draw(small, small.Bounds(), image.White, image.Point{}, draw.Src) // under what is transparent
		draw.CatmullRom.Scale(small, small.Bounds(), whole, middle(whole.Bounds()), draw.Over, nil)
		var out bytes.Buffer
		if err := jpeg.Encode(&out, small, &jpeg.Options{Quality: try.quality}); err != nil {
			return nil, fault.Wrap(fault.Invalid, "brand.picture", err)
		}
		if out.Len() <= most {
			return out.Bytes(), nil
		}
	}
	return nil, fault.New(fault.Invalid, "brand.picture_size")
}

// middle is the largest part of the shape in the middle of a photograph.
func middle(b image.Rectangle) image.Rectangle {
	if width := b.Dy() * pictureShape; width <= b.Dx() {
		left := b.Min.X + (b.Dx()-width)/2
		return image.Rect(left, b.Min.Y, left+width, b.Max.Y)
	}
	height := max(b.Dx()/pictureShape, 1)
	top := b.Min.Y + (b.Dy()-height)/2
	return image.Rect(b.Min.X, top, b.Max.X, top+height)
}

// hasNotes says whether a JPEG carries what cameras write: places, names, previews (segments APP1 to APP15 and comments).
func hasNotes(photo []byte) bool {
	for at := 2; at+4 <= len(photo) && photo[at] == 0xff; {
		marker, length := photo[at+1], int(photo[at+2])<<8|int(photo[at+3])
		if marker >= 0xe1 && marker <= 0xef || marker == 0xfe {
			return true
		}
		if marker == 0xda {
			return false
		}
		at += 2 + length
	}
	return false
}
