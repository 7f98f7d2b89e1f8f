package backoffice

import (
	"net/http"

	"github.com/gofiber/fiber/v2"

	"mtandao/internal/fault"
	"mtandao/internal/site"
	"mtandao/internal/staff"
	"mtandao/themes"
)

var logoSpec = spec{name: "logo", as: asFile, accept: ".svg,.png,.jpg,.jpeg,image/svg+xml,image/png,image/jpeg", shrink: 512}

var brandSheets = []sheet{
	{specs: []spec{{name: "name", as: asText, must: true, most: 80}, {name: "key", as: asText, most: 32, onlyNew: true},
		{name: "welcome_en", as: asText, most: 300}, {name: "welcome_sw", as: asText, most: 300}}},
	{title: "office.brand.looks", specs: []spec{{name: "theme", as: asPick, choices: themes.Names, usual: site.House.Theme},
		logoSpec,
		{name: "picture", as: asFile, accept: "image/jpeg,image/png,image/webp", shrink: 1280},
		{name: "accent", as: asColour, usual: site.House.Accent}, {name: "accent_ink", as: asColour, usual: site.House.AccentInk},
		{name: "paper", as: asColour, usual: site.House.Paper}, {name: "ink", as: asColour, usual: site.House.Ink}}},
	{title: "office.brand.reach", folded: true, specs: []spec{{name: "hours_en", as: asText, most: 200}, {name: "hours_sw", as: asText, most: 200},
		{name: "whatsapp", as: asText, most: 20}, {name: "email", as: asText, most: 120}, {name: "facebook", as: asText, most: 120},
		{name: "instagram", as: asText, most: 120}, {name: "tiktok", as: asText, most: 120}, {name: "x", as: asText, most: 120}, {name: "sender", as: asText, most: 15},
		{name: "mail_name", as: asText, most: 80}, {name: "mail_from", as: asText, most: 120}}},
	{title: "office.brand.terms", folded: true, specs: []spec{{name: "terms_en", as: asLong, most: 15000}, {name: "terms_sw", as: asLong, most: 15000}}},
}

func (b *Backoffice) brandEditor() *editor {
	return &editor{kind: kindBrand, texts: "office.brand.", list: "/office/brands", here: "settings", may: staff.SitesEdit, sheets: brandSheets, keyField: "key",
		reaches: func(q *request, _ int64, _ map[string]string) bool { return q.may(staff.SitesEdit, 0) }, dress: dressBrand}
}

func dressBrand(_ *request, p *formPage, f form, o Object) error {
	p.Preview = "/office/brands/preview"
	if o.ID != 0 {
		p.Preview = "/office/brands/" + number(o.ID) + "/preview"
	}
	p.Colours = corrected(&p.frame, f.fields)
	return nil
}

// colourLine is a colour that could not be read, and what it became.
type colourLine struct{ Asked, Became, Text string }

// corrected are the colours that the theme changes so that they can be read.
func corrected(f *frame, fields map[string]string) []colourLine {
	t := themes.Pour(fields["accent"], fields["accent_ink"], fields["paper"], fields["ink"])
	var lines []colourLine
	for _, c := range []struct {
		name   string
		became themes.Colour
	}{{"accent", t.Accent}, {"accent_ink", t.OnAccent}, {"paper", t.Paper}, {"ink", t.Ink}} {
		if asked, ok := themes.ParseColour(fields[c.name]); ok && asked != c.became {
			lines = append(lines, colourLine{asked.String(), c.became.String(),
				f.T("office.brand.became", "Name", f.T("office.field.brand."+c.name), "Asked", asked.String(), "Became", c.became.String())})
		}
	}
	return lines
}

func (b *Backoffice) brandList(q *request) error {
	all, err := b.Setup.Objects(q.ctx, kindBrand)
	if err != nil {
		return err
	}
	used := map[string][]string{}
	for _, s := range b.Sites.Sites() {
		if _, brand, err := b.Sites.Get(s.ID); err == nil {
			used[brand.Key] = append(used[brand.Key], s.Name)
		}
	}
	e := b.brandEditor()
	p := e.listing(q)
	p.Columns = []column{{p.T("office.column.name"), ""}, {p.T("office.column.colours"), ""}, {p.T("office.column.sites"), ""}}
	all, p.Next = paged(q, all, Object.key)
	for _, o := range all {
		p.add(cell{Text: o.Fields["name"], Address: "/office/brands/" + number(o.ID) + "/edit"},
			cell{Colours: []swatch{{0, o.Fields["accent"]}, {22, o.Fields["paper"]}}}, cell{Text: shortList(used[o.Key])})
	}
	return q.list(p)
}

// preview is the price list in a brand as it is stored; previewTyped as it stands in the form. Both are shown in a frame of our own page
// that runs and sends nothing.
func (b *Backoffice) preview(q *request) error {
	brand, err := b.storedBrand(q)
	if err != nil {
		return err
	}
	return b.showPreview(q, brand)
}

func (b *Backoffice) previewTyped(q *request) error {
	brand, err := b.storedBrand(q)
	if err != nil {
		return err
	}
	logo, err := q.file("logo")
	if err != nil {
		return err
	}
	photo, err := q.file("picture")
	if err != nil {
		return err
	}
	for name, into := range map[string]*string{"theme": &brand.Theme, "name": &brand.Name, "welcome_en": &brand.WelcomeEN, "welcome_sw": &brand.WelcomeSW,
		"accent": &brand.Accent, "accent_ink": &brand.AccentInk, "paper": &brand.Paper, "ink": &brand.Ink} {
		if said := q.FormValue(name); said != "" {
			*into = said
		}
	}
	if logo != "" || q.FormValue("logo_gone") != "" {
		brand.Logo = []byte(logo)
	}
	if photo != "" || q.FormValue("picture_gone") != "" {
		brand.Picture = []byte(photo)
	}
	if brand.Key == "" {
		brand.Key = site.House.Key
	}
	if brand, err = brand.Check(); err != nil {
		return err
	}
	return b.showPreview(q, brand)
}

// storedBrand is the brand of the address; the house's, with the provider's name, for a new one.
func (b *Backoffice) storedBrand(q *request) (site.Brand, error) {
	if q.Params("id") == "" {
		brand := site.House
		brand.Name = b.Provider()
		return brand, nil
	}
	id, err := q.idOf("id")
	if err != nil {
		return site.Brand{}, err
	}
	for _, brand := range b.Sites.Brands() {
		if brand.ID == id {
			return brand, nil
		}
	}
	return site.Brand{}, notHere()
}

func (b *Backoffice) showPreview(q *request, brand site.Brand) error {
	body, style, err := b.Preview(q.lang(), brand)
	if err != nil {
		return fault.Wrap(fault.Internal, "internal", err)
	}
	q.Set(fiber.HeaderContentSecurityPolicy, "default-src 'none'; style-src '"+style+"'; img-src data:; form-action 'none'; base-uri 'none'; sandbox; frame-ancestors 'self'")
	q.Set(fiber.HeaderXFrameOptions, "SAMEORIGIN")
	q.Type("html", "utf-8")
	return q.Status(http.StatusOK).Send(body)
}
