package arrears

import (
	"context"
	"errors"
	"time"

	"mtandao/billing"
	"mtandao/billing/customers"
	"mtandao/billing/invoices"
	"mtandao/billing/subscriptions"
	"mtandao/internal/clock"
	"mtandao/internal/db"
	"mtandao/internal/jobs"
	"mtandao/internal/notify"
	"mtandao/internal/settings"
	"mtandao/internal/site"
	"mtandao/radius/access"
)

// Messages sends what people are told. *notify.Service satisfies it.
type Messages interface {
	Send(tx *db.Tx, m notify.Message) (int64, error)
	Withdraw(tx *db.Tx, key string) (bool, error)
}

// Tills tells where a site's money is paid to. *billing.Service satisfies it.
type Tills interface {
	TillFor(ctx context.Context, siteID int64) (billing.Till, error)
	ReversalByID(ctx context.Context, id int64) (billing.Reversal, error)
	ReceiptByID(ctx context.Context, id int64) (billing.Receipt, error)
	OrderByID(ctx context.Context, id int64) (billing.Order, error)
}

// Options are a Service's collaborators. Clock is the plan clock.
type Options struct {
	DB        *db.DB
	Jobs      *jobs.Queue
	Clock     clock.Clock
	Settings  *settings.Store
	Sites     *site.Service
	Customers *customers.Service
	Invoices  *invoices.Service
	Lines     *subscriptions.Service
	Access    *access.Service
	Messages  Messages
	Tills     Tills
}

// Service carries dunning out.
type Service struct{ Options }

// New makes the service, and has invoices, lines and customers ask it.
func New(o Options) *Service {
	s := &Service{Options: o}
	o.Invoices.Enforcer = s
	o.Lines.AskArrears(s.keptNow)
	o.Customers.AskPayer(s.payerChanged)
	o.Jobs.On(invoices.FactPaid, "arrears", s.owesLess)
	o.Jobs.On(invoices.FactPartPaid, "arrears", s.owesLess)
	o.Jobs.On(invoices.FactReopened, "arrears", s.owesMore)
	o.Jobs.On(billing.FactReversed, "tell", s.reversed)
	return s
}

// Steps are taken between these hours.
const (
	firstHour = 8
	lastHour  = 18
)

// civil says whether it is an hour at which people may be cut off.
func civil(at time.Time) bool {
	hour := at.In(clock.Nairobi).Hour()
	return hour >= firstHour && hour < lastHour
}

// Tick takes the day's steps, and tells whose line runs out, when it is day. Call it every few minutes on any node; run again it does nothing.
func (s *Service) Tick(ctx context.Context) error {
	if !civil(s.Clock.Now()) {
		return nil
	}
	_, err := s.Invoices.Dun(ctx)
	return errors.Join(err, s.tellEnds(ctx))
}

// owesLess handles that an invoice is paid, in part or in full, credited or given up.
func (s *Service) owesLess(ctx context.Context, j jobs.Job) error {
	var f invoices.Fact
	if err := j.Decode(&f); err != nil {
		return err
	}
	return s.DB.InTx(ctx, func(tx *db.Tx) error {
		if _, err := s.Invoices.Restore(tx, f.CustomerID); err != nil || j.Fact != invoices.FactPaid {
			return err
		}
		return s.withdraw(tx, f.InvoiceID)
	})
}

// owesMore handles that an invoice is open again. By night it is for the morning.
func (s *Service) owesMore(ctx context.Context, j jobs.Job) error {
	var f invoices.Fact
	if err := j.Decode(&f); err != nil || !civil(s.Clock.Now()) {
		return err
	}
	_, err := s.Invoices.DunOne(ctx, f.InvoiceID)
	return err
}

const page = 200

// Mend has the lines of everybody who is barred be kept as they are to be. There should be nothing to mend: call it now and then, and look at what it
// tells.
func (s *Service) Mend(ctx context.Context) (mended int, err error) {
	for after := int64(0); ; {
		ids, err := s.Invoices.Barred(ctx, after, page)
		if err != nil || len(ids) == 0 {
			return mended, err
		}
		for _, id := range ids {
			after = id
			right, err := s.isKept(ctx, id)
			if err != nil {
				return mended, err
			}
			if right {
				continue
			}
			err = s.DB.InTx(ctx, func(tx *db.Tx) error {
				_, err := s.Invoices.Purse.Held(tx, id)
				return errors.Join(err, s.Follow(tx, id))
			})
			if err != nil {
				return mended, err
			}
			mended++
		}
	}
}
