package counter

import (
	"context"
	"fmt"

	"mtandao/billing"
	"mtandao/billing/accounts"
	"mtandao/billing/customers"
	"mtandao/billing/invoices"
	"mtandao/billing/ledger"
	"mtandao/billing/subscriptions"
	"mtandao/internal/audit"
	"mtandao/internal/clock"
	"mtandao/internal/db"
	"mtandao/internal/fault"
	"mtandao/internal/seal"
)

// Options are a Service's collaborators. Clock is the machine's, Plan that of subscriptions.
type Options struct {
	DB          *db.DB
	Clock, Plan clock.Clock
	Ledger      *ledger.Ledger
	Accounts    *accounts.Service
	Invoices    *invoices.Service
	Lines       *subscriptions.Service
	Approvals   Approvals
	Keys        *seal.Keys
	Phones      Phones
	Rail        Rail // nil: everything is paid by hand
}

// Phones tell where customers are reached. *customers.Service satisfies it.
type Phones interface {
	FirstPhones(ctx context.Context, ids []int64) (map[int64]customers.Phone, error)
}

// Rail pays out to phones what is owed. *billing.Service satisfies it.
type Rail interface {
	Send(tx *db.Tx, of billing.Of, member int64) (billing.SendBack, error)
	SendStays(tx *db.Tx, of billing.Of) (billing.SendBack, error)
	SendWent(tx *db.Tx, of billing.Of, member int64, code string) error
}

// Approvals tell who may decide what another asked for. *approval.Service satisfies it.
type Approvals interface {
	MayDecide(tx *db.Tx, sites []int64, askedBy, member int64, proven bool) (alone bool, err error)
}

// Service is what is done at the counter.
type Service struct{ Options }

// New makes the service.
func New(o Options) *Service { return &Service{Options: o} }

// By is the member who does something, and from where. Proven says that they proved just now that it is they.
type By struct {
	Member      int64
	Actor, From string
	Proven      bool
}

func (s *Service) record(tx *db.Tx, by By, action, object, id, said string) error {
	return audit.Record(tx, s.Clock.Now(), audit.Event{Actor: by.Actor, From: by.From, Action: action, Object: object, ObjectID: id, After: said})
}

func noEvent() error { return fault.New(fault.NotFound, "account.no_event") }

func idText(id int64) string { return fmt.Sprint(id) }
