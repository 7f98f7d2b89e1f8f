package bulk

import (
	"context"
	"encoding/json"
	"time"

	"gorm.io/gorm"

	"mtandao/internal/db"
	"mtandao/internal/fault"
)

type runRow struct {
	ID       int64
	Kind     string
	Argument string
	Reason   string
	UndoOf   int64
	State    string
	Request  string
	Actor    string
	CameFrom string
	Member   int64
	Source   string
	Place    string // where the next page to look at begins
	Found    int64
	Would    int64
	Leaves   int64
	Done     int64
	Skipped  int64
	Failed   int64
	Cents    int64
	Priced   int64
	More     int64
	Held     int64
	Cuts     int64
	Trouble  string
	AskedAt  time.Time
	BeganAt  *time.Time
	HeardAt  time.Time
	EndedAt  *time.Time
}

func (runRow) TableName() string { return "bulk_runs" }

// whyText keeps why something is so; nothing for no error.
func whyText(err error) string {
	if err == nil {
		return ""
	}
	b, _ := json.Marshal(fault.Keep(err)) // texts
	return string(b)
}

func whyOf(text string) (error, error) {
	if text == "" {
		return nil, nil
	}
	var why fault.Kept
	if err := json.Unmarshal([]byte(text), &why); err != nil {
		return nil, fault.Wrap(fault.Internal, "internal", err)
	}
	return why.Fault(), nil
}

func (r runRow) run() (one Run, err error) {
	one = Run{ID: r.ID, UndoOf: r.UndoOf, Kind: Kind(r.Kind), Argument: r.Argument, Reason: r.Reason, State: State(r.State), By: By{r.Actor, r.CameFrom, r.Member}, AskedAt: r.AskedAt.UTC(), BeganAt: db.Instant(r.BeganAt),
		HeardAt: r.HeardAt.UTC(), EndedAt: db.Instant(r.EndedAt), Found: r.Found, Would: r.Would, Left: r.Leaves + r.Skipped, Skipped: r.Skipped, Done: r.Done, Failed: r.Failed, Cents: r.Cents, Priced: r.Priced,
		More: r.More != 0, Cuts: r.Cuts, place: r.Place, held: r.Held != 0}
	one.Trouble, err = whyOf(r.Trouble)
	return one, err
}

func insertRun(tx *db.Tx, r Run, source, request string) error {
	return db.Fault(tx.Gorm().Create(&runRow{ID: r.ID, Kind: string(r.Kind), Argument: r.Argument, UndoOf: r.UndoOf, State: string(r.State), Request: request, Actor: r.By.Actor, CameFrom: r.By.From, Member: r.By.Member,
		Source: source, AskedAt: r.AskedAt, HeardAt: r.AskedAt}).Error)
}

// shown leaves out where a run finds its objects: it may be long.
func shown(from *gorm.DB) *gorm.DB { return from.Omit("Source") }

func runs(from *gorm.DB) ([]Run, error) {
	var rows []runRow
	if err := shown(from).Find(&rows).Error; err != nil {
		return nil, db.Fault(err)
	}
	all := make([]Run, len(rows))
	for n, r := range rows {
		one, err := r.run()
		if err != nil {
			return nil, err
		}
		all[n] = one
	}
	return all, nil
}

func oneRun(from *gorm.DB) (Run, error) {
	all, err := runs(from.Limit(1))
	if err == nil && len(all) == 0 {
		err = fault.New(fault.NotFound, "bulk.unknown")
	}
	if err != nil {
		return Run{}, err
	}
	return all[0], nil
}

// Run is one of them; fault.NotFound "bulk.unknown".
func (s *Service) Run(ctx context.Context, id int64) (Run, error) {
	return oneRun(s.DB.Read(ctx).Where("id = ?", id))
}

func (s *Service) byRequest(ctx context.Context, request string) (Run, error) {
	return oneRun(s.DB.Read(ctx).Where("request = ?", request))
}

// UndoneBy is the newest run that takes this one back; fault.NotFound "bulk.unknown".
func (s *Service) UndoneBy(ctx context.Context, id int64) (Run, error) {
	return oneRun(s.DB.Read(ctx).Where("undo_of = ?", id).Order("id DESC"))
}

// Runs lists those of a member, 0: of all, before an id, the newest first; 0 is from the last.
func (s *Service) Runs(ctx context.Context, member, before int64, limit int) ([]Run, error) {
	from := s.DB.Read(ctx).Order("id DESC").Limit(limit)
	if member != 0 {
		from = from.Where("member = ?", member)
	}
	if before != 0 {
		from = from.Where("id < ?", before)
	}
	return runs(from)
}

func (s *Service) sourceOf(ctx context.Context, id int64) (from source, err error) {
	var texts []string
	if err := s.DB.Read(ctx).Model(&runRow{}).Where("id = ?", id).Limit(1).Pluck("source", &texts).Error; err != nil || len(texts) == 0 {
		return from, db.Fault(err)
	}
	if err := json.Unmarshal([]byte(texts[0]), &from); err != nil {
		return from, fault.Wrap(fault.Internal, "internal", err)
	}
	return from, nil
}

// takeUp begins or goes on with a run; what was held is one that was cut.
func (s *Service) takeUp(ctx context.Context, r Run) error {
	return s.DB.InTx(ctx, func(tx *db.Tx) error {
		return db.Fault(tx.Gorm().Model(&runRow{}).Where("id = ? AND state = ?", r.ID, r.State).Updates(map[string]any{"held": 1, "cuts": gorm.Expr("cuts + held"), "heard_at": s.now(), "trouble": ""}).Error)
	})
}

// rest says that nobody works on a run for now, and why, if something is in the way.
func (s *Service) rest(ctx context.Context, id int64, why error) error {
	return s.DB.InTx(ctx, func(tx *db.Tx) error {
		return db.Fault(tx.Gorm().Model(&runRow{}).Where("id = ? AND state IN ?", id, []State{Looking, Doing}).Updates(map[string]any{"held": 0, "heard_at": s.now(), "trouble": whyText(why)}).Error)
	})
}

// begin has a run that was looked at be done; false when it was not, or was begun.
func (s *Service) begin(tx *db.Tx, id int64, reason string, by By) (bool, error) {
	now := s.now()
	won, err := db.Won(tx.Gorm().Model(&runRow{}).Where("id = ? AND state = ? AND would > 0", id, Looked).Updates(map[string]any{"state": Doing, "reason": reason, "came_from": by.From, "began_at": now, "heard_at": now}))
	return won, db.Fault(err)
}

// count adds one to a count of what was done; fault.Conflict "bulk.stopped" when somebody has stopped the run.
func (s *Service) count(tx *db.Tx, id int64, column string) error {
	won, err := db.Won(tx.Gorm().Model(&runRow{}).Where("id = ? AND state = ?", id, Doing).Updates(map[string]any{column: gorm.Expr(column + " + 1"), "heard_at": s.now()}))
	if err == nil && !won {
		return fault.New(fault.Conflict, "bulk.stopped")
	}
	return db.Fault(err)
}

// finish ends a run of which nothing is left to do.
func (s *Service) finish(ctx context.Context, id int64) error {
	return s.DB.InTx(ctx, func(tx *db.Tx) error {
		_, err := s.end(tx, id, Done, Doing)
		return err
	})
}

// end brings a run to its end out of some states; false when it was in none of them.
func (s *Service) end(tx *db.Tx, id int64, to State, from ...State) (bool, error) {
	now := s.now()
	won, err := db.Won(tx.Gorm().Model(&runRow{}).Where("id = ? AND state IN ?", id, from).Updates(map[string]any{"state": to, "held": 0, "heard_at": now, "ended_at": now, "trouble": ""}))
	return won, db.Fault(err)
}

// neverStarted are runs that wait for a yes, or were stopped, since before an instant, and have changed nothing.
func (s *Service) neverStarted(ctx context.Context, before time.Time) (ids []int64, err error) {
	err = s.DB.Read(ctx).Model(&runRow{}).Where("state IN ? AND id < ? AND began_at IS NULL", []State{Looked, Stopped}, db.IDAt(before)).Order("id").Limit(mostCleaned).Pluck("id", &ids).Error
	return ids, db.Fault(err)
}

// endedBefore are runs that ended before an instant, but those that somebody looks at now to take them back.
func (s *Service) endedBefore(ctx context.Context, before time.Time) (ids []int64, err error) {
	undone := s.DB.Read(ctx).Table("bulk_runs AS back").Select("1").Where("back.undo_of = bulk_runs.id AND back.state = ?", Looking)
	err = s.DB.Read(ctx).Model(&runRow{}).Where("state IN ? AND id < ? AND ended_at < ? AND NOT EXISTS (?)", []State{Done, Stopped}, db.IDAt(before), before, undone).Order("id").Limit(mostCleaned).Pluck("id", &ids).Error
	return ids, db.Fault(err)
}

// dropRun removes a run that has no objects left; never one that moves.
func (s *Service) dropRun(ctx context.Context, id int64) error {
	return s.DB.InTx(ctx, func(tx *db.Tx) error {
		return db.Fault(tx.Gorm().Where("id = ? AND state IN ?", id, []State{Done, Stopped}).Delete(&runRow{}).Error)
	})
}
