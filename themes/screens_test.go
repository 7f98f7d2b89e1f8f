package themes

import (
	"bytes"
	"image"
	"image/draw"
	"image/png"
	"os"
	"path/filepath"
	"testing"
)

// shownHigh is how much of a page of the back office the README shows, in pixels from its top.
const shownHigh = 1_100

// TestScreens makes the README's pictures of the back office of those that the console's screens left in the folder that MTANDAO_SCREENS names: their upper
// part. Without a folder it makes one of a picture of its own.
func TestScreens(t *testing.T) {
	folder, to := os.Getenv("MTANDAO_SCREENS"), "pictures"
	if folder == "" {
		folder, to = t.TempDir(), t.TempDir()
		var page bytes.Buffer
		if err := png.Encode(&page, image.NewRGBA(image.Rect(0, 0, 1280, 3*shownHigh))); err != nil {
			t.Fatal(err)
		}
		for _, name := range []string{"-en-1280.png", "orders_7-en-1280.png"} {
			if err := os.MkdirAll(filepath.Join(folder, "console"), 0o755); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(filepath.Join(folder, "console", name), page.Bytes(), 0o644); err != nil {
				t.Fatal(err)
			}
		}
	}
	for name, pages := range map[string]string{"today.png": "-en-1280.png", "order.png": "orders_*-en-1280.png"} {
		found, err := filepath.Glob(filepath.Join(folder, "console", pages))
		if err != nil || len(found) != 1 {
			t.Fatalf("%s: %v %v", pages, found, err)
		}
		file, err := os.ReadFile(found[0])
		if err != nil {
			t.Fatal(err)
		}
		page, err := png.Decode(bytes.NewReader(file))
		if err != nil {
			t.Fatal(err)
		}
		shown := image.NewRGBA(image.Rect(0, 0, page.Bounds().Dx(), min(shownHigh, page.Bounds().Dy())))
		draw.Draw(shown, shown.Bounds(), page, image.Point{}, draw.Src)
		var made bytes.Buffer
		if err := png.Encode(&made, shown); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(to, name), made.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
		size, err := png.DecodeConfig(&made)
		if err != nil || size.Width != 1280 || size.Height != shownHigh {
			t.Errorf("%s: %d by %d, %v", name, size.Width, size.Height, err)
		}
	}
}
