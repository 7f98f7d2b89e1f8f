package app

import (
	"bytes"
	"encoding/json"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"mtandao/internal/db"
)

// logoPicture is a red square with a blue middle, twice as wide as high.
func logoPicture() image.Image {
	m := image.NewRGBA(image.Rect(0, 0, 40, 20))
	for y := range 20 {
		for x := range 40 {
			m.Set(x, y, color.RGBA{R: 200, A: 255})
			if x > 15 && x < 25 {
				m.Set(x, y, color.RGBA{B: 200, A: 255})
			}
		}
	}
	return m
}

// TestResellersPagesWearTheBrand: colours that can be read, the name, and the logo as the icon that a phone installs, whatever kind of picture it is.
func TestResellersPagesWearTheBrand(t *testing.T) {
	s := openStage(t, 1)
	s.seller(t)
	_, brand, err := s.Main.Sites.BySlug("kasarani")
	if err != nil {
		t.Fatal(err)
	}
	var asPNG, asJPEG bytes.Buffer
	if err := png.Encode(&asPNG, logoPicture()); err != nil {
		t.Fatal(err)
	}
	if err := jpeg.Encode(&asJPEG, logoPicture(), nil); err != nil {
		t.Fatal(err)
	}
	k := s.kiosk(t)
	for kind, logo := range map[string][]byte{"image/png": asPNG.Bytes(), "image/jpeg": asJPEG.Bytes(), "image/svg+xml": brand.Logo, "": nil} {
		b, name := brand, "Nyota "+kind[:min(len(kind), 9)]
		b.Name, b.Accent, b.AccentInk, b.Paper, b.Logo, b.LogoType = name, "#ffd400", "#ffffff", "#101820", logo, kind
		if err := s.Main.DB.InTx(t.Context(), func(tx *db.Tx) error { _, err := s.Main.Sites.SaveBrand(tx, b); return err }); err != nil {
			t.Fatal(kind, err)
		}
		if err := s.Main.Sites.Refresh(t.Context()); err != nil {
			t.Fatal(err)
		}
		page := k.opens("/sell/in", name, "--accent:#ffd400", "--on-accent:#000000", "--paper:#101820", "/sell/icon/192?b="+b.Key)
		if strings.Contains(page, "#0f766e") {
			t.Error("the house's colour is on the page")
		}
		var manifest struct {
			Name, Theme_color string
			Icons             []struct{ Src, Sizes, Type string }
		}
		if err := json.Unmarshal([]byte(k.opens("/sell/manifest.json?b="+b.Key)), &manifest); err != nil || !strings.HasPrefix(manifest.Name, "Nyota ") || manifest.Theme_color != "#ffd400" || len(manifest.Icons) != 3 {
			t.Errorf("%+v, %v", manifest, err)
		}
		for _, i := range manifest.Icons {
			k.icon(i.Src, i.Sizes, kind)
		}
	}
	for _, path := range []string{"/sell/icon/193", "/sell/icon/x", "/share/icon/1"} {
		if answer, err := k.client.Get(k.base + path); err != nil || answer.StatusCode != http.StatusNotFound {
			t.Errorf("%s: %v, %v", path, answer, err)
		}
	}
	k.opens("/sell/manifest.json?b=none", "#ffd400") // the first that is open
	k.sends("/sell/in", "/sell/in", url.Values{"phone": {"0722100001"}, "pin": {demoPIN}}, "Mama Njeri", "--accent:#ffd400")
}

func (k *kiosk) icon(src, size, kind string) {
	k.t.Helper()
	answer, err := k.client.Get(k.base + src)
	if err != nil {
		k.t.Fatal(err)
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		k.t.Fatal(err)
	}
	picture, form, err := image.Decode(bytes.NewReader(body))
	if err != nil || form != "png" {
		k.t.Fatalf("%s: %s, %v", src, form, err)
	}
	side := picture.Bounds().Dx()
	if number(int64(side))+"x"+number(int64(side)) != size || picture.Bounds().Dy() != side {
		k.t.Errorf("%s is %v", src, picture.Bounds())
	}
	r, _, b, _ := picture.At(side/2, side/2).RGBA()
	cr, _, cb, _ := picture.At(2, 2).RGBA()
	if logo := strings.HasPrefix(kind, "image/png") || kind == "image/jpeg"; logo && (b < r || cb < 0xf000 || cr < 0xf000) {
		k.t.Errorf("%s of %s has %x %x in the middle and %x %x at the corner", src, kind, r, b, cr, cb)
	}
	if kind == "" && (cr>>8 != 0xff || cb>>8 != 0) {
		k.t.Errorf("%s without a logo has %x %x at the corner", src, cr, cb)
	}
}
