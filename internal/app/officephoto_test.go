package app

import (
	"image"
	"image/color"
	"image/jpeg"
	"math/rand/v2"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"mtandao/internal/words"
)

// largePhoto writes a photograph as a phone takes it: megabytes, and far above what a form may carry.
func largePhoto(t *testing.T) string {
	t.Helper()
	noise := rand.New(rand.NewPCG(1, 2))
	p := image.NewNRGBA(image.Rect(0, 0, 2400, 1600))
	for y := range 1600 {
		for x := range 2400 {
			p.SetNRGBA(x, y, color.NRGBA{uint8(x / 10), uint8(y / 7), uint8(128 + noise.IntN(120)), 255})
		}
	}
	path := filepath.Join(t.TempDir(), "photo.jpg")
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if err := jpeg.Encode(f, p, &jpeg.Options{Quality: 98}); err != nil {
		t.Fatal(err)
	}
	if info, err := f.Stat(); err != nil || info.Size() < 1<<20 {
		t.Fatalf("a photograph of %d bytes, %v", info.Size(), err)
	}
	return path
}

// TestAPhotographOfMegabytesBecomesAPicture chooses a phone's photograph for a brand: the browser makes it small enough to
// send although Save is pressed at once, and the server small enough for the price list.
func TestAPhotographOfMegabytesBecomesAPicture(t *testing.T) {
	s := openStage(t, 60)
	token := s.hire(t, "brands@demo.example", nil, "owner").token
	parent := openBrowser(t)
	l := newLooker(t, parent, "http://"+s.Main.HTTPAddress(), &sync.Map{})
	defer l.limited(time.Minute)()
	l.be(token, words.English, false)
	l.open(l.base + "/office/brands/" + s.idOf(t, kindBrand, "baraka") + "/edit")
	l.do(chromedp.Do(l.ctx, chromedp.SetUploadFiles(`[name="picture"]`, []string{largePhoto(t)})))
	l.do(chromedp.Do(l.ctx, chromedp.Click("main form .btn-primary")))
	until(t, 10*time.Second, "the brand has the picture", func() bool {
		_, brand, err := s.Main.Sites.BySlug("kasarani")
		return err == nil && len(brand.Picture) > 1000 && len(brand.Picture) < 7000
	})
	l.see(10*time.Second, "Baraka")
	for _, said := range l.heard {
		t.Error(said)
	}
	guest := newTab(t, newAllocator(t), false)
	defer guest.limited(time.Minute)()
	guest.open(s.CaptiveURL("kasarani-1", visitorMAC))
	wide, err := chromedp.Run(guest.ctx, chromedp.Evaluate[int](`document.querySelector('img.photo').naturalWidth`))
	if err != nil || wide < 240 {
		t.Errorf("guests see a picture of %d pixels, %v", wide, err)
	}
	guest.firstView(s)
}
