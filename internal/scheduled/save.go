package scheduled

import (
	"context"

	"mtandao/internal/db"
	"mtandao/internal/fault"
)

// Save makes a schedule, which begins at once, or changes one that was read: never its report, nor whose it is. Faults of Schedule's check and of the addresses,
// fault.Invalid "scheduled.report", fault.Denied "scheduled.not_yours", fault.NotFound "scheduled.unknown", fault.Conflict "scheduled.changed".
func (s *Service) Save(ctx context.Context, by By, sc Schedule, addresses []string) (Schedule, error) {
	was := Schedule{Report: sc.Report, MemberID: by.Member.ID, Sites: by.Member.Sites, State: On}
	if sc.ID != 0 {
		var err error
		if was, _, err = s.Get(ctx, by, sc.ID); err != nil {
			return sc, err
		}
	}
	sc.Report, sc.MemberID, sc.Sites, sc.State = was.Report, was.MemberID, was.Sites, was.State
	r, known := s.Report(sc.Report)
	if !known {
		return sc, fault.New(fault.Invalid, "scheduled.report")
	}
	if err := s.stillTheirs(ctx, r, sc); err != nil {
		return sc, err
	}
	if err := sc.check(r); err != nil {
		return sc, err
	}
	to, err := s.named(ctx, r, sc, addresses)
	if err != nil {
		return sc, err
	}
	now := s.Clock.Now()
	if sc.NextAt = sc.next(now); was.ID != 0 && was.State == On && !was.NextAt.After(now) {
		sc.NextAt = was.NextAt // it is due, and nobody has looked yet
	}
	err = s.DB.InTx(ctx, func(tx *db.Tx) error { sc, err = s.save(tx, by, sc, to); return err })
	return sc, err
}

func (s *Service) save(tx *db.Tx, by By, sc Schedule, to []Recipient) (Schedule, error) {
	action := "report schedule changed"
	if sc.ID == 0 {
		sc.ID, action = tx.ID(), "report schedule made"
		if err := s.insert(tx, &sc); err != nil {
			return sc, err
		}
	} else if err := s.update(tx, &sc); err != nil {
		return sc, err
	}
	all, err := s.settle(tx, sc.ID, to)
	if err != nil {
		return sc, err
	}
	return sc, s.record(tx, by.Member.Email, by.From, action, sc, all)
}

// stillTheirs: the member may see the report at all its sites; fault.Denied "scheduled.not_yours".
func (s *Service) stillTheirs(ctx context.Context, r Report, sc Schedule) error {
	m, err := s.Members.Member(ctx, sc.MemberID)
	if err == nil && !r.openTo(m, sc.Sites) {
		err = fault.New(fault.Denied, "scheduled.not_yours")
	}
	return err
}

// SetState pauses a schedule, or lets it go on from now; fault.Denied "scheduled.not_yours" when its member may not see the report any more.
func (s *Service) SetState(ctx context.Context, by By, id int64, to State) error {
	sc, all, err := s.Get(ctx, by, id)
	if err != nil || sc.State == to {
		return err
	}
	action := "report schedule paused"
	if to == On {
		action = "report schedule resumed"
		r, known := s.Report(sc.Report)
		if !known {
			return fault.New(fault.Invalid, "scheduled.report")
		}
		if err := s.stillTheirs(ctx, r, sc); err != nil {
			return err
		}
		sc.NextAt = sc.next(s.Clock.Now())
	} else if to != Paused {
		return unknown()
	}
	sc.State = to
	return s.DB.InTx(ctx, func(tx *db.Tx) error {
		if err := s.update(tx, &sc); err != nil {
			return err
		}
		return s.record(tx, by.Member.Email, by.From, action, sc, all)
	})
}

// Remove takes a schedule away; what was sent stays.
func (s *Service) Remove(ctx context.Context, by By, id int64) error {
	sc, to, err := s.Get(ctx, by, id)
	if err != nil {
		return err
	}
	return s.DB.InTx(ctx, func(tx *db.Tx) error {
		won, err := s.drop(tx, id)
		if err != nil || !won {
			return err
		}
		return s.record(tx, by.Member.Email, by.From, "report schedule removed", sc, to)
	})
}
