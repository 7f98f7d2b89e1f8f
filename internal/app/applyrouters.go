package app

import (
	"slices"
	"time"

	"mtandao/internal/fault"
	"mtandao/radius/routers"
)

const usualInterim = 5 * time.Minute

func (p routerPart) router(r *reading, stored routers.Router) (routers.Router, error) {
	siteID, ok := r.names.siteID[string(p.Site)]
	if !ok {
		r.fail("site", fault.New(fault.Invalid, "apply.no_site", "Site", p.Site))
	}
	addresses, err := prefixes(p.Addresses)
	r.fail("addresses", err)
	w := stored
	w.SiteID, w.Name, w.Dialect, w.Addresses = siteID, string(p.Name), string(p.Dialect), addresses
	w.Identifier, w.Auth, w.Swap = string(p.Identifier), orElse(p.Auth, routers.AuthRequired), bool(p.Swap)
	w.LoginHosts, w.MACLogin, w.CHAP = p.LoginHosts, bool(p.MACLogin), bool(p.CHAP)
	w.CoAAddress, w.APIAddress, w.APIUser, w.APITLS = string(p.CoAAddress), string(p.APIAddress), string(p.APIUser), bool(p.APITLS)
	w.Secret = r.source("secret", p.Secret, stored.Secret)
	w.UAMSecret = r.source("uam_secret", p.UAMSecret, stored.UAMSecret)
	w.APIPassword = r.source("api_password", p.APIPassword, stored.APIPassword)
	w.APICert = r.source("api_certificate", p.APICertificate, "")
	w.State = orElse(p.State, routers.StateActive)
	if w.Interim = field(r, "interim", p.Interim, parseTime); p.Interim == "" {
		w.Interim = usualInterim
	}
	if w.State == routers.StateRetired { // it gives them up
		w.Addresses = nil
	}
	if r.err != nil {
		return w, r.err
	}
	return w, w.Validate()
}

func routerPartOf(w routers.Router, n *names) routerPart {
	p := routerPart{Name: text(w.Name), Site: text(n.siteSlug[w.SiteID]), Dialect: text(w.Dialect), Secret: sourceOf(w.Secret),
		Identifier: text(w.Identifier), Auth: text(w.Auth), Swap: yesNo(w.Swap), Interim: timeText(w.Interim), LoginHosts: w.LoginHosts,
		MACLogin: yesNo(w.MACLogin), CHAP: yesNo(w.CHAP), CoAAddress: text(w.CoAAddress), UAMSecret: sourceOf(w.UAMSecret), APIAddress: text(w.APIAddress),
		APIUser: text(w.APIUser), APIPassword: sourceOf(w.APIPassword), APITLS: yesNo(w.APITLS), APICertificate: sourceOf(w.APICert), State: text(w.State)}
	for _, a := range w.Addresses {
		if a.IsSingleIP() {
			p.Addresses = append(p.Addresses, a.Addr().String())
		} else {
			p.Addresses = append(p.Addresses, a.String())
		}
	}
	slices.Sort(p.Addresses)
	return p
}

func (a *applying) router(key string, p routerPart) error {
	old, known := a.stored.routers[key]
	wanted, err := p.router(a.reading(), old)
	if err != nil {
		return err
	}
	return a.settle(kindRouter, key, onlyIf(known, routerPartOf(old, a.names)), routerPartOf(wanted, a.names), func() error {
		_, err := a.Routers.Save(a.tx, wanted)
		return err
	})
}
