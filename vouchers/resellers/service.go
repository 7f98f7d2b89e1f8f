package resellers

import (
	"context"
	"encoding/json"
	"strconv"
	"strings"

	"mtandao/billing/ledger"
	"mtandao/billing/plans"
	"mtandao/internal/approval"
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

// Approvals ask a second person. *approval.Service satisfies it.
type Approvals interface {
	On(kind string, d approval.Deed)
	Ask(tx *db.Tx, a approval.Ask, by approval.By) (approval.Ask, error)
	Asked(tx *db.Tx, kind string, objectID int64, request string) (bool, error)
}

// Options are a Service's collaborators. Clock is the machine's. CashAlone is what a cashier may credit a reseller with in a day without a second person.
type Options struct {
	DB       *db.DB
	Keys     *seal.Keys
	Clock    clock.Clock
	Ledger   *ledger.Ledger
	Vouchers *vouchers.Service
	Plans    Plans
	Messages Messages
	Doors    Doors // nil: nobody signs in

	Approvals Approvals // nil: nothing is proposed, or taken in at the console
	CashAlone func() money.Amount
}

// Service is what can be done with resellers.
type Service struct {
	Options
	seen *witness.Witness
}

// New makes it.
func New(o Options) *Service {
	s := &Service{Options: o, seen: witness.New(o.DB, o.Keys, "resellers")}
	if o.Approvals != nil {
		s.nameDeeds()
	}
	return s
}

const purposePhone = "reseller.phone"

func accountOf(number int64) string { return "R" + strconv.FormatInt(number, 10) }

// Save makes a reseller, or changes one: not the number, the parent or the money; with it, by which phone they sign in. Faults: fault.Invalid
// "reseller.…", fault.Conflict "reseller.phone_taken".
func (s *Service) Save(ctx context.Context, r Reseller, by vouchers.By) (Reseller, error) {
	return s.save(ctx, r, by, nil, nil)
}

// save calls before in the transaction, which then holds the reseller who is there, and after when all is written.
func (s *Service) save(ctx context.Context, r Reseller, by vouchers.By, before func(tx *db.Tx, r *Reseller) error, after func(tx *db.Tx, r Reseller) error) (Reseller, error) {
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
	given := r
	err := s.DB.InTx(ctx, func(tx *db.Tx) error {
		r = given // as it was, when the transaction is tried again
		if before != nil {
			if err := before(tx, &r); err != nil {
				return err
			}
		}
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
		err := s.record(tx, by, what, r.ID, map[string]any{"name": r.Name, "number": r.Number, "state": r.State, "terms": r.Terms, "limit": r.Limit.String(),
			"commission": r.Commission.String(), "parent": r.ParentID})
		if err != nil || after == nil {
			return err
		}
		return after(tx, r)
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
