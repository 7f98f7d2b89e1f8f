package backoffice

import (
	"slices"
	"strings"

	"mtandao/internal/fault"
	"mtandao/internal/staff"
)

const (
	stateLive    = "live"
	stateRetired = "retired"
)

var tillSheets = []sheet{
	{title: "office.till.code", specs: []spec{{name: "type", as: asPick, choices: []string{"paybill", "buygoods"}, usual: "paybill"},
		{name: "short_code", as: asNumber, must: true, most: 7}, {name: "store_number", as: asNumber, most: 7}, {name: "party_b", as: asNumber, most: 7},
		{name: "key", as: asText, most: 40, onlyNew: true}, {name: "sites", as: asSites}}},
	{title: "office.till.app", specs: []spec{{name: "base_url", as: asText, must: true, most: 200, usual: "https://api.safaricom.co.ke"},
		{name: "consumer_key", as: asText, must: true, most: 200}, {name: "consumer_secret", as: asSecret, must: true}, {name: "passkey", as: asSecret, must: true}}},
	{title: "office.till.operator", folded: true, specs: []spec{{name: "initiator", as: asText, most: 100}, {name: "initiator_password", as: asSecret},
		{name: "certificate", as: asFile, accept: ".pem,.cer,.crt"}, {name: "payout_code", as: asNumber, most: 7}}},
}

func (b *Backoffice) tillEditor() *editor {
	return &editor{kind: kindTill, texts: "office.till.", list: "/office/tills", here: "settings", may: staff.TillsEdit, sheets: tillSheets, keyField: "key", proof: true,
		reaches: func(q *request, _ int64, _ map[string]string) bool { return q.may(staff.TillsEdit, 0) }, dress: b.dressTill}
}

func tillState(f *frame, state string) stateView {
	if state == stateRetired {
		return stateView{"", f.T("office.till.retired")}
	}
	return stateView{"good", f.T("office.till.live")}
}

func (b *Backoffice) dressTill(q *request, p *formPage, _ form, o Object) error {
	if o.ID == 0 {
		return nil
	}
	at := "/office/tills/" + number(o.ID)
	p.State = tillState(&p.frame, o.Fields["state"])
	p.Acts = []act{{Name: p.T("office.till.check"), Address: at + "/check", Icon: "shield-check", Posted: true}}
	if o.Fields["state"] == stateRetired {
		p.Acts = append(p.Acts, act{Name: p.T("office.till.revive"), Address: at + "/revive", Icon: "undo-2", Posted: true})
	} else {
		p.Acts = append(p.Acts, act{Name: p.T("office.till.retire"), Address: at + "/retire", Icon: "ban", Tone: "danger"})
	}
	registered := b.Setup.Registered(q.ctx, o.ID)
	if registered == "" {
		registered = p.T("office.till.unregistered")
	}
	p.Facts = []fact{{p.T("office.field.till.key"), o.Key}, {p.T("office.till.registered"), registered}}
	return nil
}

func listed(list, one string) bool { return slices.Contains(strings.Fields(list), one) }

func (b *Backoffice) tillList(q *request) error {
	all, err := b.Setup.Objects(q.ctx, kindTill)
	if err != nil {
		return err
	}
	names := map[string]string{}
	for _, s := range b.Sites.Sites() {
		names[s.Slug] = s.Name
	}
	e := b.tillEditor()
	p := e.listing(q)
	p.Columns = []column{{p.T("office.column.name"), ""}, {p.T("office.column.short_code"), "code"}, {p.T("office.column.type"), ""}, {p.T("office.column.sites"), ""}, {p.T("office.column.confirmations"), ""}, {p.T("office.column.state"), ""}}
	all, p.Next = paged(q, all, Object.key)
	for _, o := range all {
		var at []string
		for _, slug := range strings.Fields(o.Fields["sites"]) {
			at = append(at, names[slug])
		}
		sites := shortList(at)
		if sites == "" {
			sites = p.T("office.till.common")
		}
		registered := stateView{"good", p.T("office.till.confirmed")}
		if b.Setup.Registered(q.ctx, o.ID) == "" {
			registered = stateView{"warn", p.T("office.till.unregistered")}
		}
		p.add(cell{Text: o.Key, Address: "/office/tills/" + number(o.ID) + "/edit"}, cell{Text: shownCode(o)},
			cell{Text: p.T("office.pick.type_" + o.Fields["type"])}, cell{Text: sites}, cell{State: registered}, cell{State: tillState(&p.frame, o.Fields["state"])})
	}
	return q.list(p)
}

// shownCode is the number that people pay to.
func shownCode(o Object) string {
	if o.Fields["party_b"] != "" {
		return o.Fields["party_b"]
	}
	return o.Fields["short_code"]
}

func (b *Backoffice) checkTill(q *request) error {
	e := b.tillEditor()
	o, err := e.theirs(q)
	if err == nil {
		err = q.proven()
	}
	if err != nil {
		return err
	}
	found, err := b.Setup.CheckTill(q.ctx, o.ID, q.lang())
	if fault.Is(err, fault.Conflict) {
		q.tellFault(err)
		return led(e.list + "/" + number(o.ID) + "/edit")
	}
	if err != nil {
		return err
	}
	at := e.list + "/" + number(o.ID)
	p := q.listing("office.till.check", "settings")
	p.Crumbs = []crumb{{p.T("office.till.list"), e.list}, {o.Key, at + "/edit"}}
	p.Acts = []act{{Name: p.T("office.till.check_again"), Address: at + "/check", Icon: "refresh-cw", Posted: true}}
	p.Columns = []column{{p.T("office.checked.part"), ""}, {p.T("office.state"), ""}, {p.T("office.checked.detail"), ""}, {p.T("office.checked.do"), ""}}
	for _, c := range found {
		state := stateView{"warn", p.T("office.checked.warning")}
		switch {
		case c.Good:
			state = stateView{"good", p.T("office.checked.good")}
		case c.Bad:
			state = stateView{"bad", p.T("office.checked.bad")}
		}
		p.add(cell{Text: c.Part}, stated(state), cell{Text: c.Detail}, cell{Text: c.Do})
	}
	return q.list(p)
}
