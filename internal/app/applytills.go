package app

import (
	"mtandao/billing"
	"mtandao/internal/fault"
)

func (p tillPart) till(r *reading, stored billing.Till) (billing.Till, error) {
	t := billing.Till{ID: stored.ID, Key: string(p.Key), Type: billing.TillType(orElse(p.Type, string(billing.TillPaybill))),
		ShortCode: string(p.ShortCode), StoreNumber: string(p.StoreNumber), PartyB: string(p.PartyB), PayoutCode: string(p.PayoutCode),
		ConsumerKey:    r.source("consumer_key", p.ConsumerKey, ""),
		ConsumerSecret: r.source("consumer_secret", p.ConsumerSecret, stored.ConsumerSecret),
		Passkey:        r.source("passkey", p.Passkey, stored.Passkey), Initiator: string(p.Initiator),
		InitiatorPassword: r.source("initiator_password", p.InitiatorPassword, stored.InitiatorPassword),
		Certificate:       r.source("certificate", p.Certificate, ""), BaseURL: string(p.BaseURL), CallbackSecret: stored.CallbackSecret,
		Sites: r.sites(p.Sites), State: orElse(p.State, billing.TillLive)}
	if t.State != billing.TillLive && t.State != billing.TillRetired {
		r.fail("state", fault.New(fault.Invalid, "apply.till_state", "State", t.State))
	}
	if r.err != nil {
		return t, r.err
	}
	return t, billing.ValidateTill(t)
}

func tillPartOf(t billing.Till, n *names) tillPart {
	return tillPart{Key: text(t.Key), Type: text(t.Type), ShortCode: text(t.ShortCode), StoreNumber: text(t.StoreNumber), PartyB: text(t.PartyB), PayoutCode: text(t.PayoutCode),
		ConsumerKey: sourceOf(t.ConsumerKey), ConsumerSecret: sourceOf(t.ConsumerSecret), Passkey: sourceOf(t.Passkey), Initiator: text(t.Initiator),
		InitiatorPassword: sourceOf(t.InitiatorPassword), Certificate: sourceOf(t.Certificate), BaseURL: text(t.BaseURL), Sites: n.slugs(t.Sites),
		State: text(t.State)}
}

func sourceOf(s string) *source {
	if s == "" {
		return nil
	}
	return &source{Literal: s}
}

func (a *applying) till(key string, p tillPart) error {
	for _, slug := range p.Sites {
		if a.once("till of site", slug) != nil {
			return fieldFault{"sites", fault.New(fault.Invalid, "apply.two_tills", "Site", slug)}
		}
	}
	old, known := a.stored.tills[key]
	wanted, err := p.till(a.reading(), old)
	if err != nil {
		return err
	}
	if err := checkRail(wanted.BaseURL); err != nil && !a.Config.Dev {
		return fieldFault{"base_url", err}
	}
	return a.settle(kindTill, key, onlyIf(known, tillPartOf(old, a.names)), tillPartOf(wanted, a.names), func() error {
		_, err := a.Billing.SaveTill(a.tx, wanted)
		return err
	})
}
