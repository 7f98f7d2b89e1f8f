package backoffice

import (
	"context"
	"slices"

	"mtandao/billing/customers"
	"mtandao/internal/fault"
	"mtandao/internal/fieldwork"
	"mtandao/internal/staff"
	"mtandao/internal/words"
	"mtandao/radius/access"
)

// Stock is what the pages ask of equipment; what changes something is recorded in the audit trail. *fieldwork.Service satisfies it.
type Stock interface {
	AllEquipment(ctx context.Context, f fieldwork.EquipmentFilter) ([]fieldwork.Equipment, error)
	Thing(ctx context.Context, equipmentID int64) (fieldwork.Equipment, error)
	FindEquipment(ctx context.Context, typed string) (fieldwork.Equipment, error)
	EquipmentOf(ctx context.Context, customerID int64, limit int) ([]fieldwork.Equipment, error)
	MovesOf(ctx context.Context, equipmentID, before int64, limit int) ([]fieldwork.Moved, error)
	AddEquipment(ctx context.Context, e fieldwork.Equipment, by fieldwork.By) (fieldwork.Equipment, error)
	MoveEquipment(ctx context.Context, a fieldwork.Act, to fieldwork.Where, by fieldwork.By) error
}

const equipmentAt = "/office/equipment"

func (b *Backoffice) equipmentRoutes() []route {
	one := equipmentAt + "/:id"
	return []route{
		{get, equipmentAt, full, staff.VisitsView, b.equipment},
		{get, equipmentAt + "/new", full, staff.EquipmentManage, b.askEquipment}, {post, equipmentAt + "/new", full, staff.EquipmentManage, b.addEquipment},
		{get, one, full, staff.VisitsView, b.thing},
		{get, one + "/move", full, staff.VisitsWork, b.askMoveThing}, {post, one + "/move", full, staff.VisitsWork, b.moveThing},
		{get, visitsAt + "/:id/equipment", full, staff.VisitsWork, b.askInstall}, {post, visitsAt + "/:id/equipment", full, staff.VisitsWork, b.install},
	}
}

func thingAt(id int64) string { return equipmentAt + "/" + number(id) }

// theThing is the equipment of the address, for who may do something at its site; for anybody else there is none.
func (b *Backoffice) theThing(q *request, may staff.Permission) (fieldwork.Equipment, error) {
	id, err := q.idOf("id")
	if err != nil {
		return fieldwork.Equipment{}, err
	}
	e, err := b.Stock.Thing(q.ctx, id)
	if err == nil && !q.may(may, e.SiteID) {
		err = notHere()
	}
	return e, hidden(err)
}

func placeState(f *frame, place string) stateView {
	return toned(f, "office.equipment.place_", place, map[string]string{fieldwork.AtCustomer: "good", fieldwork.Gone: "bad", fieldwork.WithTechnician: "warn"})
}

func (b *Backoffice) equipment(q *request) error {
	f := fieldwork.EquipmentFilter{Sites: q.scope(), Before: q.before(), Limit: mostListed + 1}
	if slices.Contains(fieldwork.Places, q.Query("place")) {
		f.Place = q.Query("place")
	}
	if q.Query("show") == "mine" {
		f.Holder = q.in.Member.Email
	}
	all, err := b.Stock.AllEquipment(q.ctx, f)
	if typed := cutTyped(q.Query("q")); typed != "" && err == nil {
		all = nil
		found, e := b.Stock.FindEquipment(q.ctx, typed)
		if e == nil && q.may(staff.VisitsView, found.SiteID) {
			all = []fieldwork.Equipment{found}
		} else if e != nil && !fault.Is(e, fault.NotFound) {
			err = e
		}
	}
	if err != nil {
		return err
	}
	p := q.listing("office.nav.equipment", "equipment")
	p.Lead = p.T("office.equipment.lead")
	if staff.MaySomewhere(q.in.Member, staff.EquipmentManage) {
		p.Acts = []act{{Name: p.T("office.equipment_new.act"), Icon: "plus", Address: equipmentAt + "/new", Tone: "primary"}}
	}
	places := []choice{{Name: p.T("office.equipment.anywhere")}}
	for _, place := range fieldwork.Places {
		places = append(places, choice{Name: p.T("office.equipment.place_" + place), Value: place})
	}
	p.Chips = [][]chip{q.chips("show", []choice{{Name: p.T("office.all")}, {Name: p.T("office.tickets.show_mine"), Value: "mine"}}), q.chips("place", places)}
	p.Find = &find{Action: equipmentAt, Fields: []formField{{Name: "q", As: asSearch, Label: p.T("office.equipment.find"), Value: q.Query("q"), Most: 80}}}
	p.Empty = blank{Icon: "wrench", Title: p.T("office.equipment.none"), Text: p.T("office.equipment.none_text")}
	all, p.pager = newest(q, all, mostListed, func(e fieldwork.Equipment) int64 { return e.ID })
	if err := b.addEquipmentRows(q, &p.frame, &p.table, all); err != nil {
		return err
	}
	return q.list(p)
}

// addEquipmentRows fills a table with equipment, and who has it.
func (b *Backoffice) addEquipmentRows(q *request, f *frame, t *table, all []fieldwork.Equipment) error {
	t.Columns = []column{{f.T("office.equipment.serial"), "code"}, {f.T("office.equipment.mac"), "code"}, {Name: f.T("office.equipment.kind")}, {Name: f.T("office.site")}, {Name: f.T("office.equipment.who")}, {Name: f.T("office.equipment.place")}}
	var ids []int64
	for _, e := range all {
		ids = append(ids, e.Where.CustomerID)
	}
	people, err := b.Customers.SomeNow(q.ctx, slices.DeleteFunc(ids, func(id int64) bool { return id == 0 }))
	for _, e := range all {
		who := cell{Text: e.Where.Holder}
		if e.Where.CustomerID != 0 {
			who = cell{Text: b.hasIt(q, f, people[e.Where.CustomerID])}
		}
		t.add(cell{Text: e.Serial, Address: thingAt(e.ID)}, cell{Text: e.MAC.Colons()}, cell{Text: f.T("office.equipment.kind_" + e.Kind), More: e.Model}, cell{Text: b.siteName(e.SiteID)}, who, stated(placeState(f, e.Where.Place)))
	}
	return err
}

// hasIt is with whom equipment is, for who sees anything at their site: it may have gone elsewhere with them.
func (b *Backoffice) hasIt(q *request, f *frame, c customers.Customer) string {
	if !q.sees(c.SiteID) {
		return f.T("office.equipment.elsewhere")
	}
	return c.Name
}

// thing is one piece of equipment, and everywhere it has been.
func (b *Backoffice) thing(q *request) error {
	e, err := b.theThing(q, staff.VisitsView)
	if err != nil {
		return err
	}
	p := q.record("office.nav.equipment", "equipment")
	p.Crumbs = []crumb{{p.Title, equipmentAt}}
	p.Title, p.State, p.Lead = e.Serial, placeState(&p.frame, e.Where.Place), joined(p.T("office.equipment.kind_"+e.Kind), e.Model)
	if q.may(staff.VisitsWork, e.SiteID) {
		p.Acts = []act{{Name: p.T("office.equipment_move.act"), Address: thingAt(e.ID) + "/move", Tone: "primary"}}
	}
	c := card{Name: p.T("office.equipment.about"), Facts: []fact{{p.T("office.equipment.serial"), e.Serial}, {p.T("office.equipment.mac"), e.MAC.Colons()}, {p.T("office.site"), b.siteName(e.SiteID)}, {p.T("office.equipment.holder"), e.Where.Holder},
		{p.T("office.equipment.added"), b.when(&p.frame, e.MadeAt) + " · " + e.MadeBy}}}
	if e.Where.CustomerID != 0 {
		who, err := b.Customers.Get(q.ctx, e.Where.CustomerID)
		if err != nil {
			return err
		}
		terms := "office.equipment.loaned"
		if e.Where.Sold {
			terms = "office.equipment.sold"
		}
		c.Facts = append(c.Facts, fact{p.T("office.equipment.customer"), b.hasIt(q, &p.frame, who)}, fact{p.T("office.equipment.terms"), p.T(terms)})
		if q.may(staff.CustomersView, who.SiteID) {
			c.Acts = []act{{Name: p.T("office.lead.see_customer"), Icon: "user-round", Address: customerAddress(who.ID)}}
		}
	}
	p.add(c)
	moves, err := b.Stock.MovesOf(q.ctx, e.ID, q.before(), mostListed+1)
	moves, pages := newest(q, moves, mostListed, func(m fieldwork.Moved) int64 { return m.ID })
	told := card{Name: p.T("office.equipment.history"), Older: pages.Older, Table: &table{Columns: []column{{Name: p.T("office.equipment.place")}, {p.T("office.when"), "when"}, {Name: p.T("office.audit.who")}}}}
	for _, m := range moves {
		where := cell{Text: p.T("office.equipment.place_" + m.Where.Place), More: m.Where.Holder}
		if m.Where.VisitID != 0 {
			where.Address = visitAt(m.Where.VisitID)
		}
		told.Table.add(where, cell{Text: b.when(&p.frame, m.At)}, cell{Text: m.By})
	}
	if p.add(told); err != nil {
		return err
	}
	return q.show(p)
}

var equipmentFields = map[string]string{"equipment.serial": "serial", "equipment.kind": "kind", "equipment.model": "model", "mac.invalid": "mac", "equipment.holder": "holder", "equipment.customer": "customer",
	"customer.unknown": "customer", "equipment.line": "line", "equipment.place": "to", "equipment.unknown": "thing", "office.customer.choose_site": "site", "equipment.there": "serial"}

func equipmentField(err error) string { return equipmentFields[fault.KeyOf(err)] }

func (q *request) thingText(p *formPage, name string, as kindOf, most int) formField {
	return formField{Name: name, As: as, Label: p.T("office.equipment." + name), Value: q.FormValue(name), Most: most}
}

func (b *Backoffice) equipmentForm(q *request) *formPage {
	p := q.asking("office.equipment_new.", "equipment", equipmentAt)
	p.Danger, p.Crumbs = false, []crumb{{p.T("office.nav.equipment"), equipmentAt}}
	kind := q.thingText(p, "kind", asPick, 0)
	for _, k := range fieldwork.EquipmentKinds {
		kind.Choices = append(kind.Choices, choice{Name: p.T("office.equipment.kind_" + k), Value: k, Here: k == kind.Value})
	}
	serial, model := q.thingText(p, "serial", asText, 64), q.thingText(p, "model", asText, 80)
	serial.Must, model.Must = true, true
	p.ask(serial, q.thingText(p, "mac", asText, 30), kind, model, b.sitePick(q, &p.frame, staff.EquipmentManage, q.seen.site))
	return p
}

func (b *Backoffice) askEquipment(q *request) error { return q.showForm(b.equipmentForm(q)) }

func (b *Backoffice) addEquipment(q *request) error {
	p := b.equipmentForm(q)
	e := fieldwork.Equipment{Serial: q.FormValue("serial"), MAC: access.MAC(q.said("mac")), Kind: q.FormValue("kind"), Model: q.FormValue("model"), SiteID: idIn(q.FormValue("site"))}
	var err error
	if e.SiteID == 0 || !q.may(staff.EquipmentManage, e.SiteID) {
		err = fault.New(fault.Invalid, "office.customer.choose_site")
	} else {
		e, err = b.Stock.AddEquipment(q.ctx, e, q.fieldBy())
	}
	if err != nil {
		return q.refuse(err, "form", p, equipmentField(err))
	}
	q.tell("good", "office.saved", "")
	return led(thingAt(e.ID))
}

func (b *Backoffice) moveThingForm(q *request) (fieldwork.Equipment, *formPage, error) {
	e, err := b.theThing(q, staff.VisitsWork)
	if err != nil {
		return e, nil, err
	}
	p := q.asking("office.equipment_move.", "equipment", thingAt(e.ID), "Serial", e.Serial)
	p.Danger, p.Crumbs, p.Hidden = false, []crumb{{p.T("office.nav.equipment"), equipmentAt}, {e.Serial, thingAt(e.ID)}}, []fact{{"seen", number(e.Version)}}
	to := formField{Name: "to", As: asRadio, Label: p.T("office.equipment.to")}
	for _, place := range fieldwork.Places {
		to.Choices = append(to.Choices, choice{Name: p.T("office.equipment.place_" + place), Value: place})
	}
	to.Choices = chosen(to.Choices, q.typedOr("to", e.Where.Place))
	people, err := b.workers(q, staff.VisitsWork, e.SiteID, p.T("office.ticket.nobody"), e.Where.Holder)
	holder := q.thingText(p, "holder", asPick, 0)
	holder.Choices = chosen(people, q.typedOr("holder", q.in.Member.Email))
	whose := q.thingText(p, "customer", asText, 64)
	whose.Hint = p.T("office.equipment.customer_hint")
	p.ask(to, holder, whose, formField{Name: "sold", As: asTick, Label: p.T("office.equipment.is_sold"), Value: q.FormValue("sold")})
	return e, p, err
}

func (b *Backoffice) askMoveThing(q *request) error {
	_, p, err := b.moveThingForm(q)
	if err != nil {
		return err
	}
	return q.showForm(p)
}

func (b *Backoffice) moveThing(q *request) error {
	e, p, err := b.moveThingForm(q)
	if err != nil {
		return err
	}
	to := fieldwork.Where{Place: q.FormValue("to"), Holder: q.said("holder"), Sold: q.FormValue("sold") == "true"}
	if to.Place == fieldwork.AtCustomer {
		var c customers.Customer
		if c, err = b.typedCustomer(q, staff.VisitsWork); err == nil {
			to.CustomerID = c.ID
		}
	}
	if err == nil {
		err = b.Stock.MoveEquipment(q.ctx, fieldwork.Act{ID: e.ID, Seen: idIn(q.FormValue("seen"))}, to, q.fieldBy())
	}
	if err != nil {
		return q.refuse(err, "form", p, equipmentField(err))
	}
	q.tell("good", "office.saved", "")
	return led(thingAt(e.ID))
}

// installForm asks what is put up at a visit, by its serial or MAC as it stands on it.
func (b *Backoffice) installForm(q *request) (fieldwork.Visit, *formPage, error) {
	v, err := b.theVisit(q, staff.VisitsWork)
	if err != nil {
		return v, nil, err
	}
	p := q.asking("office.equipment_install.", "visits", visitAt(v.ID))
	p.Danger, p.Crumbs = false, []crumb{{p.T("office.nav.visits"), visitsAt}, {joined(p.T("office.visit.kind_"+string(v.Kind)), words.DateOf(p.Lang, v.Day)), visitAt(v.ID)}}
	if v.CustomerID == 0 {
		p.Lead, p.Action = p.T("office.equipment_install.no_customer"), ""
		return v, p, nil
	}
	typed := q.thingText(p, "thing", asText, 80)
	typed.Must, typed.Hint = true, p.T("office.equipment.thing_hint")
	p.ask(typed, formField{Name: "sold", As: asTick, Label: p.T("office.equipment.is_sold"), Value: q.FormValue("sold")})
	return v, p, nil
}

func (b *Backoffice) askInstall(q *request) error {
	_, p, err := b.installForm(q)
	if err != nil {
		return err
	}
	return q.showForm(p)
}

func (b *Backoffice) install(q *request) error {
	v, p, err := b.installForm(q)
	if err != nil {
		return err
	}
	if p.Action == "" {
		return q.showForm(p)
	}
	e, err := b.Stock.FindEquipment(q.ctx, cutTyped(q.FormValue("thing")))
	if err == nil && !q.may(staff.VisitsWork, e.SiteID) {
		err = fault.New(fault.NotFound, "equipment.unknown")
	}
	if err == nil {
		err = b.Stock.MoveEquipment(q.ctx, fieldwork.Act{ID: e.ID, Seen: e.Version}, fieldwork.Where{Place: fieldwork.AtCustomer, CustomerID: v.CustomerID, LineID: v.LineID, VisitID: v.ID, Sold: q.FormValue("sold") == "true"}, q.fieldBy())
	}
	if err != nil {
		return q.refuse(err, "form", p, equipmentField(err))
	}
	q.tell("good", "office.equipment_install.done", "", "Serial", e.Serial)
	return led(visitAt(v.ID))
}

// tellThings is what is with a customer, for who may see equipment.
func (b *Backoffice) tellThings(q *request, p *recordPage, c customers.Customer) error {
	if !q.may(staff.VisitsView, c.SiteID) {
		return nil
	}
	all, err := b.Stock.EquipmentOf(q.ctx, c.ID, mostListed)
	all = slices.DeleteFunc(all, func(e fieldwork.Equipment) bool { return !q.may(staff.VisitsView, e.SiteID) })
	if err != nil || len(all) == 0 {
		return err
	}
	found := card{Name: p.T("office.nav.equipment"), Table: &table{}}
	err = b.addEquipmentRows(q, &p.frame, found.Table, all)
	p.add(found)
	return err
}

// foundEquipment is the one of a serial or a MAC.
func (b *Backoffice) foundEquipment(q *request, f *frame, typed string) (card, error) {
	c := card{Name: f.T("office.nav.equipment"), Table: &table{}}
	if !staff.MaySomewhere(q.in.Member, staff.VisitsView) {
		return c, nil
	}
	e, err := b.Stock.FindEquipment(q.ctx, typed)
	if fault.Is(err, fault.NotFound) || err == nil && !q.may(staff.VisitsView, e.SiteID) {
		return c, nil
	}
	if err != nil {
		return c, err
	}
	c.Address = thingAt(e.ID)
	return c, b.addEquipmentRows(q, f, c.Table, []fieldwork.Equipment{e})
}
