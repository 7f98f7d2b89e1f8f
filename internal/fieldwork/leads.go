package fieldwork

import (
	"context"
	"slices"
	"strings"
	"time"

	"mtandao/billing/customers"
	"mtandao/internal/clock"
	"mtandao/internal/db"
	"mtandao/internal/fault"
	"mtandao/internal/settings"
	"mtandao/internal/staff"
)

// toldLead is a lead in the trail: nothing that says who or where somebody is.
func toldLead(l Lead) map[string]any {
	is := map[string]any{"stage": l.Stage, "owner": l.Owner, "source": l.Source, "plan": l.PlanKey, "day": l.Day.String()}
	if l.LostWhy != "" {
		is["lost_why"] = l.LostWhy
	}
	if l.CustomerID != 0 {
		is["customer"] = id(l.CustomerID)
	}
	return is
}

// owned says whether somebody may follow leads of a site: fault.Invalid "lead.owner" for who works here no more or may not.
func (s *Service) owned(ctx context.Context, email string, siteID int64) error {
	if email == "" {
		return nil
	}
	m, err := s.Members.MemberByEmail(ctx, email)
	if fault.Is(err, fault.NotFound) || err == nil && !staff.May(m, staff.LeadsWork, siteID) {
		err = fault.New(fault.Invalid, "lead.owner")
	}
	return err
}

// OpenLead makes a lead. The same request again is the same lead. Faults of check, fault.Invalid "lead.owner".
func (s *Service) OpenLead(ctx context.Context, l Lead, request string, by By) (Lead, error) {
	l.Stage, l.LostWhy, l.CustomerID, l.Owner = New, "", 0, staff.Spell(l.Owner)
	l, err := l.check()
	if err == nil {
		err = s.owned(ctx, l.Owner, l.SiteID)
	}
	if err != nil {
		return l, err
	}
	request = hashed(request)
	err = s.DB.InTx(ctx, func(tx *db.Tx) error {
		l.ID, l.MadeBy, l.MadeAt, l.ChangedBy, l.Version = tx.ID(), by.Actor, s.Clock.Now(), by.Actor, 1
		made, first, err := s.insertLead(tx, l, request)
		if err != nil || !first {
			l = made
			return err
		}
		return s.recordOf(tx, by, "lead opened", "lead", l.ID, nil, toldLead(l))
	})
	return l, err
}

// changeLead holds a lead, sees that it is as it was seen, and writes what do made of it. fault.NotFound "lead.unknown"; fault.Conflict
// "lead.changed" names who was faster.
func (s *Service) changeLead(ctx context.Context, a Act, by By, action string, do func(tx *db.Tx, l *Lead) error) error {
	return s.DB.InTx(ctx, func(tx *db.Tx) error {
		before, err := s.holdLead(tx, a.ID)
		if err != nil {
			return err
		}
		if a.Seen != 0 && a.Seen != before.Version {
			return fault.New(fault.Conflict, "lead.changed", "Who", before.ChangedBy)
		}
		if !before.ErasedAt.IsZero() { // what were written into it would never be erased
			return fault.New(fault.Conflict, "lead.turn")
		}
		after := before
		if err := do(tx, &after); err != nil || after == before {
			return err
		}
		return s.writeLead(tx, before, after, action, by)
	})
}

func (s *Service) writeLead(tx *db.Tx, before, after Lead, action string, by By) error {
	after.ChangedBy = by.Actor
	won, err := s.updateLead(tx, after)
	if err == nil && !won {
		err = fault.New(fault.Conflict, "lead.changed", "Who", before.ChangedBy)
	}
	if err != nil {
		return err
	}
	return s.recordOf(tx, by, action, "lead", after.ID, toldLead(before), toldLead(after))
}

// EditLead writes what a form says of a lead that is not done: fault.Conflict "lead.done". Faults of check and changeLead.
func (s *Service) EditLead(ctx context.Context, a Act, l Lead, by By) error {
	l.Owner = staff.Spell(l.Owner)
	l, err := l.check()
	if err != nil {
		return err
	}
	return s.changeLead(ctx, a, by, "lead changed", func(_ *db.Tx, is *Lead) error {
		if !is.Stage.Live() {
			return fault.New(fault.Conflict, "lead.done")
		}
		if l.Owner != is.Owner || l.SiteID != is.SiteID {
			if err := s.owned(ctx, l.Owner, l.SiteID); err != nil {
				return err
			}
		}
		l.Address.ID = is.Address.ID
		is.SiteID, is.Kind, is.Name, is.Lang, is.Phone, is.Address, is.PlanKey, is.Source, is.Note, is.Owner, is.NextStep, is.Day =
			l.SiteID, l.Kind, l.Name, l.Lang, l.Phone, l.Address, l.PlanKey, l.Source, l.Note, l.Owner, l.NextStep, l.Day
		return nil
	})
}

// TurnLead moves a lead to another stage, with the next step. Lost wants a reason: fault.Invalid "lead.lost_why". fault.Conflict "lead.turn".
func (s *Service) TurnLead(ctx context.Context, a Act, to Stage, step string, day clock.Day, why string, by By) error {
	step = oneLine(step)
	switch {
	case !isLine(step, 0, mostStep):
		return fault.New(fault.Invalid, "lead.step")
	case to == Lost && !slices.Contains(LostWhys, why):
		return fault.New(fault.Invalid, "lead.lost_why")
	}
	return s.changeLead(ctx, a, by, "lead stage changed", func(_ *db.Tx, l *Lead) error {
		if !slices.Contains(stageTurns[l.Stage], to) {
			return fault.New(fault.Conflict, "lead.turn")
		}
		l.Stage, l.NextStep, l.Day, l.LostWhy, l.DoneAt = to, step, day, "", time.Time{}
		if to == Lost {
			l.LostWhy = why
			s.doneLead(l)
		}
		return nil
	})
}

func (s *Service) doneLead(l *Lead) {
	now := s.Clock.Now()
	l.NextStep, l.Day, l.DoneAt = "", clock.DayOf(now), now
}

// WinLead makes a customer of a lead, with all that the lead says, or gives it to one whom we have. Who asks again for the same lead has the
// same customer. fault.Conflict "lead.turn" for a lost one, and faults of customers.Keep; fault.Conflict "customer.merged".
func (s *Service) WinLead(ctx context.Context, a Act, customerID int64, by By) (c customers.Customer, err error) {
	err = s.DB.InTx(ctx, func(tx *db.Tx) error {
		before, err := s.holdLead(tx, a.ID)
		switch {
		case err != nil:
			return err
		case before.Stage == Won:
			c, err = s.Customers.GetTx(tx, before.CustomerID)
			return err
		case !before.Stage.Live():
			return fault.New(fault.Conflict, "lead.turn")
		case a.Seen != 0 && a.Seen != before.Version:
			return fault.New(fault.Conflict, "lead.changed", "Who", before.ChangedBy)
		}
		if customerID == 0 {
			c, err = s.Customers.KeepTx(tx, before.Profile(), customers.By(by))
		} else if c, err = s.Customers.Hold(tx, customerID); err == nil && c.State == customers.Merged {
			err = fault.New(fault.Conflict, "customer.merged")
		}
		if err != nil {
			return err
		}
		after := before
		after.Stage, after.CustomerID = Won, c.ID
		s.doneLead(&after)
		if err := s.followLead(tx, after.ID, c.ID); err != nil {
			return err
		}
		if err := wonFiles(tx, after.ID, c.ID); err != nil {
			return err
		}
		return s.writeLead(tx, before, after, "lead won", by)
	})
	return c, err
}

// LeadFilter chooses leads; what is empty does not restrict. Sites, when given, are the only ones.
type LeadFilter struct {
	Typed string // a phone, or the beginning of a name, of whatever stage
	Stage Stage
	Done  bool // those that are won or lost, the latest first; otherwise those that are not: without a next step first, then by its day
	Owner string
	From  clock.Day // whose day is not before it
	Until clock.Day // whose day is not after it
	Sites []int64
	After *Lead // the page that begins behind it
	Limit int
}

const mostListed = 200

// Leads gives one page of leads.
func (s *Service) Leads(ctx context.Context, f LeadFilter) ([]Lead, error) {
	if f.Limit = min(f.Limit, mostListed); f.Limit <= 0 {
		f.Limit = mostListed
	}
	if f.Stage != "" {
		f.Done = !f.Stage.Live()
	}
	if f.Typed = strings.TrimSpace(strings.ToValidUTF8(f.Typed, "")); f.Typed != "" {
		return s.leadsTyped(ctx, f)
	}
	return s.listLeads(ctx, f)
}

// LeadsLike lists leads that are not done and have the phone, or at the same site the name, of another.
func (s *Service) LeadsLike(ctx context.Context, l Lead) (all []Lead, err error) {
	var found []Lead
	if phone, err := customers.ParsePhone(string(l.Phone)); err == nil {
		if found, err = s.leadsOfPhone(ctx, phone, mostLike); err != nil {
			return nil, err
		}
	}
	named, err := s.leadsNamed(ctx, nameKey(l.Name), mostLike)
	for _, one := range append(found, named...) {
		same := one.Phone == l.Phone || one.SiteID == l.SiteID
		if same && one.ID != l.ID && one.Stage.Live() && !slices.ContainsFunc(all, func(had Lead) bool { return had.ID == one.ID }) {
			all = append(all, one)
		}
	}
	return all, err
}

const mostLike = 20

// sweepBatch bounds what one transaction of the calendar's work does.
const sweepBatch = 100

// Sweep takes away who and where was written in leads and visits that were done longer ago than it is kept, with their files, and the files of
// accounts that were closed as long ago.
func (s *Service) Sweep(ctx context.Context) error {
	old, err := s.doneLeads(ctx, s.keptSince())
	for _, l := range old {
		if err := s.changeLead(ctx, Act{ID: l.ID, Seen: l.Version}, Itself, "lead erased", func(tx *db.Tx, l *Lead) error { s.eraseLead(l); return s.forgetFiles(tx, OfLead, l.ID) }); err != nil && !fault.Is(err, fault.Conflict) {
			return err
		}
	}
	if err != nil {
		return err
	}
	if err := s.eraseVisits(ctx); err != nil {
		return err
	}
	return s.eraseFiles(ctx)
}

// keptSince is the instant before which what was done is erased.
func (s *Service) keptSince() time.Time {
	return s.Clock.Now().AddDate(0, -s.Settings.Int(settings.FieldKeepMonths), 0)
}

func (s *Service) eraseLead(l *Lead) {
	l.Name, l.Phone, l.Address, l.Note, l.ErasedAt = "", "", customers.Address{}, "", s.Clock.Now()
}

// MoveCustomer gives what a customer has here to another, at whose site visits are then, in the transaction in which they are merged.
func (s *Service) MoveCustomer(tx *db.Tx, from, to int64) error {
	if err := s.moveLeads(tx, from, to); err != nil {
		return err
	}
	if err := s.moveVisits(tx, from, to); err != nil {
		return err
	}
	c, err := s.Customers.GetTx(tx, to)
	if err != nil {
		return err
	}
	if err := s.FollowSite(tx, to, c.SiteID, Itself); err != nil {
		return err
	}
	if err := s.moveFiles(tx, from, to); err != nil {
		return err
	}
	return s.moveThings(tx, from, to)
}
