package radius

import (
	"context"
	"fmt"

	"mtandao/internal/db"
	"mtandao/internal/fault"
	"mtandao/radius/access"
	"mtandao/radius/routers"
)

// Which chooses open sessions and enforcements; what is empty does not restrict.
type Which struct {
	Sites    []int64 // nil: all
	RouterID int64
	MAC      access.MAC
	Plan     string // of the grants of sessions
	Ending   bool   // sessions that should be over and are not
	Sort     string // of sessions; empty: the newest first
	State    string // of enforcements
	Before   int64  // an id: the page after the one that it ended
	Limit    int
}

// ByOldest is the order of open sessions beside the newest first. There is none by data: what each report changes has no index, and without one each page would read all that are open.
const ByOldest = "oldest"

const mostOnPage = 200

func (w Which) limit() int { return max(1, min(w.Limit, mostOnPage)) }

// OpenSessions lists open sessions as they are to be sorted.
func (s *Service) OpenSessions(ctx context.Context, w Which) ([]Online, error) {
	return openSessions(ctx, s.db, w)
}

// OpenSession reads one; fault.NotFound when it is over.
func (s *Service) OpenSession(ctx context.Context, id int64) (Online, error) {
	return readOpen(ctx, s.db, id)
}

// mostUsers bounds the sessions of one router that are compared with its own list.
const mostUsers = 5000

// UsersOn lists who is online on a router by our open sessions.
func (s *Service) UsersOn(ctx context.Context, routerID int64) ([]routers.User, error) {
	return usersOn(ctx, s.db, routerID)
}

// Enforcements lists what routers were told or are to be told, the newest first.
func (s *Service) Enforcements(ctx context.Context, w Which) ([]Enforcement, error) {
	return enforcements(ctx, s.db, w)
}

// Enforcement reads one; fault.NotFound.
func (s *Service) Enforcement(ctx context.Context, id int64) (Enforcement, error) {
	return readEnforcement(ctx, s.db, id)
}

// CutOff ends one session because a person says so, and gives the enforcement that does it; of a session that is being
// ended already, the one that does. fault.NotFound when the session is over.
func (s *Service) CutOff(tx *db.Tx, id int64) (enforcementID int64, err error) {
	session, err := openByID(tx, id)
	if err != nil || session == nil {
		return 0, orGone(err)
	}
	if session.EndingID != 0 {
		return session.EndingID, nil
	}
	if err := s.wantDisconnect(tx, fmt.Sprintf("staff:%d", tx.ID()), *session, CauseStaff); err != nil {
		return 0, err
	}
	if session, err = openByID(tx, id); err != nil || session == nil {
		return 0, orGone(err)
	}
	return session.EndingID, nil
}

func orGone(err error) error {
	if err != nil {
		return err
	}
	return fault.New(fault.NotFound, "not_found")
}

// TryAgain carries out an enforcement now that waits, or was given up. fault.Conflict "conflict" when it is done.
func (s *Service) TryAgain(tx *db.Tx, id int64) error {
	won, err := reopenEnforcement(tx, id)
	if err == nil && !won {
		err = fault.New(fault.Conflict, "conflict")
	}
	if err != nil {
		return err
	}
	hurried, err := s.jobs.Hurry(tx, enforcementWanted, fmt.Sprint(id))
	if err != nil || hurried {
		return err
	}
	return s.jobs.Emit(tx, enforcementWanted, fmt.Sprint(id), enforcementFact{EnforcementID: id})
}
