package resellers

import (
	"context"
	"encoding/json"
	"strconv"
	"strings"

	"mtandao/billing/ledger"
	"mtandao/billing/plans"
	"mtandao/internal/audit"
	"mtandao/internal/clock"
	"mtandao/internal/db"
	"mtandao/internal/fault"
	"mtandao/internal/money"
	"mtandao/internal/notify"
	"mtandao/internal/pin"
	"mtandao/internal/seal"
	"mtandao/internal/witness"
	"mtandao/internal/words"
	"mtandao/vouchers"
)

// Messages sends what people are told. *notify.Service satisfies it.
type Messages interface {
	Send(tx *db.Tx, m notify.Message) (int64, error)
}

// Plans finds plans.
type Plans interface {
	Get(ctx context.Context, id int64) (plans.Plan, error)
	ForSite(ctx context.Context, siteID int64) ([]plans.Plan, error)
	Unable(p plans.Plan) []plans.Unable
}

// Doors are how resellers sign in. *pin.Service satisfies it.
type Doors interface {
	Keep(tx *db.Tx, o pin.Owner, phone string, may bool) error
}

// Options are a Service's collaborators. Clock is the machine's.
type Options struct {
	DB       *db.DB
	Keys     *seal.Keys
	Clock    clock.Clock
	Ledger   *ledger.Ledger
	Vouchers *vouchers.Service
	Plans    Plans
	Messages Messages
	Doors    Doors // nil: nobody signs in
}

// Service is what can be done with resellers.
type Service struct {
	Options
	seen *witness.Witness
}

// New makes it.
func New(o Options) *Service {
	return &Service{Options: o, seen: witness.New(o.DB, o.Keys, "resellers")}
}

const purposePhone = "reseller.phone"

func accountOf(number int64) string { return "R" + strconv.FormatInt(number, 10) }

// Save makes a reseller, or changes one: not the number, the parent or the money; with it, by which phone they sign in. Faults: fault.Invalid
// "reseller.…", fault.Conflict "reseller.phone_taken".
func (s *Service) Save(ctx context.Context, r Reseller, by vouchers.By) (Reseller, error) {
	if r.Lang == "" {
		r.Lang = words.English
	}
	if r.State == "" {
		r.State = Active
	}
	r.Name = strings.TrimSpace(r.Name)
	if err := r.check(); err != nil {
		return r, err
	}
	if r.ParentID != 0 && r.ID == 0 {
		parent, err := s.Get(ctx, r.ParentID)
		if err != nil {
			return r, err
		}
		if parent.ParentID != 0 || parent.State != Active {
			return r, fault.New(fault.Invalid, "reseller.parent")
		}
	}
	what := "reseller changed"
	err := s.DB.InTx(ctx, func(tx *db.Tx) error {
		if r.ID == 0 {
			what = "reseller made"
			r.CreatedBy, r.CreatedAt, r.Balance = by.Actor, s.Clock.Now(), money.KES(0)
			if err := s.insert(tx, &r); err != nil {
				return err
			}
		} else if err := s.update(tx, r); err != nil {
			return err
		}
		if s.Doors != nil {
			if err := s.Doors.Keep(tx, pin.Owner{Kind: "reseller", ID: r.ID}, string(r.Phone), r.State == Active); err != nil {
				return err
			}
		}
		return s.record(tx, by, what, r.ID, map[string]any{"name": r.Name, "number": r.Number, "state": r.State, "terms": r.Terms, "limit": r.Limit.String(),
			"commission": r.Commission.String(), "parent": r.ParentID})
	})
	if err != nil {
		return r, err
	}
	return s.Get(ctx, r.ID)
}

func (s *Service) record(tx *db.Tx, by vouchers.By, action string, id int64, said map[string]any) error {
	body, err := json.Marshal(said)
	if err != nil {
		return err
	}
	return audit.Record(tx, s.Clock.Now(), audit.Event{Actor: by.Actor, From: by.From, Action: action, Object: "reseller", ObjectID: strconv.FormatInt(id, 10), After: string(body)})
}
