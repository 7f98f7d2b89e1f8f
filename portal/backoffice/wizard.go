package backoffice

import (
	"errors"
	"slices"

	"github.com/gofiber/fiber/v2"

	"mtandao/billing/plans"
	"mtandao/internal/settings"
	"mtandao/internal/site"
	"mtandao/internal/staff"
	"mtandao/radius/routers"
)

// step is one step of the first set-up.
type step struct {
	N             int
	Name, Address string
	Done, Here    bool
}

// Class colours a step.
func (s step) Class() string {
	if s.Done {
		return "done"
	}
	return ""
}

// wizardSteps are the steps in their order; each may be left for later and come back to.
var wizardSteps = []struct {
	key string
	may staff.Permission
}{{"provider", staff.SettingsEdit}, {"site", staff.SitesEdit}, {"till", staff.TillsEdit}, {"plans", staff.PlansEdit}, {"router", staff.RoutersEdit}}

const wizard = "/office/setup"

// progress is what is there already.
type progress struct {
	sites, tills, plans, routers []Object
}

func (b *Backoffice) progress(q *request) (p progress, err error) {
	for _, k := range []struct {
		kind string
		into *[]Object
	}{{kindSite, &p.sites}, {kindTill, &p.tills}, {kindPlan, &p.plans}, {kindRouter, &p.routers}} {
		if *k.into, err = b.Setup.Objects(q.ctx, k.kind); err != nil {
			return p, err
		}
	}
	return p, nil
}

func (b *Backoffice) done(p progress, key string) bool {
	switch key {
	case "provider":
		return b.Settings.String(settings.ProviderPhone) != ""
	case "site":
		return len(p.sites) > 0
	case "till":
		return len(p.tills) > 0
	case "plans":
		return len(p.plans) > 0
	}
	return len(p.routers) > 0
}

func (b *Backoffice) steps(q *request, f *frame, p progress, here string) []step {
	var all []step
	for _, s := range wizardSteps {
		if q.may(s.may, 0) {
			all = append(all, step{len(all) + 1, f.T("office.setup.step_" + s.key), wizard + "/" + s.key, b.done(p, s.key), s.key == here})
		}
	}
	return append(all, step{len(all) + 1, f.T("office.setup.step_done"), wizard + "/done", false, here == "done"})
}

// following is the step after one, of those that somebody may do.
func following(q *request, key string) string {
	found := key == ""
	for _, s := range wizardSteps {
		if found && q.may(s.may, 0) {
			return wizard + "/" + s.key
		}
		found = found || s.key == key
	}
	return wizard + "/done"
}

// bare says that nothing is set up yet, and that this person is the one to do it.
func (b *Backoffice) bare(q *request) bool {
	return len(b.Sites.Sites()) == 0 && q.may(staff.SitesEdit, 0)
}

func (b *Backoffice) startSetup(q *request) error {
	p, err := b.progress(q)
	if err != nil {
		return err
	}
	for _, s := range wizardSteps {
		if q.may(s.may, 0) && !b.done(p, s.key) {
			return led(wizard + "/" + s.key)
		}
	}
	return led(wizard + "/done")
}

// startSheets are the site and its brand, as one thing.
var startSheets = []sheet{{specs: []spec{{name: "place", as: asText, must: true, most: 80}, {name: "name", as: asText, must: true, most: 80},
	{name: "phone", as: asText, most: 20}, {name: "language", as: asPick, choices: []string{"en", "sw"}, usual: "en"}}},
	{title: "office.setup.looks", folded: true, specs: []spec{{name: "welcome_en", as: asText, most: 300}, {name: "welcome_sw", as: asText, most: 300}, {name: "logo", as: asFile, accept: ".svg,.png,image/svg+xml,image/png"},
		{name: "accent", as: asColour, usual: site.House.Accent}}}}

var startProvider = []sheet{{specs: []spec{{name: settings.ProviderName, as: asText, must: true, most: 100}, typed(settings.ProviderPhone, 100)}}}

// What most people need comes first; the rest is folded away.
var (
	startTill = []sheet{{specs: tillSheets[0].specs[:2]}, {title: tillSheets[1].title, specs: tillSheets[1].specs[1:]},
		{title: "office.setup.other_till", folded: true, specs: slices.Concat(tillSheets[0].specs[2:4], tillSheets[1].specs[:1])}}
	startRouter = []sheet{{specs: routerSheets[0].specs[:3]}, {title: "office.setup.other_router", folded: true, specs: routerSheets[0].specs[3:]}}
)

// wizardStep is what a step shows and saves.
type wizardStep struct {
	key, kind string
	sheets    []sheet
	fill      func(q *request, o Object) // what is known already
	save      func(q *request, fields map[string]string) (secret string, err error)
}

func (b *Backoffice) wizardStep(key string) (wizardStep, staff.Permission, bool) {
	w := wizardStep{key: key, fill: func(*request, Object) {}}
	switch key {
	case "provider":
		w.kind, w.sheets, w.fill, w.save = kindProvider, startProvider, b.fillProvider, b.startWithProvider
	case "site":
		w.kind, w.sheets, w.fill, w.save = "start", startSheets, b.fillSite, b.startWithSite
	case "till":
		w.kind, w.sheets, w.save = kindTill, startTill, b.startWithTill
	case "plans":
		w.kind, w.save = kindPlan, b.startWithPlans
	case "router":
		w.kind, w.sheets, w.fill, w.save = kindRouter, startRouter, b.fillRouter, b.startWithRouter
	}
	for _, s := range wizardSteps {
		if s.key == key {
			return w, s.may, true
		}
	}
	return w, "", false
}

// theStep finds the step of the address, if somebody may do it.
func (b *Backoffice) theStep(q *request) (wizardStep, error) {
	w, may, known := b.wizardStep(q.Params("step"))
	if !known || !q.may(may, 0) {
		return w, notHere()
	}
	return w, nil
}

func (b *Backoffice) askStep(q *request) error {
	w, err := b.theStep(q)
	if err != nil {
		return err
	}
	o := usual(w.sheets)
	w.fill(q, o)
	p, err := b.stepPage(q, w, q.form(w.kind, o))
	if err != nil {
		return err
	}
	return q.showForm(p)
}

func (b *Backoffice) stepPage(q *request, w wizardStep, f form) (*formPage, error) {
	at, err := b.progress(q)
	if err != nil {
		return nil, err
	}
	p := &formPage{frame: q.page("office.setup.title_"+w.key, "settings"), Action: wizard + "/" + w.key, Skip: following(q, w.key)}
	p.Lead, p.Button = p.T("office.setup.lead_"+w.key), p.T("office.setup.next")
	p.Steps = b.steps(q, &p.frame, at, w.key)
	if w.key != "provider" && b.done(at, w.key) {
		p.Notes = append(p.Notes, note{Tone: "good", Text: p.T("office.setup.there_" + w.key)})
	}
	switch w.key {
	case "site":
		p.Preview = "/office/brands/preview"
		p.Colours = corrected(&p.frame, f.fields)
	case "plans":
		p.Offers = b.offers(p, at.plans)
	}
	p.lay(f, w.sheets, true)
	return p, nil
}

func (b *Backoffice) takeStep(q *request) error {
	w, err := b.theStep(q)
	if err != nil {
		return err
	}
	secret := ""
	err = q.submit(q.form(w.kind, usual(w.sheets)), w.sheets, func(f form) (*formPage, error) { return b.stepPage(q, w, f) }, func(fields map[string]string) error {
		secret, err = w.save(q, fields)
		return err
	})
	if err == nil && secret != "" {
		return q.showSecret(secret, following(q, w.key))
	}
	if err != nil {
		return err
	}
	return led(following(q, w.key))
}

func (b *Backoffice) fillProvider(_ *request, o Object) {
	for name := range o.Fields {
		o.Fields[name] = b.Settings.String(name)
	}
}

func (b *Backoffice) fillSite(_ *request, o Object) {
	o.Fields["name"], o.Fields["phone"] = b.Settings.String(settings.ProviderName), b.Settings.String(settings.ProviderPhone)
}

func (b *Backoffice) startWithProvider(q *request, fields map[string]string) (string, error) {
	return "", b.Setup.Save(q.ctx, q.author(), Change{Kind: kindProvider, Fields: fields})
}

// fillRouter proposes a name: the first site's, and which router it is.
func (b *Backoffice) fillRouter(_ *request, o Object) {
	if all := b.Sites.Sites(); len(all) > 0 {
		o.Fields["name"] = all[0].Slug + "-" + number(int64(len(b.Routers.All())+1))
	}
}

// startWithSite makes a brand and the site that wears it, both or neither.
func (b *Backoffice) startWithSite(q *request, fields map[string]string) (string, error) {
	brand := map[string]string{"key": shortName(fields["name"])}
	for _, name := range []string{"name", "welcome_en", "welcome_sw", "accent", "logo"} {
		if value, said := fields[name]; said {
			brand[name] = value
		}
	}
	place := map[string]string{"slug": shortName(fields["place"]), "name": fields["place"], "language": fields["language"], "phone": fields["phone"], "brand": brand["key"]}
	wanted := []Change{{Kind: kindSite, Key: place["slug"], New: true, Fields: place}}
	if !b.hasBrand(brand["key"]) { // a further site wears the brand that is there, as it is
		wanted = append([]Change{{Kind: kindBrand, Key: brand["key"], New: true, Fields: brand}}, wanted...)
	}
	err := b.Setup.Save(q.ctx, q.author(), wanted...)
	var w *WrongField
	if errors.As(err, &w) && w.Kind == kindSite && (w.Field == "name" || w.Field == "slug" || w.Field == "taken" || w.Field == "unnamed") {
		w.Field = "place"
	}
	return "", err
}

func (b *Backoffice) hasBrand(key string) bool {
	return slices.ContainsFunc(b.Sites.Brands(), func(brand site.Brand) bool { return brand.Key == key })
}

func (b *Backoffice) startWithTill(q *request, fields map[string]string) (string, error) {
	if err := q.proven(); err != nil {
		return "", err
	}
	fields["key"] = "till-" + fields["short_code"]
	return "", b.Setup.Save(q.ctx, q.author(), Change{Kind: kindTill, Key: fields["key"], New: true, Fields: fields})
}

func (b *Backoffice) startWithRouter(q *request, fields map[string]string) (secret string, err error) {
	if err := q.proven(); err != nil {
		return "", err
	}
	if fields["secret"] == "" {
		fields["secret"] = newSecret()
		if fields["dialect"] != routers.MikroTik { // a MikroTik gets a fresh one from its line
			secret = fields["secret"]
		}
	}
	return secret, b.Setup.Save(q.ctx, q.author(), Change{Kind: kindRouter, Key: fields["name"], New: true, Fields: fields})
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

// offers are the ready-made plans that are not there yet.
func (b *Backoffice) offers(p *formPage, there []Object) []offer {
	known := map[string]bool{}
	for _, o := range there {
		known[o.Key] = true
	}
	var all []offer
	for _, fields := range readyMade {
		plan, err := b.Setup.ReadPlan(fields)
		if err == nil && !known[plan.Key] {
			all = append(all, offer{plan.Key, plan.Name(p.Lang), plan.Price.String(), plans.Sentence(p.Lang, plan), true})
		}
	}
	return all
}

func (b *Backoffice) startWithPlans(q *request, _ map[string]string) (string, error) {
	var wanted []Change
	for _, key := range q.values("offer") {
		for _, fields := range readyMade {
			if fields["key"] == key {
				wanted = append(wanted, Change{Kind: kindPlan, Key: key, New: true, Fields: fields})
			}
		}
	}
	return "", b.Setup.Save(q.ctx, q.author(), wanted...)
}

// donePage says what is missing, and where guests begin.
type donePage struct {
	frame
	Steps   []step
	Missing []crumb
	SetUp   []crumb // routers that we have never heard of, where their line is made
	Portals []crumb
}

func (b *Backoffice) endSetup(q *request) error {
	at, err := b.progress(q)
	if err != nil {
		return err
	}
	p := &donePage{frame: q.page("office.setup.title_done", "settings")}
	p.Steps = b.steps(q, &p.frame, at, "done")
	for _, s := range wizardSteps {
		if q.may(s.may, 0) && !b.done(at, s.key) {
			p.Missing = append(p.Missing, crumb{p.T("office.setup.miss_" + s.key), wizard + "/" + s.key})
		}
	}
	for _, r := range b.Routers.All() {
		if r.State == routers.StateActive && len(p.Portals) < mostPortals {
			p.Portals = append(p.Portals, crumb{r.Name, b.Setup.PortalPage(r.ID)})
			if r.Dialect == routers.MikroTik && q.may(staff.RoutersEdit, r.SiteID) && b.Routers.LastHeard(r.ID).IsZero() {
				p.SetUp = append(p.SetUp, crumb{p.T("office.setup.set_up", "Name", r.Name), "/office/routers/" + number(r.ID) + "/setup"})
			}
		}
	}
	return q.send(fiber.StatusOK, "done", p)
}

const mostPortals = 10
