package guest

import (
	"context"
	"testing"

	"mtandao/internal/words"
)

// BenchmarkLanding renders the price list with eight plans: what each visitor costs before the network.
func BenchmarkLanding(b *testing.B) {
	show, err := newGallery(words.Swahili, galleryBrand())
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		p, err := show.guest.landingPage(context.Background(), show.who, "")
		if err != nil {
			b.Fatal(err)
		}
		if _, _, err := show.guest.theme.HTML("landing", p); err != nil {
			b.Fatal(err)
		}
	}
}
