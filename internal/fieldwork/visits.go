package fieldwork

import (
	"context"

	"mtandao/billing/customers"
	"mtandao/internal/clock"
	"mtandao/internal/db"
	"mtandao/internal/fault"
	"mtandao/internal/staff"
)

// goes says whether somebody may do visits at a site: fault.Invalid "visit.technician" for who works here no more or may not.
func (s *Service) goes(ctx context.Context, email string, siteID int64) error {
	if email == "" {
		return nil
	}
	m, err := s.Members.MemberByEmail(ctx, email)
	if fault.Is(err, fault.NotFound) || err == nil && !staff.May(m, staff.VisitsWork, siteID) {
		err = fault.New(fault.Invalid, "visit.technician")
	}
	return err
}

// PlanVisit plans one for a customer or a lead, at whose site it is. The same request again is the same visit. Faults of check and goes,
// fault.NotFound "customer.unknown" or "lead.unknown", fault.Conflict "customer.merged" or "lead.done".
func (s *Service) PlanVisit(ctx context.Context, v Visit, request string, by By) (Visit, error) {
	v.State, v.Technician, v.Outcome, v.Checked = Planned, staff.Spell(v.Technician), "", nil
	v, err := v.check()
	if err != nil {
		return v, err
	}
	request = hashed(request)
	err = s.DB.InTx(ctx, func(tx *db.Tx) error {
		if err := s.whose(tx, &v); err != nil {
			return err
		}
		if err := s.goes(ctx, v.Technician, v.SiteID); err != nil {
			return err
		}
		v.ID, v.MadeBy, v.MadeAt, v.ChangedBy, v.Version = tx.ID(), by.Actor, s.Clock.Now(), by.Actor, 1
		made, first, err := s.insertVisit(tx, v, request)
		if err != nil || !first {
			v = made
			return err
		}
		return s.recordOf(tx, by, "visit planned", "visit", v.ID, nil, toldVisit(v))
	})
	return v, err
}

// whose gives a visit the site of whom it is for, held so that nobody merges them meanwhile.
func (s *Service) whose(tx *db.Tx, v *Visit) error {
	if v.CustomerID != 0 {
		c, err := s.Customers.Hold(tx, v.CustomerID)
		if err == nil && c.State == customers.Merged {
			err = fault.New(fault.Conflict, "customer.merged")
		}
		v.SiteID = c.SiteID
		return err
	}
	l, err := s.holdLead(tx, v.LeadID)
	if err == nil && !l.Stage.Live() {
		err = fault.New(fault.Conflict, "lead.done")
	}
	v.SiteID = l.SiteID
	return err
}

// changeVisit holds a visit, sees that it is as it was seen, and writes what do made of it. fault.NotFound "visit.unknown"; fault.Conflict
// "visit.changed" names who was faster.
func (s *Service) changeVisit(ctx context.Context, a Act, by By, action string, do func(v *Visit) error) error {
	return s.DB.InTx(ctx, func(tx *db.Tx) error {
		before, err := s.holdVisit(tx, a.ID)
		if err != nil {
			return err
		}
		if a.Seen != 0 && a.Seen != before.Version {
			return fault.New(fault.Conflict, "visit.changed", "Who", before.ChangedBy)
		}
		if !before.ErasedAt.IsZero() { // what were written into it would never be erased
			return fault.New(fault.Conflict, "visit.turn")
		}
		after := before
		if err := do(&after); err != nil {
			return err
		}
		if after, err = after.check(); err != nil && after.ErasedAt.IsZero() {
			return err
		}
		after.ChangedBy = by.Actor
		won, err := s.updateVisit(tx, after)
		if err == nil && !won {
			err = fault.New(fault.Conflict, "visit.changed", "Who", before.ChangedBy)
		}
		if err == nil && !after.ErasedAt.IsZero() {
			err = s.forgetFiles(tx, OfVisit, after.ID)
		}
		if err != nil {
			return err
		}
		return s.recordOf(tx, by, action, "visit", after.ID, toldVisit(before), toldVisit(after))
	})
}

// FollowSite has the visits to a customer be at the site of which they are now. Who does not go there is taken off those that are not done: nobody would go.
func (s *Service) FollowSite(tx *db.Tx, customerID, siteID int64, by By) error {
	for {
		all, err := elsewhere(tx, customerID, siteID)
		if err != nil || len(all) == 0 {
			return err
		}
		for _, v := range all {
			if err := s.toSite(tx, v.ID, siteID, by); err != nil {
				return err
			}
		}
	}
}

func (s *Service) toSite(tx *db.Tx, visitID, siteID int64, by By) error {
	before, err := s.holdVisit(tx, visitID)
	if err != nil {
		return err
	}
	after := before
	after.SiteID, after.ChangedBy = siteID, by.Actor
	if after.State.Live() {
		err := s.goes(tx.Context(), after.Technician, siteID)
		if fault.Is(err, fault.Invalid) {
			after.Technician, err = "", nil
		}
		if err != nil {
			return err
		}
	}
	won, err := s.updateVisit(tx, after)
	if err == nil && !won {
		err = fault.New(fault.Conflict, "visit.changed", "Who", before.ChangedBy)
	}
	if err != nil {
		return err
	}
	return s.recordOf(tx, by, "visit moved", "visit", after.ID, toldVisit(before), toldVisit(after))
}

// turned moves a visit to another state; fault.Conflict "visit.turn".
func turned(v *Visit, to VisitState) error {
	if !v.State.May(to) {
		return fault.New(fault.Conflict, "visit.turn")
	}
	v.State = to
	return nil
}

// MoveVisit plans a visit for another time or technician, also one that failed. Faults of changeVisit, check and goes, fault.Conflict "visit.turn".
func (s *Service) MoveVisit(ctx context.Context, a Act, day clock.Day, from, until, technician string, by By) error {
	technician = staff.Spell(technician)
	return s.changeVisit(ctx, a, by, "visit moved", func(v *Visit) error {
		if v.State != Planned {
			if err := turned(v, Planned); err != nil {
				return err
			}
		}
		if technician != v.Technician {
			if err := s.goes(ctx, technician, v.SiteID); err != nil {
				return err
			}
		}
		v.Day, v.From, v.Until, v.Technician = day, from, until, technician
		return nil
	})
}

// StartVisit says that somebody is there; whose visit nobody had has it then. Who starts twice has started once. Faults of changeVisit,
// fault.Conflict "visit.turn", "visit.others" when it is another's.
func (s *Service) StartVisit(ctx context.Context, a Act, by By) error {
	v, err := s.Visit(ctx, a.ID)
	if err != nil || v.State == Started && v.Technician == by.Actor {
		return err
	}
	return s.changeVisit(ctx, a, by, "visit started", func(v *Visit) error {
		if v.Technician != "" && v.Technician != by.Actor {
			return fault.New(fault.Conflict, "visit.others", "Who", v.Technician)
		}
		v.Technician, v.StartedAt = by.Actor, s.Clock.Now()
		return turned(v, Started)
	})
}

// CheckVisit keeps what was ticked and found so far, of one that is not done. Faults of changeVisit and check, fault.Conflict "visit.turn".
func (s *Service) CheckVisit(ctx context.Context, a Act, checked []string, outcome string, by By) error {
	return s.changeVisit(ctx, a, by, "visit checked", func(v *Visit) error {
		if !v.State.Live() {
			return fault.New(fault.Conflict, "visit.turn")
		}
		v.Checked, v.Outcome = checked, outcome
		return nil
	})
}

// EndVisit says how it went: done, failed or cancelled. One that came to nothing says why: fault.Invalid "visit.why". Faults of changeVisit and
// check, fault.Conflict "visit.turn".
func (s *Service) EndVisit(ctx context.Context, a Act, to VisitState, checked []string, outcome string, by By) error {
	action := map[VisitState]string{Failed: "visit failed", Cancelled: "visit cancelled"}[to]
	if to == Done {
		action = "visit done"
	} else if tidy(outcome) == "" {
		return fault.New(fault.Invalid, "visit.why")
	}
	if action == "" {
		return fault.New(fault.Conflict, "visit.turn")
	}
	return s.changeVisit(ctx, a, by, action, func(v *Visit) error {
		if to == Done {
			v.Checked = checked
		}
		v.Outcome, v.DoneAt = outcome, s.Clock.Now()
		return turned(v, to)
	})
}

// VisitFilter chooses visits of some days; what is empty does not restrict. Sites, when given, are the only ones.
type VisitFilter struct {
	From, Until clock.Day // both included
	Technician  string
	Unowned     bool
	Sites       []int64
}

// MostVisits bounds what is shown of some days.
const MostVisits = 300

// eraseVisits takes away where it was, and what was written, of visits that were done before an instant.
func (s *Service) eraseVisits(ctx context.Context) error {
	old, err := s.doneVisits(ctx, s.keptSince())
	for _, v := range old {
		if err := s.changeVisit(ctx, Act{ID: v.ID, Seen: v.Version}, Itself, "visit erased", func(v *Visit) error {
			v.Address, v.At, v.Note, v.Outcome, v.ErasedAt = "", customers.Place{}, "", "", s.Clock.Now()
			return nil
		}); err != nil && !fault.Is(err, fault.Conflict) {
			return err
		}
	}
	return err
}
