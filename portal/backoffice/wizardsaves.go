package backoffice

import (
	"cmp"
	"errors"
	"slices"
	"strings"

	"mtandao/billing/plans"
	"mtandao/internal/settings"
	"mtandao/internal/site"
	"mtandao/internal/staff"
	"mtandao/radius/routers"
)

// fillProvider shows what was said already; a name that is only ours is not the provider's.
func (b *Backoffice) fillProvider(_ *request, o Object) {
	for _, key := range settings.Keys {
		if value := b.Settings.String(key.Name); value != key.Default && (key.Name == settings.ProviderName || key.Name == settings.ProviderPhone) {
			o.Fields[key.Name] = value
		}
	}
}

// startWithSite saves the provider, and makes a brand and the site that wears it: all or none. Without a place, no site is made.
func (b *Backoffice) startWithSite(q *request, fields map[string]string) (made, error) {
	var wanted []Change
	if name, said := fields[settings.ProviderName]; said {
		wanted = append(wanted, Change{Kind: kindProvider, Fields: map[string]string{settings.ProviderName: name, settings.ProviderPhone: fields[settings.ProviderPhone]}})
	}
	if fields["place"] != "" {
		wanted = append(wanted, b.siteAndBrand(fields)...)
	}
	err := b.Setup.Save(q.ctx, q.author(), wanted...)
	var w *WrongField
	if errors.As(err, &w) {
		w.Field = startField(w, fields)
	}
	return made{}, err
}

// siteAndBrand are the changes that make a site which wears a brand: named and called like the provider, where nothing else is said.
func (b *Backoffice) siteAndBrand(fields map[string]string) (wanted []Change) {
	name := cmp.Or(fields["name"], fields[settings.ProviderName], b.Provider())
	phone := cmp.Or(fields["phone"], fields[settings.ProviderPhone], b.Settings.String(settings.ProviderPhone))
	brand := map[string]string{"key": shortName(name), "name": name}
	for _, field := range []string{"welcome_en", "welcome_sw", "accent", "logo"} {
		if value, said := fields[field]; said {
			brand[field] = value
		}
	}
	place := map[string]string{"slug": shortName(fields["place"]), "name": fields["place"], "language": fields["language"], "phone": phone, "brand": brand["key"]}
	if !b.hasBrand(brand["key"]) { // a further site wears the brand that is there, as it is
		wanted = append(wanted, Change{Kind: kindBrand, Key: brand["key"], New: true, Fields: brand})
	}
	return append(wanted, Change{Kind: kindSite, Key: place["slug"], New: true, Fields: place})
}

// startField names the field of the page that a fault of a site or of its brand is about.
func startField(w *WrongField, fields map[string]string) string {
	named := slices.Contains([]string{"name", "slug", "taken", "unnamed"}, w.Field)
	switch {
	case w.Kind == kindSite && named:
		return "place"
	case w.Kind == kindBrand && named && fields["name"] == "":
		return settings.ProviderName
	case w.Kind == kindSite && w.Field == "phone" && fields["phone"] == "":
		return settings.ProviderPhone
	}
	return w.Field
}

func (b *Backoffice) hasBrand(key string) bool {
	return slices.ContainsFunc(b.Sites.Brands(), func(brand site.Brand) bool { return brand.Key == key })
}

func (b *Backoffice) startWithTill(q *request, fields map[string]string) (made, error) {
	if err := q.proven(); err != nil {
		return made{}, err
	}
	fields["key"] = "till-" + fields["short_code"]
	return made{}, b.Setup.Save(q.ctx, q.author(), Change{Kind: kindTill, Key: fields["key"], New: true, Fields: fields})
}

// offer is a ready-made plan to tick.
type offer struct {
	Key, Name, Price, Reads string
	Chosen                  bool
}

// readyMade are the plans that most places begin with.
var readyMade = []map[string]string{
	{"key": "hour", "name": "1 hour", "name_sw": "Saa 1", "price": "10", "time": "1h", "down": "2Mbit", "up": "1Mbit", "devices": "1", "sort": "1"},
	{"key": "day", "name": "1 day", "name_sw": "Siku 1", "price": "50", "time": "1d", "down": "5Mbit", "up": "2Mbit", "devices": "2", "sort": "2"},
	{"key": "week", "name": "1 week", "name_sw": "Wiki 1", "price": "200", "time": "7d", "down": "5Mbit", "up": "2Mbit", "devices": "3", "sort": "3"},
}

// offers are the ready-made plans that are not there yet; what their names say is not said twice.
func (b *Backoffice) offers(p *formPage, there []Object) []offer {
	known := map[string]bool{}
	for _, o := range there {
		known[o.Key] = true
	}
	var all []offer
	for _, fields := range readyMade {
		plan, err := b.Setup.ReadPlan(fields)
		if err == nil && !known[plan.Key] {
			name := plan.Name(p.Lang)
			all = append(all, offer{plan.Key, name, plan.Price.String(), strings.TrimPrefix(plans.Sentence(p.Lang, plan), name+" · "), true})
		}
	}
	return all
}

// fillRouter proposes the first site, and a name: that of the site, and which router it is.
func (b *Backoffice) fillRouter(_ *request, o Object) {
	if all := b.Sites.Sites(); len(all) > 0 && len(b.Routers.All()) == 0 {
		o.Fields["name"] = all[0].Slug + "-1"
	}
}

// startSelling makes the ticked plans, and a router when one is named: all or none.
func (b *Backoffice) startSelling(q *request, fields map[string]string) (done made, err error) {
	var wanted []Change
	for _, plan := range readyMade {
		if q.may(staff.PlansEdit, 0) && slices.Contains(q.values("offer"), plan["key"]) {
			wanted = append(wanted, Change{Kind: kindPlan, Key: plan["key"], New: true, Fields: plan})
		}
	}
	if fields["name"] != "" {
		if err := q.proven(); err != nil { // its secret or its line is shown
			return done, err
		}
		if _, said := fields["site"]; !said {
			fields["site"] = b.Sites.Sites()[0].Slug
		}
		if fields["secret"] == "" {
			fields["secret"] = newSecret()
			if fields["dialect"] != routers.MikroTik { // a MikroTik gets a fresh one from its line
				done.secret = fields["secret"]
			}
		}
		if fields["dialect"] == routers.MikroTik {
			done.router = fields["name"]
		}
		wanted = append(wanted, Change{Kind: kindRouter, Key: fields["name"], New: true, Fields: fields})
	}
	return done, b.Setup.Save(q.ctx, q.author(), wanted...)
}
