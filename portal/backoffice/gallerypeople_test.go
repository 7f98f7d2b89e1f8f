package backoffice

import "mtandao/internal/staff"

// people are the pages put together from sections, with made-up data.
func (g *gallery) people() error {
	pages := map[string]*boardPage{"staff": g.staffBoard(), "staff-empty-filter": g.emptyBoard(), "invite-refused": g.refusedBoard(), "disable": g.askBoard(), "audit-event": g.eventBoard(), "link-once": g.linkBoard()}
	for name, p := range pages {
		if err := g.hang(name, "board", p); err != nil {
			return err
		}
	}
	prove := &provePage{gatePage: gatePage{frame: g.inside("office.prove.title", ""), Lead: g.text("office.prove.lead"), Button: g.text("office.prove.button"), Action: "/office/prove"}}
	prove.Fields = []input{{Name: "proof", Type: "text", Label: g.text("office.code"), Hint: g.text("office.code.hint"), Wrong: g.text("staff.code"), Auto: "one-time-code", Must: true}}
	if err := g.hang("prove", "prove", prove); err != nil {
		return err
	}
	forgot := &gatePage{frame: g.outside("office.forgot.title"), Lead: g.text("office.forgot.ask")}
	return g.hang("forgot", "forgot", forgot)
}

func (g *gallery) board(title, here string) *boardPage {
	return &boardPage{frame: g.inside(title, here)}
}

func (g *gallery) staffBoard() *boardPage {
	p := g.board("office.staff.title", "staff")
	p.Acts = []act{{Name: p.T("office.roles.title"), Icon: "key-round", Address: "/office/roles"}, {Name: p.T("office.staff.invite"), Icon: "plus", Address: "/office/staff/new", Tone: "primary"}}
	t := &table{Columns: []boardColumn{{Name: p.T("office.staff.name")}, {Name: p.T("office.email")}, {Name: p.T("office.staff.roles")}, {Name: p.T("office.state")}, {}}}
	for name, state := range map[string]string{"Wanjiku Kamau": staff.Active, "Juma Odhiambo": staff.Invited, "Kiplagat arap Cheruiyot-Wekesa": staff.Disabled} {
		t.add(boardCell{Text: name, Address: "/office/staff/1"}, boardCell{Text: "wanjiku@baraka.example"}, boardCell{Text: p.T("role.cashier") + ", " + p.T("role.support")}, stated(memberState(&p.frame, state)),
			boardCell{Acts: []act{{Name: p.T("office.staff.disable"), Address: "/office/staff/1/disable", Tone: "plain"}}})
	}
	p.add(boardSection{Table: t, Older: "/office/staff?after=1"})
	return p
}

func (g *gallery) emptyBoard() *boardPage {
	p := g.board("office.nav.sessions", "sessions")
	p.Chips = []chip{{Name: p.T("office.sessions.all"), Address: "/office/sessions"}, {Name: p.T("office.sessions.ending"), Address: "/office/sessions?show=ending", Here: true}}
	p.Find = &find{Action: "/office/sessions", Fields: []input{{Name: "mac", Type: "search", Label: p.T("office.sessions.mac")}}}
	p.add(boardSection{Table: &table{}, Empty: &blank{Icon: "circle-check", Title: p.T("office.sessions.none_ending"), Text: p.T("office.sessions.none_ending_text")}})
	return p
}

func (g *gallery) refusedBoard() *boardPage {
	p := g.board("office.staff.invite", "staff")
	p.Crumbs = []crumb{{p.T("office.staff.title"), "/office/staff"}}
	p.Notes = []note{{Tone: "bad", Text: p.T("staff.no_role")}}
	ticks := boardField{input: input{Name: "role", Label: p.T("office.staff.roles"), Wrong: p.T("staff.no_role")}, Kind: "ticks"}
	for _, key := range []string{"role.manager", "role.cashier", "role.support"} {
		ticks.Options = append(ticks.Options, boardOption{Value: key, Name: p.T(key), Hint: p.T("permission.payments_view") + " · " + p.T("permission.access_change")})
	}
	p.add(boardSection{Form: &boardForm{Action: "/office/staff/new", Button: p.T("office.staff.make_link"), Cancel: "/office/staff", Fields: []boardField{
		{input: input{Name: "email", Type: "email", Label: p.T("office.email"), Value: "juma@baraka.example", Hint: p.T("office.staff.email_hint"), Must: true}},
		{input: input{Name: "language", Label: p.T("office.me.language")}, Kind: "select", Options: spokenHere("sw")}, ticks}}})
	return p
}

func (g *gallery) askBoard() *boardPage {
	p := g.board("office.staff.title", "staff")
	p.Title = p.T("office.staff.disable_ask.title", "Name", "Juma Odhiambo")
	p.Crumbs = []crumb{{p.T("office.staff.title"), "/office/staff"}, {"Juma Odhiambo", "/office/staff/1"}}
	p.add(boardSection{Lead: p.T("office.staff.disable_ask.lead", "Name", "Juma Odhiambo"), Form: &boardForm{Action: "/office/staff/1/disable", Button: p.T("office.staff.disable"), Danger: true, Cancel: "/office/staff/1"}})
	return p
}

func (g *gallery) eventBoard() *boardPage {
	p := g.board("office.did.member_edited", "audit")
	p.State = &stateView{"good", p.T("office.audit.whole")}
	p.add(boardSection{Facts: []fact{{p.T("office.audit.who"), "wanjiku@baraka.example"}, {p.T("office.when"), "2026-11-25 14:02:07"}, {p.T("office.audit.from"), "41.90.12.7"}, {p.T("office.audit.what"), "Juma Odhiambo"}}})
	p.add(boardSection{Name: p.T("office.audit.changed"), Sides: sidesOf(`{"name":"Juma","roles":["cashier"],"sites":["1"]}`, `{"name":"Juma","roles":["cashier","support"],"sites":["1"],"second_factor":true}`)})
	return p
}

func (g *gallery) linkBoard() *boardPage {
	p := g.board("office.staff.link_title", "staff")
	p.Notes = []note{{Tone: "good", Text: p.T("office.staff.link_mailed", "Email", "juma@baraka.example")}}
	p.add(boardSection{Lead: p.T("office.staff.link_lead", "Name", "Juma Odhiambo"), Once: "https://wifi.baraka.example/office/welcome/5f0c6b1d2e9a47c38d51a0be94f7c263"})
	return p
}
