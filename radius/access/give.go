package access

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"time"

	"mtandao/internal/db"
	"mtandao/internal/fault"
)

const waitsFor = 30 * 24 * time.Hour // an unused grant, unless its offer says otherwise

func (o Offer) check() error {
	for _, field := range []struct {
		value string
		least int
		most  int
	}{{o.Source.Kind, 1, 32}, {o.Source.Key, 1, 64}, {o.Plan, 1, 64}, {o.Segment, 0, 32}, {o.Owner, 0, 64}, {o.Place.IP, 0, 45}} {
		if n := len(field.value); n < field.least || n > field.most || !isASCII(field.value) {
			return fault.New(fault.Invalid, "grant.offer", "Value", field.value)
		}
	}
	if o.Lapsed != "" && (!o.Standing || o.Lapsed != Garden && o.Lapsed != Closed) {
		return fault.New(fault.Invalid, "grant.offer", "Value", string(o.Lapsed))
	}
	if o.UnusedFor < 0 || o.UnusedFor > maxTime {
		return fault.New(fault.Invalid, "limits.time")
	}
	return o.Limits.Check()
}

func isASCII(s string) bool {
	return !slices.ContainsFunc([]byte(s), func(b byte) bool { return b < ' ' || b > '~' })
}

// hash is of what the caller asked for, so that a source used again for something else is noticed.
func (o Offer) hash() string {
	sum := sha256.Sum256(fmt.Appendf(nil, "%d %q %q %q %q %d", o.SiteID, o.Plan, o.Segment, o.Place.MAC, EncodeLimits(o.Limits), seconds(o.UnusedFor)))
	if o.Standing {
		sum = sha256.Sum256(fmt.Appendf(nil, "%x standing %q", sum, o.Lapsed))
	}
	return hex.EncodeToString(sum[:])
}

// Give turns an offer into access. A source already used gets its first answer; with another offer it is fault.Conflict
// "grant.source_used". A device that has the same plan of the same owner running or waiting gets more of it (GivenStacked,
// fact GrantChanged); with another plan of that owner usable now the new grant waits behind it (GivenQueued, and GrantOpened
// when its turn comes); else it may be used at once (GivenNew, fact GrantOpened). A standing grant is always new. What has a fixed end that is past cannot be given:
// fault.Invalid "grant.ended".
func (s *Service) Give(tx *db.Tx, o Offer) (Given, error) {
	if err := o.check(); err != nil {
		return Given{}, err
	}
	if o.UnusedFor == 0 {
		o.UnusedFor = waitsFor
	}
	if o.Standing {
		o.Limits = o.Limits.lasting()
	}
	if given, found, err := firstAnswer(tx, o); found || err != nil {
		return given, err
	}
	if end := o.Limits.ValidUntil; !end.IsZero() && !s.clock.Now().Before(end) {
		return Given{}, fault.New(fault.Invalid, "grant.ended")
	}
	how, g, err := s.plan(tx, o)
	if err != nil {
		return Given{}, err
	}
	given := Given{GrantID: g.ID, How: how}
	if how != GivenStacked {
		given.GrantID = tx.ID()
	}
	first, err := insertSource(tx, o, given, s.clock.Now())
	if err != nil {
		return Given{}, err
	}
	if !first {
		return otherAnswer(tx, o)
	}
	if how == GivenStacked {
		return given, s.stack(tx, g, o)
	}
	return given, s.open(tx, given, g.ID, o)
}

// plan decides how the offer is given and to or behind which grant, which is then locked.
func (s *Service) plan(tx *db.Tx, o Offer) (string, Grant, error) {
	if o.Place.MAC == "" || o.Standing {
		return GivenNew, Grant{}, nil
	}
	if err := takeTurn(tx, o.Place.MAC, o.SiteID); err != nil {
		return "", Grant{}, err
	}
	live, err := liveOfLocked(tx, o.Place.MAC)
	if err != nil {
		return "", Grant{}, err
	}
	how, chosen := fit(o, live, s.clock.Now(), s.location(o.SiteID))
	if how == GivenNew {
		return how, chosen, nil
	}
	locked, ok, err := lock(tx, chosen.ID, Dormant, Active)
	if err == nil && !ok { // only in a cluster: it ended on another node
		return GivenNew, Grant{}, nil
	}
	return how, locked, err
}

// fit finds the grant of the device to stack on or to queue behind. Another owner's is left alone: whoever stacked on it would
// share its code and its devices for the price of a part, and whoever put this device on theirs would get its money. A standing one is its subscription's: nothing stacks on it, and what waited behind it would wait for ever. One that is closed at this hour keeps nobody waiting:
// who pays now wants to be online now.
func fit(o Offer, live []Grant, at time.Time, loc *time.Location) (string, Grant) {
	live = slices.DeleteFunc(live, func(g Grant) bool {
		return g.Standing || g.Owner != o.Owner || !g.servesSite(o.SiteID) || (g.State != Active && g.State != Dormant) || overAt(&g, at) != CauseOK
	})
	slices.SortFunc(live, byTurn)
	for _, g := range live {
		if g.Plan == o.Plan && g.Segment == o.Segment && g.SiteID == o.SiteID && g.Limits.stacks(o.Limits) {
			return GivenStacked, g
		}
	}
	last := Grant{}
	for _, g := range live {
		if cause, _ := Decide(g, at, loc); cause == CauseOK && g.ID > last.ID {
			last = g
		}
	}
	if last.ID != 0 {
		return GivenQueued, last
	}
	return GivenNew, Grant{}
}

// byTurn orders a device's grants as it uses them: active, then dormant, then suspended; the oldest first.
func byTurn(a, b Grant) int {
	if r := rank(a) - rank(b); r != 0 {
		return r
	}
	return int(min(max(a.ID-b.ID, -1), 1))
}

func (s *Service) stack(tx *db.Tx, g Grant, o Offer) error {
	limits := g.Limits.plus(o.Limits)
	if err := limits.Check(); err != nil {
		return err
	}
	columns := map[string]any{"limits": string(EncodeLimits(limits))}
	if g.State == Active {
		columns["until"] = db.Nullable(limits.until(g.FirstUsedAt))
	} else if g.AfterGrantID == 0 {
		columns["unused_until"] = db.Nullable(s.lapses(limits, o.UnusedFor))
	}
	if err := change(tx, g, columns); err != nil {
		return err
	}
	if o.Code != "" {
		if err := s.takeCode(tx, g.ID, o.Code); err != nil {
			return err
		}
	}
	return s.emit(tx, GrantChanged, g, "")
}

// lapses is when a grant not used by then is over.
func (s *Service) lapses(l Limits, unusedFor time.Duration) time.Time {
	return earlier(l.ValidUntil, s.clock.Now().Add(unusedFor))
}

// open makes a grant with its slots and code, dormant unless it is a standing one. One that waits behind another does not lapse meanwhile, unless its
// end is fixed.
func (s *Service) open(tx *db.Tx, given Given, behind int64, o Offer) error {
	now := s.clock.Now()
	g := Grant{
		ID: given.GrantID, SiteID: o.SiteID, Plan: o.Plan, Segment: o.Segment, Owner: o.Owner, State: Dormant, Limits: o.Limits, Place: o.Place,
		UnusedUntil: s.lapses(o.Limits, o.UnusedFor), AfterGrantID: behind, CreatedAt: now,
	}
	if behind != 0 {
		g.UnusedUntil = o.Limits.ValidUntil
	}
	if o.Standing {
		g.stand(o, now)
	}
	if err := insertGrant(tx, g, o.UnusedFor); err != nil {
		return err
	}
	if err := insertSlots(tx, g, now); err != nil {
		return err
	}
	if own := o.Limits.Address.texts(); len(own) > 0 {
		if err := s.claimAddresses(tx, g.ID, own); err != nil {
			return err
		}
		if err := s.emit(tx, GrantChanged, g, CauseAddress); err != nil {
			return err
		}
	}
	if err := s.codeFor(tx, g, o.Code); err != nil || behind != 0 {
		return err
	}
	return s.emit(tx, GrantOpened, g, "")
}

// codeFor lets a code reach a new grant: the one that was offered, else one that is drawn, which a standing grant does without.
func (s *Service) codeFor(tx *db.Tx, g Grant, offered Code) error {
	switch {
	case offered != "":
		return s.takeCode(tx, g.ID, offered)
	case g.Standing:
		return nil
	}
	return s.addCode(tx, g.ID)
}
