package site

import (
	"bytes"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"math/rand/v2"
	"testing"

	"mtandao/internal/fault"
)

// photo is a scene that is hard to make small: slopes of colour and much noise.
func photo(width, height int) image.Image {
	noise := rand.New(rand.NewPCG(1, 2))
	p := image.NewNRGBA(image.Rect(0, 0, width, height))
	for y := range height {
		for x := range width {
			p.SetNRGBA(x, y, color.NRGBA{uint8(255 * x / width), uint8(255 * y / height), uint8(noise.IntN(256)), 255})
		}
	}
	return p
}

func asJPEG(t *testing.T, p image.Image) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := jpeg.Encode(&b, p, &jpeg.Options{Quality: 95}); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func asPNG(t *testing.T, p image.Image) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, p); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestAPhotographFitsThePage(t *testing.T) {
	for name, upload := range map[string][]byte{
		"landscape": asJPEG(t, photo(1600, 900)), "portrait": asJPEG(t, photo(700, 1400)), "drawing": asPNG(t, photo(900, 300)), "tiny": asPNG(t, photo(12, 9)),
	} {
		got, err := FitPicture(upload, 6000)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		about, kind, err := image.DecodeConfig(bytes.NewReader(got))
		if err != nil || kind != "jpeg" || len(got) > 6000 || about.Width != about.Height*pictureShape {
			t.Errorf("%s: %s, %d × %d, %d bytes, %v", name, kind, about.Width, about.Height, len(got), err)
		}
		again, err := FitPicture(got, 6000)
		if err != nil || !bytes.Equal(again, got) {
			t.Errorf("%s: saved a second time it becomes another picture: %v", name, err)
		}
	}
}

// TestWhatACameraWroteIsGone: a photograph tells where it was taken.
func TestWhatACameraWroteIsGone(t *testing.T) {
	plain := asJPEG(t, image.NewGray(image.Rect(0, 0, 30, 10)))
	exif := append([]byte{0xff, 0xd8, 0xff, 0xe1, 0, 14}, "Exif\x00\x00-1.28,36"...)
	upload := append(exif[:18:18], plain[2:]...)
	if _, err := jpeg.Decode(bytes.NewReader(upload)); err != nil {
		t.Fatal(err)
	}
	got, err := FitPicture(upload, 6000)
	if err != nil || bytes.Contains(got, []byte("Exif")) {
		t.Errorf("%q, %v", got, err)
	}
	small, kind, err := CleanLogo(upload, logoBytes)
	if err != nil || bytes.Contains(small, []byte("Exif")) || kind == "image/svg+xml" {
		t.Errorf("%q, %q, %v", small, kind, err)
	}
}

func TestPicturesThatAreRefused(t *testing.T) {
	bomb := asPNG(t, image.NewGray(image.Rect(0, 0, 8000, 7000)))
	for _, c := range []struct {
		upload []byte
		most   int
		key    string
	}{
		{[]byte("GIF89a"), 6000, "brand.picture"}, {[]byte("<svg/>"), 6000, "brand.picture"}, {asJPEG(t, photo(60, 60))[:200], 6000, "brand.picture"},
		{bomb, 6000, "brand.picture_size"}, {make([]byte, photoBytes+1), 6000, "brand.picture_size"}, {asPNG(t, photo(5, 5)), 6000, "brand.picture_size"},
		{asJPEG(t, photo(900, 300)), 500, "brand.picture_size"},
	} {
		if _, err := FitPicture(c.upload, c.most); fault.KeyOf(err) != c.key {
			t.Errorf("%d bytes into %d: %v, want %s", len(c.upload), c.most, err, c.key)
		}
	}
	if none, err := FitPicture(nil, 6000); err != nil || none == nil || len(none) > 0 {
		t.Errorf("no picture: %v, %v", none, err)
	}
}

// TestALargeLogoIsMadeSmall keeps what is clear clear.
func TestALargeLogoIsMadeSmall(t *testing.T) {
	clear := image.NewNRGBA(image.Rect(0, 0, 1200, 600))
	for x := 300; x < 900; x++ {
		for y := 100; y < 500; y++ {
			clear.SetNRGBA(x, y, color.NRGBA{0x0b, 0x6e, 0x4f, 0xff})
		}
	}
	small, kind, err := CleanLogo(append(asPNG(t, clear), make([]byte, logoBytes)...), logoBytes)
	if err != nil || kind != "image/png" || len(small) > logoBytes {
		t.Fatalf("%d bytes, %q, %v", len(small), kind, err)
	}
	drawn, err := png.Decode(bytes.NewReader(small))
	if err != nil {
		t.Fatal(err)
	}
	if _, _, _, alpha := drawn.At(0, 0).RGBA(); alpha != 0 || drawn.Bounds().Dx() != 2*drawn.Bounds().Dy() {
		t.Errorf("the corner is %d opaque, %v", alpha, drawn.Bounds())
	}
	small, kind, err = CleanLogo(asJPEG(t, photo(900, 900)), logoBytes)
	if err != nil || kind != "image/jpeg" || len(small) > logoBytes {
		t.Errorf("a photograph: %d bytes, %q, %v", len(small), kind, err)
	}
}

func TestHowABrandIsReached(t *testing.T) {
	good := House
	good.Facebook, good.Instagram, good.TikTok, good.X = "https://www.facebook.com/baraka.wifi/", "@baraka_wifi", "https://www.tiktok.com/@baraka?lang=en", ""
	good.WhatsApp, good.Email, good.HoursEN, good.Sender = "0712 345 678", " hello@baraka.co.ke ", "Mon–Sat 8–20 ", "BARAKA"
	b, err := good.Check()
	if err != nil {
		t.Fatal(err)
	}
	got := []string{b.Facebook, b.Instagram, b.TikTok, b.X, b.WhatsApp, b.Email, b.HoursEN, b.Sender, b.Theme}
	want := []string{"baraka.wifi", "baraka_wifi", "baraka", "", "254712345678", "hello@baraka.co.ke", "Mon–Sat 8–20", "BARAKA", "calm"}
	for i := range want {
		if got[i] != want[i] {
			t.Errorf("%q, want %q", got[i], want[i])
		}
	}
	for key, spoil := range map[string]func(*Brand){
		"brand.theme": func(b *Brand) { b.Theme = "neon" }, "brand.hours": func(b *Brand) { b.HoursSW = "a\x00" },
		"brand.handle": func(b *Brand) { b.X = "javascript:alert(1)" }, "brand.whatsapp": func(b *Brand) { b.WhatsApp = "12" },
		"brand.email": func(b *Brand) { b.Email = "Baraka <a@b.c>" }, "brand.sender": func(b *Brand) { b.Sender = "BARAKA NETWORKS" },
	} {
		bad := House
		spoil(&bad)
		if _, err := bad.Check(); fault.KeyOf(err) != key {
			t.Errorf("%v, want %s", err, key)
		}
	}
}
