package partners

import (
	"context"

	"mtandao/internal/approval"
	"mtandao/internal/db"
	"mtandao/internal/fault"
)

// AskShare is the kind of a share that a second person decides.
const AskShare = "partner share"

// Propose is Save for who works at the console: the share stays as it is, of a new partner nothing, until a second person has approved it. Faults also
// of approval.Ask.
func (s *Service) Propose(ctx context.Context, p Partner, why string, by approval.By) (saved Partner, waiting []approval.Ask, err error) {
	wanted := p.Percent()
	hold := func(tx *db.Tx, p *Partner) error {
		var was Partner
		if p.ID != 0 {
			var err error
			if was, err = s.lock(tx, p.ID); err != nil {
				return err
			}
		}
		p.Share = was.Share
		return nil
	}
	saved, err = s.save(ctx, p, By{Member: by.Member.ID, Actor: by.Actor, From: by.From}, hold, func(tx *db.Tx, p Partner) error {
		waiting = nil
		if p.Percent() == wanted {
			return nil
		}
		a, err := s.Approvals.Ask(tx, approval.Ask{Kind: AskShare, Object: "partner", ObjectID: p.ID, Was: p.Percent() + "%", Wanted: wanted + "%", Reason: why}, by)
		if err == nil && a.State == approval.Asked {
			waiting = append(waiting, a)
		}
		return err
	})
	return saved, waiting, err
}

func (s *Service) holdOne(tx *db.Tx, id int64) error {
	_, err := s.lock(tx, id)
	return err
}

// shareAsked gives the share that was asked for, unless it is another by now: fault.Conflict "approval.changed".
func (s *Service) shareAsked(tx *db.Tx, a approval.Ask) error {
	p, err := s.lock(tx, a.ObjectID)
	if err != nil {
		return err
	}
	if p.Percent()+"%" != a.Was {
		return fault.New(fault.Conflict, "approval.changed")
	}
	if p.Share, err = ReadShare(a.Wanted); err != nil {
		return err
	}
	return s.update(tx, p)
}
