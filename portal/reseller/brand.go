package reseller

import (
	"strconv"

	"github.com/gofiber/fiber/v2"

	"mtandao/internal/site"
	"mtandao/themes"
	"mtandao/vouchers/sheets"
)

// place is the site that a page is about, or where its reseller or partner works; 0: nowhere in particular.
func (q *request) place() int64 {
	switch {
	case q.siteID != 0:
		return q.siteID
	case q.seller.ID != 0:
		return firstOf(q.seller)
	case len(q.partner.Sites) > 0:
		return q.partner.Sites[0]
	}
	return 0
}

// worn is the brand of a page: of its place, else of the first site that is open.
func (q *request) worn() site.Brand {
	_, b := q.face.at(func(s site.Site, _ site.Brand) bool { return s.ID == q.place() })
	return b
}

// whom is the number to call: the site's own, else the provider's.
func (q *request) whom() string {
	if s, _ := q.face.at(func(s site.Site, _ site.Brand) bool { return s.ID == q.place() }); s.Phone != "" {
		return s.Phone
	}
	return q.face.Phone()
}

// named is the brand of a key, which addresses carry that are asked for without a cookie.
func (f *Face) named(key string) site.Brand {
	_, b := f.at(func(_ site.Site, b site.Brand) bool { return b.Key == key })
	return b
}

// at is the site that is so, or the first that is open, and its brand.
func (f *Face) at(is func(site.Site, site.Brand) bool) (first site.Site, worn site.Brand) {
	worn = site.House
	for _, s := range f.Sites.Sites() {
		_, b, err := f.Sites.Get(s.ID)
		if err != nil {
			continue
		}
		if is(s, b) {
			return s, b
		}
		if first.ID == 0 && s.State != site.Closed {
			first, worn = s, b
		}
	}
	return first, worn
}

// iconSizes are what phones install: iOS the first, Android the others.
var iconSizes = []int{180, 192, 512}

// manifest lets a phone put the pages on its home screen.
func (f *Face) manifest(q *request) error {
	q.Set(fiber.HeaderCacheControl, "public, max-age=86400")
	name, b := q.t("sell.app"), f.named(q.Query("b"))
	if q.side == sharing {
		name = q.t("share.title")
	}
	tokens := themes.Pour(b.Accent, b.AccentInk, b.Paper, b.Ink)
	var icons []fiber.Map
	for _, size := range iconSizes {
		text := strconv.Itoa(size)
		icons = append(icons, fiber.Map{"src": q.base + "/icon/" + text + "?b=" + b.Key, "sizes": text + "x" + text, "type": "image/png", "purpose": "any maskable"})
	}
	err := q.JSON(fiber.Map{"name": b.Name + " · " + name, "short_name": name, "start_url": q.base, "scope": q.base, "display": "standalone",
		"background_color": tokens.Paper.String(), "theme_color": tokens.Accent.String(), "icons": icons})
	q.Set(fiber.HeaderContentType, "application/manifest+json")
	return err
}

// icon is a brand's logo as an icon of a size; without a logo, a ticket in its colours.
func (f *Face) icon(q *request) error {
	for _, size := range iconSizes {
		if q.Params("size") != strconv.Itoa(size) {
			continue
		}
		picture, err := f.iconOf(f.named(q.Query("b")), size)
		if err != nil {
			return err
		}
		q.Set(fiber.HeaderCacheControl, "public, max-age=86400")
		q.Set(fiber.HeaderContentType, "image/png")
		return q.Send(picture)
	}
	return notHere()
}

// iconOf draws an icon once for each look of a brand.
func (f *Face) iconOf(b site.Brand, size int) ([]byte, error) {
	drawn := icon{key: b.Key, look: b.Accent + b.AccentInk + string(b.Logo), size: size}
	f.drawing.Lock()
	defer f.drawing.Unlock()
	if picture := f.icons[drawn]; picture != nil {
		return picture, nil
	}
	picture, err := sheets.Icon(b, size)
	for old := range f.icons {
		if old.key == b.Key && old.size == size {
			delete(f.icons, old)
		}
	}
	f.icons[drawn] = picture
	return picture, err
}

// icon names a picture of a brand as it looks.
type icon struct {
	key, look string
	size      int
}
