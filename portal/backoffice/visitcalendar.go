package backoffice

import (
	"slices"
	"strconv"
	"time"

	"github.com/gofiber/fiber/v2"

	"mtandao/internal/clock"
	"mtandao/internal/fieldwork"
	"mtandao/internal/staff"
	"mtandao/internal/words"
)

// visitsPage is a week of visits and of what is to be done about leads, and where they are.
type visitsPage struct {
	frame
	Lead                string
	State               stateView
	Acts                []act
	Chips               [][]chip
	Earlier, Now, Later string
	Days                []visitDay
	Map                 *sketch
	Unmapped            string
	Full                bool // more than are shown
}

type visitDay struct {
	Name   string
	Today  bool
	Visits []visitLine
}

// visitLine is one visit in its day; N is its number on the map.
type visitLine struct {
	N                                int
	Address, Window, Who, What, Goes string
	State                            stateView
}

const daysOfWeek = 7

// weekdayOf counts from Monday, 0.
func weekdayOf(d clock.Day) int { return (int(d.Start().In(clock.Nairobi).Weekday()) + 6) % daysOfWeek }

func dayName(f *frame, d clock.Day) string {
	_, month, day := d.Date()
	return f.T("office.day."+weekdays[weekdayOf(d)]) + " " + strconv.Itoa(day) + "." + strconv.Itoa(int(month)) + "."
}

// visits is a week, from Monday. Who plans none is led to their own day.
func (b *Backoffice) visits(q *request) error {
	today := clock.DayOf(b.Clock.Now())
	if !staff.MaySomewhere(q.in.Member, staff.VisitsPlan) && len(q.Queries()) == 0 {
		return led(visitsAt + "/today")
	}
	first, ok := clock.ParseDay(q.Query("week"))
	if !ok || first < clock.Date(2020, time.January, 1) || first > clock.Date(2100, time.January, 1) {
		first = today
	}
	first -= clock.Day(weekdayOf(first))
	where := fieldwork.VisitFilter{From: first, Until: first + daysOfWeek - 1, Sites: q.scope()}
	switch q.Query("show") {
	case "mine":
		where.Technician = q.in.Member.Email
	case "unowned":
		where.Unowned = true
	}
	all, err := b.Visits.Visits(q.ctx, where)
	if err != nil {
		return err
	}
	p := &visitsPage{frame: q.page("office.nav.visits", "visits"), Full: len(all) == fieldwork.MostVisits}
	p.Lead = p.T("office.visits.lead", "From", words.DateOf(p.Lang, first), "Until", words.DateOf(p.Lang, first+daysOfWeek-1))
	p.Acts = []act{{Name: p.T("office.visits.today"), Icon: "calendar", Address: visitsAt + "/today"}}
	if q.reachable(leadsAt) != "" {
		p.Acts = append(p.Acts, act{Name: p.T("office.nav.leads"), Icon: "phone", Address: leadsAt})
	}
	p.Chips = [][]chip{q.chips("show", []choice{{Name: p.T("office.all")}, {Name: p.T("office.tickets.show_mine"), Value: "mine"}, {Name: p.T("office.tickets.show_unowned"), Value: "unowned"}})}
	p.Earlier, p.Now, p.Later = q.with("week", (first-daysOfWeek).String()), q.with("week", ""), q.with("week", (first+daysOfWeek).String())
	leads, err := b.leadsOfWeek(q, where)
	if err != nil {
		return err
	}
	p.Full = p.Full || len(leads) == mostListed
	if err := b.fillWeek(q, p, first, today, all, leads); err != nil {
		return err
	}
	return q.send(fiber.StatusOK, "visits", p)
}

// leadsOfWeek are leads whose next step is due in a week, for who may follow leads.
func (b *Backoffice) leadsOfWeek(q *request, week fieldwork.VisitFilter) ([]fieldwork.Lead, error) {
	if !staff.MaySomewhere(q.in.Member, staff.LeadsWork) {
		return nil, nil
	}
	all, err := b.Leads.Leads(q.ctx, fieldwork.LeadFilter{From: week.From, Until: week.Until, Owner: week.Technician, Sites: week.Sites, Limit: mostListed})
	return slices.DeleteFunc(all, func(l fieldwork.Lead) bool { return week.Unowned && l.Owner != "" || !q.may(staff.LeadsWork, l.SiteID) }), err
}

// fillWeek puts visits, and what is to be done about leads, on their days and on the map, with the same numbers.
func (b *Backoffice) fillWeek(q *request, p *visitsPage, first, today clock.Day, all []fieldwork.Visit, leads []fieldwork.Lead) error {
	whom, err := b.whomOf(q, &p.frame, all)
	if err != nil {
		return err
	}
	var pins []mapPin
	p.Days = make([]visitDay, daysOfWeek)
	for n := range p.Days {
		p.Days[n] = visitDay{Name: dayName(&p.frame, first+clock.Day(n)), Today: first+clock.Day(n) == today}
	}
	for _, v := range all {
		line := visitLine{Address: visitAt(v.ID), Window: v.Window(), Who: whom[v.ID].Name, What: p.T("office.visit.kind_" + string(v.Kind)), Goes: ownerName(&p.frame, v.Technician), State: visitState(&p.frame, v.State)}
		if v.At.Known() {
			line.N = len(pins) + 1
			pins = append(pins, mapPin{N: line.N, At: v.At, Shape: pinShapes[v.State], Site: v.SiteID, Text: joined(whom[v.ID].Name, line.State.Text)})
		}
		day := &p.Days[v.Day-first]
		day.Visits = append(day.Visits, line)
	}
	for _, l := range leads {
		line := visitLine{Address: leadAt(l.ID), Who: leadName(&p.frame, l), What: p.T("office.visits.lead_step", "Step", l.NextStep), Goes: ownerName(&p.frame, l.Owner), State: leadStage(&p.frame, l)}
		if l.Address.At.Known() {
			line.N = len(pins) + 1
			pins = append(pins, mapPin{N: line.N, At: l.Address.At, Shape: leadShape, Site: l.SiteID, Text: joined(line.Who, line.State.Text)})
		}
		day := &p.Days[l.Day-first]
		day.Visits = append(day.Visits, line)
	}
	if p.Map = b.sketch(&p.frame, pins); p.Map != nil && len(pins) < len(all)+len(leads) {
		p.Unmapped = p.T("office.visits.unmapped", "Count", len(all)+len(leads)-len(pins))
	}
	return nil
}

// visitsToday is somebody's own day, made for a phone: whom to call, where to go, what to begin and to end.
func (b *Backoffice) visitsToday(q *request) error {
	today := clock.DayOf(b.Clock.Now())
	day, ok := clock.ParseDay(q.Query("day"))
	if !ok || day < today-mostDaysOff || day > today+mostDaysOff {
		day = today
	}
	all, err := b.Visits.Visits(q.ctx, fieldwork.VisitFilter{From: day, Until: day, Technician: q.in.Member.Email, Sites: q.scope()})
	if err != nil {
		return err
	}
	free, err := b.Visits.Visits(q.ctx, fieldwork.VisitFilter{From: day, Until: day, Unowned: true, Sites: q.scope()})
	if err != nil {
		return err
	}
	p := q.record("office.visits.today", "visits")
	p.Crumbs = []crumb{{p.T("office.nav.visits"), visitsAt + "?week=" + day.String()}}
	p.Lead = dayName(&p.frame, day)
	p.Chips = [][]chip{q.chips("day", []choice{{Name: p.T("office.visits.day_today")}, {Name: p.T("office.visits.day_tomorrow"), Value: (today + 1).String()}})}
	if len(all) == 0 {
		p.add(card{Empty: &blank{Icon: "calendar", Title: p.T("office.visits.none_mine"), Text: p.T("office.visits.none_mine_text")}})
	}
	if err := b.visitCards(q, p, all); err != nil {
		return err
	}
	if len(free) > 0 {
		p.add(card{Name: p.T("office.visits.free"), Lead: p.T("office.visits.free_lead")})
		err = b.visitCards(q, p, free)
	}
	if err == nil {
		err = q.show(p)
	}
	return err
}

const mostDaysOff = 31

// visitCards adds a card of each visit, with all that one does on the way.
func (b *Backoffice) visitCards(q *request, p *recordPage, all []fieldwork.Visit) error {
	whom, err := b.whomOf(q, &p.frame, all)
	for _, v := range all {
		who := whom[v.ID]
		c := card{Name: joined(v.Window(), who.Name), State: visitState(&p.frame, v.State), Facts: []fact{{p.T("office.visit.kind"), p.T("office.visit.kind_" + string(v.Kind))}, {p.T("office.lead.where"), v.Address},
			{p.T("office.lead.phone"), phoneText(who.Phone)}}, Text: v.Note}
		acts := b.visitActs(q, &p.frame, v, who)
		c.Acts = append(acts[:min(len(acts), mostCardActs)], act{Name: p.T("office.visit.open"), Address: visitAt(v.ID)})
		p.add(c)
	}
	return err
}

const mostCardActs = 4
