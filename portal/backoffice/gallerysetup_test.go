package backoffice

import (
	"mtandao/billing/plans"
	"mtandao/internal/money"
	"mtandao/internal/words"
	"mtandao/radius/access"
	"mtandao/radius/routers"
)

// settingUp hangs the pages of what is set up.
func (g *gallery) settingUp() error {
	for _, hang := range []func() error{g.settingsIndex, g.setupLists, g.setupForms, g.setupAsks, g.oneRouter, g.wizardEnd} {
		if err := hang(); err != nil {
			return err
		}
	}
	return nil
}

func (g *gallery) settingsIndex() error {
	page := &settingsPage{frame: g.inside("office.nav.settings", "settings")}
	for _, at := range settingsPlaces {
		page.Places = append(page.Places, settingsPlace{g.text("office.settings." + at.key), g.text("office.settings_text." + at.key), at.icon, at.address})
	}
	return g.hang("settings", "settings", page)
}

func (g *gallery) setupLists() error {
	page := &listPage{frame: g.inside("office.router.list", "network"), New: crumb{g.text("office.router.new"), "/office/routers/new"}}
	for _, name := range []string{"name", "site", "heard", "people", "warning"} {
		page.Columns = append(page.Columns, column{Name: g.text("office.column." + name), Right: name == "people"})
	}
	page.Rows = []listRow{{[]cell{{Text: "kasarani-1", Address: "/office/routers/1"}, {Text: "Kasarani"}, {State: stateView{"good", g.text("office.router.here")}, More: g.text("office.router.heard", "Time", "3 s")}, {Text: "143", Class: "num"}, {}}},
		{[]cell{{Text: "mwiki-1", Address: "/office/routers/2"}, {Text: "Mwiki"}, {State: stateView{"bad", g.text("office.router.silent")}, More: g.text("office.router.heard", "Time", "22 min")}, {Text: "0", Class: "num"}, {State: stateView{"bad", g.text("office.router.excepted")}}}}}
	if err := g.hang("routers", "list", page); err != nil {
		return err
	}
	empty := &listPage{frame: g.inside("office.plan.list", "plans"), Button: g.text("office.plan.new")}
	empty.Empty = blank{"inbox", g.text("office.plan.none_yet"), g.text("office.plan.what"), "/office/plans/new", g.text("office.plan.new")}
	return g.hang("plans-none", "list", empty)
}

func (g *gallery) setupForms() error {
	plan := plans.Plan{NameEN: "Night", NameSW: "Usiku", Price: money.Shillings(30), Limits: access.Limits{DataBytes: 1.5e9, Devices: 2, DownKbps: 2000,
		Hours: access.Hours{{Days: [7]bool{true, true, true, true, true, true, true}, From: 22 * 60, To: 6 * 60}}}}
	fields := usual(planSheets).Fields
	fields["name"], fields["price"], fields["data"], fields["hours"] = "Night", "30", "1.5GB", "22:00-06:00"
	page := &formPage{frame: g.inside("office.plan.new", "plans"), Action: "/office/plans/new", Button: g.text("office.set.save"), Look: "/office/plans/look", State: stateView{"good", g.text("office.plan.live")}}
	page.tellPlan(plan)
	page.lay(form{kind: kindPlan, fields: fields, sites: []choice{{Name: "Kasarani", Value: "kasarani"}}}, planSheets, true)
	if err := g.hang("plan", "form", page); err != nil {
		return err
	}
	till := &formPage{frame: g.inside("office.till.new", "settings"), Action: "/office/tills/new", Button: g.text("office.set.save"), Prove: true, ByCode: true}
	refused := words.Text(g.lang, "till.short_code")
	till.Notes = []note{{Tone: "bad", Text: refused}}
	till.lay(form{kind: kindTill, fields: map[string]string{"short_code": "12"}, set: map[string]bool{"passkey": true}, bad: map[string]string{"short_code": refused}}, tillSheets, true)
	return g.hang("till-refused", "form", till)
}

func (g *gallery) setupAsks() error {
	sure := &surePage{frame: g.inside("office.router.retire_ask.title", "network"), Action: "/office/routers/1/retire", Back: "/office/routers/1"}
	sure.Title, sure.Text, sure.Button = g.text("office.router.retire_ask.title", "Name", "mwiki-1"), g.text("office.router.retire_ask.text", "Name", "mwiki-1"), g.text("office.router.retire_ask.button")
	if err := g.hang("retire", "sure", sure); err != nil {
		return err
	}
	prove := &gatePage{frame: g.inside("office.proof.title", ""), Lead: g.text("office.proof.lead"), Button: g.text("office.proof.button"), Action: "/office/proof"}
	prove.Fields = []input{{Name: "proof", Type: "text", Label: g.text("office.code"), Hint: g.text("office.code.hint"), Must: true}}
	if err := g.hang("proof", "proof", prove); err != nil {
		return err
	}
	checked := &checkedPage{frame: g.inside("office.till.check", "settings"), Again: "/office/tills/1/check", Back: "/office/tills/1/edit"}
	checked.Lines = []checkedLine{{"main consumer key", "a token came", "", stateView{"good", g.text("office.checked.good")}},
		{"public url", "no answer", "see that name, certificate and port lead to it", stateView{"bad", g.text("office.checked.bad")}}}
	if err := g.hang("till-checked", "checked", checked); err != nil {
		return err
	}
	return g.hang("secret", "secret", &secretPage{g.inside("office.router.new_secret", "network"), "5f0c1e2a3b4d5e6f708192a3b4c5d6e7", "/office/routers/1"})
}

func (g *gallery) oneRouter() error {
	page := &routerPage{frame: g.inside("office.router.list", "network"), Address: "/office/routers/1", At: "14:02:07", State: stateView{"good", g.text("office.router.here")},
		Said: g.text("office.router.heard", "Time", "3 s"), Portal: "https://wifi.example/h/kasarani?r=abcdefghijklmnopqrstuvwxyz"}
	r := routers.Router{Name: "mwiki-1", Dialect: routers.MikroTik, Auth: routers.AuthExcepted, LoginHosts: []string{"10.5.50.1"}, OldSecret: "old"}
	page.Title, page.Warnings = r.Name, []string{g.text("office.router.excepted_text")}
	page.Live = []fact{{g.text("office.column.people"), "143"}, {g.text("office.site"), "Mwiki"}}
	page.Acts, page.Facts, page.Abilities = routerActs(page, r), routerFacts(page, r), abilities(page, r, routers.Health{})
	return g.hang("router", "router", page)
}

func (g *gallery) wizardEnd() error {
	page := &donePage{frame: g.inside("office.setup.title_done", "settings"), Missing: []crumb{{g.text("office.setup.miss_till"), "/office/setup/till"}},
		Portals: []crumb{{"kasarani-1", "https://wifi.example/h/kasarani?r=abcdefghijklmnopqrstuvwxyz"}}}
	for i, s := range wizardSteps {
		page.Steps = append(page.Steps, step{i + 1, g.text("office.setup.step_" + s.key), "/office/setup/" + s.key, s.key != "till", false})
	}
	return g.hang("set-up-done", "done", page)
}
