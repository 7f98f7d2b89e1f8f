package app

import (
	"mtandao/internal/fault"
	"mtandao/internal/site"
)

func (p brandPart) brand(r *reading, stored site.Brand) (site.Brand, error) {
	mark, err := p.Logo.read(r.folder)
	r.fail("logo", err)
	photo, err := p.Picture.read(r.folder)
	r.fail("picture", err)
	b := site.Brand{ID: stored.ID, Key: string(p.Key), Name: string(p.Name), WelcomeEN: string(p.WelcomeEN), WelcomeSW: string(p.WelcomeSW),
		TermsEN: string(p.TermsEN), TermsSW: string(p.TermsSW), Accent: string(p.Accent), AccentInk: string(p.AccentInk),
		Paper: string(p.Paper), Ink: string(p.Ink), Logo: mark, Theme: string(p.Theme), Picture: photo,
		HoursEN: string(p.HoursEN), HoursSW: string(p.HoursSW), WhatsApp: string(p.WhatsApp), Email: string(p.Email), Facebook: string(p.Facebook),
		Instagram: string(p.Instagram), TikTok: string(p.TikTok), X: string(p.X), Sender: string(p.Sender), MailName: string(p.MailName), MailFrom: string(p.MailFrom)}
	if r.err != nil {
		return b, r.err
	}
	return b.Check()
}

func brandPartOf(b site.Brand) brandPart {
	p := brandPart{Key: text(b.Key), Name: text(b.Name), WelcomeEN: text(b.WelcomeEN), WelcomeSW: text(b.WelcomeSW), TermsEN: text(b.TermsEN),
		TermsSW: text(b.TermsSW), Accent: text(b.Accent), AccentInk: text(b.AccentInk), Paper: text(b.Paper), Ink: text(b.Ink),
		Theme: text(b.Theme), HoursEN: text(b.HoursEN), HoursSW: text(b.HoursSW), WhatsApp: text(b.WhatsApp), Email: text(b.Email),
		Facebook: text(b.Facebook), Instagram: text(b.Instagram), TikTok: text(b.TikTok), X: text(b.X), Sender: text(b.Sender), MailName: text(b.MailName), MailFrom: text(b.MailFrom)}
	if len(b.Logo) > 0 {
		p.Logo = &picture{body: b.Logo, kind: b.LogoType}
	}
	if len(b.Picture) > 0 {
		p.Picture = &picture{body: b.Picture, kind: "image/jpeg"}
	}
	return p
}

func (p sitePart) site(r *reading, stored site.Site) (site.Site, error) {
	brandID, ok := r.names.brandID[string(p.Brand)]
	if !ok && p.Brand != "" {
		r.fail("brand", fault.New(fault.Invalid, "apply.no_brand", "Brand", p.Brand))
	}
	s := site.Site{ID: stored.ID, Slug: string(p.Slug), Name: string(p.Name), Language: string(p.Language), Phone: string(p.Phone),
		Timezone: string(p.Timezone), BrandID: brandID, State: string(p.State)}
	if r.err != nil {
		return s, r.err
	}
	return s.Check()
}

func sitePartOf(s site.Site, n *names) sitePart {
	return sitePart{Slug: text(s.Slug), Name: text(s.Name), Language: text(s.Language), Phone: text(s.Phone), Timezone: text(s.Timezone),
		Brand: text(n.brandKey[s.BrandID]), State: text(s.State)}
}

func (a *applying) brand(key string, p brandPart) error {
	old, known := a.stored.brands[key]
	wanted, err := p.brand(a.reading(), old)
	if err != nil {
		return err
	}
	return a.settle(kindBrand, key, onlyIf(known, brandPartOf(old)), brandPartOf(wanted), func() error {
		saved, err := a.Sites.SaveBrand(a.tx, wanted)
		a.names.addBrand(saved)
		return err
	})
}

func (a *applying) site(key string, p sitePart) error {
	old, known := a.stored.sites[key]
	wanted, err := p.site(a.reading(), old)
	if err != nil {
		return err
	}
	return a.settle(kindSite, key, onlyIf(known, sitePartOf(old, a.names)), sitePartOf(wanted, a.names), func() error {
		saved, err := a.Sites.SaveSite(a.tx, wanted)
		a.names.addSite(saved)
		return err
	})
}
