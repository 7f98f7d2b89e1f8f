package guest

import (
	"context"

	"mtandao/internal/site"
	"mtandao/internal/words"
)

// Preview is the price list of a made-up site in a brand, and the style hash that its policy needs: what staff see of a
// brand before guests do.
func Preview(lang words.Lang, brand site.Brand) (body []byte, styleHash string, err error) {
	show, err := newGallery(lang, brand)
	if err != nil {
		return nil, "", err
	}
	p, err := show.guest.landingPage(context.Background(), show.who, "")
	if err != nil {
		return nil, "", err
	}
	return show.guest.theme.HTML("landing", p)
}
