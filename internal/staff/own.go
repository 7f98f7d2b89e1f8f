package staff

import (
	"context"
	"time"

	"mtandao/internal/db"
	"mtandao/internal/fault"
)

// OpenSignIn is one of a member's sign-ins, as they see it.
type OpenSignIn struct {
	ID               int64
	Address, Browser string
	StartedAt        time.Time
	SeenAt           time.Time
	Whole            bool // false while a second factor is owed
	This             bool // the one that asks
}

// SignIns lists the member's own live sign-ins, newest first.
func (s *Service) SignIns(ctx context.Context, in SignedIn) ([]OpenSignIn, error) {
	if in.Stage != Full {
		return nil, unfinished()
	}
	rows, err := s.signInsOf(ctx, in.Member.ID)
	var all []OpenSignIn
	now := s.Clock.Now()
	for _, r := range rows {
		if now.Before(r.Until) && now.Sub(r.SeenAt) < idleLimit {
			all = append(all, OpenSignIn{ID: r.ID, Address: r.Address, Browser: r.Browser, StartedAt: r.StartedAt.UTC(), SeenAt: r.SeenAt.UTC(),
				Whole: stageOf(r.Proven, in.Member) == Full, This: r.ID == in.ID})
		}
	}
	return all, err
}

// SignOut ends a sign-in, whole or half; one that is gone already is no fault.
func (s *Service) SignOut(ctx context.Context, v Visit, token string) error {
	in, err := s.Judge(ctx, token)
	if fault.Is(err, fault.Denied) {
		return nil
	}
	if err != nil {
		return err
	}
	return s.End(ctx, v, in, in.ID)
}

// End ends one of the member's own sign-ins; a half one may end itself only: fault.Denied "staff.unfinished".
func (s *Service) End(ctx context.Context, v Visit, in SignedIn, id int64) error {
	if in.Stage != Full && id != in.ID {
		return unfinished()
	}
	return s.DB.InTx(ctx, func(tx *db.Tx) error {
		won, err := endSignIn(tx, in.Member.ID, id)
		if err != nil || !won {
			return err
		}
		return s.record(tx, in.Member.Email, v.from(), "signed out", in.Member.ID, nil, nil)
	})
}

// EndOthers ends all of the member's sign-ins but the one that asks.
func (s *Service) EndOthers(ctx context.Context, v Visit, in SignedIn) error {
	if in.Stage != Full {
		return unfinished()
	}
	return s.DB.InTx(ctx, func(tx *db.Tx) error {
		if err := endSignIns(tx, in.Member.ID, in.ID); err != nil {
			return err
		}
		return s.record(tx, in.Member.Email, v.from(), "other sign-ins ended", in.Member.ID, nil, nil)
	})
}

// ChangePassword replaces the member's own password, ends all other sign-ins and the links of resets.
func (s *Service) ChangePassword(ctx context.Context, v Visit, token, old, password string) error {
	in, err := s.judgeFull(ctx, token)
	if err != nil {
		return err
	}
	if err := s.rightPassword(ctx, v, in, old); err != nil {
		return err
	}
	if err := s.checkPassword(password, in.Member); err != nil {
		return err
	}
	hash, err := s.hasher.Hash(ctx, password)
	if err != nil {
		return err
	}
	return s.DB.InTx(ctx, func(tx *db.Tx) error {
		won, err := s.replacePassword(tx, in.Member.ID, Active, in.row.PasswordHash, hash)
		if err == nil && !won {
			err = fault.New(fault.Conflict, "conflict")
		}
		if err == nil {
			err = endSignIns(tx, in.Member.ID, in.ID)
		}
		if err == nil {
			err = dropLinks(tx, in.Member.ID, 0)
		}
		if err != nil {
			return err
		}
		return s.record(tx, in.Member.Email, v.from(), "password changed", in.Member.ID, nil, nil)
	})
}

// Describe changes the member's own name and language, nothing that gives a right.
func (s *Service) Describe(ctx context.Context, v Visit, in SignedIn, name, language string) error {
	if in.Stage != Full {
		return unfinished()
	}
	after := in.Member
	after.Name, after.Language = name, language
	if err := after.check(); err != nil {
		return err
	}
	return s.DB.InTx(ctx, func(tx *db.Tx) error {
		if _, err := s.updateMember(tx, after); err != nil {
			return err
		}
		return s.record(tx, after.Email, v.from(), "own account edited", after.ID, in.Member.document(), after.document())
	})
}
