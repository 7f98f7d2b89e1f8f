package families

import (
	"context"
	"fmt"
	"time"

	"mtandao/billing/accounts"
	"mtandao/billing/customers"
	"mtandao/billing/subscriptions"
	"mtandao/internal/audit"
	"mtandao/internal/clock"
	"mtandao/internal/db"
	"mtandao/internal/fault"
	"mtandao/internal/jobs"
	"mtandao/internal/money"
)

// Agreed is that an account renews the lines of a part.
type Agreed struct {
	PartID, PayerID int64
	Most            money.Amount // in a month
	By              string
	At              time.Time
}

// Options are a Service's collaborators. Clock is the plan clock.
type Options struct {
	DB        *db.DB
	Jobs      *jobs.Queue
	Clock     clock.Clock
	Customers *customers.Service
	Accounts  *accounts.Service
	Lines     *subscriptions.Service
}

// Service is what accounts do for their parts.
type Service struct{ Options }

// New makes the service, and has lines and accounts ask it.
func New(o Options) *Service {
	s := &Service{o}
	o.Lines.HelpedBy(s)
	o.Accounts.OnReturnOf(helped, s.goesBack)
	o.Customers.AskTakenOver(s.takenOver)
	o.Jobs.On(accounts.FactCredited, "help", s.credited)
	return s
}

// By is who does something, and from where.
type By struct{ Actor, From string }

// mostAgreed bounds what may be agreed: a million shillings a month are a slip of the hand.
const mostAgreed = 1_000_000_00

// Agree has the account that somebody is a part of renew their lines, for so much in a month at the most; zero: no more. What is due is renewed at once. Faults: fault.Invalid
// "family.most", fault.Conflict "family.no_part".
func (s *Service) Agree(ctx context.Context, partID int64, most money.Amount, by By) error {
	if most.Cents < 0 || most.Cents > mostAgreed || most.Currency != money.Shilling {
		return fault.New(fault.Invalid, "family.most", "Most", money.KES(mostAgreed))
	}
	err := s.DB.InTx(ctx, func(tx *db.Tx) error {
		part, err := s.Customers.GetTx(tx, partID)
		if err != nil {
			return err
		}
		if part.ParentID == 0 || part.State != customers.Active {
			return fault.New(fault.Conflict, "family.no_part")
		}
		if _, err := s.Accounts.Credit(tx, part.ParentID); err != nil { // of two who agree one comes first, and no renewal between
			return err
		}
		if err := s.keep(tx, Agreed{PartID: partID, PayerID: part.ParentID, Most: most, By: by.Actor, At: s.Clock.Now()}); err != nil {
			return err
		}
		return audit.Record(tx, s.Clock.Now(), audit.Event{Actor: by.Actor, From: by.From, Action: "renewals paid for", Object: "customer", ObjectID: fmt.Sprint(partID), After: most.String()})
	})
	if err != nil || most.IsZero() {
		return err
	}
	return s.renew(ctx, partID)
}

// takenOver has whoever answers for an account from now on pay for the parts that it paid for.
func (s *Service) takenOver(tx *db.Tx, m customers.TakenOver) error {
	if _, err := s.Accounts.Credit(tx, m.To); err != nil {
		return err
	}
	return s.rehome(tx, m.From, m.To)
}

// Of is what is agreed for a part, and how much of it is used in this month; nil when nothing is, or it holds no more.
func (s *Service) Of(ctx context.Context, partID int64) (a *Agreed, used money.Amount, err error) {
	err = s.DB.InTx(ctx, func(tx *db.Tx) error {
		if a, err = s.holding(tx, partID); err != nil || a == nil {
			return err
		}
		used, err = s.used(tx, partID, s.month())
		return err
	})
	return a, used, err
}

// holding is what is agreed for a part and holds still.
func (s *Service) holding(tx *db.Tx, partID int64) (*Agreed, error) {
	a, err := s.agreed(tx, partID)
	if err != nil || a == nil || a.Most.IsZero() {
		return nil, err
	}
	known, err := s.Customers.Some(tx, []int64{partID, a.PayerID})
	if err != nil || known[partID].ParentID != a.PayerID || known[partID].State != customers.Active || known[a.PayerID].State != customers.Active {
		return nil, err
	}
	return a, nil
}

func (s *Service) month() string { return s.Clock.Now().In(clock.Nairobi).Format("2006-01") }
