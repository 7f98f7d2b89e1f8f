package backoffice

import (
	"slices"

	"mtandao/internal/settings"
	"mtandao/internal/site"
	"mtandao/internal/staff"
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

// wizardSteps are the steps in their order; each may be left for later and come back to. The last is what is done at the router.
var wizardSteps = []string{"site", "till", "plans"}

// wizardParts are what the steps ask for; those of one step stand on one page, for who may change them.
var wizardParts = []struct {
	key, step string
	may       staff.Permission
}{{"provider", "site", staff.SettingsEdit}, {"site", "site", staff.SitesEdit}, {"till", "till", staff.TillsEdit}, {"plans", "plans", staff.PlansEdit}, {"router", "plans", staff.RoutersEdit}}

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

// there says whether a part is there already.
func (b *Backoffice) there(p progress, part string) bool {
	switch part {
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

// missing are the parts that somebody may make and that are not there; of one step, or of all for "".
func (b *Backoffice) missing(q *request, p progress, step string) (parts []crumb) {
	for _, part := range wizardParts {
		if (step == "" || part.step == step) && q.may(part.may, 0) && !b.there(p, part.key) {
			parts = append(parts, crumb{part.key, wizard + "/" + part.step})
		}
	}
	return parts
}

// mayStep says whether any part of a step is somebody's to change.
func (q *request) mayStep(step string) bool {
	for _, part := range wizardParts {
		if part.step == step && q.may(part.may, 0) {
			return true
		}
	}
	return false
}

func (b *Backoffice) steps(q *request, f *frame, p progress, here string) []step {
	var all []step
	for _, key := range wizardSteps {
		if q.mayStep(key) {
			all = append(all, step{len(all) + 1, f.T("office.setup.step_" + key), wizard + "/" + key, len(b.missing(q, p, key)) == 0, key == here})
		}
	}
	return append(all, step{len(all) + 1, f.T("office.setup.step_done"), wizard + "/done", false, here == "done"})
}

// following is the step after one, of those that somebody may do.
func following(q *request, key string) string {
	for _, next := range wizardSteps[slices.Index(wizardSteps, key)+1:] {
		if q.mayStep(next) {
			return wizard + "/" + next
		}
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
	if missing := b.missing(q, p, ""); len(missing) > 0 {
		return led(missing[0].Address)
	}
	return led(wizard + "/done")
}

// What most people need comes first; the rest is folded away, and good as it stands.
var (
	startProvider = []spec{{name: settings.ProviderName, as: asText, must: true, most: 100}, typed(settings.ProviderPhone, 100)}
	startLooks    = sheet{title: "office.setup.looks", folded: true, specs: []spec{{name: "name", as: asText, most: 80}, {name: "phone", as: asText, most: 20},
		{name: "language", as: asPick, choices: []string{"en", "sw"}, usual: "en"}, {name: "welcome_en", as: asText, most: 300}, {name: "welcome_sw", as: asText, most: 300},
		logoSpec, {name: "accent", as: asColour, usual: site.House.Accent}}}
	startTill = []sheet{{specs: tillSheets[0].specs[:2]}, {title: tillSheets[1].title, specs: tillSheets[1].specs[1:]},
		{title: "office.setup.other_till", folded: true, specs: slices.Concat(tillSheets[0].specs[2:4], tillSheets[1].specs[:1])}}
)

// startRouter asks for a router, and for its site where there are several.
func startRouter(sites int) []sheet {
	own := routerSheets[0].specs
	seen := []spec{{name: "name", as: asText, most: 100}}
	if sites > 1 {
		seen = append(seen, own[1])
	}
	return []sheet{{title: "office.setup.router", specs: append(seen, own[2])}, {title: "office.setup.other_router", folded: true, specs: own[3:]}}
}

// wizardStep is what a step shows and saves.
type wizardStep struct {
	key, kind string
	sheets    []sheet
	fill      func(q *request, o Object) // what is known already
	save      func(q *request, fields map[string]string) (made, error)
}

// made is what a step has made and is to be told of: a router, and the secret that we made for it.
type made struct{ router, secret string }

// theStep finds the step of the address, if somebody may do it.
func (b *Backoffice) theStep(q *request) (wizardStep, error) {
	key := q.Params("step")
	if !slices.Contains(wizardSteps, key) || !q.mayStep(key) {
		return wizardStep{}, notHere()
	}
	switch w := (wizardStep{key: key, fill: func(*request, Object) {}}); key {
	case "site":
		place := []spec{{name: "place", as: asText, must: len(b.Sites.Sites()) == 0, most: 80}}
		if q.may(staff.SettingsEdit, 0) {
			place = append(slices.Clone(startProvider), place...)
		}
		w.kind, w.sheets, w.fill, w.save = kindStart, []sheet{{specs: place}, startLooks}, b.fillProvider, b.startWithSite
		return w, nil
	case "till":
		w.kind, w.sheets, w.save = kindTill, startTill, b.startWithTill
		return w, nil
	default:
		w.kind, w.fill, w.save = kindRouter, b.fillRouter, b.startSelling
		if sites := len(b.Sites.Sites()); sites > 0 && q.may(staff.RoutersEdit, 0) {
			w.sheets = startRouter(sites)
		}
		return w, nil
	}
}

// kindStart is the provider, the first site and its brand, as one thing.
const kindStart = "start"

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
	for _, part := range wizardParts {
		if part.step == w.key && part.key != "provider" && q.may(part.may, 0) && b.there(at, part.key) {
			p.Notes = append(p.Notes, note{Tone: "good", Text: p.T("office.setup.there_" + part.key)})
		}
	}
	switch w.key {
	case "site":
		p.Preview = "/office/brands/preview"
		p.Colours = corrected(&p.frame, f.fields)
	case "plans":
		if q.may(staff.PlansEdit, 0) {
			p.Offers = b.offers(p, at.plans)
		}
	}
	p.lay(f, w.sheets, true)
	return p, nil
}

func (b *Backoffice) takeStep(q *request) error {
	w, err := b.theStep(q)
	if err != nil {
		return err
	}
	var done made
	err = q.submit(q.form(w.kind, usual(w.sheets)), w.sheets, func(f form) (*formPage, error) { return b.stepPage(q, w, f) }, func(fields map[string]string) error {
		done, err = w.save(q, fields)
		return err
	})
	switch {
	case err != nil:
		return err
	case done.secret != "":
		return q.showSecret(done.secret, following(q, w.key))
	case done.router != "":
		return b.firstLine(q, done.router)
	}
	return led(following(q, w.key))
}
