package partners

import (
	"context"
	"slices"

	"mtandao/internal/approval"
	"mtandao/internal/db"
	"mtandao/internal/fault"
)

// Kinds of what a second person decides.
const (
	AskShare = "partner share"
	AskSites = "partner sites" // more, or others: what is sold there is shared, too
)

// Propose is Save for who works at the console: the share stays as it is, of a new partner nothing, until a second person has approved it, and so do the
// sites of one who is there when others come to them; sites that go are gone at once. Faults also of approval.Ask.
func (s *Service) Propose(ctx context.Context, p Partner, why string, by approval.By) (saved Partner, waiting []approval.Ask, err error) {
	wanted := p
	hold := func(tx *db.Tx, p *Partner) error {
		var was Partner
		if p.ID != 0 {
			var err error
			if was, err = s.lock(tx, p.ID); err != nil {
				return err
			}
			p.Sites = stays(was.Sites, wanted.Sites)
		}
		p.Share = was.Share
		return nil
	}
	saved, err = s.save(ctx, p, By{Member: by.Member.ID, Actor: by.Actor, From: by.From}, hold, func(tx *db.Tx, p Partner) error {
		waiting = nil
		for _, change := range [][3]string{{AskShare, p.Percent() + "%", wanted.Percent() + "%"}, {AskSites, textOf(p.Sites), textOf(wanted.Sites)}} {
			if change[1] == change[2] {
				continue
			}
			a, err := s.Approvals.Ask(tx, approval.Ask{Kind: change[0], Object: "partner", ObjectID: p.ID, Was: change[1], Wanted: change[2], Reason: why}, by)
			if err != nil {
				return err
			}
			if a.State == approval.Asked {
				waiting = append(waiting, a)
			}
		}
		return nil
	})
	return saved, waiting, err
}

// stays is what one person alone makes of a partner's sites: what was there of what is wanted, or all that was when that is nothing.
func stays(was, wanted []int64) []int64 {
	left := slices.DeleteFunc(slices.Clone(wanted), func(id int64) bool { return !slices.Contains(was, id) })
	if len(left) == 0 {
		return was
	}
	return left
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

// sitesAsked gives the sites that were asked for, unless they are others by now: fault.Conflict "approval.changed".
func (s *Service) sitesAsked(tx *db.Tx, a approval.Ask) error {
	p, err := s.lock(tx, a.ObjectID)
	if err != nil {
		return err
	}
	if textOf(p.Sites) != a.Was {
		return fault.New(fault.Conflict, "approval.changed")
	}
	p.Sites = idsOf(a.Wanted)
	return s.update(tx, p)
}
