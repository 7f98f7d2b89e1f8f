package app

import (
	"context"
	"strconv"

	"mtandao/billing/customers"
	"mtandao/internal/clock"
	"mtandao/internal/fieldwork"
	"mtandao/internal/words"
)

// demoLeads ask for service in the demo; in is the day of their next step, from today.
var demoLeads = []struct {
	name, phone, area, mark, place, source, step, note string
	kind                                               customers.Kind
	in                                                 int
	stage                                              fieldwork.Stage
	why                                                string
}{
	{name: "Caroline Atieno", phone: "0727 341 118", area: "Kasarani, Mwiki", mark: "blue gate beside the borehole", place: "-1.2196, 36.9131", source: "referral", step: "Call back with a price for fibre", in: 0, stage: fieldwork.Contacted, note: "Two students; wants it before the schools open."},
	{name: "Mama Njeri Salon", phone: "0701 229 874", area: "Zimmerman", mark: "opposite Base stage", place: "-1.2087, 36.8971", source: "reseller", stage: fieldwork.New, kind: customers.Business, note: "Buys vouchers for her customers now."},
	{name: "Abdi Warsame", phone: "0722 870 655", area: "Githurai 44", mark: "third floor over the hardware", place: "-1.2011, 36.9068", source: "walk_in", step: "See whether the mast is in sight", in: 2, stage: fieldwork.Survey},
	{name: "Greenfields School", phone: "0733 455 201", area: "Ruiru", mark: "behind the water tank", place: "-1.1502, 36.9601", source: "website", stage: fieldwork.Lost, why: "no_cover", kind: customers.Business},
}

// demoVisits are of this week: of customers by phone, on a day of the week from Monday, 0.
var demoVisits = []struct {
	phone, from, until, who, note, outcome string
	kind                                   fieldwork.VisitKind
	day                                    int
	state                                  fieldwork.VisitState
}{
	{phone: "0722 410 233", day: 0, from: "09:00", until: "11:00", who: demoMember, kind: fieldwork.Repair, note: "Red light since the rain. Take the closure along.", outcome: "The splice was wet; a new closure is on the pole.", state: fieldwork.Done},
	{phone: "0733 118 904", day: 1, from: "14:00", until: "16:00", who: demoMember, kind: fieldwork.Repair, note: "Slow in the evening: look at the sector.", outcome: "Nobody was at home.", state: fieldwork.Failed},
	{phone: "0720 774 310", day: 2, from: "10:00", until: "12:00", kind: fieldwork.Install, note: "A second access point upstairs."},
	{phone: "0745 330 187", day: 3, from: "16:00", until: "17:30", kind: fieldwork.FetchOff, note: "She moves out; the radio is ours."},
	{phone: "0723 880 014", day: 4, from: "08:00", until: "10:00", who: demoMember, kind: fieldwork.Install, note: "The laboratory: cable from the office, sixty metres."},
}

// seedField makes the demo's leads and visits, once.
func (s *Stage) seedField(ctx context.Context) error {
	m, by, today := s.Main, fieldwork.By{Actor: demoMember}, clock.DayOf(s.Main.Clock.Now())
	if there, err := m.Field.Leads(ctx, fieldwork.LeadFilter{Limit: 1}); err != nil || len(there) > 0 {
		return err
	}
	for _, d := range demoLeads {
		at, err := customers.ReadPlace(d.place)
		if err != nil {
			return err
		}
		l := fieldwork.Lead{SiteID: s.seeded.sites["kasarani"].ID, Kind: d.kind, Name: d.name, Lang: words.English, Phone: customers.Phone(d.phone), Source: d.source, Note: d.note, Address: customers.Address{Area: d.area, Landmark: d.mark, At: at}}
		if l.Kind == "" {
			l.Kind = customers.Person
		}
		if d.stage != fieldwork.New {
			l.Owner = demoMember
		}
		if l, err = m.Field.OpenLead(ctx, l, "demo "+d.phone, by); err == nil && d.stage != fieldwork.New {
			err = m.Field.TurnLead(ctx, fieldwork.Act{ID: l.ID}, d.stage, d.step, today+clock.Day(d.in), d.why, by)
		}
		if err != nil {
			return err
		}
	}
	monday := today - clock.Day((int(today.Start().In(clock.Nairobi).Weekday())+6)%7)
	for n, d := range demoVisits {
		c, err := m.Customers.FindNow(ctx, d.phone)
		if err != nil {
			return err
		}
		v := fieldwork.Visit{CustomerID: c.ID, Kind: d.kind, Day: monday + clock.Day(d.day), From: d.from, Until: d.until, Technician: d.who, Note: d.note}
		addresses, err := m.Customers.Addresses(ctx, c.ID)
		if err != nil {
			return err
		}
		if len(addresses) > 0 {
			v.Address, v.At = addresses[0].Text(), addresses[0].At
		}
		v, err = m.Field.PlanVisit(ctx, v, "demo "+strconv.Itoa(n), by)
		if err == nil && d.state != "" {
			if err = m.Field.StartVisit(ctx, fieldwork.Act{ID: v.ID}, by); err == nil {
				err = m.Field.EndVisit(ctx, fieldwork.Act{ID: v.ID}, d.state, fieldwork.Checks[d.kind], d.outcome, by)
			}
		}
		if err != nil {
			return err
		}
	}
	return s.seedStock(ctx)
}

// demoStock are things that are at no customer's.
var demoStock = []struct {
	kind, model, serial string
	where               fieldwork.Where
}{
	{"router", "hAP ac2", "HE1808A7F2", fieldwork.Where{Place: fieldwork.InStore}}, {"router", "hAP ac2", "HE1808A803", fieldwork.Where{Place: fieldwork.InStore}},
	{"ont", "EchoLife EG8141A5", "48575443A1B2C3D4", fieldwork.Where{Place: fieldwork.InStore}}, {"ont", "EchoLife EG8141A5", "48575443A1B2C3E7", fieldwork.Where{Place: fieldwork.WithTechnician, Holder: demoMember}},
	{"radio", "LiteBeam 5AC", "F492BF6A11C0", fieldwork.Where{Place: fieldwork.WithTechnician, Holder: demoMember}}, {"power", "PoE 24 V", "PSU-24-0117", fieldwork.Where{Place: fieldwork.SentBack}},
}

func (s *Stage) seedStock(ctx context.Context) error {
	for _, d := range demoStock {
		if _, err := s.stocked(ctx, fieldwork.Equipment{Serial: d.serial, Kind: d.kind, Model: d.model, SiteID: s.seeded.sites["kasarani"].ID}, d.where); err != nil {
			return err
		}
	}
	return nil
}

// stocked takes a thing into the register and says where it is.
func (s *Stage) stocked(ctx context.Context, e fieldwork.Equipment, where fieldwork.Where) (fieldwork.Equipment, error) {
	by := fieldwork.By{Actor: demoMember}
	e, err := s.Main.Field.AddEquipment(ctx, e, by)
	if err == nil && where.Place != fieldwork.InStore {
		err = s.Main.Field.MoveEquipment(ctx, fieldwork.Act{ID: e.ID}, where, by)
	}
	return e, err
}
