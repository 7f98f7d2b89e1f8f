package approval

import (
	"context"
	"encoding/json"
	"slices"
	"strconv"
	"time"

	"mtandao/internal/audit"
	"mtandao/internal/clock"
	"mtandao/internal/db"
	"mtandao/internal/fault"
	"mtandao/internal/seal"
	"mtandao/internal/staff"
	"mtandao/internal/witness"
)

// People tells who works here. *staff.Service satisfies it.
type People interface {
	ActiveTx(tx *db.Tx) ([]staff.Member, error)
	Active(ctx context.Context) ([]staff.Member, error)
}

// Deed is what is done when something asked for is approved. Hold locks what it is about, before the ask itself.
type Deed struct {
	Hold func(tx *db.Tx, objectID int64) error
	Do   func(tx *db.Tx, a Ask) error
}

// Options are a Service's collaborators. Clock is the machine's.
type Options struct {
	DB     *db.DB
	Keys   *seal.Keys
	Clock  clock.Clock
	People People
}

// Service keeps what is asked for.
type Service struct {
	Options
	deeds map[string]Deed
	seen  *witness.Witness
}

// New makes it.
func New(o Options) *Service {
	return &Service{Options: o, deeds: map[string]Deed{}, seen: witness.New(o.DB, o.Keys, "approvals")}
}

// On names a kind and its deed.
func (s *Service) On(kind string, d Deed) { s.deeds[kind] = d }

func (s *Service) now() time.Time { return s.Clock.Now().UTC().Truncate(time.Millisecond) }

// Ask asks for a change in tx, which holds what it is about. Who proved themself and is the only one who may decide has it done at once. The same
// request again gets the first ask. fault.Invalid "approval.reason"; fault.Conflict "approval.open": another waits.
func (s *Service) Ask(tx *db.Tx, a Ask, by By) (Ask, error) {
	var err error
	if a.Reason, err = readReason(a.Reason, "approval.reason"); err != nil {
		return a, err
	}
	a.keys()
	if err := s.lapseOf(tx, a.openKey); err != nil {
		return a, err
	}
	a.ID, a.State, a.AskedBy, a.Asker, a.AskedAt = tx.ID(), Asked, by.Member.ID, by.Actor, s.now()
	a.LapsesAt = a.AskedAt.Add(Waits)
	if first, found, err := s.first(tx, a); err != nil || found {
		return first, err
	}
	if err := s.insert(tx, a); err != nil {
		return a, err
	}
	if err := s.record(tx, by, "approval asked", a); err != nil || !by.Proven {
		return a, err
	}
	if lone, err := s.lone(tx, a, by.Member); err != nil || !lone {
		return a, err
	}
	return s.decide(tx, a, Approved, "", by)
}

// first is what was asked for already by the same request, or is the same as what waits.
func (s *Service) first(tx *db.Tx, a Ask) (Ask, bool, error) {
	if a.request != "" {
		if first, found, err := s.byRequest(tx, a.request); err != nil || found {
			return first, found, err
		}
	}
	open, found, err := s.openOf(tx, a.openKey)
	if err != nil || !found {
		return open, false, err
	}
	if open.AskedBy == a.AskedBy && open.Wanted == a.Wanted && open.request == a.request {
		return open, true, nil
	}
	return open, false, fault.New(fault.Conflict, "approval.open")
}

// Asked says whether a request asked for a change already, whatever became of it.
func (s *Service) Asked(tx *db.Tx, kind string, objectID int64, request string) (bool, error) {
	a := Ask{Kind: kind, ObjectID: objectID, Request: request}
	a.keys()
	_, found, err := s.byRequest(tx, a.request)
	return found, err
}

// deciders are those who may decide about some sites.
func deciders(all []staff.Member, sites []int64) (ids []int64) {
	for _, m := range all {
		if (Ask{Sites: sites}).May(m) {
			ids = append(ids, m.ID)
		}
	}
	return ids
}

// lone says whether a member is the only one who may decide.
func (s *Service) lone(tx *db.Tx, a Ask, m staff.Member) (bool, error) {
	all, err := s.People.ActiveTx(tx)
	return slices.Equal(deciders(all, a.Sites), []int64{m.ID}), err
}

// Lone says whether a member is now the only one who may decide about some sites, of none about all of them.
func (s *Service) Lone(ctx context.Context, member int64, sites []int64) (bool, error) {
	all, err := s.People.Active(ctx)
	return slices.Equal(deciders(all, sites), []int64{member}), err
}

// Decide is the second person's word; approved, it is done. The same word again is answered. fault.Invalid "approval.verdict" (a refusal says why);
// fault.NotFound "approval.unknown"; fault.Denied "approval.not_yours", "approval.same_person" or "approval.proof"; fault.Conflict "approval.decided" or
// "approval.lapsed"; and those of the deed.
func (s *Service) Decide(ctx context.Context, id int64, approve bool, verdict string, by By) (a Ask, err error) {
	if verdict, err = readReason(verdict, "approval.verdict"); err != nil {
		return a, err
	}
	to := Approved
	if !approve {
		if to = Refused; verdict == "" {
			return a, fault.New(fault.Invalid, "approval.verdict")
		}
	}
	err = s.DB.InTx(ctx, func(tx *db.Tx) error {
		if a, err = s.byID(tx, id); err != nil {
			return err
		}
		if hold := s.deeds[a.Kind].Hold; approve && hold != nil {
			if err := hold(tx, a.ObjectID); err != nil {
				return err
			}
		}
		a, err = s.decide(tx, a, to, verdict, by)
		return err
	})
	return a, err
}

func (s *Service) decide(tx *db.Tx, a Ask, to State, verdict string, by By) (Ask, error) {
	alone, err := s.MayDecide(tx, a.Sites, a.AskedBy, by.Member.ID, by.Proven)
	if err != nil {
		return a, err
	}
	now, won, err := s.turn(tx, a.ID, s.now(), map[string]any{
		"state": to, "decided_by": by.Member.ID, "decider": by.Actor, "alone": alone, "verdict": verdict})
	switch {
	case err != nil:
		return now, err
	case !won && now.State == to && now.DecidedBy == by.Member.ID:
		return now, nil
	case !won:
		return now, tooLate(now)
	}
	action := "approval approved"
	switch {
	case to == Approved && now.Alone:
		action = "approval approved alone"
	case to == Refused && now.Alone:
		action = "approval refused alone"
	case to == Refused:
		action = "approval refused"
	}
	if err := s.record(tx, by, action, now); err != nil || to != Approved {
		return now, err
	}
	deed, known := s.deeds[a.Kind]
	if !known {
		return now, fault.New(fault.Internal, "approval.kind")
	}
	return now, deed.Do(tx, now)
}

func tooLate(a Ask) error {
	if a.State == Asked || a.State == Lapsed {
		return fault.New(fault.Conflict, "approval.lapsed")
	}
	return fault.New(fault.Conflict, "approval.decided")
}

// MayDecide looks in the transaction at who may decide what a member asked for at some sites, of none at all of them: rights may have been taken away since
// the page was asked for. Alone says that who asked decides, for nobody else may. fault.Denied "approval.not_yours", "approval.same_person" or "approval.proof".
func (s *Service) MayDecide(tx *db.Tx, sites []int64, askedBy, member int64, proven bool) (alone bool, err error) {
	all, err := s.People.ActiveTx(tx)
	if err != nil {
		return false, err
	}
	ids := deciders(all, sites)
	alone = askedBy == member
	switch {
	case !slices.Contains(ids, member):
		return false, fault.New(fault.Denied, "approval.not_yours")
	case alone && len(ids) > 1:
		return false, fault.New(fault.Denied, "approval.same_person")
	case alone && !proven:
		return false, fault.New(fault.Denied, "approval.proof")
	}
	return alone, nil
}

// Cancel takes back what a member asked for. fault.NotFound "approval.unknown", fault.Denied "approval.not_asked", fault.Conflict "approval.decided" or
// "approval.lapsed".
func (s *Service) Cancel(ctx context.Context, id int64, by By) (a Ask, err error) {
	err = s.DB.InTx(ctx, func(tx *db.Tx) error {
		if a, err = s.byID(tx, id); err != nil {
			return err
		}
		if a.AskedBy != by.Member.ID {
			return fault.New(fault.Denied, "approval.not_asked")
		}
		now, won, err := s.turn(tx, id, s.now(), map[string]any{"state": Cancelled, "decided_by": by.Member.ID, "decider": by.Actor})
		if a = now; err != nil || !won && now.State == Cancelled {
			return err
		}
		if !won {
			return tooLate(now)
		}
		return s.record(tx, by, "approval cancelled", now)
	})
	return a, err
}

// Lapse ends what nobody decided in time. Call it every few minutes on one node.
func (s *Service) Lapse(ctx context.Context) error {
	for {
		late, err := s.late(ctx)
		if err != nil || len(late) == 0 {
			return err
		}
		for _, a := range late {
			if err := s.DB.InTx(ctx, func(tx *db.Tx) error { return s.lapseOf(tx, a.openKey) }); err != nil {
				return err
			}
		}
	}
}

// lapseOf ends what waits under a key if it is too late for it.
func (s *Service) lapseOf(tx *db.Tx, openKey string) error {
	open, found, err := s.openOf(tx, openKey)
	if err != nil || !found || s.now().Before(open.LapsesAt) {
		return err
	}
	a, won, err := s.lapse(tx, open.ID, s.now())
	if err != nil || !won {
		return err
	}
	return s.record(tx, By{Actor: "time"}, "approval lapsed", a)
}

func (s *Service) record(tx *db.Tx, by By, action string, a Ask) error {
	body, err := json.Marshal(a.said())
	if err != nil {
		return err
	}
	return audit.Record(tx, s.Clock.Now(), audit.Event{Actor: by.Actor, From: by.From, Action: action, Object: a.Object,
		ObjectID: strconv.FormatInt(a.ObjectID, 10), After: string(body)})
}
