package app

import (
	"context"
	"net/netip"
	"strconv"
	"time"

	"mtandao/billing"
	"mtandao/internal/audit"
	"mtandao/internal/db"
	"mtandao/internal/jobs"
	"mtandao/internal/staff"
	"mtandao/radius"
	"mtandao/radius/access"
	"mtandao/radius/routers"
)

// recorded does one thing and writes into the trail who did it, in one transaction.
func (m *Main) recorded(ctx context.Context, by staff.By, e audit.Event, do func(tx *db.Tx) error) error {
	actor, err := m.Staff.Member(ctx, by.MemberID)
	if err != nil {
		return err
	}
	e.Actor, e.From = actor.Email, by.From
	return m.DB.InTx(ctx, func(tx *db.Tx) error {
		if err := do(tx); err != nil {
			return err
		}
		return audit.Record(tx, m.Clock.Now(), e)
	})
}

// onlineDesk is who is online and what routers are told, for the office.
type onlineDesk struct{ *Main }

func (n onlineDesk) OpenSessions(ctx context.Context, w radius.Which) ([]radius.Online, error) {
	return n.Radius.OpenSessions(ctx, w)
}

func (n onlineDesk) OpenSession(ctx context.Context, id int64) (radius.Online, error) {
	return n.Radius.OpenSession(ctx, id)
}

func (n onlineDesk) Overruns(ctx context.Context, since time.Time) ([]radius.RouterOverrun, error) {
	return n.Radius.Overruns(ctx, since)
}

func (n onlineDesk) Enforcements(ctx context.Context, w radius.Which) ([]radius.Enforcement, error) {
	return n.Radius.Enforcements(ctx, w)
}

func (n onlineDesk) Enforcement(ctx context.Context, id int64) (radius.Enforcement, error) {
	return n.Radius.Enforcement(ctx, id)
}

func (n onlineDesk) AttemptsOf(ctx context.Context, enforcementID int64) ([]radius.Attempt, error) {
	return n.Radius.AttemptsOf(ctx, enforcementID)
}

func (n onlineDesk) Views(ctx context.Context, grantIDs []int64) (map[int64]access.Viewed, error) {
	return n.Access.Views(ctx, grantIDs)
}

func (n onlineDesk) AllRouters() []routers.Router { return n.Routers.All() }

// RoutersAt are those that an address is of, on the way here or in the tunnel.
func (n onlineDesk) RoutersAt(ip netip.Addr) (all []routers.Router) {
	for _, at := range []func(netip.Addr) (*routers.Router, bool){n.Routers.ByAddress, n.Routers.ByTunnel} {
		if r, ok := at(ip); ok && len(all) == 0 {
			all = append(all, *r)
		}
	}
	return all
}

// WhoHeld tells who had an address; the trail says who asked for which instant, and which sessions they were told.
func (n onlineDesk) WhoHeld(ctx context.Context, by staff.By, w radius.WhoHeld) (all []radius.Over, err error) {
	if all, err = n.Radius.Holders(ctx, w); err != nil {
		return nil, err
	}
	at := w.At
	if at.IsZero() {
		at = n.Plan.Now()
	}
	told := make([]string, len(all))
	for i, s := range all {
		told[i] = idText(s.ID)
	}
	after, err := audit.Text(map[string]any{"at": at.UTC().Format(time.RFC3339), "sessions": told})
	if err != nil {
		return nil, err
	}
	return all, n.recorded(ctx, by, audit.Event{Action: "address looked up", Object: "address", ObjectID: w.IP.String(), After: after}, func(*db.Tx) error { return nil })
}

// CutOff ends a session; the trail says whose.
func (n onlineDesk) CutOff(ctx context.Context, by staff.By, o radius.Online) (id int64, err error) {
	e, err := cutOffEvent(o)
	if err != nil {
		return 0, err
	}
	err = n.recorded(ctx, by, e, func(tx *db.Tx) error {
		id, err = n.Radius.CutOff(tx, o.ID)
		return err
	})
	return id, err
}

func cutOffEvent(o radius.Online) (audit.Event, error) {
	before, err := audit.Text(map[string]any{"device": o.MAC.Colons(), "login": o.UserName, "router": o.RouterID, "grant": o.GrantID})
	return audit.Event{Action: "session cut off", Object: "session", ObjectID: idText(o.ID), Before: before}, err
}

// TryAgain carries an enforcement out now.
func (n onlineDesk) TryAgain(ctx context.Context, by staff.By, id int64) error {
	return n.recorded(ctx, by, audit.Event{Action: "enforcement retried", Object: "enforcement", ObjectID: idText(id)}, func(tx *db.Tx) error {
		return n.Radius.TryAgain(tx, id)
	})
}

// work is the queue of jobs and the rail's messages, for the office.
type work struct{ *Main }

func (w work) Jobs(ctx context.Context, state string, before int64, limit int) ([]jobs.Entry, error) {
	return w.Main.Jobs.List(ctx, state, before, limit)
}

func (w work) Job(ctx context.Context, id int64) (jobs.Entry, error) {
	return w.Main.Jobs.Get(ctx, id)
}

// Retry runs a job now.
func (w work) Retry(ctx context.Context, by staff.By, id int64) error {
	return w.onJob(ctx, by, id, "job retried", w.Main.Jobs.Retry)
}

// Drop takes a job away for good; the trail keeps what it was.
func (w work) Drop(ctx context.Context, by staff.By, id int64) error {
	return w.onJob(ctx, by, id, "job dropped", w.Main.Jobs.Drop)
}

func (w work) onJob(ctx context.Context, by staff.By, id int64, action string, do func(tx *db.Tx, id int64) error) error {
	j, err := w.Main.Jobs.Get(ctx, id)
	if err != nil {
		return err
	}
	before, err := audit.Text(map[string]any{"fact": j.Fact, "subscriber": j.Subscriber, "key": j.Key, "state": j.State, "attempts": j.Attempt})
	if err != nil {
		return err
	}
	return w.recorded(ctx, by, audit.Event{Action: action, Object: "job", ObjectID: idText(id), Before: before}, func(tx *db.Tx) error { return do(tx, id) })
}

func (w work) SetAsides(ctx context.Context, before int64, limit int) ([]billing.SetAside, error) {
	return w.Billing.SetAsides(ctx, before, limit)
}

// TakeInAgain tries a message of a rail again that was set aside.
func (w work) TakeInAgain(ctx context.Context, by staff.By, id int64) error {
	return w.recorded(ctx, by, audit.Event{Action: "callback retried", Object: "callback", ObjectID: idText(id)}, func(tx *db.Tx) error {
		return w.Billing.TakeInAgain(tx, id)
	})
}

func idText(id int64) string { return strconv.FormatInt(id, 10) }
