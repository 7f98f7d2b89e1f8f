package access

import (
	"context"
	"errors"
	"strconv"

	"mtandao/internal/db"
)

var errRefused = errors.New("refused") // undoes a claim; the admission holds the cause

// claim writes what the attempt takes, all or nothing: the one-time login, a slot, the first use.
func (s *Service) claim(ctx context.Context, a *Attempt, c candidate, answer Admission) Admission {
	err := s.db.InTx(ctx, func(tx *db.Tx) error {
		var err error
		if answer, err = s.claimIn(tx, a, c, answer); err == nil && !answer.letsIn() {
			err = errRefused
		}
		return err
	})
	if err != nil && !errors.Is(err, errRefused) {
		return unavailable(err)
	}
	return answer
}

func (s *Service) claimIn(tx *db.Tx, a *Attempt, c candidate, answer Admission) (Admission, error) {
	if c.kind == onceLogin {
		won, err := consume(tx, c.loginID, strconv.FormatInt(a.RouterID, 10)+" "+string(a.MAC), s.real.Now())
		if err != nil || !won {
			answer.Cause = CauseUnknown
			return answer, err
		}
	}
	g, usable, err := lock(tx, c.grant.ID, Dormant, Active)
	if err == nil && !usable {
		g, err = readGrant(current(tx), c.grant.ID)
	}
	if err != nil {
		return answer, err
	}
	now := s.clock.Now()
	answer.Grant = g
	if s.decide(a, &answer); !answer.letsIn() {
		return answer, nil
	}
	bound, err := takeSlot(tx, g.ID, a.MAC, now)
	if err == nil && !bound && c.kind == nameLogin {
		bound, err = s.takeOver(tx, g, a.MAC)
	}
	if err != nil || !bound {
		answer.Cause, answer.Garden = CauseDevicesFull, false
		return answer, err
	}
	if g.State == Active {
		return answer, nil
	}
	answer.Grant.State, answer.Grant.FirstUsedAt, answer.Grant.Until = Active, now, g.Limits.until(now)
	answer.Grant.Version++
	return answer, change(tx, g, map[string]any{"state": Active, "first_used_at": now, "until": db.Nullable(answer.Grant.Until)})
}
