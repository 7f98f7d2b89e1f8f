package outages

import (
	"context"
	"encoding/json"
	"time"

	"gorm.io/gorm"

	"mtandao/internal/db"
	"mtandao/internal/fault"
)

type outageRow struct {
	ID       int64
	RouterID int64
	SiteID   int64
	State    State
	FromAt   time.Time
	UntilAt  *time.Time
	DueAt    *time.Time
	FoundAt  time.Time
	JudgedAt *time.Time
	ToldAt   *time.Time
	DoneBy   string
	Proof    string
}

func (outageRow) TableName() string { return "router_outages" }

func (r outageRow) outage() (Outage, error) {
	o := Outage{ID: r.ID, RouterID: r.RouterID, SiteID: r.SiteID, State: r.State, From: r.FromAt.UTC(), Until: db.Instant(r.UntilAt), FoundAt: r.FoundAt.UTC(),
		JudgedAt: db.Instant(r.JudgedAt), By: r.DoneBy, due: db.Instant(r.DueAt), told: db.Instant(r.ToldAt)}
	if err := json.Unmarshal([]byte(r.Proof), &o.Proof); err != nil {
		return o, fault.Wrap(fault.Internal, "internal", err)
	}
	return o, nil
}

func rowOf(o Outage) (outageRow, error) {
	proof, err := json.Marshal(o.Proof)
	return outageRow{ID: o.ID, RouterID: o.RouterID, SiteID: o.SiteID, State: o.State, FromAt: o.From, UntilAt: db.Nullable(o.Until), DueAt: db.Nullable(o.due), FoundAt: o.FoundAt,
		JudgedAt: db.Nullable(o.JudgedAt), ToldAt: db.Nullable(o.told), DoneBy: o.By, Proof: string(proof)}, err
}

func outages(from *gorm.DB) (all []Outage, err error) {
	var rows []outageRow
	if err := from.Find(&rows).Error; err != nil {
		return nil, db.Fault(err)
	}
	for _, r := range rows {
		o, err := r.outage()
		if err != nil {
			return nil, err
		}
		all = append(all, o)
	}
	return all, nil
}

// insert is false when this beginning is known.
func insert(tx *db.Tx, o Outage) (bool, error) {
	r, err := rowOf(o)
	if err != nil {
		return false, err
	}
	err = tx.Gorm().Create(&r).Error
	if db.IsDuplicate(err) {
		return false, nil
	}
	return err == nil, db.Fault(err)
}

// update writes an outage as it was read: in another state, or due at another time, somebody else was faster.
func update(tx *db.Tx, o, after Outage) (bool, error) {
	r, err := rowOf(after)
	if err != nil {
		return false, err
	}
	won, err := db.Won(tx.Gorm().Model(&outageRow{}).Where("id = ? AND state = ? AND from_at = ?", o.ID, o.State, o.From).Select("*").Omit("id", "router_id", "site_id", "found_at").Updates(&r))
	return won, db.Fault(err)
}

// forget drops outages that are still in a state, with their witnesses.
func forget(tx *db.Tx, ids []int64, state State) error {
	for _, id := range ids {
		won, err := db.Won(tx.Gorm().Where("id = ? AND state = ?", id, state).Delete(&outageRow{}))
		if err != nil {
			return db.Fault(err)
		}
		if won {
			if err := tx.Gorm().Where("outage_id = ?", id).Delete(&witnessRow{}).Error; err != nil {
				return db.Fault(err)
			}
		}
	}
	return nil
}

// silent are the routers whose silence goes on or waits for its verdict.
func (s *Service) silent(ctx context.Context) (map[int64]bool, error) {
	var ids []int64
	err := s.DB.Read(ctx).Model(&outageRow{}).Where("due_at <= ? AND state IN ?", s.Clock.Now(), []State{Silent, Back}).Limit(mostSteps*20).Pluck("router_id", &ids).Error
	known := map[int64]bool{}
	for _, id := range ids {
		known[id] = true
	}
	return known, db.Fault(err)
}

// due are those for which it is time. A silence is due at all times.
func (s *Service) due(ctx context.Context, now time.Time) ([]Outage, error) {
	return outages(s.DB.Read(ctx).Where("due_at <= ?", now).Order("due_at DESC").Limit(mostSteps * 20))
}

// near are outages that began at about the time of one, wherever.
func (s *Service) near(ctx context.Context, o Outage) ([]Outage, error) {
	return outages(s.DB.Read(ctx).Where("from_at >= ? AND from_at <= ?", o.Proof.Heard.Add(-slackOf), o.Proof.Heard.Add(slackOf)).Order("from_at").Limit(mostSteps))
}

// Get is one outage. fault.NotFound "outage.unknown".
func (s *Service) Get(ctx context.Context, id int64) (Outage, error) {
	all, err := outages(s.DB.Read(ctx).Where("id = ?", id).Limit(1))
	if err == nil && len(all) == 0 {
		err = fault.New(fault.NotFound, "outage.unknown")
	}
	if err != nil {
		return Outage{}, err
	}
	return all[0], nil
}

// List tells outages before an id, the newest first.
func (s *Service) List(ctx context.Context, beforeID int64, limit int) ([]Outage, error) {
	from := s.DB.Read(ctx).Order("id DESC").Limit(limit)
	if beforeID != 0 {
		from = from.Where("id < ?", beforeID)
	}
	return outages(from)
}

// Within tells outages that began within a time, the newest first, but for those that turned out to be none. Sites: nil are all.
func (s *Service) Within(ctx context.Context, from, until time.Time, sites []int64, limit int) ([]Outage, error) {
	read := s.DB.Read(ctx).Where("from_at >= ? AND from_at < ? AND state NOT IN ?", from, until, []State{Unproven, Dropped, Withdrawn})
	if sites != nil {
		read = read.Where("site_id IN ?", sites)
	}
	return outages(read.Order("from_at DESC").Limit(limit))
}

// Of tells the outages of a router that lie within a time, in order.
func (s *Service) Of(ctx context.Context, routerID int64, from, until time.Time) ([]Outage, error) {
	return outages(s.DB.Read(ctx).Where("router_id = ? AND from_at < ? AND (until_at IS NULL OR until_at > ?)", routerID, until, from).Order("from_at").Limit(mostSteps))
}

// Since tells of the silences that began since an instant no more than where, how they are judged and how long they lasted, the newest first.
func (s *Service) Since(ctx context.Context, from time.Time) ([]Silence, error) {
	var rows []outageRow
	err := s.DB.Read(ctx).Select("site_id, state, from_at, until_at").Where("from_at > ?", from.UTC()).Order("from_at DESC").Limit(mostSince).Find(&rows).Error
	all := make([]Silence, len(rows))
	for i, r := range rows {
		all[i] = Silence{SiteID: r.SiteID, State: r.State, From: r.FromAt.UTC(), Until: db.Instant(r.UntilAt)}
	}
	return all, db.Fault(err)
}

// News are the outages in a state of which something was found out since an instant, the newest first.
func (s *Service) News(ctx context.Context, state State, since time.Time) ([]Outage, error) {
	return outages(s.DB.Read(ctx).Where("told_at > ? AND state = ?", since, state).Order("told_at DESC").Limit(mostSteps))
}

type witnessRow struct {
	OutageID   int64 `gorm:"primaryKey;autoIncrement:false"`
	SessionID  int64 `gorm:"primaryKey;autoIncrement:false"`
	WasAt      time.Time
	WasOctets  int64
	Pace       int64
	ThenAt     *time.Time
	ThenOctets int64
}

func (witnessRow) TableName() string { return "outage_witnesses" }

func insertWitnesses(tx *db.Tx, id int64, open []Counter) error {
	for some := range db.Pieces(open) {
		rows := make([]witnessRow, len(some))
		for i, c := range some {
			rows[i] = witnessRow{OutageID: id, SessionID: c.SessionID, WasAt: c.At, WasOctets: c.Octets, Pace: c.Pace}
		}
		if err := tx.Gorm().Create(&rows).Error; err != nil {
			return db.Fault(err)
		}
	}
	return nil
}

func (s *Service) witnesses(ctx context.Context, id int64) ([]Witness, error) {
	var rows []witnessRow
	err := s.DB.Read(ctx).Where("outage_id = ?", id).Order("session_id").Limit(mostWitnesses).Find(&rows).Error
	all := make([]Witness, len(rows))
	for i, r := range rows {
		all[i] = Witness{SessionID: r.SessionID, Was: r.WasAt.UTC(), Octets: r.WasOctets, Pace: r.Pace, Then: db.Instant(r.ThenAt), Later: r.ThenOctets}
	}
	return all, db.Fault(err)
}

// noteThen writes the first word of each witness; a later one changes nothing.
func noteThen(tx *db.Tx, id int64, spoke []Counter) error {
	for _, c := range spoke {
		err := tx.Gorm().Model(&witnessRow{}).Where("outage_id = ? AND session_id = ? AND then_at IS NULL", id, c.SessionID).
			UpdateColumns(map[string]any{"then_at": c.At, "then_octets": c.Octets}).Error
		if err != nil {
			return db.Fault(err)
		}
	}
	return nil
}
