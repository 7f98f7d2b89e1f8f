package partners

import (
	"context"
	"encoding/json"
	"strconv"
	"strings"
	"time"

	"mtandao/billing"
	"mtandao/billing/ledger"
	"mtandao/internal/approval"
	"mtandao/internal/audit"
	"mtandao/internal/clock"
	"mtandao/internal/db"
	"mtandao/internal/fault"
	"mtandao/internal/pin"
	"mtandao/internal/seal"
	"mtandao/internal/witness"
	"mtandao/internal/words"
)

// Sales tells what was sold at sites and what was given back of it, in cents. *billing.Service and *vouchers.Service satisfy it.
type Sales interface {
	SalesAt(ctx context.Context, sites []int64, from, to time.Time) (sold, back int64, err error)
}

// Doors are how partners sign in. *pin.Service satisfies it.
type Doors interface {
	Keep(tx *db.Tx, o pin.Owner, phone string, may bool) error
}

// Approvals ask a second person. *approval.Service satisfies it.
type Approvals interface {
	On(kind string, d approval.Deed)
	Ask(tx *db.Tx, a approval.Ask, by approval.By) (approval.Ask, error)
	MayDecide(tx *db.Tx, sites []int64, askedBy, member int64, proven bool) (alone bool, err error)
}

// Rail sends money that is due. *billing.Service satisfies it.
type Rail interface {
	Send(tx *db.Tx, of billing.Of, member int64) (billing.SendBack, error)
	SendStays(tx *db.Tx, of billing.Of) (billing.SendBack, error)
	SendWent(tx *db.Tx, of billing.Of, member int64, code string) error
}

// Options are a Service's collaborators. Clock is the machine's.
type Options struct {
	DB     *db.DB
	Keys   *seal.Keys
	Clock  clock.Clock
	Ledger *ledger.Ledger
	Sales  []Sales
	Doors  Doors // nil: nobody signs in

	Rail Rail // nil: what is due is paid by hand

	Approvals Approvals // nil: nothing is proposed, and no payout decided
}

// Service is what can be done with partners.
type Service struct {
	Options
	seen, paid *witness.Witness // of partners, and of payouts
}

// New makes it.
func New(o Options) *Service {
	s := &Service{Options: o, seen: witness.New(o.DB, o.Keys, "partners"), paid: witness.New(o.DB, o.Keys, "partner_payouts")}
	if o.Approvals != nil {
		o.Approvals.On(AskShare, approval.Deed{Hold: s.holdOne, Do: s.shareAsked})
		o.Approvals.On(AskSites, approval.Deed{Hold: s.holdOne, Do: s.sitesAsked})
	}
	return s
}

// By is who does something, and from where. Member is of the staff, 0 elsewhere; Proven says that they proved just now that it is they.
type By struct {
	Member      int64
	Actor, From string
	Proven      bool
}

const purposePhone = "partner.phone"

// Save makes a partner, whose share begins with that day, or changes one; days that were shared stay. Faults: fault.Invalid "partner.…",
// fault.Conflict "partner.phone_taken".
func (s *Service) Save(ctx context.Context, p Partner, by By) (Partner, error) {
	return s.save(ctx, p, by, nil, nil)
}

// save calls before in the transaction, which then holds the partner who is there, and after when all is written.
func (s *Service) save(ctx context.Context, p Partner, by By, before func(tx *db.Tx, p *Partner) error, after func(tx *db.Tx, p Partner) error) (Partner, error) {
	if p.State == "" {
		p.State = Active
	}
	if p.Lang == "" {
		p.Lang = words.English
	}
	p.Name = strings.TrimSpace(p.Name)
	if err := p.check(); err != nil {
		return p, err
	}
	what, given := "partner changed", p
	err := s.DB.InTx(ctx, func(tx *db.Tx) error {
		p = given // as it was, when the transaction is tried again
		if before != nil {
			if err := before(tx, &p); err != nil {
				return err
			}
		}
		if p.ID == 0 {
			what, p.ID, p.CreatedAt = "partner made", tx.ID(), s.Clock.Now()
			p.next = p.CreatedAt.In(clock.Nairobi).Format(time.DateOnly)
			if err := s.insert(tx, p); err != nil {
				return err
			}
		} else if err := s.update(tx, p); err != nil {
			return err
		}
		if s.Doors != nil {
			if err := s.Doors.Keep(tx, pin.Owner{Kind: "partner", ID: p.ID}, string(p.Phone), p.State == Active); err != nil {
				return err
			}
		}
		err := s.record(tx, by, what, p.ID, map[string]any{"name": p.Name, "share": p.Percent(), "state": p.State, "sites": textOf(p.Sites)})
		if err != nil || after == nil {
			return err
		}
		return after(tx, p)
	})
	if db.IsDuplicate(err) {
		return p, fault.New(fault.Conflict, "partner.phone_taken")
	}
	if err != nil {
		return p, err
	}
	return s.Get(ctx, p.ID)
}

func (s *Service) record(tx *db.Tx, by By, action string, id int64, said map[string]any) error {
	body, err := json.Marshal(said)
	if err != nil {
		return err
	}
	return audit.Record(tx, s.Clock.Now(), audit.Event{Actor: by.Actor, From: by.From, Action: action, Object: "partner", ObjectID: strconv.FormatInt(id, 10), After: string(body)})
}
