package backoffice

import (
	"io"
	"maps"
	"slices"
	"strings"

	"mtandao/billing/plans"
	"mtandao/internal/cutover"
	"mtandao/internal/fault"
	"mtandao/internal/money"
	"mtandao/internal/words"
)

// MostImport is how large a file of an import may be.
const MostImport = cutover.MostOctets

// importFields tells which field a fault is about.
var importFields = map[string]string{"cutover.kind": "kind", "cutover.which_router": "router", "cutover.zone": "zone", "cutover.no_file": "file", "cutover.file_size": "file", "cutover.store_full": "file",
	"cutover.no_columns": "columns"}

// importForm asks where subscribers come from, and how they are to come.
func (b *Backoffice) importForm(q *request) *formPage {
	p := q.asking("office.import_new.", "settings", "/office/imports")
	p.Danger, p.Multipart = false, true
	p.Crumbs = []crumb{{p.T("office.nav.settings"), "/office/settings"}, {p.T("office.settings.imports"), "/office/imports"}}
	var kinds []choice
	for _, kind := range cutover.SourceKinds {
		kinds = append(kinds, choice{Name: p.T("office.imports.kind_" + kind), Hint: p.T("office.imports.hint_" + kind), Value: kind, Here: q.typedOr("kind", cutover.FromNux) == kind})
	}
	p.ask(formField{Name: "kind", Label: p.T("office.imports.kind"), As: asRadio, Must: true, Choices: kinds},
		formField{Name: "file", Label: p.T("office.imports.file"), Hint: p.T("office.imports.file_hint", "Most", cutover.MostOctets>>20), As: asFile, Accept: ".sql,.gz,.rsc,.txt,.csv", Most: cutover.MostOctets,
			Large: words.Fault(p.Lang, fault.New(fault.Invalid, "cutover.file_size", "Most", cutover.MostOctets>>20))})
	p.Sections = append(p.Sections, b.howImported(q, &p.frame, cutover.Asked{Zone: b.Zone.String(), Make: true}, true)...)
	return p
}

// howImported are the fields of how a source comes in. What only one kind of source wants, or hardly anybody, is folded until somebody typed it.
func (b *Backoffice) howImported(q *request, f *frame, a cutover.Asked, isNew bool) []section {
	var sites, routers []choice
	for _, s := range b.Sites.Sites() {
		sites = append(sites, choice{Name: s.Name, Value: number(s.ID)})
	}
	routers = append(routers, choice{Name: f.T("office.imports.no_router")})
	for _, r := range b.Routers.All() {
		routers = append(routers, choice{Name: r.Name, Value: r.Name})
	}
	make := formField{Name: "make", Label: f.T("office.imports.make"), Hint: f.T("office.imports.make_hint"), As: asTick, Value: q.typedOr("make", map[bool]string{true: "true"}[a.Make])}
	site := formField{Name: "site", Label: f.T("office.imports.site"), Hint: f.T("office.imports.site_hint"), As: asPick, Choices: chosen(sites, q.typedOr("site", number(a.SiteID)))}
	typed := q.Method() == post
	all := []section{{Title: f.T("office.imports.how"), Fields: []formField{site, make}}}
	if isNew || a.Kind == cutover.FromRouter {
		all = append(all, section{Title: f.T("office.imports.of_router"), Folded: isNew, Open: typed, Fields: []formField{{Name: "router", Label: f.T("office.imports.router"), Hint: f.T("office.imports.router_hint"), As: asPick, Choices: chosen(routers, q.typedOr("router", a.Router))}}})
	}
	if isNew || a.Kind == cutover.FromCSV {
		all = append(all, section{Title: f.T("office.imports.of_table"), Folded: isNew, Open: typed, Fields: []formField{{Name: "columns", Label: f.T("office.imports.columns"), Hint: f.T("office.imports.columns_hint"), As: asLines, Most: 2000, Value: q.typedOr("columns", pairsText(a.Columns))}}})
	}
	return append(all, section{Title: f.T("office.imports.seldom"), Folded: true, Open: typed, Fields: []formField{
		{Name: "zone", Label: f.T("office.imports.zone"), As: asText, Most: 60, Must: true, Value: q.typedOr("zone", a.Zone)},
		{Name: "name", Label: f.T("office.imports.name_of"), Hint: f.T("office.imports.name_hint"), As: asText, Most: 40, Value: q.typedOr("name", a.Name)}}})
}

// pairsText writes pairs as lines of what=heading.
func pairsText(pairs map[string]string) string {
	var lines []string
	for _, name := range slices.Sorted(maps.Keys(pairs)) {
		lines = append(lines, name+"="+pairs[name])
	}
	return strings.Join(lines, "\n")
}

func readPairs(text string) (map[string]string, error) {
	pairs := map[string]string{}
	for line := range strings.Lines(text) {
		if line = strings.TrimSpace(line); line == "" {
			continue
		}
		what, heading, ok := strings.Cut(line, "=")
		if !ok || strings.TrimSpace(what) == "" {
			return nil, fault.New(fault.Invalid, "cutover.no_columns", "Line", line)
		}
		pairs[strings.ToLower(strings.TrimSpace(what))] = strings.TrimSpace(heading)
	}
	return pairs, nil
}

// asked reads how a source is to come in.
func (q *request) asked() (a cutover.Asked, err error) {
	a = cutover.Asked{Kind: q.FormValue("kind"), Name: strings.TrimSpace(q.FormValue("name")), SiteID: idIn(q.FormValue("site")), Zone: strings.TrimSpace(q.FormValue("zone")), Make: q.FormValue("make") == "true"}
	if a.Kind == cutover.FromRouter {
		a.Router = q.FormValue("router")
	}
	if a.Columns, err = readPairs(q.FormValue("columns")); err != nil {
		return a, err
	}
	a.Plans, a.Routers = q.picked("plan"), q.picked("there")
	return a, nil
}

// picked reads the choices of a form that says of each name there what it is here: the names stand in hidden fields.
func (q *request) picked(of string) map[string]string {
	all := map[string]string{}
	for n, there := range q.values(of + "_there") {
		if here := q.FormValue(of + "_" + number(int64(n))); here != "" {
			all[there] = here
		}
	}
	return all
}

func (b *Backoffice) askImport(q *request) error { return q.showForm(b.importForm(q)) }

func (b *Backoffice) bringImport(q *request) error {
	a, err := q.asked()
	var s cutover.Source
	if err == nil {
		var file io.Reader = strings.NewReader("")
		name := ""
		if header, e := q.FormFile("file"); e == nil {
			opened, e := header.Open()
			if e != nil {
				return e
			}
			defer opened.Close()
			file, name = opened, header.Filename
		}
		s, err = b.Imports.Bring(q.ctx, a, name, file, q.customerBy())
	}
	if err != nil {
		return q.refuse(err, "form", b.importForm(q), importFields[fault.KeyOf(err)])
	}
	return led(importAddress(s))
}

// importChangeForm asks anew how a source is to come in, and which plan here each of those is that nothing was found for.
func (b *Backoffice) importChangeForm(q *request, s cutover.Source) (*formPage, error) {
	p := q.asking("office.import_edit.", "settings", importAddress(s))
	p.Danger = false
	p.Crumbs = []crumb{{p.T("office.nav.settings"), "/office/settings"}, {p.T("office.settings.imports"), "/office/imports"}, {sourceName(&p.frame, s), importAddress(s)}}
	p.Hidden = append(p.Hidden, fact{"kind", s.Kind})
	a, err := b.Imports.Account(q.ctx, s.ID)
	if err != nil && !fault.Is(err, fault.NotFound) {
		return nil, err
	}
	names := slices.Clone(a.Plans)
	for there := range s.Plans {
		names = append(names, there)
	}
	slices.Sort(names)
	if names = slices.Compact(names); len(names) > 0 {
		here, err := b.Plans.All(q.ctx)
		if err != nil {
			return nil, err
		}
		choices := []choice{{Name: p.T("office.imports.plan_none")}}
		for _, plan := range here {
			if plan.Subscribed() && plan.State == plans.Live {
				choices = append(choices, choice{Name: plan.Name(p.Lang), Value: plan.Key})
			}
		}
		sec := section{Title: p.T("office.imports.plans")}
		for n, there := range names {
			field := "plan_" + number(int64(n))
			sec.Fields = append(sec.Fields, formField{Name: field, Label: there, As: asPick, Choices: chosen(choices, q.typedOr(field, s.Plans[there]))})
			p.Hidden = append(p.Hidden, fact{"plan_there", there})
		}
		p.Sections = append(p.Sections, sec)
	}
	p.Sections = append(p.Sections, b.howImported(q, &p.frame, s.Asked, false)...)
	return p, nil
}

func (b *Backoffice) askImportChange(q *request) error {
	s, err := b.theImport(q)
	if err != nil {
		return err
	}
	p, err := b.importChangeForm(q, s)
	if err != nil {
		return err
	}
	return q.showForm(p)
}

func (b *Backoffice) changeImport(q *request) error {
	s, err := b.theImport(q)
	if err != nil {
		return err
	}
	a, err := q.asked()
	if a.Kind = s.Kind; s.Kind == cutover.FromRouter {
		a.Router = q.FormValue("router")
	}
	if a.Routers = s.Routers; err == nil {
		err = b.Imports.Change(q.ctx, s.ID, a, q.customerBy())
	}
	if err != nil {
		p, e := b.importChangeForm(q, s)
		if e != nil {
			return e
		}
		return q.refuse(err, "form", p, importFields[fault.KeyOf(err)])
	}
	return led(importAddress(s))
}

// importDeed asks about a source, or does it.
func (b *Backoffice) importDeed(q *request, texts, to string, do func(s cutover.Source) error) error {
	if err := q.proven(); err != nil { // it makes customers and credit, or takes them away
		return err
	}
	s, err := b.theImport(q)
	if err != nil {
		return err
	}
	if q.Method() == post {
		if err := do(s); err != nil {
			return q.refusal(err, importAddress(s))
		}
		if to == "" {
			to = importAddress(s)
		}
		return led(to)
	}
	a, err := b.Imports.Account(q.ctx, s.ID)
	if err != nil && !fault.Is(err, fault.NotFound) {
		return err
	}
	name := q.page("office.settings.imports", "settings")
	p := q.asking(texts, "settings", importAddress(s), "Name", sourceName(&name, s), "Customers", a.Tally["customer"][cutover.Fresh], "Lines", a.Tally["line"][cutover.Fresh], "Plans", a.Tally["plan"][cutover.Fresh], "Opened", money.KES(a.Opened))
	p.Danger = texts != "office.import_start."
	return q.showForm(p)
}

func (b *Backoffice) startImport(q *request) error {
	return b.importDeed(q, "office.import_start.", "", func(s cutover.Source) error { return b.Imports.Start(q.ctx, s.ID, q.customerBy()) })
}

func (b *Backoffice) takeImportBack(q *request) error {
	return b.importDeed(q, "office.import_back.", "", func(s cutover.Source) error { return b.Imports.Back(q.ctx, s.ID, q.customerBy()) })
}

func (b *Backoffice) dropImport(q *request) error {
	return b.importDeed(q, "office.import_drop.", "/office/imports", func(s cutover.Source) error { return b.Imports.Drop(q.ctx, s.ID, q.customerBy()) })
}
