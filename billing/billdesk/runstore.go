package billdesk

import (
	"context"
	"encoding/json"
	"time"

	"gorm.io/gorm"

	"mtandao/internal/clock"
	"mtandao/internal/db"
	"mtandao/internal/fault"
)

type runRow struct {
	ID       int64
	Kind     string
	AsOf     string
	State    string
	MovesKey int64 // 1 while it moves, else its id: of a kind one moves at a time
	Request  string
	Preview  int64
	Actor    string
	CameFrom string
	Member   int64
	Drafts   int64
	Free     int64
	Parked   int64
	Issued   int64
	Due      int64
	Cents    int64
	LastSub  int64
	Held     int64
	Cuts     int64
	Reason   string
	AskedAt  time.Time
	BeganAt  *time.Time
	HeardAt  time.Time
	EndedAt  *time.Time
}

func (runRow) TableName() string { return "bill_runs" }

type documentRow struct {
	RunID          int64 `gorm:"primaryKey;autoIncrement:false"`
	N              int64 `gorm:"primaryKey;autoIncrement:false"`
	SubscriptionID int64
	CustomerID     int64
	FromDay        string
	UntilDay       string
	Fate           string
	Cents          int64
	Said           string
	Reason         string
}

func (documentRow) TableName() string { return "bill_run_documents" }

// reasonText keeps why something is so; nothing for no error.
func reasonText(err error) string {
	if err == nil {
		return ""
	}
	b, _ := json.Marshal(fault.Keep(err)) // texts
	return string(b)
}

func reasonOf(text string) (error, error) {
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
	day, _ := clock.ParseDay(r.AsOf) // written by us
	one = Run{ID: r.ID, PreviewID: r.Preview, Kind: Kind(r.Kind), AsOf: day, State: State(r.State), By: By{r.Actor, r.CameFrom, r.Member}, AskedAt: r.AskedAt.UTC(), BeganAt: db.Instant(r.BeganAt), HeardAt: r.HeardAt.UTC(),
		EndedAt: db.Instant(r.EndedAt), Drafts: r.Drafts, Nothing: r.Free, Parked: r.Parked, Issued: r.Issued, Due: r.Due, Cents: r.Cents, Cuts: r.Cuts, after: r.LastSub, held: r.Held != 0}
	one.Reason, err = reasonOf(r.Reason)
	return one, err
}

// movesKey is what of all that move only one has.
const movesKey = 1

func insertRun(tx *db.Tx, r Run, request string) error {
	return db.Fault(tx.Gorm().Create(&runRow{ID: r.ID, Kind: string(r.Kind), AsOf: r.AsOf.String(), State: string(r.State), MovesKey: movesKey, Request: request, Preview: r.PreviewID, Actor: r.By.Actor, CameFrom: r.By.From,
		Member: r.By.Member, Due: r.Due, AskedAt: r.AskedAt, HeardAt: r.AskedAt}).Error)
}

func runs(from *gorm.DB) ([]Run, error) {
	var rows []runRow
	if err := from.Find(&rows).Error; err != nil {
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
		err = fault.New(fault.NotFound, "bill_run.unknown")
	}
	if err != nil {
		return Run{}, err
	}
	return all[0], nil
}

// Run is one of them; fault.NotFound "bill_run.unknown".
func (s *Service) Run(ctx context.Context, id int64) (Run, error) {
	return oneRun(s.DB.Read(ctx).Where("id = ?", id))
}

func (s *Service) byRequest(ctx context.Context, request string) (Run, error) {
	return oneRun(s.DB.Read(ctx).Where("request = ?", request))
}

// Moving is the one of a kind that moves; fault.NotFound "bill_run.unknown".
func (s *Service) Moving(ctx context.Context, k Kind) (Run, error) {
	return oneRun(s.DB.Read(ctx).Where("kind = ? AND moves_key = ?", k, movesKey))
}

// Runs lists those of a kind before an id, the newest first; 0 is from the last.
func (s *Service) Runs(ctx context.Context, k Kind, before int64, limit int) ([]Run, error) {
	from := s.DB.Read(ctx).Where("kind = ?", k).Order("id DESC").Limit(limit)
	if before != 0 {
		from = from.Where("id < ?", before)
	}
	return runs(from)
}

// takeUp begins or goes on with a run; what was held is one that was cut.
func (s *Service) takeUp(ctx context.Context, r Run) error {
	now := s.now()
	return s.DB.InTx(ctx, func(tx *db.Tx) error {
		state := r.State
		if state == Asked {
			state = Drafting
		}
		return db.Fault(tx.Gorm().Model(&runRow{}).Where("id = ? AND state = ?", r.ID, r.State).Updates(map[string]any{"state": state, "held": 1, "cuts": gorm.Expr("cuts + held"), "heard_at": now,
			"began_at": gorm.Expr("COALESCE(began_at, ?)", now), "reason": ""}).Error)
	})
}

// rest says that nobody works on a run for now, and why, if something is in the way.
func (s *Service) rest(ctx context.Context, id int64, why error) error {
	return s.DB.InTx(ctx, func(tx *db.Tx) error {
		return db.Fault(tx.Gorm().Model(&runRow{}).Where("id = ? AND state IN ?", id, moving).Updates(map[string]any{"held": 0, "heard_at": s.now(), "reason": reasonText(why)}).Error)
	})
}

// count adds what a page wrote; fault.Conflict "bill_run.stopped" when somebody has stopped the run.
func (s *Service) count(tx *db.Tx, id, drafts, nothing int64) error {
	won, err := db.Won(tx.Gorm().Model(&runRow{}).Where("id = ? AND state = ?", id, Drafting).Updates(map[string]any{"drafts": gorm.Expr("drafts + ?", drafts), "free": gorm.Expr("free + ?", nothing), "heard_at": s.now()}))
	if err == nil && !won {
		return fault.New(fault.Conflict, "bill_run.stopped")
	}
	return db.Fault(err)
}

// countIssued adds what got its number, or could not. It never is in the way of issuing.
func (s *Service) countIssued(tx *db.Tx, id, issued, parked int64) error {
	return db.Fault(tx.Gorm().Model(&runRow{}).Where("id = ?", id).Updates(map[string]any{"issued": gorm.Expr("issued + ?", issued), "parked": gorm.Expr("parked + ?", parked), "heard_at": s.now()}).Error)
}

// advance moves a run on, with what could not be billed; who comes second changes nothing.
func (s *Service) advance(ctx context.Context, id int64, from, to State, parked int64) error {
	return s.DB.InTx(ctx, func(tx *db.Tx) error {
		if to == Done {
			_, err := s.end(tx, id, Done, nil, from)
			return err
		}
		return db.Fault(tx.Gorm().Model(&runRow{}).Where("id = ? AND state = ?", id, from).Updates(map[string]any{"state": to, "parked": gorm.Expr("parked + ?", parked), "heard_at": s.now()}).Error)
	})
}

// end brings a run to its end out of some states; false when it was in none of them.
func (s *Service) end(tx *db.Tx, id int64, to State, why error, from ...State) (bool, error) {
	now := s.now()
	won, err := db.Won(tx.Gorm().Model(&runRow{}).Where("id = ? AND state IN ?", id, from).Updates(map[string]any{"state": to, "moves_key": gorm.Expr("id"), "held": 0, "heard_at": now, "ended_at": now, "reason": reasonText(why)}))
	return won, db.Fault(err)
}
